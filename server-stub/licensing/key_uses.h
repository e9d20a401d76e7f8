/* SPDX-License-Identifier: Apache-2.0
 *
 * Which API keys were used, gathered in memory and written by the writer's tick: a request is never a write for that. The stored time
 * is some minutes behind; losing some of it harms nobody.
 */
#ifndef LICENSING_KEY_USES_H
#define LICENSING_KEY_USES_H

#include "store/api_keys.h"

typedef struct key_uses key_uses_t;

enum {
    KEY_USES_MAX = 256,              /* between two flushes; more are noted at their next use */
    KEY_USE_AFTER_MS = 5 * 60 * 1000 /* the stored time is as exact as that */
};

key_uses_t *key_uses_new(void);       /* NULL when memory is exhausted */
void key_uses_free(key_uses_t *uses); /* accepts NULL */
/* Any thread. Does nothing where a time so near is stored already. uses may be NULL. */
void key_uses_note(key_uses_t *uses, const api_key_t *key, int64_t now_ms);
/* Writes those noted and forgets them. */
pl_err key_uses_flush(key_uses_t *uses, tx_t *tx);
bool key_uses_is_empty(key_uses_t *uses);

#endif
