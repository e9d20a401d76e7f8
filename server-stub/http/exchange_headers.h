/* SPDX-License-Identifier: Apache-2.0
 *
 * Headers of every reply: what is left of a key's bucket, and which web pages may read it. And the reply to OPTIONS, which is headers alone.
 */
#ifndef POSPAL_HTTP_EXCHANGE_HEADERS_H
#define POSPAL_HTTP_EXCHANGE_HEADERS_H

#include "http/exchange.h"

void exchange_add_headers(exchange_t *exchange);
void exchange_reply_options(exchange_t *exchange);

#endif
