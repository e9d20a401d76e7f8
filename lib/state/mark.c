/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoding of the time mark; see mark.h. The rules of time are in license/timeline.c.
 */
#include "state/mark.h"

#include <string.h>

#include "crypto/crypto.h"

static const char mark_name[] = "mark";
static const char magic[4] = {'P', 'L', 'M', '2'};

/* As it was written first, without what a believed lead made of it. */
static const char first_magic[4] = {'P', 'L', 'M', '1'};

enum { BODY_SIZE = PL_MARK_SIZE - PL_MAC_SIZE, FIRST_SIZE = PL_MARK_SIZE - 8 };

static void put_u64(uint8_t *to, uint64_t value)
{
    int i;

    for (i = 0; i < 8; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_u64(const uint8_t *from)
{
    uint64_t value = 0;
    int i;

    for (i = 0; i < 8; i++)
        value |= (uint64_t)from[i] << (8 * i);
    return value;
}

void pl_mark_encode(const pl_time_mark *mark, const pl_extension_note *extension, const uint8_t key[32],
                    uint8_t bytes[PL_MARK_SIZE])
{
    memcpy(bytes, magic, sizeof magic);
    put_u64(bytes + 4, (uint64_t)mark->high_ms);
    put_u64(bytes + 12, (uint64_t)mark->boot_ms);
    put_u64(bytes + 20, mark->boot_id);
    put_u64(bytes + 28, (uint64_t)mark->ahead_ms);
    put_u64(bytes + 36, (uint64_t)mark->ahead_since_ms);
    put_u64(bytes + 44, (uint64_t)mark->error_ms);
    put_u64(bytes + 52, extension->lease);
    put_u64(bytes + 60, (uint64_t)extension->until);
    put_u64(bytes + 68, (uint64_t)mark->jump_ms);
    pl_mac(key, pl_span_of(bytes, BODY_SIZE), bytes + BODY_SIZE);
}

pl_err pl_mark_decode(pl_span bytes, const uint8_t key[32], pl_time_mark *mark, pl_extension_note *extension)
{
    const uint8_t *from = (const uint8_t *)bytes.data;
    bool is_first = bytes.size == FIRST_SIZE && memcmp(from, first_magic, sizeof first_magic) == 0;
    uint8_t mac[PL_MAC_SIZE];

    if (!is_first && (bytes.size != PL_MARK_SIZE || memcmp(from, magic, sizeof magic) != 0))
        return pl_fail(PL_ERR_MALFORMED, "the time mark has %zu bytes or another version", bytes.size);
    pl_mac(key, pl_span_of(from, bytes.size - PL_MAC_SIZE), mac);
    if (!pl_equal(mac, from + bytes.size - PL_MAC_SIZE, sizeof mac))
        return pl_fail(PL_ERR_SIGNATURE, "the time mark was altered or made on another machine");
    mark->high_ms = (int64_t)get_u64(from + 4);
    mark->boot_ms = (int64_t)get_u64(from + 12);
    mark->boot_id = get_u64(from + 20);
    mark->ahead_ms = (int64_t)get_u64(from + 28);
    mark->ahead_since_ms = (int64_t)get_u64(from + 36);
    mark->error_ms = (int64_t)get_u64(from + 44);
    extension->lease = get_u64(from + 52);
    extension->until = (int64_t)get_u64(from + 60);
    mark->jump_ms = is_first ? 0 : (int64_t)get_u64(from + 68);
    return PL_OK;
}

pl_err pl_mark_load(const pl_documents *documents, const uint8_t key[32], pl_time_mark *mark, pl_extension_note *extension)
{
    pl_err first = PL_ERR_NOT_FOUND;
    int generation;

    for (generation = 0; generation < PL_DOCUMENT_GENERATIONS; generation++) {
        pl_buf bytes;
        pl_err err;

        pl_buf_init(&bytes);
        err = pl_documents_read(documents, mark_name, generation, &bytes);
        if (!err)
            err = pl_mark_decode(pl_buf_span(&bytes), key, mark, extension);
        pl_buf_reset(&bytes);
        if (!err)
            return PL_OK;
        if (first == PL_ERR_NOT_FOUND)
            first = err;
    }
    return first;
}

pl_err pl_mark_store(const pl_documents *documents, const uint8_t key[32], const pl_time_mark *mark,
                     const pl_extension_note *extension)
{
    uint8_t bytes[PL_MARK_SIZE];

    pl_mark_encode(mark, extension, key, bytes);
    return pl_documents_write(documents, mark_name, pl_span_of(bytes, sizeof bytes));
}
