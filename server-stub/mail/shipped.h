/* SPDX-License-Identifier: Apache-2.0
 *
 * The templates that come with the program, made by embed_templates.cmake from mail/templates/<language>/<name>.mail.
 */
#ifndef MAIL_SHIPPED_H
#define MAIL_SHIPPED_H

#include <stddef.h>

typedef struct {
    const char *language;
    const char *name;
    const char *source;
} shipped_template_t;

extern const shipped_template_t shipped_templates[];
extern const size_t shipped_template_count;

#endif
