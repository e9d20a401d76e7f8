/* SPDX-License-Identifier: Apache-2.0
 *
 * The fingerprint's text form and the match rules.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "license/fingerprint.h"

#define A22     "AAAAAAAAAAAAAAAAAAAAAA"
#define B22     "AQEBAQEBAQEBAQEBAQEBAQ"
#define SPARE22 "AAAAAAAAAAAAAAAAAAAAAB"

/*
 * A device written as text, a component a letter, a value a digit: "m1 d2 n3 n4". A digit fills all 16 bytes of a value, so 1 is B22.
 */
static pl_fingerprint device(const char *text)
{
    pl_fingerprint made;

    memset(&made, 0, sizeof made);
    for (; *text; text += text[2] == ' ' ? 3 : 2) {
        size_t c = 0;

        while (pl_component_letter((pl_component)c) != text[0])
            c++;
        memset(made.value[c][made.count[c]++], text[1] - '0', PL_FINGERPRINT_VALUE_SIZE);
    }
    return made;
}

static pl_err parse(const char *text, pl_fingerprint *fingerprint)
{
    return pl_fingerprint_parse(pl_span_text(text), fingerprint);
}

static void prints_components_in_order_with_values_joined_by_plus(void **state)
{
    pl_fingerprint made = device("m1 n0 n1 c0");
    char text[PL_FINGERPRINT_TEXT_SIZE];

    (void)state;
    pl_fingerprint_format(&made, text);
    assert_string_equal(text, "fp1:m=" B22 ",n=" A22 "+" B22 ",c=" A22);
}

static void the_largest_fingerprint_fits_and_reads_back(void **state)
{
    pl_fingerprint made;
    pl_fingerprint read;
    char text[PL_FINGERPRINT_TEXT_SIZE];

    (void)state;
    memset(&made, 0, sizeof made);
    for (size_t c = 0; c < PL_COMPONENT_COUNT; c++) {
        made.count[c] = PL_COMPONENT_VALUES_MAX;
        for (size_t i = 0; i < PL_COMPONENT_VALUES_MAX * PL_FINGERPRINT_VALUE_SIZE; i++)
            made.value[c][i / 16][i % 16] = (uint8_t)(i * 37 + c * 101);
    }
    pl_fingerprint_format(&made, text);
    assert_true(strlen(text) < PL_FINGERPRINT_TEXT_SIZE);
    assert_int_equal(parse(text, &read), PL_OK);
    assert_memory_equal(&read, &made, sizeof made);
}

static void known_bytes_have_the_known_base64url(void **state)
{
    pl_fingerprint made;
    char text[PL_FINGERPRINT_TEXT_SIZE];

    (void)state;
    memset(&made, 0, sizeof made);
    made.count[PL_COMPONENT_DISK] = 1;
    for (size_t i = 0; i < 16; i++)
        made.value[PL_COMPONENT_DISK][0][i] = (uint8_t)(255 - i);
    pl_fingerprint_format(&made, text);
    assert_string_equal(text, "fp1:d=__79_Pv6-fj39vX08_Lx8A");
}

static void what_was_read_prints_as_it_was(void **state)
{
    static const char *const TEXTS[] = {
        "fp1:m=" A22,
        "fp1:m=" A22 ",d=" B22,
        "fp1:f=" A22 ",b=" B22 ",d=" A22 ",n=" A22 "+" B22 ",c=" B22,
    };
    pl_fingerprint read;
    char text[PL_FINGERPRINT_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        assert_int_equal(parse(TEXTS[i], &read), PL_OK);
        pl_fingerprint_format(&read, text);
        assert_string_equal(text, TEXTS[i]);
    }
}

static void refuses_text_that_is_no_fingerprint(void **state)
{
    static const char *const TEXTS[] = {
        "",
        "fp1",
        "fp1:",
        "FP1:m=" A22,
        " fp1:m=" A22,
        "fp1:m=" A22 " ",
        "fp1:m=" A22 ",",
        "fp1:,m=" A22,
        "fp1:m",
        "fp1:m=",
        "fp1:m=AAAA",
        "fp1:m=" A22 "A",
        "fp1:m=" SPARE22,
        "fp1:m=AAAAAAAAAAAAAAAAAAAA==",
        "fp1:m=AAAAAAAAAAAAAAAAAAAA/A",
        "fp1:m=" A22 "+",
        "fp1:m=" A22 "+AAAA",
        "fp1:m=" A22 ",m=" B22,
        "fp1:d=" A22 ",m=" A22,
        "fp1:m=" A22 ";d=" A22,
        "fp1:M=" A22,
        "fp1:m:" A22,
        "fp1:m=+" A22,
        "fp1:m=" A22 "=" A22,
        "fp1:n=" A22 "+" A22 "+" A22 "+" A22 "+" A22,
    };
    pl_fingerprint read;
    pl_fingerprint zero;

    (void)state;
    memset(&zero, 0, sizeof zero);
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        if (parse(TEXTS[i], &read) != PL_ERR_MALFORMED)
            fail_msg("accepted: %s", TEXTS[i]);
        assert_memory_equal(&read, &zero, sizeof zero);
    }
}

