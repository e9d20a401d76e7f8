/* SPDX-License-Identifier: Apache-2.0
 *
 * The signature of webhooks, against the published example of Standard Webhooks, and base64.
 */
#include "notify/signature.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "crypto/base64.h"

/* From the specification's libraries: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw. */
static const uint8_t published[2][WEBHOOK_KEY_SIZE] = {
    {0x31, 0xf2, 0x90, 0xf6, 0xbf, 0x06, 0x29, 0x8a, 0xab, 0x4f, 0x08, 0xd4,
     0x3c, 0x3f, 0x08, 0x2c, 0xf6, 0x48, 0xa3, 0x62, 0xda, 0x2d, 0xa4, 0xb0},
    {1},
};

static void it_is_the_published_one(void **state)
{
    const signed_message_t message = {"msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, pl_span_text("{\"test\": 2432232314}")};
    pl_buf signature;

    (void)state;
    pl_buf_init(&signature);
    assert_int_equal(webhook_sign(&message, published, 1, &signature), PL_OK);
    assert_string_equal(signature.data, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    pl_buf_reset(&signature);
}

static void two_keys_make_two_signatures_the_first_unchanged(void **state)
{
    const signed_message_t message = {"msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, pl_span_text("{\"test\": 2432232314}")};
    pl_buf signature;

    (void)state;
    pl_buf_init(&signature);
    assert_int_equal(webhook_sign(&message, published, 2, &signature), PL_OK);
    assert_int_equal(strncmp(signature.data, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,", 51), 0);
    assert_int_equal(signature.size, 47 * 2 + 1);
    pl_buf_reset(&signature);
}

static void each_part_of_the_message_counts(void **state)
{
    const signed_message_t messages[] = {{"a", 1, {"x", 1}}, {"b", 1, {"x", 1}}, {"a", 2, {"x", 1}}, {"a", 1, {"y", 1}}};
    pl_buf signatures[4];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        pl_buf_init(&signatures[i]);
        assert_int_equal(webhook_sign(&messages[i], published, 1, &signatures[i]), PL_OK);
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(signatures[i].data, signatures[other].data);
    }
    for (size_t i = 0; i < 4; i++)
        pl_buf_reset(&signatures[i]);
}

/* RFC 4648, 10. */
static void base64_is_as_the_standard_shows_it(void **state)
{
    static const char *const rows[][2] = {{"", ""},
                                          {"f", "Zg=="},
                                          {"fo", "Zm8="},
                                          {"foo", "Zm9v"},
                                          {"foob", "Zm9vYg=="},
                                          {"fooba", "Zm9vYmE="},
                                          {"foobar", "Zm9vYmFy"},
                                          {"\xff\xef\xbe", "/+++"}};
    char text[16];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pl_base64_encode(pl_span_text(rows[i][0]), text);
        assert_string_equal(text, rows[i][1]);
        assert_int_equal(pl_base64_size(strlen(rows[i][0])), strlen(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_the_published_one),
        cmocka_unit_test(two_keys_make_two_signatures_the_first_unchanged),
        cmocka_unit_test(each_part_of_the_message_counts),
        cmocka_unit_test(base64_is_as_the_standard_shows_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
