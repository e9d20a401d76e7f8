/* SPDX-License-Identifier: Apache-2.0
 *
 * Checking the audit of a brand: that no sealed row was changed, removed, added or moved, that no seal was, and that the newest is signed.
 */
#ifndef LICENSING_AUDIT_CHECK_H
#define LICENSING_AUDIT_CHECK_H

#include "licensing/audit_chain.h"

typedef struct {
    int64_t seals;
    int64_t rows;        /* in them */
    int64_t unsealed;    /* rows that no seal holds yet, as far as counted */
    int64_t late;        /* rows that were sealed more than an hour after the time that they tell */
    int64_t last_signed; /* the newest seal whose signature was verified; 0: none */
    pl_uuid first_late;
} audit_findings_t;

/* A checkpoint that was kept outside of the database. */
typedef struct {
    pl_uuid brand_id; /* nil: the installation's own rows */
    pl_span kept;     /* empty: none */
} audit_check_t;

/*
 * In one reading transaction. PL_ERR_SIGNATURE: something is wrong; the detail names the first row or seal that is. PL_ERR_OLDER: the
 * kept checkpoint is newer than all that the database has.
 */
pl_err audit_check(tx_t *tx, const keyring_t *keyring, const audit_check_t *check, audit_findings_t *findings);

#endif
