/* SPDX-License-Identifier: Apache-2.0
 *
 * What people are told about their fingerprint, and that no raw value is in it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "base/json.h"
#include "device/device.h"

#define MACHINE_ID   "3d1219c7c4c5404aaa1f6d2a48adfda4"
#define DISK_SERIAL  "s4ewnx0r123456"
#define CARD_ADDRESS "d4:5d:64:11:22:33"

static pl_probe_report a_report(const char *disk)
{
    pl_probe_report report;

    memset(&report, 0, sizeof report);
    (void)pl_probe_add(&report, PL_COMPONENT_MACHINE_ID, "/etc/machine-id", MACHINE_ID);
    pl_probe_note(&report, PL_COMPONENT_FIRMWARE, "/sys/class/dmi/id/product_uuid", PL_FINDING_UNREADABLE);
    (void)pl_probe_add(&report, PL_COMPONENT_BOARD, "/sys/class/dmi/id/board_serial", "Default string");
    (void)pl_probe_add(&report, PL_COMPONENT_DISK, "/sys/block/nvme0n1/device/serial", disk);
    (void)pl_probe_add(&report, PL_COMPONENT_NIC, "/sys/class/net/eno1/address", CARD_ADDRESS);
    pl_probe_note(&report, PL_COMPONENT_CPU, "", PL_FINDING_ABSENT);
    return report;
}

static pl_fingerprint fingerprint_of(const pl_probe_report *report)
{
    pl_fingerprint fingerprint;

    assert_int_equal(pl_device_fingerprint(report, "till", &fingerprint), PL_OK);
    return fingerprint;
}

/* The explanation of a report; the text lives until the next call. */
static const char *explain(const pl_probe_report *report, const pl_fingerprint *known, bool as_json)
{
    static char text[8192];
    pl_buf out;

    pl_buf_init(&out);
    pl_device_explain(report, "till", known, as_json, &out);
    assert_int_equal(out.err, PL_OK);
    assert_true(out.size < sizeof text);
    memcpy(text, out.data, out.size + 1);
    pl_buf_reset(&out);
    return text;
}

static void assert_says(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("does not say \"%s\":\n%s", words, text);
}

static void says_what_was_read_from_where(void **state)
{
    pl_probe_report report = a_report(DISK_SERIAL);
    const char *text = explain(&report, NULL, false);

    (void)state;
    assert_says(text, "fingerprint: fp1:m=");
    assert_says(text, "environment: a computer of its own\n");
    assert_says(text, "machine_id: carried along by a copy of the disk\n    /etc/machine-id: used\n");
    assert_says(text, "firmware\n    /sys/class/dmi/id/product_uuid: this account may not read it");
    assert_says(text, "board\n    /sys/class/dmi/id/board_serial: a placeholder of the maker");
    assert_says(text, "disk: stays with the hardware\n    /sys/block/nvme0n1/device/serial: used\n");
    assert_says(text, "cpu\n    this machine has none\n");
    assert_null(strstr(text, "activation"));
}

static void says_what_changed_since_activation(void **state)
{
    pl_probe_report before = a_report(DISK_SERIAL);
    pl_probe_report now = a_report("another-disk-77");
    pl_fingerprint known = fingerprint_of(&before);
    const char *text;

    (void)state;
    known.count[PL_COMPONENT_BOARD] = 1;
    known.count[PL_COMPONENT_NIC] = 0;
    text = explain(&now, &known, false);
    assert_says(text, "against the activation: another device\n");
    assert_says(text, "machine_id: carried along by a copy of the disk, same since activation\n");
    assert_says(text, "board: missing since activation\n");
    assert_says(text, "disk: stays with the hardware, changed since activation\n");
    assert_says(text, "nic: stays with the hardware, new since activation\n");
    assert_says(text, "cpu\n");
    assert_says(explain(&before, &known, false), "against the activation: the same device\n");
}

static void says_so_when_too_little_can_be_read(void **state)
{
    pl_probe_report report;

    (void)state;
    memset(&report, 0, sizeof report);
    (void)pl_probe_add(&report, PL_COMPONENT_MACHINE_ID, "/etc/machine-id", MACHINE_ID);
    memcpy(report.environment, "container:docker", 17);
    assert_says(explain(&report, NULL, false), "fingerprint: none, too little can be read\n");
    assert_says(explain(&report, NULL, false), "environment: container:docker\n");
    assert_says(explain(&report, NULL, true), "\"enough\":false");
    assert_null(strstr(explain(&report, NULL, true), "\"fingerprint\""));
}

static const pl_json *component(const pl_json *object, size_t index)
{
    return pl_json_at(pl_json_get(object, "components"), index);
}

static void the_json_form_tells_the_same(void **state)
{
    pl_probe_report before = a_report(DISK_SERIAL);
    pl_probe_report now = a_report("another-disk-77");
    pl_fingerprint known = fingerprint_of(&before);
    const char *text = explain(&now, &known, true);
    const pl_json *object = NULL;
    const pl_json *disk;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    assert_int_equal(pl_json_parse(&arena, pl_span_text(text), 8192, &object), PL_OK);
    assert_true(pl_json_is_true(pl_json_get(object, "enough")));
    assert_true(pl_json_is_true(pl_json_get(object, "same_device")));
    assert_int_equal(pl_json_count(pl_json_get(object, "components")), PL_COMPONENT_COUNT);
    assert_true(pl_json_is_true(pl_json_get(component(object, PL_COMPONENT_MACHINE_ID), "survives_cloning")));
    disk = component(object, PL_COMPONENT_DISK);
    assert_string_equal(pl_json_text(pl_json_get(disk, "component")), "disk");
    assert_false(pl_json_is_true(pl_json_get(disk, "survives_cloning")));
    assert_string_equal(pl_json_text(pl_json_get(disk, "since_activation")), "changed");
    assert_string_equal(pl_json_text(pl_json_get(pl_json_at(pl_json_get(disk, "findings"), 0), "state")), "used");
    pl_arena_reset(&arena);
}

static void no_raw_value_is_told(void **state)
{
    static const char *const SECRETS[] = {MACHINE_ID, DISK_SERIAL, CARD_ADDRESS, "d45d64112233", "S4EWNX0R123456"};
    pl_probe_report report = a_report(DISK_SERIAL);
    pl_fingerprint known = fingerprint_of(&report);

    (void)state;
    for (int form = 0; form < 4; form++) {
        const char *text = explain(&report, form & 2 ? &known : NULL, form & 1);

        for (size_t i = 0; i < sizeof SECRETS / sizeof SECRETS[0]; i++)
            assert_null(strstr(text, SECRETS[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_was_read_from_where),
        cmocka_unit_test(says_what_changed_since_activation),
        cmocka_unit_test(says_so_when_too_little_can_be_read),
        cmocka_unit_test(the_json_form_tells_the_same),
        cmocka_unit_test(no_raw_value_is_told),
    };

    return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
