/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of status.h as texts, and which verdicts may take a held lease away. What a document is worth at a time is in policy.c.
 */
#include "license/status.h"

#include <stddef.h>
#include <string.h>

static const char *const STATUS_TEXTS[PL_STATUS_COUNT] = {
    [PL_STATUS_NONE] = "NONE",
    [PL_STATUS_ACTIVE] = "ACTIVE",
    [PL_STATUS_GRACE] = "GRACE",
    [PL_STATUS_STALE] = "STALE",
    [PL_STATUS_EXPIRED] = "EXPIRED",
    [PL_STATUS_SUSPENDED] = "SUSPENDED",
    [PL_STATUS_REVOKED] = "REVOKED",
    [PL_STATUS_NO_SEAT] = "NO_SEAT",
    [PL_STATUS_WRONG_PRODUCT] = "WRONG_PRODUCT",
    [PL_STATUS_WRONG_DEVICE] = "WRONG_DEVICE",
};

static const char *const SOURCE_TEXTS[] = {
    [PL_SOURCE_NONE] = "NONE",           [PL_SOURCE_ONLINE] = "ONLINE",
    [PL_SOURCE_CACHE] = "CACHE",         [PL_SOURCE_LICENSE_FILE] = "LICENSE_FILE",
    [PL_SOURCE_EMERGENCY] = "EMERGENCY",
};

static const char *const REASON_TEXTS[PL_REASON_COUNT] = {
    [PL_REASON_NONE] = "none",
    [PL_REASON_NOT_ACTIVATED] = "not_activated",
    [PL_REASON_IN_ORDER] = "in_order",
    [PL_REASON_CHECK_OVERDUE] = "check_overdue",
    [PL_REASON_LICENSE_ENDED] = "license_ended",
    [PL_REASON_PAYMENT_FAILED] = "payment_failed",
    [PL_REASON_VENDOR] = "vendor",
    [PL_REASON_REFUND] = "refund",
    [PL_REASON_DISPUTE] = "dispute",
    [PL_REASON_SEATS_TAKEN] = "seats_taken",
    [PL_REASON_OTHER_PRODUCT] = "other_product",
    [PL_REASON_OTHER_DEVICE] = "other_device",
    [PL_REASON_UNKNOWN_KEY] = "unknown_key",
    [PL_REASON_EMERGENCY] = "emergency",
    [PL_REASON_RELEASED] = "released",
    [PL_REASON_NO_TRIAL] = "no_trial",
};

static const char *const VERDICT_TEXTS[PL_VERDICT_COUNT] = {
    [PL_VERDICT_NONE] = "NONE",
    [PL_VERDICT_ACTIVE] = "ACTIVE",
    [PL_VERDICT_SUSPENDED] = "SUSPENDED",
    [PL_VERDICT_REVOKED] = "REVOKED",
    [PL_VERDICT_EXPIRED] = "EXPIRED",
    [PL_VERDICT_NO_SEAT] = "NO_SEAT",
    [PL_VERDICT_UNKNOWN_KEY] = "UNKNOWN_KEY",
    [PL_VERDICT_NOT_ACTIVATED] = "NOT_ACTIVATED",
    [PL_VERDICT_WRONG_PRODUCT] = "WRONG_PRODUCT",
    [PL_VERDICT_WRONG_DEVICE] = "WRONG_DEVICE",
    [PL_VERDICT_RELEASED] = "RELEASED",
};

/* A number from outside the enum reads as its zero, which grants nothing. */
static const char *text_at(const char *const *texts, size_t count, size_t index)
{
    return texts[index < count ? index : 0];
}

static size_t index_of(const char *const *texts, size_t count, const char *text)
{
    for (size_t i = 1; text && i < count; i++) {
        if (strcmp(texts[i], text) == 0)
            return i;
    }
    return 0;
}

const char *pl_status_text(pl_status status)
{
    return text_at(STATUS_TEXTS, PL_STATUS_COUNT, (size_t)status);
}

const char *pl_source_text(pl_source source)
{
    return text_at(SOURCE_TEXTS, sizeof SOURCE_TEXTS / sizeof SOURCE_TEXTS[0], (size_t)source);
}

const char *pl_reason_text(pl_reason reason)
{
    return text_at(REASON_TEXTS, PL_REASON_COUNT, (size_t)reason);
}

const char *pl_verdict_text(pl_verdict verdict)
{
    return text_at(VERDICT_TEXTS, PL_VERDICT_COUNT, (size_t)verdict);
}

pl_reason pl_reason_parse(const char *text)
{
    return (pl_reason)index_of(REASON_TEXTS, PL_REASON_COUNT, text);
}

pl_verdict pl_verdict_parse(const char *text)
{
    return (pl_verdict)index_of(VERDICT_TEXTS, PL_VERDICT_COUNT, text);
}

pl_status pl_verdict_status(pl_verdict verdict)
{
    switch (verdict) {
    case PL_VERDICT_ACTIVE:
        return PL_STATUS_ACTIVE;
    case PL_VERDICT_SUSPENDED:
        return PL_STATUS_SUSPENDED;
    case PL_VERDICT_REVOKED:
        return PL_STATUS_REVOKED;
    case PL_VERDICT_EXPIRED:
        return PL_STATUS_EXPIRED;
    case PL_VERDICT_NO_SEAT:
        return PL_STATUS_NO_SEAT;
    case PL_VERDICT_NONE:
    case PL_VERDICT_UNKNOWN_KEY:
    case PL_VERDICT_NOT_ACTIVATED:
    case PL_VERDICT_WRONG_PRODUCT:
    case PL_VERDICT_WRONG_DEVICE:
    case PL_VERDICT_RELEASED:
        break;
    }
    return PL_STATUS_NONE;
}

bool pl_verdict_is_denial(pl_verdict verdict)
{
    pl_status status = pl_verdict_status(verdict);

    return status != PL_STATUS_NONE && status != PL_STATUS_ACTIVE;
}
