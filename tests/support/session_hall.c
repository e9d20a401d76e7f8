/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions of the tests.
 */
#include "support/session_hall.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

static pl_err add_product(void *context, tx_t *tx)
{
    product_t *product = context;

    return admin_product_add(tx, product->brand_id, product);
}

const char *session_sell(validator *v, int64_t seats, int64_t sessions, takeover_rule takeover)
{
    product_t product = {
        .brand_id = v->made.brand_id, .slug = "floor", .name = "floor", .policy = admin_default_policy(), .key_prefix = "TILL"};
    const char *key;

    product.policy.seats = seats;
    product.policy.sessions = sessions;
    product.policy.takeover = takeover;
    assert_int_equal(validator_do(v, add_product, &product), PL_OK);
    v->product = product;
    validator_issue(v, &(license_order_t){.product = product.slug}, &key);
    return key;
}

till session_till(validator *v, const char *key, int number)
{
    till t = till_make(number, key);

    t.product = v->product.slug;
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    return t;
}

void session_hall_open(session_hall *hall, validator *v)
{
    hall->v = v;
    hall->sessions = sessions_new();
    assert_non_null(hall->sessions);
}

void session_hall_close(session_hall *hall)
{
    sessions_free(hall->sessions);
    hall->sessions = NULL;
}

static pl_err give_amnesty(void *context, tx_t *tx)
{
    return licensing_session_amnesty(((session_hall *)context)->sessions, tx);
}

void session_hall_restart(session_hall *hall)
{
    bool is_shared = sessions_are_shared(hall->sessions);

    session_hall_close(hall);
    session_hall_open(hall, hall->v);
    if (is_shared)
        sessions_share(hall->sessions);
    assert_int_equal(validator_do(hall->v, give_amnesty, hall), PL_OK);
}

typedef struct {
    session_hall *hall;
    const device_call_t *call;
    session_outcome_t *out;
} calling;

static pl_err run_verb(void *context, tx_t *tx)
{
    calling *c = context;
    const session_room_t room = {c->hall->sessions, validator_keyring(c->hall->v)};

    switch (c->call->act) {
    case PL_ACT_SESSION_START:
        return licensing_session_start(&room, tx, c->call, c->out);
    case PL_ACT_SESSION_TAKEOVER:
        return licensing_session_takeover(&room, tx, c->call, c->out);
    case PL_ACT_SESSION_END:
        return licensing_session_end(&room, tx, c->call, c->out);
    case PL_ACT_SESSION_LIST:
    case PL_ACT_ACTIVATE:
    case PL_ACT_VALIDATE:
    case PL_ACT_DEACTIVATE:
    case PL_ACT_USAGE:
    case PL_ACT_TRIAL:
    case PL_ACT_RELEASE_CHECK:
        break;
    }
    return licensing_session_list(tx, c->call, c->out);
}

pl_err session_call(session_hall *hall, const till *t, pl_act act, session_outcome_t *out)
{
    uint8_t nonce[PL_NONCE_SIZE];
    device_call_t call;
    calling c = {hall, &call, out};
    pl_buf body;
    pl_err err;

    pl_buf_init(&body);
    till_write(t, &hall->v->roots, act, &body, nonce);
    err = licensing_read_call(&hall->v->arena, validator_keyring(hall->v), act, pl_buf_span(&body), &call);
    pl_buf_reset(&body);
    if (err || (err = validator_do(hall->v, run_verb, &c)))
        return err;
    session_settled(hall->sessions, &call, out);
    return PL_OK;
}

held_session session_unseal(const till *t, const session_outcome_t *out)
{
    held_session held = {.brand_id = out->started.brand_id, .id = out->started.id};

    assert_int_equal(out->claims.state, PL_SESSION_HELD);
    assert_int_equal(pl_device_unseal(t->secret, pl_span_of(out->claims.sealed_key, sizeof out->claims.sealed_key), held.key),
                     PL_OK);
    return held;
}

held_session session_hold(session_hall *hall, const till *t)
{
    session_outcome_t out;

    assert_int_equal(session_call(hall, t, PL_ACT_SESSION_START, &out), PL_OK);
    return session_unseal(t, &out);
}

typedef struct {
    session_hall *hall;
    const pl_beat *beat;
    uint64_t ends;
} recalling;

static pl_err run_recall(void *context, tx_t *tx)
{
    recalling *r = context;

    return sessions_recall(r->hall->sessions, validator_keyring(r->hall->v), tx, r->beat, r->ends);
}

pl_err session_beat(session_hall *hall, held_session *held, beat_outcome_t *outcome)
{
    int64_t now_ms = hall->v->time.wall_ms;
    pl_beat beat = {held->brand_id, held->id, ++held->number, {0}};
    recalling r = {hall, &beat, 0};
    pl_buf body;
    pl_err err;

    pl_buf_init(&body);
    pl_beat_write(&beat, held->key, &body);
    pl_buf_reset(&body);
    if (!sessions_beat(hall->sessions, &beat, now_ms, outcome)) {
        r.ends = outcome->ends;
        if ((err = instance_read(hall->v->instance, &hall->v->arena, run_recall, &r)))
            return err;
        assert_true(sessions_beat(hall->sessions, &beat, now_ms, outcome));
    }
    return outcome->err;
}

pl_session_state session_beat_state(session_hall *hall, held_session *held)
{
    beat_outcome_t outcome;

    assert_int_equal(session_beat(hall, held, &outcome), PL_OK);
    return outcome.reply.state;
}

static pl_err run_flush(void *context, tx_t *tx)
{
    return sessions_flush(((session_hall *)context)->sessions, tx);
}

pl_err session_flush(session_hall *hall)
{
    pl_err err = validator_do(hall->v, run_flush, hall);

    if (!err)
        sessions_flushed(hall->sessions, hall->v->time.wall_ms);
    return err;
}
