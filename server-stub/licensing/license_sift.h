/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a list of licenses no index can tell: their condition at this time, by the rules of judge.h, a member of their metadata, their
 * end, and what is asked for besides what the index goes by. Rows are looked through a bounded number at a time.
 */
#ifndef LICENSING_LICENSE_SIFT_H
#define LICENSING_LICENSE_SIFT_H

#include "licensing/admin_licenses.h"

enum { LICENSE_SIFTED_MAX = 2000 /* rows that one page may look through */ };

typedef struct {
    license_condition condition; /* 0: any */
    const char *key;             /* a member of metadata, at its top; NULL: any */
    const char *value;           /* its text; of a number, true or false as JSON has them */
    product_t product;           /* the last one that was asked for, without what a license has otherwise */
    pl_uuid product_id;          /* nil: any */
    const char *plan;            /* NULL: any */
    int64_t expiring_before_ms;  /* 0: any, also those without an end */
} license_sift_t;

bool license_sift_is_needed(const license_sift_t *sift);
pl_err license_sift_fits(tx_t *tx, license_sift_t *sift, const license_t *license, bool *fits);

#endif
