/* SPDX-License-Identifier: Apache-2.0
 *
 * Several validators on one PostgreSQL: together they are as good as one. Seats, sessions, keys.
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
#include "wire/beat.h"

enum { RIVALS = 64, VALIDATORS = 3 };

static const char *program;
static server_t servers[VALIDATORS]; /* of one directory and one database */
static char key[64];
static char id[64];
static http_response_t response;
static command_result_t result;

static int set_up(void **state)
{
    (void)state;
    if (pl_crypto_ready() || !server_create(&servers[0], program, "1") || !server_issue(&servers[0], key, id))
        return -1;
    for (int i = 0; i < VALIDATORS; i++) {
        servers[i] = servers[0];
        servers[i].pid = 0;
        if (!server_start(&servers[i], NULL))
            return -1;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = VALIDATORS; i-- > 1;)
        server_kill(&servers[i]);
    server_remove(&servers[0]);
    return 0;
}

static void stop_all(void)
{
    for (int i = 0; i < VALIDATORS; i++)
        assert_int_equal(server_stop(&servers[i]), 0);
}

/* All ask before the first answer is read, each of another validator than its neighbour. */
static void of_64_rivals_at_three_validators_one_gets_the_last_seat(void **state)
{
    static http_client_t clients[RIVALS];
    device_t device;
    int active = 0;

    (void)state;
    for (int i = 0; i < RIVALS; i++) {
        device_make(&device, &servers[0], key, i);
        assert_true(http_open(&clients[i], servers[i % VALIDATORS].port));
        assert_true(device_send(&device, &clients[i], PL_ACT_ACTIVATE));
    }
    for (int i = 0; i < RIVALS; i++) {
        assert_true(http_receive(&clients[i], false, &response));
        assert_int_equal(response.status, 200);
        http_close(&clients[i]);
    }
    for (int i = 0; i < RIVALS; i++) {
        http_client_t client;
        answer_t answer;

        device_make(&device, &servers[0], key, i);
        assert_true(http_open(&client, servers[(i + 1) % VALIDATORS].port));
        device_call(&device, &client, PL_ACT_VALIDATE, &answer);
        assert_true(answer.is_verified);
        active += answer.verdict == PL_VERDICT_ACTIVE;
        answer_reset(&answer);
        http_close(&client);
    }
    assert_int_equal(active, 1);
    stop_all();
}

/* ---- sessions ---- */

/* A session as its device has it. */
typedef struct {
    pl_beat beat;
    uint8_t key[PL_SESSION_KEY_SIZE];
} session;

static pl_verdict ask(device_t *device, int at, pl_act act, session *held, pl_session_state *state)
{
    http_client_t client;
    pl_verdict verdict;
    answer_t answer;

    assert_true(http_open(&client, servers[at].port));
    device_call(device, &client, act, &answer);
    assert_true(answer.is_verified);
    verdict = answer.verdict;
    if (state) {
        assert_non_null(answer.claims.session);
        *state = answer.claims.session->state;
    }
    if (held && answer.claims.session->state == PL_SESSION_HELD) {
        pl_span sealed = pl_span_of(answer.claims.session->sealed_key, sizeof answer.claims.session->sealed_key);

        memset(held, 0, sizeof *held);
        assert_int_equal(pl_uuid_parse(pl_span_text(answer.claims.issuer), &held->beat.brand_id), PL_OK);
        assert_int_equal(pl_uuid_parse(pl_span_text(answer.claims.session->session_id), &held->beat.session_id), PL_OK);
        assert_int_equal(pl_device_unseal(device->secret, sealed, held->key), PL_OK);
    }
    answer_reset(&answer);
    http_close(&client);
    return verdict;
}

static pl_session_state beat(session *held, int at)
{
    pl_beat_reply reply = {PL_SESSION_NONE, 0, 0, 0, NULL, NULL, {0}};
    http_client_t client;
    pl_arena arena;
    pl_buf body;

    pl_arena_init(&arena);
    pl_buf_init(&body);
    held->beat.number++;
    pl_beat_write(&held->beat, held->key, &body);
    assert_true(http_open(&client, servers[at].port));
    assert_true(http_post(&client, PL_BEAT_PATH, body.data, &response));
    assert_int_equal(response.status, 200);
    assert_int_equal(pl_beat_reply_read(&arena, pl_span_of(response.body, response.body_size), &held->beat, held->key, &reply),
                     PL_OK);
    http_close(&client);
    pl_buf_reset(&body);
    pl_arena_reset(&arena);
    return reply.state;
}

static void make_floor(void)
{
    static const char *const product[] = {"product", "add", "--brand",    "acme", "--slug", "floor",
                                          "--seats", "100", "--sessions", "1",    NULL};
    static const char *const license[] = {"license", "issue",   "--brand",     "acme", "--product",
                                          "floor",   "--email", "a@b.example", NULL};

    server_command(&servers[0], product, &result);
    assert_int_equal(result.code, 0);
    server_command(&servers[0], license, &result);
    assert_true(command_member(&result, "license_key", key, sizeof key));
}

