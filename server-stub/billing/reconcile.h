/* SPDX-License-Identifier: Apache-2.0
 *
 * Comparing with the provider, and mending what a lost event left: subscriptions that stand otherwise there, purchases that we never
 * heard of, events that were never taken from it. What the provider says now is newer than any event.
 */
#ifndef BILLING_RECONCILE_H
#define BILLING_RECONCILE_H

#include "billing/inbox.h"

/* What is told of one subscription or event. */
typedef struct {
    const char *what;         /* "mended", "found", "missing", "failed", "event" */
    const char *subscription; /* or the event */
    pl_uuid license_id;       /* nil: none */
    const char *detail;       /* "past_due -> active"; NULL */
} reconcile_line_t;

typedef struct {
    inbox_t inbox; /* for its brand */
    bool is_dry_run;
    int64_t before_ms;      /* those not compared since */
    int64_t begun_after_ms; /* purchases made since are looked for; 0: all; -1: none are, nor events */
    void (*tell)(void *context, const reconcile_line_t *line); /* NULL: nobody listens */
    void *context;
} reconcile_t;

typedef struct {
    int64_t compared;
    int64_t mended;
    int64_t found;   /* purchases that were not known */
    int64_t missing; /* which the provider does not know */
    int64_t events;  /* that were not taken from it */
    int64_t failed;
} reconcile_report_t;

/* PL_ERR_PAYMENTS_UNSET, _DOWN, _REFUSED; what was mended until then is. */
pl_err reconcile_brand(const reconcile_t *order, reconcile_report_t *report);

#endif
