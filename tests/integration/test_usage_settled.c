/* SPDX-License-Identifier: Apache-2.0
 *
 * The real library records usage and tells the real validator of it, while both are killed in the middle of anything: at the end the
 * ledger holds every report once.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>

#include <pospal/license.h>

#include "support/server_process.h"
#include "unit/fake_root.h"

enum { ROUNDS = 8, AMOUNT = 3, TRIES = 50, URL_SIZE = 64 };

static const char *program;
static server_t server;
static fake_root hardware;
static char key[64];
static char license_id[64];

/* ---- the till ---- */

/* May be called in a child process, so it fails no test by itself. */
static pospal_client *open_client(const char *url)
{
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;
    char data[128];

    (void)snprintf(data, sizeof data, "%s/till", server.directory);
    pospal_options_set_product(options, "till", "1.0.0");
    pospal_options_set(options, POSPAL_OPTION_SERVER, url);
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, server.roots);
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, data);
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, hardware.path);
    (void)pospal_client_open(options, &client);
    pospal_options_free(options);
    return client;
}

static void write_url(char url[URL_SIZE])
{
    (void)snprintf(url, URL_SIZE, "http://127.0.0.1:%d", server.port);
}

static pospal_result_t add(pospal_client *client, int number)
{
    char receipt[32];

    (void)snprintf(receipt, sizeof receipt, "receipt %d", number);
    return pospal_usage_add(client, "covers", AMOUNT, receipt);
}

/* One receipt after the other, a byte on the line for each that is recorded, until it is killed. */
static void sell(const char *url, int number, int line)
{
    pospal_client *client = open_client(url);

    while (client && add(client, number) == POSPAL_OK && write(line, "+", 1) == 1) {
        if (number++ % 2 == 0)
            (void)pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL);
    }
    _exit(1);
}

/* Kills a selling till once so many receipts are known to be recorded; tells how many were. What was under way is sold again by the next. */
static int sell_and_kill(const char *url, int number, int enough)
{
    int ends[2], recorded = 0, status;
    char byte;
    pid_t child;

    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        sell(url, number, ends[1]);
    (void)close(ends[1]);
    while (recorded < enough && read(ends[0], &byte, 1) == 1)
        recorded++;
    assert_int_equal(recorded, enough);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    while (read(ends[0], &byte, 1) == 1) /* until it was killed */
        recorded++;
    (void)close(ends[0]);
    return recorded;
}

static pospal_usage_t balance(pospal_client *client)
{
    pospal_usage_t usage = {.size = sizeof usage};

    assert_int_equal(pospal_usage_balance(client, "covers", &usage), POSPAL_OK);
    return usage;
}

static void activate(const char *url)
{
    pospal_client *client = open_client(url);

    assert_non_null(client);
    assert_int_equal(pospal_client_activate(client, key, NULL), POSPAL_OK);
    pospal_client_close(client);
}

/* Sells the receipt that was under way, again; all up to it are recorded, once. */
static int sell_last(const char *url, int number)
{
    pospal_client *client = open_client(url);

    assert_non_null(client);
    assert_int_equal(add(client, number), POSPAL_OK);
    pospal_client_close(client);
    return number + 1;
}

static void settle(const char *url, int64_t used)
{
    pospal_client *client = open_client(url);

    assert_non_null(client);
    for (int i = 0; i < TRIES && (balance(client).pending > 0 || balance(client).used < used); i++)
        (void)pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL);
    assert_int_equal(balance(client).pending, 0);
    assert_int_equal(balance(client).used, used);
    pospal_client_close(client);
}

/* ---- the vendor ---- */

static int64_t number_of(const char *json, const char *name)
{
    const char *at = strstr(json, name);

    return at ? strtoll(at + strlen(name), NULL, 10) : -1;
}

static void expect_ledger(int64_t used)
{
    const char *const words[] = {"usage", "list", "--license", license_id, "--meter", "covers", "--limit", "1", NULL};
    static command_result_t result;

    server_command(&server, words, &result);
    assert_int_equal(result.code, 0);
    assert_int_equal(number_of(result.out, "\"used\":"), used);
    assert_null(strstr(result.out, "\"forked\":true"));
}

/* ---- the stories ---- */

static int set_up(void **state)
{
    static const fake_entry machine[] = {
        {FILE_OF, "/etc/machine-id", "3f1c5e7a9b2d4f60817253647586a7b8\n"},
        {FILE_OF, "/sys/class/dmi/id/product_uuid", "9c1f2d3e-4a5b-6c7d-8e9f-0a1b2c3d4e5f\n"},
        {FILE_OF, "/sys/class/dmi/id/board_serial", "BRD-77-000123\n"},
    };

    (void)state;
    fake_root_make(&hardware);
    fake_root_add(&hardware, machine, FAKE_COUNT(machine));
    if (!server_create(&server, program, "2") || !server_issue(&server, key, license_id))
        return -1;
    return server_start(&server, (const char *const[]){NULL}) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    server_remove(&server);
    fake_root_remove(&hardware);
    return 0;
}

static void what_is_recorded_without_a_server_is_settled_once(void **state)
{
    char url[URL_SIZE];
    int number = 0;

    (void)state;
    write_url(url);
    activate(url);
    assert_int_equal(server_stop(&server), 0);
    for (int i = 0; i < ROUNDS; i++)
        number += sell_and_kill(NULL, number, 1 + 7 * i % 11);
    number = sell_last(NULL, number);
    expect_ledger(-1); /* nobody was told */
    assert_true(server_start(&server, (const char *const[]){NULL}));
    write_url(url);
    settle(url, (int64_t)number * AMOUNT);
    expect_ledger((int64_t)number * AMOUNT);
    settle(url, (int64_t)number * AMOUNT);
    expect_ledger((int64_t)number * AMOUNT);
}

static void killed_while_it_tells_it_is_settled_once(void **state)
{
    char url[URL_SIZE];
    int number = 0;

    (void)state;
    write_url(url);
    activate(url);
    for (int i = 0; i < ROUNDS; i++) {
        number += sell_and_kill(url, number, 1 + 5 * i % 13);
        if (i % 3 == 2) {
            server_kill(&server);
            assert_true(server_start(&server, (const char *const[]){NULL}));
            write_url(url);
        }
    }
    number = sell_last(url, number);
    settle(url, (int64_t)number * AMOUNT);
    expect_ledger((int64_t)number * AMOUNT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_recorded_without_a_server_is_settled_once),
        TEST(killed_while_it_tells_it_is_settled_once),
    };

    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
