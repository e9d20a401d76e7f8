/* SPDX-License-Identifier: Apache-2.0
 *
 * The trial's note as bytes: any component that still fits opens it, and what was touched is not believed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "state/trial_note.h"

#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "crypto/crypto.h"
#include "support/temp_dir.h"

static const pl_device_wrap_key KEYS[] = {
    {PL_COMPONENT_MACHINE_ID, "the machine id of one till"},
    {PL_COMPONENT_BOARD, "its board"},
    {PL_COMPONENT_DISK, "its disk"},
};
static const pl_device_wrap_key OTHER_KEYS[] = {{PL_COMPONENT_BOARD, "another board"}, {PL_COMPONENT_DISK, "another disk"}};

static const pl_trial_note_keys ALL = {KEYS, 3}, NONE = {KEYS, 0}, OTHERS = {OTHER_KEYS, 2};

static pl_trial_note make_note(int64_t begun_at)
{
    pl_trial_note note = {.begun_at = begun_at};

    assert_int_equal(pl_fingerprint_parse(pl_span_text("fp1:m=QEBAQEBAQEBAQEBAQEBAQA,f=QUFBQUFBQUFBQUFBQUFBQQ"), &note.made_on),
                     PL_OK);
    return note;
}

static void any_component_that_still_fits_opens_it(void **state)
{
    pl_trial_note note = make_note(1795370400), back;
    pl_buf bytes;

    (void)state;
    pl_buf_init(&bytes);
    pl_trial_note_encode(&note, ALL, &bytes);
    for (size_t i = 0; i < 3; i++) {
        pl_trial_note_keys one = {&KEYS[i], 1};

        memset(&back, 0, sizeof back);
        assert_int_equal(pl_trial_note_decode(pl_buf_span(&bytes), one, &back), PL_OK);
        assert_true(back.begun_at == note.begun_at);
        assert_memory_equal(&back.made_on, &note.made_on, sizeof back.made_on);
    }
    assert_int_equal(pl_trial_note_decode(pl_buf_span(&bytes), OTHERS, &back), PL_ERR_SIGNATURE);
    assert_int_equal(pl_trial_note_decode(pl_buf_span(&bytes), NONE, &back), PL_ERR_SIGNATURE);
    pl_buf_reset(&bytes);
}

static void what_nobody_vouched_for_is_not_believed(void **state)
{
    pl_trial_note note = make_note(1795370400), back;
    pl_buf bytes;

    (void)state;
    pl_buf_init(&bytes);
    pl_trial_note_encode(&note, NONE, &bytes);
    assert_int_equal(pl_trial_note_decode(pl_buf_span(&bytes), ALL, &back), PL_ERR_SIGNATURE);
    pl_buf_reset(&bytes);
}

static void a_note_that_was_touched_or_cut_is_refused(void **state)
{
    pl_trial_note_keys one = {KEYS, 1};
    pl_trial_note note = make_note(1795370400), back;
    pl_buf bytes;

    (void)state;
    pl_buf_init(&bytes);
    pl_trial_note_encode(&note, one, &bytes);
    for (size_t i = 0; i < bytes.size; i++) {
        bytes.data[i] ^= 1;
        assert_int_not_equal(pl_trial_note_decode(pl_buf_span(&bytes), one, &back), PL_OK);
        bytes.data[i] ^= 1;
        assert_int_not_equal(pl_trial_note_decode(pl_span_of(bytes.data, i), one, &back), PL_OK);
    }
    assert_int_equal(pl_trial_note_decode(pl_buf_span(&bytes), one, &back), PL_OK);
    for (size_t i = 0; i < PL_FINGERPRINT_TEXT_SIZE; i++)
        pl_buf_add_text(&bytes, "x");
    assert_int_equal(pl_trial_note_decode(pl_buf_span(&bytes), one, &back), PL_ERR_MALFORMED);
    pl_buf_reset(&bytes);
}

static void a_begin_at_no_time_is_none(void **state)
{
    static const int64_t times[] = {0, -1, INT64_MIN, INT64_MAX, PL_TIME_MAX + 1};

    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        pl_trial_note note = make_note(times[i]), back;
        pl_buf bytes;

        pl_buf_init(&bytes);
        pl_trial_note_encode(&note, ALL, &bytes);
        assert_int_equal(pl_trial_note_decode(pl_buf_span(&bytes), ALL, &back), PL_ERR_MALFORMED);
        pl_buf_reset(&bytes);
    }
}

static void overwrite(const char *directory, const char *name)
{
    char path[TEMP_DIR_SIZE + 16];

    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    assert_int_equal(pl_fs_system()->write(NULL, path, pl_span_text("damaged")), PL_OK);
}

static void the_newest_good_generation_of_the_file_counts(void **state)
{
    char directory[TEMP_DIR_SIZE];
    pl_documents documents = {pl_fs_system(), directory};
    pl_trial_note first = make_note(1000), second = make_note(2000), back;

    (void)state;
    temp_dir_make(directory);
    assert_int_equal(pl_trial_note_load(&documents, ALL, &back), PL_ERR_NOT_FOUND);
    assert_int_equal(pl_trial_note_store(&documents, ALL, &first), PL_OK);
    assert_int_equal(pl_trial_note_store(&documents, ALL, &second), PL_OK);
    assert_int_equal(pl_trial_note_load(&documents, ALL, &back), PL_OK);
    assert_true(back.begun_at == 2000);
    overwrite(directory, "trial");
    assert_int_equal(pl_trial_note_load(&documents, ALL, &back), PL_OK);
    assert_true(back.begun_at == 1000);
    overwrite(directory, "trial.old");
    assert_int_equal(pl_trial_note_load(&documents, ALL, &back), PL_ERR_MALFORMED);
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
        cmocka_unit_test(any_component_that_still_fits_opens_it),
        cmocka_unit_test(what_nobody_vouched_for_is_not_believed),
        cmocka_unit_test(a_note_that_was_touched_or_cut_is_refused),
        cmocka_unit_test(a_begin_at_no_time_is_none),
        cmocka_unit_test(the_newest_good_generation_of_the_file_counts),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
