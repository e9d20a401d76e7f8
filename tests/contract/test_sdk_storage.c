/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of the place where state lies: full, read-only, remote, shared with other accounts, damaged, deleted, or made by others.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/fault_fs.h"
#include "support/shop.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/migrate.h"

static void expect_in_report(pospal_client *client, const char *words)
{
    char *report = NULL;

    assert_int_equal(pospal_client_support_report(client, &report), POSPAL_OK);
    if (!strstr(report, words))
        fail_msg("no \"%s\" in the report:\n%s", words, report);
    pospal_text_free(report);
}

/* ---- places that cannot be written ---- */

static void with_a_full_disk_the_library_works_in_memory_and_says_so(void **state)
{
    static const size_t rooms[] = {0, 200, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        fault_fs *disk = fault_fs_new();
        pospal_client *client;
        shop s;

        shop_open(&s);
        fault_fs_fill_after(disk, rooms[i]);
        s.fs = fault_fs_table(disk);
        client = shop_active_client(&s);
        assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
        assert_int_equal(pospal_client_status(client), POSPAL_STATUS_ACTIVE);
        expect_in_report(client, "disk_full");
        pospal_client_close(client);
        fault_fs_free(disk);
        shop_close(&s);
    }
}

static void when_there_is_room_again_what_is_learned_is_stored_again(void **state)
{
    shop *s = *state;
    fault_fs *disk = fault_fs_new();
    pospal_client *client;

    fault_fs_fill_after(disk, 0);
    s->fs = fault_fs_table(disk);
    client = shop_active_client(s);
    assert_false(shop_has_file(s, "lease"));
    fault_fs_fill_after(disk, SIZE_MAX);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_true(shop_has_file(s, "lease"));
    assert_int_equal(shop_import(s, client, &(fake_file){0}, NULL), POSPAL_OK);
    pospal_client_close(client);
    s->fs = NULL;
    fault_fs_free(disk);
}

static void a_license_installed_in_a_read_only_place_counts(void **state)
{
    shop *s = *state;
    fault_fs *disk = fault_fs_new();
    pospal_client *client;
    pl_buf text;

    pl_buf_init(&text);
    fake_validator_file(&s->validator, &(fake_file){0}, &text);
    shop_write_file(s, "license-00112233445566aa", pl_buf_span(&text));
    fault_fs_set_read_only(disk, true);
    s->fs = fault_fs_table(disk);
    s->is_without_server = true;
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
    s->fs = NULL;
    fault_fs_free(disk);
    pl_buf_reset(&text);
}

static void in_a_read_only_place_activation_works_in_memory_and_import_says_so(void **state)
{
    shop *s = *state;
    fault_fs *disk = fault_fs_new();
    pospal_client *client;

    fault_fs_set_read_only(disk, true);
    s->fs = fault_fs_table(disk);
    client = shop_client(s);
    assert_int_equal(shop_import(s, client, &(fake_file){0}, NULL), POSPAL_ERROR_STORAGE);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    shop_pass(s, MINUTE_S);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(s->validator.validations, 1);
    expect_in_report(client, "read_only");
    assert_int_equal(shop_count_files(s, ""), 0);
    pospal_client_close(client);
    s->fs = NULL;
    fault_fs_free(disk);
}

static void a_network_share_is_named_and_not_written(void **state)
{
    shop *s = *state;
    fault_fs *disk = fault_fs_new();
    pospal_client *client;

    fault_fs_set_kind(disk, PL_FS_NETWORK);
    s->fs = fault_fs_table(disk);
    client = shop_active_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    expect_in_report(client, "network_share");
    assert_int_equal(shop_count_files(s, ""), 0);
    pospal_client_close(client);
    s->fs = NULL;
    fault_fs_free(disk);
}

static void in_memory_by_choice_is_no_failure(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->is_in_memory = true;
    client = shop_client(s);
    assert_int_equal(shop_import(s, client, &(fake_file){0}, NULL), POSPAL_OK);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    shop_pass(s, MINUTE_S);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    shop_pass(s, 10 * DAY_S);
    assert_int_equal(pospal_client_forget(client), POSPAL_OK);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    pospal_client_close(client);
}

/* ---- other accounts; only root can show them ---- */

static shop *the_shop; /* for work in another account's process */

