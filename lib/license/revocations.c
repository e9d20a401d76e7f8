/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking into a revocation list.
 */
#include "license/revocations.h"

#include <string.h>

static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int pl_revocations_compare(const pl_revocations *a, const pl_revocations *b)
{
    int by_epoch = order(a->epoch, b->epoch);
    int by_sequence = order(a->sequence, b->sequence);

    if (by_epoch)
        return by_epoch;
    return by_sequence ? by_sequence : order(a->issued_at, b->issued_at);
}

bool pl_revoked_names_have(const pl_revoked_names *names, const char *name)
{
    for (size_t i = 0; name && i < names->count; i++)
        if (strcmp(names->names[i], name) == 0)
            return true;
    return false;
}
