/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions at the real server: the last seat, beats, takeover, and what a kill -9 leaves of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "license/session.h"
#include "support/device_client.h"
#include "wire/beat.h"

enum { RIVALS = 32 };

static const char *program;
static server_t server;
static http_client_t client;
static char key[64];
static char license_id[64];

static bool sell_floor(void)
{
    static const char *const product[] = {"product", "add", "--brand",    "acme", "--slug", "floor",
                                          "--seats", "100", "--sessions", "1",    NULL};
    static const char *const license[] = {"license", "issue",   "--brand",     "acme", "--product",
                                          "floor",   "--email", "a@b.example", NULL};
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
    return !pl_crypto_ready() && server_create(&server, program, "1") && sell_floor() && server_start(&server, NULL) &&
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

static void activate(device_t *device, int number)
{
    answer_t answer;

    device_make(device, &server, key, number);
    device->product = "floor";
    device_call(device, &client, PL_ACT_ACTIVATE, &answer);
    assert_true(answer.is_verified);
    assert_int_equal(answer.verdict, PL_VERDICT_ACTIVE);
    answer_reset(&answer);
}

/* A session as its device has it. */
typedef struct {
    pl_beat beat;
    uint8_t key[PL_SESSION_KEY_SIZE];
} session;

static pl_session_state call(device_t *device, pl_act act, session *held)
{
    pl_session_state state;
    answer_t answer;

    device_call(device, &client, act, &answer);
    assert_true(answer.is_verified);
    assert_non_null(answer.claims.session);
    state = answer.claims.session->state;
    if (state == PL_SESSION_HELD && held) {
        pl_span sealed = pl_span_of(answer.claims.session->sealed_key, sizeof answer.claims.session->sealed_key);

        memset(held, 0, sizeof *held);
        assert_int_equal(pl_uuid_parse(pl_span_text(answer.claims.issuer), &held->beat.brand_id), PL_OK);
        assert_int_equal(pl_uuid_parse(pl_span_text(answer.claims.session->session_id), &held->beat.session_id), PL_OK);
        assert_int_equal(pl_device_unseal(device->secret, sealed, held->key), PL_OK);
    }
    answer_reset(&answer);
    return state;
}

/* The HTTP status; the state where the reply is authenticated. */
static int beat(session *held, pl_session_state *state)
{
    http_response_t *response = malloc(sizeof *response);
    pl_beat_reply reply = {PL_SESSION_NONE, 0, 0, 0, NULL, NULL, {0}};
    pl_arena arena;
    pl_buf body;
    int status;

    assert_non_null(response);
    pl_arena_init(&arena);
    pl_buf_init(&body);
    held->beat.number++;
    pl_beat_write(&held->beat, held->key, &body);
    assert_true(http_post(&client, PL_BEAT_PATH, body.data, response));
    status = response->status;
    if (status == 200)
        assert_int_equal(
            pl_beat_reply_read(&arena, pl_span_of(response->body, response->body_size), &held->beat, held->key, &reply), PL_OK);
    *state = reply.state;
    pl_buf_reset(&body);
    pl_arena_reset(&arena);
    free(response);
    return status;
}

static void a_session_lives_by_its_beats_and_ends_by_its_end(void **state)
{
    device_t device;
    session held;
    pl_session_state told;

    (void)state;
    activate(&device, 1);
    assert_int_equal(call(&device, PL_ACT_SESSION_START, &held), PL_SESSION_HELD);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(beat(&held, &told), 200);
        assert_int_equal(told, PL_SESSION_HELD);
    }
    assert_int_equal(call(&device, PL_ACT_SESSION_END, NULL), PL_SESSION_ENDED);
    assert_int_equal(beat(&held, &told), 200);
    assert_int_equal(told, PL_SESSION_ENDED);
}

static void a_forged_beat_is_refused_with_a_reason_and_moves_nothing(void **state)
{
    device_t device;
    session held, forged;
    pl_session_state told;

    (void)state;
    activate(&device, 1);
    assert_int_equal(call(&device, PL_ACT_SESSION_START, &held), PL_SESSION_HELD);
    forged = held;
    forged.key[0] ^= 1;
    forged.beat.number += 1000;
    assert_int_equal(beat(&forged, &told), 401);
    forged = held;
    forged.beat.session_id.bytes[15] ^= 1;
    assert_int_equal(beat(&forged, &told), 404);
    assert_int_equal(beat(&held, &told), 200);
    assert_int_equal(told, PL_SESSION_HELD);
}

