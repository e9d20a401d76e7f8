/* SPDX-License-Identifier: Apache-2.0
 *
 * Many threads on one client, many clients on one directory; the thread sanitizer watches. Threads count their own failures, since an
 * assertion may end the main thread only.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <stdatomic.h>

#include "platform/clock.h"

enum { THREADS = 6, ROUNDS = 40 };

typedef struct {
    shop *s;
    pospal_client *client;
    atomic_int failures;
    atomic_int served;
    atomic_bool is_over;
} crowd;

static void count(crowd *c, bool is_good)
{
    if (!is_good)
        atomic_fetch_add(&c->failures, 1);
}

static bool is_known(pospal_status_t status)
{
    return status == POSPAL_STATUS_ACTIVE || status == POSPAL_STATUS_SUSPENDED;
}

static void look(crowd *c, pospal_check_mode_t mode)
{
    pospal_license *license = NULL;

    count(c, pospal_client_check(c->client, mode, &license) == POSPAL_OK);
    count(c, is_known(pospal_license_status(license)));
    count(c, pospal_license_is_usable(license) == pospal_license_has_feature(license, "kds"));
    count(c, pospal_license_field(license, POSPAL_FIELD_PLAN)[0] != '\0');
    pospal_license_free(license);
}

static void use(void *context)
{
    crowd *c = context;
    int number = atomic_fetch_add(&c->served, 1);
    char *report = NULL;

    for (int i = 0; i < ROUNDS; i++) {
        look(c, number == 0 ? POSPAL_CHECK_ONLINE : number == 1 ? POSPAL_CHECK_AUTO : POSPAL_CHECK_LOCAL);
        count(c, is_known(pospal_client_status(c->client)));
        if (number == 2 && pospal_client_support_report(c->client, &report) == POSPAL_OK)
            pospal_text_free(report);
        if (number == 3)
            fake_validator_decide(&c->s->validator, i % 2 ? PL_VERDICT_ACTIVE : PL_VERDICT_SUSPENDED, PL_REASON_NONE);
        if (number == 4)
            shop_pass(c->s, 61);
    }
}

static void run_crowd(crowd *c, void (*work)(void *context))
{
    pl_thread *threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pl_thread_start(work, c, &threads[i]), PL_OK);
    for (int i = 0; i < THREADS; i++)
        pl_thread_join(threads[i]);
}

static void many_threads_may_use_one_client(void **state)
{
    crowd c = {.s = *state};

    c.client = shop_active_client(c.s);
    run_crowd(&c, use);
    assert_int_equal(atomic_load(&c.failures), 0);
    pospal_client_close(c.client);
}

static void open_use_and_close(void *context)
{
    crowd *c = context;
    pospal_options *options = shop_options(c->s);

    for (int i = 0; i < ROUNDS / 10; i++) {
        pospal_client *client = NULL;
        pospal_license *license = NULL;

        count(c, pospal_client_open(options, &client) == POSPAL_OK);
        count(c, pospal_client_activate(client, NULL, &license) == POSPAL_OK);
        count(c, pospal_license_status(license) == POSPAL_STATUS_ACTIVE);
        count(c, pospal_client_status(client) == POSPAL_STATUS_ACTIVE);
        pospal_license_free(license);
        pospal_client_close(client);
    }
    pospal_options_free(options);
}

static void many_clients_may_share_one_directory(void **state)
{
    crowd c = {.s = *state};
    shop *s = *state;

    s->key = FAKE_KEY;
    run_crowd(&c, open_use_and_close);
    assert_int_equal(atomic_load(&c.failures), 0);
    assert_null(s->validator.seats[1].license_id);
    assert_int_equal(shop_count_files(s, ".bad"), 0);
}

static void check_at_once(void *context)
{
    crowd *c = context;

    count(c, pospal_client_check(c->client, POSPAL_CHECK_AUTO, NULL) == POSPAL_OK);
}

static void linger(void *context)
{
    (void)context;
    pl_clock_sleep_ms(30); /* long enough for the other threads to arrive */
}

static void threads_that_find_no_license_do_not_queue_up_for_a_dead_server(void **state)
{
    crowd c = {.s = *state};
    shop *s = *state;

    s->key = FAKE_KEY;
    s->validator.line = LINE_HTML;
    s->validator.during = linger;
    c.client = shop_client(s);
    shop_hold_worker(c.client);
    run_crowd(&c, check_at_once);
    assert_int_equal(atomic_load(&c.failures), 0);
    assert_int_equal(s->validator.exchanges, 1);
    shop_close_held(c.client);
}

/* In the background's exchange: waits until the client is being closed. */
static void wait_for_closing(void *context)
{
    crowd *c = context;
    bool is_closing = false;

    atomic_store(&c->is_over, true);
    while (!is_closing) {
        pl_mutex_lock(c->client->mutex);
        is_closing = c->client->is_closing;
        pl_mutex_unlock(c->client->mutex);
        pl_clock_sleep_ms(1);
    }
}

static void closing_waits_for_the_background_that_is_asking(void **state)
{
    crowd c = {.s = *state};
    shop *s = *state;

    c.client = shop_active_client(s);
    s->validator.during_context = &c;
    s->validator.during = wait_for_closing;
    shop_pass(s, s->validator.refresh_s);
    assert_int_equal(pospal_client_status(c.client), POSPAL_STATUS_ACTIVE);
    while (!atomic_load(&c.is_over)) {
        shop_pass(s, 1);
        pl_clock_sleep_ms(20);
        pl_cond_wake_all(c.client->changed);
    }
    pospal_client_close(c.client);
    assert_int_equal(s->validator.exchanges, 2);
    s->validator.during = NULL;
    c.client = shop_client(s);
    assert_int_equal(shop_status(c.client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(c.client);
}

static void a_snapshot_outlives_its_client(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_license *license = NULL;

    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    assert_int_equal(pospal_client_forget(client), POSPAL_OK);
    pospal_client_close(client);
    assert_string_equal(pospal_license_field(license, POSPAL_FIELD_PLAN), "pro");
    assert_int_equal(pospal_license_limit(license, "tills", -1), 3);
    pospal_license_free(license);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(many_threads_may_use_one_client),
        STORY(many_clients_may_share_one_directory),
        STORY(threads_that_find_no_license_do_not_queue_up_for_a_dead_server),
        STORY(closing_waits_for_the_background_that_is_asking),
        STORY(a_snapshot_outlives_its_client),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
