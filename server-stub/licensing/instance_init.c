/* SPDX-License-Identifier: Apache-2.0
 *
 * Making an installation: directory, master key, database, first brand.
 */
#include "licensing/instance.h"

#include <stdio.h>

#include "licensing/admin.h"
#include "licensing/instance_state.h"
#include "licensing/master_key.h"
#include "licensing/sealing.h"
#include "licensing/secret_file.h"
#include "store/meta.h"

typedef struct {
    instance_t *instance;
    const instance_order_t *order;
    const uint8_t *master;
    brand_made_t brand;
    bool made_directory; /* what is to be undone when the rest fails; of PostgreSQL's an empty schema stays */
    bool made_database;
} init_run;

static pl_err refuse_entry(void *visitor, const char *name)
{
    return pl_fail(PL_ERR_CONFLICT, "%s holds %s already; init takes an empty or a new directory", (const char *)visitor, name);
}

static pl_err make_directory(const char *directory, bool *is_new)
{
    const pl_fs *fs = pl_fs_system();
    pl_err err = fs->list(fs->context, directory, refuse_entry, (void *)(uintptr_t)directory);

    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    *is_new = err == PL_ERR_NOT_FOUND;
    return fs->make_directory(fs->context, directory);
}

static pl_err insert_meta(tx_t *tx, const uint8_t master[PL_SEAL_KEY_SIZE])
{
    const sealed_place_t sealing_place = {SEALED_SEALING_KEY, {{0}}, {NULL, 0}};
    const sealed_place_t secret_place = {SEALED_KEY_HASH_SECRET, {{0}}, {NULL, 0}};
    uint8_t sealing_key[PL_SEAL_KEY_SIZE], secret[PL_SEAL_KEY_SIZE];
    meta_t meta = {.epoch = 1, .generation = 1, .last_time_ms = tx->now_ms};
    pl_err err;

    pl_random(sealing_key, sizeof(sealing_key));
    pl_random(secret, sizeof(secret));
    if (!(err = seal_at(master, &sealing_place, pl_span_of(sealing_key, sizeof(sealing_key)), meta.sealing_key)) &&
        !(err = seal_at(sealing_key, &secret_place, pl_span_of(secret, sizeof(secret)), meta.key_hash_secret)))
        err = meta_insert(tx, &meta);
    pl_wipe(sealing_key, sizeof(sealing_key));
    pl_wipe(secret, sizeof(secret));
    return err;
}

static pl_err fill(void *context, tx_t *tx)
{
    init_run *init = context;
    const brand_order_t order = {init->order->brand_slug, init->order->brand_name, init->order->place.directory,
                                 init->order->alg};
    const keyring_t *keyring;
    keys_t *keys;
    pl_err err;

    err = insert_meta(tx, init->master);
    if (err == PL_ERR_CONFLICT)
        return pl_fail(err, "the database holds an installation already; give --data its directory, or --db an empty database");
    if (err || (err = keys_open(init->master, tx, &keys)))
        return err;
    keyring = keys_pin(keys, tx->arena);
    err = keyring ? admin_brand_add(tx, keyring, &order, &init->brand) : PL_ERR_MEMORY;
    keys_close(keys);
    return err;
}

static void remove_database(const instance_t *instance)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    const pl_fs *fs = pl_fs_system();
    pl_buf path;

    pl_buf_init(&path);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        pl_buf_clear(&path);
        pl_buf_add_format(&path, "%s%s", instance->database, ends[i]);
        if (!path.err)
            fs->remove(fs->context, path.data);
    }
    pl_buf_reset(&path);
}

/* What this run began is taken away again, so that init can be tried anew. The failure keeps its own detail. */
static pl_err undo(const init_run *init, pl_err err)
{
    const pl_fs *fs = pl_fs_system();
    char detail[PL_ERR_DETAIL_MAX + 1];

    (void)snprintf(detail, sizeof(detail), "%s", pl_err_detail());
    if (init->made_database)
        remove_database(init->instance);
    admin_brand_undo(&init->brand);
    if (init->instance->master_is_file)
        fs->remove(fs->context, init->instance->master_key);
    if (init->made_directory)
        (void)remove(init->order->place.directory); /* unless somebody has put something there */
    return pl_fail(err, "%s", detail);
}

static pl_err build(init_run *init, pl_arena *arena)
{
    instance_t *instance = init->instance;
    pl_err err = PL_OK;

    if (!instance->is_shared) {
        err = secret_file_create(instance->database, pl_span_of("", 0)); /* so that SQLite's files are 0600 too */
        init->made_database = !err;
    }
    if (err || (err = instance_open_store(instance, DB_READ_WRITE_CREATE, &instance->store)))
        return err;
    return instance_write(instance, arena, fill, init);
}

static pl_err run(init_run *init, pl_arena *arena)
{
    instance_t *instance = init->instance;
    uint8_t master[PL_SEAL_KEY_SIZE];
    pl_err err = master_key_make(instance->master_key, master, &instance->master_is_file);

    if (err)
        return err;
    init->master = master;
    err = build(init, arena);
    init->master = NULL;
    pl_wipe(master, sizeof(master));
    store_close(instance->store);
    instance->store = NULL;
    return err ? undo(init, err) : PL_OK;
}

pl_err instance_init(pl_arena *arena, const instance_order_t *order, instance_made_t *made)
{
    init_run init = {.order = order};
    pl_err err;

    if ((err = pl_crypto_ready()) || (err = instance_check_place(&order->place)) ||
        (err = admin_check_names(order->brand_slug, order->brand_name)) ||
        (err = make_directory(order->place.directory, &init.made_directory)))
        return err;
    if (!(init.instance = instance_at(&order->place, &order->clock)))
        return PL_ERR_MEMORY;
    err = run(&init, arena);
    instance_close(init.instance);
    if (err)
        return err;
    *made = (instance_made_t){init.brand.brand.id, init.brand.api_key, init.brand.root_key_file, init.brand.reserve_key_file,
                              init.brand.root_public_jwks};
    return PL_OK;
}
