/* SPDX-License-Identifier: Apache-2.0
 *
 * The holder of the newest keyring: readers pin it, a refresh replaces it.
 */
#include "licensing/keys.h"

#include "base/mem.h"
#include "licensing/keyring_state.h"
#include "licensing/sealing.h"
#include "platform/thread.h"
#include "store/meta.h"

struct keys {
    pl_mutex *mutex; /* of current: held for the time of counting one reference */
    keyring_t *current;
    uint8_t sealing_key[PL_SEAL_KEY_SIZE]; /* opened once: it outlives a change of the master key */
};

void keys_close(keys_t *keys)
{
    if (!keys)
        return;
    keyring_release(keys->current);
    pl_mutex_free(keys->mutex);
    pl_wipe(keys, sizeof(*keys));
    pl_free(keys);
}

static pl_err open_sealing_key(const uint8_t master[PL_SEAL_KEY_SIZE], tx_t *tx, uint8_t sealing_key[PL_SEAL_KEY_SIZE])
{
    const sealed_place_t place = {SEALED_SEALING_KEY, {{0}}, {NULL, 0}};
    meta_t meta;
    pl_err err = meta_read(tx, &meta);

    if (!err && unseal_at(master, &place, pl_span_of(meta.sealing_key, META_SEALED_SIZE), sealing_key))
        err = pl_fail(PL_ERR_SIGNATURE, "the master key is not the one this database was sealed with");
    return err;
}

pl_err keys_open(const uint8_t master[PL_SEAL_KEY_SIZE], tx_t *tx, keys_t **out)
{
    keys_t *keys = pl_alloc(sizeof(*keys));
    pl_err err;

    if (!keys)
        return PL_ERR_MEMORY;
    err = (keys->mutex = pl_mutex_new()) ? open_sealing_key(master, tx, keys->sealing_key) : PL_ERR_MEMORY;
    if (!err)
        err = keyring_load(keys->sealing_key, tx, &keys->current);
    if (err) {
        keys_close(keys);
        return err;
    }
    *out = keys;
    return PL_OK;
}

static void replace(keys_t *keys, keyring_t *fresh)
{
    keyring_t *old;

    pl_mutex_lock(keys->mutex);
    old = keys->current;
    keys->current = fresh;
    pl_mutex_unlock(keys->mutex);
    keyring_release(old);
}

pl_err keys_refresh(keys_t *keys, tx_t *tx)
{
    keyring_t *fresh;
    int64_t generation;
    pl_err err = meta_read_generation(tx, &generation);

    if (err || generation == keys->current->generation) /* only the one who refreshes writes current: no lock for this look */
        return err;
    if ((err = keyring_load(keys->sealing_key, tx, &fresh)))
        return err;
    replace(keys, fresh);
    return PL_OK;
}

static void release(void *keyring)
{
    keyring_release(keyring);
}

const keyring_t *keys_pin(keys_t *keys, pl_arena *arena)
{
    keyring_t *keyring;

    pl_mutex_lock(keys->mutex);
    keyring = keys->current;
    atomic_fetch_add(&keyring->references, 1);
    pl_mutex_unlock(keys->mutex);
    return pl_arena_on_reset(arena, release, keyring) == 0 ? keyring : NULL;
}
