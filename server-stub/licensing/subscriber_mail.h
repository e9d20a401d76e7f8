/* SPDX-License-Identifier: Apache-2.0
 *
 * Mail that subscribers ask for: their license key again, and that a computer was disconnected. It goes to the address on file and to no
 * other, and so often that nobody can fill a mailbox by asking.
 */
#ifndef LICENSING_SUBSCRIBER_MAIL_H
#define LICENSING_SUBSCRIBER_MAIL_H

#include "licensing/mail.h"
#include "licensing/subscriber.h"

/* The welcome mail, with the key; once an hour. *is_new: false where it went out within this hour. */
pl_err subscriber_mail_welcome(tx_t *tx, const keyring_t *keyring, const subscriber_t *subscriber, bool *is_new);
/* Once an hour. hostname NULL: not told. */
pl_err subscriber_mail_disconnected(tx_t *tx, const keyring_t *keyring, const subscriber_t *subscriber, const char *hostname,
                                    bool *is_new);
/*
 * For who forgot the key: whatever comes of it, the caller says the same. Limits by address of mail, of the network, and by both: 3, 5 and 2 an
 * hour; 10, 20 and 5 a day.
 */
pl_err subscriber_mail_recovery(tx_t *tx, const keyring_t *keyring, const facade_t *facade, const char *email);

#endif
