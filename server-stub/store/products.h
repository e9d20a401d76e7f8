/* SPDX-License-Identifier: Apache-2.0
 *
 * Products and their policies: what a license of the product gets unless it says otherwise.
 */
#ifndef STORE_PRODUCTS_H
#define STORE_PRODUCTS_H

#include "license/fingerprint.h"
#include "store/store.h"

enum { PRODUCT_SLUG_MAX = 64, PRODUCT_NAME_MAX = 256, PRODUCT_ENTITLEMENTS_MAX = 16384, SEATS_MAX = 1000000 /* of a license */ };

/* Who may take a session over from another device of the license. Stored as numbers. */
typedef enum { TAKEOVER_NEVER = 0, TAKEOVER_IDLE = 1 /* from one that missed its beats */, TAKEOVER_ANY = 2 } takeover_rule;

/* What the end of a license is counted from where its order names none. Stored as numbers. */
typedef enum { EXPIRY_NONE = 0, EXPIRY_CREATION = 1, EXPIRY_FIRST_ACTIVATION = 2, EXPIRY_DATE = 3 } expiry_basis;

/* What the end of a license does. Stored as numbers. */
typedef enum { EXPIRY_RESTRICTS = 0, EXPIRY_KEEPS = 1 /* it works on, without the releases that come later */ } expiry_effect;

typedef struct {
    int64_t seats;       /* devices per license */
    int64_t check_by_s;  /* an answer is in order for so long */
    int64_t grace_s;     /* and in grace until so long after it was given */
    int64_t emergency_s; /* length of the emergency extension; 0: none */
    int64_t slack_s;     /* added to the end of a license that renews */
    pl_match_rule match;
    int64_t sessions; /* that may live at once per license; 0: as many as seats */
    int64_t session_lease_s;
    int64_t session_beat_s;
    takeover_rule takeover;
    int64_t session_cooldown_s; /* a seat that was taken over is not taken over again so soon */
    int64_t offline_s;          /* an answer to an offline request is in order for so long; 0: there is none */
    int64_t offline_releases;   /* seats that a license may give back offline within a year */
    int64_t trial_days;         /* 0: no trials */
    int64_t overage;            /* seats beyond the limit that may be taken */
    expiry_basis basis;
    int64_t duration_days;  /* with CREATION and FIRST_ACTIVATION */
    int64_t expiry_date_ms; /* with DATE; else 0 */
    expiry_effect effect;
    int64_t free_after_days; /* a seat that was silent so long is given to a device that needs one; 0: never */
    int64_t check_in_s;      /* a license must be validated online so often; 0: never. See licensing/check_in.h */
} product_policy_t;

typedef struct {
    pl_uuid id;
    pl_uuid brand_id;
    const char *slug;
    const char *name;
    product_policy_t policy;
    const char *entitlements;       /* JSON object, see licensing/entitlement_text.h; NULL: none */
    const char *trial_entitlements; /* the same, of a trial's license, over the product's; NULL: none */
    const char *key_prefix;         /* of new license keys; "" for none */
    int64_t key_group;              /* symbols per group */
    int64_t created_at_ms;
    int64_t version; /* raised by every change */
} product_t;

pl_err products_insert(tx_t *tx, const product_t *product);                       /* PL_ERR_CONFLICT: the brand has that slug */
pl_err products_find(tx_t *tx, pl_uuid brand_id, pl_uuid id, product_t *product); /* PL_ERR_NOT_FOUND */
pl_err products_find_by_slug(tx_t *tx, pl_uuid brand_id, const char *slug, product_t *product);
pl_err products_list(tx_t *tx, pl_uuid brand_id, product_t **products, size_t *count); /* by slug */
/* The same by id, a page: after an id (nil: from the start), at most limit. */
pl_err products_page(tx_t *tx, const product_t *after, int64_t limit, product_t **products, size_t *count);
/* Writes all but slug and time of creation, and raises the version. PL_ERR_CHANGED: product->version is not the stored one. */
pl_err products_change(tx_t *tx, product_t *product);

#endif
