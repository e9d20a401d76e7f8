/* SPDX-License-Identifier: Apache-2.0
 *
 * A mail's template, as people write it:
 *
 *   Subject: Your {{product_name}} license key      one or more; the first whose values are all there
 *   Subject: Your license key
 *
 *   Thank you for buying **{{product_name}}**,      a paragraph: lines until an empty one
 *   {{customer_name}}.
 *
 *   > {{license_key!}}                               to be copied: a line of its own, in a fixed width
 *   # A heading
 *   - an item of a list
 *   [[Pay now]]({{invoice_url}})                     a button
 *   Write to [us](mailto:{{support_email}}).         a link: https, http, mailto, or a value that is a link
 *   ---                                              what follows is small, at the foot
 *
 * A block with a value that is missing is left out; with "!" behind its name a value must be there, or the mail is not written. Values are text: what is
 * markup in them has no meaning. A backslash takes the meaning from what follows it.
 */
#ifndef MAIL_MARKUP_H
#define MAIL_MARKUP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum { MARKUP_SOURCE_MAX = 32 * 1024, MARKUP_BLOCKS_MAX = 64, MARKUP_SUBJECTS_MAX = 4, MARKUP_RUNS_MAX = 64 };

typedef enum { RUN_TEXT, RUN_VALUE, RUN_LINK } run_kind;

typedef struct inline_text inline_text_t;

typedef struct {
    run_kind kind;
    bool is_bold;
    bool is_required;           /* a value */
    pl_span text;               /* or the value's name */
    const inline_text_t *label; /* of a link, which holds no link */
    const inline_text_t *target;
} run_t;

struct inline_text {
    run_t *runs;
    size_t count;
};

typedef enum { BLOCK_PARAGRAPH, BLOCK_HEADING, BLOCK_ITEM, BLOCK_CODE, BLOCK_BUTTON } block_kind;

typedef struct {
    block_kind kind;
    bool is_foot;
    inline_text_t text; /* a button's is one link */
} block_t;

typedef struct {
    inline_text_t subjects[MARKUP_SUBJECTS_MAX];
    size_t subject_count;
    block_t *blocks;
    size_t block_count;
} template_t;

/* place: what messages call the source. Lives in the arena, and points into the source. PL_ERR_INVALID, with line and fault. */
pl_err markup_parse(pl_arena *arena, pl_span source, const char *place, template_t *template);

#endif
