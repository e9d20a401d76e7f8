/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as the text of a license file. What is found lies within the text and survives being joined and split again.
 */
#include <stdint.h>
#include <stdlib.h>

#include "token/license_file.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_within(pl_span part, pl_span whole)
{
    return part.size == 0 || (part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const pl_span text = pl_span_of(data, size);
    pl_span document, keyset, document_again, keyset_again;
    pl_buf joined;

    if (pl_license_file_split(text, &document, &keyset))
        return 0;
    require(document.size > 0 && is_within(document, text) && is_within(keyset, text));
    pl_buf_init(&joined);
    pl_license_file_join(&joined, document, keyset);
    if (joined.size <= PL_LICENSE_FILE_MAX) {
        require(pl_license_file_split(pl_buf_span(&joined), &document_again, &keyset_again) == PL_OK);
        require(pl_span_equal(document, document_again) && pl_span_equal(keyset, keyset_again));
    }
    pl_buf_reset(&joined);
    return 0;
}