static void activate(device_t *device, int number, int at)
{
    device_make(device, &servers[0], key, number);
    device->product = "floor";
    assert_int_equal(ask(device, at, PL_ACT_ACTIVATE, NULL, NULL), PL_VERDICT_ACTIVE);
}

static void a_session_lives_at_every_validator_and_its_end_is_known_to_all_within_moments(void **state)
{
    time_t deadline = time(NULL) + 30;
    device_t first, second;
    session loser, winner;
    pl_session_state told;

    (void)state;
    make_floor();
    activate(&first, 1, 0);
    activate(&second, 2, 1);
    (void)ask(&first, 0, PL_ACT_SESSION_START, &loser, &told);
    assert_int_equal(told, PL_SESSION_HELD);
    for (int i = 0; i < VALIDATORS * 2; i++)
        assert_int_equal(beat(&loser, i % VALIDATORS), PL_SESSION_HELD);
    (void)ask(&second, 1, PL_ACT_SESSION_START, NULL, &told);
    assert_int_equal(told, PL_SESSION_TAKEN);
    (void)ask(&second, 2, PL_ACT_SESSION_TAKEOVER, &winner, &told);
    assert_int_equal(told, PL_SESSION_HELD);
    for (int i = 0; i < VALIDATORS; i++) { /* where it is in memory, until the flush after its next beat */
        while ((told = beat(&loser, i)) == PL_SESSION_HELD)
            assert_true(time(NULL) < deadline);
        assert_int_equal(told, PL_SESSION_EVICTED);
        assert_int_equal(beat(&winner, i), PL_SESSION_HELD);
    }
    stop_all();
}

static void what_the_operator_changes_holds_at_every_validator(void **state)
{
    const char *const suspend[] = {"license", "suspend", "--license", id, NULL};
    device_t device;

    (void)state;
    device_make(&device, &servers[0], key, 1);
    assert_int_equal(ask(&device, 0, PL_ACT_ACTIVATE, NULL, NULL), PL_VERDICT_ACTIVE);
    server_command(&servers[0], suspend, &result);
    assert_int_equal(result.code, 0);
    for (int i = 0; i < VALIDATORS; i++)
        assert_int_equal(ask(&device, i, PL_ACT_VALIDATE, NULL, NULL), PL_VERDICT_SUSPENDED);
    stop_all();
}

static size_t served_keys(int at)
{
    size_t count = 0;

    assert_true(http_get(servers[at].port, "/.well-known/jwks.json", &response));
    for (const char *next = response.body; (next = strstr(next, "\"kid\"")); next++)
        count++;
    return count;
}

static void new_keys_are_taken_up_by_every_validator(void **state)
{
    const char *const rotate[] = {"keys", "rotate", "--brand", "acme", "--root-key", servers[0].root_key_file, NULL};
    time_t deadline = time(NULL) + 30;
    size_t before = served_keys(0);

    (void)state;
    server_command(&servers[0], rotate, &result);
    assert_int_equal(result.code, 0);
    for (int i = 0; i < VALIDATORS; i++)
        while (served_keys(i) != before + 2)
            assert_true(time(NULL) < deadline);
    stop_all();
}

/* Acknowledged is written: whoever was served by the one that died goes on at another. */
static void one_that_is_killed_is_missed_by_nobody(void **state)
{
    device_t first, second;
    session held;
    pl_session_state told;

    (void)state;
    make_floor();
    activate(&first, 1, 0);
    activate(&second, 2, 0);
    (void)ask(&first, 0, PL_ACT_SESSION_START, &held, &told);
    assert_int_equal(told, PL_SESSION_HELD);
    assert_int_equal(beat(&held, 0), PL_SESSION_HELD);
    server_kill(&servers[0]);
    assert_int_equal(ask(&first, 1, PL_ACT_VALIDATE, NULL, NULL), PL_VERDICT_ACTIVE);
    (void)ask(&second, 1, PL_ACT_SESSION_START, NULL, &told);
    assert_int_equal(told, PL_SESSION_TAKEN);
    held.beat.number++;
    assert_int_equal(beat(&held, 2), PL_SESSION_HELD);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(of_64_rivals_at_three_validators_one_gets_the_last_seat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_session_lives_at_every_validator_and_its_end_is_known_to_all_within_moments, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_the_operator_changes_holds_at_every_validator, set_up, tear_down),
        cmocka_unit_test_setup_teardown(new_keys_are_taken_up_by_every_validator, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_that_is_killed_is_missed_by_nobody, set_up, tear_down),
    };

    if (argc != 2 || setenv("POSPAL_TEST_ENGINE", "postgres", 1) != 0)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
