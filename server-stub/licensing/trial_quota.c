/* SPDX-License-Identifier: Apache-2.0
 *
 * Counting trials by the hour.
 */
#include "licensing/trial_quota.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR_MS = 3600 * 1000, GROUPS = 8, NETWORK_GROUPS = 4 };

/* Groups from text on, until it ends or "::" comes; *rest is what follows that, NULL: nothing. */
static size_t read_groups(const char *text, unsigned long groups[GROUPS], const char **rest)
{
    size_t count = 0;

    *rest = NULL;
    while (*text && count < GROUPS) {
        char *end;

        if (strncmp(text, "::", 2) == 0) {
            *rest = text + 2;
            break;
        }
        text += *text == ':' ? 1 : 0;
        groups[count] = strtoul(text, &end, 16);
        if (end == text)
            break;
        text = end;
        count++;
    }
    return count;
}

void trial_network(const char *address, char network[TRIAL_NETWORK_SIZE])
{
    unsigned long groups[GROUPS] = {0}, tail[GROUPS] = {0};
    const char *rest, *nothing;
    size_t count, tail_count;

    if (!strchr(address, ':')) {
        (void)snprintf(network, TRIAL_NETWORK_SIZE, "%s", address);
        return;
    }
    count = read_groups(address, groups, &rest);
    tail_count = rest ? read_groups(rest, tail, &nothing) : 0;
    for (size_t i = 0; i < tail_count && count + tail_count <= GROUPS; i++)
        groups[GROUPS - tail_count + i] = tail[i];
    (void)snprintf(network, TRIAL_NETWORK_SIZE, "%lx:%lx:%lx:%lx::", groups[0] & 0xffff, groups[1] & 0xffff, groups[2] & 0xffff,
                   groups[3] & 0xffff);
}

static pl_err check_network(tx_t *tx, const product_t *product, const char *network)
{
    const trial_t of = {.brand_id = product->brand_id, .product_id = product->id, .address = network};
    int64_t count = 0;
    pl_err err = trials_count_from(tx, &of, tx->now_ms - HOUR_MS, &count);

    if (err || count < TRIALS_PER_HOUR_AND_NETWORK_MAX)
        return err;
    return pl_fail(PL_ERR_RATE_LIMITED, "more than %d trials of %s were started from this network within an hour",
                   (int)TRIALS_PER_HOUR_AND_NETWORK_MAX, product->slug);
}

pl_err trial_quota_check(tx_t *tx, const product_t *product, const char *network)
{
    int64_t count = 0;
    pl_err err;

    if (network && (err = check_network(tx, product, network)))
        return err;
    err = trials_count_since(tx, product->brand_id, product->id, tx->now_ms - HOUR_MS, &count);
    if (err || count < TRIALS_PER_HOUR_MAX)
        return err;
    return pl_fail(PL_ERR_RATE_LIMITED, "more than %d trials of %s were started within an hour", (int)TRIALS_PER_HOUR_MAX,
                   product->slug);
}
