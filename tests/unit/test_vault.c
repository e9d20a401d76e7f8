/* SPDX-License-Identifier: Apache-2.0
 *
 * The vault and its key: records sealed in a file that any one fitting component opens, and in memory where there is no place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "state/vault.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "state/vault_key.h"
#include "support/fault_fs.h"
#include "support/temp_dir.h"

typedef struct {
    char directory[TEMP_DIR_SIZE];
    pl_device_wrap_key keys[6];
    pl_vault_options options;
    pl_err storage;
    bool was_set_aside;
} room;

static int make_room(void **state)
{
    room *r = calloc(1, sizeof *r);

    if (!r || pl_crypto_ready())
        return -1;
    temp_dir_make(r->directory);
    for (uint8_t i = 0; i < 6; i++) {
        r->keys[i].component = (pl_component)(i / 2); /* two values each of three components */
        memset(r->keys[i].key, i + 1, sizeof r->keys[i].key);
    }
    r->options =
        (pl_vault_options){.fs = pl_fs_system(), .directory = r->directory, .keys = r->keys, .key_count = 3, .now_ms = 12345};
    *state = r;
    return 0;
}

static int clear_room(void **state)
{
    room *r = *state;

    temp_dir_remove(r->directory);
    free(r);
    return 0;
}

static pl_vault *open_vault(room *r)
{
    pl_vault *vault = NULL;

    assert_int_equal(pl_vault_open(&r->options, &vault, &r->storage, &r->was_set_aside), PL_OK);
    return vault;
}

static void expect(pl_vault *vault, const char *name, const char *value)
{
    pl_buf bytes;
    pl_err err;

    pl_buf_init(&bytes);
    err = pl_vault_get(vault, name, &bytes);
    assert_string_equal(err ? pl_err_name(err) : bytes.data, value);
    pl_buf_reset(&bytes);
}

static void put(pl_vault *vault, const char *name, const char *value)
{
    assert_int_equal(pl_vault_put(vault, name, pl_span_text(value)), PL_OK);
}

static void records_survive_closing_and_others_see_them(void **state)
{
    room *r = *state;
    pl_vault *first = open_vault(r);
    pl_vault *second;

    expect(first, "key", "NOT_FOUND");
    put(first, "key", "one");
    second = open_vault(r);
    expect(second, "key", "one");
    put(second, "key", "two");
    expect(first, "key", "two");
    pl_vault_close(first);
    pl_vault_close(second);
    first = open_vault(r);
    expect(first, "key", "two");
    assert_int_equal(pl_vault_remove(first, "key"), PL_OK);
    expect(first, "key", "NOT_FOUND");
    assert_int_equal(r->storage, PL_OK);
    assert_false(r->was_set_aside);
    pl_vault_close(first);
    pl_vault_close(NULL);
}

static void any_one_component_that_still_fits_opens_it(void **state)
{
    room *r = *state;
    pl_vault *vault = open_vault(r);

    put(vault, "key", "kept");
    pl_vault_close(vault);
    for (size_t i = 0; i < 3; i++) {
        r->options.keys = &r->keys[i];
        r->options.key_count = 1;
        vault = open_vault(r);
        expect(vault, "key", "kept");
        assert_false(r->was_set_aside);
        pl_vault_close(vault);
    }
}

static void a_component_seen_later_opens_it_from_then_on(void **state)
{
    room *r = *state;
    pl_vault *vault = open_vault(r);

    put(vault, "key", "kept");
    pl_vault_close(vault);
    r->options.key_count = 6; /* root sees more of the machine */
    pl_vault_close(open_vault(r));
    r->options.keys = &r->keys[4];
    r->options.key_count = 2;
    vault = open_vault(r);
    expect(vault, "key", "kept");
    pl_vault_close(vault);
}

static void use_machine(room *r, size_t first, size_t count)
{
    r->options.keys = &r->keys[first];
    r->options.key_count = count;
}

static void expect_on(room *r, size_t first_key, const char *value)
{
    pl_vault *vault;

    use_machine(r, first_key, 1);
    vault = open_vault(r);
    assert_int_equal(r->storage, PL_OK);
    assert_false(r->was_set_aside);
    expect(vault, "key", value);
    pl_vault_close(vault);
}

static void put_on(room *r, size_t first_key, const char *value)
{
    pl_vault *vault;

    use_machine(r, first_key, 1);
    vault = open_vault(r);
    put(vault, "key", value);
    pl_vault_close(vault);
}

/* A copied directory, or one look with the wrong view of the hardware: whoever is right finds its own, in whatever order they come. */
static void on_other_hardware_there_is_another_one_beside_it_and_each_finds_its_own(void **state)
{
    room *r = *state;

    put_on(r, 0, "of the first");
    expect_on(r, 3, "NOT_FOUND");
    expect_on(r, 0, "of the first");
    put_on(r, 3, "of the second");
    expect_on(r, 5, "NOT_FOUND");
    put_on(r, 5, "of the third");
    expect_on(r, 0, "of the first");
    expect_on(r, 3, "of the second");
    expect_on(r, 5, "of the third");
}

