/* SPDX-License-Identifier: Apache-2.0
 *
 * An installation as files: made once, opened with its master key, copied, restored, given a new master key.
 */
#include "licensing/instance.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>

#include "platform/file.h"
#include "support/validator.h"

#define KEPT    "validator.db.before-restore-2025-10-09-085320-" /* VALIDATOR_NOW_MS */
#define NEW_KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

static int set_up(void **state)
{
    static validator v;

    unsetenv("POSPAL_MASTER_KEY");
    unsetenv("POSPAL_NEW_MASTER_KEY");
    validator_open(&v);
    *state = &v;
    return 0;
}

static int tear_down(void **state)
{
    unsetenv("POSPAL_MASTER_KEY");
    unsetenv("POSPAL_NEW_MASTER_KEY");
    validator_close(*state);
    return 0;
}

static const char *path_in(validator *v, const char *name)
{
    const char *path = pl_arena_format(&v->arena, "%s/%s", v->data, name);

    assert_non_null(path);
    return path;
}

static bool exists(validator *v, const char *name)
{
    return access(path_in(v, name), F_OK) == 0;
}

static void read_whole(const char *path, pl_buf *out)
{
    const pl_fs *fs = pl_fs_system();

    pl_buf_init(out);
    assert_int_equal(fs->read(fs->context, path, 1 << 24, out), PL_OK);
}

static void init_refuses_a_directory_that_holds_anything(void **state)
{
    validator *v = *state;
    instance_order_t order = {.place = v->place, .brand_slug = "again", .brand_name = "Again", .clock = v->clock};
    instance_made_t made;

    assert_int_equal(instance_init(&v->arena, &order, &made), PL_ERR_CONFLICT);
    validator_reopen(v); /* what is there is unharmed */
}

static void init_that_fails_can_be_tried_again(void **state)
{
    validator *v = *state;
    instance_order_t order = {.brand_slug = "Wrong Slug", .brand_name = "Acme", .clock = v->clock};
    instance_made_t made;

    order.place.directory = path_in(v, "sub/data");
    assert_int_equal(instance_init(&v->arena, &order, &made), PL_ERR_INVALID);
    assert_non_null(strstr(pl_err_detail(), "a slug has"));
    assert_false(exists(v, "sub"));
    order.brand_slug = "acme";
    assert_int_equal(instance_init(&v->arena, &order, &made), PL_OK);
}

static void init_that_fails_half_way_takes_back_what_it_made_and_says_why(void **state)
{
    validator *v = *state;
    instance_order_t order = {.brand_slug = "acme", .brand_name = "Acme", .alg = (pl_alg)99, .clock = v->clock};
    instance_made_t made;

    order.place.directory = path_in(v, "half");
    pl_fail(PL_ERR_INVALID, "told before");
    assert_int_not_equal(instance_init(&v->arena, &order, &made), PL_OK);
    assert_null(strstr(pl_err_detail(), "half"));
    assert_false(exists(v, "half"));
}

