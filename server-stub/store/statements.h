/* SPDX-License-Identifier: Apache-2.0
 *
 * Between store.c and the aggregates' files: each gives its list of statements, all are prepared when a store opens, and a function
 * takes the one it runs. Nothing outside store/ includes this.
 */
#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

#include "store/store.h"

typedef enum {
    STORE_ACTIVATIONS,
    STORE_API_KEYS,
    STORE_AUDIT,
    STORE_BRANDS,
    STORE_CUSTOMERS,
    STORE_IDEMPOTENCY,
    STORE_INSTANCE_SEATS,
    STORE_LICENSE_KEYS,
    STORE_LICENSES,
    STORE_META,
    STORE_PRODUCTS,
    STORE_RELEASES,
    STORE_SESSIONS,
    STORE_SIGNING_KEYS,
    STORE_OFFLINE_RELEASES,
    STORE_REVOCATIONS,
    STORE_TRIALS,
    STORE_USAGE,
    STORE_ACTIVATION_PAGES,
    STORE_AUDIT_SEARCH,
    STORE_AUDIT_SEALS,
    STORE_LEASES,
    STORE_WEBHOOKS,
    STORE_DELIVERIES,
    STORE_DELIVERY_LOG,
    STORE_EXPIRY,
    STORE_SETTINGS,
    STORE_SUBSCRIPTIONS,
    STORE_MAILS,
    STORE_OPERATOR_KEYS,
    STORE_ECOSYSTEM,
    STORE_FACADES,
    STORE_LICENSE_SEEN,
    STORE_CLIENT_SESSIONS,
    STORE_MAIL_REQUESTS,
    STORE_EMAIL_VERIFICATIONS,
    STORE_TRIAL_HARDWARE,
    STORE_INSTANT_REDEMPTIONS,
    STORE_REFUND_REQUESTS,
    STORE_INBOUND_EVENTS,
    STORE_PAYMENTS,
    STORE_MAIL_LOG,
    STORE_ARCHIVE,
    STORE_ARRIVALS,
    STORE_CHORES,
    STORE_PERSONAL,
    STORE_TALLIES
} store_set_name;

enum { STORE_SET_COUNT = 47, STORE_STATEMENTS_MAX = 16 /* per aggregate */ };

typedef struct {
    const char *const *sql;
    size_t count;
} store_set;

extern const store_set activations_set, api_keys_set, audit_set, brands_set, customers_set, idempotency_set, instance_seats_set,
    license_keys_set, licenses_set, meta_set, products_set, releases_set, sessions_set, signing_keys_set, offline_releases_set,
    revocations_set, trials_set, usage_set, activation_pages_set, audit_search_set, audit_seals_set, leases_set, webhooks_set,
    deliveries_set, delivery_log_set, expiry_set, settings_set, subscriptions_set, mails_set, facades_set, license_seen_set,
    client_sessions_set, mail_requests_set, email_verifications_set, trial_hardware_set, instant_redemptions_set,
    refund_requests_set, inbound_events_set, payments_set, operator_keys_set, ecosystem_set, mail_log_set, archive_set,
    arrivals_set, chores_set, personal_set, tallies_set;

pl_db_statement *store_statement(const tx_t *tx, store_set_name set, size_t index);

/* Whether this is store_write: who finds a row to change it takes the statement that locks it. */
bool store_is_writing(const tx_t *tx);

/* Steps to the one row: PL_OK with a row to be mapped and reset; PL_ERR_NOT_FOUND. */
pl_err store_one(pl_db_statement *statement);
/* Runs a statement that must change exactly one row: PL_ERR_NOT_FOUND when none. */
pl_err store_change_one(const tx_t *tx, pl_db_statement *statement);
/* A text column into the arena, NULL for NULL. PL_ERR_MEMORY. */
pl_err store_text(pl_db_statement *statement, int column, pl_arena *arena, const char **text);
/* NULL for 0, nil. */
void store_bind_time(pl_db_statement *statement, int index, int64_t time_ms);
void store_bind_id(pl_db_statement *statement, int index, pl_uuid id);

/* A growing array in the arena: room for one more item, zeroed; NULL when memory is exhausted. Start with {NULL, 0}. */
typedef struct {
    void *items;
    size_t count;
} store_rows;
void *store_rows_add(store_rows *rows, pl_arena *arena, size_t item_size);
/* Maps every row of a statement with map(row, item) until it is done, then resets it. */
typedef pl_err (*store_map)(pl_db_statement *row, pl_arena *arena, void *item);
pl_err store_collect(pl_db_statement *statement, pl_arena *arena, size_t item_size, store_map map, store_rows *rows);

#endif
