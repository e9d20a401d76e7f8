/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of checking: when the server is asked and when it is left alone, what other processes learn, and who is told. The background
 * is driven by hand, so that nothing sleeps.
 */
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/worker.h"

enum { PATIENCE = 1000000 };

static void auto_leaves_the_server_alone_while_the_license_is_active(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_hold_worker(client);
    s->validator.line = LINE_OFFLINE;
    for (int hour = 0; hour < 71; hour++) {
        shop_pass(s, HOUR_S);
        assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_ACTIVE);
        assert_int_equal(pospal_client_status(client), POSPAL_STATUS_ACTIVE);
    }
    assert_int_equal(s->validator.exchanges, 1);
    shop_close_held(client);
}

static void auto_leaves_the_server_alone_in_grace_too(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_hold_worker(client);
    shop_pass(s, 4 * DAY_S);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_GRACE);
    assert_int_equal(s->validator.exchanges, 1);
    shop_close_held(client);
}

static void auto_asks_where_the_license_is_stale(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_hold_worker(client);
    shop_pass(s, 11 * DAY_S);
    assert_int_equal(shop_status(client), POSPAL_STATUS_STALE);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(s->validator.exchanges, 2);
    shop_close_held(client);
}

static void after_a_failure_auto_is_quiet_for_sixty_seconds(void **state)
{
    shop *s = *state;
    pospal_client *client;
    unsigned asked;

    s->key = FAKE_KEY;
    s->validator.line = LINE_HTML; /* no reason to try again at once */
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_NONE);
    asked = s->validator.exchanges;
    assert_int_equal(asked, 1);
    shop_pass(s, 59);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_NONE);
    assert_int_equal(s->validator.exchanges, asked);
    shop_pass(s, 1);
    (void)shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK);
    assert_int_equal(s->validator.exchanges, asked + 1);
    shop_close_held(client);
}

static void the_quiet_minute_does_not_keep_an_explicit_check_waiting(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.line = LINE_HTML;
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_UNREACHABLE);
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_UNREACHABLE);
    assert_int_equal(s->validator.exchanges, 3);
    pospal_client_close(client);
}

static void local_never_asks(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->key = FAKE_KEY;
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    assert_int_equal(s->validator.exchanges, 0);
    pospal_client_close(client);
}

static void a_mode_that_is_none_is_refused(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pospal_license *license = (pospal_license *)client;

    assert_int_equal(pospal_client_check(client, (pospal_check_mode_t)3, &license), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_null(license);
    assert_int_equal(pospal_client_check(NULL, POSPAL_CHECK_LOCAL, &license), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_status(NULL), POSPAL_STATUS_NONE);
    pospal_client_close(client);
}

/* Rounds of one second each. */
static void run_rounds(shop *s, pospal_client *client, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        shop_pass(s, 1);
        pl_worker_round(client);
    }
}

static void the_background_refreshes_soon_after_the_answer_says_so(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_hold_worker(client);
    run_rounds(s, client, 3); /* before refresh_at: quiet */
    shop_pass(s, s->validator.refresh_s - 4);
    pl_worker_round(client);
    assert_int_equal(s->validator.exchanges, 1);
    run_rounds(s, client, PL_REFRESH_JITTER_MS / 1000 + 1);
    assert_int_equal(s->validator.exchanges, 2);
    assert_int_equal(s->validator.validations, 1);
    assert_non_null(strstr(s->validator.last_body.data, "\"activation\":\"")); /* so that it is found among thousands */
    run_rounds(s, client, 60);
    assert_int_equal(s->validator.exchanges, 2);
    shop_close_held(client);
}

/* How often the server is asked in an hour in which it never helps. */
static unsigned asked_in_an_hour(shop *s, pospal_client *client)
{
    unsigned before = s->validator.exchanges;

    for (int i = 0; i < 360; i++) {
        shop_pass(s, 10);
        pl_worker_round(client);
    }
    return s->validator.exchanges - before;
}

static void an_unreachable_server_is_asked_later_and_later(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    unsigned asked;

    shop_hold_worker(client);
    shop_pass(s, s->validator.refresh_s);
    s->validator.line = LINE_HTML;
    asked = asked_in_an_hour(s, client);
    assert_in_range(asked, 4, 9);
    asked = asked_in_an_hour(s, client);
    assert_in_range(asked, 3, 4);
    shop_close_held(client);
}

static void a_server_that_does_not_know_the_key_is_not_asked_all_the_time(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    unsigned asked;

    shop_hold_worker(client);
    shop_pass(s, s->validator.refresh_s);
    s->validator.licenses[0].is_known = false;
    asked = asked_in_an_hour(s, client);
    assert_in_range(asked, 1, 5);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    shop_close_held(client);
}

