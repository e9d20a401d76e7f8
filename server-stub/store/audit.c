/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit table.
 */
#include "store/audit.h"

#include "crypto/crypto.h"
#include "store/statements.h"

#include <string.h>

enum { APPEND, LIST };

enum { COMMITMENT_SIZE = 44 /* base64url of 32 bytes, with the NUL */ };

static const char *const sql[] = {
    [APPEND] = "INSERT INTO audit (brand_id, id, actor, action, target, metadata, address, request_id, was, became, salt,"
               "                   address_mark, note)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",

    [LIST] = "SELECT " AUDIT_COLUMNS " FROM audit a"
             " WHERE a.brand_id = $1 AND a.id < $2"
             " ORDER BY a.id DESC"
             " LIMIT $3",
};

static const char *const action_texts[] = {
    [0] = "unknown",
    [AUDIT_BRAND_ADDED] = "brand.added",
    [AUDIT_PRODUCT_ADDED] = "product.added",
    [AUDIT_API_KEY_ADDED] = "api_key.added",
    [AUDIT_LICENSE_ISSUED] = "license.issued",
    [AUDIT_LICENSE_SUSPENDED] = "license.suspended",
    [AUDIT_LICENSE_RESUMED] = "license.resumed",
    [AUDIT_LICENSE_CANCELLED] = "license.cancelled",
    [AUDIT_LICENSE_RENEWED] = "license.renewed",
    [AUDIT_LICENSE_FILE] = "license.file_issued",
    [AUDIT_ACTIVATED] = "activation.added",
    [AUDIT_REACTIVATED] = "activation.taken_back",
    [AUDIT_DEACTIVATED] = "activation.deactivated",
    [AUDIT_RELEASED] = "activation.released",
    [AUDIT_CLONE_SUSPECTED] = "activation.clone_suspected",
    [AUDIT_KEYS_ROTATED] = "keys.rotated",
    [AUDIT_KEY_RETIRED] = "keys.retired",
    [AUDIT_KEY_REVOKED] = "keys.revoked",
    [AUDIT_MASTER_KEY_CHANGED] = "instance.rewrapped",
    [AUDIT_RESTORED] = "instance.restored",
    [AUDIT_CLOCK_ACCEPTED] = "instance.clock_accepted",
    [AUDIT_LICENSE_REVEALED] = "license.revealed",
    [AUDIT_SESSION_TAKEN_OVER] = "session.taken_over",
    [AUDIT_ROOT_ADDED] = "keys.root_added",
    [AUDIT_OTHER_INSTANCE] = "activation.other_instance",
    [AUDIT_USAGE_FORKED] = "usage.forked",
    [AUDIT_USAGE_REFUSED] = "usage.refused",
    [AUDIT_LICENSE_IMPORTED] = "license.imported",
    [AUDIT_EXPORTED] = "brand.exported",
    [AUDIT_USAGE_MISSING] = "usage.missing",
    [AUDIT_RELEASE_ADDED] = "release.added",
    [AUDIT_RELEASE_WITHDRAWN] = "release.withdrawn",
    [AUDIT_ANSWERED_OFFLINE] = "activation.answered_offline",
    [AUDIT_RELEASED_OFFLINE] = "activation.released_offline",
    [AUDIT_TRIAL_FILE] = "trial.file_issued",
    [AUDIT_REVOCATIONS_SIGNED] = "revocations.signed",
    [AUDIT_PRODUCT_CHANGED] = "product.changed",
    [AUDIT_CUSTOMER_ADDED] = "customer.added",
    [AUDIT_CUSTOMER_CHANGED] = "customer.changed",
    [AUDIT_LICENSE_CHANGED] = "license.changed",
    [AUDIT_LICENSE_REACTIVATED] = "license.reactivated",
    [AUDIT_LICENSE_TRANSFERRED] = "license.transferred",
    [AUDIT_LICENSE_STARTED] = "license.started",
    [AUDIT_ACTIVATION_FREED] = "activation.freed",
    [AUDIT_SESSION_ENDED] = "session.ended",
    [AUDIT_API_KEY_CHANGED] = "api_key.changed",
    [AUDIT_API_KEY_ROTATED] = "api_key.rotated",
    [AUDIT_API_KEY_REVOKED] = "api_key.revoked",
    [AUDIT_WEBHOOK_ADDED] = "webhook.added",
    [AUDIT_WEBHOOK_CHANGED] = "webhook.changed",
    [AUDIT_WEBHOOK_REMOVED] = "webhook.removed",
    [AUDIT_WEBHOOK_ROTATED] = "webhook.secret_rotated",
    [AUDIT_WEBHOOK_DISABLED] = "webhook.disabled",
    [AUDIT_ERASED] = "audit.erased",
    [AUDIT_SETTING_CHANGED] = "setting.changed",
    [AUDIT_FACADE_BOUND] = "facade.bound",
    [AUDIT_FACADE_UNBOUND] = "facade.unbound",
    [AUDIT_MACHINE_SWITCHED] = "machine.switched",
    [AUDIT_REFUND_REQUESTED] = "refund.requested",
    [AUDIT_LICENSE_RECOVERY] = "license.recovery_mailed",
    [AUDIT_TRIAL_CONTRADICTED] = "trial.contradicted",
    [AUDIT_EMAIL_VERIFIED] = "email.verified",
    [AUDIT_PAYMENT_RECEIVED] = "payment.received",
    [AUDIT_PAYMENT_FAILED] = "payment.failed",
    [AUDIT_PAYMENT_REFUNDED] = "payment.refunded",
    [AUDIT_PAYMENT_DISPUTED] = "payment.disputed",
    [AUDIT_DISPUTE_CLOSED] = "payment.dispute_closed",
    [AUDIT_SUBSCRIPTION_BEGUN] = "subscription.begun",
    [AUDIT_SUBSCRIPTION_CHANGED] = "subscription.changed",
    [AUDIT_SUBSCRIPTION_ENDED] = "subscription.ended",
    [AUDIT_PAYMENT_DUPLICATE] = "payment.duplicate",
    [AUDIT_PAYMENT_PENDING] = "payment.pending",
    [AUDIT_PAYMENT_METHOD] = "payment.method",
    [AUDIT_BILLING_MENDED] = "billing.mended",
    [AUDIT_PAYMENT_ATTENTION] = "payment.attention",
    [AUDIT_PORTAL_OPENED] = "portal.opened",
    [AUDIT_BILLING_CUSTOMER] = "billing.customer",
    [AUDIT_OPERATOR_KEY_ADDED] = "operator_key.added",
    [AUDIT_OPERATOR_KEY_REVOKED] = "operator_key.revoked",
    [AUDIT_OPERATOR_LOOKED] = "operator.looked",
    [AUDIT_MAIL_RESENT] = "mail.resent",
    [AUDIT_CUSTOMER_IMPORTED] = "customer.imported",
    [AUDIT_CUSTOMER_ERASED] = "customer.erased",
    [AUDIT_CUSTOMER_EXPORTED] = "customer.exported",
    [AUDIT_REFUND_APPROVED] = "refund.approved",
    [AUDIT_REFUND_REJECTED] = "refund.rejected",
    [AUDIT_REFUND_MADE] = "refund.made",
};

