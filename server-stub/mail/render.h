/* SPDX-License-Identifier: Apache-2.0
 *
 * A template and what it is filled with, as text and as HTML. What is not the template's own markup is escaped.
 */
#ifndef MAIL_RENDER_H
#define MAIL_RENDER_H

#include "mail/markup.h"
#include "mail/values.h"

typedef struct {
    const char *subject;
    const char *text;
    const char *html;
} rendering_t;

/* In the arena of the values. PL_ERR_INVALID: a value that must be there is missing. */
pl_err template_render(const template_t *template, const values_t *values, rendering_t *rendering);

#endif
