/* SPDX-License-Identifier: Apache-2.0
 *
 * A list in the order of time: who begins a step goes to its end, so the overdue ones are at its head.
 */
#include "http/patience.h"

#include <sys/socket.h>

void patience_end(patience_t *patience, guest_t *guest)
{
    if (!guest->older && patience->oldest != guest)
        return;
    if (guest->older)
        guest->older->newer = guest->newer;
    else
        patience->oldest = guest->newer;
    if (guest->newer)
        guest->newer->older = guest->older;
    else
        patience->newest = guest->older;
    guest->older = guest->newer = NULL;
}

void patience_begin(patience_t *patience, guest_t *guest, int64_t now_ms)
{
    patience_end(patience, guest);
    guest->since_ms = now_ms;
    guest->older = patience->newest;
    if (patience->newest)
        patience->newest->newer = guest;
    else
        patience->oldest = guest;
    patience->newest = guest;
}

size_t patience_expire(patience_t *patience, int64_t now_ms, int64_t limit_ms)
{
    size_t count = 0;

    while (patience->oldest && now_ms - patience->oldest->since_ms > limit_ms) {
        guest_t *guest = patience->oldest;

        patience_end(patience, guest);
        /* The descriptor stays its owner's, who sees the end of the connection and closes it. */
        (void)shutdown(guest->fd, SHUT_RDWR);
        count++;
    }
    return count;
}
