/* SPDX-License-Identifier: Apache-2.0
 *
 * Pending requests as one record of the vault, oldest first; see pending.h.
 */
#include "client/pending.h"

#include <string.h>

#include "client/identity.h"

enum { NUMBERS = 4, ITEM_SIZE = PL_NONCE_SIZE + PL_DIGEST_SIZE + NUMBERS * 8 + PL_LICENSE_KEY_MAX + 1 };

static const char item[] = "pending_requests";

typedef struct {
    pl_pending items[PL_PENDING_MAX];
    size_t count;
} list;

static void write_number(uint8_t *bytes, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(number >> (8 * i));
}

static uint64_t read_number(const uint8_t *bytes)
{
    uint64_t number = 0;

    for (int i = 7; i >= 0; i--)
        number = number << 8 | bytes[i];
    return number;
}

static void encode(const pl_pending *pending, uint8_t bytes[ITEM_SIZE])
{
    uint8_t *numbers = bytes + PL_NONCE_SIZE + PL_DIGEST_SIZE;

    memset(bytes, 0, ITEM_SIZE);
    memcpy(bytes, pending->nonce, PL_NONCE_SIZE);
    memcpy(bytes + PL_NONCE_SIZE, pending->digest, PL_DIGEST_SIZE);
    write_number(numbers, (uint64_t)pending->asked_at);
    write_number(numbers + 8, (uint64_t)pending->asked.wall_ms);
    write_number(numbers + 16, (uint64_t)pending->asked.boot_ms);
    write_number(numbers + 24, pending->asked.boot_id);
    memcpy(numbers + NUMBERS * 8, pending->key, strlen(pending->key));
}

static void decode(const uint8_t bytes[ITEM_SIZE], pl_pending *pending)
{
    const uint8_t *numbers = bytes + PL_NONCE_SIZE + PL_DIGEST_SIZE;

    memcpy(pending->nonce, bytes, PL_NONCE_SIZE);
    memcpy(pending->digest, bytes + PL_NONCE_SIZE, PL_DIGEST_SIZE);
    pending->asked_at = (int64_t)read_number(numbers);
    pending->asked.wall_ms = (int64_t)read_number(numbers + 8);
    pending->asked.boot_ms = (int64_t)read_number(numbers + 16);
    pending->asked.boot_id = read_number(numbers + 24);
    memcpy(pending->key, numbers + NUMBERS * 8, sizeof pending->key);
    pending->key[PL_LICENSE_KEY_MAX] = '\0';
}

/* A record that is damaged is as good as none: a new request can be made. */
static pl_err load(pospal_client *client, list *all)
{
    pl_buf record;
    pl_err err;

    all->count = 0;
    pl_buf_init(&record);
    err = pl_identity_get_record(client, item, &record);
    if (!err && record.size % ITEM_SIZE == 0)
        for (size_t at = 0; at < record.size && all->count < PL_PENDING_MAX; at += ITEM_SIZE)
            decode((const uint8_t *)record.data + at, &all->items[all->count++]);
    pl_buf_reset(&record);
    return err == PL_ERR_MEMORY || err == PL_ERR_BUSY ? err : PL_OK;
}

static pl_err store(pospal_client *client, const list *all)
{
    uint8_t bytes[PL_PENDING_MAX * ITEM_SIZE];
    pl_err err;

    for (size_t i = 0; i < all->count; i++)
        encode(&all->items[i], bytes + i * ITEM_SIZE);
    err = pl_identity_put_record(client, item, pl_span_of(bytes, all->count * ITEM_SIZE));
    pl_wipe(bytes, sizeof bytes);
    return err;
}

static size_t find(const list *all, const uint8_t nonce[PL_NONCE_SIZE])
{
    size_t i = 0;

    while (i < all->count && memcmp(all->items[i].nonce, nonce, PL_NONCE_SIZE) != 0)
        i++;
    return i;
}

static void drop(list *all, size_t index)
{
    all->count--;
    memmove(&all->items[index], &all->items[index + 1], (all->count - index) * sizeof all->items[0]);
}

pl_err pl_pending_add(pospal_client *client, const pl_pending *pending)
{
    list all;
    pl_err err = load(client, &all);

    if (!err) {
        if (all.count == PL_PENDING_MAX)
            drop(&all, 0);
        all.items[all.count++] = *pending;
        err = store(client, &all);
    }
    pl_wipe(&all, sizeof all);
    return err;
}

pl_err pl_pending_find(pospal_client *client, const uint8_t nonce[PL_NONCE_SIZE], pl_pending *pending)
{
    list all;
    pl_err err = load(client, &all);
    size_t place = err ? 0 : find(&all, nonce);

    if (!err && place == all.count)
        err = PL_ERR_NOT_FOUND;
    if (!err)
        *pending = all.items[place];
    pl_wipe(&all, sizeof all);
    return err;
}

pl_err pl_pending_remove(pospal_client *client, const uint8_t nonce[PL_NONCE_SIZE])
{
    list all;
    pl_err err = load(client, &all);
    size_t place = err ? 0 : find(&all, nonce);

    if (!err && place < all.count) {
        drop(&all, place);
        err = store(client, &all);
    }
    pl_wipe(&all, sizeof all);
    return err;
}

pl_err pl_pending_clear(pospal_client *client)
{
    list none = {.count = 0};
    pl_buf record;
    pl_err err;

    pl_buf_init(&record);
    err = pl_identity_get_record(client, item, &record);
    pl_buf_reset(&record);
    return err == PL_ERR_NOT_FOUND ? PL_OK : store(client, &none);
}
