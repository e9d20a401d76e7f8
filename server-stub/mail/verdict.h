/* SPDX-License-Identifier: Apache-2.0
 *
 * What a server's answer means for a mail: it took it, it never will, it may later, or it is us who cannot talk to it.
 */
#ifndef MAIL_VERDICT_H
#define MAIL_VERDICT_H

#include <stddef.h>

typedef enum {
    CARRIED,  /* taken */
    REFUSED,  /* for ever */
    DEFERRED, /* may be taken later */
    DOWN /* nothing about this mail: no connection, no trust, no right to send, or too much of it. The next would fare no better. */
} carrier_outcome;

/* How far a conversation by SMTP has come, by the command that was sent last. */
typedef enum { STAGE_GREETING, STAGE_SENDER, STAGE_RECIPIENT, STAGE_CONTENT } smtp_stage;

/* The stage after a command ("RCPT TO:<...>") was sent. */
smtp_stage smtp_stage_after(smtp_stage stage, const char *command, size_t size);
/* status: of the last answer; 0: none came. */
carrier_outcome smtp_verdict(smtp_stage stage, int status);
/* Of a JSON API. */
carrier_outcome http_verdict(int status);

#endif
