/* SPDX-License-Identifier: Apache-2.0
 *
 * What an operator does with licenses and seats. All run inside the caller's transaction, raise the license's version where they
 * change it, and write the audit.
 */
#ifndef LICENSING_ADMIN_LICENSES_H
#define LICENSING_ADMIN_LICENSES_H

#include "base/buf.h"
#include "licensing/keys.h"
#include "licensing/license_states.h"
#include "store/activations.h"
#include "store/customers.h"
#include "store/licenses.h"
#include "store/products.h"
#include "store/sessions.h"

/* A license with what belongs to it. */
typedef struct {
    license_t license;
    product_t product;    /* with the policy that holds for the license */
    customer_t customer;  /* email NULL: none */
    const char *key_tail; /* the key's last group */
    int64_t seats;        /* effective */
    int64_t seats_taken;
    bool is_expired;        /* at tx->now_ms, slack counted */
    bool is_overdue;        /* it is valid, but was not validated in time; licensing/check_in.h */
    bool is_in_order;       /* neither of these, suspended or cancelled, and it has begun */
    int64_t check_in_by_ms; /* 0: it need not */
    license_status status;  /* at tx->now_ms */
    pl_reason reason;
} license_view_t;

typedef struct {
    pl_uuid brand_id;
    const char *product; /* slug */
    const char *email;
    const char *name;          /* of the customer; NULL: none */
    const char *key;           /* an imported key of any shape; NULL: make one by the product's template */
    const char *plan;          /* NULL: none */
    const char *entitlements;  /* JSON; NULL: the product's */
    const char *metadata;      /* a JSON object; NULL: none */
    const char *policy;        /* JSON, over the product's; NULL: none */
    int64_t duration_days;     /* until its end, from its first activation on; for imports. 0: as the product says */
    int64_t seats;             /* 0: the product's */
    int64_t starts_at_ms;      /* 0: at once */
    int64_t expires_at_ms;     /* 0: perpetual */
    int64_t suspend_at_ms;     /* 0: not foreseen */
    int64_t cancel_at_ms;      /* 0: not foreseen */
    const char *status_reason; /* NULL: none */
    bool renews;
    bool is_without_customer; /* email and name are not asked for */
    bool is_imported;         /* made elsewhere: no end means never, it may be past, another brand may have the key */
} license_order_t;

typedef enum {
    LICENSE_IS_VALID = 1,
    LICENSE_IS_SUSPENDED,
    LICENSE_IS_CANCELLED,
    LICENSE_IS_EXPIRED,
    LICENSE_IS_OVERDUE
} license_condition;

typedef struct {
    pl_uuid brand_id;
    pl_uuid customer_id;         /* nil: any */
    const char *email;           /* NULL: any */
    const char *product;         /* slug; NULL: any */
    const char *plan;            /* NULL: any */
    pl_uuid after;               /* nil: first page */
    int64_t limit;               /* 0: 100; at most LICENSE_PAGE_MAX */
    int64_t expiring_before_ms;  /* 0: any, also those without an end */
    license_condition condition; /* 0: any; now, by the product's policy */
    const char *metadata_key;    /* NULL: any */
    const char *metadata_value;
} license_filter_t;

typedef struct {
    license_view_t *items;
    size_t count;
    bool has_more; /* ask again with after = last: there may be more, and with several filters be it that there are none */
    pl_uuid last;  /* that was looked at */
} license_list_t;

/*
 * *key: the license key, for the customer. PL_ERR_NOT_FOUND (product), _INVALID, _CONFLICT (the given key has a license of the product,
 * or is another brand's).
 */
pl_err admin_license_issue(tx_t *tx, const keyring_t *keyring, const license_order_t *order, license_view_t *view,
                           const char **key);
/* By id alone, for the operator. Then act with view.license, which names its brand. */
pl_err admin_license_show(tx_t *tx, pl_uuid license_id, license_view_t *view);
/* One of the brand's. PL_ERR_NOT_FOUND. */
pl_err admin_license_find(tx_t *tx, pl_uuid brand_id, pl_uuid license_id, license_view_t *view);
/* The key, for the device that it was made for. PL_ERR_SIGNATURE as below. */
pl_err admin_license_key(tx_t *tx, const keyring_t *keyring, const license_t *license, const char **key);
/* The key in full, and an entry in the audit that says so: a write. PL_ERR_SIGNATURE when sealed under another master key. */
pl_err admin_license_reveal(tx_t *tx, const keyring_t *keyring, const license_t *license, const char **key);
/* As it is once one of its seats has asked, which it does now. */
void license_view_check_in(license_view_t *view);
pl_err admin_license_list(tx_t *tx, const license_filter_t *filter, license_list_t *list);
/* Why, as devices are told (NONE: by the vendor), and in the vendor's own words, which they are not; NULL: none. */
typedef struct {
    pl_reason reason;
    const char *words;
} license_cause_t;

/*
 * What license_states.h allows, and SUSPEND, RESUME, CANCEL, REACTIVATE of it. The words stay with the license until its next change of
 * status. Idempotent. PL_ERR_STATE; PL_ERR_INVALID for words that are too long.
 */
pl_err admin_license_change(tx_t *tx, license_t *license, license_change change, const license_cause_t *cause);
/* A cancelled one lives again: what names it as revoked is replaced. Else as above. */
pl_err admin_license_reactivate(tx_t *tx, const keyring_t *keyring, license_t *license, const license_cause_t *cause);
/* To another customer, who is made where there is none of that address. PL_ERR_STATE, PL_ERR_INVALID. */
pl_err admin_license_transfer(tx_t *tx, license_t *license, customer_t *to);
/*
 * Seats, plan, entitlements, policy, metadata, suspend_at and cancel_at of license, which was as in before. PL_ERR_STATE; also where more seats
 * are in use than there would be. PL_ERR_INVALID. Equal ones: nothing is written.
 */
pl_err admin_license_edit(tx_t *tx, const keyring_t *keyring, const license_view_t *before, license_t *license);
/* A new end; 0: perpetual. PL_ERR_STATE with a cancelled license, PL_ERR_INVALID for an end in the past. */
pl_err admin_license_renew(tx_t *tx, license_t *license, int64_t expires_at_ms);
/* The same of a trial that goes on being one. PL_ERR_STATE where it is none, or was renewed before. */
pl_err admin_trial_extend(tx_t *tx, license_t *license, int64_t expires_at_ms);
/* Two lines: the license document, the keyset. fingerprint: text form, NULL: not bound. PL_ERR_STATE unless active and not expired. */
pl_err admin_license_file(tx_t *tx, const keyring_t *keyring, const license_t *license, const char *fingerprint, pl_buf *file);

/* PL_ERR_INVALID when the end, renewal slack included, is later than a document can say. */
pl_err admin_license_check_end(const license_t *license, const product_policy_t *policy);
/* Signs a document for it and forgets that: PL_ERR_INVALID when no program could read it. */
pl_err admin_license_try_document(tx_t *tx, const keyring_t *keyring, const license_t *license);

/* Seats: the list is the store's activations_list_live or _all. */
pl_err admin_activation_release(tx_t *tx, const license_t *license, pl_uuid activation_id); /* PL_ERR_NOT_FOUND */
/* Ends a session of the license; one that has ended stays so. *session: as it is now; sessions_ended is called after the commit. */
pl_err admin_session_end(tx_t *tx, const license_t *license, pl_uuid session_id, session_t *session);

#endif
