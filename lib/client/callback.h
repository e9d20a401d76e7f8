/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of the application's callbacks run on this thread, and on whose client: a client that is closed in one is closed for good only
 * when the outermost of them has returned, for the calls beneath it still use it.
 */
#ifndef PL_CLIENT_CALLBACK_H
#define PL_CLIENT_CALLBACK_H

#include "client/client.h"

typedef struct pl_callback pl_callback;
struct pl_callback {
    const pospal_client *client;
    bool must_end;
    pl_callback *outer;
};

/* Around a callback; our own threads do so around all they do, and end the client themselves. */
void pl_callback_enter(pl_callback *callback, const pospal_client *client);
/* True where the client was closed meanwhile and nothing of it is left on this thread: the caller ends it. */
bool pl_callback_leave(pl_callback *callback);
/* Leaves the end of the client to the outermost callback; false where none of it runs on this thread. */
bool pl_callback_postpone_end(const pospal_client *client);

#endif