static void refuses_a_nul_inside_and_an_oversized_text(void **state)
{
    static const char NUL_INSIDE[] = "fp1:m=AAAAAAAAAAAAAAAAAAAAA\0";
    char large[PL_FINGERPRINT_TEXT_SIZE + 1];
    pl_fingerprint read;

    (void)state;
    assert_int_equal(pl_fingerprint_parse(pl_span_of(NUL_INSIDE, 28), &read), PL_ERR_MALFORMED);
    memset(large, 'A', sizeof large);
    memcpy(large, "fp1:m=", 6);
    assert_int_equal(pl_fingerprint_parse(pl_span_of(large, sizeof large), &read), PL_ERR_MALFORMED);
}

static void a_newer_scheme_or_component_is_unsupported_not_malformed(void **state)
{
    pl_fingerprint read;

    (void)state;
    assert_int_equal(parse("fp2:whatever", &read), PL_ERR_UNSUPPORTED);
    assert_int_equal(parse("fp1:m=" A22 ",t=" A22, &read), PL_ERR_UNSUPPORTED);
}

#define ANY      PL_MATCH_ANY
#define TWO      PL_MATCH_TWO
#define MOST     PL_MATCH_MOST
#define ALL      PL_MATCH_ALL
#define COUNT(n) ((pl_match_rule)(PL_MATCH_COUNT_1 + (n)-1))

static const struct {
    const char *why;
    const char *known;
    const char *seen;
    pl_match_rule rule;
    bool is_same;
} MATCHES[] = {
    {"the same machine", "m1 f1 b1 d1 n1", "m1 f1 b1 d1 n1", TWO, true},
    {"the operating system was installed anew", "m1 f1 d1", "m2 f1 d1", TWO, true},
    {"a new disk, copied from the old one", "m1 f1 d1", "m1 f1 d2", TWO, true},
    {"a new disk and a new installation", "m1 f1 d1", "m2 f1 d2", TWO, false},
    {"a new disk and installation, board and firmware stay", "m1 f1 b1 d1", "m2 f1 b1 d2", TWO, true},
    {"one image on other hardware", "m1 f1 d1 n1", "m1 f2 d2 n2", TWO, false},
    {"another network card is no other computer", "m1 d1 n1", "m1 d1 n2", TWO, true},
    {"a second network card is no other computer", "m1 d1 n1", "m1 d1 n1 n2", TWO, true},
    {"one of two network cards stays", "f1 n1 n2", "f1 n2 n3", TWO, true},
    {"none of two network cards stays", "f1 n1 n2", "f1 n3 n4", TWO, false},
    {"a cashier's account cannot read firmware and board", "m1 f1 b1 d1", "m1 d1", TWO, true},
    {"and an installation by a cashier is found by root", "m1 d1", "m1 f1 b1 d1", TWO, true},
    {"only one component can be compared", "m1 d1", "m1 f1", TWO, false},
    {"nothing can be compared", "m1 d1", "f1 b1", TWO, false},
    {"nothing was known", "", "m1 d1", TWO, false},

    {"any: the machine id alone", "m1 d1", "m1 d2", ANY, true},
    {"any: one hardware component alone", "m1 d1", "m2 d1", ANY, true},
    {"any: nothing fits", "m1 d1", "m2 d2", ANY, false},
    {"any: nothing can be compared", "m1", "d1", ANY, false},

    {"most: two of three", "m1 f1 d1", "m1 f1 d2", MOST, true},
    {"most: two of four is half", "m1 f1 b1 d1", "m1 f1 b2 d2", MOST, true},
    {"most: two of five is not", "m1 f1 b1 d1 n1", "m1 f1 b2 d2 n2", MOST, false},
    {"most: three of five", "m1 f1 b1 d1 n1", "m1 f1 b1 d2 n2", MOST, true},
    {"most: half, but all of it on the disk image", "m1 d1", "m1 d2", MOST, false},
    {"most: half, in hardware", "m1 d1", "m2 d1", MOST, true},
    {"most: nothing can be compared", "m1", "d1", MOST, false},

    {"all: every compared one", "m1 f1 d1", "m1 d1 n1", ALL, true},
    {"all: one differs", "m1 f1 d1", "m1 f1 d2", ALL, false},
    {"all: one is not enough to compare", "d1 f1", "d1 m1", ALL, false},

    {"at least one", "m1 d1", "m1 d2", COUNT(1), true},
    {"at least one, none fits", "m1 d1", "m2 d2", COUNT(1), false},
    {"at least three", "m1 f1 d1 n1", "m1 f1 d1 n2", COUNT(3), true},
    {"at least three, two fit", "m1 f1 d1 n1", "m1 f1 d2 n2", COUNT(3), false},
    {"all six", "m1 f1 b1 d1 n1 c1", "m1 f1 b1 d1 n1 c1", COUNT(6), true},
    {"seven of six never fit", "m1 f1 b1 d1 n1 c1", "m1 f1 b1 d1 n1 c1", COUNT(7), false},
    {"an unknown rule fits nothing", "m1 f1 d1", "m1 f1 d1", (pl_match_rule)9, false},
};

