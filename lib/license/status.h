/* SPDX-License-Identifier: Apache-2.0
 *
 * What a license is worth, what a validator decided, where an answer came from and why: the words shared by rules, wire and SDK.
 * The numbers of pl_status, pl_source and pl_reason equal those of the public enums (checked at compile time in client/).
 */
#ifndef PL_LICENSE_STATUS_H
#define PL_LICENSE_STATUS_H

#include <stdbool.h>

typedef enum {
    PL_STATUS_NONE = 0,
    PL_STATUS_ACTIVE = 1,
    PL_STATUS_GRACE = 2,
    PL_STATUS_STALE = 3,
    PL_STATUS_EXPIRED = 4,
    PL_STATUS_SUSPENDED = 5,
    PL_STATUS_REVOKED = 6,
    PL_STATUS_NO_SEAT = 7,
    PL_STATUS_WRONG_PRODUCT = 8,
    PL_STATUS_WRONG_DEVICE = 9
} pl_status;

enum { PL_STATUS_COUNT = 10 };

typedef enum {
    PL_SOURCE_NONE = 0,
    PL_SOURCE_ONLINE = 1, /* an answer received by this call or by a refresh of this process */
    PL_SOURCE_CACHE = 2,  /* a stored answer */
    PL_SOURCE_LICENSE_FILE = 3,
    PL_SOURCE_EMERGENCY = 4
} pl_source;

typedef enum {
    PL_REASON_NONE = 0,
    PL_REASON_NOT_ACTIVATED = 1,  /* nothing verified is held */
    PL_REASON_IN_ORDER = 2,       /* ACTIVE */
    PL_REASON_CHECK_OVERDUE = 3,  /* GRACE, STALE: the server was not reached since check_by */
    PL_REASON_LICENSE_ENDED = 4,  /* EXPIRED by date or by the server */
    PL_REASON_PAYMENT_FAILED = 5, /* SUSPENDED, as the server said */
    PL_REASON_VENDOR = 6,         /* SUSPENDED or REVOKED by the vendor */
    PL_REASON_REFUND = 7,
    PL_REASON_DISPUTE = 8,
    PL_REASON_SEATS_TAKEN = 9, /* NO_SEAT */
    PL_REASON_OTHER_PRODUCT = 10,
    PL_REASON_OTHER_DEVICE = 11,
    PL_REASON_UNKNOWN_KEY = 12, /* the server does not know the license key (never ends a held lease) */
    PL_REASON_EMERGENCY = 13,   /* GRACE by an emergency extension */
    PL_REASON_RELEASED = 14,    /* the device gave its seat back */
    PL_REASON_NO_TRIAL = 15     /* there are no trials of the product, or this device's was sold since */
} pl_reason;

enum { PL_REASON_COUNT = 16 };

/* The decision inside a signed answer. */
typedef enum {
    PL_VERDICT_NONE = 0,
    PL_VERDICT_ACTIVE,
    PL_VERDICT_SUSPENDED,
    PL_VERDICT_REVOKED,
    PL_VERDICT_EXPIRED,
    PL_VERDICT_NO_SEAT,
    PL_VERDICT_UNKNOWN_KEY,
    PL_VERDICT_NOT_ACTIVATED,
    PL_VERDICT_WRONG_PRODUCT,
    PL_VERDICT_WRONG_DEVICE,
    PL_VERDICT_RELEASED
} pl_verdict;

enum { PL_VERDICT_COUNT = 11 };

/* Stable texts: "ACTIVE", "NO_SEAT"; reasons in lower case: "payment_failed". The parsers return the NONE value for unknown text. */
const char *pl_status_text(pl_status status);
const char *pl_source_text(pl_source source);
const char *pl_reason_text(pl_reason reason);
const char *pl_verdict_text(pl_verdict verdict);
pl_reason pl_reason_parse(const char *text);
pl_verdict pl_verdict_parse(const char *text);

/* True for the verdicts that may take a held lease away. */
bool pl_verdict_is_denial(pl_verdict verdict);
pl_status pl_verdict_status(pl_verdict verdict); /* NONE for those that decide nothing about the license */

#endif