/* What may not be read is not "not activated". */
static int be_a_stranger(const char *directory)
{
    pospal_client *client = shop_client(the_shop);
    int status = (int)shop_check(client, POSPAL_CHECK_LOCAL, POSPAL_ERROR_STORAGE);

    (void)directory;
    pospal_client_close(client);
    return status;
}

static int be_a_colleague(const char *directory)
{
    pospal_client *client = shop_client(the_shop);
    int status = (int)shop_status(client);

    (void)directory;
    if (pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL) != POSPAL_OK || the_shop->validator.validations != 1 ||
        client->storage || client->vault_storage)
        status = 70;
    pospal_client_close(client);
    return status;
}

static int give_to_all(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)walk;
    return kind == FTW_SL ? 0 : chmod(path, kind == FTW_F ? 0644 : 0755);
}

static int run_as_other(shop *s, unsigned group, int (*work)(const char *directory))
{
    the_shop = s;
    assert_int_equal(nftw(s->hardware, give_to_all, 16, FTW_PHYS), 0);
    assert_int_equal(chmod(s->root, 0755), 0);
    return run_as(65534, group, work, s->data);
}

static void a_cashier_in_the_directorys_group_shares_the_state(void **state)
{
    shop *s = *state;
    int status;

    if (geteuid() != 0)
        skip();
    assert_int_equal(mkdir(s->data, 0770), 0);
    assert_true(chmod(s->data, 02770) == 0 && chown(s->data, 0, 54321) == 0);
    pospal_client_close(shop_active_client(s));
    status = run_as_other(s, 54321, be_a_colleague);
    assert_int_equal(status, POSPAL_STATUS_ACTIVE);
}

static void an_account_outside_the_group_sees_nothing_and_harms_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client;

    if (geteuid() != 0)
        skip();
    pospal_client_close(shop_active_client(s));
    assert_int_equal(run_as_other(s, 65534, be_a_stranger), POSPAL_STATUS_NONE);
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

/* ---- damage ---- */

static const char GARBAGE[] = "\x7f"
                              "ELF garbage that somebody else left here";

typedef enum { CUT, EMPTY, FOREIGN, FLIPPED, ONE_PAGE } damage;

static void damage_file(const shop *s, const char *name, damage kind)
{
    pl_buf bytes;

    pl_buf_init(&bytes);
    shop_read_file(s, name, &bytes);
    if (kind == ONE_PAGE) /* the last of a database of 4 KB pages */
        memset(bytes.data + bytes.size - 4096, 0xA5, 4096);
    if (kind == FLIPPED)
        for (size_t i = bytes.size / 3; i < bytes.size * 2 / 3; i++)
            bytes.data[i] = (char)(bytes.data[i] ^ 1);
    shop_write_file(s, name,
                    kind == FOREIGN ? pl_span_of(GARBAGE, sizeof GARBAGE)
                                    : pl_span_of(bytes.data, kind == EMPTY ? 0
                                                             : kind == CUT ? bytes.size / 2
                                                                           : bytes.size));
    pl_buf_reset(&bytes);
}

static void with_a_damaged_lease_the_one_before_counts_and_the_damage_is_told(void **state)
{
    (void)state;
    for (damage kind = CUT; kind <= FLIPPED; kind++) {
        pospal_client *client;
        shop s;

        shop_open(&s);
        client = shop_active_client(&s);
        shop_pass(&s, HOUR_S);
        (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
        pospal_client_close(client);
        damage_file(&s, "lease", kind);
        client = shop_client(&s);
        assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
        assert_true(client->holding->refused == 1);
        assert_true(shop_has_file(&s, "lease.bad"));
        expect_in_report(client, "not believed");
        pospal_client_close(client);
        shop_close(&s);
    }
}

static void with_every_lease_damaged_the_till_activates_again_by_itself(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    pospal_client_close(client);
    damage_file(s, "lease", FLIPPED);
    damage_file(s, "lease.old", FOREIGN);
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    assert_int_equal(shop_count_files(s, "lease"), 2); /* both kept aside */
    assert_int_equal(shop_count_files(s, ".bad"), 2);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    shop_close_held(client);
}

static void without_the_lease_the_till_activates_again_by_itself(void **state)
{
    shop *s = *state;
    pospal_client *client;

    pospal_client_close(shop_active_client(s));
    shop_delete_file(s, "lease");
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_null(s->validator.seats[1].license_id); /* its own seat */
    shop_close_held(client);
}

static void without_the_keyset_file_the_lease_brings_its_own(void **state)
{
    shop *s = *state;
    pospal_client *client;

    pospal_client_close(shop_active_client(s));
    shop_delete_file(s, "keyset");
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void a_damaged_vault_is_set_aside_and_the_lease_counts_on(void **state)
{
    (void)state;
    for (damage kind = CUT; kind <= ONE_PAGE; kind++) {
        pospal_client *client;
        shop s;

        if (kind == EMPTY)
            continue; /* an empty file is an empty vault */
        shop_open(&s);
        pospal_client_close(shop_active_client(&s));
        damage_file(&s, "vault.db", kind);
        client = shop_client(&s);
        assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
        assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
        assert_int_equal(shop_count_files(&s, ".bad"), 1);
        expect_in_report(client, "set aside");
        pospal_client_close(client);
        client = shop_client(&s);
        assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
        assert_false(client->was_set_aside);
        pospal_client_close(client);
        shop_close(&s);
    }
}

static void without_the_vault_the_lease_counts_and_the_key_must_be_given_again(void **state)
{
    shop *s = *state;
    pospal_client *client;

    pospal_client_close(shop_active_client(s));
    shop_delete_file(s, "vault.db");
    client = shop_client(s);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_NO_LICENSE_KEY), POSPAL_STATUS_ACTIVE);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    assert_null(s->validator.seats[1].license_id);
    pospal_client_close(client);
}

