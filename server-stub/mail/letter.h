/* SPDX-License-Identifier: Apache-2.0
 *
 * From a row of the outbox to a message: what the brand has set, who the recipient is, which template in which language.
 */
#ifndef MAIL_LETTER_H
#define MAIL_LETTER_H

#include "base/log.h"
#include "licensing/mail.h"
#include "mail/message.h"
#include "mail/render.h"

/* All that is needed to write it; lives in the arena of the transaction that read it. */
typedef struct {
    mail_t mail;
    const char *brand; /* slug */
    const char *brand_name;
    const char *from; /* as mail_from is set; NULL: it is not */
    const char *reply_to;
    const char *support_email;
    const char *website;
    const char *languages[2]; /* the recipient's, the brand's; NULL: not told */
    const char *customer_name;
    pl_span content; /* JSON */
} letter_t;

/* What the brand has set. PL_ERR_NOT_FOUND: there is no such brand. */
pl_err letter_read_brand(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, letter_t *letter);
/* The same, and what belongs to letter->mail. */
pl_err letter_read(tx_t *tx, const keyring_t *keyring, letter_t *letter);

typedef struct {
    const char *directory; /* of brands' own templates; NULL: none */
    int64_t now_ms;
    const pl_log *log; /* told where a brand's own template is wrong and the shipped one is taken; NULL: that is an error */
} letter_options_t;

/* In the arena. PL_ERR_INVALID: it cannot be written as it is; PL_ERR_NOT_FOUND: no such template. */
pl_err letter_write(pl_arena *arena, const letter_t *letter, const letter_options_t *options, message_t *message);

#endif
