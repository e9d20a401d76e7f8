/* SPDX-License-Identifier: Apache-2.0
 *
 * What a license has used of each meter and may use, as far as an answer has room: the meters asked about go before the others.
 */
#include "licensing/usage.h"

#include "licensing/entitlement_text.h"
#include "store/usage.h"

#include <stdlib.h>
#include <string.h>

enum { MS = 1000 };

typedef struct {
    pl_usage_balance *items; /* PL_USAGE_BALANCES_MAX */
    size_t count;
} gathering;

static bool has(const gathering *g, const char *meter)
{
    for (size_t i = 0; i < g->count; i++)
        if (strcmp(g->items[i].meter, meter) == 0)
            return true;
    return false;
}

static pl_err add_asked(tx_t *tx, const license_t *license, const pl_usage_batch *asked, gathering *g)
{
    pl_err err = PL_OK;

    for (size_t i = 0; asked && !err && i < asked->count && g->count < PL_USAGE_BALANCES_MAX; i++) {
        pl_usage_balance balance = {asked->reports[i].meter, 0, PL_USAGE_UNLIMITED};

        if (has(g, balance.meter))
            continue;
        err = usage_balance_find(tx, license->brand_id, license->id, &balance);
        if (!err)
            g->items[g->count++] = balance;
        else if (err == PL_ERR_NOT_FOUND)
            err = PL_OK;
    }
    return err;
}

static pl_err add_others(tx_t *tx, const license_t *license, gathering *g)
{
    const usage_balance_page_t page = {license->brand_id, license->id, NULL, PL_USAGE_BALANCES_MAX};
    pl_usage_balance *others;
    size_t count;
    pl_err err = usage_balances(tx, &page, &others, &count);

    for (size_t i = 0; !err && i < count && g->count < PL_USAGE_BALANCES_MAX; i++)
        if (!has(g, others[i].meter))
            g->items[g->count++] = others[i];
    return err;
}

static int by_meter(const void *a, const void *b)
{
    const pl_usage_balance *one = a, *other = b;

    return strcmp(one->meter, other->meter);
}

static void allow(const pl_entitlements *set, int64_t now_s, pl_usage_balance *balance)
{
    char name[PL_USAGE_ENTITLEMENT_SIZE];
    const pl_entitlement *allowance;

    pl_usage_entitlement(balance->meter, name);
    allowance = pl_entitlements_find(set, name, PL_ENTITLEMENT_LIMIT, now_s);
    if (allowance)
        balance->allowed = allowance->number > 0 ? allowance->number : 0;
}

pl_err licensing_usage_of(tx_t *tx, const license_t *license, const product_t *product, pl_usage_balance **balances,
                          size_t *count)
{
    const usage_balance_page_t page = {license->brand_id, license->id, NULL, USAGE_PAGE_MAX};
    pl_entitlements set;
    pl_err err;

    if ((err = entitlement_text_read(tx->arena, product->entitlements, license->entitlements, &set)) ||
        (err = usage_balances(tx, &page, balances, count)))
        return err;
    for (size_t i = 0; i < *count; i++)
        allow(&set, tx->now_ms / MS, &(*balances)[i]);
    return PL_OK;
}

pl_err licensing_usage_balances(tx_t *tx, const license_t *license, const product_t *product, const pl_usage_batch *asked,
                                pl_usage_claims *claims)
{
    gathering g = {pl_arena_take(tx->arena, PL_USAGE_BALANCES_MAX * sizeof(pl_usage_balance)), 0};
    pl_entitlements set;
    int64_t count = 0;
    pl_err err;

    if (!g.items)
        return PL_ERR_MEMORY;
    if ((err = add_asked(tx, license, asked, &g)) || (err = add_others(tx, license, &g)) ||
        (err = usage_balances_count(tx, license->brand_id, license->id, &count)) ||
        (err = entitlement_text_read(tx->arena, product->entitlements, license->entitlements, &set)))
        return err;
    for (size_t i = 0; i < g.count; i++)
        allow(&set, tx->now_ms / MS, &g.items[i]);
    if (g.count > 1)
        qsort(g.items, g.count, sizeof *g.items, by_meter);
    claims->balances = g.items;
    claims->balance_count = g.count;
    claims->more = count - (int64_t)g.count;
    return PL_OK;
}
