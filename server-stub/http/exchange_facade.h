/* SPDX-License-Identifier: Apache-2.0
 *
 * What an exchange has to know of POSPal's licensing API (api/pospal.h): its replies have headers and shapes of their own.
 */
#ifndef POSPAL_HTTP_EXCHANGE_FACADE_H
#define POSPAL_HTTP_EXCHANGE_FACADE_H

#include "http/exchange.h"

/* The request's Host is bound to that API. */
bool exchange_is_at_facade(const exchange_t *exchange);
/* The reply is one of that API's: of one of its routes or paths, or, at a host bound to it, of a path that is not there. */
bool exchange_is_open(const exchange_t *exchange);
/* The present for a reply that was made without one. */
int64_t exchange_now_ms(const exchange_t *exchange);

#endif
