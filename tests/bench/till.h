/* SPDX-License-Identifier: Apache-2.0
 *
 * A till's data directory with a lease and a keyset in it, made as a shop makes it: activated, with the issuer as the server.
 */
#ifndef BENCH_TILL_H
#define BENCH_TILL_H

#include <pospal/license.h>

#include "issuer.h"
#include "scratch.h"

typedef struct {
    scratch_t scratch;
    issuer_t issuer;
    char data[DIRECTORY_SIZE];     /* holds a lease that is ACTIVE for days */
    char hardware[DIRECTORY_SIZE]; /* see machine.h */
    bool is_this_machine;
} till_t;

/* Remove it in any case. */
pl_err till_make(const bench_t *bench, till_t *till);
void till_remove(till_t *till);
/* A client on that directory, as a program opens it. */
pl_err till_open(const till_t *till, pospal_client **client);

#endif
