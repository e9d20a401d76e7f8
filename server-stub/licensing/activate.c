/* SPDX-License-Identifier: Apache-2.0
 *
 * Activation: a device gets its own seat back at once, a new one takes a seat if there is one.
 */
#include "licensing/device.h"

#include "licensing/events.h"
#include "licensing/judge.h"
#include "licensing/license_term.h"
#include "licensing/silent_seat.h"

#include <string.h>

static pl_err note(tx_t *tx, const activation_t *activation, audit_action action, const char *metadata)
{
    const audit_t entry = {.brand_id = activation->brand_id, .action = action, .target = activation->id, .metadata = metadata};

    return events_append(tx, &entry, activation->license_id);
}

/* What this account cannot read now (a cashier sees less than root) is not gone: known values stay until others are seen. */
static void learn_fingerprint(pl_fingerprint *known, const pl_fingerprint *seen)
{
    for (size_t i = 0; i < PL_COMPONENT_COUNT; i++)
        if (seen->count[i] > 0) {
            known->count[i] = seen->count[i];
            memcpy(known->value[i], seen->value[i], sizeof(known->value[i]));
        }
}

static bool is_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/*
 * Which of what is stored about the device is new: *metadata for the audit, NULL where nothing is. A new device key means that the
 * system was installed anew, that its state was lost, or that somebody else activated in its place.
 */
static pl_err describe_change(pl_arena *arena, const activation_t *before, const activation_t *after, const char **metadata)
{
    const struct {
        const char *name;
        bool is_new;
    } parts[] = {
        {"device_key", memcmp(before->device_key, after->device_key, sizeof(after->device_key)) != 0},
        {"instance", !pl_uuid_equal(before->instance_id, after->instance_id)},
        {"hardware", memcmp(&before->fingerprint, &after->fingerprint, sizeof(after->fingerprint)) != 0},
        {"name", !is_same_text(before->device_name, after->device_name)},
    };
    const char *names = "";

    *metadata = NULL;
    for (size_t i = 0; names && i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].is_new)
            names = pl_arena_format(arena, "%s%s\"%s\"", names, *names ? "," : "", parts[i].name);
    if (names && *names)
        *metadata = pl_arena_format(arena, "{\"changed\":[%s]}", names);
    return !names || (*names && !*metadata) ? PL_ERR_MEMORY : PL_OK;
}

static void describe_device(const device_call_t *call, activation_t *activation)
{
    learn_fingerprint(&activation->fingerprint, &call->fingerprint);
    memcpy(activation->device_key, call->request.device_key, sizeof(activation->device_key));
    if (!pl_uuid_is_nil(call->instance_id))
        activation->instance_id = call->instance_id;
    if (call->request.device_name)
        activation->device_name = call->request.device_name;
}

static pl_err take_back(tx_t *tx, const device_call_t *call, const activation_t *before, outcome_t *out)
{
    activation_t *activation = &out->activation;
    const char *change;
    pl_err err;

    *activation = *before;
    describe_device(call, activation);
    out->has_activation = true;
    silent_seat_see(out, tx->now_ms);
    if ((err = describe_change(tx->arena, before, activation, &change)))
        return err;
    if (!change)
        return PL_OK; /* asked again: nothing to write */
    out->is_sighting = false;
    activation->validated_at_ms = tx->now_ms;
    if ((err = activations_change(tx, activation)))
        return err;
    return note(tx, activation, AUDIT_REACTIVATED, change);
}

static pl_err note_clone(tx_t *tx, const activation_t *activation, pl_uuid cloned)
{
    char id[PL_UUID_TEXT_SIZE];
    const char *metadata;

    pl_uuid_format(cloned, id);
    metadata = pl_arena_format(tx->arena, "{\"copy_of\":\"%s\"}", id);
    return metadata ? note(tx, activation, AUDIT_CLONE_SUSPECTED, metadata) : PL_ERR_MEMORY;
}

/* One of those beyond the limit that the policy tolerates: the audit says so. */
static pl_err note_new(tx_t *tx, const outcome_t *out)
{
    const product_policy_t *policy = &out->product.policy;
    int64_t taken = 0;
    pl_err err = PL_OK;

    if (policy->overage)
        err = activations_count_live(tx, out->license.brand_id, out->license.id, &taken);
    if (err)
        return err;
    return note(tx, &out->activation, AUDIT_ACTIVATED,
                taken > license_seats(&out->license, policy) ? "{\"over_limit\":true}" : NULL);
}

static pl_err take_seat(tx_t *tx, const outcome_t *out, bool *taken)
{
    int64_t room = license_room(&out->license, &out->product.policy);
    pl_err err = activations_take(tx, &out->activation, room, taken);

    if (err || *taken)
        return err;
    if ((err = silent_seat_free(tx, &out->license, &out->product.policy)))
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    return activations_take(tx, &out->activation, room, taken);
}

static pl_err take_new(tx_t *tx, const device_call_t *call, const seat_t *seat, outcome_t *out)
{
    activation_t *activation = &out->activation;
    bool taken = false;
    pl_err err;

    *activation = (activation_t){.id = store_new_id(tx), .brand_id = call->brand_id, .license_id = out->license.id};
    activation->activated_at_ms = activation->validated_at_ms = tx->now_ms;
    activation->told_until_ms = silent_seat_told_until_ms(&out->product.policy, tx->now_ms);
    describe_device(call, activation);
    if ((err = take_seat(tx, out, &taken)))
        return err;
    if (!taken) {
        out->verdict = PL_VERDICT_NO_SEAT;
        out->reason = PL_REASON_SEATS_TAKEN;
        return PL_OK;
    }
    out->has_activation = out->is_new_seat = true;
    if ((err = note_new(tx, out)) || (err = license_term_begin(tx, &out->license)) || !seat->is_clone)
        return err;
    return note_clone(tx, activation, seat->cloned);
}

pl_err licensing_activate(tx_t *tx, const device_call_t *call, outcome_t *out)
{
    seat_t seat;
    pl_err err;

    *out = (outcome_t){.verdict = PL_VERDICT_NONE};
    if ((err = judge_call(tx, call, out)) || out->verdict != PL_VERDICT_ACTIVE)
        return err;
    if ((err = judge_seat(tx, call, out, &seat)))
        return err;
    return seat.found ? take_back(tx, call, &seat.activation, out) : take_new(tx, call, &seat, out);
}
