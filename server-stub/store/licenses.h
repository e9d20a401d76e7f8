/* SPDX-License-Identifier: Apache-2.0
 *
 * Licenses: what a customer bought of one product. Found by the keyed hash of the license key, by id, by customer. Every change goes
 * through licenses_change, which raises the version.
 */
#ifndef STORE_LICENSES_H
#define STORE_LICENSES_H

#include "license/status.h"
#include "store/store.h"

enum { KEY_HASH_SIZE = 16, LICENSE_PLAN_MAX = 64, LICENSE_PAGE_MAX = 500, LICENSE_REASON_MAX = 500 };

typedef enum { LICENSE_ACTIVE = 1, LICENSE_SUSPENDED = 2, LICENSE_CANCELLED = 3 } license_status; /* expired is computed */

typedef struct {
    pl_uuid id;
    pl_uuid brand_id;
    pl_uuid product_id;
    pl_uuid customer_id; /* nil: none */
    uint8_t key_hash[KEY_HASH_SIZE];
    license_status status;
    pl_reason reason;          /* of suspension or cancellation */
    int64_t seats;             /* 0: as the product says */
    int64_t starts_at_ms;      /* 0: at once */
    int64_t expires_at_ms;     /* 0: never */
    bool renews;               /* a subscription: the product's slack is added to its end */
    int64_t version;           /* the sequence of its documents; raised by every change */
    const char *plan;          /* NULL: none */
    const char *entitlements;  /* JSON, over the product's; NULL: none */
    const char *metadata;      /* a JSON object of the vendor's; NULL: none */
    int64_t duration_days;     /* until its end, from the first activation on; 0: expires_at_ms says */
    int64_t suspend_at_ms;     /* 0: not foreseen; see licensing/license_states.h */
    int64_t cancel_at_ms;      /* 0: not foreseen */
    const char *policy;        /* JSON, over the product's; NULL: none. Only licensing/license_policy.c reads it */
    const char *status_reason; /* the vendor's words for its last change of status; NULL: none */
    const char *customer_name; /* filled in by licenses_find_by_key alone; NULL: none */
} license_t;

/* One of customer, product and plan at most, by which there is an index: for more see licensing/license_sift.h. */
typedef struct {
    pl_uuid brand_id;
    pl_uuid customer_id; /* nil: any */
    pl_uuid product_id;  /* nil: any */
    const char *plan;    /* NULL: any */
    pl_uuid after;       /* the last id of the page before; nil: from the start */
    int64_t limit;       /* 1 to LICENSE_PAGE_MAX */
} license_page_t;

pl_err licenses_insert(tx_t *tx, const license_t *license); /* PL_ERR_CONFLICT: the key has one of that product */
/*
 * The three that find one: in a transaction that writes, the license is then this transaction's alone until its end, so that what was
 * decided by looking at its seats, sessions and balances is still true when it is written.
 */
pl_err licenses_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, license_t *license); /* PL_ERR_NOT_FOUND */
/* For the operator, who may not know the brand: tries each. */
pl_err licenses_find_in_any_brand(tx_t *tx, pl_uuid id, license_t *license);
/* Brand, key and product as in wanted. Brings the customer's name along: the hot path needs it. PL_ERR_NOT_FOUND. */
pl_err licenses_find_by_key(tx_t *tx, const license_t *wanted, license_t *license);
/* Writes all but key and product, and raises license->version. A cancellation is dated. */
pl_err licenses_change(tx_t *tx, license_t *license);
/* All that one license key opens, at most LICENSE_PAGE_MAX. */
pl_err licenses_list_by_key(tx_t *tx, pl_uuid brand_id, const uint8_t key_hash[KEY_HASH_SIZE], license_t **licenses,
                            size_t *count);
/* In the order of their ids, so of their creation. */
pl_err licenses_list(tx_t *tx, const license_page_t *page, license_t **licenses, size_t *count);
/* The same, of those that have a policy of their own; brand_id, after and limit alone count. */
pl_err licenses_list_own_policy(tx_t *tx, const license_page_t *page, license_t **licenses, size_t *count);

#endif
