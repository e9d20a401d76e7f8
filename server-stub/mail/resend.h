/* SPDX-License-Identifier: Apache-2.0
 *
 * The API of Resend, and of those that speak like it: a mail as JSON, the answer's id or fault.
 */
#ifndef MAIL_RESEND_H
#define MAIL_RESEND_H

#include "base/arena.h"
#include "mail/message.h"

/* The body of POST /emails. */
pl_err resend_write(const message_t *message, pl_buf *body);
/* What the answer calls the mail ("id"), or says is wrong ("message"), at most room-1 bytes of printable ASCII; "" where it says nothing. */
void resend_read(pl_arena *arena, pl_span answer, const char *member, char *text, size_t room);

#endif