const store_set audit_set = {sql, sizeof(sql) / sizeof(sql[0])};

const char *audit_action_text(audit_action action)
{
    bool is_known = action > 0 && (size_t)action < sizeof(action_texts) / sizeof(action_texts[0]) && action_texts[action];

    return is_known ? action_texts[action] : "unknown";
}

audit_action audit_action_parse(const char *text)
{
    for (size_t i = 1; i < sizeof(action_texts) / sizeof(action_texts[0]); i++)
        if (action_texts[i] && strcmp(action_texts[i], text) == 0)
            return (audit_action)i;
    return (audit_action)0;
}

pl_err audit_map(pl_db_statement *row, pl_arena *arena, void *item)
{
    audit_t *entry = item;
    pl_err err;

    entry->brand_id = pl_db_column_uuid(row, 0);
    entry->id = pl_db_column_uuid(row, 1);
    entry->action = (audit_action)pl_db_column_int(row, 3);
    entry->target = pl_db_column_uuid(row, 4);
    entry->has_salt = pl_db_column_bytes(row, 10, entry->salt, sizeof(entry->salt)) == sizeof(entry->salt);
    entry->seal = pl_db_column_int(row, 12);
    if ((err = store_text(row, 2, arena, &entry->actor)) || (err = store_text(row, 5, arena, &entry->metadata)) ||
        (err = store_text(row, 6, arena, &entry->address)) || (err = store_text(row, 7, arena, &entry->request_id)) ||
        (err = store_text(row, 13, arena, &entry->note)) || (err = store_text(row, 8, arena, &entry->before)) ||
        (err = store_text(row, 9, arena, &entry->after)))
        return err;
    return store_text(row, 11, arena, &entry->address_mark);
}

