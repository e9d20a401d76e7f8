/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as the reply to a device request: what is accepted must be written and read again the same.
 */
#include <stdlib.h>

#include "wire/device_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pl_device_reply reply, again;
    pl_arena arena;
    pl_buf body;

    pl_arena_init(&arena);
    pl_buf_init(&body);
    if (!pl_device_reply_read(&arena, pl_span_of(data, size), &reply)) {
        pl_device_reply_write(&reply, &body);
        if (reply.answer.size + reply.keyset.size > 0 && body.size <= PL_REPLY_MAX &&
            (pl_device_reply_read(&arena, pl_buf_span(&body), &again) || !pl_span_equal(reply.answer, again.answer)))
            abort();
    }
    pl_buf_reset(&body);
    pl_arena_reset(&arena);
    return 0;
}