static void what_is_secret_is_for_its_owner_only(void **state)
{
    static const char *const names[] = {"master.key", "validator.db", "acme.root.jwk", "acme.reserve.jwk"};
    validator *v = *state;
    struct stat info;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(stat(path_in(v, names[i]), &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
    assert_int_equal(chmod(path_in(v, "master.key"), 0644), 0);
    assert_int_equal(instance_open(&v->place, &v->clock, &(instance_t *){NULL}), PL_ERR_STATE);
}

static void neither_keys_nor_license_keys_lie_open_in_the_database(void **state)
{
    validator *v = *state;
    char normal[PL_LICENSE_KEY_MAX + 1];
    const char *key, *root;
    pl_buf database, jwk;

    validator_issue(v, NULL, &key);
    assert_int_equal(instance_backup(v->instance, path_in(v, "copy.db")), PL_OK);
    read_whole(path_in(v, "copy.db"), &database);
    read_whole(v->made.root_key_file, &jwk);
    assert_int_equal(pl_license_key_normalize(pl_span_text(key), normal), PL_OK);
    assert_null(memmem(database.data, database.size, key, strlen(key)));
    assert_null(memmem(database.data, database.size, normal, strlen(normal)));
    assert_null(memmem(database.data, database.size, v->made.api_key, strlen(v->made.api_key)));
    assert_null(memmem(database.data, database.size, v->made.api_key + 7, strlen(v->made.api_key + 7)));
    assert_non_null(root = strstr(jwk.data, "\"d\":\""));
    assert_null(memmem(database.data, database.size, root + 5, 43));
    assert_non_null(memmem(database.data, database.size, "ada@example.com", 15)); /* the search works */
    pl_buf_reset(&database);
    pl_buf_reset(&jwk);
}

static void a_wrong_or_missing_master_key_opens_nothing(void **state)
{
    validator *v = *state;
    instance_t *instance;

    setenv("POSPAL_MASTER_KEY", NEW_KEY, 1);
    assert_int_equal(instance_open(&v->place, &v->clock, &instance), PL_ERR_SIGNATURE);
    setenv("POSPAL_MASTER_KEY", "short", 1);
    assert_int_equal(instance_open(&v->place, &v->clock, &instance), PL_ERR_MALFORMED);
    unsetenv("POSPAL_MASTER_KEY");
    assert_int_equal(unlink(path_in(v, "master.key")), 0);
    assert_int_equal(instance_open(&v->place, &v->clock, &instance), PL_ERR_NOT_FOUND);
    assert_int_equal(instance_open(&(instance_place_t){.directory = v->dir}, &v->clock, &instance), PL_ERR_NOT_FOUND);
    assert_false(exists(v, "../validator.db")); /* looking for a database makes none */
}

static void the_master_key_may_come_from_the_environment(void **state)
{
    validator *v = *state;
    instance_order_t order = {.brand_slug = "acme", .brand_name = "Acme", .clock = v->clock};
    instance_made_t made;
    instance_t *instance;

    setenv("POSPAL_MASTER_KEY", NEW_KEY, 1);
    order.place.directory = path_in(v, "second");
    assert_int_equal(instance_init(&v->arena, &order, &made), PL_OK);
    assert_false(exists(v, "second/master.key"));
    assert_int_equal(instance_open(&(instance_place_t){.directory = order.place.directory}, &v->clock, &instance), PL_OK);
    instance_close(instance);
}

static void a_new_master_key_opens_everything_and_the_old_one_nothing(void **state)
{
    validator *v = *state;
    const char *key;
    pl_buf before, after;
    till t;

    validator_issue(v, NULL, &key);
    read_whole(path_in(v, "master.key"), &before);
    assert_int_equal(instance_rewrap(v->instance, &v->arena), PL_OK);
    read_whole(path_in(v, "master.key"), &after);
    assert_string_not_equal(before.data, after.data);
    assert_false(exists(v, "master.key.new"));
    pl_arena_reset(&v->arena);
    validator_reopen(v);
    t = till_make(1, "x");
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_UNKNOWN_KEY); /* hashed and answered as before */
    before.data[before.size - 1] = '\0';
    setenv("POSPAL_MASTER_KEY", before.data, 1);
    assert_int_equal(instance_open(&v->place, &v->clock, &(instance_t *){NULL}), PL_ERR_SIGNATURE);
    pl_buf_reset(&before);
    pl_buf_reset(&after);
}

static void a_rewrap_that_was_cut_is_finished_by_the_next_to_open(void **state)
{
    validator *v = *state;
    const char *old = path_in(v, "old.key"), *file = path_in(v, "master.key"), *next = path_in(v, "master.key.new");

    assert_int_equal(link(file, old), 0);
    assert_int_equal(instance_rewrap(v->instance, &v->arena), PL_OK);
    assert_int_equal(rename(file, next), 0); /* as if it had ended after the commit */
    assert_int_equal(rename(old, file), 0);
    validator_reopen(v);
    assert_int_not_equal(access(next, F_OK), 0);
    validator_reopen(v);
}

static void a_rewrap_after_one_that_was_cut_finishes_that_first(void **state)
{
    validator *v = *state;
    const char *old = path_in(v, "old.key"), *file = path_in(v, "master.key"), *next = path_in(v, "master.key.new");
    instance_t *early;

    assert_int_equal(instance_open(&v->place, &v->clock, &early), PL_OK); /* before the other's commit */
    assert_int_equal(link(file, old), 0);
    assert_int_equal(instance_rewrap(v->instance, &v->arena), PL_OK);
    assert_int_equal(rename(file, next), 0);
    assert_int_equal(rename(old, file), 0);
    setenv("POSPAL_MASTER_KEY", NEW_KEY, 1);
    assert_int_equal(instance_rewrap(early, &v->arena), PL_ERR_SIGNATURE); /* it seals nothing with what it knew */
    unsetenv("POSPAL_MASTER_KEY");
    assert_int_equal(instance_rewrap(early, &v->arena), PL_OK);
    instance_close(early);
    validator_reopen(v);
}

static void one_changes_the_master_key_at_a_time(void **state)
{
    validator *v = *state;
    pl_file_lock *lock;
    int64_t epoch;

    assert_int_equal(instance_rewrap(v->instance, &v->arena), PL_OK);
    assert_int_equal(pl_file_lock_take(path_in(v, "master.key.lock"), 0, &lock), PL_OK);
    assert_int_equal(instance_rewrap(v->instance, &v->arena), PL_ERR_BUSY);
    assert_int_equal(instance_backup(v->instance, path_in(v, "../backup.db")), PL_OK);
    assert_int_equal(instance_restore(&v->place, path_in(v, "../backup.db"), &v->clock, &epoch), PL_ERR_BUSY);
    pl_file_lock_release(lock);
    validator_reopen(v);
}

static void what_root_makes_belongs_to_the_owner_of_the_directory(void **state)
{
    enum { SERVICE = 4711 };
    static const char *const names[] = {"master.key", "master.key.lock", "server.lock", "validator.db"};
    validator *v = *state;
    const char *backup = path_in(v, "../backup.db");
    struct stat info;
    int64_t epoch;

    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(v->data, SERVICE, SERVICE), 0);
    assert_int_equal(instance_rewrap(v->instance, &v->arena), PL_OK);
    assert_int_equal(instance_backup(v->instance, backup), PL_OK);
    instance_close(v->instance);
    v->instance = NULL;
    assert_int_equal(instance_restore(&v->place, backup, &v->clock, &epoch), PL_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(stat(path_in(v, names[i]), &info), 0);
        assert_int_equal(info.st_uid, SERVICE);
        assert_int_equal(info.st_gid, SERVICE);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
    validator_reopen(v);
}

static void with_the_key_in_the_environment_the_new_one_is_there_too(void **state)
{
    validator *v = *state;
    pl_buf text;

    read_whole(path_in(v, "master.key"), &text);
    text.data[text.size - 1] = '\0';
    setenv("POSPAL_MASTER_KEY", text.data, 1);
    assert_int_equal(unlink(path_in(v, "master.key")), 0);
    validator_reopen(v);
    assert_int_equal(instance_rewrap(v->instance, &v->arena), PL_ERR_STATE);
    setenv("POSPAL_NEW_MASTER_KEY", NEW_KEY, 1);
    assert_int_equal(instance_rewrap(v->instance, &v->arena), PL_OK);
    setenv("POSPAL_MASTER_KEY", NEW_KEY, 1);
    validator_reopen(v);
    pl_buf_reset(&text);
}

static void a_restored_backup_signs_what_is_newer_than_anything_signed_since(void **state)
{
    validator *v = *state;
    const char *backup = path_in(v, "../backup.db"), *kept, *lost;
    int64_t epoch = 0;
    till t;

    validator_issue(v, NULL, &kept);
    assert_int_equal(instance_backup(v->instance, backup), PL_OK);
    assert_int_equal(instance_backup(v->instance, backup), PL_ERR_CONFLICT);
    validator_issue(v, NULL, &lost);
    instance_close(v->instance);
    for (int64_t expected = 2; expected <= 3; expected++) { /* twice from the same backup: never the same epoch */
        assert_int_equal(instance_restore(&v->place, backup, &v->clock, &epoch), PL_OK);
        assert_int_equal(epoch, expected);
    }
    v->instance = NULL;
    validator_reopen(v);
    assert_int_equal(keyring_epoch(validator_keyring(v)), 3);
    t = till_make(1, kept);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    t = till_make(2, lost);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_UNKNOWN_KEY);
    assert_true(exists(v, KEPT "1")); /* none is overwritten */
    assert_true(exists(v, KEPT "2"));
    assert_false(exists(v, "validator.db.restoring"));
}