static void a_vault_of_a_newer_version_is_left_alone_and_named(void **state)
{
    shop *s = *state;
    pl_db_sqlite_options options = {.path = NULL, .mode = DB_READ_WRITE, .busy_timeout_ms = 100};
    char path[SHOP_PATH_SIZE + 16];
    pospal_client *client;
    pl_db *db = NULL;

    pospal_client_close(shop_active_client(s));
    (void)snprintf(path, sizeof path, "%s/vault.db", s->data);
    options.path = path;
    assert_int_equal(pl_db_open_sqlite(&options, &db), PL_OK);
    assert_int_equal(pl_db_script(db, "INSERT INTO schema_version SELECT 99, max(applied_at) FROM schema_version"), PL_OK);
    pl_db_close(db);
    client = shop_client(s);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_NO_LICENSE_KEY), POSPAL_STATUS_ACTIVE);
    expect_in_report(client, "too_new");
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_null(s->validator.seats[1].license_id); /* its own seat */
    assert_int_equal(pospal_client_forget(client), POSPAL_ERROR_STORAGE);
    assert_string_equal(pospal_error_code(), "too_new");
    assert_true(shop_has_file(s, "vault.db"));
    assert_int_equal(shop_count_files(s, ".bad"), 0);
    pospal_client_close(client);
}

static void files_that_are_not_ours_are_left_alone(void **state)
{
    shop *s = *state;
    pospal_client *client;

    shop_write_file(s, "readme.txt", pl_span_text("hello"));
    shop_write_file(s, "licenses", pl_span_text("hello"));
    pospal_client_close(shop_active_client(s));
    client = shop_client(s);
    assert_int_equal(client->holding->refused, 0);
    assert_int_equal(pospal_client_forget(client), POSPAL_OK);
    pospal_client_close(client);
    assert_true(shop_has_file(s, "readme.txt") && shop_has_file(s, "licenses"));
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_a_full_disk_the_library_works_in_memory_and_says_so),
        STORY(when_there_is_room_again_what_is_learned_is_stored_again),
        STORY(a_license_installed_in_a_read_only_place_counts),
        STORY(in_a_read_only_place_activation_works_in_memory_and_import_says_so),
        STORY(a_network_share_is_named_and_not_written),
        STORY(in_memory_by_choice_is_no_failure),
        STORY(a_cashier_in_the_directorys_group_shares_the_state),
        STORY(an_account_outside_the_group_sees_nothing_and_harms_nothing),
        cmocka_unit_test(with_a_damaged_lease_the_one_before_counts_and_the_damage_is_told),
        STORY(with_every_lease_damaged_the_till_activates_again_by_itself),
        STORY(without_the_lease_the_till_activates_again_by_itself),
        STORY(without_the_keyset_file_the_lease_brings_its_own),
        cmocka_unit_test(a_damaged_vault_is_set_aside_and_the_lease_counts_on),
        STORY(without_the_vault_the_lease_counts_and_the_key_must_be_given_again),
        STORY(a_vault_of_a_newer_version_is_left_alone_and_named),
        STORY(files_that_are_not_ours_are_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
