/* SPDX-License-Identifier: Apache-2.0
 *
 * Judging a reply by its status and type, before anybody looks for a signature in it.
 */
#ifndef PL_TRANSPORT_REPLY_H
#define PL_TRANSPORT_REPLY_H

#include "transport/transport.h"

/* PL_OK for a 200 with a JSON body, else the error that says what answered instead. */
pl_err pl_reply_judge(const pl_exchange *exchange, const pl_exchange_reply *reply);

#endif
