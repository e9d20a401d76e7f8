/* SPDX-License-Identifier: Apache-2.0 */
#include "licensing/trusted_time.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "store/meta.h"
#include "support/validator.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

typedef struct {
    validator *v;
    bool accept;
    trusted_time_t *time;
    int64_t last_ms;
} job;

static pl_err open_time(void *context, tx_t *tx)
{
    job *j = context;

    return trusted_time_open(tx, j->v->clock, j->accept, &j->time);
}

static pl_err flush(void *context, tx_t *tx)
{
    job *j = context;

    return trusted_time_flush(j->time, tx);
}

static pl_err read_last(void *context, tx_t *tx)
{
    job *j = context;
    meta_t meta;
    pl_err err = meta_read(tx, &meta);

    j->last_ms = meta.last_time_ms;
    return err;
}

static pl_err confirm(void *context, tx_t *tx)
{
    (void)context;
    return trusted_time_confirm(tx);
}

static int64_t last(validator *v)
{
    job j = {.v = v};

    assert_int_equal(validator_do(v, read_last, &j), PL_OK);
    return j.last_ms;
}

static void at_start_the_clock_may_be_a_little_behind_and_a_month_ahead(void **state)
{
    static const struct {
        int64_t departs_ms;
        pl_err err;
    } cases[] = {{0, PL_OK},        {-5 * MINUTE, PL_OK},         {-5 * MINUTE - 1, PL_ERR_CLOCK}, {-365 * DAY, PL_ERR_CLOCK},
                 {30 * DAY, PL_OK}, {30 * DAY + 1, PL_ERR_CLOCK}, {70 * 365 * DAY, PL_ERR_CLOCK}};
    validator *v = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        job j = {.v = v};
        int64_t now_ms;

        fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS + cases[i].departs_ms);
        assert_int_equal(validator_do(v, open_time, &j), PL_OK);
        assert_int_equal(trusted_time_now(j.time, &now_ms), cases[i].err);
        assert_int_equal(now_ms, VALIDATOR_NOW_MS + cases[i].departs_ms);
        trusted_time_close(j.time);
    }
    assert_int_equal(last(v), VALIDATOR_NOW_MS); /* opening alone records nothing */
}

static void a_clock_that_is_set_after_the_start_is_believed_from_then_on(void **state)
{
    validator *v = *state;
    job j = {.v = v};
    int64_t now_ms;

    fake_clock_set_wall(&v->time, 0); /* a machine without a battery, before NTP */
    assert_int_equal(validator_do(v, open_time, &j), PL_OK);
    assert_int_equal(trusted_time_now(j.time, &now_ms), PL_ERR_CLOCK);
    assert_false(trusted_time_is_due(j.time));
    assert_int_equal(validator_do(v, flush, &j), PL_OK);
    assert_int_equal(last(v), VALIDATOR_NOW_MS);
    fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS + DAY);
    assert_int_equal(trusted_time_now(j.time, &now_ms), PL_OK);
    fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS); /* good enough at a start, but not for one that goes on */
    assert_int_equal(trusted_time_now(j.time, &now_ms), PL_ERR_CLOCK);
    trusted_time_close(j.time);
}

static void the_operators_word_is_taken_and_recorded(void **state)
{
    validator *v = *state;
    job j = {.v = v, .accept = true};
    int64_t now_ms;

    fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS - 365 * DAY);
    assert_int_equal(validator_do(v, open_time, &j), PL_OK);
    assert_int_equal(trusted_time_now(j.time, &now_ms), PL_OK);
    trusted_time_close(j.time);
    assert_int_equal(last(v), VALIDATOR_NOW_MS - 365 * DAY);
    j.accept = false;
    assert_int_equal(validator_do(v, open_time, &j), PL_OK);
    assert_int_equal(trusted_time_now(j.time, &now_ms), PL_OK);
    trusted_time_close(j.time);
}

static void a_clock_that_jumps_while_running_is_not_believed_until_it_is_back(void **state)
{
    static const int64_t jumps[] = {2 * HOUR, -2 * HOUR, 365 * DAY};
    validator *v = *state;
    job j = {.v = v};
    int64_t now_ms;

    assert_int_equal(validator_do(v, open_time, &j), PL_OK);
    for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
        int64_t right = pl_clock_read(&v->clock).wall_ms;

        fake_clock_set_wall(&v->time, right + jumps[i]);
        assert_int_equal(trusted_time_now(j.time, &now_ms), PL_ERR_CLOCK);
        assert_false(trusted_time_is_due(j.time));
        assert_int_equal(validator_do(v, flush, &j), PL_OK);
        assert_int_equal(last(v), VALIDATOR_NOW_MS); /* a bad hour is not recorded */
        fake_clock_set_wall(&v->time, right);
        assert_int_equal(trusted_time_now(j.time, &now_ms), PL_OK);
    }
    fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS + HOUR); /* a step by NTP */
    assert_int_equal(trusted_time_now(j.time, &now_ms), PL_OK);
    assert_int_equal(now_ms, VALIDATOR_NOW_MS + HOUR);
    trusted_time_close(j.time);
}

/* As the writer does, once a second; false where the time is not trusted at the end. */
static bool pass(validator *v, job *j, int64_t seconds)
{
    int64_t now_ms;

    for (int64_t i = 0; i < seconds; i++) {
        validator_advance(v, 1);
        if (trusted_time_is_due(j->time))
            assert_int_equal(validator_do(v, flush, j), PL_OK);
    }
    return trusted_time_now(j->time, &now_ms) == PL_OK;
}

