/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/transport/retry.c, with a scripted transport and a clock that only moves when somebody waits.
 */
#include "transport/retry.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

enum { STEPS_MAX = 6, NEVER = -1 };

typedef struct {
    pl_err err; /* of the exchange, or */
    int status; /* the reply's */
    int64_t retry_after_s;
    int64_t takes_ms;
} step;

typedef struct {
    pl_transport base;
    const step *steps;
    size_t step_count;
    int64_t now_ms;
    uint32_t chance;
    int cancel_after; /* exchanges */
    bool cancels_asleep;
    size_t exchanges, sleeps;
    int64_t timeouts[STEPS_MAX], slept[STEPS_MAX];
    bool is_cancelled;
} stage;

static pl_err exchange(pl_transport *transport, const pl_exchange *exchange, pl_exchange_reply *reply)
{
    stage *s = (stage *)transport;
    const step *now = &s->steps[s->exchanges < s->step_count ? s->exchanges : s->step_count - 1];

    assert_true(s->exchanges < STEPS_MAX);
    assert_int_equal(reply->body.size, 0);
    assert_int_equal(reply->status, 0);
    assert_string_equal(exchange->url, "http://till.example/");
    s->timeouts[s->exchanges++] = exchange->timeout_ms;
    s->now_ms += now->takes_ms;
    s->is_cancelled = s->cancel_after == (int)s->exchanges;
    reply->status = now->status;
    reply->retry_after_s = now->retry_after_s;
    pl_buf_add_text(&reply->body, now->status == 200 ? "{}" : "junk");
    return now->err ? pl_fail(now->err, "attempt %zu", s->exchanges) : PL_OK;
}

static void sleep_on_stage(void *context, int64_t ms)
{
    stage *s = context;

    s->slept[s->sleeps++] = ms;
    s->now_ms += ms;
    s->is_cancelled = s->is_cancelled || s->cancels_asleep;
}

static int64_t now_on_stage(void *context)
{
    return ((stage *)context)->now_ms;
}

static uint32_t chance_on_stage(void *context)
{
    return ((stage *)context)->chance;
}

static bool is_cancelled_on_stage(void *context)
{
    return ((stage *)context)->is_cancelled;
}

static pl_err play(stage *s, int64_t total_ms)
{
    const pl_exchange exchange_in = {.url = "http://till.example/", .timeout_ms = 1};
    const pl_retry retry = {total_ms, sleep_on_stage, now_on_stage, chance_on_stage, is_cancelled_on_stage, s};
    pl_exchange_reply reply;
    pl_err err;

    s->base.exchange = exchange;
    s->now_ms = 1000;
    pl_exchange_reply_init(&reply);
    err = pl_retry_exchange(&retry, &s->base, &exchange_in, &reply);
    if (!err)
        assert_string_equal(reply.body.data, "{}");
    pl_exchange_reply_reset(&reply);
    return err;
}

static void a_good_reply_is_taken_at_once_with_all_the_time(void **state)
{
    static const step steps[] = {{PL_OK, 200, NEVER, 0}};
    stage s = {.steps = steps, .step_count = 1};

    (void)state;
    assert_int_equal(play(&s, 10000), PL_OK);
    assert_int_equal(s.exchanges, 1);
    assert_int_equal(s.timeouts[0], 10000);
    assert_int_equal(s.sleeps, 0);
}

typedef struct {
    step step;
    pl_err wanted;
    size_t exchanges;
} row;

