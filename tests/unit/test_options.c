/* SPDX-License-Identifier: Apache-2.0
 *
 * Options and opening: each setter takes what is good, remembers the first thing that is not, and open names it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "client/options.h"
#include "support/shop.h"

#include <string.h>

#include "token/jwk.h"

/* What open says to otherwise good options after this was done to them. */
static pospal_result_t opens(const shop *s, void (*spoil)(pospal_options *options, const char *value), const char *value)
{
    pospal_options *options = shop_options(s);
    pospal_client *client = NULL;
    pospal_result_t result;

    spoil(options, value);
    result = pospal_client_open(options, &client);
    assert_true((client != NULL) == (result == POSPAL_OK));
    pospal_client_close(client);
    pospal_options_free(options);
    return result;
}

static void set_product(pospal_options *options, const char *value)
{
    pospal_options_set_product(options, value, NULL);
}

static void set_version(pospal_options *options, const char *value)
{
    pospal_options_set_product(options, FAKE_PRODUCT, value);
}

static void set_key(pospal_options *options, const char *value)
{
    pospal_options_set_license_key(options, POSPAL_KEY_TEXT, value);
}

static void set_other_source(pospal_options *options, const char *value)
{
    pospal_options_set_license_key(options, (pospal_key_source_t)3, value);
}

static void set_timeout(pospal_options *options, const char *value)
{
    pospal_options_set_timeout_ms(options, value[0] == '-' ? 99 : value[0] == '+' ? 120001 : 120000);
}

static void set_server(pospal_options *options, const char *value)
{
    pospal_options_set(options, POSPAL_OPTION_SERVER, value);
}

static void set_root_keys(pospal_options *options, const char *value)
{
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, value);
}

static void set_data_directory(pospal_options *options, const char *value)
{
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, value);
}

static void set_proxy(pospal_options *options, const char *value)
{
    pospal_options_set(options, POSPAL_OPTION_PROXY, value);
}

static void set_ca_file(pospal_options *options, const char *value)
{
    pospal_options_set(options, POSPAL_OPTION_CA_FILE, value);
}

static void set_pinned_keys(pospal_options *options, const char *value)
{
    pospal_options_set(options, POSPAL_OPTION_PINNED_KEYS, value);
}

static void set_device_name(pospal_options *options, const char *value)
{
    pospal_options_set(options, POSPAL_OPTION_DEVICE_NAME, value);
}

static void set_hardware_root(pospal_options *options, const char *value)
{
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, value);
}

static void set_what_is_no_option(pospal_options *options, const char *value)
{
    pospal_options_set(options, (pospal_option_t)(value[0] == '0' ? 0 : POSPAL_OPTION_HARDWARE_ROOT + 1), value);
}

#define PIN  "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define X64  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X128 X64 X64
#define X512 X128 X128 X128 X128