static void one_beside_it_is_found_by_any_component_that_fits(void **state)
{
    room *r = *state;
    pl_vault *vault;

    put_on(r, 0, "of the first");
    use_machine(r, 3, 2);
    vault = open_vault(r);
    put(vault, "key", "of the second");
    pl_vault_close(vault);
    expect_on(r, 4, "of the second");
}

static void rename_in(const room *r, const char *from, const char *to)
{
    char paths[2][TEMP_DIR_SIZE + 64];

    (void)snprintf(paths[0], sizeof paths[0], "%s/%s", r->directory, from);
    (void)snprintf(paths[1], sizeof paths[1], "%s/%s", r->directory, to);
    assert_int_equal(rename(paths[0], paths[1]), 0);
}

static void one_that_was_set_aside_as_another_machines_is_found_again(void **state)
{
    room *r = *state;

    put_on(r, 0, "of the first");
    rename_in(r, "vault.db", "vault.db.12345.bad");
    put_on(r, 3, "of the second");
    expect_on(r, 0, "of the first");
    put_on(r, 0, "new of the first");
    expect_on(r, 0, "new of the first");
    expect_on(r, 3, "of the second");
}

static void one_that_was_set_aside_is_found_where_there_is_no_other(void **state)
{
    room *r = *state;

    put_on(r, 0, "of the first");
    rename_in(r, "vault.db", "vault.db.12345.bad");
    expect_on(r, 0, "of the first");
}

static void a_key_of_another_component_does_not_open_a_row(void **state)
{
    room *r = *state;
    pl_device_wrap_key disguised = r->keys[0];
    pl_vault *vault;

    disguised.component = PL_COMPONENT_CPU;
    put_on(r, 0, "of the first");
    r->options.keys = &disguised;
    vault = open_vault(r);
    expect(vault, "key", "NOT_FOUND");
    pl_vault_close(vault);
}

static void a_file_that_is_no_database_is_set_aside(void **state)
{
    room *r = *state;
    char path[TEMP_DIR_SIZE + 16];
    pl_vault *vault;

    (void)snprintf(path, sizeof path, "%s/vault.db", r->directory);
    assert_int_equal(pl_fs_system()->write(NULL, path, pl_span_text("this is no database, but somebody's text of some length")),
                     PL_OK);
    vault = open_vault(r);
    assert_true(r->was_set_aside);
    put(vault, "key", "works");
    expect(vault, "key", "works");
    pl_vault_close(vault);
}

static pl_db *open_db(const room *r)
{
    char path[TEMP_DIR_SIZE + 16];
    pl_db_sqlite_options options = {path, DB_READ_WRITE, 100, false, false};
    pl_db *db = NULL;

    (void)snprintf(path, sizeof path, "%s/vault.db", r->directory);
    assert_int_equal(pl_db_open_sqlite(&options, &db), PL_OK);
    return db;
}

/* Which says nothing of the file: a table that somebody changed, an extension of the application's that fails. */
static void one_that_sqlite_fails_at_stays_and_is_used_when_it_can_be(void **state)
{
    room *r = *state;
    pl_vault *vault = open_vault(r);
    pl_db *db = open_db(r);

    put(vault, "key", "kept");
    pl_vault_close(vault);
    assert_int_equal(pl_db_script(db, "ALTER TABLE wrap RENAME COLUMN wrapped TO other"), PL_OK);
    vault = open_vault(r);
    assert_int_equal(r->storage, PL_ERR_DATABASE);
    assert_false(r->was_set_aside);
    assert_true(pl_vault_is_stand_in(vault));
    expect(vault, "key", "DATABASE");
    pl_vault_close(vault);
    assert_int_equal(pl_db_script(db, "ALTER TABLE wrap RENAME COLUMN other TO wrapped"), PL_OK);
    pl_db_close(db);
    vault = open_vault(r);
    expect(vault, "key", "kept");
    pl_vault_close(vault);
}

