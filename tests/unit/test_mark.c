/* SPDX-License-Identifier: Apache-2.0
 *
 * The time mark as bytes: what goes in comes out, what was touched does not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "state/mark.h"

#include <stdio.h>

#include "crypto/crypto.h"
#include "support/temp_dir.h"

static const uint8_t KEY[32] = "the key of one machine";
static const uint8_t OTHER_KEY[32] = "the key of another machine";

static const pl_time_mark MARKS[] = {
    {0},
    {1795370400000, 60000, 7, 3600000, 1200, 86400000, 69120000000},
    {INT64_MAX, INT64_MAX, UINT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX},
    {INT64_MIN, -1, 1, -1, INT64_MIN, -1, INT64_MIN},
};

static const pl_extension_note EXTENSION = {0x8899aabbccddeeff, -1795370400};

static void assert_same(const pl_time_mark *a, const pl_time_mark *b)
{
    assert_true(a->high_ms == b->high_ms && a->boot_ms == b->boot_ms && a->boot_id == b->boot_id && a->ahead_ms == b->ahead_ms &&
                a->ahead_since_ms == b->ahead_since_ms && a->error_ms == b->error_ms && a->jump_ms == b->jump_ms);
}

static void every_member_comes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++) {
        uint8_t bytes[PL_MARK_SIZE];
        pl_extension_note extension = {0, 0};
        pl_time_mark mark;

        pl_mark_encode(&MARKS[i], &EXTENSION, KEY, bytes);
        assert_int_equal(pl_mark_decode(pl_span_of(bytes, sizeof bytes), KEY, &mark, &extension), PL_OK);
        assert_same(&mark, &MARKS[i]);
        assert_true(extension.lease == EXTENSION.lease && extension.until == EXTENSION.until);
    }
}

static void a_mark_that_was_touched_cut_or_made_elsewhere_is_refused(void **state)
{
    uint8_t bytes[PL_MARK_SIZE + 1] = {0};
    pl_extension_note extension = {0, 0};
    pl_time_mark mark;

    (void)state;
    pl_mark_encode(&MARKS[1], &EXTENSION, KEY, bytes);
    for (size_t i = 0; i < PL_MARK_SIZE; i++) {
        bytes[i] ^= 1;
        assert_int_equal(pl_mark_decode(pl_span_of(bytes, PL_MARK_SIZE), KEY, &mark, &extension),
                         i < 4 ? PL_ERR_MALFORMED : PL_ERR_SIGNATURE);
        bytes[i] ^= 1;
        assert_int_equal(pl_mark_decode(pl_span_of(bytes, i), KEY, &mark, &extension), PL_ERR_MALFORMED);
    }
    assert_int_equal(pl_mark_decode(pl_span_of(bytes, PL_MARK_SIZE + 1), KEY, &mark, &extension), PL_ERR_MALFORMED);
    assert_int_equal(pl_mark_decode(pl_span_of(bytes, PL_MARK_SIZE), OTHER_KEY, &mark, &extension), PL_ERR_SIGNATURE);
    assert_int_equal(pl_mark_decode(pl_span_of(bytes, PL_MARK_SIZE), KEY, &mark, &extension), PL_OK);
}

static void overwrite(const char *directory, const char *name, const char *text)
{
    char path[TEMP_DIR_SIZE + 16];

    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    assert_int_equal(pl_fs_system()->write(NULL, path, pl_span_text(text)), PL_OK);
}

static void the_newest_good_generation_of_the_file_counts(void **state)
{
    char directory[TEMP_DIR_SIZE];
    pl_documents documents = {pl_fs_system(), directory};
    pl_extension_note extension = {0, 0};
    pl_time_mark mark = {0};

    (void)state;
    temp_dir_make(directory);
    assert_int_equal(pl_mark_load(&documents, KEY, &mark, &extension), PL_ERR_NOT_FOUND);
    assert_int_equal(pl_mark_store(&documents, KEY, &MARKS[1], &EXTENSION), PL_OK);
    assert_int_equal(pl_mark_store(&documents, KEY, &MARKS[2], &EXTENSION), PL_OK);
    assert_int_equal(pl_mark_load(&documents, KEY, &mark, &extension), PL_OK);
    assert_same(&mark, &MARKS[2]);
    overwrite(directory, "mark", "damaged");
    assert_int_equal(pl_mark_load(&documents, KEY, &mark, &extension), PL_OK);
    assert_same(&mark, &MARKS[1]);
    overwrite(directory, "mark.old", "damaged too");
    assert_int_equal(pl_mark_load(&documents, KEY, &mark, &extension), PL_ERR_MALFORMED);
    assert_int_equal(pl_mark_store(&documents, OTHER_KEY, &MARKS[1], &EXTENSION), PL_OK);
    assert_int_equal(pl_mark_load(&documents, KEY, &mark, &extension), PL_ERR_SIGNATURE);
    temp_dir_remove(directory);
}

static int setup(void **state)
{
    (void)state;
    return pl_crypto_ready();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_comes_back),
        cmocka_unit_test(a_mark_that_was_touched_cut_or_made_elsewhere_is_refused),
        cmocka_unit_test(the_newest_good_generation_of_the_file_counts),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
