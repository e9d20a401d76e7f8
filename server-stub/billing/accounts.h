/* SPDX-License-Identifier: Apache-2.0
 *
 * What all that deals with the payment provider share in one process: connections that are kept between uses, and what a brand's account
 * there is. Any thread.
 */
#ifndef BILLING_ACCOUNTS_H
#define BILLING_ACCOUNTS_H

#include "billing/effects.h"

typedef struct billing billing_t;

typedef struct {
    int64_t timeout_ms;                  /* of one exchange */
    const char *ca_file;                 /* NULL: the system's */
    const stripe_transport_t *transport; /* NULL: libcurl */
} billing_options_t;

billing_t *billing_new(const billing_options_t *options); /* NULL: memory */
/* Whoever waits for the provider waits no longer. Before those threads are joined. */
void billing_end(billing_t *billing);
void billing_free(billing_t *billing); /* accepts NULL */

/* A brand's account at the provider; texts live in the transaction's arena. */
typedef struct {
    const char *api;
    const char *secret; /* NULL: not set, this and the rest */
    const char *webhook_secrets;
    const char *price;
    const char *website;
    const char *portal_url;
    const char *support_email;
    const char *return_origins;
} billing_account_t;

pl_err billing_read_account(tx_t *tx, const billing_scope_t *scope, billing_account_t *account);
/* The same in a transaction of its own. */
pl_err billing_find_account(store_t *store, const tx_t *about, const billing_scope_t *scope, billing_account_t *account);
/* Then stripe_close. As stripe_open. */
pl_err billing_connect(billing_t *billing, const billing_account_t *account, pl_arena *arena, stripe_t *stripe);

/* ---- counted ---- */

typedef enum {
    BILLING_COUNT_DONE,
    BILLING_COUNT_IGNORED,
    BILLING_COUNT_REPEATED, /* it was done, or is being done */
    BILLING_COUNT_FAILED,
    BILLING_COUNT_REFUSED, /* its signature, or its form */
    BILLING_COUNTS
} billing_count;

/* row NULL: of a type that nothing is done for, or none at all. */
void billing_note(billing_t *billing, const effect_row_t *row, billing_count what);
/* In the exposition format of Prometheus. */
void billing_write_metrics(const billing_t *billing, pl_buf *out);

/* ---- the price, as last asked for ---- */

typedef enum { PRICE_HIT, PRICE_REFRESHED, PRICE_STALE } price_freshness;

typedef struct {
    int64_t amount;
    char currency[8];
    price_freshness freshness;
} billing_price_t;

enum { PRICE_KEPT_S = 600, PRICE_STALE_S = 24 * 3600 /* while the provider does not answer */ };

/* PL_ERR_PAYMENTS_UNSET, or why there is none, not even an old one. */
pl_err billing_price(billing_t *billing, const billing_account_t *account, int64_t now_ms, pl_arena *arena,
                     billing_price_t *price);

#endif
