/* SPDX-License-Identifier: Apache-2.0
 *
 * A mail as RFC 5322 and MIME have it: text and HTML as two alternatives of one message. A function of what it is given: the same message has the same
 * bytes, however often it is sent.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/uuid.h"

enum { MAIL_ADDRESS_MAX = 254, MAIL_NAME_MAX = 256, MAIL_MESSAGE_ID_SIZE = 320 };

/* An address, and who is there; name NULL or "": nobody says. */
typedef struct {
    const char *address;
    const char *name;
} mailbox_t;

typedef struct {
    pl_uuid id; /* of the mail; Message-ID and boundary are made of it */
    int64_t date_ms;
    const char *language; /* of the text, BCP 47 */
    mailbox_t from;
    mailbox_t to;
    const char *reply_to;    /* an address; NULL: none */
    const char *unsubscribe; /* an address to write to; NULL: none */
    const char *subject;
    const char *text;
    const char *html;
} message_t;

/* An address that can stand in a header and in a command of SMTP: local@domain without what means something there. */
bool mail_address_is_plain(const char *address);
/* "Acme <hello@acme.example>" or an address, into the buffer; false: neither. */
bool mailbox_parse(const char *text, char buffer[MAIL_NAME_MAX + MAIL_ADDRESS_MAX + 2], mailbox_t *mailbox);

/* "<id@domain of the sender>" */
void message_id(const message_t *message, char text[MAIL_MESSAGE_ID_SIZE]);
/* PL_ERR_INVALID: an address that cannot be written. */
pl_err message_check(const message_t *message);
/* All of it, with \r\n. Checked before. */
void message_write(const message_t *message, pl_buf *out);

#endif
