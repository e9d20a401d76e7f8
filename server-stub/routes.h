/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything that the validator serves, in one table.
 */
#ifndef POSPAL_ROUTES_H
#define POSPAL_ROUTES_H

#include "http/router.h"

routes_t all_routes(void);

#endif
