/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting for another process: who may not wait, and what ends it. The stories are in contract/test_sdk_sharing.c and test_sdk_close.c.
 */
#include "client/polling.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <string.h>

enum { LONG_MS = 3600 * 1000 };

typedef struct {
    int begun, ended;
} heard;

static void hear(void *context, pospal_log_level_t level, const char *message)
{
    heard *h = context;

    (void)level;
    h->begun += strcmp(message, "waiting for another process at the door") == 0;
    h->ended += strcmp(message, "not waiting for another process at the door: the client is being closed") == 0;
}

static pospal_client *open_heard(shop *s, heard *h)
{
    pospal_client *client;

    s->log = hear;
    s->log_context = h;
    client = shop_client(s);
    shop_hold_worker(client);
    return client;
}

static void who_has_no_patience_does_not_wait(void **state)
{
    heard h = {0, 0};
    pospal_client *client = open_heard(*state, &h);
    pl_polling polling = pl_polling_begin(0);

    pl_mutex_lock(client->mutex);
    assert_false(pl_polling_wait(client, &polling, "the door"));
    pl_mutex_unlock(client->mutex);
    assert_int_equal(h.begun + h.ended, 0);
    shop_close_held(client);
}

static void pauses_grow_and_only_the_first_is_logged(void **state)
{
    heard h = {0, 0};
    pospal_client *client = open_heard(*state, &h);
    pl_polling polling = pl_polling_begin(LONG_MS);
    int64_t first_ms = polling.pause_ms;

    pl_mutex_lock(client->mutex);
    for (int i = 0; i < 3; i++)
        assert_true(pl_polling_wait(client, &polling, "the door"));
    pl_mutex_unlock(client->mutex);
    assert_true(polling.pause_ms > first_ms);
    assert_int_equal(h.begun, 1);
    shop_close_held(client);
}

static void patience_comes_to_its_end(void **state)
{
    heard h = {0, 0};
    pospal_client *client = open_heard(*state, &h);
    pl_polling polling = pl_polling_begin(1);

    pl_mutex_lock(client->mutex);
    while (pl_polling_wait(client, &polling, "the door"))
        ;
    pl_mutex_unlock(client->mutex);
    assert_int_equal(h.ended, 0);
    shop_close_held(client);
}

static void a_close_ends_it(void **state)
{
    heard h = {0, 0};
    pospal_client *client = open_heard(*state, &h);
    pl_polling polling = pl_polling_begin(LONG_MS);

    pl_mutex_lock(client->mutex);
    client->is_closing = true;
    assert_false(pl_polling_wait(client, &polling, "the door"));
    client->is_closing = false;
    pl_mutex_unlock(client->mutex);
    assert_int_equal(h.begun, 0);
    assert_int_equal(h.ended, 1);
    shop_close_held(client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_has_no_patience_does_not_wait),
        TEST(pauses_grow_and_only_the_first_is_logged),
        TEST(patience_comes_to_its_end),
        TEST(a_close_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
