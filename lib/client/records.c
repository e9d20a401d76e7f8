/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening the vault and taking turns at it with other processes; see records.h. Sealing and storing are in state/vault.c.
 */
#include "client/records.h"

#include <stdio.h>

#include "client/place.h"
#include "client/polling.h"
#include "client/stand_in.h"

enum { PATIENCE_MS = 3000, RETRY_MS = 250 };

static pl_polling begin(pl_records_mode mode)
{
    return pl_polling_begin(mode == PL_RECORDS_WAIT ? PATIENCE_MS : 0);
}

static bool wait_for_others(pospal_client *client, pl_polling *p)
{
    return pl_polling_wait(client, p, "the vault");
}

/* What is busy or full is so for a while: another reason may come after it, and it may pass. */
static void note_storage(pospal_client *client, pl_err err)
{
    if (!err || err == client->vault_storage || (client->vault_storage && client->vault_storage != PL_ERR_BUSY))
        return;
    client->vault_storage = err;
    snprintf(client->vault_detail, sizeof client->vault_detail, "%s", pl_err_detail());
    pl_log_write(&client->log, PL_LOG_WARN, "license key and device key are kept in memory only: %s", client->vault_detail);
}

static pl_err open_once(pospal_client *client, pl_vault **vault, pl_err *storage)
{
    pl_time now = pl_clock_read(&client->clock);
    bool is_usable = pl_place_is_usable(client);
    pl_vault_options options = {.fs = client->options.fs,
                                .directory = client->directory,
                                .keys = client->wrap_keys,
                                .key_count = client->wrap_key_count,
                                .now_ms = now.wall_ms,
                                .log = &client->log,
                                .refusal = is_usable ? PL_OK : client->storage,
                                .why = client->storage_detail};
    bool set_aside;
    pl_err err = pl_vault_open(&options, vault, storage, &set_aside);

    client->was_set_aside = client->was_set_aside || set_aside;
    return err;
}

/* PL_ERR_BUSY, and no vault, unless this is the last try: then a stand-in. */
static pl_err try_open(pospal_client *client, bool is_last_try)
{
    pl_vault *vault;
    pl_err storage;
    pl_err err = open_once(client, &vault, &storage);

    if (err)
        return err;
    if (storage == PL_ERR_BUSY && !is_last_try) {
        pl_vault_close(vault);
        return storage;
    }
    client->vault = vault;
    if (storage && storage != PL_ERR_BUSY)
        client->vault_retry_ms = pl_clock_read(&client->clock).boot_ms + RETRY_MS;
    note_storage(client, storage);
    return PL_OK;
}

static bool is_better(const pl_vault *real, const pl_vault *stand_in)
{
    return pl_vault_is_durable(real) || (pl_vault_is_readable(real) && !pl_vault_is_readable(stand_in));
}

/* One try, without waiting: who may wait did so when the vault was first needed, or does so around this. */
static void replace_stand_in(pospal_client *client)
{
    pl_vault *real;
    pl_err storage;

    if (open_once(client, &real, &storage))
        return;
    if (storage && storage != PL_ERR_BUSY)
        client->vault_retry_ms = pl_clock_read(&client->clock).boot_ms + RETRY_MS;
    if (!is_better(real, client->vault) || pl_stand_in_reconcile(client, real)) {
        pl_vault_close(real);
        return;
    }
    pl_vault_inherit(real, client->vault);
    pl_vault_close(client->vault);
    client->vault = real;
    note_storage(client, storage);
}

void pl_records_settle(pospal_client *client)
{
    if (!client->vault)
        return;
    if (pl_vault_is_stand_in(client->vault) && pl_clock_read(&client->clock).boot_ms >= client->vault_retry_ms)
        replace_stand_in(client);
    if (pl_vault_settle(client->vault) || !client->vault_storage || !pl_vault_is_durable(client->vault))
        return;
    pl_log_write(&client->log, PL_LOG_INFO, "what was kept in memory only is stored now");
    client->vault_storage = PL_OK;
    client->vault_detail[0] = '\0';
}

static pl_err open_vault(pospal_client *client, pl_polling *p)
{
    bool is_last_try = false;
    pl_err err = PL_OK;

    while (!client->vault && (err = try_open(client, is_last_try)) == PL_ERR_BUSY && p->until_us != 0)
        is_last_try = !wait_for_others(client, p);
    return client->vault ? PL_OK : err;
}

pl_err pl_records_open(pospal_client *client, pl_records_mode mode)
{
    pl_polling p = begin(mode);

    return open_vault(client, &p);
}

/* One call of the vault's, with what it is called with. */
typedef struct {
    pl_records_call act;
    const char *name;
    pl_span value;
    pl_buf *out;
} vault_call;

static pl_err act_get(pl_vault *vault, const void *call)
{
    return pl_vault_get(vault, ((const vault_call *)call)->name, ((const vault_call *)call)->out);
}

static pl_err act_put(pl_vault *vault, const void *call)
{
    return pl_vault_put(vault, ((const vault_call *)call)->name, ((const vault_call *)call)->value);
}

static pl_err act_remove(pl_vault *vault, const void *call)
{
    return pl_vault_remove(vault, ((const vault_call *)call)->name);
}

static pl_err act_clear(pl_vault *vault, const void *call)
{
    (void)call;
    return pl_vault_clear(vault);
}

static pl_err act_patiently(pospal_client *client, pl_records_call act, const void *call, pl_polling *p)
{
    pl_err err = open_vault(client, p);

    if (err)
        return err;
    do {
        pl_records_settle(client);
        err = act(client->vault, call);
    } while (err == PL_ERR_BUSY && wait_for_others(client, p));
    return err;
}

pl_err pl_records_act(pospal_client *client, pl_records_call act, const void *call, pl_records_mode mode)
{
    pl_polling p = begin(mode);

    return act_patiently(client, act, call, &p);
}

/* Who waited for the vault once, and in vain, does not wait again for each of many records. */
static pl_err run(pospal_client *client, const vault_call *call, pl_records_mode mode)
{
    bool is_patient = mode == PL_RECORDS_WAIT && !(client->vault && pl_vault_is_stand_in(client->vault));
    pl_polling p = begin(is_patient ? PL_RECORDS_WAIT : PL_RECORDS_AT_ONCE);

    return act_patiently(client, call->act, call, &p);
}

pl_err pl_records_get(pospal_client *client, const char *name, pl_buf *value, pl_records_mode mode)
{
    vault_call call = {.act = act_get, .name = name, .out = value};

    return run(client, &call, mode);
}

pl_err pl_records_put(pospal_client *client, const char *name, pl_span value, pl_records_mode mode)
{
    vault_call call = {.act = act_put, .name = name, .value = value};
    pl_err err = run(client, &call, mode);

    if (err != PL_ERR_MEMORY && err != PL_ERR_TOO_LARGE && (err != PL_ERR_BUSY || mode == PL_RECORDS_WAIT))
        note_storage(client, err);
    return err;
}

pl_err pl_records_remove(pospal_client *client, const char *name)
{
    vault_call call = {.act = act_remove, .name = name};

    return run(client, &call, PL_RECORDS_WAIT);
}

pl_err pl_records_clear(pospal_client *client)
{
    vault_call call = {.act = act_clear};

    return run(client, &call, PL_RECORDS_WAIT);
}
