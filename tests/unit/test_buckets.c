/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/http/buckets.c
 */
#include "http/buckets.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

enum { PER_MINUTE = 60 };

static buckets_t *buckets;
static const uint8_t ann[BUCKETS_NAME_SIZE] = {1};

static int set_up(void **state)
{
    (void)state;
    buckets = buckets_new(PER_MINUTE);
    return buckets ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    buckets_free(buckets);
    return 0;
}

static void as_many_as_of_a_minute_may_come_at_once(void **state)
{
    bucket_t bucket;

    (void)state;
    for (int i = 0; i < PER_MINUTE; i++) {
        bucket = buckets_take(buckets, ann, 5000);
        assert_true(bucket.is_taken);
        assert_int_equal(bucket.remaining, PER_MINUTE - 1 - i);
        assert_int_equal(bucket.limit, PER_MINUTE);
    }
    assert_int_equal(bucket.reset_s, 60);
    bucket = buckets_take(buckets, ann, 5000);
    assert_false(bucket.is_taken);
    assert_int_equal(bucket.remaining, 0);
    assert_int_equal(bucket.reset_s, 1);
}

static void one_comes_back_every_second(void **state)
{
    (void)state;
    for (int i = 0; i < PER_MINUTE; i++)
        (void)buckets_take(buckets, ann, 5000);
    assert_false(buckets_take(buckets, ann, 5999).is_taken);
    assert_true(buckets_take(buckets, ann, 6000).is_taken);
    assert_false(buckets_take(buckets, ann, 6000).is_taken);
    assert_int_equal(buckets_take(buckets, ann, 6000 + 60000).remaining, PER_MINUTE - 1);
}

static void each_name_has_its_own(void **state)
{
    uint8_t bob[BUCKETS_NAME_SIZE] = {1};

    (void)state;
    bob[BUCKETS_NAME_SIZE - 1] = 1; /* on the same place of the table */
    for (int i = 0; i < PER_MINUTE; i++)
        (void)buckets_take(buckets, ann, 5000);
    assert_true(buckets_take(buckets, bob, 5000).is_taken);
    assert_false(buckets_take(buckets, ann, 5000).is_taken);
}

static void of_too_many_on_one_place_the_quietest_starts_anew(void **state)
{
    uint8_t name[BUCKETS_NAME_SIZE] = {1};

    (void)state;
    for (int i = 0; i < PER_MINUTE; i++)
        (void)buckets_take(buckets, ann, 5000);
    for (uint8_t i = 1; i <= BUCKETS_WAYS * 4; i++) {
        name[BUCKETS_NAME_SIZE - 1] = i;
        assert_true(buckets_take(buckets, name, 5000).is_taken);
    }
    assert_false(buckets_take(buckets, ann, 5000).is_taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(as_many_as_of_a_minute_may_come_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_comes_back_every_second, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_name_has_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_too_many_on_one_place_the_quietest_starts_anew, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
