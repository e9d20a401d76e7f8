/* SPDX-License-Identifier: Apache-2.0
 *
 * What PostgreSQL's five-letter states mean to us.
 */
#ifndef STORE_DB_POSTGRES_STATE_H
#define STORE_DB_POSTGRES_STATE_H

#include "base/err.h"

/* PL_ERR_BUSY: run the transaction again; _CONFLICT: a constraint; _NOT_FOUND: no such database; NULL or unknown: _DATABASE. */
pl_err postgres_state_err(const char *state);

#endif
