/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit: one row per change, written in the transaction that makes the change. Actor, address and time are the transaction's.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/store.h"

enum { AUDIT_PAGE_MAX = 500, AUDIT_METADATA_MAX = 1024 };

/* Stored as numbers: append only. */
typedef enum {
    AUDIT_BRAND_ADDED = 1,
    AUDIT_PRODUCT_ADDED = 2,
    AUDIT_API_KEY_ADDED = 3,
    AUDIT_LICENSE_ISSUED = 4,
    AUDIT_LICENSE_SUSPENDED = 5,
    AUDIT_LICENSE_RESUMED = 6,
    AUDIT_LICENSE_CANCELLED = 7,
    AUDIT_LICENSE_RENEWED = 8,
    AUDIT_LICENSE_FILE = 9,
    AUDIT_ACTIVATED = 10,
    AUDIT_REACTIVATED = 11, /* the device had the seat; metadata names all that changed: device_key, instance, hardware, name */
    AUDIT_DEACTIVATED = 12,
    AUDIT_RELEASED = 13, /* by an operator */
    AUDIT_CLONE_SUSPECTED =
        14, /* a new seat with the state of a live one on other hardware; metadata: {"copy_of":"<activation>"} */
    AUDIT_KEYS_ROTATED = 15,
    AUDIT_KEY_RETIRED = 16,
    AUDIT_KEY_REVOKED = 17,
    AUDIT_MASTER_KEY_CHANGED = 18,
    AUDIT_RESTORED = 19,
    AUDIT_CLOCK_ACCEPTED = 20,
    AUDIT_LICENSE_REVEALED = 21, /* its key was shown in full */
    AUDIT_SESSION_TAKEN_OVER = 22,
    AUDIT_ROOT_ADDED = 23,    /* metadata: kid, rank */
    AUDIT_USAGE_FORKED = 24,  /* two copies of a device's log reported under the same numbers */
    AUDIT_USAGE_MISSING = 25, /* reports that a device once had, and has no more */
    AUDIT_RELEASE_ADDED = 26,
    AUDIT_RELEASE_WITHDRAWN = 27,
    AUDIT_ANSWERED_OFFLINE = 40, /* a request that was carried here */
    AUDIT_RELEASED_OFFLINE = 41, /* by a proof that was carried here */
    AUDIT_REVOCATIONS_SIGNED = 42,
    AUDIT_OTHER_INSTANCE =
        50, /* validated by another installation than the last: two accounts, a restored image, or hardware alike */
    AUDIT_USAGE_REFUSED = 60, /* more usage within a day than is taken; once a day and activation */
    /* By the vendor's API; metadata names the members: {"changed":["seats"]}. */
    AUDIT_PRODUCT_CHANGED = 70,
    AUDIT_CUSTOMER_ADDED = 71,
    AUDIT_CUSTOMER_CHANGED = 72,
    AUDIT_LICENSE_CHANGED = 73,
    AUDIT_LICENSE_REACTIVATED = 74,
    AUDIT_LICENSE_TRANSFERRED = 75, /* metadata: the customers' ids */
    AUDIT_LICENSE_STARTED = 76,     /* its time runs from its first activation on */
    AUDIT_ACTIVATION_FREED = 77,    /* it was silent, and another device needed the seat */
    AUDIT_SESSION_ENDED = 78,
    AUDIT_API_KEY_CHANGED = 79,
    AUDIT_API_KEY_ROTATED = 80, /* metadata: the new one's id */
    AUDIT_API_KEY_REVOKED = 81,
    AUDIT_TRIAL_FILE = 82,       /* an offline trial; target: its id, which no license has; metadata: days */
    AUDIT_LICENSE_IMPORTED = 90, /* changed to what an imported file says */
    AUDIT_EXPORTED = 91          /* a brand's data, license keys in full among them; metadata: what */
} audit_action;

typedef struct {
    pl_uuid brand_id; /* nil: the whole installation */
    pl_uuid id;       /* UUIDv7 */
    audit_action action;
    pl_uuid target;       /* license, activation, product; nil: none */
    const char *metadata; /* a short JSON object without personal data; NULL: none */
    const char *actor;    /* filled in by audit_list */
    const char *address;
} audit_t;

const char *audit_action_text(audit_action action);  /* "license.issued" */
pl_err audit_append(tx_t *tx, const audit_t *entry); /* brand_id, action, target, metadata; the id is made here */
/* The newest first, before an id (nil: from the end). */
pl_err audit_list(tx_t *tx, pl_uuid brand_id, pl_uuid before, audit_t **entries, size_t *count);

#endif
