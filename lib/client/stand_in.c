/* SPDX-License-Identifier: Apache-2.0
 *
 * Two identities after a vault was busy; see stand_in.h.
 */
#include "client/stand_in.h"

#include <string.h>

#include "client/identity.h"

/* Whether an answer that is held was given to it. */
static bool is_answered(const pl_holding *holding, pl_span record)
{
    bool is = false;

    for (size_t i = 0; holding && i < holding->count; i++) {
        const pl_claims *claims = &holding->claims[i];

        is = is || (claims->kind == PL_CLAIMS_ANSWER && claims->has_device_key &&
                    memcmp(claims->device_key, record.data + PL_IDENTITY_PUBLIC_AT, PL_DEVICE_PUBLIC_SIZE) == 0);
    }
    return is;
}

pl_err pl_stand_in_reconcile(pospal_client *client, pl_vault *real)
{
    pl_buf record;
    pl_err err;

    pl_buf_init(&record);
    if ((err = pl_vault_get(real, PL_IDENTITY_ITEM, &record)) == PL_OK) {
        pl_buf_clear(&record);
        if (!pl_vault_get(client->vault, PL_IDENTITY_ITEM, &record) && !is_answered(client->holding, pl_buf_span(&record)))
            pl_vault_disown(client->vault, PL_IDENTITY_ITEM);
    }
    pl_buf_reset(&record);
    if (err == PL_ERR_BUSY || err == PL_ERR_MEMORY)
        return err;
    pl_identity_owe_mark(client);
    return PL_OK;
}
