/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/client/pending.c
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "client/pending.h"

#include <stdio.h>
#include <string.h>

#include "client/identity.h"
#include "support/shop.h"

static pl_pending numbered(int number)
{
    pl_pending pending = {.asked_at = SHOP_OPENS_AT + number, .asked = {-1, number, UINT64_MAX - (uint64_t)number}};

    memset(pending.nonce, number, sizeof pending.nonce);
    memset(pending.digest, number + 1, sizeof pending.digest);
    (void)snprintf(pending.key, sizeof pending.key, "KEY-%d", number);
    return pending;
}

static void what_was_added_is_found_after_a_restart_and_gone_when_removed(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_pending pending = numbered(1), found;

    assert_int_equal(pl_pending_find(client, pending.nonce, &found), PL_ERR_NOT_FOUND);
    assert_int_equal(pl_pending_add(client, &pending), PL_OK);
    pospal_client_close(client);
    client = shop_client(s);
    assert_int_equal(pl_pending_find(client, pending.nonce, &found), PL_OK);
    assert_memory_equal(found.digest, pending.digest, sizeof found.digest);
    assert_string_equal(found.key, "KEY-1");
    assert_int_equal(found.asked_at, pending.asked_at);
    assert_int_equal(found.asked.wall_ms, -1);
    assert_int_equal(found.asked.boot_ms, 1);
    assert_true(found.asked.boot_id == UINT64_MAX - 1);
    assert_int_equal(pl_pending_remove(client, pending.nonce), PL_OK);
    assert_int_equal(pl_pending_remove(client, pending.nonce), PL_OK);
    assert_int_equal(pl_pending_find(client, pending.nonce, &found), PL_ERR_NOT_FOUND);
    pospal_client_close(client);
}

static void the_oldest_gives_way_and_all_can_be_cleared(void **state)
{
    pospal_client *client = shop_client(*state);
    pl_pending pending, found;

    assert_int_equal(pl_pending_clear(client), PL_OK);
    for (int i = 0; i <= PL_PENDING_MAX; i++) {
        pending = numbered(i);
        assert_int_equal(pl_pending_add(client, &pending), PL_OK);
    }
    for (int i = 0; i <= PL_PENDING_MAX; i++) {
        pending = numbered(i);
        assert_int_equal(pl_pending_find(client, pending.nonce, &found), i == 0 ? PL_ERR_NOT_FOUND : PL_OK);
    }
    assert_int_equal(pl_pending_clear(client), PL_OK);
    assert_int_equal(pl_pending_find(client, pending.nonce, &found), PL_ERR_NOT_FOUND);
    pospal_client_close(client);
}

static void a_damaged_record_is_as_good_as_none(void **state)
{
    pospal_client *client = shop_client(*state);
    pl_pending pending = numbered(1), found;

    assert_int_equal(pl_identity_put_record(client, "pending_requests", pl_span_text("x")), PL_OK);
    assert_int_equal(pl_pending_find(client, pending.nonce, &found), PL_ERR_NOT_FOUND);
    assert_int_equal(pl_pending_add(client, &pending), PL_OK);
    assert_int_equal(pl_pending_find(client, pending.nonce, &found), PL_OK);
    pospal_client_close(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_was_added_is_found_after_a_restart_and_gone_when_removed),
        CASE(the_oldest_gives_way_and_all_can_be_cleared),
        CASE(a_damaged_record_is_as_good_as_none),
    };

    return cmocka_run_group_tests_name("pending", tests, NULL, NULL);
}
