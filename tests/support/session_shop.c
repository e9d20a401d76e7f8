/* SPDX-License-Identifier: Apache-2.0
 *
 * The validator's code as a server would run it, and tills that talk to it.
 */
#include "support/session_shop.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "client/worker.h"
#include "licensing/answer.h"
#include "store/meta.h"

enum { HTTP_OK = 200, HTTP_PROBLEM_MIN = 400 };

/* ---- the server ---- */

static pl_err add_product(void *context, tx_t *tx)
{
    product_t *product = context;

    return admin_product_add(tx, product->brand_id, product);
}

void session_shop_open(session_shop *vendor, int64_t sessions, takeover_rule takeover)
{
    memset(vendor, 0, sizeof *vendor);
    validator_open(&vendor->v);
    vendor->mutex = pl_mutex_new();
    vendor->sessions = sessions_new();
    assert_non_null(vendor->mutex);
    assert_non_null(vendor->sessions);
    vendor->product = (product_t){.brand_id = vendor->v.made.brand_id,
                                  .slug = SESSION_PRODUCT,
                                  .name = SESSION_PRODUCT,
                                  .policy = admin_default_policy(),
                                  .key_prefix = "POS"};
    vendor->product.policy.seats = SHOP_DEVICES;
    vendor->product.policy.sessions = sessions;
    vendor->product.policy.takeover = takeover;
    assert_int_equal(validator_do(&vendor->v, add_product, &vendor->product), PL_OK);
    vendor->license = session_shop_sell(vendor, &vendor->key);
}

license_view_t session_shop_sell(session_shop *vendor, const char **key)
{
    license_order_t order = {.product = SESSION_PRODUCT};

    return validator_issue(&vendor->v, &order, key);
}

void session_shop_close(session_shop *vendor)
{
    sessions_free(vendor->sessions);
    pl_mutex_free(vendor->mutex);
    validator_close(&vendor->v);
}

static pl_err flush(void *context, tx_t *tx)
{
    session_shop *vendor = context;
    pl_err err = meta_advance_time(tx, tx->now_ms);

    return err ? err : sessions_flush(vendor->sessions, tx);
}

static pl_err run(session_shop *vendor, store_work work, void *context)
{
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    err = instance_write(vendor->v.instance, &arena, work, context);
    pl_arena_reset(&arena);
    return err;
}

static void write_down(session_shop *vendor)
{
    assert_int_equal(run(vendor, flush, vendor), PL_OK);
    sessions_flushed(vendor->sessions, instance_now_ms(vendor->v.instance));
}

void session_shop_flush(session_shop *vendor)
{
    pl_mutex_lock(vendor->mutex);
    if (!sessions_is_clean(vendor->sessions))
        write_down(vendor);
    pl_mutex_unlock(vendor->mutex);
}

void session_shop_stop(session_shop *vendor)
{
    pl_mutex_lock(vendor->mutex);
    write_down(vendor);
    vendor->is_down = true;
    pl_mutex_unlock(vendor->mutex);
}

static pl_err give_amnesty(void *context, tx_t *tx)
{
    return licensing_session_amnesty(((session_shop *)context)->sessions, tx);
}

void session_shop_restart(session_shop *vendor)
{
    pl_mutex_lock(vendor->mutex);
    sessions_free(vendor->sessions);
    vendor->sessions = sessions_new();
    assert_non_null(vendor->sessions);
    instance_close(vendor->v.instance);
    assert_int_equal(instance_open(&vendor->v.place, &vendor->v.clock, &vendor->v.instance), PL_OK);
    assert_int_equal(run(vendor, give_amnesty, vendor), PL_OK);
    pl_mutex_unlock(vendor->mutex);
}

void session_shop_change(session_shop *vendor, license_change change, pl_reason reason)
{
    pl_mutex_lock(vendor->mutex);
    validator_change(&vendor->v, vendor->license.license.id, change, reason);
    pl_mutex_unlock(vendor->mutex);
}

/* ---- its routes ---- */

typedef struct {
    session_shop *shop;
    const keyring_t *keyring;
    pl_act act;
    device_call_t call;
    outcome_t outcome;
    session_outcome_t session;
    pl_beat beat;
    bool is_session;
    size_t live;
    uint64_t ends;
} serving;

