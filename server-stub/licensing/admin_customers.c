/* SPDX-License-Identifier: Apache-2.0
 *
 * Customers under the vendor's hand.
 */
#include "licensing/admin_customers.h"

#include "licensing/changes.h"

static pl_err refuse_taken(pl_err err)
{
    return err == PL_ERR_CONFLICT ? pl_fail(err, "another customer has that e-mail address") : err;
}

pl_err admin_customer_add(tx_t *tx, customer_t *customer)
{
    audit_t entry = {.brand_id = customer->brand_id, .action = AUDIT_CUSTOMER_ADDED};
    pl_err err;

    customer->id = entry.target = store_new_id(tx);
    customer->version = 1;
    err = refuse_taken(customers_insert(tx, customer));
    return err ? err : audit_append(tx, &entry);
}

pl_err admin_customer_change(tx_t *tx, const customer_t *before, customer_t *customer)
{
    changes_t changes = {.action = AUDIT_CUSTOMER_CHANGED, .brand_id = before->brand_id, .target = before->id};
    pl_err err;

    changes_personal(&changes, "email", before->email, customer->email);
    changes_personal(&changes, "name", before->name, customer->name);
    changes_personal(&changes, "metadata", before->metadata, customer->metadata);
    if (!changes.count)
        return PL_OK;
    err = refuse_taken(customers_change(tx, customer));
    return err ? err : changes_note(tx, &changes);
}
