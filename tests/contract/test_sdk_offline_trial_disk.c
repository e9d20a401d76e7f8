/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of the offline trial where its begin can't be read or written: it says so and does not begin; one that runs is not lost.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/fault_fs.h"
#include "support/shop.h"

#include <stdio.h>
#include <string.h>

#include "client/records.h"

enum { TRIAL_S = 30 * DAY_S };

static pospal_result_t import_trial(shop *s, pospal_client *client)
{
    fake_file file = {.license = 1, .issued_at = SHOP_OPENS_AT - 60 * DAY_S, .trial_s = TRIAL_S};

    return shop_import(s, client, &file, NULL);
}

static int64_t end_of(pospal_client *client)
{
    pospal_license *license = NULL;
    int64_t ends_at;

    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_ACTIVE);
    ends_at = pospal_license_time(license, POSPAL_MOMENT_EXPIRES_AT);
    pospal_license_free(license);
    return ends_at;
}

/* A till whose trial began ten days ago. */
static void begin(shop *s)
{
    pospal_client *client;

    s->is_without_server = true;
    client = shop_client(s);
    assert_int_equal(import_trial(s, client), POSPAL_OK);
    pospal_client_close(client);
    shop_pass(s, 10 * DAY_S);
}

/* The vault's first use finds it busy; nobody waits the 3 s. */
static void give_up_on_the_vault(pospal_client *client)
{
    client->is_closing = true;
    assert_int_equal(pl_records_open(client, PL_RECORDS_WAIT), PL_OK);
    client->is_closing = false;
}

static void lose_file(shop *s)
{
    shop_delete_file(s, "trial");
    assert_false(shop_has_file(s, "trial.old"));
}

/* ---- a busy vault ---- */

static void a_busy_vault_is_not_needed_where_the_file_tells(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_db *other;

    begin(s);
    other = shop_lock_vault(s);
    client = shop_client(s);
    assert_int_equal(end_of(client), SHOP_OPENS_AT + TRIAL_S);
    assert_null(client->vault); /* it was not even opened */
    pospal_client_close(client);
    pl_db_close(other);
}

static void with_the_file_lost_it_goes_on_as_soon_as_the_vault_is_free(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_db *other;

    begin(s);
    lose_file(s);
    other = shop_lock_vault(s);
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    give_up_on_the_vault(client);
    assert_int_equal(import_trial(s, client), POSPAL_ERROR_STORAGE); /* it may have begun: it does not begin anew */
    assert_string_equal(pospal_error_code(), "busy");
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    pl_db_close(other);
    assert_int_equal(end_of(client), SHOP_OPENS_AT + TRIAL_S);
    assert_true(shop_has_file(s, "trial")); /* and was written again */
    pospal_client_close(client);
}

static void it_does_not_begin_while_the_vault_is_busy(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_db *other;

    s->is_without_server = true;
    client = shop_client(s);
    assert_int_equal(pl_records_open(client, PL_RECORDS_WAIT), PL_OK); /* an empty vault is made */
    pospal_client_close(client);
    other = shop_lock_vault(s);
    client = shop_client(s);
    give_up_on_the_vault(client);
    assert_int_equal(import_trial(s, client), POSPAL_ERROR_STORAGE);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    assert_false(shop_has_file(s, "trial"));
    pl_db_close(other);
    shop_pass(s, DAY_S);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE); /* nor by itself later */
    assert_int_equal(import_trial(s, client), POSPAL_OK);
    assert_int_equal(end_of(client), SHOP_OPENS_AT + DAY_S + TRIAL_S);
    pospal_client_close(client);
}

/* It can be read, and says that nothing began; it can't be written. */
static void it_does_not_begin_where_the_vault_is_only_read(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_db *other;

    s->is_without_server = true;
    client = shop_client(s);
    assert_int_equal(pl_records_open(client, PL_RECORDS_WAIT), PL_OK);
    other = shop_read_vault(s);
    client->is_closing = true;
    assert_int_equal(import_trial(s, client), POSPAL_ERROR_STORAGE);
    client->is_closing = false;
    assert_false(shop_has_file(s, "trial"));
    pl_db_close(other);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    pospal_client_close(client);
    shop_pass(s, DAY_S);
    client = shop_client(s); /* nothing that memory kept came to the disk at close */
    assert_int_equal(import_trial(s, client), POSPAL_OK);
    assert_int_equal(end_of(client), SHOP_OPENS_AT + DAY_S + TRIAL_S);
    pospal_client_close(client);
}

/* ---- places that can't be written ---- */

static void in_memory_it_does_not_begin(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->is_in_memory = s->is_without_server = true;
    client = shop_client(s);
    assert_int_equal(import_trial(s, client), POSPAL_ERROR_STORAGE);
    assert_non_null(strstr(pospal_error_detail(), "data directory"));
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    pospal_client_close(client);
}

