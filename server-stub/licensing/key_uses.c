/* SPDX-License-Identifier: Apache-2.0
 *
 * Uses of API keys, between two ticks of the writer.
 */
#include "licensing/key_uses.h"

#include "base/mem.h"
#include "platform/thread.h"

#include <string.h>

typedef struct {
    pl_uuid brand_id;
    pl_uuid id;
    int64_t at_ms;
} use_t;

struct key_uses {
    pl_mutex *mutex;
    size_t count;
    use_t items[KEY_USES_MAX];
};

void key_uses_free(key_uses_t *uses)
{
    if (!uses)
        return;
    pl_mutex_free(uses->mutex);
    pl_free(uses);
}

key_uses_t *key_uses_new(void)
{
    key_uses_t *uses = pl_alloc(sizeof(*uses));

    if (uses && !(uses->mutex = pl_mutex_new())) {
        pl_free(uses);
        return NULL;
    }
    return uses;
}

static void note(key_uses_t *uses, const api_key_t *key, int64_t now_ms)
{
    for (size_t i = 0; i < uses->count; i++)
        if (pl_uuid_equal(uses->items[i].id, key->id)) {
            uses->items[i].at_ms = now_ms;
            return;
        }
    if (uses->count < KEY_USES_MAX)
        uses->items[uses->count++] = (use_t){key->brand_id, key->id, now_ms};
}

void key_uses_note(key_uses_t *uses, const api_key_t *key, int64_t now_ms)
{
    if (!uses || now_ms - key->last_used_at_ms < KEY_USE_AFTER_MS)
        return;
    pl_mutex_lock(uses->mutex);
    note(uses, key, now_ms);
    pl_mutex_unlock(uses->mutex);
}

bool key_uses_is_empty(key_uses_t *uses)
{
    bool is_empty;

    pl_mutex_lock(uses->mutex);
    is_empty = uses->count == 0;
    pl_mutex_unlock(uses->mutex);
    return is_empty;
}

pl_err key_uses_flush(key_uses_t *uses, tx_t *tx)
{
    use_t taken[KEY_USES_MAX];
    size_t count;
    pl_err err = PL_OK;

    pl_mutex_lock(uses->mutex);
    count = uses->count;
    memcpy(taken, uses->items, count * sizeof(*taken));
    uses->count = 0;
    pl_mutex_unlock(uses->mutex);
    for (size_t i = 0; !err && i < count; i++)
        err = api_keys_note_use(tx, taken[i].brand_id, taken[i].id, taken[i].at_ms);
    return err;
}
