/* SPDX-License-Identifier: Apache-2.0
 *
 * Request ids.
 */
#include "http/request_id.h"

#include <string.h>

#include "crypto/crypto.h"

enum { DIGITS = 16 };

static void put_hex(uint64_t number, char text[DIGITS])
{
    for (int i = DIGITS - 1; i >= 0; i--, number >>= 4)
        text[i] = "0123456789abcdef"[number & 15];
}

void request_ids_init(request_ids_t *ids)
{
    pl_random(&ids->start, sizeof ids->start);
    ids->count = 0;
}

void request_ids_next(request_ids_t *ids, char id[REQUEST_ID_SIZE])
{
    put_hex(ids->start, id);
    id[DIGITS] = '-';
    put_hex(++ids->count, id + DIGITS + 1);
    /* Eight digits of the count are enough for a year of any load. */
    memmove(id + DIGITS + 1, id + DIGITS + 9, 8);
    id[DIGITS + 9] = '\0';
}

bool request_id_is_valid(const char *id)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t size = strlen(id);

    return size > 0 && size < REQUEST_ID_SIZE && strspn(id, allowed) == size;
}
