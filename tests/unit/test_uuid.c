/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/base/uuid.c, with the example of RFC 9562, appendix A.6.
 */
#include "base/uuid.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

static void version_7_is_the_time_and_the_random_bytes(void **state)
{
    const uint8_t random[10] = {0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F};
    char text[PL_UUID_TEXT_SIZE];

    (void)state;
    pl_uuid_format(pl_uuid_v7(INT64_C(0x017F22E279B0), random), text);
    assert_string_equal(text, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

static void version_4_is_the_random_bytes(void **state)
{
    char text[PL_UUID_TEXT_SIZE];
    uint8_t random[16];

    (void)state;
    memset(random, 0xFF, sizeof(random));
    pl_uuid_format(pl_uuid_v4(random), text);
    assert_string_equal(text, "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

static void ids_of_later_times_sort_later(void **state)
{
    const uint8_t high[10] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, low[10] = {0};
    pl_uuid earlier = pl_uuid_v7(1000, high), later = pl_uuid_v7(1001, low);

    (void)state;
    assert_int_equal(pl_uuid_v7_time_ms(earlier), 1000);
    assert_int_equal(pl_uuid_v7_time_ms(pl_uuid_v7(INT64_C(0x017F22E279B0), high)), INT64_C(0x017F22E279B0));
    assert_true(memcmp(earlier.bytes, later.bytes, 16) < 0);
}

static void both_cases_are_read_and_lower_case_is_written(void **state)
{
    const char lower[] = "018f4c1e-abcd-7000-8000-0123456789ab", upper[] = "018F4C1E-ABCD-7000-8000-0123456789AB";
    char text[PL_UUID_TEXT_SIZE];
    pl_uuid a, b;

    (void)state;
    assert_int_equal(pl_uuid_parse(pl_span_text(lower), &a), PL_OK);
    assert_int_equal(pl_uuid_parse(pl_span_text(upper), &b), PL_OK);
    assert_true(pl_uuid_equal(a, b));
    pl_uuid_format(b, text);
    assert_string_equal(text, lower);
    b.bytes[15] ^= 1;
    assert_false(pl_uuid_equal(a, b));
}

static void every_wrong_text_is_refused_and_leaves_the_id_alone(void **state)
{
    const char good[] = "018f4c1e-abcd-7000-8000-0123456789ab";
    const pl_uuid before = {{1, 2, 3}};
    pl_uuid id = before;
    char bad[sizeof(good)];

    (void)state;
    for (size_t size = 0; size < sizeof(good) - 1; size++)
        assert_int_equal(pl_uuid_parse(pl_span_of(good, size), &id), PL_ERR_MALFORMED);
    for (size_t at = 0; at < sizeof(good) - 1; at++) {
        memcpy(bad, good, sizeof(good));
        bad[at] = bad[at] == '-' ? '0' : 'g';
        assert_int_equal(pl_uuid_parse(pl_span_text(bad), &id), PL_ERR_MALFORMED);
        bad[at] = '\0';
        assert_int_equal(pl_uuid_parse(pl_span_of(bad, 36), &id), PL_ERR_MALFORMED);
    }
    assert_int_equal(pl_uuid_parse(pl_span_text("{018f4c1e-abcd-7000-8000-0123456789ab}"), &id), PL_ERR_MALFORMED);
    assert_true(pl_uuid_equal(id, before));
}

static void only_zeros_are_nil(void **state)
{
    pl_uuid id = {{0}};

    (void)state;
    assert_true(pl_uuid_is_nil(id));
    id.bytes[7] = 1;
    assert_false(pl_uuid_is_nil(id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_7_is_the_time_and_the_random_bytes),
        cmocka_unit_test(version_4_is_the_random_bytes),
        cmocka_unit_test(ids_of_later_times_sort_later),
        cmocka_unit_test(both_cases_are_read_and_lower_case_is_written),
        cmocka_unit_test(every_wrong_text_is_refused_and_leaves_the_id_alone),
        cmocka_unit_test(only_zeros_are_nil),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
