/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed documents as typed and scanned: what is found has no white space in it and is found again when it stands alone.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "token/typed_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pl_typed typed, again;
    pl_arena arena;

    pl_arena_init(&arena);
    if (!pl_typed_read(&arena, pl_span_of(data, size), &typed)) {
        if (typed.count == 0 || typed.count > PL_TYPED_DOCUMENTS_MAX)
            abort();
        for (size_t i = 0; i < typed.count; i++)
            if (pl_typed_read(&arena, typed.items[i].text, &again) || again.count != 1 ||
                !pl_span_equal(again.items[0].text, typed.items[i].text) || again.items[0].doc != typed.items[i].doc)
                abort();
    }
    pl_arena_reset(&arena);
    return 0;
}