static void matches_as_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof MATCHES / sizeof MATCHES[0]; i++) {
        pl_fingerprint known = device(MATCHES[i].known);
        pl_fingerprint seen = device(MATCHES[i].seen);

        if (pl_fingerprint_match(&known, &seen, MATCHES[i].rule).is_same != MATCHES[i].is_same)
            fail_msg("%s", MATCHES[i].why);
        if (pl_fingerprint_match(&seen, &known, MATCHES[i].rule).is_same != MATCHES[i].is_same)
            fail_msg("%s, the other way round", MATCHES[i].why);
    }
}

static void a_match_names_what_was_compared_and_what_fits(void **state)
{
    pl_fingerprint known = device("m1 f1 d1 n1");
    pl_fingerprint seen = device("m1 d2 n1 n2 c1");
    pl_match match = pl_fingerprint_match(&known, &seen, PL_MATCH_TWO);

    (void)state;
    assert_int_equal(match.compared, 1 << PL_COMPONENT_MACHINE_ID | 1 << PL_COMPONENT_DISK | 1 << PL_COMPONENT_NIC);
    assert_int_equal(match.matched, 1 << PL_COMPONENT_MACHINE_ID | 1 << PL_COMPONENT_NIC);
}

static void two_components_with_one_in_hardware_are_enough(void **state)
{
    static const struct {
        const char *device;
        bool is_enough;
    } ROWS[] = {
        {"", false}, {"m1", false}, {"d1", false}, {"n1 n2", false}, {"m1 d1", true}, {"n1 c1", true}, {"f1 b1", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        pl_fingerprint made = device(ROWS[i].device);

        assert_int_equal(pl_fingerprint_is_enough(&made), ROWS[i].is_enough);
    }
}

static void only_the_machine_id_is_carried_by_a_disk_image(void **state)
{
    (void)state;
    assert_false(pl_component_is_hardware(PL_COMPONENT_MACHINE_ID));
    for (int c = PL_COMPONENT_FIRMWARE; c < PL_COMPONENT_COUNT; c++)
        assert_true(pl_component_is_hardware((pl_component)c));
    assert_false(pl_component_is_hardware((pl_component)PL_COMPONENT_COUNT));
}

static void components_have_letters_and_names(void **state)
{
    char letters[PL_COMPONENT_COUNT + 1] = "";

    (void)state;
    for (int c = 0; c < PL_COMPONENT_COUNT; c++)
        letters[c] = pl_component_letter((pl_component)c);
    assert_string_equal(letters, "mfbdnc");
    assert_string_equal(pl_component_name(PL_COMPONENT_MACHINE_ID), "machine_id");
    assert_string_equal(pl_component_name(PL_COMPONENT_CPU), "cpu");
    assert_int_equal(pl_component_letter((pl_component)PL_COMPONENT_COUNT), '?');
    assert_string_equal(pl_component_name((pl_component)-1), "?");
}

static void match_rules_read_back_from_their_texts(void **state)
{
    static const char *const TEXTS[] = {"two", "any", "most", "all", "1", "2", "3", "4", "5", "6"};
    char buffer[8];

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        pl_match_rule rule = (pl_match_rule)99;

        assert_int_equal(pl_match_rule_parse(pl_span_text(TEXTS[i]), &rule), PL_OK);
        assert_string_equal(pl_match_rule_text(rule, buffer), TEXTS[i]);
    }
    assert_string_equal(pl_match_rule_text((pl_match_rule)99, buffer), "");
}

static void other_texts_are_no_match_rules(void **state)
{
    static const char *const TEXTS[] = {"", "0", "7", "TWO", "two ", "02", "-1", "1e0"};
    pl_match_rule rule = PL_MATCH_ALL;

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        assert_int_equal(pl_match_rule_parse(pl_span_text(TEXTS[i]), &rule), PL_ERR_MALFORMED);
    assert_int_equal(rule, PL_MATCH_ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_components_in_order_with_values_joined_by_plus),
        cmocka_unit_test(the_largest_fingerprint_fits_and_reads_back),
        cmocka_unit_test(known_bytes_have_the_known_base64url),
        cmocka_unit_test(what_was_read_prints_as_it_was),
        cmocka_unit_test(refuses_text_that_is_no_fingerprint),
        cmocka_unit_test(refuses_a_nul_inside_and_an_oversized_text),
        cmocka_unit_test(a_newer_scheme_or_component_is_unsupported_not_malformed),
        cmocka_unit_test(matches_as_the_table_says),
        cmocka_unit_test(a_match_names_what_was_compared_and_what_fits),
        cmocka_unit_test(two_components_with_one_in_hardware_are_enough),
        cmocka_unit_test(only_the_machine_id_is_carried_by_a_disk_image),
        cmocka_unit_test(components_have_letters_and_names),
        cmocka_unit_test(match_rules_read_back_from_their_texts),
        cmocka_unit_test(other_texts_are_no_match_rules),
    };

    return cmocka_run_group_tests_name("fingerprint", tests, NULL, NULL);
}