static void in_a_read_only_place_it_does_not_begin_and_goes_on(void **state)
{
    shop *s = *state;
    fault_fs *disk = fault_fs_new();
    pospal_client *client;

    s->is_without_server = true;
    s->fs = fault_fs_table(disk);
    fault_fs_set_read_only(disk, true);
    client = shop_client(s);
    assert_int_equal(import_trial(s, client), POSPAL_ERROR_STORAGE);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    pospal_client_close(client);
    fault_fs_set_read_only(disk, false);
    begin(s);
    fault_fs_set_read_only(disk, true);
    client = shop_client(s);
    assert_int_equal(end_of(client), SHOP_OPENS_AT + TRIAL_S);
    pospal_client_close(client);
    s->fs = NULL;
    fault_fs_free(disk);
}

/* ---- one of the two places lost ---- */

static void either_place_alone_tells_when_it_began(void **state)
{
    shop *s = *state;
    pospal_client *client;

    begin(s);
    shop_delete_file(s, "vault.db");
    client = shop_client(s);
    assert_int_equal(end_of(client), SHOP_OPENS_AT + TRIAL_S);
    assert_int_equal(import_trial(s, client), POSPAL_OK); /* the vault has it again */
    pospal_client_close(client);
    lose_file(s);
    client = shop_client(s);
    assert_int_equal(end_of(client), SHOP_OPENS_AT + TRIAL_S);
    pospal_client_close(client);
    shop_write_file(s, "trial", pl_span_text("PLT1 of somebody else"));
    client = shop_client(s);
    assert_int_equal(end_of(client), SHOP_OPENS_AT + TRIAL_S);
    pospal_client_close(client);
}

/* Power may go in any write: it began, or it did not and begins the next day. Never is a begin lost that was told. */
static void cut_in_any_write_it_began_or_did_not(void **state)
{
    bool is_through = false;
    size_t nth;

    (void)state;
    for (nth = 1; !is_through; nth++) {
        fault_fs *disk = fault_fs_new();
        pospal_client *client;
        int64_t end;
        bool has_begun;
        shop s;

        shop_open(&s);
        s.is_without_server = true;
        s.fs = fault_fs_table(disk);
        client = shop_client(&s);
        fault_fs_restart_count(disk);
        fault_fs_cut_at(disk, nth, 7);
        has_begun = import_trial(&s, client) == POSPAL_OK;
        is_through = fault_fs_calls(disk) < nth;
        pospal_client_close(client);
        fault_fs_cut_at(disk, 0, 0);
        fault_fs_power_cut(disk, nth % 2 ? FAULT_NAMES_LOST : FAULT_NAMES_KEPT);
        shop_reboot(&s, DAY_S);
        client = shop_client(&s);
        assert_int_equal(import_trial(&s, client), POSPAL_OK);
        end = end_of(client);
        if (end != SHOP_OPENS_AT + TRIAL_S && (has_begun || end < SHOP_OPENS_AT + DAY_S + TRIAL_S))
            fail_msg("cut in call %zu: begun %d, ends %lld s after it should", nth, has_begun,
                     (long long)(end - SHOP_OPENS_AT - TRIAL_S));
        pospal_client_close(client);
        fault_fs_free(disk);
        shop_close(&s);
    }
    assert_true(nth > 5);
}

/* ---- programs without a trial ---- */

static unsigned reads_of_the_note;

static pl_err read_counting(void *context, const char *path, size_t limit, pl_buf *out)
{
    const char *name = strrchr(path, '/');

    reads_of_the_note += name && strncmp(name, "/trial", 6) == 0;
    return pl_fs_system()->read(context, path, limit, out);
}

static void without_a_trial_nothing_more_is_read(void **state)
{
    shop *s = *state;
    pl_fs fs = *pl_fs_system();
    pospal_client *client;

    pospal_client_close(shop_active_client(s));
    fs.read = read_counting;
    s->fs = &fs;
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(reads_of_the_note, 0);
    assert_null(client->vault);
    assert_int_equal(import_trial(s, client), POSPAL_OK);
    assert_true(reads_of_the_note > 0);
    pospal_client_close(client);
    s->fs = NULL;
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_busy_vault_is_not_needed_where_the_file_tells),
        STORY(with_the_file_lost_it_goes_on_as_soon_as_the_vault_is_free),
        STORY(it_does_not_begin_while_the_vault_is_busy),
        STORY(it_does_not_begin_where_the_vault_is_only_read),
        STORY(in_memory_it_does_not_begin),
        STORY(in_a_read_only_place_it_does_not_begin_and_goes_on),
        STORY(either_place_alone_tells_when_it_began),
        cmocka_unit_test(cut_in_any_write_it_began_or_did_not),
        STORY(without_a_trial_nothing_more_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
