/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's vault, which it shares with other processes of the product: opened when first needed, and waited for where that is allowed.
 * What is kept in it is identity.h's. Every function is called with the mutex held.
 */
#ifndef PL_CLIENT_RECORDS_H
#define PL_CLIENT_RECORDS_H

#include "client/client.h"

/*
 * While another process is at the vault. WAIT: up to 3 s and without the mutex, so that whatever it guards may have changed on return.
 * AT_ONCE, for what a check calls: PL_ERR_BUSY. A vault that cannot be opened in 3 s has a stand-in in memory until it can: each use tries
 * again, without waiting; what was put meanwhile is carried over, and what was not put can't be read (PL_ERR_BUSY).
 */
typedef enum { PL_RECORDS_WAIT, PL_RECORDS_AT_ONCE } pl_records_mode;

/* Calls act with the vault, again while it says PL_ERR_BUSY. For what lies beside the records, such as the usage log. */
typedef pl_err (*pl_records_call)(pl_vault *vault, const void *call);
pl_err pl_records_act(pospal_client *client, pl_records_call act, const void *call, pl_records_mode mode);

/* Carries over to the disk what could not go there before; one try, which does not wait. Every use does so first. */
void pl_records_settle(pospal_client *client);
/* PL_ERR_MEMORY; storage that can't be used is no error: it is noted, and the records are kept in memory. */
pl_err pl_records_open(pospal_client *client, pl_records_mode mode);
/* Appends the value. PL_ERR_NOT_FOUND; PL_ERR_SIGNATURE for a record that was tampered with. */
pl_err pl_records_get(pospal_client *client, const char *name, pl_buf *value, pl_records_mode mode);
/* What the disk refuses is kept in memory, noted, and the disk's error is returned. PL_ERR_TOO_LARGE, PL_ERR_MEMORY: it is not kept. */
pl_err pl_records_put(pospal_client *client, const char *name, pl_span value, pl_records_mode mode);
/* Removes one record, or all. Waits. */
pl_err pl_records_remove(pospal_client *client, const char *name);
pl_err pl_records_clear(pospal_client *client);

#endif
