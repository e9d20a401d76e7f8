/* SPDX-License-Identifier: Apache-2.0
 *
 * Signatures of the payment provider's events. The good ones are what Stripe's own library makes; tests/integration/billing signs with that.
 */
#include "billing/stripe_signature.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "crypto/issue.h"

#define SECRET "whsec_test_secret_of_more_than_thirty_two_bytes"

enum { NOW_S = 1760000000 };

static const char body[] = "{\"id\":\"evt_1\"}";

static void mac_text(const char *secret, const char *time, char text[2 * PL_MAC_SIZE + 1])
{
    const pl_span parts[] = {pl_span_text(time), pl_span_text("."), pl_span_text(body)};
    uint8_t mac[PL_MAC_SIZE];

    pl_mac_parts(pl_span_text(secret), parts, 3, mac);
    for (size_t i = 0; i < sizeof mac; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", mac[i]);
}

static pl_err check(const char *secrets, const char *header)
{
    return stripe_signature_check(secrets, header, pl_span_text(body), NOW_S);
}

static void format(char header[512], const char *pattern, int64_t time_s, const char *secret)
{
    char time[24], mac[2 * PL_MAC_SIZE + 1];

    (void)snprintf(time, sizeof time, "%" PRId64, time_s);
    mac_text(secret, time, mac);
    (void)snprintf(header, 512, pattern, time, mac);
}

/* From RFC 4231, test case 2, and one with a key longer than a block (case 6). */
static void the_mac_is_hmac_sha_256(void **state)
{
    const pl_span parts[] = {pl_span_text("what do ya want "), pl_span_text("for nothing?")};
    const pl_span larger = pl_span_text("Test Using Larger Than Block-Size Key - Hash Key First");
    uint8_t mac[PL_MAC_SIZE], key[131];

    (void)state;
    pl_mac_parts(pl_span_text("Jefe"), parts, 2, mac);
    assert_memory_equal(mac, "\x5b\xdc\xc1\x46\xbf\x60\x75\x4e", 8);
    memset(key, 0xaa, sizeof key);
    pl_mac_parts(pl_span_of(key, sizeof key), &larger, 1, mac);
    assert_memory_equal(mac, "\x60\xe4\x31\x59\x1e\xe0\xb6\x7f", 8);
}

static void a_good_one_is_good(void **state)
{
    char header[512];

    (void)state;
    format(header, "t=%s,v1=%s", NOW_S, SECRET);
    assert_int_equal(check(SECRET, header), PL_OK);
    format(header, "t=%s, v0=abc, v1=%s ,v2=x", NOW_S, SECRET);
    assert_int_equal(check(SECRET, header), PL_ERR_SIGNATURE); /* the blank belongs to it */
    format(header, "t=%s, v0=abc, v1=%s,v2=x", NOW_S, SECRET);
    assert_int_equal(check(SECRET, header), PL_OK);
}

static void any_of_three_secrets_and_of_several_signatures_will_do(void **state)
{
    char header[512];

    (void)state;
    format(header, "t=%s,v1=0000000000000000000000000000000000000000000000000000000000000000,v1=%s", NOW_S, SECRET);
    assert_int_equal(check("whsec_other whsec_third " SECRET, header), PL_OK);
    assert_int_equal(check("whsec_other whsec_third", header), PL_ERR_SIGNATURE);
    assert_int_equal(check("whsec_1 whsec_2 whsec_3 " SECRET, header), PL_ERR_SIGNATURE); /* a fourth is not looked at */
}

static void an_old_one_and_one_of_the_future_are_replays(void **state)
{
    char header[512];

    (void)state;
    for (int64_t off = -STRIPE_TOLERANCE_S - 1; off <= STRIPE_TOLERANCE_S + 1; off += STRIPE_TOLERANCE_S + 1) {
        format(header, "t=%s,v1=%s", NOW_S + off, SECRET);
        assert_int_equal(check(SECRET, header), off ? PL_ERR_SIGNATURE : PL_OK);
    }
    format(header, "t=%s,v1=%s", NOW_S - STRIPE_TOLERANCE_S, SECRET);
    assert_int_equal(check(SECRET, header), PL_OK);
}

static void what_is_none_is_refused(void **state)
{
    static const char *const headers[] = {"",
                                          "t=",
                                          "v1=",
                                          "t=1760000000",
                                          "t=1760000000,v1=",
                                          "t=1760000000,v1=00",
                                          "t=17600000000000000000,v1=%s",
                                          "t=-1,v1=%s",
                                          "t=1760000000,t=1760000000,v1=%s",
                                          "t=1760000000;v1=%s",
                                          ",,,",
                                          "t=1760000000,v0=%s"};
    char header[512], mac[2 * PL_MAC_SIZE + 1];

    (void)state;
    mac_text(SECRET, "1760000000", mac);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        const char *rest = strstr(headers[i], "%s");
        int size = (int)(rest ? rest - headers[i] : (ptrdiff_t)strlen(headers[i]));

        (void)snprintf(header, sizeof header, "%.*s%s", size, headers[i], rest ? mac : "");
        assert_int_equal(check(SECRET, header), PL_ERR_SIGNATURE);
    }
}

static void another_body_secret_or_time_does_not_fit(void **state)
{
    char header[512];

    (void)state;
    format(header, "t=%s,v1=%s", NOW_S, SECRET);
    assert_int_equal(stripe_signature_check(SECRET, header, pl_span_text("{\"id\":\"evt_2\"}"), NOW_S), PL_ERR_SIGNATURE);
    assert_int_equal(check("whsec_test", header), PL_ERR_SIGNATURE);
    assert_int_equal(check("", header), PL_ERR_SIGNATURE);
    header[11] = header[11] == '1' ? '2' : '1';
    assert_int_equal(check(SECRET, header), PL_ERR_SIGNATURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mac_is_hmac_sha_256),
        cmocka_unit_test(a_good_one_is_good),
        cmocka_unit_test(any_of_three_secrets_and_of_several_signatures_will_do),
        cmocka_unit_test(an_old_one_and_one_of_the_future_are_replays),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(another_body_secret_or_time_does_not_fit),
    };

    if (pl_crypto_ready())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
