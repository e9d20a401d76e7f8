/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/capacity.c
 */
#include "capacity.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "support/validator.h"

static pl_disk_room room;
static pl_err failure;
static int asked;

static pl_err tell_room(const char *directory, pl_disk_room *out)
{
    assert_string_equal(directory, "/data");
    asked++;
    if (!failure)
        *out = room;
    return failure;
}

static capacity_view_t measured(const capacity_options_t *options)
{
    capacity_t *capacity = capacity_new(options);
    capacity_view_t view;

    assert_non_null(capacity);
    capacity_measure(capacity, NULL, 1);
    view = capacity_view(capacity);
    capacity_free(capacity);
    return view;
}

static void a_disk_is_low_below_either_bound(void **state)
{
    static const struct {
        int64_t free_bytes, total_bytes, min_bytes, min_percent;
        bool is_low;
    } rows[] = {
        {100, 1000, 100, 0, false},
        {99, 1000, 100, 0, true},
        {0, 1000, 0, 0, false},
        {INT64_C(50000000000), INT64_C(1000000000000), 1000, 5, false},
        {INT64_C(49000000000), INT64_C(1000000000000), 1000, 5, true},
        {INT64_C(500), INT64_C(1000000000000), 1000, 0, true},
        {INT64_MAX, INT64_MAX, 1000, 99, false},
        {0, 0, 1000, 50, false}, /* nothing is known of it */
    };

    (void)state;
    failure = PL_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const capacity_options_t options = {"/data", rows[i].min_bytes, rows[i].min_percent, tell_room};

        room = (pl_disk_room){rows[i].free_bytes, rows[i].total_bytes};
        if (measured(&options).is_low != rows[i].is_low)
            fail_msg("row %zu", i);
    }
}

static void a_disk_of_another_machine_is_not_looked_at(void **state)
{
    const capacity_options_t options = {NULL, 1000, 50, tell_room};

    (void)state;
    asked = 0;
    assert_false(measured(&options).is_low);
    assert_int_equal(asked, 0);
}

static void it_is_asked_now_and_then_and_a_failure_leaves_the_last_number(void **state)
{
    const capacity_options_t options = {"/data", 100, 0, tell_room};
    capacity_t *capacity = capacity_new(&options);

    (void)state;
    asked = 0;
    failure = PL_OK;
    room = (pl_disk_room){500, 1000};
    capacity_measure(capacity, NULL, 10);
    capacity_measure(capacity, NULL, 10 + CAPACITY_DISK_MS - 1);
    assert_int_equal(asked, 1);
    failure = PL_ERR_IO;
    capacity_measure(capacity, NULL, 10 + CAPACITY_DISK_MS);
    assert_int_equal(asked, 2);
    assert_int_equal(capacity_view(capacity).disk.free_bytes, 500);
    failure = PL_OK;
    room.free_bytes = 5;
    capacity_measure(capacity, NULL, 10 + 2 * CAPACITY_DISK_MS);
    assert_true(capacity_view(capacity).is_low);
    capacity_free(capacity);
}

static void the_database_is_measured(void **state)
{
    validator v;
    const capacity_options_t options = {NULL, 0, 0, tell_room};
    capacity_t *capacity = capacity_new(&options);

    (void)state;
    validator_open(&v);
    assert_int_equal(capacity_view(capacity).database_bytes, 0);
    capacity_measure(capacity, instance_store(v.instance), 1);
    assert_true(capacity_view(capacity).database_bytes > 100000);
    validator_close(&v);
    capacity_free(capacity);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disk_is_low_below_either_bound),
        cmocka_unit_test(a_disk_of_another_machine_is_not_looked_at),
        cmocka_unit_test(it_is_asked_now_and_then_and_a_failure_leaves_the_last_number),
        cmocka_unit_test(the_database_is_measured),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
