/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a license key: the normal form is its own normal form, and dashes do not turn one of ours into another's.
 */
#include <stdlib.h>
#include <string.h>

#include "license/license_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char normal[PL_LICENSE_KEY_MAX + 1], again[PL_LICENSE_KEY_MAX + 1];
    pl_span text = pl_span_of(data, size);

    if (pl_license_key_normalize(text, normal))
        return 0;
    if (pl_license_key_normalize(pl_span_text(normal), again) || strcmp(normal, again) != 0)
        abort();
    if (pl_license_key_shape(text) == PL_KEY_OURS && pl_license_key_shape(pl_span_text(normal)) != PL_KEY_OURS)
        abort();
    return 0;
}
