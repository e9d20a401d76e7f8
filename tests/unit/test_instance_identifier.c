/* SPDX-License-Identifier: Apache-2.0
 *
 * Identifiers of instances: each kind's one spelling, and what is refused.
 */
#include "licensing/instance_identifier.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

typedef struct {
    seat_kind kind;
    const char *given;
    const char *spelling; /* NULL: refused */
} sample;

static const sample samples[] = {
    {SEAT_URL, "https://shop.example", "https://shop.example"},
    {SEAT_URL, "https://shop.example/", "https://shop.example"},
    {SEAT_URL, "https://shop.example///", "https://shop.example"},
    {SEAT_URL, "  HTTPS://Shop.EXAMPLE/ \n", "https://shop.example"},
    {SEAT_URL, "https://shop.example.", "https://shop.example"},
    {SEAT_URL, "https://shop.example:443/", "https://shop.example"},
    {SEAT_URL, "https://shop.example:0443", "https://shop.example"},
    {SEAT_URL, "https://shop.example:/x", "https://shop.example/x"},
    {SEAT_URL, "http://shop.example:80", "http://shop.example"},
    {SEAT_URL, "http://shop.example:443", "http://shop.example:443"},
    {SEAT_URL, "https://shop.example:8443/", "https://shop.example:8443"},
    {SEAT_URL, "https://shop.example/Blog/", "https://shop.example/Blog"},
    {SEAT_URL, "https://shop.example/a%2Fb", "https://shop.example/a%2Fb"},
    {SEAT_URL, "https://shop.example/?site=2", "https://shop.example/?site=2"},
    {SEAT_URL, "https://shop.example?to=https://x/", "https://shop.example?to=https://x/"},
    {SEAT_URL, "shop.example", "https://shop.example"},
    {SEAT_URL, "shop.example/wp?u=http://b", "https://shop.example/wp?u=http://b"},
    {SEAT_URL, "shop.example?u=http://b", "https://shop.example?u=http://b"},
    {SEAT_URL, "http://localhost:8080", "http://localhost:8080"},
    {SEAT_URL, "http://192.168.0.7/", "http://192.168.0.7"},
    {SEAT_URL, "http://[2001:DB8:0::1]:80/", "http://[2001:db8::1]"},
    {SEAT_URL, "http://[::1]:8080", "http://[::1]:8080"},
    {SEAT_URL,
     "https://b\xC3\xBC"
     "cher.example/\xC3\xBC",
     "https://xn--bcher-kva.example/\xC3\xBC"},
    {SEAT_URL,
     "https://B\xC3\x9C"
     "CHER.example",
     "https://xn--bcher-kva.example"},
    {SEAT_URL, "https://xn--bcher-kva.example", "https://xn--bcher-kva.example"},
    {SEAT_URL, "https://fa\xC3\x9F.example", "https://xn--fa-hia.example"},
    {SEAT_URL, "https://my_shop.local", "https://my_shop.local"},
    {SEAT_URL, "", NULL},
    {SEAT_URL, " \t", NULL},
    {SEAT_URL, "ftp://shop.example", NULL},
    {SEAT_URL, "javascript://x", NULL},
    {SEAT_URL, "https://", NULL},
    {SEAT_URL, "https:///x", NULL},
    {SEAT_URL, "https://me@shop.example", NULL},
    {SEAT_URL, "https://me:word@shop.example/", NULL},
    {SEAT_URL, "https://shop.example/#top", NULL},
    {SEAT_URL, "https://shop.example#", NULL},
    {SEAT_URL, "https://shop.example/a b", NULL},
    {SEAT_URL, "https://shop.example\\x", NULL},
    {SEAT_URL, "https://shop.example/\x01", NULL},
    {SEAT_URL, "https://shop.example/\xFF", NULL},
    {SEAT_URL, "https://shop.example:0", NULL},
    {SEAT_URL, "https://shop.example:65536", NULL},
    {SEAT_URL, "https://shop.example:80x", NULL},
    {SEAT_URL, "https://shop.example:000443", NULL},
    {SEAT_URL, "https://::1/", NULL},
    {SEAT_URL, "https://[::1", NULL},
    {SEAT_URL, "https://[zz]", NULL},
    {SEAT_URL, "https://-shop.example", NULL},
    {SEAT_URL, "https://shop..example", NULL},
    {SEAT_URL, "https://%41.example", NULL},
    {SEAT_URL, "https://xn--\xC3\xBC.example", NULL},
    {SEAT_HOSTNAME, "Till-7.Shop.Example.", "till-7.shop.example"},
    {SEAT_HOSTNAME, " till7 ", "till7"},
    {SEAT_HOSTNAME, "10.0.0.1", "10.0.0.1"},
    {SEAT_HOSTNAME, "[2001:db8::1]", "2001:db8::1"},
    {SEAT_HOSTNAME, "2001:DB8::0:1", "2001:db8::1"},
    {SEAT_HOSTNAME, "\xD0\xBF\xD1\x80\xD0\xB8\xD0\xBC\xD0\xB5\xD1\x80.example", "xn--e1afmkfd.example"},
    {SEAT_HOSTNAME, "till_7.local", "till_7.local"},
    {SEAT_HOSTNAME, "a:b", NULL},
    {SEAT_HOSTNAME, ".", NULL},
    {SEAT_HOSTNAME, "a..b", NULL},
    {SEAT_HOSTNAME, "a b", NULL},
    {SEAT_HOSTNAME, "till-.example", NULL},
    {SEAT_HOSTNAME, "https://shop.example", NULL},
    {SEAT_HOSTNAME, "shop/example", NULL},
    {SEAT_MACHINE_ID, "  AbC-7 ", "AbC-7"},
    {SEAT_MACHINE_ID, "\xC3\xBC 7", "\xC3\xBC 7"},
    {SEAT_MACHINE_ID, "https://Shop.example/", "https://Shop.example/"},
    {SEAT_MACHINE_ID, "", NULL},
    {SEAT_MACHINE_ID, "   ", NULL},
    {SEAT_MACHINE_ID, "a\nb", NULL},
    {SEAT_MACHINE_ID, "\xC0\x80", NULL},
    {SEAT_DEVICE, "fp1:x", NULL},
};