static const struct {
    void (*set)(pospal_options *options, const char *value);
    const char *value;
    bool is_good;
    const char *named; /* in the detail */
} ROWS[] = {
    {set_product, "till", true, ""},
    {set_product, X64, true, ""},
    {set_product, "a-b_c.9", true, ""},
    {set_product, "", false, "product"},
    {set_product, NULL, false, "product"},
    {set_product, "Till", false, "product"},
    {set_product, "a/b", false, "product"},
    {set_product, X64 "x", false, "product"},
    {set_version, X64, true, ""},
    {set_version, X64 "x", false, "version"},
    {set_server, "https://license.example.com", true, ""},
    {set_server, "https://license.example.com:8443/path/", true, ""},
    {set_server, "http://localhost", true, ""},
    {set_server, "http://localhost:8080/x", true, ""},
    {set_server, "http://127.0.0.1:8080", true, ""},
    {set_server, "http://[::1]:8080", true, ""},
    {set_server, "http://[::1]", true, ""},
    {set_server, "https://[2001:db8::7]:8443/path", true, ""},
    {set_server, "https://[fe80::1%25eth0]", true, ""},
    {set_server, "https://::1", false, "server"},
    {set_server, "https://[::1", false, "in brackets"},
    {set_server, "https://[::1]x", false, "server"},
    {set_server, "https://a:0", false, "server"},
    {set_server, "https://a:70000", false, "server"},
    {set_server, "http://[::2]", false, "server"},
    {set_server, "http://[::1].evil.example", false, "server"},
    {set_server, NULL, true, ""},
    {set_server, "http://license.example.com", false, "server"},
    {set_server, "http://localhost.evil.example", false, "server"},
    {set_server, "http://127.0.0.1.evil.example", false, "server"},
    {set_server, "http://127.0.0.1@evil.example", false, "server"},
    {set_server, "ftp://license.example.com", false, "server"},
    {set_server, "https://", false, "server"},
    {set_server, "https://a b", false, "server"},
    {set_server, "https://a?b", false, "server"},
    {set_server, "https://user:password@a", false, "server"},
    {set_server, "https://a\r\nX: y", false, "server"},
    {set_server, "", false, "server"},
    {set_server, "https://" X512, false, "server"},
    {set_root_keys, NULL, false, "root keys"},
    {set_root_keys, "", false, "root keys"},
    {set_root_keys, "{\"keys\":[]}", false, "root keys"},
    {set_data_directory, "", true, ""},
    {set_data_directory, X512 X512, false, "data directory"},
    {set_proxy, "http://user:password@proxy:3128", true, ""},
    {set_proxy, "socks5h://[::1]:1080", true, ""},
    {set_proxy, "", true, ""},
    {set_proxy, NULL, true, ""},
    {set_proxy, "http://user:pass/word@proxy", false, "%40 for @"},
    {set_proxy, "ftp://proxy", false, "proxy"},
    {set_pinned_keys, PIN, true, ""},
    {set_pinned_keys, PIN ";" PIN, true, ""},
    {set_pinned_keys, NULL, true, ""},
    {set_pinned_keys, "", false, "pinned keys"},
    {set_pinned_keys, PIN ";", false, "pinned keys"},
    {set_pinned_keys, "sha256//nonsense", false, "pinned keys"},
    {set_ca_file, "/etc/ssl/ca.pem", true, ""},
    {set_key, "SHOP-0001-FAKE", true, ""},
    {set_key, X64 X64, false, "license key"},
    {set_other_source, "x", false, "source"},
    {set_device_name, X128, true, ""},
    {set_device_name, X128 "x", false, "device name"},
    {set_device_name, "Kasse \xfc", false, "device name"},
    {set_device_name, "Kasse \xc3\xbc", true, ""},
    {set_hardware_root, X512 X512, false, "hardware root"},
    {set_what_is_no_option, "0", false, "option 0"},
    {set_what_is_no_option, "9", false, "option 9"},
    {set_timeout, "=", true, ""},
    {set_timeout, "-", false, "timeout"},
    {set_timeout, "+", false, "timeout"},
};

static void each_setter_takes_what_is_good_and_open_names_what_is_not(void **state)
{
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        pospal_result_t result = opens(*state, ROWS[i].set, ROWS[i].value);

        if (result != (ROWS[i].is_good ? POSPAL_OK : POSPAL_ERROR_INVALID_ARGUMENT))
            fail_msg("row %zu, \"%s\": %s", i, ROWS[i].value ? ROWS[i].value : "NULL", pospal_result_name(result));
        if (!ROWS[i].is_good)
            assert_null(strstr(pospal_error_detail(), "pass/word")); /* a password is not shown */
        if (!ROWS[i].is_good && !strstr(pospal_error_detail(), ROWS[i].named))
            fail_msg("row %zu: no \"%s\" in: %s", i, ROWS[i].named, pospal_error_detail());
    }
}

