/* SPDX-License-Identifier: Apache-2.0
 *
 * Attacks from outside on the real server and the real library: somebody else's validator behind a certificate that is valid for the
 * right host, and the guessing of license keys.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include <pospal/license.h>

#include "support/device_client.h"
#include "support/tls_certificate.h"
#include "unit/fake_root.h"

enum { TIMEOUT_MS = 20000 };

static const char *program;
static server_t vendor, stranger;
static fake_root hardware;
static char certificate[96], private_key[96];
static char key[64], license_id[64];

/* ---- two vendors, each with a validator of his own ---- */

static bool serve_with_tls(server_t *server)
{
    const char *const words[] = {"--tls-cert", certificate, "--tls-key", private_key, NULL};

    return server_start(server, words);
}

static int set_up(void **state)
{
    static const fake_entry files[] = {
        {FILE_OF, "/etc/machine-id", "0123456789abcdef0123456789abcdef\n"},
        {FILE_OF, "/sys/class/dmi/id/product_uuid", "4c4c4544-0044-4a10-8053-b7c04f4e3132\n"},
        {FILE_OF, "/sys/class/dmi/id/board_serial", "BRD-4711\n"},
    };
    static tls_pem pem;

    (void)state;
    fake_root_make(&hardware);
    fake_root_add(&hardware, files, FAKE_COUNT(files));
    if (pl_crypto_ready() || !server_create(&vendor, program, "2") || !server_create(&stranger, program, "2"))
        return -1;
    (void)snprintf(certificate, sizeof certificate, "%s/certificate.pem", vendor.directory);
    (void)snprintf(private_key, sizeof private_key, "%s/key.pem", vendor.directory);
    tls_certificate_make("20200101000000", "20991231235959", &pem);
    tls_pem_write(pem.certificate, certificate);
    tls_pem_write(pem.key, private_key);
    return server_issue(&vendor, key, license_id) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    server_remove(&vendor);
    server_remove(&stranger);
    fake_root_remove(&hardware);
    return 0;
}

/* A till that pins the roots of one vendor and finds the server of another, or its own. */
static pospal_client *open_till(const server_t *pinned, const server_t *found)
{
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;
    char url[64], data[128];

    (void)snprintf(url, sizeof url, "https://127.0.0.1:%d", found->port);
    (void)snprintf(data, sizeof data, "%s/till", vendor.directory);
    pospal_options_set_product(options, "till", "1.0.0");
    pospal_options_set(options, POSPAL_OPTION_SERVER, url);
    pospal_options_set(options, POSPAL_OPTION_CA_FILE, certificate);
    pospal_options_set(options, POSPAL_OPTION_PROXY, "");
    pospal_options_set_timeout_ms(options, TIMEOUT_MS);
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, pinned->roots);
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, data);
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, hardware.path);
    assert_int_equal(pospal_client_open(options, &client), POSPAL_OK);
    pospal_options_free(options);
    return client;
}

static void somebody_elses_validator_behind_a_valid_certificate_is_unreachable(void **state)
{
    char other_key[64], other_id[64];
    pospal_client *client;

    (void)state;
    assert_true(serve_with_tls(&vendor) && serve_with_tls(&stranger) && server_issue(&stranger, other_key, other_id));
    client = open_till(&vendor, &stranger);
    assert_int_equal(pospal_client_activate(client, other_key, NULL), POSPAL_ERROR_UNREACHABLE); /* grants nothing */
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_NONE);
    pospal_client_close(client);
    client = open_till(&vendor, &vendor);
    assert_int_equal(pospal_client_activate(client, key, NULL), POSPAL_OK);
    pospal_client_close(client);
    client = open_till(&vendor, &stranger);
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL), POSPAL_ERROR_UNREACHABLE); /* and takes nothing */
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
    client = open_till(&stranger, &stranger); /* it is a good validator for its own */
    assert_int_equal(pospal_client_activate(client, other_key, NULL), POSPAL_OK);
    pospal_client_close(client);
    assert_int_equal(server_stop(&vendor), 0);
    assert_int_equal(server_stop(&stranger), 0);
}

/* ---- guessing ---- */

/* What a guess brings to light. */
typedef struct {
    int status;
    pl_verdict verdict;
    size_t size; /* of the reply */
} guess_t;

static void guess(http_client_t *client, const char *text, guess_t *guessed)
{
    static http_response_t response;
    uint8_t nonce[PL_NONCE_SIZE];
    device_t device;
    answer_t answer;
    pl_buf body;

    device_make(&device, &vendor, text, 1);
    pl_buf_init(&body);
    device_write(&device, PL_ACT_ACTIVATE, nonce, &body);
    assert_true(http_post(client, pl_act_path(PL_ACT_ACTIVATE), body.data, &response));
    pl_buf_reset(&body);
    device_call(&device, client, PL_ACT_ACTIVATE, &answer);
    assert_true(answer.is_verified); /* one signature each, whatever the key */
    assert_null(answer.claims.license_id);
    assert_null(answer.claims.customer);
    assert_null(answer.claims.activation_id);
    assert_int_equal(answer.claims.entitlements.count, 0);
    *guessed = (guess_t){answer.status, answer.verdict, response.body_size};
    assert_int_equal(response.status, answer.status);
    answer_reset(&answer);
}

static void keys_that_are_not_ours_are_answered_alike_and_tell_nothing(void **state)
{
    static const char *const strange[] = {"NOT-A-KEY-OF-OURS-AT-ALL-AB", "TILL-00000-00000-00000-00000"};
    char near_miss[64];
    http_client_t client;
    guess_t first, other;

    (void)state;
    assert_true(server_start(&vendor, NULL) && http_open(&client, vendor.port));
    (void)snprintf(near_miss, sizeof near_miss, "%s", key);
    near_miss[strlen(near_miss) - 1] = near_miss[strlen(near_miss) - 1] == 'A' ? 'B' : 'A'; /* one symbol from a key that is */
    guess(&client, near_miss, &first);
    assert_int_equal(first.status, 200);
    assert_int_equal(first.verdict, PL_VERDICT_UNKNOWN_KEY);
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        guess(&client, strange[i], &other);
        assert_int_equal(other.status, first.status);
        assert_int_equal(other.verdict, first.verdict);
        assert_int_equal(other.size, first.size);
    }
    http_close(&client);
    assert_int_equal(server_stop(&vendor), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(somebody_elses_validator_behind_a_valid_certificate_is_unreachable),
        TEST(keys_that_are_not_ours_are_answered_alike_and_tell_nothing),
    };

    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
