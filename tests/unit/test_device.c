/* SPDX-License-Identifier: Apache-2.0
 *
 * From a report to a fingerprint and to the keys that open the sealed state. The expected values were computed with another
 * implementation of HMAC and HKDF: they are what installed tills hold, and must never change.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "device/device.h"

#define MACHINE_ID "3d1219c7c4c5404aaa1f6d2a48adfda4"

static pl_probe_report report_of(const char *machine_id, const char *disk)
{
    pl_probe_report report;

    memset(&report, 0, sizeof report);
    if (machine_id)
        (void)pl_probe_add(&report, PL_COMPONENT_MACHINE_ID, "/etc/machine-id", machine_id);
    if (disk)
        (void)pl_probe_add(&report, PL_COMPONENT_DISK, "/sys/block/vda/serial", disk);
    return report;
}

static void the_fingerprint_of_known_values_is_the_known_one(void **state)
{
    pl_probe_report report = report_of(MACHINE_ID, "overlayblk");
    pl_fingerprint fingerprint;
    char text[PL_FINGERPRINT_TEXT_SIZE];

    (void)state;
    assert_int_equal(pl_device_fingerprint(&report, "till", &fingerprint), PL_OK);
    pl_fingerprint_format(&fingerprint, text);
    assert_string_equal(text, "fp1:m=x_Ty8HMTJ9_4pTHSpzr87Q,d=0NBDx61-ybHsY3Id6gDUSQ");
}

static void two_products_know_one_machine_by_different_names(void **state)
{
    pl_probe_report report = report_of(MACHINE_ID, "overlayblk");
    pl_fingerprint a;
    pl_fingerprint b;

    (void)state;
    assert_int_equal(pl_device_fingerprint(&report, "till", &a), PL_OK);
    assert_int_equal(pl_device_fingerprint(&report, "kitchen", &b), PL_OK);
    assert_int_equal(pl_fingerprint_match(&a, &b, PL_MATCH_ANY).matched, 0);
}

static void one_value_in_two_components_has_two_names(void **state)
{
    pl_probe_report report = report_of(NULL, "overlayblk");
    pl_fingerprint fingerprint;

    (void)state;
    (void)pl_probe_add(&report, PL_COMPONENT_BOARD, "here", "overlayblk");
    assert_int_equal(pl_device_fingerprint(&report, "till", &fingerprint), PL_OK);
    assert_memory_not_equal(fingerprint.value[PL_COMPONENT_DISK][0], fingerprint.value[PL_COMPONENT_BOARD][0],
                            PL_FINGERPRINT_VALUE_SIZE);
}

static void the_order_of_findings_makes_no_difference(void **state)
{
    static const char *const CARDS[] = {"d4:5d:64:00:00:01", "d4:5d:64:00:00:02", "d4:5d:64:00:00:03"};
    pl_probe_report forward = report_of(NULL, "overlayblk");
    pl_probe_report backward = forward;
    pl_fingerprint a;
    pl_fingerprint b;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        (void)pl_probe_add(&forward, PL_COMPONENT_NIC, "here", CARDS[i]);
        (void)pl_probe_add(&backward, PL_COMPONENT_NIC, "there", CARDS[2 - i]);
    }
    (void)pl_probe_add(&backward, PL_COMPONENT_NIC, "again", CARDS[0]);
    assert_int_equal(pl_device_fingerprint(&forward, "till", &a), PL_OK);
    assert_int_equal(pl_device_fingerprint(&backward, "till", &b), PL_OK);
    assert_int_equal(a.count[PL_COMPONENT_NIC], 3);
    assert_memory_equal(&a, &b, sizeof a);
}

static void too_little_is_an_error_and_never_a_constant(void **state)
{
    static const struct {
        const char *machine_id;
        const char *disk;
        const char *told;
    } ROWS[] = {
        {NULL, NULL, "nothing"},
        {MACHINE_ID, NULL, "machine_id"},
        {NULL, "overlayblk", "disk"},
        {MACHINE_ID, "None", "machine_id"},
        {"uninitialized", "overlayblk", "disk"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        pl_probe_report report = report_of(ROWS[i].machine_id, ROWS[i].disk);
        pl_fingerprint fingerprint;

        assert_int_equal(pl_device_fingerprint(&report, "till", &fingerprint), PL_ERR_NO_FINGERPRINT);
        assert_non_null(strstr(pl_err_detail(), ROWS[i].told));
        assert_null(strstr(pl_err_detail(), "overlayblk"));
    }
}

static void only_used_findings_count(void **state)
{
    pl_probe_report report = report_of(MACHINE_ID, "overlayblk");
    pl_fingerprint before;
    pl_fingerprint after;

    (void)state;
    assert_int_equal(pl_device_fingerprint(&report, "till", &before), PL_OK);
    pl_probe_note(&report, PL_COMPONENT_NIC, "here", PL_FINDING_VIRTUAL);
    (void)pl_probe_add(&report, PL_COMPONENT_BOARD, "here", "Default string");
    assert_int_equal(pl_device_fingerprint(&report, "till", &after), PL_OK);
    assert_memory_equal(&before, &after, sizeof before);
}

static void a_product_needs_a_name_of_some_length(void **state)
{
    static const char LONG[] = "a1234567890123456789012345678901234567890123456789012345678901234";
    pl_probe_report report = report_of(MACHINE_ID, "overlayblk");
    pl_fingerprint fingerprint;
    pl_device_wrap_key keys[4];
    size_t count = 4;

    (void)state;
    assert_int_equal(pl_device_fingerprint(&report, LONG + 1, &fingerprint), PL_OK);
    assert_int_equal(pl_device_fingerprint(&report, LONG, &fingerprint), PL_ERR_INVALID);
    assert_int_equal(pl_device_fingerprint(&report, "", &fingerprint), PL_ERR_INVALID);
    assert_int_equal(pl_device_fingerprint(&report, NULL, &fingerprint), PL_ERR_INVALID);
    assert_int_equal(pl_device_wrap_keys(&report, LONG, keys, &count), PL_ERR_INVALID);
    assert_int_equal(count, 0);
}

static const uint8_t DISK_KEY[32] = {0x40, 0x3f, 0x3f, 0xe6, 0x4f, 0xb4, 0x62, 0x2c, 0xe7, 0xf7, 0x7c,
                                     0x10, 0xb5, 0xcf, 0xe0, 0xc0, 0xf8, 0xb9, 0x7f, 0x9d, 0x1b, 0xf1,
                                     0xfc, 0x76, 0x12, 0x81, 0x5a, 0x7b, 0xac, 0x61, 0xea, 0xde};

static void there_is_one_wrap_key_for_each_value(void **state)
{
    pl_probe_report report = report_of(MACHINE_ID, "overlayblk");
    pl_device_wrap_key keys[PL_DEVICE_WRAP_KEYS_MAX];
    size_t count = PL_DEVICE_WRAP_KEYS_MAX;

    (void)state;
    pl_probe_note(&report, PL_COMPONENT_NIC, "here", PL_FINDING_VIRTUAL);
    assert_int_equal(pl_device_wrap_keys(&report, "till", keys, &count), PL_OK);
    assert_int_equal(count, 2);
    assert_int_equal(keys[0].component, PL_COMPONENT_MACHINE_ID);
    assert_int_equal(keys[1].component, PL_COMPONENT_DISK);
    assert_memory_equal(keys[1].key, DISK_KEY, 32);
    assert_memory_not_equal(keys[0].key, keys[1].key, 32);
}

static void wrap_keys_differ_by_product(void **state)
{
    pl_probe_report report = report_of(NULL, "overlayblk");
    pl_device_wrap_key key;
    size_t count = 1;

    (void)state;
    assert_int_equal(pl_device_wrap_keys(&report, "kitchen", &key, &count), PL_OK);
    assert_memory_not_equal(key.key, DISK_KEY, 32);
}

static void wrap_keys_need_room_and_something_to_derive_from(void **state)
{
    pl_probe_report report = report_of(MACHINE_ID, "overlayblk");
    pl_probe_report nothing = report_of(NULL, NULL);
    pl_device_wrap_key key;
    size_t count = 1;

    (void)state;
    assert_int_equal(pl_device_wrap_keys(&report, "till", &key, &count), PL_ERR_TOO_LARGE);
    count = 1;
    assert_int_equal(pl_device_wrap_keys(&nothing, "till", &key, &count), PL_ERR_NO_FINGERPRINT);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fingerprint_of_known_values_is_the_known_one),
        cmocka_unit_test(two_products_know_one_machine_by_different_names),
        cmocka_unit_test(one_value_in_two_components_has_two_names),
        cmocka_unit_test(the_order_of_findings_makes_no_difference),
        cmocka_unit_test(too_little_is_an_error_and_never_a_constant),
        cmocka_unit_test(only_used_findings_count),
        cmocka_unit_test(a_product_needs_a_name_of_some_length),
        cmocka_unit_test(there_is_one_wrap_key_for_each_value),
        cmocka_unit_test(wrap_keys_differ_by_product),
        cmocka_unit_test(wrap_keys_need_room_and_something_to_derive_from),
    };

    return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
