/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of releases: told signed, or not at all.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const pl_release_claims RELEASE = {.version = "2.5.0",
                                          .channel = "stable",
                                          .url = "https://example.com/till-2.5.0",
                                          .notes_url = "https://example.com/notes",
                                          .sha256 = SHA256,
                                          .published_at = SHOP_OPENS_AT - 5,
                                          .is_allowed = true};

static pospal_result_t ask(pospal_client *client, const char *channel, pospal_release_t *release)
{
    *release = (pospal_release_t){.size = sizeof *release};
    return pospal_client_check_release(client, channel, release);
}

static void a_release_is_told_with_its_checksum(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_release_t release;

    s->validator.release = &RELEASE;
    assert_int_equal(ask(client, NULL, &release), POSPAL_OK);
    assert_string_equal(release.version, "2.5.0");
    assert_string_equal(release.channel, "stable");
    assert_string_equal(release.url, "https://example.com/till-2.5.0");
    assert_string_equal(release.notes_url, "https://example.com/notes");
    assert_string_equal(release.sha256, SHA256);
    assert_int_equal(release.published_at, SHOP_OPENS_AT - 5);
    assert_int_equal(release.is_allowed, 1);
    pospal_client_close(client);
}

static void where_there_is_none_or_no_license_it_says_so(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pospal_release_t release;

    assert_int_equal(ask(client, NULL, &release), POSPAL_ERROR_NO_LICENSE_KEY);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    assert_int_equal(ask(client, NULL, &release), POSPAL_ERROR_NOT_FOUND);
    assert_int_equal(ask(client, "No Channel", &release), POSPAL_ERROR_INVALID_ARGUMENT);
    release.size = 8;
    assert_int_equal(pospal_client_check_release(client, NULL, &release), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_check_release(NULL, NULL, &release), POSPAL_ERROR_INVALID_ARGUMENT);
    s->validator.licenses[0].is_known = false;
    assert_int_equal(ask(client, NULL, &release), POSPAL_ERROR_DENIED);
    pospal_client_close(client);
}

static void what_is_not_signed_for_this_question_is_not_told(void **state)
{
    static const fake_line lines[] = {LINE_OFFLINE,     LINE_HTML,        LINE_EMPTY,         LINE_STRANGER,     LINE_FORGED,
                                      LINE_LICENSE_KEY, LINE_OTHER_NONCE, LINE_OTHER_REQUEST, LINE_OTHER_PRODUCT};
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_release_t release;

    s->validator.release = &RELEASE;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        s->validator.line = lines[i];
        assert_int_equal(ask(client, NULL, &release), POSPAL_ERROR_UNREACHABLE);
        assert_string_equal(release.version, "");
        assert_string_equal(release.url, "");
    }
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void an_answer_about_another_channel_is_not_taken(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_release_t release;

    s->validator.release = &RELEASE;
    assert_int_equal(ask(client, "beta", &release), POSPAL_ERROR_UNREACHABLE);
    assert_string_equal(release.version, "");
    pospal_client_close(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_release_is_told_with_its_checksum),
        CASE(where_there_is_none_or_no_license_it_says_so),
        CASE(what_is_not_signed_for_this_question_is_not_told),
        CASE(an_answer_about_another_channel_is_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
