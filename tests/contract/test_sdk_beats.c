/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of a session against the validator without a database, which is that of `pospal-license chaos`: what befalls beats on their way.
 * Sessions against the validator's own rules are in test_session.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "client/worker.h"
#include "support/shop.h"

enum { BEAT_S = 30 };

static pospal_session *start(pospal_client *client)
{
    pospal_session *session = NULL;

    if (pospal_session_start(client, &session, NULL) != POSPAL_OK)
        fail_msg("no session: %s", pospal_error_detail());
    assert_int_equal(pospal_session_state(session), POSPAL_SESSION_HELD);
    return session;
}

/* Seconds of the shop, each with a round of the background. */
static void pass(shop *s, pospal_client *client, int64_t seconds)
{
    while (seconds-- > 0) {
        shop_pass(s, 1);
        pl_worker_round(client);
    }
}

static pospal_client *open_held(shop *s)
{
    pospal_client *client = shop_active_client(s);

    shop_hold_worker(client);
    return client;
}

static void beats_keep_the_seat_and_an_end_gives_it_back(void **state)
{
    shop *s = *state;
    pospal_client *client = open_held(s);
    pospal_session *session = start(client);

    pass(s, client, 10 * BEAT_S);
    assert_int_equal(pospal_session_state(session), POSPAL_SESSION_HELD);
    assert_true(s->validator.beats >= 9);
    pospal_session_end(session);
    assert_int_equal(s->validator.ends, 1);
    assert_int_equal(s->validator.sessions[0].ended_at > 0, 1);
    shop_close_held(client);
}

static void who_loses_the_seat_is_told_by_whom(void **state)
{
    shop *s = *state;
    pospal_client *client = open_held(s);
    pospal_session *session = start(client);
    pospal_holder_t holder = {.size = sizeof holder};

    s->validator.evicts = true;
    pass(s, client, 2 * BEAT_S);
    assert_int_equal(pospal_session_state(session), POSPAL_SESSION_EVICTED);
    assert_int_equal(pospal_session_evictor(session, &holder), POSPAL_OK);
    assert_string_equal(holder.device_name, FAKE_OTHER_DEVICE);
    pospal_session_end(session);
    assert_int_equal(pospal_session_start(client, &session, &holder), POSPAL_ERROR_CONFLICT);
    assert_string_equal(holder.device_name, FAKE_OTHER_DEVICE);
    assert_int_equal(pospal_session_take_over(client, NULL, "it hangs", &session, NULL), POSPAL_OK);
    pospal_session_end(session);
    shop_close_held(client);
}

static void a_reply_that_is_not_believed_evicts_nobody(void **state)
{
    static const fake_line lines[] = {LINE_STRANGER, LINE_OTHER_NONCE, LINE_REPLAY,
                                      LINE_HTML,     LINE_GARBAGE,     LINE_UNSIGNED_DENIAL};
    shop *s = *state;
    pospal_client *client = open_held(s);
    pospal_session *session = start(client);

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        s->validator.line = lines[i];
        pass(s, client, BEAT_S);
        assert_int_not_equal(pospal_session_state(session), POSPAL_SESSION_EVICTED);
        assert_int_not_equal(pospal_session_state(session), POSPAL_SESSION_DENIED);
        s->validator.line = LINE_FINE;
        pass(s, client, 2 * BEAT_S);
        assert_int_equal(pospal_session_state(session), POSPAL_SESSION_HELD);
    }
    pospal_session_end(session);
    shop_close_held(client);
}

static void without_a_license_nobody_gets_a_seat(void **state)
{
    shop *s = *state;
    pospal_client *client = open_held(s);
    pospal_session *session = NULL;

    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_VENDOR);
    assert_int_equal(pospal_session_start(client, &session, NULL), POSPAL_ERROR_DENIED);
    assert_null(session);
    assert_int_equal(s->validator.starts, 1);
    shop_close_held(client);
}

/* Another till of the same vendor, which goes by the first one's validator. */
static pospal_client *open_second(shop *second, shop *first)
{
    pospal_client *client = NULL;
    pospal_options *options;

    shop_open(second);
    shop_set_machine(second, &MACHINE_B);
    options = shop_options(second);
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, first->validator.roots_json);
    pospal_options_set(options, POSPAL_OPTION_DEVICE_NAME, "Till 9");
    pospal_options_set_transport(options, fake_validator_exchange, &first->validator);
    assert_int_equal(pospal_client_open(options, &client), POSPAL_OK);
    pospal_options_free(options);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    shop_hold_worker(client);
    return client;
}

static void a_seat_goes_from_till_to_till(void **state)
{
    static shop second;
    shop *s = *state;
    pospal_client *client = open_held(s), *other = open_second(&second, s);
    pospal_session *session = start(client), *taken = NULL;
    pospal_holder_t holder = {.size = sizeof holder};
    size_t count = 0;

    s->validator.sessions_max = 1;
    assert_int_equal(pospal_session_start(other, &taken, &holder), POSPAL_ERROR_CONFLICT);
    assert_string_equal(holder.device_name, "Till 3");
    assert_int_equal(pospal_session_take_over(other, NULL, "the drawer is stuck", &taken, NULL), POSPAL_OK);
    pass(s, client, 2 * BEAT_S);
    assert_int_equal(pospal_session_state(session), POSPAL_SESSION_EVICTED);
    assert_int_equal(pospal_session_evictor(session, &holder), POSPAL_OK);
    assert_string_equal(holder.device_name, "Till 9");
    assert_string_equal(holder.reason, "the drawer is stuck");
    pospal_session_end(session);
    assert_int_equal(pospal_session_take_over(client, NULL, "no, mine", &session, NULL), POSPAL_ERROR_CONFLICT); /* too soon */
    assert_int_equal(pospal_session_holders(client, &holder, 1, &count), POSPAL_OK);
    assert_int_equal(count, 1);
    pospal_session_end(taken);
    assert_int_equal(pospal_session_start(client, &session, NULL), POSPAL_OK);
    pospal_session_end(session);
    shop_close_held(other);
    shop_close(&second);
    shop_close_held(client);
}

static void a_seat_whose_till_is_silent_is_free_when_its_lease_is_over(void **state)
{
    static shop second;
    shop *s = *state;
    pospal_client *client = open_held(s), *other = open_second(&second, s);
    pospal_session *session = start(client), *next = NULL;

    s->validator.sessions_max = 1;
    shop_pass(s, s->validator.lease_s - 1);
    assert_int_equal(pospal_session_start(other, &next, NULL), POSPAL_ERROR_CONFLICT);
    shop_pass(s, 1);
    assert_int_equal(pospal_session_start(other, &next, NULL), POSPAL_OK);
    pass(s, client, BEAT_S);
    assert_int_not_equal(pospal_session_state(session), POSPAL_SESSION_HELD);
    pospal_session_end(session);
    pospal_session_end(next);
    shop_close_held(other);
    shop_close(&second);
    shop_close_held(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(beats_keep_the_seat_and_an_end_gives_it_back),
        CASE(who_loses_the_seat_is_told_by_whom),
        CASE(a_reply_that_is_not_believed_evicts_nobody),
        CASE(a_seat_goes_from_till_to_till),
        CASE(a_seat_whose_till_is_silent_is_free_when_its_lease_is_over),
        CASE(without_a_license_nobody_gets_a_seat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
