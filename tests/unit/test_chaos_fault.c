/* SPDX-License-Identifier: Apache-2.0
 *
 * How the faults of the chaos server are written, and that their chance can be had again.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "chaos/fault.h"

static void reads_name_value_and_probability(void **state)
{
    static const struct {
        const char *text;
        fault_kind kind;
        int64_t value;
        unsigned chance;
    } rows[] = {
        {"latency", FAULT_LATENCY, 1000, 10000},
        {"latency=2000", FAULT_LATENCY, 2000, 10000},
        {"latency=0@0.25", FAULT_LATENCY, 0, 2500},
        {"html@30%", FAULT_HTML, 0, 3000},
        {"html@100%", FAULT_HTML, 0, 10000},
        {"html@1", FAULT_HTML, 0, 10000},
        {"html@1.0", FAULT_HTML, 0, 10000},
        {"html@0", FAULT_HTML, 0, 0},
        {"html@0.00019", FAULT_HTML, 0, 1},
        {"html@12.5%", FAULT_HTML, 0, 1250},
        {"skewed-clock=-3600", FAULT_SKEWED_CLOCK, -3600, 10000},
        {"5xx", FAULT_5XX, 503, 10000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fault_set set = {.seed = 1};
        const fault *got = &set.faults[rows[i].kind];

        assert_int_equal(fault_set_text(&set, rows[i].text), PL_OK);
        assert_true(got->is_on);
        assert_int_equal(got->value, rows[i].value);
        assert_int_equal(got->chance, rows[i].chance);
    }
}

static void refuses_what_is_no_fault(void **state)
{
    static const char *const rows[] = {
        "",
        "late",
        "latency=",
        "latency=soon",
        "latency=-1",
        "latency=99999999999999999999",
        "html=1",
        "5xx=200",
        "cut=1x",
        "html@",
        "html@2",
        "html@101%",
        "html@-1",
        "html@0.5.1",
        "html@half",
        "html@0.5x",
        "slow-body=0",
        "latency =1",
        "LATENCY=100",
        "html@99999999999999999999999",
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fault_set set = {.seed = 1};

        assert_int_equal(fault_set_text(&set, rows[i]), PL_ERR_INVALID);
        for (unsigned kind = 0; kind < FAULT_COUNT; kind++)
            assert_false(set.faults[kind].is_on);
    }
}

static void turns_off_one_or_all(void **state)
{
    fault_set set = {.seed = 1};
    fault_plan plan;

    (void)state;
    assert_int_equal(fault_set_text(&set, "html"), PL_OK);
    assert_int_equal(fault_set_text(&set, "empty"), PL_OK);
    assert_int_equal(fault_set_off(&set, "html"), PL_OK);
    assert_int_equal(fault_set_off(&set, "nonsense"), PL_ERR_INVALID);
    fault_set_roll(&set, &plan);
    assert_false(plan.is_hit[FAULT_HTML]);
    assert_true(plan.is_hit[FAULT_EMPTY]);
    fault_set_clear(&set);
    fault_set_roll(&set, &plan);
    assert_false(plan.is_hit[FAULT_EMPTY]);
    assert_int_equal(set.faults[FAULT_EMPTY].applied, 1);
    assert_int_equal(set.requests, 2);
}

enum { ROLLS = 2000 };

static void roll(uint64_t seed, const char *other, bool hits[ROLLS])
{
    fault_set set = {.seed = seed};
    fault_plan plan;

    assert_int_equal(fault_set_text(&set, "html@0.3"), PL_OK);
    if (other)
        assert_int_equal(fault_set_text(&set, other), PL_OK);
    for (size_t i = 0; i < ROLLS; i++) {
        fault_set_roll(&set, &plan);
        hits[i] = plan.is_hit[FAULT_HTML];
    }
}

static void gives_the_same_series_for_the_same_seed_whatever_else_is_on(void **state)
{
    bool first[ROLLS], second[ROLLS], third[ROLLS];
    size_t count = 0;

    (void)state;
    roll(7, NULL, first);
    roll(7, "latency@0.5", second);
    roll(8, NULL, third);
    assert_memory_equal(first, second, sizeof first);
    assert_memory_not_equal(first, third, sizeof first);
    for (size_t i = 0; i < ROLLS; i++)
        count += first[i];
    assert_in_range(count, ROLLS / 4, ROLLS * 35 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_name_value_and_probability),
        cmocka_unit_test(refuses_what_is_no_fault),
        cmocka_unit_test(turns_off_one_or_all),
        cmocka_unit_test(gives_the_same_series_for_the_same_seed_whatever_else_is_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
