/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/transfer/mapping.c, mapping_apply.c and rows.c
 */
#include "transfer/mapping.h"

#include <stdio.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#define LICENSES "key = column k\nproduct = constant till\n"

static pl_arena arena;
static mapping_t mapping;
static rows_t rows;
static import_row_t out;

static int set_up(void **state)
{
    (void)state;
    pl_arena_init(&arena);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pl_arena_reset(&arena);
    return 0;
}

/* "" when the mapping is in order, else what is wrong with it. */
static const char *read_mapping(const char *text)
{
    pl_err_clear();
    return mapping_read(&arena, pl_span_text(text), &mapping) ? pl_err_detail() : "";
}

/* The first row of a file in our words: "" or what is wrong with it. */
static const char *apply(const char *words, const char *file)
{
    row_t row;
    bool more;

    assert_string_equal(read_mapping(words), "");
    pl_err_clear();
    if (rows_open(&rows, &arena, pl_span_text(file), mapping.separator) || mapping_check(&mapping, &rows) ||
        rows_next(&rows, &arena, &row, &more) || !more || mapping_apply(&mapping, &arena, &row, &out))
        return pl_err_detail();
    return "";
}

static void reads_a_mapping(void **state)
{
    (void)state;
    assert_string_equal(read_mapping("# a remark\r\n\r\n rows = licenses \nkey = column License Key\nproduct = constant till\n"
                                     "separator = tab\ntimes = unix\nnothing = n/a\nstatus.on hold = suspended"),
                        "");
    assert_int_equal(mapping.kind, IMPORT_LICENSES);
    assert_int_equal(mapping.separator, '\t');
    assert_int_equal(mapping.times, TIMES_UNIX);
    assert_string_equal(mapping.nothing, "n/a");
    assert_string_equal(mapping.columns[FIELD_KEY], "License Key");
    assert_string_equal(mapping.constants[FIELD_PRODUCT], "till");
    assert_int_equal(mapping.word_count, 1);
    assert_string_equal(mapping.words[0].theirs, "on hold");
}