static void a_suspended_till_asks_by_itself_and_sees_when_it_is_resumed(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_hold_worker(client);
    s->validator.refresh_s = 240;
    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_SUSPENDED);
    fake_validator_decide(&s->validator, PL_VERDICT_ACTIVE, PL_REASON_NONE);
    shop_pass(s, 240);
    run_rounds(s, client, PL_REFRESH_JITTER_MS / 1000 + 1);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_ACTIVE);
    shop_close_held(client);
}

static void the_hot_status_follows_the_clock_by_itself(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->validator.licenses[0].expires_at = SHOP_OPENS_AT + 20 * DAY_S;
    client = shop_active_client(s);
    shop_hold_worker(client);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_ACTIVE);
    shop_pass(s, 3 * DAY_S);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_GRACE);
    shop_pass(s, 7 * DAY_S);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_STALE);
    shop_pass(s, 10 * DAY_S);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_EXPIRED);
    shop_close_held(client);
}

static void what_one_client_learned_the_other_sees_in_its_next_round(void **state)
{
    shop *s = *state;
    pospal_client *first = shop_active_client(s);
    pospal_client *second = shop_client(s);

    shop_hold_worker(second);
    assert_int_equal(pospal_client_status(second), POSPAL_STATUS_ACTIVE);
    fake_validator_decide(&s->validator, PL_VERDICT_REVOKED, PL_REASON_DISPUTE);
    assert_int_equal(shop_check(first, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_REVOKED);
    assert_true(PL_WATCH_INTERVAL_MS <= 2000);
    pl_worker_round(second);
    assert_int_equal(pospal_client_status(second), POSPAL_STATUS_REVOKED);
    assert_int_equal(s->validator.exchanges, 2);
    pospal_client_close(first);
    shop_close_held(second);
}

typedef struct {
    shop *s;
    pospal_client *other;
} overtaking;

/* While the answer to the first is on its way the license is suspended, and the other client learns it. */
static void learn_meanwhile(void *context)
{
    const overtaking *o = context;

    o->s->validator.after = NULL;
    fake_validator_decide(&o->s->validator, PL_VERDICT_SUSPENDED, PL_REASON_VENDOR);
    (void)pospal_client_check(o->other, POSPAL_CHECK_ONLINE, NULL);
}

static void an_answer_that_was_overtaken_does_not_undo_a_newer_one(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    overtaking o = {s, shop_client(s)};

    s->validator.during_context = &o;
    s->validator.after = learn_meanwhile;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_SUSPENDED);
    assert_int_equal(shop_status(o.other), POSPAL_STATUS_SUSPENDED);
    pospal_client_close(client);
    pospal_client_close(o.other);
}

/* The cashier's program, in a process of its own: says what it sees, waits, and says it again. */
static void watch_in_a_child(shop *s, int told, int says)
{
    pospal_client *client = shop_client(s);
    unsigned char seen;
    char go;

    shop_hold_worker(client);
    for (int i = 0; i < 2; i++) {
        seen = (unsigned char)pospal_client_status(client);
        if (write(says, &seen, 1) != 1 || read(told, &go, 1) != 1)
            break;
        pl_worker_round(client);
    }
    shop_close_held(client);
    _exit(0);
}

static void a_denial_that_one_process_learned_reaches_the_other(void **state)
{
    shop *s = *state;
    int to_child[2], from_child[2];
    pospal_client *client = shop_active_client(s);
    unsigned char seen = 0;
    pid_t child;

    assert_true(pipe(to_child) == 0 && pipe(from_child) == 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        watch_in_a_child(s, to_child[0], from_child[1]);
    assert_true(read(from_child[0], &seen, 1) == 1);
    assert_int_equal(seen, POSPAL_STATUS_ACTIVE);
    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_VENDOR);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_SUSPENDED);
    assert_true(write(to_child[1], "!", 1) == 1);
    assert_true(read(from_child[0], &seen, 1) == 1);
    assert_int_equal(seen, POSPAL_STATUS_SUSPENDED);
    assert_true(write(to_child[1], "!", 1) == 1);
    assert_true(waitpid(child, NULL, 0) == child);
    close(to_child[0]);
    close(to_child[1]);
    close(from_child[0]);
    close(from_child[1]);
    pospal_client_close(client);
}

/* A program that was started anew: this one, with the shop in its arguments. The exit status is the license's. */
static int be_another_program(char *arguments[])
{
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;
    pospal_license *license = NULL;
    int status = 100;

    pospal_options_set_product(options, FAKE_PRODUCT, NULL);
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, arguments[0]);
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, arguments[1]);
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, arguments[2]);
    if (pospal_client_open(options, &client) == POSPAL_OK &&
        pospal_client_check(client, POSPAL_CHECK_LOCAL, &license) == POSPAL_OK)
        status = (int)pospal_license_status(license);
    pospal_license_free(license);
    pospal_client_close(client);
    pospal_options_free(options);
    return status;
}

