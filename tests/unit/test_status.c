/* SPDX-License-Identifier: Apache-2.0
 *
 * The words of license/status.h and which verdicts may take a held lease away.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "license/status.h"

static void every_reason_reads_back_from_its_text(void **state)
{
    (void)state;
    for (int reason = 0; reason < PL_REASON_COUNT; reason++)
        assert_int_equal(pl_reason_parse(pl_reason_text((pl_reason)reason)), reason);
}

static void every_verdict_reads_back_from_its_text(void **state)
{
    (void)state;
    for (int verdict = 0; verdict < PL_VERDICT_COUNT; verdict++)
        assert_int_equal(pl_verdict_parse(pl_verdict_text((pl_verdict)verdict)), verdict);
}

static void no_two_statuses_share_a_text(void **state)
{
    (void)state;
    for (int a = 0; a < PL_STATUS_COUNT; a++) {
        for (int b = 0; b < a; b++)
            assert_string_not_equal(pl_status_text((pl_status)a), pl_status_text((pl_status)b));
    }
}

static void texts_are_the_documented_ones(void **state)
{
    (void)state;
    assert_string_equal(pl_status_text(PL_STATUS_NO_SEAT), "NO_SEAT");
    assert_string_equal(pl_status_text(PL_STATUS_WRONG_DEVICE), "WRONG_DEVICE");
    assert_string_equal(pl_source_text(PL_SOURCE_LICENSE_FILE), "LICENSE_FILE");
    assert_string_equal(pl_source_text(PL_SOURCE_EMERGENCY), "EMERGENCY");
    assert_string_equal(pl_reason_text(PL_REASON_PAYMENT_FAILED), "payment_failed");
    assert_string_equal(pl_verdict_text(PL_VERDICT_UNKNOWN_KEY), "UNKNOWN_KEY");
}

static void unknown_text_is_the_value_that_grants_nothing(void **state)
{
    static const char *const TEXTS[] = {"", "active", "ACTIVE ", "GRACE", "Payment_Failed", "?"};

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        assert_int_equal(pl_verdict_parse(TEXTS[i]), PL_VERDICT_NONE);
        assert_int_equal(pl_reason_parse(TEXTS[i]), PL_REASON_NONE);
    }
    assert_int_equal(pl_verdict_parse(NULL), PL_VERDICT_NONE);
    assert_int_equal(pl_reason_parse(NULL), PL_REASON_NONE);
}

static void a_number_outside_the_enum_reads_as_none(void **state)
{
    (void)state;
    assert_string_equal(pl_status_text((pl_status)PL_STATUS_COUNT), "NONE");
    assert_string_equal(pl_source_text((pl_source)99), "NONE");
    assert_string_equal(pl_reason_text((pl_reason)PL_REASON_COUNT), "none");
    assert_string_equal(pl_verdict_text((pl_verdict)4096), "NONE");
    assert_int_equal(pl_verdict_status((pl_verdict)4096), PL_STATUS_NONE);
}

static const struct {
    pl_verdict verdict;
    bool is_denial;
    pl_status status;
} VERDICTS[PL_VERDICT_COUNT] = {
    {PL_VERDICT_NONE, false, PL_STATUS_NONE},          {PL_VERDICT_ACTIVE, false, PL_STATUS_ACTIVE},
    {PL_VERDICT_SUSPENDED, true, PL_STATUS_SUSPENDED}, {PL_VERDICT_REVOKED, true, PL_STATUS_REVOKED},
    {PL_VERDICT_EXPIRED, true, PL_STATUS_EXPIRED},     {PL_VERDICT_NO_SEAT, true, PL_STATUS_NO_SEAT},
    {PL_VERDICT_UNKNOWN_KEY, false, PL_STATUS_NONE},   {PL_VERDICT_NOT_ACTIVATED, false, PL_STATUS_NONE},
    {PL_VERDICT_WRONG_PRODUCT, false, PL_STATUS_NONE}, {PL_VERDICT_WRONG_DEVICE, false, PL_STATUS_NONE},
    {PL_VERDICT_RELEASED, false, PL_STATUS_NONE},
};

static void only_four_verdicts_take_a_lease_away(void **state)
{
    (void)state;
    for (size_t i = 0; i < PL_VERDICT_COUNT; i++) {
        assert_int_equal(pl_verdict_is_denial(VERDICTS[i].verdict), VERDICTS[i].is_denial);
        assert_int_equal(pl_verdict_status(VERDICTS[i].verdict), VERDICTS[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_reads_back_from_its_text),
        cmocka_unit_test(every_verdict_reads_back_from_its_text),
        cmocka_unit_test(no_two_statuses_share_a_text),
        cmocka_unit_test(texts_are_the_documented_ones),
        cmocka_unit_test(unknown_text_is_the_value_that_grants_nothing),
        cmocka_unit_test(a_number_outside_the_enum_reads_as_none),
        cmocka_unit_test(only_four_verdicts_take_a_lease_away),
    };

    return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