static void tells_what_is_wrong_with_a_mapping(void **state)
{
    static const struct {
        const char *text, *detail;
    } cases[] = {
        {"", "the mapping does not say what key and product are"},
        {"key = column k\n", "does not say what key and product are"},
        {"rows = customers\nname = column n\n", "does not say what email is"},
        {"rows = activations\n" LICENSES, "does not say what instance is"},
        {LICENSES "colour = column c\n", "line 3: there is no field \"colour\""},
        {LICENSES "colour.red = column c\n", "line 3: there is no field"},
        {LICENSES "plan\n", "line 3: a line is NAME = VALUE"},
        {LICENSES "plan =\n", "line 3: a value is missing"},
        {LICENSES "plan = gold\n", "line 3: plan is \"column NAME\" or \"constant TEXT\""},
        {LICENSES "key = column other\n", "line 3: key is there twice"},
        {LICENSES "status.on = active\nstatus.on = suspended\n", "line 4: status.on is there twice"},
        {LICENSES "rows = everything\n", "line 3: rows cannot be \"everything\""},
        {LICENSES "times = stardates\n", "line 3: times cannot be"},
        {LICENSES "separator = |\n", "line 3: separator cannot be"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_non_null(strstr(read_mapping(cases[i].text), cases[i].detail));
}

static void bounds_the_words(void **state)
{
    static char text[MAPPING_WORDS_MAX * 32];
    size_t size = 0;

    (void)state;
    size = (size_t)snprintf(text, sizeof text, LICENSES);
    for (int i = 0; i <= MAPPING_WORDS_MAX; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "plan.%d = x\n", i);
    assert_non_null(strstr(read_mapping(text), "a mapping has at most 1000 words"));
}

static void translates_words(void **state)
{
    const char *words = LICENSES "status = column s\nreason = column r\nstatus.ok = active\nstatus.* = suspended\n"
                                 "reason.unpaid = payment_failed\n";

    (void)state;
    assert_string_equal(apply(words, "k,s,r\nA,ok,unpaid\n"), "");
    assert_int_equal(out.status, LICENSE_ACTIVE);
    assert_int_equal(out.reason, PL_REASON_NONE);
    assert_string_equal(apply(words, "k,s,r\nA,odd,unpaid\n"), "");
    assert_int_equal(out.status, LICENSE_SUSPENDED);
    assert_int_equal(out.reason, PL_REASON_PAYMENT_FAILED);
    assert_string_equal(apply(words, "k,s,r\nA,odd,\n"), "");
    assert_int_equal(out.reason, PL_REASON_VENDOR);
    assert_non_null(strstr(apply(words, "k,s,r\nA,odd,whim\n"), "reason is \"whim\""));
    assert_non_null(strstr(apply(LICENSES "status = column s\n", "k,s\nA,odd\n"), "status is \"odd\"; the mapping does not say"));
}

static void reads_times_as_the_mapping_says(void **state)
{
    static const struct {
        const char *form, *text;
        int64_t seconds; /* 0: refused */
    } cases[] = {
        {"rfc3339", "2027-01-31T01:00:00+01:00", 1801353600},
        {"rfc3339", "2027-01-31T00:00:00.123Z", 1801353600},
        {"rfc3339", "2027-01-31", 1801353600},
        {"rfc3339", "2027-01-31 00:00:00", 0},
        {"rfc3339", "31.1.2027", 0},
        {"sql", "2027-01-31 00:00:00", 1801353600},
        {"sql", "2027-01-31 00:00:00.5", 1801353600},
        {"sql", "2027-01-31 02:00:00+02", 1801353600},
        {"sql", "2027-01-31 00:00:00.123456+00", 1801353600},
        {"sql", "2027-01-31 02:00:00+02:00", 1801353600},
        {"sql", "2027-01-31T00:00:00Z", 1801353600},
        {"sql", "2027-01-31", 1801353600},
        {"sql", "2027-13-31 00:00:00", 0},
        {"sql", "2027-01-31 00:00:00 o'clock", 0},
        {"unix", "1801353600", 1801353600},
        {"unix", "1801353600.5", 0},
        {"unix", "-1", 0},
        {"unix", "0", 0},
        {"unix", "99999999999999", 0},
        {"unix_ms", "1801353600999", 1801353600},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *words = pl_arena_format(&arena, LICENSES "expires_at = column e\ntimes = %s\n", cases[i].form);
        const char *said = apply(words, pl_arena_format(&arena, "k,e\nA,%s\n", cases[i].text));

        if (cases[i].seconds) {
            assert_string_equal(said, "");
            assert_int_equal(out.expires_at_ms, cases[i].seconds * 1000);
        } else if (!strstr(said, "expires_at is")) {
            fail_msg("%s %s: %s", cases[i].form, cases[i].text, said);
        }
    }
}

static void takes_the_empty_text_and_its_word_for_nothing(void **state)
{
    const char *words = LICENSES "nothing = NULL\nexpires_at = column e\nseats = column n\nplan = column p\n";

    (void)state;
    assert_string_equal(apply(words, "k,e,n,p\nA,NULL,,NULL\n"), "");
    assert_int_equal(out.expires_at_ms, 0);
    assert_int_equal(out.seats, 0);
    assert_null(out.plan);
    assert_non_null(strstr(apply(words, "k,e,n,p\n,,,\n"), "there is no key"));
    assert_non_null(strstr(apply(words, "k,e,n,p\nA,,x,\n"), "seats is \"x\""));
    assert_non_null(strstr(apply(words, "k,e,n,p\nA,,1000001,\n"), "seats is"));
}

static void reaches_into_json_by_dots(void **state)
{
    const char *words = "key = column a.k\nproduct = column a.b.p\nseats = column n\nrenews = column r\n";

    (void)state;
    assert_string_equal(apply(words, "{\"a\":{\"k\":\"A\",\"b\":{\"p\":7}},\"n\":3,\"r\":true}\n"), "");
    assert_string_equal(out.key, "A");
    assert_string_equal(out.product, "7");
    assert_int_equal(out.seats, 3);
    assert_true(out.renews);
    assert_string_equal(apply(words, "{\"a.k\":\"B\",\"a\":{\"b.p\":\"x\"},\"n\":null}\n"), "");
    assert_string_equal(out.key, "B");
    assert_string_equal(out.product, "x");
    assert_non_null(strstr(apply(words, "{\"a\":{\"k\":\"A\",\"b\":{}}}\n"), "there is no product"));
    assert_non_null(strstr(apply(words, "{\"a\":\"k\"}\n"), "there is no key"));
    assert_non_null(strstr(apply(words, "{\"a\":{\"k\":{}}}\n"), "a.k is no text or number"));
    assert_non_null(strstr(apply(words, "{\"a\":{\"k\":\"A\",\"b\":{\"p\":1}},\"n\":1.5}\n"), "n is a number that is not whole"));
    assert_non_null(strstr(apply(words, "{\"a\":\n"), "line 1 is no JSON object"));
}

static void refuses_files_that_are_none(void **state)
{
    static const char with_nul[] = "k\n\0\n";

    (void)state;
    assert_non_null(strstr(apply(LICENSES, ""), "the file is empty"));
    assert_non_null(strstr(apply(LICENSES, "k,\nA,B\n"), "line 1: column 2 has no name"));
    assert_non_null(strstr(apply(LICENSES, "k,k\nA,B\n"), "line 1: two columns are called \"k\""));
    assert_non_null(strstr(apply(LICENSES, "key\nA\n"), "the file has no column \"k\", which the mapping takes for key"));
    assert_non_null(strstr(apply(LICENSES, "k\nA,B\n"), "line 2: there are 2 cells under 1 columns"));
    assert_non_null(strstr(apply(LICENSES, "k\n\xe9\n"), "line 2: the file is no UTF-8 text"));
    assert_int_equal(rows_open(&rows, &arena, pl_span_of(with_nul, sizeof with_nul - 1), ','), PL_ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_a_mapping, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_what_is_wrong_with_a_mapping, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bounds_the_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(translates_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_times_as_the_mapping_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(takes_the_empty_text_and_its_word_for_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reaches_into_json_by_dots, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_files_that_are_none, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
