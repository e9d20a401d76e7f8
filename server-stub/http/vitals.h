/* SPDX-License-Identifier: Apache-2.0
 *
 * What the breakers know of the database, for those who ask how the server is (vitals_t in api/endpoint.h).
 */
#ifndef POSPAL_HTTP_VITALS_H
#define POSPAL_HTTP_VITALS_H

#include "http/loop.h"

/* Any thread. Of reading and writing the one that is worse. */
void vitals_read_database(const engine_t *engine, vitals_t *vitals);

#endif
