/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine of a subscriber: the one live seat of its license that is told by the hash of what the program says of its hardware. A
 * newcomer is never refused: it takes the seat of the machine before it, in one transaction, the customer is told by mail and the audit has
 * it. What runs on the machine before goes on until its session ends or is taken over: using a license at the same time is what sessions
 * are for. A device of the library is not put out, for its seat is proven by its key.
 */
#ifndef LICENSING_SUBSCRIBER_MACHINE_H
#define LICENSING_SUBSCRIBER_MACHINE_H

#include "licensing/subscriber.h"
#include "store/instance_seats.h"

enum { MACHINE_HASH_TEXT_SIZE = 65 };

/* How the machine stands to the one before. */
typedef enum {
    MACHINE_FIRST, /* the license had none */
    MACHINE_SAME,
    MACHINE_CHANGED, /* another one's seat is this one's now */
    MACHINE_WAITS    /* all seats are those of devices of the library: it has none */
} machine_change;

typedef struct {
    const keyring_t *keyring;
    const char *fingerprint; /* as the program told it */
    const char *device;      /* what it told of itself, a JSON object; NULL: nothing */
    const char *hostname;    /* NULL: not told */
} machine_t;

/* SHA-256 in hexadecimal, which is what databases of the earlier system hold. */
void machine_hash(const char *fingerprint, char text[MACHINE_HASH_TEXT_SIZE]);
/* The license is this transaction's (subscriber_find). seat: this machine's; nil id where it waits. */
pl_err machine_take(tx_t *tx, const subscriber_t *subscriber, const machine_t *machine, instance_seat_t *seat,
                    machine_change *change);

#endif
