/* SPDX-License-Identifier: Apache-2.0
 *
 * Offline requests as typed and scanned. What is read must be written again as the same text, unless values were left out of it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/offline_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char canonical[PL_OFFLINE_REQUEST_MAX + 1], again[PL_OFFLINE_REQUEST_MAX + 1];
    pl_offline_request request, second;

    if (pl_crypto_ready() || pl_offline_request_read(pl_span_of(data, size), &request, canonical))
        return 0;
    if (strlen(canonical) > PL_OFFLINE_REQUEST_MAX || pl_offline_request_write(&request, again))
        abort();
    if (pl_offline_request_read(pl_span_text(again), &second, canonical) || strcmp(canonical, again) != 0)
        abort();
    if (strcmp(request.key, second.key) != 0 || memcmp(request.nonce, second.nonce, sizeof request.nonce) != 0)
        abort();
    return 0;
}