static pl_err run_verb(void *context, tx_t *tx)
{
    serving *s = context;
    const session_room_t room = {s->shop->sessions, s->keyring};

    switch (s->act) {
    case PL_ACT_ACTIVATE:
        return licensing_activate(tx, &s->call, &s->outcome);
    case PL_ACT_VALIDATE:
        return licensing_validate(tx, &s->call, &s->outcome);
    case PL_ACT_DEACTIVATE:
        return licensing_deactivate(tx, &s->call, &s->outcome);
    case PL_ACT_SESSION_START:
        return licensing_session_start(&room, tx, &s->call, &s->session);
    case PL_ACT_SESSION_TAKEOVER:
        return licensing_session_takeover(&room, tx, &s->call, &s->session);
    case PL_ACT_SESSION_END:
        return licensing_session_end(&room, tx, &s->call, &s->session);
    case PL_ACT_SESSION_LIST:
    case PL_ACT_USAGE: /* no device of these tests asks so */
    case PL_ACT_TRIAL:
    case PL_ACT_RELEASE_CHECK:
        break;
    }
    return licensing_session_list(tx, &s->call, &s->session);
}

static void tell(const session_shop *vendor, bool is_end, const session_t *session)
{
    const session_event event = {is_end, session->license_id, session->id, session->lease_until_ms};

    if (vendor->observe && !pl_uuid_is_nil(session->id))
        vendor->observe(vendor->context, &event);
}

/* What ended comes first: it made room. */
static void tell_outcome(const session_shop *vendor, const session_outcome_t *out)
{
    for (size_t i = 0; i < sizeof out->ended / sizeof *out->ended; i++)
        if (i > 0 || out->has_started || out->claims.state == PL_SESSION_ENDED)
            tell(vendor, true, &(session_t){.id = out->ended[i]});
    if (out->has_started)
        tell(vendor, false, &out->started);
}

static pl_err serve_verb(serving *s, pl_arena *arena, pl_span body, pl_buf *reply)
{
    session_shop *vendor = s->shop;
    pl_err err;

    s->is_session = s->act >= PL_ACT_SESSION_START;
    vendor->starts += s->act == PL_ACT_SESSION_START;
    vendor->takeovers += s->act == PL_ACT_SESSION_TAKEOVER;
    vendor->ends += s->act == PL_ACT_SESSION_END;
    if ((err = licensing_read_call(arena, s->keyring, s->act, body, &s->call)) ||
        (err = instance_write(vendor->v.instance, arena, run_verb, s)))
        return err;
    if (s->is_session)
        tell_outcome(vendor, &s->session);
    if (s->is_session)
        session_settled(vendor->sessions, &s->call, &s->session);
    return answer_sign(arena, s->keyring, &s->call, s->is_session ? &s->session.outcome : &s->outcome, reply);
}

static pl_err recall(void *context, tx_t *tx)
{
    serving *s = context;

    return sessions_recall(s->shop->sessions, s->keyring, tx, &s->beat, s->ends);
}

static pl_err serve_beat(serving *s, pl_arena *arena, pl_span body, pl_buf *reply)
{
    session_shop *vendor = s->shop;
    int64_t now_ms = instance_now_ms(vendor->v.instance);
    beat_outcome_t outcome;
    pl_err err;

    vendor->beats++;
    if ((err = pl_beat_read(arena, body, &s->beat)))
        return err;
    if (!sessions_beat(vendor->sessions, &s->beat, now_ms, &outcome)) {
        s->ends = outcome.ends;
        if ((err = instance_write(vendor->v.instance, arena, recall, s)))
            return err;
        assert_true(sessions_beat(vendor->sessions, &s->beat, now_ms, &outcome));
    }
    if (outcome.err)
        return outcome.err;
    if (outcome.reply.state == PL_SESSION_HELD)
        tell(vendor, false, &(session_t){.id = s->beat.session_id, .lease_until_ms = now_ms + outcome.reply.lease_s * 1000});
    pl_beat_reply_write(&outcome.reply, &s->beat, outcome.key, reply);
    return reply->err;
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), tail = strlen(end);

    return size >= tail && strcmp(text + size - tail, end) == 0;
}