/* POSIX gives a process's locks on a file up when it closes any descriptor of it. */
static void asking_whether_it_is_there_drops_no_lock_on_it(void **state)
{
    room *r = *state;
    char path[TEMP_DIR_SIZE + 16];
    pl_db *db;
    int status;
    pid_t child;

    pl_vault_close(open_vault(r));
    db = open_db(r);
    (void)snprintf(path, sizeof path, "%s/vault.db", r->directory);
    assert_int_equal(pl_db_begin(db), DB_DONE);
    assert_true(pl_vault_is_there(pl_fs_system(), r->directory));
    child = fork();
    if (child == 0) {
        struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

        _exit(fcntl(open(path, O_RDWR | O_CLOEXEC), F_GETLK, &all) == 0 && all.l_type != F_UNLCK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    pl_db_rollback(db);
    pl_db_close(db);
}

static void a_record_that_was_touched_moved_or_cut_is_refused(void **state)
{
    room *r = *state;
    pl_vault *vault = open_vault(r);
    pl_db *db;

    put(vault, "key", "secret");
    put(vault, "moved", "something else");
    put(vault, "cut", "short");
    db = open_db(r);
    assert_int_equal(pl_db_script(db,
                                  "UPDATE item SET sealed = (SELECT sealed FROM item WHERE name = 'key') WHERE name = 'moved';"
                                  "UPDATE item SET sealed = x'00' WHERE name = 'cut';"
                                  "UPDATE item SET sealed = zeroblob(length(sealed)) WHERE name = 'key'"),
                     PL_OK);
    pl_db_close(db);
    expect(vault, "key", "SIGNATURE");
    expect(vault, "moved", "SIGNATURE");
    expect(vault, "cut", "SIGNATURE");
    pl_vault_close(vault);
}

static void clearing_leaves_no_record_to_anybody(void **state)
{
    room *r = *state;
    char path[TEMP_DIR_SIZE + 16];
    pl_vault *vault = open_vault(r);
    pl_vault *other = open_vault(r);

    (void)snprintf(path, sizeof path, "%s", r->directory);
    assert_true(pl_vault_is_there(pl_fs_system(), path));
    assert_false(pl_vault_is_there(pl_fs_system(), ""));
    assert_false(pl_vault_is_there(pl_fs_system(), "/nonexistent"));
    put(vault, "key", "secret");
    assert_int_equal(pl_vault_clear(vault), PL_OK);
    expect(vault, "key", "NOT_FOUND");
    expect(other, "key", "NOT_FOUND");
    put(vault, "key", "again");
    expect(other, "key", "again");
    pl_vault_close(vault);
    pl_vault_close(other);
}

static void without_a_place_it_works_in_memory_and_says_why(void **state)
{
    static const struct {
        const char *directory;
        size_t key_count;
        pl_fs_kind kind;
        pl_err storage;
        bool is_stand_in;
    } rows[] = {
        {NULL, 3, PL_FS_LOCAL, PL_OK, false},
        {"", 3, PL_FS_LOCAL, PL_OK, false},
        {"/nonexistent/place", 3, PL_FS_LOCAL, PL_ERR_NOT_FOUND, true},
        {".", 0, PL_FS_LOCAL, PL_ERR_NO_FINGERPRINT, false},
        {".", 3, PL_FS_NETWORK, PL_ERR_NETWORK_SHARE, false},
    };
    room *r = *state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fault_fs *disk = fault_fs_new();
        pl_vault *vault;

        fault_fs_set_kind(disk, rows[i].kind);
        r->options.fs = fault_fs_table(disk);
        r->options.directory = rows[i].directory && rows[i].directory[0] == '.' ? r->directory : rows[i].directory;
        r->options.key_count = rows[i].key_count;
        vault = open_vault(r);
        assert_int_equal(r->storage, rows[i].storage);
        assert_int_equal(pl_vault_is_stand_in(vault), rows[i].is_stand_in);
        expect(vault, "key", "NOT_FOUND");
        assert_int_equal(pl_vault_put(vault, "key", pl_span_text("one")), rows[i].is_stand_in ? rows[i].storage : PL_OK);
        (void)pl_vault_put(vault, "key", pl_span_text("two"));
        expect(vault, "key", "two");
        (void)pl_vault_remove(vault, "key");
        expect(vault, "key", "NOT_FOUND");
        pl_vault_close(vault);
        fault_fs_free(disk);
    }
}

static void limits_are_checked_before_anything_is_kept(void **state)
{
    static char large[PL_VAULT_VALUE_MAX + 1];
    room *r = *state;
    pl_vault *vault = open_vault(r);
    char name[16];

    assert_int_equal(pl_vault_put(vault, "key", pl_span_of(large, sizeof large)), PL_ERR_TOO_LARGE);
    assert_int_equal(pl_vault_put(vault, "key", pl_span_of(large, sizeof large - 1)), PL_OK);
    pl_vault_close(vault);
    r->options.directory = "";
    vault = open_vault(r);
    for (int i = 0; i < PL_VAULT_MEMORY_ITEMS_MAX; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        put(vault, name, "x");
    }
    assert_int_equal(pl_vault_put(vault, "more", pl_span_text("x")), PL_ERR_MEMORY);
    put(vault, "3", "again");
    expect(vault, "3", "again");
    pl_vault_close(vault);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_room, clear_room)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(records_survive_closing_and_others_see_them),
        CASE(any_one_component_that_still_fits_opens_it),
        CASE(a_component_seen_later_opens_it_from_then_on),
        CASE(on_other_hardware_there_is_another_one_beside_it_and_each_finds_its_own),
        CASE(one_beside_it_is_found_by_any_component_that_fits),
        CASE(one_that_was_set_aside_as_another_machines_is_found_again),
        CASE(one_that_was_set_aside_is_found_where_there_is_no_other),
        CASE(a_key_of_another_component_does_not_open_a_row),
        CASE(a_file_that_is_no_database_is_set_aside),
        CASE(one_that_sqlite_fails_at_stays_and_is_used_when_it_can_be),
        CASE(asking_whether_it_is_there_drops_no_lock_on_it),
        CASE(a_record_that_was_touched_moved_or_cut_is_refused),
        CASE(clearing_leaves_no_record_to_anybody),
        CASE(without_a_place_it_works_in_memory_and_says_why),
        CASE(limits_are_checked_before_anything_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
