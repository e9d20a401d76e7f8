/* SPDX-License-Identifier: Apache-2.0
 *
 * A line to a real validator's domain. It runs in the library's threads, where a failed assertion has nowhere to go: there a failure is a
 * problem document, as a server would send.
 */
#include "support/licensing_line.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/answer.h"

void licensing_line_open(licensing_line *line, fake_clock *clock)
{
    memset(line, 0, sizeof *line);
    validator_open(&line->v);
    fake_clock_init(clock, VALIDATOR_NOW_MS);
    line->clock = clock;
    line->sightings = sightings_new();
    line->mutex = pl_mutex_new();
    assert_true(line->sightings && line->mutex);
}

void licensing_line_close(licensing_line *line)
{
    sightings_free(line->sightings);
    pl_mutex_free(line->mutex);
    validator_close(&line->v);
}

void licensing_line_leave(licensing_line *line)
{
    instance_close(line->v.instance);
    line->v.instance = NULL;
}

pl_err licensing_line_join(licensing_line *line)
{
    return instance_open(&line->v.place, &line->v.clock, &line->v.instance);
}

static void follow_clock(licensing_line *line)
{
    atomic_store(&line->v.time.wall_ms, atomic_load(&line->clock->wall_ms));
    atomic_store(&line->v.time.boot_ms, atomic_load(&line->clock->boot_ms));
}

typedef struct {
    device_call_t call;
    outcome_t outcome;
} calling;

static pl_err run_verb(void *context, tx_t *tx)
{
    calling *c = context;

    if (c->call.act == PL_ACT_ACTIVATE)
        return licensing_activate(tx, &c->call, &c->outcome);
    return c->call.act == PL_ACT_VALIDATE ? licensing_validate(tx, &c->call, &c->outcome)
                                          : licensing_deactivate(tx, &c->call, &c->outcome);
}

static pl_err find_act(const char *url, pl_act *act)
{
    static const pl_act acts[] = {PL_ACT_ACTIVATE, PL_ACT_VALIDATE, PL_ACT_DEACTIVATE};

    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (strstr(url, pl_act_path(acts[i]))) {
            *act = acts[i];
            return PL_OK;
        }
    return PL_ERR_NOT_FOUND;
}

static pl_err answer_call(licensing_line *line, const pospal_exchange_t *exchange, pl_buf *body)
{
    const keyring_t *keyring = keys_pin(instance_keys(line->v.instance), &line->v.arena);
    const pl_span request = pl_span_of(exchange->body, exchange->body_size);
    calling c;
    pl_act act;
    pl_err err;

    memset(&c, 0, sizeof c);
    if (!keyring)
        return PL_ERR_MEMORY;
    if ((err = find_act(exchange->url, &act)) || (err = licensing_read_call(&line->v.arena, keyring, act, request, &c.call)) ||
        (err = instance_write(line->v.instance, &line->v.arena, run_verb, &c)))
        return err;
    sightings_note(line->sightings, &c.outcome);
    return answer_sign(&line->v.arena, keyring, &c.call, &c.outcome, body);
}

pospal_result_t licensing_line_exchange(void *context, const pospal_exchange_t *exchange, pospal_reply *reply)
{
    static const char problem[] = "{\"status\":503,\"code\":\"database\"}";
    licensing_line *line = context;
    pospal_result_t result = POSPAL_ERROR_UNREACHABLE;
    pl_buf body;

    pl_buf_init(&body);
    pl_mutex_lock(line->mutex);
    line->exchanges++;
    follow_clock(line);
    if (!line->is_cut && answer_call(line, exchange, &body) == PL_OK)
        result = pospal_reply_set(reply, 200, "Content-Type: application/json\r\n", body.data, body.size);
    else if (!line->is_cut)
        result = pospal_reply_set(reply, 503, "Content-Type: application/problem+json\r\n", problem, sizeof problem - 1);
    pl_mutex_unlock(line->mutex);
    pl_buf_reset(&body);
    return result;
}

static pl_err flush(void *context, tx_t *tx)
{
    return sightings_flush(((licensing_line *)context)->sightings, tx);
}

void licensing_line_flush(licensing_line *line)
{
    pl_mutex_lock(line->mutex);
    follow_clock(line);
    assert_int_equal(validator_do(&line->v, flush, line), PL_OK);
    pl_mutex_unlock(line->mutex);
}

typedef struct {
    pl_uuid brand_id;
    audit_action action;
    size_t count;
    const char *metadata;
} counting;

static pl_err count_rows(void *context, tx_t *tx)
{
    counting *c = context;
    audit_t *entries;
    size_t count;
    pl_err err = audit_list(tx, c->brand_id, (pl_uuid){{0}}, &entries, &count);

    c->count = 0;
    for (size_t i = 0; !err && i < count; i++)
        if (entries[i].action == c->action && c->count++ == 0 && entries[i].metadata)
            c->metadata = entries[i].metadata;
    return err;
}

size_t licensing_line_audited(licensing_line *line, audit_action action, const char **metadata)
{
    counting c = {line->v.made.brand_id, action, 0, ""};

    pl_mutex_lock(line->mutex);
    assert_int_equal(validator_do(&line->v, count_rows, &c), PL_OK);
    pl_mutex_unlock(line->mutex);
    if (metadata)
        *metadata = c.metadata;
    return c.count;
}
