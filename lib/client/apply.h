/* SPDX-License-Identifier: Apache-2.0
 *
 * What a verified answer changes on this machine: docs/INTEGRATING.md says which verdict takes a held lease away and which never does.
 */
#ifndef PL_CLIENT_APPLY_H
#define PL_CLIENT_APPLY_H

#include "client/ask.h"

/*
 * The lock between processes around writing several documents; NULL where there is nothing to lock. Waits for another process: mutex NOT
 * held, and taken after it, so that checks do not wait too; no longer than until the client is closed. Released with pl_file_lock_release.
 */
pl_file_lock *pl_apply_lock(pospal_client *client);

/*
 * Mutex and lock held. asked_notice is the notice when the question was asked: another process may have learned something newer meanwhile.
 * Storage that refuses is noted, not an error: the answer then holds in memory. PL_ERR_MEMORY.
 */
pl_err pl_apply_answer(pospal_client *client, const pl_answer *answer, uint64_t asked_notice);
/* Mutex and lock held: a verified license file's text. PL_ERR_OLDER when a newer document for that license is held; PL_ERR_MEMORY. */
pl_err pl_apply_license(pospal_client *client, const pl_claims *claims, const pl_trust *trust, pl_span text);

#endif
