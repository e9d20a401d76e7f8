/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/transport/pinned_keys.c: what libcurl would pass over in silence is refused. That pins are obeyed is in test_transport_tls.c.
 */
#include "transport/pinned_keys.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#define PIN   "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define OTHER "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static void one_to_eight_whole_pins_are_taken(void **state)
{
    (void)state;
    assert_true(pl_pinned_keys_are_valid(PIN));
    assert_true(pl_pinned_keys_are_valid(PIN ";" OTHER));
    assert_true(pl_pinned_keys_are_valid(PIN ";" PIN ";" PIN ";" PIN ";" PIN ";" PIN ";" PIN ";" PIN));
    assert_false(pl_pinned_keys_are_valid(PIN ";" PIN ";" PIN ";" PIN ";" PIN ";" PIN ";" PIN ";" PIN ";" PIN));
}

static void anything_else_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        ";",
        PIN ";",
        ";" PIN,
        PIN ";;" PIN,
        PIN " ;" PIN,
        PIN "," PIN,
        PIN "x",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "sha1//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "SHA256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",    /* no padding */
        "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=",   /* bits after the end */
        "sha256//47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=",   /* base64url */
        "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==",   /* 31 bytes */
        "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUAA=", /* more */
        "/etc/ssl/key.pem",                                       /* libcurl would read a file */
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (pl_pinned_keys_are_valid(bad[i]))
            fail_msg("%s is taken", bad[i]);
}

static void a_pin_cut_at_any_place_is_none(void **state)
{
    char text[sizeof PIN];

    (void)state;
    for (size_t size = 0; size < sizeof PIN - 1; size++) {
        memcpy(text, PIN, size);
        text[size] = '\0';
        assert_false(pl_pinned_keys_are_valid(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_to_eight_whole_pins_are_taken),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(a_pin_cut_at_any_place_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
