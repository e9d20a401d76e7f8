/* SPDX-License-Identifier: Apache-2.0
 *
 * The device API of a running server: a device's life, each answer verified as the library would.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "crypto/crypto.h"
#include "support/device_client.h"
#include "wire/device_reply.h"

static const char *program;
static server_t server;
static char key[64];
static char license_id[64];
static http_client_t client;
static http_response_t response;

static int set_up(void **state)
{
    (void)state;
    if (pl_crypto_ready() || !server_create(&server, program, "1") || !server_start(&server, NULL) ||
        !http_open(&client, server.port))
        return -1;
    return 0;
}

static int new_license(void **state)
{
    (void)state;
    return server_issue(&server, key, license_id) ? 0 : -1;
}

static int tear_down(void **state)
{
    int code;

    (void)state;
    http_close(&client);
    code = server_stop(&server);
    server_remove(&server);
    return code;
}

static pl_verdict verdict(device_t *device, pl_act act)
{
    answer_t answer;
    pl_verdict found;

    device_call(device, &client, act, &answer);
    assert_int_equal(answer.status, 200);
    assert_true(answer.is_verified);
    assert_string_equal(answer.claims.issuer, server.brand_id);
    found = answer.verdict;
    answer_reset(&answer);
    return found;
}

static void change_license(const char *verb)
{
    const char *const words[] = {"license", verb, "--license", license_id, NULL};
    static command_result_t result;

    server_command(&server, words, &result);
    assert_int_equal(result.code, 0);
}

static void a_device_activates_validates_and_gives_its_seat_back(void **state)
{
    device_t device;

    (void)state;
    device_make(&device, &server, key, 1);
    assert_int_equal(verdict(&device, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(verdict(&device, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    assert_int_equal(verdict(&device, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
    assert_int_equal(verdict(&device, PL_ACT_VALIDATE), PL_VERDICT_NOT_ACTIVATED);
}

static void activating_again_gives_the_same_seat(void **state)
{
    device_t device;
    char first[64];

    (void)state;
    device_make(&device, &server, key, 1);
    assert_int_equal(verdict(&device, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    memcpy(first, device.activation_id, sizeof first);
    assert_int_equal(verdict(&device, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_string_equal(device.activation_id, first);
}

static void a_second_device_finds_no_seat_until_the_first_has_left(void **state)
{
    device_t first;
    device_t second;

    (void)state;
    device_make(&first, &server, key, 1);
    device_make(&second, &server, key, 2);
    assert_int_equal(verdict(&first, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(verdict(&second, PL_ACT_ACTIVATE), PL_VERDICT_NO_SEAT);
    assert_int_equal(verdict(&first, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
    assert_int_equal(verdict(&second, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
}

static void what_the_vendor_does_shows_at_once(void **state)
{
    device_t device;

    (void)state;
    device_make(&device, &server, key, 1);
    assert_int_equal(verdict(&device, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    change_license("suspend");
    assert_int_equal(verdict(&device, PL_ACT_VALIDATE), PL_VERDICT_SUSPENDED);
    change_license("resume");
    assert_int_equal(verdict(&device, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    change_license("cancel");
    assert_int_equal(verdict(&device, PL_ACT_VALIDATE), PL_VERDICT_REVOKED);
}

static void an_unknown_key_is_a_signed_answer_too(void **state)
{
    device_t device;

    (void)state;
    device_make(&device, &server, "NO-SUCH-KEY-AT-ALL", 1);
    assert_int_equal(verdict(&device, PL_ACT_ACTIVATE), PL_VERDICT_UNKNOWN_KEY);
    assert_int_equal(verdict(&device, PL_ACT_VALIDATE), PL_VERDICT_UNKNOWN_KEY);
}

static void an_unknown_root_gets_an_unsigned_problem(void **state)
{
    device_t device;
    answer_t answer;

    (void)state;
    device_make(&device, &server, key, 1);
    device.roots.count = 1;
    memset(device.roots.keys[0].kid, 'A', PL_KID_SIZE - 1);
    device_call(&device, &client, PL_ACT_VALIDATE, &answer);
    assert_int_equal(answer.status, 404);
    assert_string_equal(answer.code, "not_found");
    assert_false(answer.is_verified);
    answer_reset(&answer);
}

static void a_seat_is_not_given_back_by_who_only_knows_the_key(void **state)
{
    device_t device;
    device_t thief;
    answer_t answer;

    (void)state;
    device_make(&device, &server, key, 1);
    assert_int_equal(verdict(&device, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    thief = device;
    pl_device_key_new(thief.public_key, thief.secret);
    device_call(&thief, &client, PL_ACT_DEACTIVATE, &answer);
    assert_int_equal(answer.status, 401);
    answer_reset(&answer);
    assert_int_equal(verdict(&device, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
}

static void the_keyset_is_to_be_had_by_root(void **state)
{
    pl_device_reply reply;
    pl_keyset keyset;
    pl_roots roots;
    pl_arena arena;
    char path[128];

    (void)state;
    assert_int_equal(pl_roots_parse(pl_span_text(server.roots), &roots), PL_OK);
    (void)snprintf(path, sizeof path, "/api/v1/device/keyset?root=%s", roots.keys[0].kid);
    assert_true(http_get(server.port, path, &response));
    assert_int_equal(response.status, 200);
    pl_arena_init(&arena);
    assert_int_equal(pl_device_reply_read(&arena, pl_span_of(response.body, response.body_size), &reply), PL_OK);
    assert_int_equal(pl_keyset_verify(&roots, reply.keyset, &keyset), PL_OK);
    assert_string_equal(keyset.issuer, server.brand_id);
    pl_arena_reset(&arena);
    assert_true(http_get(server.port, "/api/v1/device/keyset", &response));
    assert_int_equal(response.status, 400);
    memset(strchr(path, '=') + 1, 'A', PL_KID_SIZE - 1);
    assert_true(http_get(server.port, path, &response));
    assert_int_equal(response.status, 404);
}

static void a_bad_body_is_refused_by_name(void **state)
{
    static const char *const bodies[][2] = {
        {"", "malformed"},
        {"{", "malformed"},
        {"[]", "malformed"},
        {"{} {}", "malformed"},
        {"{\"key\":\"a\",\"key\":\"b\"}", "malformed"},
        {"{\"key\":\"\\u0000\"}", "malformed"},
        {"{}", "invalid_request"},
        {"{\"roots\":7}", "invalid_request"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        assert_true(http_post(&client, "/api/v1/device/validate", bodies[i][0], &response));
        assert_int_equal(response.status, 400);
        assert_non_null(strstr(response.body, "\"code\":\""));
        if (!strstr(response.body, bodies[i][1]))
            fail_msg("%s: %s", bodies[i][0], response.body);
    }
}

static void neither_keys_nor_bodies_are_in_the_log(void **state)
{
    static char log[1 << 20];
    device_t device;
    FILE *file;
    size_t size;

    (void)state;
    device_make(&device, &server, key, 1);
    assert_int_equal(verdict(&device, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_true(http_get(server.port, "/livez?api_key=sesame", &response));
    file = fopen(server.log, "r");
    assert_non_null(file);
    size = fread(log, 1, sizeof log - 1, file);
    (void)fclose(file);
    log[size] = '\0';
    assert_non_null(strstr(log, "\"route\":\"/api/v1/device/activate\",\"status\":200"));
    assert_non_null(strstr(log, server.brand_id));
    assert_null(strstr(log, key));
    assert_null(strstr(log, device.fingerprint));
    assert_null(strstr(log, "sesame"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_device_activates_validates_and_gives_its_seat_back, new_license),
        cmocka_unit_test_setup(activating_again_gives_the_same_seat, new_license),
        cmocka_unit_test_setup(a_second_device_finds_no_seat_until_the_first_has_left, new_license),
        cmocka_unit_test_setup(what_the_vendor_does_shows_at_once, new_license),
        cmocka_unit_test_setup(an_unknown_key_is_a_signed_answer_too, new_license),
        cmocka_unit_test_setup(an_unknown_root_gets_an_unsigned_problem, new_license),
        cmocka_unit_test_setup(a_seat_is_not_given_back_by_who_only_knows_the_key, new_license),
        cmocka_unit_test(the_keyset_is_to_be_had_by_root),
        cmocka_unit_test(a_bad_body_is_refused_by_name),
        cmocka_unit_test_setup(neither_keys_nor_bodies_are_in_the_log, new_license),
    };

    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
