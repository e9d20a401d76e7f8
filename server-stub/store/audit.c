/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit table.
 */
#include "store/audit.h"

#include "crypto/crypto.h"
#include "store/statements.h"

#include <string.h>

enum { APPEND, LIST };

static const char *const sql[] = {
    [APPEND] = "INSERT INTO audit (brand_id, id, actor, action, target, metadata, address)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7)",

    [LIST] = "SELECT brand_id, id, actor, action, target, metadata, address"
             " FROM audit"
             " WHERE brand_id = $1 AND id < $2"
             " ORDER BY id DESC"
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
};

const store_set audit_set = {sql, sizeof(sql) / sizeof(sql[0])};

const char *audit_action_text(audit_action action)
{
    bool is_known = action > 0 && (size_t)action < sizeof(action_texts) / sizeof(action_texts[0]) && action_texts[action];

    return is_known ? action_texts[action] : "unknown";
}

static pl_err map(pl_db_statement *row, pl_arena *arena, void *item)
{
    audit_t *entry = item;
    pl_err err;

    entry->brand_id = pl_db_column_uuid(row, 0);
    entry->id = pl_db_column_uuid(row, 1);
    entry->action = (audit_action)pl_db_column_int(row, 3);
    entry->target = pl_db_column_uuid(row, 4);
    if ((err = store_text(row, 2, arena, &entry->actor)) || (err = store_text(row, 5, arena, &entry->metadata)))
        return err;
    return store_text(row, 6, arena, &entry->address);
}

pl_err audit_append(tx_t *tx, const audit_t *entry)
{
    pl_db_statement *insert = store_statement(tx, STORE_AUDIT, APPEND);

    pl_db_bind_uuid(insert, 1, entry->brand_id);
    pl_db_bind_uuid(insert, 2, store_new_id(tx));
    pl_db_bind_text(insert, 3, tx->actor);
    pl_db_bind_int(insert, 4, entry->action);
    store_bind_id(insert, 5, entry->target);
    pl_db_bind_text(insert, 6, entry->metadata);
    pl_db_bind_text(insert, 7, tx->address);
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
    err = store_collect(select, tx->arena, sizeof(audit_t), map, &rows);
    *entries = rows.items;
    *count = rows.count;
    return err;
}
