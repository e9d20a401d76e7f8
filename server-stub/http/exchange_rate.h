/* SPDX-License-Identifier: Apache-2.0
 *
 * The bucket of the key that a request goes by: an API key's as its head comes, a license key's once parse has found it, wherever it stood.
 */
#ifndef POSPAL_HTTP_EXCHANGE_RATE_H
#define POSPAL_HTTP_EXCHANGE_RATE_H

#include "http/exchange.h"

/* PL_ERR_RATE_LIMITED; how long to wait stands in the exchange then. A key that nobody has is one too. */
pl_err exchange_rate_by_head(exchange_t *exchange, const exchange_head_t *head);
pl_err exchange_rate_by_key(exchange_t *exchange);
/* What is left of it, for the reply. */
void exchange_rate_headers(exchange_t *exchange);

#endif
