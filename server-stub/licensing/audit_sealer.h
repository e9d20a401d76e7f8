/* SPDX-License-Identifier: Apache-2.0
 *
 * The sealer: chains committed rows of the audit by hash, brand by brand, and signs each seal. Of several processes on one database one
 * at a time does it, by a lease.
 */
#ifndef LICENSING_AUDIT_SEALER_H
#define LICENSING_AUDIT_SEALER_H

#include "licensing/keys.h"

typedef struct {
    pl_uuid id;     /* of this process, for the lease */
    bool is_ending; /* the lease is given back */
} audit_sealer_t;

void audit_sealer_init(audit_sealer_t *sealer);
/*
 * Seals what is committed by now; nothing is written where there is nothing. Of very many rows some are left for the next call. about:
 * as for store_write, with a present that is trusted.
 */
pl_err audit_sealer_run(const audit_sealer_t *sealer, store_t *store, const tx_t *about, const keyring_t *keyring);

#endif
