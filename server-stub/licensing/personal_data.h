/* SPDX-License-Identifier: Apache-2.0
 *
 * All that is known of one customer, written down for who asks, and taken out of the database for good. docs/OPERATING.md lists what
 * goes, what stays and why.
 */
#ifndef LICENSING_PERSONAL_DATA_H
#define LICENSING_PERSONAL_DATA_H

#include "base/json.h"
#include "licensing/keys.h"
#include "store/customers.h"

enum { PERSONAL_LICENSES_MAX = 500 };

typedef enum {
    PERSONAL_SHOWN,   /* for who looks somebody up: the tail of license keys, mail without what stood in it */
    PERSONAL_EXPORTED /* for the person: all of it; audited, so in a transaction that writes */
} personal_extent;

/* Members of the object that is open. PL_ERR_SIGNATURE: something was sealed under another key. */
pl_err personal_data_write(tx_t *tx, const keyring_t *keyring, const customer_t *customer, personal_extent extent,
                           pl_json_writer *json);

typedef struct {
    int64_t licenses;    /* that were cancelled for it */
    int64_t activations; /* seats that were given back for it */
    int64_t mails;
    int64_t audit_rows;
    int64_t archive_rows;
    const char *subscriptions; /* of the provider, that may go on there, with spaces between; NULL: none */
} erasure_t;

/*
 * Takes out name, address, phone, metadata, mail and what stood in it, network addresses in the audit, names of devices, texts of refund requests and
 * logs of another system; licenses, payments and the audit stay as rows. PL_ERR_STATE: a license is live and cancels is not said, or it
 * was erased before.
 */
pl_err personal_data_erase(tx_t *tx, const customer_t *customer, bool cancels, erasure_t *erasure);

#endif