static void the_loser_of_a_takeover_is_told_and_the_winner_goes_on(void **state)
{
    device_t first, second;
    session loser, winner;
    pl_session_state told;

    (void)state;
    activate(&first, 1);
    activate(&second, 2);
    assert_int_equal(call(&first, PL_ACT_SESSION_START, &loser), PL_SESSION_HELD);
    assert_int_equal(call(&second, PL_ACT_SESSION_START, NULL), PL_SESSION_TAKEN);
    assert_int_equal(call(&second, PL_ACT_SESSION_TAKEOVER, &winner), PL_SESSION_HELD);
    assert_int_equal(beat(&loser, &told), 200);
    assert_int_equal(told, PL_SESSION_EVICTED);
    assert_int_equal(beat(&winner, &told), 200);
    assert_int_equal(told, PL_SESSION_HELD);
    assert_int_equal(call(&first, PL_ACT_SESSION_TAKEOVER, NULL), PL_SESSION_TAKEN); /* within the cool-down */
}

/* Whether an answer that another test verifies says that a seat is held. */
static bool says_held(const http_response_t *response)
{
    const char *payload = strchr(response->body, '.');
    uint8_t claims[16384];
    size_t size = sizeof claims - 1;

    if (!payload || pl_base64url_decode(pl_span_of(payload + 1, strcspn(payload + 1, ".")), claims, &size))
        return false;
    claims[size] = '\0';
    return strstr((const char *)claims, "\"state\":\"held\"") != NULL;
}

static void of_rivals_for_the_last_seat_one_wins(void **state)
{
    static http_client_t clients[RIVALS];
    static http_response_t response;
    static device_t devices[RIVALS];
    int held = 0;

    (void)state;
    for (int i = 0; i < RIVALS; i++) {
        activate(&devices[i], i);
        assert_true(http_open(&clients[i], server.port));
    }
    for (int i = 0; i < RIVALS; i++) {
        uint8_t nonce[PL_NONCE_SIZE];
        char head[256];
        pl_buf body;

        pl_buf_init(&body);
        device_write(&devices[i], PL_ACT_SESSION_START, nonce, &body);
        (void)snprintf(head, sizeof head,
                       "POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                       pl_act_path(PL_ACT_SESSION_START), body.size);
        assert_true(http_send_text(&clients[i], head) && http_send(&clients[i], body.data, body.size));
        pl_buf_reset(&body);
    }
    for (int i = 0; i < RIVALS; i++) {
        assert_true(http_receive(&clients[i], false, &response));
        assert_int_equal(response.status, 200);
        held += says_held(&response);
        http_close(&clients[i]);
    }
    assert_int_equal(held, 1);
}

static void after_kill_9_the_holder_goes_on_and_nobody_slips_in(void **state)
{
    device_t first, second;
    session held;
    pl_session_state told;

    (void)state;
    activate(&first, 1);
    activate(&second, 2);
    assert_int_equal(call(&first, PL_ACT_SESSION_START, &held), PL_SESSION_HELD);
    assert_int_equal(beat(&held, &told), 200);
    http_close(&client);
    server_kill(&server);
    assert_true(server_start(&server, NULL));
    assert_true(http_open(&client, server.port));
    assert_int_equal(call(&second, PL_ACT_SESSION_START, NULL), PL_SESSION_TAKEN);
    held.beat.number++; /* the one it got no reply to */
    assert_int_equal(beat(&held, &told), 200);
    assert_int_equal(told, PL_SESSION_HELD);
}

static void what_is_wrong_with_a_request_is_said(void **state)
{
    static http_response_t response;

    (void)state;
    assert_true(http_post(&client, PL_BEAT_PATH, "{}", &response));
    assert_int_equal(response.status, 400);
    assert_non_null(strstr(response.body, "brand"));
    assert_true(http_post(&client, "/api/v1/device/session/takeover", "{}", &response));
    assert_int_equal(response.status, 400);
    assert_non_null(strstr(response.body, "invalid_request"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(a_session_lives_by_its_beats_and_ends_by_its_end),
        TEST(a_forged_beat_is_refused_with_a_reason_and_moves_nothing),
        TEST(the_loser_of_a_takeover_is_told_and_the_winner_goes_on),
        TEST(of_rivals_for_the_last_seat_one_wins),
        TEST(after_kill_9_the_holder_goes_on_and_nobody_slips_in),
        TEST(what_is_wrong_with_a_request_is_said),
    };

    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
