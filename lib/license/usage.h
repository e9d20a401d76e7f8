/* SPDX-License-Identifier: Apache-2.0
 *
 * Usage: what a device used of a meter, one report for each time it was told, and what came of it. Plain values; how they travel is in
 * wire/usage_batch.h and token/usage_json.h.
 */
#ifndef PL_LICENSE_USAGE_H
#define PL_LICENSE_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PL_USAGE_ENTITLEMENT_PREFIX "usage." /* the limit "usage.hours" is what may be used of the meter "hours" */

enum {
    PL_METER_MAX = 58, /* with the prefix it is an entitlement's name */
    PL_USAGE_ID_SIZE = 16,
    PL_USAGE_REPORTS_MAX = 200, /* of one batch */
    PL_USAGE_BALANCES_MAX = 64, /* in one answer */
    PL_USAGE_UNLIMITED = -1
};

#define PL_USAGE_AMOUNT_MAX INT64_C(1000000000000) /* of one report */

typedef struct {
    int64_t sequence; /* from 1, without gaps in one log */
    const char *meter;
    int64_t amount;
    int64_t at;                   /* Unix seconds */
    uint8_t id[PL_USAGE_ID_SIZE]; /* random: two reports of one number and of different ids were made by two copies of a log */
} pl_usage_report;

typedef struct {
    uint8_t log[PL_USAGE_ID_SIZE]; /* random, made with the log: numbers count within one */
    int64_t from;                  /* the lowest number that the device still has for this activation */
    const pl_usage_report *reports;
    size_t count;
} pl_usage_batch;

typedef struct {
    const char *meter;
    int64_t used;    /* by all devices of the license, as far as they reported */
    int64_t allowed; /* PL_USAGE_UNLIMITED: no limit */
} pl_usage_balance;

/* Why the reports of a batch were not stored. The device keeps them. */
typedef enum {
    PL_USAGE_TAKEN = 0,
    PL_USAGE_LIMIT, /* more than a day's share: they are taken later */
    PL_USAGE_CLOSED /* the activation was released too long ago: they are for the device's next one */
} pl_usage_refusal;

typedef struct {
    int64_t sequence; /* all up to this number are stored */
    int64_t again;    /* send again from this number on; 0: nothing is missing */
    bool is_forked;   /* another copy of this log reported too */
    pl_usage_refusal refusal;
    int64_t retry_at; /* PL_USAGE_LIMIT: Unix seconds, not before */
    const pl_usage_balance *balances;
    size_t balance_count;
    int64_t more; /* so many meters are not among balances */
} pl_usage_claims;

/* "usage_limit", "usage_closed"; NULL for PL_USAGE_TAKEN. The parser takes an unknown text for PL_USAGE_LIMIT: kept, and sent later. */
const char *pl_usage_refusal_text(pl_usage_refusal refusal);
pl_usage_refusal pl_usage_refusal_parse(const char *text);

/* An entitlement's characters, 1 to PL_METER_MAX. Accepts NULL. */
bool pl_meter_is_valid(const char *meter);
/* "usage.METER" */
enum { PL_USAGE_ENTITLEMENT_SIZE = PL_METER_MAX + sizeof PL_USAGE_ENTITLEMENT_PREFIX };
void pl_usage_entitlement(const char *meter, char name[PL_USAGE_ENTITLEMENT_SIZE]);

#endif
