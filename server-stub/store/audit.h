/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit: one row per change, written in the transaction that makes the change. Actor, address, request and time are the transaction's.
 * Rows are sealed afterwards (store/audit_seals.h). No personal datum may stand in them in the clear but the address, which can be erased:
 * for others there is audit_commit.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "crypto/crypto.h"
#include "store/store.h"

enum { AUDIT_PAGE_MAX = 500, AUDIT_METADATA_MAX = 1024, AUDIT_SALT_SIZE = 16 };

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
    AUDIT_EXPORTED = 91,         /* a brand's data, license keys in full among them; metadata: what */
    AUDIT_WEBHOOK_ADDED = 100,
    AUDIT_WEBHOOK_CHANGED = 101,
    AUDIT_WEBHOOK_REMOVED = 102,
    AUDIT_WEBHOOK_ROTATED = 103,  /* its secret */
    AUDIT_WEBHOOK_DISABLED = 104, /* it failed for days, or said that it is gone */
    AUDIT_ERASED = 105,           /* personal data of the rows about the target */
    AUDIT_SETTING_CHANGED = 106,  /* of the brand; metadata: its name */
    AUDIT_OPERATOR_KEY_ADDED = 115,
    AUDIT_OPERATOR_KEY_REVOKED = 116,
    AUDIT_OPERATOR_LOOKED = 117, /* across brands; metadata: of what, and the commitment to the address that was asked for */
    /* By clients of POSPal's licensing API. */
    AUDIT_FACADE_BOUND = 140, /* to a product; metadata: the host */
    AUDIT_FACADE_UNBOUND = 141,
    AUDIT_MACHINE_SWITCHED = 142,   /* metadata: the activation before */
    AUDIT_REFUND_REQUESTED = 143,   /* metadata: its id */
    AUDIT_LICENSE_RECOVERY = 144,   /* its key was mailed to its customer, who had asked */
    AUDIT_TRIAL_CONTRADICTED = 145, /* a program told a later first run than it had */
    AUDIT_EMAIL_VERIFIED = 146,
    /* As the payment provider told; metadata: its ids, and amounts. */
    AUDIT_PAYMENT_RECEIVED = 125,
    AUDIT_PAYMENT_FAILED = 126,
    AUDIT_PAYMENT_REFUNDED = 127,
    AUDIT_PAYMENT_DISPUTED = 128,
    AUDIT_DISPUTE_CLOSED = 129,
    AUDIT_SUBSCRIPTION_BEGUN = 130,
    AUDIT_SUBSCRIPTION_CHANGED = 131,
    AUDIT_SUBSCRIPTION_ENDED = 132,
    AUDIT_PAYMENT_DUPLICATE = 133, /* a second subscription for a license that has a live one, beside which it is put */
    AUDIT_PAYMENT_PENDING = 134,   /* bought, and paid for later */
    AUDIT_PAYMENT_METHOD = 135,
    AUDIT_BILLING_MENDED = 136,    /* by comparison with the provider */
    AUDIT_PAYMENT_ATTENTION = 137, /* a person must look at it; metadata: what it is about */
    AUDIT_PORTAL_OPENED = 138,
    AUDIT_BILLING_CUSTOMER = 139,  /* what the provider knows of the customer changed */
    AUDIT_MAIL_RESENT = 120,       /* put into the outbox again; metadata: its template */
    AUDIT_CUSTOMER_IMPORTED = 155, /* from another system's database; metadata: its number there */
    AUDIT_CUSTOMER_ERASED = 156,
    AUDIT_CUSTOMER_EXPORTED = 157, /* all that is known of it was handed over */
    AUDIT_REFUND_APPROVED = 158,   /* these three: target is the request; metadata: the license */
    AUDIT_REFUND_REJECTED = 159,
    AUDIT_REFUND_MADE = 160
} audit_action;

typedef struct {
    pl_uuid brand_id; /* nil: the whole installation */
    pl_uuid id;       /* UUIDv7 */
    audit_action action;
    pl_uuid target;       /* license, activation, product; nil: none */
    const char *metadata; /* a short JSON object without personal data; NULL: none */
    const char *before;   /* what changed, as it was and as it became: short JSON objects; NULL: not told */
    const char *after;
    const char *note; /* words of a person's, not sealed and so erasable; `after` has the commitment to them. NULL: none */
    uint8_t salt[AUDIT_SALT_SIZE]; /* of the commitments in this row */
    bool has_salt;
    const char *actor; /* from here on: filled in when rows are read */
    const char *address;
    const char *request_id;
    const char *address_mark; /* the commitment to the address */
    int64_t seal;             /* the seal that it is in; 0: not yet */
} audit_t;

const char *audit_action_text(audit_action action); /* "license.issued" */
audit_action audit_action_parse(const char *text);  /* 0: there is none */
/* brand_id, action, target, metadata, before, after, and the salt if there is one; the id is made here. */
pl_err audit_append(tx_t *tx, const audit_t *entry);
/*
 * What stands in a row in place of a personal value: HMAC-SHA-256 of it under the row's salt, in base64url. Who has the salt can show
 * that the row was about a value; once that is erased nobody can. Makes the entry's salt where it has none. NULL: memory.
 */
const char *audit_commit(pl_arena *arena, audit_t *entry, const char *value);
bool audit_commitment_fits(const audit_t *entry, const char *value, const char *commitment);
/* Whether the commitment to the row's note is among its values. */
bool audit_note_fits(const audit_t *entry);
/* The columns of a row in AUDIT_COLUMNS order, for other statements on this table. */
#define AUDIT_COLUMNS                                                                                               \
    "a.brand_id, a.id, a.actor, a.action, a.target, a.metadata, a.address, a.request_id, a.was, a.became, a.salt, " \
    "a.address_mark,"                                                                                               \
    " a.seal, a.note"
pl_err audit_map(pl_db_statement *row, pl_arena *arena, void *entry);
/* The newest first, before an id (nil: from the end). */
pl_err audit_list(tx_t *tx, pl_uuid brand_id, pl_uuid before, audit_t **entries, size_t *count);

#endif
