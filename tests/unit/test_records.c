/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking turns at the vault with another process: who may wait does so without the mutex, a check does not wait.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "client/records.h"
#include "support/shop.h"

static void expect(pospal_client *client, const char *name, const char *expected)
{
    pl_buf value;
    pl_err err;

    pl_buf_init(&value);
    err = pl_records_get(client, name, &value, PL_RECORDS_AT_ONCE);
    assert_string_equal(err ? pl_err_name(err) : value.data, expected);
    pl_buf_reset(&value);
}

static void records_are_put_got_removed_and_cleared(void **state)
{
    pospal_client *client = shop_client(*state);

    assert_int_equal(pl_records_put(client, "a", pl_span_text("one"), PL_RECORDS_WAIT), PL_OK);
    assert_int_equal(pl_records_put(client, "b", pl_span_text("two"), PL_RECORDS_AT_ONCE), PL_OK);
    expect(client, "a", "one");
    assert_int_equal(pl_records_remove(client, "a"), PL_OK);
    expect(client, "a", "NOT_FOUND");
    expect(client, "b", "two");
    assert_int_equal(pl_records_clear(client), PL_OK);
    expect(client, "b", "NOT_FOUND");
    pospal_client_close(client);
}

static void a_busy_vault_is_not_waited_for_where_a_check_asks_and_costs_nothing_later(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_db *other;

    assert_int_equal(pl_records_put(client, "a", pl_span_text("one"), PL_RECORDS_WAIT), PL_OK);
    pospal_client_close(client);
    other = shop_lock_vault(s);
    client = shop_client(s);
    expect(client, "a", "BUSY");
    assert_null(client->vault);
    assert_int_equal(client->vault_storage, PL_OK);
    pl_db_close(other);
    expect(client, "a", "one");
    other = shop_lock_vault(s);
    assert_int_equal(pl_records_put(client, "a", pl_span_text("two"), PL_RECORDS_AT_ONCE), PL_ERR_BUSY);
    assert_int_equal(client->vault_storage, PL_OK);
    pl_db_close(other);
    assert_int_equal(pl_records_put(client, "a", pl_span_text("three"), PL_RECORDS_AT_ONCE), PL_OK);
    pospal_client_close(client);
    client = shop_client(s);
    expect(client, "a", "three");
    pospal_client_close(client);
}

typedef struct {
    pospal_client *client;
    pl_db *other;
} holder;

/* Lets the vault go once the client's mutex is free: never, if who waits for the vault kept it. */
static void let_go(void *context)
{
    holder *h = context;

    pl_mutex_lock(h->client->mutex);
    pl_db_close(h->other);
    pl_mutex_unlock(h->client->mutex);
}

static void expect_patience(shop *s, pospal_client *client, const char *value)
{
    holder h = {client, shop_lock_vault(s)};
    pl_thread *thread;

    pl_mutex_lock(client->mutex);
    assert_int_equal(pl_thread_start(let_go, &h, &thread), PL_OK);
    assert_int_equal(pl_records_put(client, "a", pl_span_text(value), PL_RECORDS_WAIT), PL_OK);
    pl_mutex_unlock(client->mutex);
    pl_thread_join(thread);
    assert_int_equal(client->vault_storage, PL_OK);
    expect(client, "a", value);
}

static void who_waits_for_the_vault_lets_the_mutex_go(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);

    assert_int_equal(pl_records_open(client, PL_RECORDS_WAIT), PL_OK);
    expect_patience(s, client, "put");
    pospal_client_close(client);
    client = shop_client(s);
    expect_patience(s, client, "opened and put");
    pospal_client_close(client);
}

static void who_is_being_closed_does_not_wait(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_db *other;

    assert_int_equal(pl_records_open(client, PL_RECORDS_WAIT), PL_OK);
    other = shop_lock_vault(s);
    client->is_closing = true;
    assert_int_equal(pl_records_put(client, "a", pl_span_text("one"), PL_RECORDS_WAIT), PL_ERR_BUSY);
    assert_int_equal(client->vault_storage, PL_ERR_BUSY);
    expect(client, "a", "one"); /* it holds for this process */
    client->is_closing = false;
    pl_db_close(other);
    pospal_client_close(client);
}

/* Busy from the first use on, for longer than anybody waits. */
static pospal_client *with_stand_in(shop *s, pl_db **other)
{
    pospal_client *client;

    pospal_client_close(shop_active_client(s));
    *other = shop_lock_vault(s);
    client = shop_client(s);
    client->is_closing = true; /* nobody waits */
    assert_int_equal(pl_records_open(client, PL_RECORDS_WAIT), PL_OK);
    client->is_closing = false;
    assert_true(pl_vault_is_stand_in(client->vault));
    assert_int_equal(client->vault_storage, PL_ERR_BUSY);
    return client;
}

static void a_vault_that_was_busy_at_first_is_tried_again_and_takes_over_what_was_put(void **state)
{
    shop *s = *state;
    pl_db *other;
    pospal_client *client = with_stand_in(s, &other);

    assert_int_equal(pl_records_put(client, "a", pl_span_text("one"), PL_RECORDS_WAIT), PL_ERR_BUSY);
    assert_int_equal(pl_records_put(client, "b", pl_span_text("two"), PL_RECORDS_AT_ONCE), PL_ERR_BUSY);
    assert_int_equal(pl_records_remove(client, "license_key"), PL_ERR_BUSY);
    expect(client, "a", "one");
    expect(client, "license_key", "NOT_FOUND");
    expect(client, "identity", "BUSY"); /* what can't be read is not none */
    pl_db_close(other);
    assert_int_equal(pl_records_remove(client, "b"), PL_OK);
    assert_true(pl_vault_is_durable(client->vault));
    assert_int_equal(client->vault_storage, PL_OK);
    pospal_client_close(client);
    client = shop_client(s);
    expect(client, "a", "one");
    expect(client, "b", "NOT_FOUND");
    expect(client, "license_key", "NOT_FOUND");
    pospal_client_close(client);
}

static void what_a_busy_vault_refused_is_written_by_the_next_use_or_at_the_close(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_db *other;

    for (int at_close = 0; at_close < 2; at_close++) {
        const char *value = at_close ? "two" : "one";

        assert_int_equal(pl_records_open(client, PL_RECORDS_WAIT), PL_OK);
        other = shop_lock_vault(s);
        client->is_closing = true;
        assert_int_equal(pl_records_put(client, "a", pl_span_text(value), PL_RECORDS_WAIT), PL_ERR_BUSY);
        client->is_closing = false;
        pl_db_close(other);
        if (!at_close)
            expect(client, "b", "NOT_FOUND");
        assert_int_equal(client->vault_storage, at_close ? PL_ERR_BUSY : PL_OK);
        pospal_client_close(client);
        client = shop_client(s);
        expect(client, "a", value);
    }
    pospal_client_close(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(records_are_put_got_removed_and_cleared),
        CASE(a_busy_vault_is_not_waited_for_where_a_check_asks_and_costs_nothing_later),
        CASE(who_waits_for_the_vault_lets_the_mutex_go),
        CASE(who_is_being_closed_does_not_wait),
        CASE(a_vault_that_was_busy_at_first_is_tried_again_and_takes_over_what_was_put),
        CASE(what_a_busy_vault_refused_is_written_by_the_next_use_or_at_the_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
