/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as each device request: what is accepted must survive being written and read again.
 */
#include <stdlib.h>

#include "wire/device_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pl_device_request request, again;
    pl_arena arena;
    pl_buf body;

    pl_arena_init(&arena);
    pl_buf_init(&body);
    for (int act = PL_ACT_ACTIVATE; act <= PL_ACT_RELEASE_CHECK; act++) {
        if (pl_device_request_read(&arena, (pl_act)act, pl_span_of(data, size), &request))
            continue;
        pl_buf_clear(&body);
        pl_device_request_write(&request, &body);
        if (body.size <= pl_act_body_max((pl_act)act) && pl_device_request_read(&arena, (pl_act)act, pl_buf_span(&body), &again))
            abort();
    }
    pl_buf_reset(&body);
    pl_arena_reset(&arena);
    return 0;
}
