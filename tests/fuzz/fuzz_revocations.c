/* SPDX-License-Identifier: Apache-2.0
 *
 * Revocation lists as a verified document would hold them: what is read is written and read again as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "token/revocations_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read(pl_arena *arena, pl_span payload, pl_revocations *list)
{
    pl_jws jws = {.doc = PL_DOC_REVOCATIONS};

    return !pl_json_parse(arena, payload, PL_REVOCATIONS_MAX, &jws.claims) && !pl_revocations_read(arena, &jws, list);
}

static void compare(const pl_revoked_names *a, const pl_revoked_names *b)
{
    if (a->count != b->count)
        abort();
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->names[i], b->names[i]) != 0)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pl_revocations list, again;
    pl_json_writer writer;
    pl_arena arena;
    pl_buf text;

    pl_arena_init(&arena);
    pl_buf_init(&text);
    if (read(&arena, pl_span_of(data, size), &list)) {
        pl_json_writer_init(&writer, &text);
        pl_revocations_write(&writer, &list);
        if (text.err || (text.size <= PL_REVOCATIONS_MAX && !read(&arena, pl_buf_span(&text), &again)))
            abort();
        if (text.size <= PL_REVOCATIONS_MAX) {
            compare(&list.licenses, &again.licenses);
            compare(&list.devices, &again.devices);
            compare(&list.keys, &again.keys);
        }
    }
    pl_buf_reset(&text);
    pl_arena_reset(&arena);
    return 0;
}