static int run_another_program(shop *s)
{
    char *arguments[] = {"sdk", "--other", s->validator.roots_json, s->data, s->hardware, NULL};
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        execv("/proc/self/exe", arguments);
        _exit(101);
    }
    assert_true(waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_program_started_later_knows_what_was_learned_before(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->validator.check_s = 0; /* no check-in needed: the other program has a clock of its own */
    s->validator.grace_s = 0;
    client = shop_active_client(s);
    assert_int_equal(run_another_program(s), POSPAL_STATUS_ACTIVE);
    fake_validator_decide(&s->validator, PL_VERDICT_REVOKED, PL_REASON_REFUND);
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    assert_int_equal(run_another_program(s), POSPAL_STATUS_REVOKED);
    pospal_client_close(client);
}

typedef struct {
    int calls;
    pospal_status_t last;
    pospal_status_t seen_inside;
} witness;

/* Calls the client, as it may. */
static void note_change(void *context, pospal_client *client, const pospal_license *license)
{
    witness *w = context;

    w->calls++;
    w->last = pospal_license_status(license);
    w->seen_inside = shop_status(client);
}

static void a_change_is_told_once_with_the_license_and_without_locks(void **state)
{
    shop *s = *state;
    witness w = {0, POSPAL_STATUS_NONE, POSPAL_STATUS_NONE};
    pospal_client *client;

    s->changed = note_change;
    s->changed_context = &w;
    client = shop_client(s);
    (void)shop_status(client);
    assert_int_equal(w.calls, 0);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    assert_int_equal(w.calls, 1);
    assert_int_equal(w.last, POSPAL_STATUS_ACTIVE);
    assert_int_equal(w.seen_inside, POSPAL_STATUS_ACTIVE);
    (void)shop_status(client);
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    assert_int_equal(w.calls, 1);
    shop_pass(s, 4 * DAY_S);
    pl_worker_round(client);
    assert_int_equal(w.last, POSPAL_STATUS_GRACE);
    pl_worker_round(client); /* refreshes */
    run_rounds(s, client, PL_REFRESH_JITTER_MS / 1000 + 1);
    for (int i = 0; i < PATIENCE && pospal_client_status(client) != POSPAL_STATUS_ACTIVE; i++)
        (void)sched_yield(); /* the client's own thread may have taken the refresh */
    pospal_client_close(client);
    assert_int_equal(w.last, POSPAL_STATUS_ACTIVE);
    assert_int_equal(w.calls, 3);
}

static void a_change_that_happened_while_nobody_ran_is_not_news(void **state)
{
    shop *s = *state;
    witness w = {0, POSPAL_STATUS_NONE, POSPAL_STATUS_NONE};
    pospal_client *client;

    pospal_client_close(shop_active_client(s));
    s->changed = note_change;
    s->changed_context = &w;
    client = shop_client(s);
    (void)shop_status(client);
    assert_int_equal(w.calls, 0);
    pospal_client_close(client);
}

static void a_running_till_tells_its_own_source(void **state)
{
    shop *s = *state;
    pospal_license *license = NULL;
    pospal_client *client = shop_active_client(s);

    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_AUTO, &license), POSPAL_OK);
    assert_int_equal(pospal_license_source(license), POSPAL_SOURCE_ONLINE);
    pospal_license_free(license);
    pospal_client_close(client);
    client = shop_client(s);
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_AUTO, &license), POSPAL_OK);
    assert_int_equal(pospal_license_source(license), POSPAL_SOURCE_CACHE);
    pospal_license_free(license);
    pospal_client_close(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(int count, char *arguments[])
{
    const struct CMUnitTest tests[] = {
        STORY(auto_leaves_the_server_alone_while_the_license_is_active),
        STORY(auto_leaves_the_server_alone_in_grace_too),
        STORY(auto_asks_where_the_license_is_stale),
        STORY(after_a_failure_auto_is_quiet_for_sixty_seconds),
        STORY(the_quiet_minute_does_not_keep_an_explicit_check_waiting),
        STORY(local_never_asks),
        STORY(a_mode_that_is_none_is_refused),
        STORY(the_background_refreshes_soon_after_the_answer_says_so),
        STORY(an_unreachable_server_is_asked_later_and_later),
        STORY(a_server_that_does_not_know_the_key_is_not_asked_all_the_time),
        STORY(a_suspended_till_asks_by_itself_and_sees_when_it_is_resumed),
        STORY(the_hot_status_follows_the_clock_by_itself),
        STORY(what_one_client_learned_the_other_sees_in_its_next_round),
        STORY(an_answer_that_was_overtaken_does_not_undo_a_newer_one),
        STORY(a_denial_that_one_process_learned_reaches_the_other),
        STORY(a_program_started_later_knows_what_was_learned_before),
        STORY(a_change_is_told_once_with_the_license_and_without_locks),
        STORY(a_change_that_happened_while_nobody_ran_is_not_news),
        STORY(a_running_till_tells_its_own_source),
    };

    if (count == 5 && strcmp(arguments[1], "--other") == 0)
        return be_another_program(arguments + 2);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
