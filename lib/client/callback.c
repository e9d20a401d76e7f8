/* SPDX-License-Identifier: Apache-2.0
 *
 * The callbacks of this thread, innermost first; see callback.h.
 */
#include "client/callback.h"

static _Thread_local pl_callback *innermost;

static pl_callback *find_outermost(const pospal_client *client)
{
    pl_callback *found = NULL;
    pl_callback *at;

    for (at = innermost; at; at = at->outer)
        if (at->client == client)
            found = at;
    return found;
}

void pl_callback_enter(pl_callback *callback, const pospal_client *client)
{
    callback->client = client;
    callback->must_end = false;
    callback->outer = innermost;
    innermost = callback;
}

bool pl_callback_leave(pl_callback *callback)
{
    innermost = callback->outer;
    return callback->must_end;
}

bool pl_callback_postpone_end(const pospal_client *client)
{
    pl_callback *outermost = find_outermost(client);

    if (outermost)
        outermost->must_end = true;
    return outermost != NULL;
}
