/* SPDX-License-Identifier: Apache-2.0
 *
 * The validator and a PostgreSQL that lets it down: taken away in the middle, silent, refusing, slow. It says 503 and goes on when that is
 * over; it never denies a license for it. Each test has a cluster of its own.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "store/db_postgres.h"
#include "support/device_client.h"
#include "support/postgres_server.h"
#include "support/server_database.h"

static const char *program;
static postgres_server_t cluster;
static server_t server;
static device_t device;
static http_response_t response;
static command_result_t result;
static bool is_careful; /* the next cluster keeps what it acknowledged */

static const char *const *settings(void)
{
    static const char *const careless[] = {"fsync=off", NULL};

    return is_careful ? NULL : careless;
}

/* server_create asks the fixture for a schema; here it is the cluster's. */
static bool create(void)
{
    static char url[POSTGRES_URL_SIZE];

    postgres_server_schema(&cluster, url);
    return server_create_on(&server, program, "3", url);
}

static int set_up(void **state)
{
    char key[64];
    char id[64];
    http_client_t client;
    answer_t answer;
    int is_made;

    (void)state;
    if (pl_crypto_ready() || !postgres_server_create(&cluster, settings(), true) || !create() ||
        !server_issue(&server, key, id) || !server_start(&server, NULL) || !http_open(&client, server.port))
        return -1;
    device_make(&device, &server, key, 1);
    device_call(&device, &client, PL_ACT_ACTIVATE, &answer);
    is_made = answer.is_verified && answer.verdict == PL_VERDICT_ACTIVE;
    answer_reset(&answer);
    http_close(&client);
    return is_made ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    server_remove(&server);
    postgres_server_remove(&cluster);
    return 0;
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

static int status_of(const char *path)
{
    assert_true(http_get(server.port, path, &response));
    return response.status;
}

static bool log_has(const char *text)
{
    static char log[256 * 1024];
    FILE *file = fopen(server.log, "re");
    size_t size = file ? fread(log, 1, sizeof log - 1, file) : 0;

    log[size] = '\0';
    if (file)
        (void)fclose(file);
    return strstr(log, text) != NULL;
}

static void expect_outage_and_return(void)
{
    time_t deadline;

    for (int i = 0; i < 8; i++) { /* the breaker opens meanwhile */
        assert_string_equal(code_of(i % 2 ? PL_ACT_VALIDATE : PL_ACT_ACTIVATE), "database_error");
        assert_int_equal(status_of("/readyz"), 503);
    }
    assert_int_equal(status_of("/livez"), 200);
    assert_int_equal(status_of("/health"), 503);
    assert_true(postgres_server_start(&cluster, settings()));
    deadline = time(NULL) + 60;
    while (code_of(PL_ACT_VALIDATE) || code_of(PL_ACT_ACTIVATE))
        assert_true(time(NULL) < deadline);
    while (status_of("/readyz") != 200)
        assert_true(time(NULL) < deadline);
    assert_int_equal(server_stop(&server), 0);
    assert_false(log_has("Sanitizer"));
}

static void a_database_that_is_taken_away_is_no_denial_and_is_served_when_it_is_back(void **state)
{
    (void)state;
    postgres_server_stop(&cluster, SIGINT);
    expect_outage_and_return();
}

static void what_was_acknowledged_outlives_a_power_cut_of_the_database(void **state)
{
    (void)state;
    postgres_server_stop(&cluster, SIGQUIT); /* no shutdown, no checkpoint */
    expect_outage_and_return();
}

/* The connections die, the server does not: nobody notices. */
static void connections_that_died_unused_are_made_anew_at_once(void **state)
{
    (void)state;
    postgres_server_stop(&cluster, SIGINT);
    assert_true(postgres_server_start(&cluster, settings()));
    server_database_run(&server, "SELECT 1");
    for (int i = 0; i < 20; i++)
        assert_null(code_of(i % 2 ? PL_ACT_VALIDATE : PL_ACT_ACTIVATE));
    assert_int_equal(server_stop(&server), 0);
}

static void a_statement_that_takes_too_long_is_given_up(void **state)
{
    static const char *const hasty[] = {"--db-statement-timeout-ms", "300", NULL};
    pl_db *db;

    (void)state;
    assert_int_equal(server_stop(&server), 0);
    assert_true(server_start(&server, hasty));
    db = server_database_open(&server);
    assert_int_equal(pl_db_begin(db), DB_DONE);
    assert_int_equal(pl_db_script(db, "LOCK TABLE license IN ACCESS EXCLUSIVE MODE"), PL_OK);
    assert_string_equal(code_of(PL_ACT_VALIDATE), "database_error");
    pl_db_rollback(db);
    pl_db_close(db);
    assert_null(code_of(PL_ACT_VALIDATE));
    assert_int_equal(server_stop(&server), 0);
}

/* Rivals that never end: tried five times, then busy, which is said and is no verdict. */
static void a_row_that_stays_locked_is_busy(void **state)
{
    pl_db *db = server_database_open(&server);

    (void)state;
    assert_int_equal(pl_db_begin(db), DB_DONE);
    assert_int_equal(pl_db_script(db, "SELECT id FROM license FOR UPDATE"), PL_OK);
    assert_string_equal(code_of(PL_ACT_ACTIVATE), "busy");
    assert_null(code_of(PL_ACT_VALIDATE));
    pl_db_rollback(db);
    pl_db_close(db);
    assert_null(code_of(PL_ACT_ACTIVATE));
    assert_int_equal(server_stop(&server), 0);
}

/* ---- addresses ---- */

static void list_brands(const char *url)
{
    const char *const words[] = {"brand", "list", "--data", server.data, "--db", url, NULL};

    command_run(program, words, &result);
}

static void a_wrong_password_is_told_and_not_repeated(void **state)
{
    char url[POSTGRES_URL_SIZE];
    char path[128];
    FILE *file;

    (void)state;
    server_database_run(&server, "CREATE ROLE guard LOGIN PASSWORD 'open-sesame-1'");
    (void)snprintf(path, sizeof path, "%s/data/pg_hba.conf", cluster.directory);
    file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs("local all postgres trust\nhost all guard 127.0.0.1/32 scram-sha-256\n", file);
    (void)fclose(file);
    server_database_run(&server, "SELECT pg_reload_conf()");
    (void)snprintf(url, sizeof url, "postgres://guard:open-sesame-2@127.0.0.1:%d/postgres", cluster.port);
    list_brands(url);
    assert_int_equal(result.code, 5);
    assert_non_null(strstr(result.err, "password authentication failed"));
    assert_null(strstr(result.err, "open-sesame"));
    (void)snprintf(url, sizeof url, "postgres://guard:open-sesame-1@127.0.0.1:%d/postgres", cluster.port);
    list_brands(url);
    assert_int_equal(result.code, 3); /* it is let in, and there is nothing of ours */
    assert_non_null(strstr(result.err, "init"));
}

/* A port that takes connections and never says a word. */
static void a_host_that_is_silent_is_given_up_in_time(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char url[POSTGRES_URL_SIZE];
    time_t began = time(NULL);

    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(listen(fd, 1), 0);
    (void)snprintf(url, sizeof url, "postgres://somebody@127.0.0.1:%d/nothing", ntohs(address.sin_port));
    list_brands(url);
    assert_int_equal(result.code, 5);
    assert_non_null(strstr(result.err, "timeout expired"));
    assert_in_range(time(NULL) - began, 2, 15);
    (void)close(fd);
    list_brands(url); /* now nobody listens */
    assert_int_equal(result.code, 5);
    assert_non_null(strstr(result.err, "refused"));
    list_brands("mysql://somebody@example.com/nothing");
    assert_int_equal(result.code, 2);
    (void)snprintf(url, sizeof url, "postgres://postgres@/nothing?host=%s&port=%d", cluster.directory, cluster.port);
    list_brands(url);
    assert_int_equal(result.code, 3);
}

static void a_database_of_another_encoding_is_refused(void **state)
{
    char url[POSTGRES_URL_SIZE];

    (void)state;
    server_database_run(&server, "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'");
    (void)snprintf(url, sizeof url, "postgres://postgres@/latin?host=%s&port=%d", cluster.directory, cluster.port);
    list_brands(url);
    assert_int_equal(result.code, 1);
    assert_non_null(strstr(result.err, "UTF8"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static int be_careful(void **state)
{
    is_careful = true;
    return set_up(state);
}

static int be_careless(void **state)
{
    is_careful = false;
    return tear_down(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(a_database_that_is_taken_away_is_no_denial_and_is_served_when_it_is_back),
        cmocka_unit_test_setup_teardown(what_was_acknowledged_outlives_a_power_cut_of_the_database, be_careful, be_careless),
        TEST(connections_that_died_unused_are_made_anew_at_once),
        TEST(a_statement_that_takes_too_long_is_given_up),
        TEST(a_row_that_stays_locked_is_busy),
        TEST(a_wrong_password_is_told_and_not_repeated),
        TEST(a_host_that_is_silent_is_given_up_in_time),
        TEST(a_database_of_another_encoding_is_refused),
    };

    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