static pl_err serve(serving *s, pl_arena *arena, const char *url, pl_span body, pl_buf *reply)
{
    for (s->act = PL_ACT_ACTIVATE; s->act <= PL_ACT_SESSION_LIST; s->act++)
        if (ends_with(url, pl_act_path(s->act)))
            return serve_verb(s, arena, body, reply);
    assert_true(ends_with(url, PL_BEAT_PATH));
    return serve_beat(s, arena, body, reply);
}

int session_shop_serve(session_shop *vendor, const char *url, pl_span body, pl_buf *reply)
{
    serving s = {.shop = vendor};
    pl_arena arena;
    pl_err err;

    if (vendor->is_down)
        return 0;
    pl_arena_init(&arena);
    pl_mutex_lock(vendor->mutex);
    s.keyring = keys_pin(instance_keys(vendor->v.instance), &arena);
    assert_non_null(s.keyring);
    err = serve(&s, &arena, url, body, reply);
    pl_mutex_unlock(vendor->mutex);
    pl_arena_reset(&arena);
    if (!err)
        return HTTP_OK;
    pl_buf_clear(reply);
    pl_buf_add_format(reply, "{\"type\":\"about:blank\",\"status\":%d,\"code\":\"%s\"}", pl_err_http(err), pl_err_code(err));
    return pl_err_http(err) >= HTTP_PROBLEM_MIN ? pl_err_http(err) : 500;
}

static pl_err count_live(void *context, tx_t *tx)
{
    serving *s = context;
    session_t *live;
    pl_err err = sessions_flush(s->shop->sessions, tx);

    return err ? err : sessions_list_live(tx, s->shop->v.made.brand_id, s->shop->license.license.id, &live, &s->live);
}

size_t session_shop_count_live(session_shop *vendor)
{
    serving s = {.shop = vendor};

    pl_mutex_lock(vendor->mutex);
    assert_int_equal(run(vendor, count_live, &s), PL_OK);
    pl_mutex_unlock(vendor->mutex);
    return s.live;
}

/* ---- the tills ---- */

static const char forged_reply[] = "{\"state\":\"evicted\",\"at\":1763800100,\"by\":\"Mallory\","
                                   "\"mac\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}";

/* What the line makes of a reply to a beat. */
static void spoil(session_till *t, pl_buf *reply)
{
    pl_buf before = t->last_reply;

    pl_buf_init(&t->last_reply);
    pl_buf_add(&t->last_reply, reply->data, reply->size);
    if (t->line == TILL_LINE_FORGED) {
        pl_buf_clear(reply);
        pl_buf_add_text(reply, forged_reply);
    } else if (t->line == TILL_LINE_REPLAYED && before.size > 0) {
        pl_buf_clear(reply);
        pl_buf_add(reply, before.data, before.size);
    }
    pl_buf_reset(&before);
}

pospal_result_t session_till_exchange(void *context, const pospal_exchange_t *exchange, pospal_reply *reply)
{
    session_till *t = context;
    pospal_result_t result = POSPAL_ERROR_UNREACHABLE;
    pl_buf body;
    int status;

    if (t->during)
        t->during(t->context);
    if (t->line == TILL_LINE_CUT)
        return result;
    pl_buf_init(&body);
    status = session_shop_serve(t->server, exchange->url, pl_span_of(exchange->body, exchange->body_size), &body);
    if (status == HTTP_OK && ends_with(exchange->url, PL_BEAT_PATH))
        spoil(t, &body);
    if (status != 0 && t->line != TILL_LINE_LOST_REPLY)
        result = pospal_reply_set(reply, status, "Content-Type: application/json\r\n", body.data, body.size);
    pl_buf_reset(&body);
    return result;
}

static void read_clock(void *context, pospal_time_t *now)
{
    fake_clock *clock = context;

    now->wall_ms = atomic_load(&clock->wall_ms);
    now->boot_ms = atomic_load(&clock->boot_ms);
    now->boot_id = atomic_load(&clock->boot_id);
}

static void note_news(void *context, pospal_client *client, const pospal_license *license)
{
    session_till *t = context;

    (void)client;
    (void)license;
    atomic_fetch_add(&t->news, 1);
    if (t->told)
        t->told(t->context);
}

