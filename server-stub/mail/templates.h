/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding a template: the brand's own (DIR/<brand>/<language>/<name>.mail) before the one that is shipped, the wanted language before others.
 */
#ifndef MAIL_TEMPLATES_H
#define MAIL_TEMPLATES_H

#include "mail/markup.h"

enum { TEMPLATE_LANGUAGES_MAX = 3 };

typedef struct {
    const char *directory; /* of brands' own; NULL: none */
    const char *brand;     /* slug; NULL: no brand's */
    const char *name;
    const char *languages
        [TEMPLATE_LANGUAGES_MAX]; /* in order of preference, NULL: left out; "el-GR" stands for "el" too, and English is the last */
} template_wish_t;

/* *language: of the one that was found. PL_ERR_NOT_FOUND; PL_ERR_INVALID, where the brand's own is wrong, with file, line and fault. */
pl_err template_find(pl_arena *arena, const template_wish_t *wish, template_t *template, const char **language);

#endif
