/* SPDX-License-Identifier: Apache-2.0
 *
 * Who asked for mail to whom, counted for a day: licensing/mail_requests.h has the limits.
 */
#ifndef STORE_MAIL_REQUESTS_H
#define STORE_MAIL_REQUESTS_H

#include "store/store.h"

/* Stored as numbers: append only. */
typedef enum { MAIL_REQUEST_RECOVERY = 1 } mail_request_kind;

typedef struct {
    pl_uuid brand_id;
    mail_request_kind kind;
    const char *email;   /* folded */
    const char *address; /* "" where it is not known */
} mail_request_t;

typedef struct {
    int64_t of_email;
    int64_t of_address;
    int64_t of_both;
} mail_request_counts_t;

/* Also forgets what is older than a day. */
pl_err mail_requests_insert(tx_t *tx, const mail_request_t *request);
pl_err mail_requests_count(tx_t *tx, const mail_request_t *like, int64_t since_ms, mail_request_counts_t *counts);

#endif