static void a_clock_that_jumped_and_then_goes_steadily_is_believed_in_five_minutes(void **state)
{
    validator *v = *state;
    job j = {.v = v};

    assert_int_equal(validator_do(v, open_time, &j), PL_OK);
    fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS + 2 * HOUR); /* the virtual machine was paused */
    assert_false(pass(v, &j, 300));
    assert_int_equal(last(v), VALIDATOR_NOW_MS);
    assert_true(pass(v, &j, 2));
    fake_clock_set_wall(&v->time, pl_clock_read(&v->clock).wall_ms + 2 * HOUR);
    assert_false(pass(v, &j, 200));
    fake_clock_set_wall(&v->time,
                        pl_clock_read(&v->clock).wall_ms + 2 * HOUR); /* it does not go steadily: the wait begins anew */
    assert_false(pass(v, &j, 200));
    assert_true(pass(v, &j, 102));
    trusted_time_close(j.time);
}

static void a_clock_that_jumped_behind_or_far_ahead_of_the_database_is_never_believed(void **state)
{
    static const int64_t jumps[] = {-2 * HOUR, 31 * DAY};
    validator *v = *state;

    for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
        job j = {.v = v};

        fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS);
        assert_int_equal(validator_do(v, open_time, &j), PL_OK);
        fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS + jumps[i]);
        assert_false(pass(v, &j, 3000));
        assert_int_equal(last(v), VALIDATOR_NOW_MS);
        trusted_time_close(j.time);
    }
}

static void a_wrong_clock_at_the_start_does_not_bar_the_right_one(void **state)
{
    validator *v = *state;
    job j = {.v = v};

    fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS + 29 * DAY);
    assert_int_equal(validator_do(v, open_time, &j), PL_OK);
    assert_true(pass(v, &j, 600));
    assert_int_equal(validator_do(v, flush, &j), PL_OK); /* as a stop does */
    assert_int_equal(last(v), VALIDATOR_NOW_MS);
    fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS + MINUTE); /* NTP */
    assert_false(pass(v, &j, 1));
    assert_true(pass(v, &j, 301));
    assert_true(pass(v, &j, 3600));
    assert_in_range(last(v), VALIDATOR_NOW_MS + HOUR, VALIDATOR_NOW_MS + 2 * HOUR);
    trusted_time_close(j.time);
}

static void a_leap_is_recorded_after_an_hour_without_a_step(void **state)
{
    validator *v = *state;
    job j = {.v = v};

    fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS + DAY); /* it was off for a day */
    assert_int_equal(validator_do(v, open_time, &j), PL_OK);
    assert_true(pass(v, &j, 3599));
    assert_int_equal(last(v), VALIDATOR_NOW_MS);
    assert_true(pass(v, &j, 1));
    assert_int_equal(last(v), VALIDATOR_NOW_MS + DAY + HOUR);
    trusted_time_close(j.time);
}

static void time_that_passes_is_recorded_once_a_minute(void **state)
{
    validator *v = *state;
    job j = {.v = v};

    assert_int_equal(validator_do(v, open_time, &j), PL_OK);
    validator_advance(v, 59);
    assert_false(trusted_time_is_due(j.time));
    validator_advance(v, 1);
    assert_true(trusted_time_is_due(j.time));
    assert_int_equal(validator_do(v, flush, &j), PL_OK);
    assert_false(trusted_time_is_due(j.time));
    assert_int_equal(last(v), VALIDATOR_NOW_MS + MINUTE);
    validator_advance(v, 400 * 86400); /* it has been up all the time */
    assert_int_equal(validator_do(v, flush, &j), PL_OK);
    assert_int_equal(last(v), VALIDATOR_NOW_MS + MINUTE + 400 * DAY);
    trusted_time_close(j.time);
}

static void by_hand_a_year_may_lie_between_two_documents(void **state)
{
    validator *v = *state;

    fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS + 400 * DAY + 1);
    assert_int_equal(validator_do(v, confirm, NULL), PL_ERR_CLOCK);
    fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS + 400 * DAY);
    assert_int_equal(validator_do(v, confirm, NULL), PL_OK);
    assert_int_equal(last(v),
                     VALIDATOR_NOW_MS + 5 * MINUTE); /* the clock may have been wrong: a server must start with the right one */
    fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS);
    assert_int_equal(validator_do(v, confirm, NULL), PL_OK);
    assert_int_equal(last(v), VALIDATOR_NOW_MS + 5 * MINUTE);
    fake_clock_set_wall(&v->time, VALIDATOR_NOW_MS - 1);
    assert_int_equal(validator_do(v, confirm, NULL), PL_ERR_CLOCK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(at_start_the_clock_may_be_a_little_behind_and_a_month_ahead),
        TEST(a_clock_that_is_set_after_the_start_is_believed_from_then_on),
        TEST(the_operators_word_is_taken_and_recorded),
        TEST(a_clock_that_jumps_while_running_is_not_believed_until_it_is_back),
        TEST(a_clock_that_jumped_and_then_goes_steadily_is_believed_in_five_minutes),
        TEST(a_clock_that_jumped_behind_or_far_ahead_of_the_database_is_never_believed),
        TEST(a_wrong_clock_at_the_start_does_not_bar_the_right_one),
        TEST(a_leap_is_recorded_after_an_hour_without_a_step),
        TEST(time_that_passes_is_recorded_once_a_minute),
        TEST(by_hand_a_year_may_lie_between_two_documents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
