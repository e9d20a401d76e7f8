/* SPDX-License-Identifier: Apache-2.0
 *
 * Usage, trials and releases at the real server: counted once through a kill -9, one trial of many starts at once, releases by command.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/device_client.h"

enum { STARTS = 16, REPORTS = 200 };

#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *program;
static server_t server;
static http_client_t client;
static char key[64];
static char license_id[64];
static pl_usage_report reports[REPORTS];
static pl_usage_batch batch;

static bool sell(void)
{
    static const char *const product[] = {"product", "add", "--brand",      "acme", "--slug", "floor",
                                          "--seats", "3",   "--trial-days", "14",   NULL};
    static const char *const license[] = {
        "license", "issue",   "--brand",     "acme",           "--product",
        "floor",   "--email", "a@b.example", "--entitlements", "{\"usage.hours\":100,\"releases.max\":\"2\"}",
        NULL};
    static command_result_t result;

    server_command(&server, product, &result);
    if (result.code != 0)
        return false;
    server_command(&server, license, &result);
    return command_member(&result, "license_key", key, sizeof key) &&
           command_member(&result, "license_id", license_id, sizeof license_id);
}

static int set_up(void **state)
{
    (void)state;
    for (int i = 0; i < REPORTS; i++) {
        reports[i] = (pl_usage_report){i + 1, "hours", 3, 1760000000, {0}};
        pl_random(reports[i].id, PL_USAGE_ID_SIZE);
    }
    batch = (pl_usage_batch){{7}, 1, reports, REPORTS};
    return !pl_crypto_ready() && server_create(&server, program, "1") && sell() && server_start(&server, NULL) &&
                   http_open(&client, server.port)
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    http_close(&client);
    server_remove(&server);
    return 0;
}

static void call(device_t *device, pl_act act, answer_t *answer)
{
    device_call(device, &client, act, answer);
    assert_true(answer->is_verified);
}

static void activate(device_t *device, int number)
{
    answer_t answer;

    device_make(device, &server, key, number);
    device->product = "floor";
    call(device, PL_ACT_ACTIVATE, &answer);
    assert_int_equal(answer.verdict, PL_VERDICT_ACTIVE);
    answer_reset(&answer);
    (void)snprintf(device->license_id, sizeof device->license_id, "%s", license_id);
    device->usage = &batch;
}

/* What `usage list` says, which must hold this. */
static void expect_listed(const char *text)
{
    static const char *words[] = {"usage", "list", "--license", license_id, "--meter", "hours", "--limit", "2", NULL};
    static command_result_t result;

    server_command(&server, words, &result);
    assert_int_equal(result.code, 0);
    if (!strstr(result.out, text))
        fail_msg("%s is not in %s", text, result.out);
}

static void a_whole_batch_counts_once_through_kill_9(void **state)
{
    device_t device;
    answer_t answer;

    (void)state;
    activate(&device, 1);
    call(&device, PL_ACT_USAGE, &answer);
    assert_non_null(answer.claims.usage);
    assert_int_equal(answer.claims.usage->sequence, REPORTS);
    assert_int_equal(answer.claims.usage->balances[0].used, 3 * REPORTS);
    assert_int_equal(answer.claims.usage->balances[0].allowed, 100);
    answer_reset(&answer);
    http_close(&client);
    server_kill(&server);
    assert_true(server_start(&server, NULL));
    assert_true(http_open(&client, server.port));
    call(&device, PL_ACT_USAGE, &answer); /* as who got no reply would */
    assert_int_equal(answer.claims.usage->sequence, REPORTS);
    assert_int_equal(answer.claims.usage->balances[0].used, 3 * REPORTS);
    answer_reset(&answer);
    expect_listed("\"used\":600,\"allowed\":100,\"overdraft\":500");
}

static void killed_while_it_works_it_counts_once(void **state)
{
    device_t device;
    answer_t answer;

    (void)state;
    activate(&device, 1);
    assert_true(device_send(&device, &client, PL_ACT_USAGE)); /* committed or not: nobody knows */
    server_kill(&server);
    http_close(&client);
    assert_true(server_start(&server, NULL));
    assert_true(http_open(&client, server.port));
    call(&device, PL_ACT_USAGE, &answer);
    assert_int_equal(answer.claims.usage->balances[0].used, 3 * REPORTS);
    answer_reset(&answer);
    expect_listed("\"used\":600");
}

