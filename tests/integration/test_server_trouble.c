/* SPDX-License-Identifier: Apache-2.0
 *
 * A server in trouble: a clock that is wrong, a database that is broken, locked or too new. It says 503 and what is the matter; it never
 * denies a license for it, and goes on when the trouble is over. The full disk is in test_server_disk_full.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/device_client.h"
#include "support/server_database.h"

#define DAY_MS INT64_C(86400000)

static const char *program;
static server_t server;
static device_t device;
static http_response_t response;
static command_result_t result;

/* A brand, a product, a license, and a device that has its seat; the server is stopped again. */
static int set_up(void **state)
{
    char key[64];
    char id[64];
    http_client_t client;
    answer_t answer;
    int is_made;

    (void)state;
    if (pl_crypto_ready() || !server_create(&server, program, "3") || !server_issue(&server, key, id) ||
        !server_start(&server, NULL) || !http_open(&client, server.port))
        return -1;
    device_make(&device, &server, key, 1);
    device_call(&device, &client, PL_ACT_ACTIVATE, &answer);
    is_made = answer.is_verified && answer.verdict == PL_VERDICT_ACTIVE;
    answer_reset(&answer);
    http_close(&client);
    return server_stop(&server) == 0 && is_made ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    server_remove(&server);
    return 0;
}

static int64_t present_ms(void)
{
    return (int64_t)time(NULL) * 1000;
}

/* The verb's error code, NULL when the answer was signed and ACTIVE. Nothing else may come. */
static const char *code_of(pl_act act)
{
    static char code[64];
    http_client_t client;
    answer_t answer;
    bool is_active;

    assert_true(http_open(&client, server.port));
    device_call(&device, &client, act, &answer);
    is_active = answer.is_verified && answer.verdict == PL_VERDICT_ACTIVE;
    if (!is_active) {
        assert_int_equal(answer.status, 503);
        assert_non_null(answer.code);
        (void)snprintf(code, sizeof code, "%s", answer.code);
    }
    answer_reset(&answer);
    http_close(&client);
    return is_active ? NULL : code;
}

static void expect(const char *path, int status, const char *text)
{
    assert_true(http_get(server.port, path, &response));
    assert_int_equal(response.status, status);
    if (!strstr(response.body, text))
        print_error("%s: %s\n", path, response.body);
    assert_non_null(strstr(response.body, text));
}

static bool log_has(const char *text)
{
    static char log[256 * 1024];
    FILE *file = fopen(server.log, "r");
    size_t size = file ? fread(log, 1, sizeof log - 1, file) : 0;

    log[size] = '\0';
    if (file)
        (void)fclose(file);
    return strstr(log, text) != NULL;
}

/* ---- the clock ---- */

static void expect_distrust(void)
{
    char wait[16];

    assert_true(server_start(&server, NULL));
    assert_string_equal(code_of(PL_ACT_VALIDATE), "clock_untrusted");
    assert_string_equal(code_of(PL_ACT_ACTIVATE), "clock_untrusted");
    expect("/readyz", 503, "\"code\":\"clock_untrusted\"");
    assert_true(http_header(&response, "Retry-After", wait, sizeof wait));
    expect("/health", 503, "\"clock\":{\"status\":\"untrusted\"}");
    expect("/health", 503, "\"database\":{\"status\":\"ok\"");
    expect("/livez", 200, "ok");
    assert_true(log_has("newest time in the database"));
    assert_int_equal(server_stop(&server), 0);
}

static void a_clock_behind_or_far_ahead_of_the_database_signs_nothing(void **state)
{
    (void)state;
    server_database_set_time(&server, present_ms() + DAY_MS);
    expect_distrust();
    server_database_set_time(&server, present_ms() - 31 * DAY_MS);
    expect_distrust();
}

static void the_operators_word_repairs_it_for_good(void **state)
{
    static const char *const accept[] = {"--accept-clock", NULL};

    (void)state;
    server_database_set_time(&server, present_ms() + 365 * DAY_MS);
    assert_true(server_start(&server, accept));
    assert_null(code_of(PL_ACT_VALIDATE));
    expect("/health", 200, "\"clock\":{\"status\":\"ok\"}");
    assert_int_equal(server_stop(&server), 0);
    assert_true(server_start(&server, NULL));
    assert_null(code_of(PL_ACT_ACTIVATE));
    expect("/readyz", 200, "ok");
    assert_int_equal(server_stop(&server), 0);
}

