/* SPDX-License-Identifier: Apache-2.0
 *
 * Sending what the usage log holds to the validator, batch after batch.
 */
#ifndef PL_CLIENT_USAGE_SEND_H
#define PL_CLIENT_USAGE_SEND_H

#include "client/client.h"

enum { PL_USAGE_GATHER_MS = 10 * 1000 /* what is recorded is sent so much later, together with what comes meanwhile */ };

/*
 * Mutex NOT held. Until nothing waits, the line fails, or 10 s have passed: the background sends the rest. PL_OK also where there is nothing to send, or no activation to send it for.
 * Unreachable errors, _BUSY, _CLOSED, _MEMORY: all that was recorded is still there.
 */
pl_err pl_usage_send(pospal_client *client);
/* Mutex held: for whom usage is now; borrowed from what is held. */
pl_usage_holder pl_usage_holder_of(const pospal_client *client);

#endif