pospal_options *session_till_options(session_till *t)
{
    pospal_options *options = shop_options(&t->place);
    char name[32];

    (void)snprintf(name, sizeof name, "Till %c", t->place.hardware[0] ? '0' + (int)(t->place.validator.serial % 10) : '?');
    pospal_options_set_product(options, SESSION_PRODUCT, "2.4.0");
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, t->server->v.made.root_public_jwks);
    pospal_options_set_transport(options, session_till_exchange, t);
    pospal_options_set_clock(options, read_clock, &t->place.clock);
    pospal_options_set_change_callback(options, note_news, t);
    pospal_options_set(options, POSPAL_OPTION_DEVICE_NAME, name);
    return options;
}

pospal_client *session_till_client(session_till *t)
{
    pospal_options *options = session_till_options(t);
    pospal_client *client = NULL;

    if (pospal_client_open(options, &client) != POSPAL_OK)
        fail_msg("the client does not open: %s", pospal_error_detail());
    pospal_options_free(options);
    shop_hold_worker(client);
    return client;
}

static void set_machine(session_till *t, int number)
{
    char texts[5][48];
    machine m = {texts[0], texts[1], texts[2], texts[3], texts[4]};

    (void)snprintf(texts[0], sizeof texts[0], "3f1c5e7a9b2d4f608172%012x", (unsigned)number);
    (void)snprintf(texts[1], sizeof texts[1], "9c1f2d3e-4a5b-6c7d-8e9f-%012x", (unsigned)number);
    (void)snprintf(texts[2], sizeof texts[2], "BRD-77-%06d", number);
    (void)snprintf(texts[3], sizeof texts[3], "S4EVNX0N%06d", number);
    (void)snprintf(texts[4], sizeof texts[4], "3c:ec:ef:12:%02x:%02x", (unsigned)(number >> 8) & 255u, (unsigned)number & 255u);
    shop_set_machine(&t->place, &m);
}

void session_till_open(session_till *t, session_shop *server, int number)
{
    memset(t, 0, sizeof *t);
    shop_open(&t->place);
    t->place.validator.serial = (unsigned)number; /* names the till */
    fake_clock_init(&t->place.clock, atomic_load(&server->v.time.wall_ms));
    set_machine(t, number);
    t->server = server;
    pl_buf_init(&t->last_reply);
    t->client = session_till_client(t);
    if (pospal_client_activate(t->client, server->key, NULL) != POSPAL_OK)
        fail_msg("the till does not activate: %s", pospal_error_detail());
    t->news = 0;
}

static void close_client(session_till *t)
{
    if (t->client && t->is_running)
        pospal_client_close(t->client);
    else if (t->client)
        shop_close_held(t->client);
    t->client = NULL;
    t->is_running = false;
}

void session_till_close(session_till *t)
{
    pospal_session_end(t->session);
    close_client(t);
    pl_buf_reset(&t->last_reply);
    shop_close(&t->place);
}

void session_till_cut_power(session_till *t)
{
    close_client(t); /* the close sends nothing and leaves the record as it is */
    pospal_session_end(t->session);
    t->session = NULL;
}

void session_till_start(session_till *t, pospal_result_t result)
{
    pospal_result_t got = pospal_session_start(t->client, &t->session, NULL);

    if (got != result)
        fail_msg("the start says %s, %s", pospal_result_name(got), pospal_error_detail());
}

void session_till_let_run(session_till *t)
{
    t->is_running = true;
    shop_release_worker(t->client);
    atomic_store(&t->client->is_watched, false);
    (void)pospal_client_status(t->client);
}

void session_till_round(session_till *t)
{
    if (t->client)
        pl_worker_round(t->client);
}

pospal_session_state_t session_till_state(const session_till *t)
{
    return pospal_session_state(t->session);
}

void session_shop_pass(session_shop *vendor, session_till *const *tills, size_t count, int64_t seconds)
{
    while (seconds-- > 0) {
        fake_clock_advance(&vendor->v.time, 1000);
        for (size_t i = 0; i < count; i++)
            fake_clock_advance(&tills[i]->place.clock, 1000);
        if (!vendor->is_down)
            session_shop_flush(vendor);
        for (size_t i = 0; i < count; i++)
            session_till_round(tills[i]);
    }
}
