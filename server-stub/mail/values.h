/* SPDX-License-Identifier: Apache-2.0
 *
 * What a template is filled with: the names there are, and values as people of a language read them. A value is text and nothing else: no line ends, no
 * control characters, nothing that turns the direction of what follows; whoever writes it into HTML or a header escapes it there.
 */
#ifndef MAIL_VALUES_H
#define MAIL_VALUES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum { VALUES_MAX = 32, VALUE_MAX = 2000 /* bytes; what is longer is cut */ };

typedef struct {
    const char *name;
    const char *value;
} value_t;

typedef struct {
    pl_arena *arena;
    const char *language; /* of the template that is filled: dates and amounts are written so */
    value_t list[VALUES_MAX];
    size_t count;
} values_t;

bool value_is_known(pl_span name);
bool value_is_link(pl_span name);
/* The word of a sample, for previews; NULL: the name is not known. Raw, as use cases give it. */
const char *value_sample(pl_span name);
/* Every name there is, for messages; NULL at the end. */
const char *value_name(size_t index);

/* A value as a use case gives it, kept until the values are gone; NULL, "" and those that are none of their kind (a link that is not http) are left out. The
   first of a name stays. */
pl_err values_put(values_t *values, const char *name, const char *raw);
/* All text members of a JSON object. */
pl_err values_put_json(values_t *values, pl_span json);
/* As it is shown; NULL: there is none. PL_ERR_MEMORY gives NULL too, in *err. */
const char *values_show(const values_t *values, pl_span name, pl_err *err);

#endif