static void each_identifier_has_one_spelling_or_is_refused(void **state)
{
    instance_identifier_t read;
    instance_identifier_t again;

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        const sample *s = &samples[i];
        pl_err err = instance_identifier_read(s->kind, s->given, &read);

        if (err != (s->spelling ? PL_OK : PL_ERR_INVALID))
            fail_msg("%s: %s %s", s->given, pl_err_name(err), pl_err_detail());
        if (!s->spelling)
            continue;
        assert_string_equal(read.text, s->spelling);
        assert_int_equal(read.kind, s->kind);
        assert_int_equal(instance_identifier_read(s->kind, read.text, &again), PL_OK); /* the spelling is its own */
        assert_string_equal(again.text, s->spelling);
    }
}

static void an_identifier_has_500_bytes_at_most(void **state)
{
    char text[600];
    instance_identifier_t read;

    (void)state;
    memset(text, 'a', sizeof text);
    text[INSTANCE_IDENTIFIER_MAX] = '\0';
    assert_int_equal(instance_identifier_read(SEAT_MACHINE_ID, text, &read), PL_OK);
    text[INSTANCE_IDENTIFIER_MAX] = 'a';
    text[INSTANCE_IDENTIFIER_MAX + 1] = '\0';
    assert_int_equal(instance_identifier_read(SEAT_MACHINE_ID, text, &read), PL_ERR_INVALID);
    assert_int_equal(instance_identifier_read(SEAT_HOSTNAME, text, &read), PL_ERR_INVALID);
    memcpy(text, "x.example/", 10); /* it grows by its scheme */
    text[INSTANCE_IDENTIFIER_MAX - 4] = '\0';
    assert_int_equal(instance_identifier_read(SEAT_URL, text, &read), PL_ERR_INVALID);
    text[INSTANCE_IDENTIFIER_MAX - 8] = '\0';
    assert_int_equal(instance_identifier_read(SEAT_URL, text, &read), PL_OK);
    assert_int_equal(strlen(read.text), INSTANCE_IDENTIFIER_MAX);
}

static void what_has_no_kind_is_a_url_or_a_machine_id(void **state)
{
    instance_identifier_t read;

    (void)state;
    assert_int_equal(instance_identifier_guess("HTTPS://Shop.example/", &read), PL_OK);
    assert_int_equal(read.kind, SEAT_URL);
    assert_string_equal(read.text, "https://shop.example");
    assert_int_equal(instance_identifier_guess("https://shop.example/#top", &read), PL_OK); /* no URL in order: taken as it is */
    assert_int_equal(read.kind, SEAT_MACHINE_ID);
    assert_string_equal(read.text, "https://shop.example/#top");
    assert_int_equal(instance_identifier_guess(" Till 7", &read), PL_OK);
    assert_int_equal(read.kind, SEAT_MACHINE_ID);
    assert_int_equal(instance_identifier_guess("", &read), PL_ERR_INVALID);
}

static void kinds_have_their_names(void **state)
{
    (void)state;
    for (int kind = SEAT_URL; kind <= SEAT_MACHINE_ID; kind++)
        assert_int_equal(instance_kind_parse(seat_kind_text((seat_kind)kind)), kind);
    assert_int_equal(instance_kind_parse("fingerprint"), SEAT_DEVICE);
    assert_int_equal(instance_kind_parse("URL"), SEAT_DEVICE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_identifier_has_one_spelling_or_is_refused),
        cmocka_unit_test(an_identifier_has_500_bytes_at_most),
        cmocka_unit_test(what_has_no_kind_is_a_url_or_a_machine_id),
        cmocka_unit_test(kinds_have_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
