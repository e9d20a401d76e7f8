/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions to the audit: what happened to an object, what somebody did, when; the vendor's API and the command line ask the same way.
 * Writing it is audit.h's.
 */
#ifndef STORE_AUDIT_SEARCH_H
#define STORE_AUDIT_SEARCH_H

#include "store/audit.h"

enum { AUDIT_SIFTED_MAX = 2000 };

typedef struct {
    pl_uuid brand_id;
    pl_uuid target;      /* nil: any */
    const char *actor;   /* NULL: any */
    audit_action action; /* 0: any */
    int64_t since_ms;    /* 0: from the start */
    int64_t until_ms;    /* before that time; 0: to the end */
    pl_uuid before;      /* of the page before the last one; nil: from the end */
    int64_t limit;       /* 1 to AUDIT_PAGE_MAX */
} audit_search_t;

typedef struct {
    audit_t *entries;
    size_t count;
    bool
        has_more; /* ask again with before = last: where more than one of target, actor and action is asked for, be it that there are none */
    pl_uuid last; /* that was looked at */
} audit_page_t;

/* The newest first. Looks through AUDIT_SIFTED_MAX rows at most: a page may be short, or empty, and still have more behind it. */
pl_err audit_search(tx_t *tx, const audit_search_t *search, audit_page_t *page);

#endif
