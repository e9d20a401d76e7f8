/* SPDX-License-Identifier: Apache-2.0
 *
 * A message's bytes: headers that cannot be broken out of, encodings, addresses. A foreign reader reads them in integration.mail.
 */
#include "mail/message.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "mail/encoding.h"

static message_t sample(void)
{
    return (message_t){.id = {{1, 2, 3}},
                       .date_ms = INT64_C(1790899200000),
                       .language = "en",
                       .from = {"hello@acme.example", "Acme"},
                       .to = {"ada@example.com", "Ada"},
                       .subject = "Your key",
                       .text = "Hello\n",
                       .html = "<p>Hello</p>\n"};
}

static char *written(const message_t *message)
{
    pl_buf out;

    pl_buf_init(&out);
    message_write(message, &out);
    assert_int_equal(out.err, PL_OK);
    return pl_buf_detach(&out);
}

/* No line is longer than mail may have it, each ends with \r\n, and nothing is a control character. */
static void check_lines(const char *bytes)
{
    size_t column = 0;

    for (const char *c = bytes; *c; c++) {
        if (*c == '\r') {
            assert_int_equal(c[1], '\n');
            column = 0;
            c++;
            continue;
        }
        assert_int_not_equal(*c, '\n');
        assert_in_range((unsigned char)*c, ' ', 0x7e);
        assert_in_range(++column, 1, 78);
    }
}

static void a_message_has_its_headers(void **state)
{
    message_t message = sample();
    char *bytes;

    (void)state;
    message.reply_to = "reply@acme.example";
    message.unsubscribe = "help@acme.example";
    bytes = written(&message);
    check_lines(bytes);
    assert_non_null(strstr(bytes, "Date: Fri, 02 Oct 2026 00:00:00 +0000\r\n"));
    assert_non_null(strstr(bytes, "From: Acme <hello@acme.example>\r\n"));
    assert_non_null(strstr(bytes, "Message-ID: <01020300-0000-0000-0000-000000000000@acme.example>\r\n"));
    assert_non_null(strstr(bytes, "Reply-To: reply@acme.example\r\n"));
    assert_non_null(strstr(bytes, "List-Unsubscribe: <mailto:help@acme.example?subject=unsubscribe>\r\n"));
    assert_non_null(strstr(bytes, "Auto-Submitted: auto-generated\r\n"));
    free(bytes);
}

static void only_reminders_can_be_unsubscribed(void **state)
{
    const message_t message = sample();
    char *bytes = written(&message);

    (void)state;
    assert_null(strstr(bytes, "List-Unsubscribe"));
    assert_null(strstr(bytes, "Reply-To"));
    free(bytes);
}

static void the_same_message_has_the_same_bytes(void **state)
{
    const message_t message = sample();
    char *one = written(&message), *other = written(&message);

    (void)state;
    assert_string_equal(one, other);
    free(one);
    free(other);
}

static void no_name_or_subject_makes_a_header(void **state)
{
    static const char *const attempts[] = {
        "x\r\nBcc: all@example.com",
        "x\nBcc: all@example.com",
        "x\rBcc: all@example.com",
        "\"x\" <all@example.com>, \"",
        "=?UTF-8?Q?x=0D=0ABcc:?=",
        "\xe2\x80\xae\xe2\x80\xa8 turned",
        "a very long name that does not fit into one line of a header by itself, and so must be folded somewhere within",
        "ππππππππππππππππππππππππππππππππππππππππππππππππππππππππππππ",
    };

    (void)state;
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        message_t message = sample();
        char *bytes;

        message.subject = message.from.name = message.to.name = attempts[i];
        bytes = written(&message);
        check_lines(bytes);
        assert_null(strstr(bytes, "\r\nBcc"));
        assert_null(strstr(bytes, "?Q?"));
        free(bytes);
    }
}

static void addresses_are_plain_or_refused(void **state)
{
    static const char *const good[] = {"a@b", "ada+till@example.com", "o'brien@example.com", "\xcf\x80@example.com"};
    static const char *const bad[] = {"",        "a",           "@b",    "a@",    "a@b@c",  "a b@c",   "a@b c",
                                      "a@b\r\n", "a@b\nX",      "<a@b>", "a@b>",  "a,b@c",  "\"a\"@c", "a@b;c",
                                      "a@b(c)",  "a@[1.2.3.4]", "a\\@b", "a:b@c", "a@b\x7f"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(mail_address_is_plain(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        message_t message = sample();

        assert_false(mail_address_is_plain(bad[i]));
        message.to.address = bad[i];
        assert_int_equal(message_check(&message), PL_ERR_INVALID);
        message = sample();
        message.from.address = bad[i];
        assert_int_equal(message_check(&message), PL_ERR_INVALID);
        message = sample();
        message.reply_to = bad[i];
        assert_int_equal(message_check(&message), PL_ERR_INVALID);
    }
}

static void a_mailbox_has_a_name_or_none(void **state)
{
    char room[MAIL_NAME_MAX + MAIL_ADDRESS_MAX + 2];
    mailbox_t mailbox;

    (void)state;
    assert_true(mailbox_parse("Acme Tills <hello@acme.example>", room, &mailbox));
    assert_string_equal(mailbox.name, "Acme Tills");
    assert_string_equal(mailbox.address, "hello@acme.example");
    assert_true(mailbox_parse("hello@acme.example", room, &mailbox));
    assert_string_equal(mailbox.name, "");
    assert_false(mailbox_parse("Acme <hello@acme.example", room, &mailbox));
    assert_false(mailbox_parse("Acme <>", room, &mailbox));
    assert_false(mailbox_parse("<", room, &mailbox));
    assert_false(mailbox_parse("Acme", room, &mailbox));
}

static void bodies_are_encoded_by_what_is_shorter(void **state)
{
    pl_buf out;

    (void)state;
    assert_int_equal(mail_encoding_for(pl_span_text("Hello there, \xe2\x82\xac"
                                                    "5 for a coffee")),
                     ENCODING_QUOTED);
    assert_int_equal(mail_encoding_for(pl_span_text("\xce\x93\xce\xb5\xce\xb9\xce\xb1")), ENCODING_BASE64);
    pl_buf_init(&out);
    mail_encode_body(pl_span_text("a=b \nend\t"), ENCODING_QUOTED, &out);
    assert_string_equal(out.data, "a=3Db=20\r\nend=09\r\n");
    pl_buf_clear(&out);
    mail_encode_body(pl_span_text("a\n"), ENCODING_BASE64, &out);
    assert_string_equal(out.data, "YQ0K\r\n");
    pl_buf_reset(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_has_its_headers),
        cmocka_unit_test(only_reminders_can_be_unsubscribed),
        cmocka_unit_test(the_same_message_has_the_same_bytes),
        cmocka_unit_test(no_name_or_subject_makes_a_header),
        cmocka_unit_test(addresses_are_plain_or_refused),
        cmocka_unit_test(a_mailbox_has_a_name_or_none),
        cmocka_unit_test(bodies_are_encoded_by_what_is_shorter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
