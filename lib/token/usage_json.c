/* SPDX-License-Identifier: Apache-2.0
 *
 * The claim "usage". Reader and writer go through the members in the same order.
 */
#include "token/usage_json.h"

#include <string.h>

enum { REFUSED_MAX = 64 };

static pl_err read_balance(const pl_json *object, pl_usage_balance *balance)
{
    pl_err err;

    if (!pl_json_is_object(object))
        return pl_fail(PL_ERR_MALFORMED, "a balance of usage is no object");
    balance->allowed = PL_USAGE_UNLIMITED;
    if ((err = pl_json_want_text(object, "meter", PL_METER_MAX, &balance->meter)) ||
        (err = pl_json_want_int(object, "used", 0, INT64_MAX, &balance->used)) ||
        (err = pl_json_may_int(object, "allowed", 0, INT64_MAX, &balance->allowed)))
        return err;
    return pl_meter_is_valid(balance->meter) ? PL_OK : pl_fail(PL_ERR_MALFORMED, "\"%s\" is no meter", balance->meter);
}

static pl_err read_balances(pl_arena *arena, const pl_json *object, pl_usage_claims *usage)
{
    const pl_json *array = NULL;
    pl_usage_balance *balances;
    pl_err err = pl_json_may_array(object, "balances", PL_USAGE_BALANCES_MAX, &array);
    size_t count = array ? pl_json_count(array) : 0;

    if (err || count == 0)
        return err;
    if (!(balances = pl_arena_take(arena, count * sizeof *balances)))
        return pl_fail(PL_ERR_MEMORY, "balances of usage");
    usage->balances = balances;
    usage->balance_count = count;
    for (size_t i = 0; !err && i < count; i++)
        err = read_balance(pl_json_at(array, i), &balances[i]);
    return err;
}

pl_err pl_usage_claims_read(pl_arena *arena, const pl_json *claims, const pl_usage_claims **usage)
{
    const pl_json *object = NULL;
    const char *refused = NULL;
    pl_usage_claims *read;
    pl_err err = pl_json_may_object(claims, "usage", &object);

    *usage = NULL;
    if (err || !object)
        return err;
    if (!(read = pl_arena_take(arena, sizeof *read)))
        return pl_fail(PL_ERR_MEMORY, "usage");
    if ((err = pl_json_want_int(object, "seq", 0, INT64_MAX, &read->sequence)) ||
        (err = pl_json_may_int(object, "again", 1, INT64_MAX, &read->again)) ||
        (err = pl_json_may_bool(object, "forked", &read->is_forked)) ||
        (err = pl_json_may_text(object, "refused", REFUSED_MAX, &refused)) ||
        (err = pl_json_may_int(object, "retry_at", 0, INT64_MAX, &read->retry_at)) ||
        (err = read_balances(arena, object, read)) || (err = pl_json_may_int(object, "more", 0, INT64_MAX, &read->more)))
        return err;
    read->refusal = pl_usage_refusal_parse(refused);
    *usage = read;
    return PL_OK;
}

static void write_balance(pl_json_writer *writer, const pl_usage_balance *balance)
{
    pl_json_open(writer, NULL, '{');
    pl_json_put_text(writer, "meter", balance->meter);
    pl_json_put_int(writer, "used", balance->used);
    if (balance->allowed >= 0)
        pl_json_put_int(writer, "allowed", balance->allowed);
    pl_json_close(writer);
}

void pl_usage_claims_write(pl_json_writer *writer, const pl_usage_claims *usage)
{
    if (!usage)
        return;
    pl_json_open(writer, "usage", '{');
    pl_json_put_int(writer, "seq", usage->sequence);
    if (usage->again)
        pl_json_put_int(writer, "again", usage->again);
    if (usage->is_forked)
        pl_json_put_bool(writer, "forked", true);
    if (usage->refusal)
        pl_json_put_text(writer, "refused", pl_usage_refusal_text(usage->refusal));
    if (usage->retry_at)
        pl_json_put_int(writer, "retry_at", usage->retry_at);
    if (usage->balance_count > 0) {
        pl_json_open(writer, "balances", '[');
        for (size_t i = 0; i < usage->balance_count; i++)
            write_balance(writer, &usage->balances[i]);
        pl_json_close(writer);
    }
    if (usage->more)
        pl_json_put_int(writer, "more", usage->more);
    pl_json_close(writer);
}
