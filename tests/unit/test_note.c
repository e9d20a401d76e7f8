/* SPDX-License-Identifier: Apache-2.0
 *
 * Notes between processes: a few bytes in place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "platform/note.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temp_dir.h"

typedef struct {
    char directory[TEMP_DIR_SIZE];
    char path[TEMP_DIR_SIZE + 16];
} desk;

static int make_desk(void **state)
{
    static desk d;

    temp_dir_make(d.directory);
    (void)snprintf(d.path, sizeof d.path, "%s/note", d.directory);
    *state = &d;
    return 0;
}

static int clear_desk(void **state)
{
    temp_dir_remove(((desk *)*state)->directory);
    return 0;
}

static void what_was_written_last_is_read(void **state)
{
    const desk *d = *state;
    char bytes[3];
    struct stat file;

    assert_int_equal(pl_note_write(d->path, pl_span_text("one")), PL_OK);
    assert_int_equal(pl_note_write(d->path, pl_span_text("two")), PL_OK);
    assert_int_equal(pl_note_read(d->path, bytes, sizeof bytes), PL_OK);
    assert_memory_equal(bytes, "two", 3);
    assert_int_equal(stat(d->path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_int_equal(file.st_size, 3);
}

static void what_is_missing_or_short_is_not_found(void **state)
{
    const desk *d = *state;
    char bytes[4];

    assert_int_equal(pl_note_read(d->path, bytes, sizeof bytes), PL_ERR_NOT_FOUND);
    assert_int_equal(pl_note_write(d->path, pl_span_text("one")), PL_OK);
    assert_int_equal(pl_note_read(d->path, bytes, sizeof bytes), PL_ERR_NOT_FOUND);
}

static void a_link_is_not_followed(void **state)
{
    const desk *d = *state;
    char target[TEMP_DIR_SIZE + 24], bytes[3];

    (void)snprintf(target, sizeof target, "%s.target", d->path);
    assert_int_equal(pl_note_write(target, pl_span_text("one")), PL_OK);
    assert_int_equal(symlink(target, d->path), 0);
    assert_int_equal(pl_note_write(d->path, pl_span_text("two")), PL_ERR_IO);
    assert_int_equal(pl_note_read(d->path, bytes, sizeof bytes), PL_ERR_IO);
    assert_int_equal(pl_note_write("/nonexistent/note", pl_span_text("x")), PL_ERR_NOT_FOUND);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_desk, clear_desk)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_was_written_last_is_read),
        CASE(what_is_missing_or_short_is_not_found),
        CASE(a_link_is_not_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
