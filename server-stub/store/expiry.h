/* SPDX-License-Identifier: Apache-2.0
 *
 * What is to be told of licenses that end. When that is, and of which, is decided in licensing/expiry.h.
 */
#ifndef STORE_EXPIRY_H
#define STORE_EXPIRY_H

#include "store/store.h"

enum { EXPIRY_PAGE = 200, EXPIRY_KEPT_DAYS = 90 };

/* In place of days: not the end, but a suspension or cancellation that was foreseen; its time stands where that of the end does. */
enum { EXPIRY_SUSPENDS = -1, EXPIRY_CANCELS = -2 };
/* Nor that: a check-in that was missed, and until when it was waited for. Its cursor goes by ids (licensing/check_in_watch.c). */
enum { EXPIRY_CHECK_IN = -3 };

/* Up to where a brand's licenses were looked through, in the order of their ends and ids. */
typedef struct {
    pl_uuid brand_id;
    int64_t days;
    int64_t expires_at_ms;
    pl_uuid license_id;
} expiry_cursor_t;

typedef struct {
    pl_uuid brand_id;
    pl_uuid license_id;
    int64_t expires_at_ms;
    int64_t days; /* before it; 0: it has ended; EXPIRY_SUSPENDS, _CANCELS, _CHECK_IN */
    int64_t due_at_ms;
} expiry_notice_t;

typedef struct {
    pl_uuid license_id;
    int64_t expires_at_ms;
} expiring_t;

pl_err expiry_cursor_find(tx_t *tx, expiry_cursor_t *cursor); /* by brand and days; PL_ERR_NOT_FOUND */
pl_err expiry_cursor_put(tx_t *tx, const expiry_cursor_t *cursor);
/* The licenses after the cursor that end (or stop, as its days say) by then; EXPIRY_PAGE at most. */
pl_err expiry_scan(tx_t *tx, const expiry_cursor_t *after, int64_t until_ms, expiring_t **list, size_t *count);
/* Nothing happens where it is there already. */
pl_err expiry_notice_add(tx_t *tx, const expiry_notice_t *notice);
/* Those that are due and not told; EXPIRY_PAGE at most. */
pl_err expiry_notices_due(tx_t *tx, expiry_notice_t **list, size_t *count);
/* Due later, so that it stands before no other until then. */
pl_err expiry_notice_postpone(tx_t *tx, const expiry_notice_t *notice, int64_t due_at_ms);
pl_err expiry_notice_told(tx_t *tx, const expiry_notice_t *notice);
/* Forgets what was told of ends long past. */
pl_err expiry_sweep(tx_t *tx);

#endif
