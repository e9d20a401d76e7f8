/* SPDX-License-Identifier: Apache-2.0
 *
 * What is particular to mail of each template.
 */
#ifndef MAIL_MANNER_H
#define MAIL_MANNER_H

#include <stdbool.h>

typedef struct {
    bool waits;       /* above the limit of its recipient it waits, and is not dropped: money or a paid license is in it */
    bool is_one_time; /* what it is filled with is wiped at once: nobody may send it again */
    bool is_reminder; /* the recipient may want no more of these */
    bool is_internal; /* to the brand itself */
} mail_manner_t;

/* By the template's name; of one that is not known: all false. */
mail_manner_t mail_manner(const char *template);

#endif
