/* SPDX-License-Identifier: Apache-2.0
 *
 * A till whose stored state another program keeps busy for longer than anybody waits: it starts, and nothing it learns is lost.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <string.h>

#include "client/identity.h"
#include "client/records.h"
#include "client/worker.h"

/* The vault's first use finds it busy; nobody waits the 3 s. */
static pospal_client *open_beside(shop *s, pl_db **other)
{
    pospal_client *client;

    *other = shop_lock_vault(s);
    client = shop_client(s);
    client->is_closing = true;
    assert_int_equal(pl_records_open(client, PL_RECORDS_WAIT), PL_OK);
    client->is_closing = false;
    return client;
}

static void expect_report(pospal_client *client, const char *text, bool is_there)
{
    char *report = NULL;

    assert_int_equal(pospal_client_support_report(client, &report), POSPAL_OK);
    if (!!strstr(report, text) != is_there)
        fail_msg("%s in: %s", text, report);
    pospal_text_free(report);
}

static void a_till_starts_and_the_stored_key_is_not_taken_for_missing(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_db *other;

    pospal_client_close(shop_active_client(s));
    client = open_beside(s, &other);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_STORAGE), POSPAL_STATUS_ACTIVE);
    expect_report(client, "vault            busy", true);
    pl_db_close(other);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    expect_report(client, "vault            ", false);
    assert_int_equal(s->validator.activations, 1);
    pospal_client_close(client);
}

static void usage_is_recorded_as_soon_as_it_is_free(void **state)
{
    shop *s = *state;
    pospal_usage_t usage = {.size = sizeof usage};
    pospal_client *client;
    pl_db *other;

    pospal_client_close(shop_active_client(s));
    client = open_beside(s, &other);
    pl_db_close(other);
    assert_int_equal(pospal_usage_add(client, "hours", 5, NULL), POSPAL_OK);
    pospal_client_close(client);
    client = shop_client(s);
    assert_int_equal(pospal_usage_balance(client, "hours", &usage), POSPAL_OK);
    assert_int_equal(usage.pending, 5); /* on disk */
    pospal_client_close(client);
}

/* By the background, if nothing else uses the vault. */
static void a_key_given_meanwhile_is_stored_later(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_db *other;

    client = shop_client(s);
    assert_int_equal(pl_records_open(client, PL_RECORDS_WAIT), PL_OK); /* an empty vault is made */
    pospal_client_close(client);
    client = open_beside(s, &other);
    shop_hold_worker(client);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    pl_db_close(other);
    pl_worker_round(client);
    shop_close_held(client);
    client = shop_client(s);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK); /* with the device key it was activated with */
    assert_int_equal(s->validator.activations, 1);
    pospal_client_close(client);
}

/* It had an identity that could not be read: the one that the server was told counts. */
static void of_two_identities_the_one_the_server_knows_counts(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_db *other;

    client = shop_active_client(s);
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    pospal_client_close(client);
    client = open_beside(s, &other);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    pl_db_close(other);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE); /* no longer "given back" */
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    pospal_client_close(client);
}

static void an_identity_that_nobody_was_told_does_not_take_the_old_ones_place(void **state)
{
    shop *s = *state;
    pl_identity before, after;
    pospal_client *client;
    pl_db *other;

    client = shop_active_client(s);
    pl_mutex_lock(client->mutex);
    assert_int_equal(pl_identity_get(client, &before), PL_OK);
    pl_mutex_unlock(client->mutex);
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    pospal_client_close(client);
    client = open_beside(s, &other);
    s->validator.line = LINE_OFFLINE;
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_ERROR_UNREACHABLE);
    pl_db_close(other);
    pl_mutex_lock(client->mutex);
    assert_int_equal(pl_identity_get(client, &after), PL_OK);
    pl_mutex_unlock(client->mutex);
    assert_memory_equal(before.device_public, after.device_public, sizeof before.device_public);
    pospal_client_close(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_till_starts_and_the_stored_key_is_not_taken_for_missing),
        CASE(usage_is_recorded_as_soon_as_it_is_free),
        CASE(a_key_given_meanwhile_is_stored_later),
        CASE(of_two_identities_the_one_the_server_knows_counts),
        CASE(an_identity_that_nobody_was_told_does_not_take_the_old_ones_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