static void only_what_may_pass_by_itself_is_tried_again(void **state)
{
    static const row rows[] = {
        {{PL_ERR_OFFLINE, 0, NEVER, 0}, PL_ERR_OFFLINE, 4}, {{PL_ERR_DNS, 0, NEVER, 0}, PL_ERR_DNS, 4},
        {{PL_ERR_CUT, 0, NEVER, 0}, PL_ERR_CUT, 4},         {{PL_ERR_TIMEOUT, 0, NEVER, 0}, PL_ERR_TIMEOUT, 4},
        {{PL_OK, 502, NEVER, 0}, PL_ERR_SERVER, 4},         {{PL_OK, 503, NEVER, 0}, PL_ERR_SERVER, 4},
        {{PL_OK, 504, NEVER, 0}, PL_ERR_SERVER, 4},         {{PL_OK, 429, 0, 0}, PL_ERR_RATE_LIMITED, 4},
        {{PL_OK, 500, NEVER, 0}, PL_ERR_SERVER, 1},         {{PL_OK, 404, NEVER, 0}, PL_ERR_SERVER, 1},
        {{PL_OK, 302, NEVER, 0}, PL_ERR_REDIRECTED, 1},     {{PL_OK, 407, NEVER, 0}, PL_ERR_PROXY, 1},
        {{PL_ERR_TLS, 0, NEVER, 0}, PL_ERR_TLS, 1},         {{PL_ERR_TLS_CLOCK, 0, NEVER, 0}, PL_ERR_TLS_CLOCK, 1},
        {{PL_ERR_PROXY, 0, NEVER, 0}, PL_ERR_PROXY, 1},     {{PL_ERR_MEMORY, 0, NEVER, 0}, PL_ERR_MEMORY, 1},
        {{PL_ERR_CLOSED, 0, NEVER, 0}, PL_ERR_CLOSED, 1},   {{PL_ERR_TOO_LARGE, 0, NEVER, 0}, PL_ERR_TOO_LARGE, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        stage s = {.steps = &rows[i].step, .step_count = 1};

        assert_int_equal(play(&s, 60000), rows[i].wanted);
        assert_int_equal(s.exchanges, rows[i].exchanges);
    }
}

static void a_later_attempt_may_succeed_with_what_time_is_left(void **state)
{
    static const step steps[] = {{PL_ERR_CUT, 0, NEVER, 1000}, {PL_OK, 503, NEVER, 1000}, {PL_OK, 200, NEVER, 0}};
    stage s = {.steps = steps, .step_count = 3, .chance = 250};

    (void)state;
    assert_int_equal(play(&s, 10000), PL_OK);
    assert_int_equal(s.exchanges, 3);
    assert_int_equal(s.timeouts[1], 10000 - 1000 - 250);
    assert_int_equal(s.timeouts[2], 10000 - 2000 - 500);
}

static void pauses_are_jittered_and_their_range_doubles(void **state)
{
    static const step steps[] = {{PL_ERR_OFFLINE, 0, NEVER, 0}};
    stage low = {.steps = steps, .step_count = 1, .chance = 0};
    stage odd = {.steps = steps, .step_count = 1, .chance = 1300};

    (void)state;
    assert_int_equal(play(&low, 60000), PL_ERR_OFFLINE);
    assert_int_equal(low.sleeps, 3);
    assert_int_equal(low.slept[0] + low.slept[1] + low.slept[2], 0);
    assert_int_equal(play(&odd, 60000), PL_ERR_OFFLINE);
    assert_int_equal(odd.slept[0], 1300 % 301);
    assert_int_equal(odd.slept[1], 1300 % 601);
    assert_int_equal(odd.slept[2], 1300 % 1201);
}

static void retry_after_is_waited_out_up_to_its_cap(void **state)
{
    static const step asked[] = {{PL_OK, 503, 5, 0}, {PL_OK, 200, NEVER, 0}};
    static const step too_much[] = {{PL_OK, 429, 86400, 0}, {PL_OK, 200, NEVER, 0}};
    stage s = {.steps = asked, .step_count = 2, .chance = 7};
    stage capped = {.steps = too_much, .step_count = 2};

    (void)state;
    assert_int_equal(play(&s, 60000), PL_OK);
    assert_int_equal(s.slept[0], 5007);
    assert_int_equal(play(&capped, 60000), PL_OK);
    assert_int_equal(capped.slept[0], PL_RETRY_AFTER_MAX_S * 1000);
}

static void what_would_not_end_in_time_is_not_begun(void **state)
{
    static const step asked[] = {{PL_OK, 503, 10, 0}};
    static const step slow[] = {{PL_ERR_TIMEOUT, 0, NEVER, 9950}};
    stage s = {.steps = asked, .step_count = 1};
    stage late = {.steps = slow, .step_count = 1};

    (void)state;
    assert_int_equal(play(&s, 10000), PL_ERR_SERVER);
    assert_int_equal(s.sleeps, 0);
    assert_int_equal(play(&late, 10000), PL_ERR_TIMEOUT);
    assert_int_equal(late.exchanges, 1);
    assert_int_equal(late.sleeps, 0);
}

static void no_time_at_all_is_still_one_attempt(void **state)
{
    static const step steps[] = {{PL_ERR_TIMEOUT, 0, NEVER, 0}};
    stage s = {.steps = steps, .step_count = 1};

    (void)state;
    assert_int_equal(play(&s, 0), PL_ERR_TIMEOUT);
    assert_int_equal(s.exchanges, 1);
    assert_int_equal(s.timeouts[0], 1);
}

static void cancelling_ends_it_before_the_next_attempt(void **state)
{
    static const step steps[] = {{PL_ERR_OFFLINE, 0, NEVER, 0}};
    stage before = {.steps = steps, .step_count = 1, .is_cancelled = true};
    stage during = {.steps = steps, .step_count = 1, .cancel_after = 1};
    stage asleep = {.steps = steps, .step_count = 1, .cancels_asleep = true};

    (void)state;
    assert_int_equal(play(&before, 10000), PL_ERR_CLOSED);
    assert_int_equal(before.exchanges, 0);
    assert_int_equal(play(&during, 10000), PL_ERR_CLOSED);
    assert_int_equal(during.exchanges, 1);
    assert_int_equal(play(&asleep, 10000), PL_ERR_CLOSED);
    assert_int_equal(asleep.exchanges, 1);
}

static void the_detail_is_the_last_attempts(void **state)
{
    static const step steps[] = {{PL_ERR_DNS, 0, NEVER, 0}};
    stage s = {.steps = steps, .step_count = 1};

    (void)state;
    assert_int_equal(play(&s, 60000), PL_ERR_DNS);
    assert_string_equal(pl_err_detail(), "attempt 4");
}

static void the_systems_clock_sleep_and_chance_are_the_default(void **state)
{
    static const step steps[] = {{PL_ERR_OFFLINE, 0, NEVER, 0}, {PL_OK, 200, NEVER, 0}};
    const pl_exchange exchange_in = {.url = "http://till.example/"};
    const pl_retry retry = {.total_ms = 60000};
    stage s = {.base = {.exchange = exchange}, .steps = steps, .step_count = 2};
    pl_exchange_reply reply;

    (void)state;
    pl_exchange_reply_init(&reply);
    assert_int_equal(pl_retry_exchange(&retry, &s.base, &exchange_in, &reply), PL_OK);
    assert_int_equal(s.exchanges, 2);
    assert_true(s.timeouts[1] <= 60000);
    pl_exchange_reply_reset(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_reply_is_taken_at_once_with_all_the_time),
        cmocka_unit_test(only_what_may_pass_by_itself_is_tried_again),
        cmocka_unit_test(a_later_attempt_may_succeed_with_what_time_is_left),
        cmocka_unit_test(pauses_are_jittered_and_their_range_doubles),
        cmocka_unit_test(retry_after_is_waited_out_up_to_its_cap),
        cmocka_unit_test(what_would_not_end_in_time_is_not_begun),
        cmocka_unit_test(no_time_at_all_is_still_one_attempt),
        cmocka_unit_test(cancelling_ends_it_before_the_next_attempt),
        cmocka_unit_test(the_detail_is_the_last_attempts),
        cmocka_unit_test(the_systems_clock_sleep_and_chance_are_the_default),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
