/* SPDX-License-Identifier: Apache-2.0
 *
 * A server with a certificate, which is made here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <curl/curl.h>

#include "support/server_process.h"
#include "support/tls_certificate.h"

static const char *program;
static server_t server;
static char certificate[96];
static char key[96];
static char nothing[96];

static int set_up(void **state)
{
    static tls_pem pem;

    (void)state;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !server_create(&server, program, "1"))
        return -1;
    (void)snprintf(certificate, sizeof certificate, "%s/certificate.pem", server.directory);
    (void)snprintf(key, sizeof key, "%s/key.pem", server.directory);
    (void)snprintf(nothing, sizeof nothing, "%s/no-such-file.pem", server.directory);
    tls_certificate_make("20200101000000", "20991231235959", &pem);
    tls_pem_write(pem.certificate, certificate);
    tls_pem_write(pem.key, key);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    server_remove(&server);
    curl_global_cleanup();
    return 0;
}

static size_t ignore(char *data, size_t size, size_t count, void *context)
{
    (void)data;
    (void)context;
    return size * count;
}

static long status_of(const char *scheme, const char *ca_file)
{
    CURL *curl = curl_easy_init();
    long status = 0;
    char url[64];

    (void)snprintf(url, sizeof url, "%s://127.0.0.1:%d/livez", scheme, server.port);
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    if (curl_easy_perform(curl) == CURLE_OK)
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    return status;
}

static void serves_with_its_certificate_and_not_without(void **state)
{
    const char *const words[] = {"--tls-cert", certificate, "--tls-key", key, NULL};

    (void)state;
    assert_true(server_start(&server, words));
    assert_int_equal(status_of("https", certificate), 200);
    assert_int_equal(status_of("https", key), 0); /* no authority at all */
    assert_int_equal(status_of("http", NULL), 0);
    assert_int_equal(server_stop(&server), 0);
}

static void refuses_a_certificate_that_is_none(void **state)
{
    const char *const certificates[] = {key, nothing};
    static command_result_t result;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const char *const words[] = {"serve",      "--data",        server.data, "--listen", "127.0.0.1:0",
                                     "--tls-cert", certificates[i], "--tls-key", key,        NULL};

        command_run(program, words, &result);
        assert_int_not_equal(result.code, 0);
        assert_int_not_equal(result.code, -1);
        assert_string_equal(result.out, "");
    }
    assert_non_null(strstr(result.err, "no-such-file.pem"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_with_its_certificate_and_not_without),
        cmocka_unit_test(refuses_a_certificate_that_is_none),
    };

    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