static void of_many_starts_at_once_one_trial_comes(void **state)
{
    static http_client_t clients[STARTS];
    static http_response_t response;
    static const char *const list[] = {"license", "list", "--brand", "acme", "--plan", "trial", NULL};
    static command_result_t result;
    device_t devices[STARTS];
    const char *found;
    size_t count = 0;

    (void)state;
    for (int i = 0; i < STARTS; i++) {
        device_make(&devices[i], &server, "", 5); /* one machine, device keys of its many installations */
        devices[i].product = "floor";
        assert_true(http_open(&clients[i], server.port));
        assert_true(device_send(&devices[i], &clients[i], PL_ACT_TRIAL));
    }
    for (int i = 0; i < STARTS; i++) {
        assert_true(http_receive(&clients[i], false, &response));
        assert_int_equal(response.status, 200);
        http_close(&clients[i]);
    }
    server_command(&server, list, &result);
    assert_int_equal(result.code, 0);
    for (found = result.out; (found = strstr(found, "\"license_id\"")); found++)
        count++;
    assert_int_equal(count, 1);
}

static void a_trial_is_used_as_any_license(void **state)
{
    device_t device;
    answer_t answer;
    uint8_t opened[PL_TRIAL_SEALED_MAX + 1] = {0};

    (void)state;
    device_make(&device, &server, "", 6);
    device.product = "floor";
    call(&device, PL_ACT_TRIAL, &answer);
    assert_int_equal(answer.verdict, PL_VERDICT_ACTIVE);
    assert_string_equal(answer.claims.plan, "trial");
    assert_non_null(answer.claims.trial);
    assert_int_equal(
        pl_device_unseal(device.secret, pl_span_of(answer.claims.trial->sealed_key, answer.claims.trial->sealed_size), opened),
        PL_OK);
    answer_reset(&answer);
    (void)snprintf(device.key, sizeof device.key, "%.127s", (const char *)opened);
    call(&device, PL_ACT_VALIDATE, &answer);
    assert_int_equal(answer.verdict, PL_VERDICT_ACTIVE);
    answer_reset(&answer);
    device_make(&device, &server, "", 6);
    call(&device, PL_ACT_TRIAL, &answer); /* of the product "till", which has none */
    assert_int_equal(answer.verdict, PL_VERDICT_NOT_ACTIVATED);
    assert_int_equal(answer.claims.reason, PL_REASON_NO_TRIAL);
    answer_reset(&answer);
}

static void release_command(const char *verb, const char *version, int code)
{
    const char *add[] = {"release",  verb,        "--brand", "acme",  "--product",
                         "floor",    "--version", version,   "--url", "https://example.com/floor",
                         "--sha256", SHA256,      NULL};
    const char *withdraw[] = {"release", verb, "--brand", "acme", "--product", "floor", "--version", version, NULL};
    static command_result_t result;

    server_command(&server, strcmp(verb, "add") == 0 ? add : withdraw, &result);
    assert_int_equal(result.code, code);
}

static void expect_release(device_t *device, const char *version, bool is_allowed)
{
    answer_t answer;

    call(device, PL_ACT_RELEASE_CHECK, &answer);
    if (!version) {
        assert_null(answer.claims.release);
    } else {
        assert_non_null(answer.claims.release);
        assert_string_equal(answer.claims.release->version, version);
        assert_string_equal(answer.claims.release->sha256, SHA256);
        assert_int_equal(answer.claims.release->is_allowed, is_allowed);
    }
    answer_reset(&answer);
}

static void releases_come_and_go_by_command(void **state)
{
    device_t device;

    (void)state;
    activate(&device, 1);
    device.channel = "stable";
    expect_release(&device, NULL, false);
    release_command("add", "3.0.0", 0);
    expect_release(&device, "3.0.0", false);
    release_command("add", "2.5.0", 0);
    expect_release(&device, "2.5.0", true);
    release_command("add", "2.5.0", 4);
    release_command("withdraw", "2.5.0", 0);
    release_command("withdraw", "2.5.0", 3);
    expect_release(&device, "3.0.0", false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(a_whole_batch_counts_once_through_kill_9), TEST(killed_while_it_works_it_counts_once),
        TEST(of_many_starts_at_once_one_trial_comes),   TEST(a_trial_is_used_as_any_license),
        TEST(releases_come_and_go_by_command),
    };

    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
