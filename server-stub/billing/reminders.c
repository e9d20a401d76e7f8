/* SPDX-License-Identifier: Apache-2.0
 *
 * Reminders of renewals.
 */
#include "billing/reminders.h"

#include <inttypes.h>

#include "billing/letters.h"
#include "billing/purchase.h"

static const int64_t DAY_MS = INT64_C(24) * 3600 * 1000;

/* A license that the vendor has stopped is not talked about; its renewal, if it comes, is. */
static pl_err remind(tx_t *tx, const billing_scope_t *scope, const subscription_t *row)
{
    purchase_t about = {.kind = PURCHASE_SAME, .row = *row};
    char id[PL_UUID_TEXT_SIZE];
    notice_t letter = {.template = MAIL_RENEWAL_REMINDER};
    pl_err err = admin_license_find(tx, row->brand_id, row->license_id, &about.view);

    if (err)
        return err;
    pl_uuid_format(row->id, id);
    letter.occasion = pl_arena_format(tx->arena, "%s:%" PRId64, id, row->next_billing_at_ms);
    if (about.view.status == LICENSE_ACTIVE && (err = letter_order(tx, scope, &about, &letter, NULL)))
        return err;
    return subscriptions_note_reminded(tx, row);
}

pl_err reminders_order(tx_t *tx, const billing_scope_t *scope)
{
    subscription_t *rows;
    size_t count;
    pl_err err = subscriptions_list_unreminded(tx, scope->brand_id, tx->now_ms + REMINDER_DAYS * DAY_MS, &rows, &count);

    for (size_t i = 0; !err && i < count; i++)
        err = remind(tx, scope, &rows[i]);
    return err;
}