static void a_database_that_somebody_has_open_is_not_replaced(void **state)
{
    validator *v = *state;
    const char *backup = path_in(v, "../backup.db"), *key;
    int64_t epoch;

    assert_int_equal(instance_backup(v->instance, backup), PL_OK);
    validator_issue(v, NULL, &key);
    assert_int_equal(instance_restore(&v->place, backup, &v->clock, &epoch), PL_ERR_BUSY);
    assert_non_null(strstr(pl_err_detail(), "another program has"));
    assert_false(exists(v, "validator.db.restoring"));
    assert_false(exists(v, KEPT "1"));
    validator_issue(v, NULL, &key); /* it goes on */
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void a_damaged_database_is_kept_with_its_log(void **state)
{
    validator *v = *state;
    const char *backup = path_in(v, "../backup.db");
    int64_t epoch;
    pl_buf kept;

    assert_int_equal(instance_backup(v->instance, backup), PL_OK);
    instance_close(v->instance);
    v->instance = NULL;
    write_text(path_in(v, "validator.db"), "damaged ");
    write_text(path_in(v, "validator.db-wal"), "its log ");
    assert_int_equal(instance_restore(&v->place, backup, &v->clock, &epoch), PL_OK);
    assert_false(exists(v, "validator.db-wal"));
    read_whole(path_in(v, KEPT "1-wal"), &kept);
    assert_memory_equal(kept.data, "its log its log ", 16);
    pl_buf_reset(&kept);
    validator_reopen(v);
}

static void what_is_no_backup_of_ours_replaces_nothing(void **state)
{
    validator *v = *state;
    const char *foreign = path_in(v, "../foreign.db");
    FILE *file = fopen(foreign, "wb");
    const char *key;
    int64_t epoch;

    assert_non_null(file);
    fputs("this is no database, and it is long enough to be looked at as one by whoever reads a header", file);
    fclose(file);
    validator_issue(v, NULL, &key);
    instance_close(v->instance);
    v->instance = NULL;
    assert_int_equal(instance_restore(&v->place, foreign, &v->clock, &epoch), PL_ERR_CORRUPT);
    assert_int_equal(instance_restore(&v->place, path_in(v, "nowhere.db"), &v->clock, &epoch), PL_ERR_NOT_FOUND);
    assert_false(exists(v, "validator.db.restoring"));
    validator_reopen(v);
    assert_int_equal(keyring_epoch(validator_keyring(v)), 1);
}

static void a_restore_waits_for_no_server(void **state)
{
    validator *v = *state;
    const char *backup = path_in(v, "../backup.db");
    instance_t *second;
    int64_t epoch;

    assert_int_equal(instance_backup(v->instance, backup), PL_OK);
    assert_int_equal(instance_claim(v->instance), PL_OK);
    assert_int_equal(instance_restore(&v->place, backup, &v->clock, &epoch), PL_ERR_BUSY);
    assert_int_equal(instance_open(&v->place, &v->clock, &second), PL_OK); /* other commands go on */
    assert_int_equal(instance_claim(second), PL_ERR_BUSY);
    instance_close(second);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static void a_database_that_can_not_be_opened_is_named_with_what_to_do(void **state)
{
    validator *v = *state;
    instance_t *instance = NULL;

    instance_close(v->instance);
    v->instance = NULL;
    assert_int_equal(unlink(path_in(v, "validator.db")), 0);
    assert_int_equal(mkdir(path_in(v, "validator.db"), 0700), 0); /* who runs the tests may be root, to whom everything opens */
    assert_int_not_equal(instance_open(&v->place, &v->clock, &instance), PL_OK);
    assert_non_null(strstr(pl_err_detail(), path_in(v, "validator.db")));
    assert_non_null(strstr(pl_err_detail(), "sudo -u ACCOUNT"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(init_refuses_a_directory_that_holds_anything),
        TEST(a_database_that_can_not_be_opened_is_named_with_what_to_do),
        TEST(init_that_fails_can_be_tried_again),
        TEST(init_that_fails_half_way_takes_back_what_it_made_and_says_why),
        TEST(what_is_secret_is_for_its_owner_only),
        TEST(neither_keys_nor_license_keys_lie_open_in_the_database),
        TEST(a_wrong_or_missing_master_key_opens_nothing),
        TEST(the_master_key_may_come_from_the_environment),
        TEST(a_new_master_key_opens_everything_and_the_old_one_nothing),
        TEST(a_rewrap_that_was_cut_is_finished_by_the_next_to_open),
        TEST(a_rewrap_after_one_that_was_cut_finishes_that_first),
        TEST(one_changes_the_master_key_at_a_time),
        TEST(what_root_makes_belongs_to_the_owner_of_the_directory),
        TEST(with_the_key_in_the_environment_the_new_one_is_there_too),
        TEST(a_restored_backup_signs_what_is_newer_than_anything_signed_since),
        TEST(a_database_that_somebody_has_open_is_not_replaced),
        TEST(a_damaged_database_is_kept_with_its_log),
        TEST(what_is_no_backup_of_ours_replaces_nothing),
        TEST(a_restore_waits_for_no_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