static void the_first_failure_is_the_one_that_is_told(void **state)
{
    shop *s = *state;
    pospal_options *options = shop_options(s);
    pospal_client *client = NULL;

    pospal_options_set_timeout_ms(options, 1);
    pospal_options_set(options, POSPAL_OPTION_SERVER, "nonsense");
    pospal_options_set_timeout_ms(options, 1000);
    assert_int_equal(pospal_client_open(options, &client), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_non_null(strstr(pospal_error_detail(), "timeout"));
    pospal_options_free(options);
}

static void product_and_roots_are_required(void **state)
{
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;

    (void)state;
    assert_int_equal(pospal_client_open(options, &client), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_non_null(strstr(pospal_error_detail(), "pospal_options_set_product"));
    pospal_options_set_product(options, "till", NULL);
    assert_int_equal(pospal_client_open(options, &client), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_non_null(strstr(pospal_error_detail(), "POSPAL_OPTION_ROOT_KEYS"));
    assert_int_equal(pospal_client_open(NULL, &client), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_client_open(options, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    pospal_options_free(options);
}

static void setters_and_free_accept_null(void **state)
{
    (void)state;
    pospal_options_set_product(NULL, "till", NULL);
    pospal_options_set(NULL, POSPAL_OPTION_SERVER, "x");
    pospal_options_set(NULL, POSPAL_OPTION_ROOT_KEYS, "x");
    pospal_options_set(NULL, POSPAL_OPTION_DATA_DIRECTORY, "x");
    pospal_options_set_timeout_ms(NULL, 1);
    pospal_options_set(NULL, POSPAL_OPTION_PROXY, "x");
    pospal_options_set(NULL, POSPAL_OPTION_CA_FILE, "x");
    pospal_options_set(NULL, POSPAL_OPTION_PINNED_KEYS, "x");
    pospal_options_set_license_key(NULL, POSPAL_KEY_TEXT, "x");
    pospal_options_set(NULL, POSPAL_OPTION_DEVICE_NAME, "x");
    pospal_options_set(NULL, POSPAL_OPTION_HARDWARE_ROOT, "x");
    pospal_options_set_transport(NULL, NULL, NULL);
    pospal_options_set_clock(NULL, NULL, NULL);
    pospal_options_set_log(NULL, NULL, NULL, POSPAL_LOG_DEBUG);
    pospal_options_set_change_callback(NULL, NULL, NULL);
    pospal_options_free(NULL);
    pospal_client_close(NULL);
}

static void a_client_keeps_a_copy_of_its_options(void **state)
{
    shop *s = *state;
    pospal_options *options = shop_options(s);
    pospal_client *client = NULL;

    assert_int_equal(pospal_client_open(options, &client), POSPAL_OK);
    pospal_options_set_product(options, "another", NULL);
    pospal_options_free(options);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    pospal_client_close(client);
}

typedef struct {
    int lines;
    bool has_secret;
} sink;

static void take_line(void *context, pospal_log_level_t level, const char *message)
{
    sink *log = context;

    (void)level;
    log->lines++;
    log->has_secret = log->has_secret || strstr(message, FAKE_KEY);
}

static void the_log_tells_at_the_level_that_was_asked_for_and_no_secret(void **state)
{
    shop *s = *state;

    s->validator.line = LINE_HTML;
    for (pospal_log_level_t level = POSPAL_LOG_WARNING; level <= POSPAL_LOG_INFO; level++) {
        pospal_options *options = shop_options(s);
        pospal_client *client = NULL;
        sink log = {0, false};

        pospal_options_set_log(options, take_line, &log, level);
        assert_int_equal(pospal_client_open(options, &client), POSPAL_OK);
        (void)pospal_client_activate(client, FAKE_KEY, NULL);
        pospal_client_close(client);
        pospal_options_free(options);
        assert_true(level == POSPAL_LOG_INFO ? log.lines > 0 : log.lines == 0);
        assert_false(log.has_secret);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_setter_takes_what_is_good_and_open_names_what_is_not),
        CASE(the_first_failure_is_the_one_that_is_told),
        CASE(product_and_roots_are_required),
        CASE(setters_and_free_accept_null),
        CASE(a_client_keeps_a_copy_of_its_options),
        CASE(the_log_tells_at_the_level_that_was_asked_for_and_no_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