/* ---- commitments ---- */

static void commit(const uint8_t salt[AUDIT_SALT_SIZE], const char *value, char text[COMMITMENT_SIZE])
{
    uint8_t key[32] = {0};
    uint8_t mac[PL_MAC_SIZE];

    memcpy(key, salt, AUDIT_SALT_SIZE);
    pl_mac(key, pl_span_text(value), mac);
    pl_base64url_encode(pl_span_of(mac, sizeof(mac)), text);
}

const char *audit_commit(pl_arena *arena, audit_t *entry, const char *value)
{
    char text[COMMITMENT_SIZE];

    if (!entry->has_salt)
        pl_random(entry->salt, sizeof(entry->salt));
    entry->has_salt = true;
    commit(entry->salt, value, text);
    return pl_arena_text(arena, pl_span_text(text));
}

bool audit_commitment_fits(const audit_t *entry, const char *value, const char *commitment)
{
    char text[COMMITMENT_SIZE];

    commit(entry->salt, value, text);
    return entry->has_salt && strcmp(text, commitment) == 0;
}

bool audit_note_fits(const audit_t *entry)
{
    char text[COMMITMENT_SIZE];

    commit(entry->salt, entry->note, text);
    return entry->has_salt && entry->after && strstr(entry->after, text);
}

/* ---- statements ---- */

pl_err audit_append(tx_t *tx, const audit_t *entry)
{
    pl_db_statement *insert = store_statement(tx, STORE_AUDIT, APPEND);
    audit_t salted = *entry;

    if (tx->address && !(salted.address_mark = audit_commit(tx->arena, &salted, tx->address)))
        return PL_ERR_MEMORY;
    pl_db_bind_uuid(insert, 1, entry->brand_id);
    pl_db_bind_uuid(insert, 2, store_new_id(tx));
    pl_db_bind_text(insert, 3, tx->actor);
    pl_db_bind_int(insert, 4, entry->action);
    store_bind_id(insert, 5, entry->target);
    pl_db_bind_text(insert, 6, entry->metadata);
    pl_db_bind_text(insert, 7, tx->address);
    pl_db_bind_text(insert, 8, tx->request_id);
    pl_db_bind_text(insert, 9, entry->before);
    pl_db_bind_text(insert, 10, entry->after);
    if (salted.has_salt)
        pl_db_bind_blob(insert, 11, salted.salt, sizeof(salted.salt));
    else
        pl_db_bind_null(insert, 11);
    pl_db_bind_text(insert, 12, salted.address_mark);
    pl_db_bind_text(insert, 13, entry->note);
    return pl_db_err(pl_db_run(insert));
}

pl_err audit_list(tx_t *tx, pl_uuid brand_id, pl_uuid before, audit_t **entries, size_t *count)
{
    pl_db_statement *select = store_statement(tx, STORE_AUDIT, LIST);
    store_rows rows = {NULL, 0};
    pl_err err;

    if (pl_uuid_is_nil(before))
        memset(before.bytes, 0xff, sizeof(before.bytes));
    pl_db_bind_uuid(select, 1, brand_id);
    pl_db_bind_uuid(select, 2, before);
    pl_db_bind_int(select, 3, AUDIT_PAGE_MAX);
    err = store_collect(select, tx->arena, sizeof(audit_t), audit_map, &rows);
    *entries = rows.items;
    *count = rows.count;
    return err;
}
