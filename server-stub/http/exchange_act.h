/* SPDX-License-Identifier: Apache-2.0
 *
 * The middle of an exchange: what its route does, and on which thread. For exchange.c alone.
 */
#ifndef POSPAL_HTTP_EXCHANGE_ACT_H
#define POSPAL_HTTP_EXCHANGE_ACT_H

#include "http/exchange.h"

/* Keeps the error and its detail; whichever thread has the exchange. */
void exchange_fail(exchange_t *exchange, pl_err err);
/* Acts or has it done; is_waiting says which. */
pl_err exchange_act(exchange_t *exchange);

#endif
