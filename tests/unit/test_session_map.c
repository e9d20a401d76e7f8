/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of live sessions, and its list of those the database does not know yet.
 */
#include "licensing/session_map.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

enum { MANY = 5000 };

static session_lease_t lease_of(int number)
{
    session_lease_t lease = {.lease_until_ms = number};

    memcpy(lease.id.bytes + 8, &number, sizeof number);
    lease.brand_id.bytes[0] = 0xb1;
    lease.license_id.bytes[0] = (uint8_t)(number % 7);
    return lease;
}

static session_entry_t *find(session_map_t *map, int number)
{
    session_lease_t lease = lease_of(number);

    return session_map_find(map, lease.brand_id, lease.id);
}

static void many_are_found_until_they_are_removed(void **state)
{
    session_map_t map = {0};

    (void)state;
    assert_null(find(&map, 1));
    for (int i = 0; i < MANY; i++) {
        session_lease_t lease = lease_of(i);

        assert_non_null(session_map_add(&map, &lease));
    }
    assert_int_equal(map.count, MANY);
    assert_true(map.chain_count >= MANY);
    for (int i = 0; i < MANY; i += 2)
        session_map_remove(&map, find(&map, i));
    for (int i = 0; i < MANY; i++)
        assert_true((find(&map, i) != NULL) == (i % 2 == 1));
    session_map_reset(&map);
    assert_int_equal(map.count, 0);
}

static void a_session_of_another_brand_is_not_found(void **state)
{
    session_lease_t lease = lease_of(1);
    session_map_t map = {0};
    pl_uuid other = {{0xb2}};

    (void)state;
    assert_non_null(session_map_add(&map, &lease));
    assert_null(session_map_find(&map, other, lease.id));
    session_map_reset(&map);
}

static size_t walk(const session_map_t *map)
{
    size_t count = 0;

    for (const session_entry_t *entry = map->dirty; entry; entry = entry->older) {
        assert_true(entry->is_dirty);
        assert_true(!entry->older || entry->older->newer == entry);
        count++;
    }
    return count;
}

static void marks_are_kept_whatever_the_order_they_are_taken_off_in(void **state)
{
    static const int orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0}};

    (void)state;
    for (size_t o = 0; o < sizeof orders / sizeof orders[0]; o++) {
        session_entry_t *entries[3];
        session_map_t map = {0};

        for (int i = 0; i < 3; i++) {
            session_lease_t lease = lease_of(i);

            entries[i] = session_map_add(&map, &lease);
            session_map_mark(&map, entries[i]);
            session_map_mark(&map, entries[i]); /* once is enough */
        }
        assert_int_equal(map.dirty_count, 3);
        for (size_t i = 0; i < 3; i++) {
            session_map_unmark(&map, entries[orders[o][i]]);
            assert_int_equal(walk(&map), 2 - i);
            assert_int_equal(map.dirty_count, 2 - i);
        }
        session_map_reset(&map);
    }
}

static void dirty_ones_are_counted_by_license_and_leave_the_list_when_removed(void **state)
{
    session_lease_t seventh = lease_of(0);
    session_map_t map = {0};

    (void)state;
    for (int i = 0; i < 14; i++) {
        session_lease_t lease = lease_of(i);

        session_map_mark(&map, session_map_add(&map, &lease));
    }
    assert_int_equal(session_map_count_dirty(&map, &seventh.license_id), 2);
    session_map_remove(&map, find(&map, 7));
    assert_int_equal(session_map_count_dirty(&map, &seventh.license_id), 1);
    assert_int_equal(walk(&map), 13);
    session_map_reset(&map);
}

static bool is_early(const session_entry_t *entry, int64_t now_ms)
{
    return entry->lease.lease_until_ms < now_ms;
}

static void a_sweep_takes_those_it_is_told_to(void **state)
{
    session_map_t map = {0};

    (void)state;
    for (int i = 0; i < 1000; i++) {
        session_lease_t lease = lease_of(i);

        assert_non_null(session_map_add(&map, &lease));
    }
    session_map_sweep(&map, is_early, 990);
    assert_int_equal(map.count, 10);
    assert_null(find(&map, 989));
    assert_non_null(find(&map, 990));
    session_map_reset(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_are_found_until_they_are_removed),
        cmocka_unit_test(a_session_of_another_brand_is_not_found),
        cmocka_unit_test(marks_are_kept_whatever_the_order_they_are_taken_off_in),
        cmocka_unit_test(dirty_ones_are_counted_by_license_and_leave_the_list_when_removed),
        cmocka_unit_test(a_sweep_takes_those_it_is_told_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
