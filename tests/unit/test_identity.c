/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's records in the vault: license key, identity, extensions, the released mark, the copy of the time mark.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "client/identity.h"
#include "client/records.h"
#include "support/shop.h"

#include <stdio.h>
#include <string.h>

static void expect_key(pospal_client *client, const char *expected)
{
    char key[PL_LICENSE_KEY_MAX + 1] = "";
    pl_err err = pl_identity_license_key(client, key);

    assert_string_equal(err ? pl_err_name(err) : key, expected);
}

static void the_stored_key_comes_before_that_of_the_options(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->key = " SHOP-0001-FAKE\t";
    client = shop_client(s);
    assert_false(pl_identity_has_license_key(client));
    expect_key(client, "SHOP-0001-FAKE");
    assert_int_equal(pl_identity_store_license_key(client, "SHOP-0002-FAKE"), PL_OK);
    assert_true(pl_identity_has_license_key(client));
    expect_key(client, "SHOP-0002-FAKE");
    pospal_client_close(client);
}

static void keys_of_files_are_checked_line_by_line(void **state)
{
    static const struct {
        const char *text;
        const char *expected;
    } rows[] = {
        {"SHOP-0001-FAKE", "SHOP-0001-FAKE"},
        {"\n\r\n  SHOP-0001-FAKE  \r\nsecond", "SHOP-0001-FAKE"},
        {"", "NO_KEY"},
        {" \n\t\r\n", "NO_KEY"},
        {"\xEF\xBB\xBF", "NO_KEY"},
        {"key\x01with\x02noise", "INVALID"},
        {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
         "INVALID"},
    };
    shop *s = *state;
    char path[SHOP_PATH_SIZE + 16];

    (void)snprintf(path, sizeof path, "%s/key.txt", s->data);
    s->key = path;
    s->key_source = POSPAL_KEY_FILE;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pospal_client *client;

        shop_write_file(s, "key.txt", pl_span_text(rows[i].text));
        client = shop_client(s);
        expect_key(client, rows[i].expected);
        pospal_client_close(client);
    }
}

static void the_identity_is_made_once_and_stays(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_identity first, second;

    assert_int_equal(pl_identity_get(client, &first), PL_OK);
    pospal_client_close(client);
    client = shop_client(s);
    assert_int_equal(pl_identity_get(client, &second), PL_OK);
    assert_memory_equal(&first, &second, sizeof first);
    assert_false(pl_uuid_is_nil(first.instance_id));
    pospal_client_close(client);
}

static void it_is_made_anew_on_other_hardware_and_only_there(void **state)
{
    static const struct {
        const machine *m;
        bool is_same;
    } rows[] = {
        {&MACHINE_A_NIC, true}, {&MACHINE_A_OS, true}, {&MACHINE_CASHIER, true}, {&MACHINE_A_CLONE, false}, {&MACHINE_B, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pl_identity first, second;
        pospal_client *client;
        shop s;

        shop_open(&s);
        client = shop_client(&s);
        assert_int_equal(pl_identity_get(client, &first), PL_OK);
        pospal_client_close(client);
        shop_set_machine(&s, rows[i].m);
        client = shop_client(&s);
        assert_int_equal(pl_identity_get(client, &second), PL_OK);
        assert_true(pl_uuid_equal(first.instance_id, second.instance_id) == rows[i].is_same);
        assert_true((memcmp(first.device_secret, second.device_secret, sizeof first.device_secret) == 0) == rows[i].is_same);
        pospal_client_close(client);
        shop_close(&s);
    }
}

static void a_damaged_identity_is_made_anew(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_identity identity;

    assert_int_equal(pl_records_open(client, PL_RECORDS_WAIT), PL_OK);
    assert_int_equal(pl_vault_put(client->vault, "identity", pl_span_text("short")), PL_OK);
    assert_int_equal(pl_identity_get(client, &identity), PL_OK);
    assert_false(pl_uuid_is_nil(identity.instance_id));
    pospal_client_close(client);
}

static void an_extension_belongs_to_its_document(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);

    assert_int_equal(pl_identity_extension(client, "a"), 0);
    assert_int_equal(pl_identity_extension(client, NULL), 0);
    assert_int_equal(pl_identity_take_extension(client, "a", 1795370400), PL_OK);
    assert_int_equal(pl_identity_extension(client, "a"), 1795370400);
    assert_int_equal(pl_identity_extension(client, "b"), 0);
    pospal_client_close(client);
}

static void released_is_remembered_and_taken_back(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);

    assert_false(pl_identity_is_released(client));
    assert_int_equal(pl_identity_set_released(client, true), PL_OK);
    pospal_client_close(client);
    client = shop_client(s);
    assert_true(pl_identity_is_released(client));
    assert_int_equal(pl_identity_set_released(client, false), PL_OK);
    assert_false(pl_identity_is_released(client));
    pospal_client_close(client);
}

static void the_time_mark_has_a_sealed_copy(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_time_mark mark = {0};

    assert_int_equal(pl_identity_load_mark(client, &mark), PL_ERR_NOT_FOUND);
    client->mark.high_ms = 42;
    client->mark.error_ms = 7;
    pl_identity_store_mark(client);
    assert_int_equal(pl_identity_load_mark(client, &mark), PL_OK);
    assert_true(mark.high_ms == 42 && mark.error_ms == 7);
    pospal_client_close(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_stored_key_comes_before_that_of_the_options),
        CASE(keys_of_files_are_checked_line_by_line),
        CASE(the_identity_is_made_once_and_stays),
        cmocka_unit_test(it_is_made_anew_on_other_hardware_and_only_there),
        CASE(a_damaged_identity_is_made_anew),
        CASE(an_extension_belongs_to_its_document),
        CASE(released_is_remembered_and_taken_back),
        CASE(the_time_mark_has_a_sealed_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