/* ---- the database ---- */

static void break_it(void)
{
    server_database_run(&server, "ALTER TABLE license RENAME TO elsewhere");
}

static void mend_it(void)
{
    server_database_run(&server, "ALTER TABLE elsewhere RENAME TO license");
}

static void a_broken_database_is_no_denial_and_is_served_again_when_mended(void **state)
{
    (void)state;
    assert_true(server_start(&server, NULL));
    break_it();
    assert_string_equal(code_of(PL_ACT_VALIDATE), "database_error");
    assert_string_equal(code_of(PL_ACT_ACTIVATE), "database_error");
    mend_it();
    assert_null(code_of(PL_ACT_VALIDATE));
    assert_null(code_of(PL_ACT_ACTIVATE));
    assert_int_equal(server_stop(&server), 0);
}

static void a_database_that_fails_again_and_again_is_given_a_pause(void **state)
{
    char wait[16];

    (void)state;
    assert_true(server_start(&server, NULL));
    break_it();
    for (int i = 0; i < 5; i++)
        assert_string_equal(code_of(PL_ACT_VALIDATE), "database_error");
    mend_it();
    assert_string_equal(code_of(PL_ACT_VALIDATE), "database_error"); /* not asked, so it is not known */
    expect("/readyz", 503, "\"code\":\"database_error\"");
    assert_true(http_header(&response, "Retry-After", wait, sizeof wait));
    assert_in_range(strtol(wait, NULL, 10), 1, 30);
    expect("/health", 503, "\"database\":{\"status\":\"paused\"");
    expect("/livez", 200, "ok");
    assert_int_equal(server_stop(&server), 0);
    assert_true(server_start(&server, NULL));
    assert_null(code_of(PL_ACT_VALIDATE));
    assert_int_equal(server_stop(&server), 0);
}

/* Another program holds the write lock: reading goes on, writing is refused after a while, and health says since when. */
static void a_locked_database_is_busy_and_no_denial(void **state)
{
    http_client_t client;
    pl_db *db;

    (void)state;
    assert_true(server_start(&server, NULL));
    db = server_database_open(&server);
    assert_int_equal(pl_db_begin(db), DB_DONE);
    if (server.db[0]) /* where to begin locks nothing */
        assert_int_equal(pl_db_script(db, "LOCK TABLE license IN EXCLUSIVE MODE"), PL_OK);
    assert_true(http_open(&client, server.port));
    assert_true(device_send(&device, &client, PL_ACT_ACTIVATE));
    assert_null(code_of(PL_ACT_VALIDATE));
    do
        expect("/health", 200, "\"writer\":{\"status\":\"ok\"");
    while (!server.db[0] && strstr(response.body, "\"stalled_ms\":0}"));
    assert_true(http_receive(&client, false, &response));
    assert_int_equal(response.status, 503);
    assert_non_null(strstr(response.body, "\"code\":\"busy\""));
    http_close(&client);
    pl_db_rollback(db);
    pl_db_close(db);
    assert_null(code_of(PL_ACT_ACTIVATE));
    assert_int_equal(server_stop(&server), 0);
}

static void a_database_of_a_newer_program_is_refused_and_left_alone(void **state)
{
    const char *const serve[] = {"serve", "--data", server.data, "--listen", "127.0.0.1:0", NULL};
    const char *const list[] = {"license", "list", "--data", server.data, "--brand", "acme", NULL};

    (void)state;
    server_database_run(&server, "INSERT INTO schema_version (version, applied_at) VALUES (9999, 0)");
    command_run(program, serve, &result);
    assert_int_equal(result.code, 5);
    assert_string_equal(result.out, "");
    assert_non_null(strstr(result.err, "upgrade the program"));
    command_run(program, list, &result);
    assert_int_equal(result.code, 5);
    assert_non_null(strstr(result.err, "upgrade the program"));
    server_database_run(&server, "DELETE FROM schema_version WHERE version = 9999");
    assert_true(server_start(&server, NULL));
    assert_null(code_of(PL_ACT_VALIDATE));
    assert_int_equal(server_stop(&server), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_clock_behind_or_far_ahead_of_the_database_signs_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_operators_word_repairs_it_for_good, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_database_is_no_denial_and_is_served_again_when_mended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_database_that_fails_again_and_again_is_given_a_pause, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_locked_database_is_busy_and_no_denial, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_database_of_a_newer_program_is_refused_and_left_alone, set_up, tear_down),
    };

    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
