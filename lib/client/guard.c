/* SPDX-License-Identifier: Apache-2.0
 *
 * What every verb asks first; see guard.h.
 */
#include "client/guard.h"

#include <string.h>

#include "client/client.h"

pl_err pl_guard(const pospal_client *client)
{
    if (!client)
        return pl_fail(PL_ERR_INVALID, "client is NULL");
    if (client->process_id != pl_process_id())
        return pl_fail(PL_ERR_CLOSED, "a client does not live on in a forked child: open a new one there");
    return PL_OK;
}

void pl_give(void *to, size_t to_size, const void *from, size_t from_size)
{
    size_t size = to_size < from_size ? to_size : from_size;

    memset(to, 0, to_size);
    memcpy(to, from, size);
    memcpy(to, &to_size, sizeof to_size);
}
