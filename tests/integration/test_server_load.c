/* SPDX-License-Identifier: Apache-2.0
 *
 * A server under load: seats that cannot be oversold, a queue that says when it is full, acknowledged writes that survive kill -9.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "platform/thread.h"
#include "support/device_client.h"
#include "support/server_database.h"

enum { RIVALS = 64, WORKERS = 8, ACKNOWLEDGED = 200, SEATS = 5000, ID_SIZE = 64 };

static const char *program;
static server_t server;
static char key[64];
static char license_id[64];

static int start_with(const char *seats, const char *const *words)
{
    return !pl_crypto_ready() && server_create(&server, program, seats) && server_start(&server, words) &&
                   server_issue(&server, key, license_id)
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    server_remove(&server);
    return 0;
}

/* ---- the last seat ---- */

/* As many devices as there are clients ask for a seat before anybody is answered. */
static void activate_all(http_client_t *clients, int count)
{
    device_t device;

    for (int i = 0; i < count; i++)
        assert_true(http_open(&clients[i], server.port));
    for (int i = 0; i < count; i++) {
        device_make(&device, &server, key, i);
        assert_true(device_send(&device, &clients[i], PL_ACT_ACTIVATE));
    }
}

/* The verdict inside an answer that another test verifies: here only the number of seats is in question. */
static bool has_verdict(const http_response_t *response, const char *verdict)
{
    const char *payload = strchr(response->body, '.');
    uint8_t claims[8192];
    size_t size = sizeof claims - 1;

    if (!payload || pl_base64url_decode(pl_span_of(payload + 1, strcspn(payload + 1, ".")), claims, &size))
        return false;
    claims[size] = '\0';
    return strstr((const char *)claims, verdict) != NULL;
}

static void the_last_seat_is_given_once(void **state)
{
    static http_client_t clients[RIVALS];
    static http_response_t response;
    int active = 0;
    int no_seat = 0;

    (void)state;
    assert_int_equal(start_with("1", NULL), 0);
    activate_all(clients, RIVALS);
    for (int i = 0; i < RIVALS; i++) {
        assert_true(http_receive(&clients[i], false, &response));
        assert_int_equal(response.status, 200);
        active += has_verdict(&response, "\"verdict\":\"ACTIVE\"");
        no_seat += has_verdict(&response, "\"verdict\":\"NO_SEAT\"");
        http_close(&clients[i]);
    }
    assert_int_equal(active, 1);
    assert_int_equal(no_seat, RIVALS - 1);
    assert_int_equal(server_stop(&server), 0);
}

/* ---- the full queue ---- */

static void a_full_queue_says_when_to_come_back(void **state)
{
    const char *const words[] = {"--queue", "1", "--loops", "1", "--db-pool", "1", NULL};
    static http_client_t clients[8];
    static http_response_t response;
    char wait[16];
    int refused = 0;
    pl_db *db;

    (void)state;
    assert_int_equal(start_with("8", words), 0);
    db = server_database_open(&server);
    assert_int_equal(pl_db_begin(db), DB_DONE);
    if (server.db[0]) /* there a transaction alone is in nobody's way */
        assert_int_equal(pl_db_script(db, "LOCK TABLE license IN EXCLUSIVE MODE"), PL_OK);
    activate_all(clients, 8);
    /* Reads go on meanwhile. */
    assert_true(http_get(server.port, "/health", &response));
    assert_int_equal(response.status, 200);
    pl_db_rollback(db);
    pl_db_close(db);
    for (int i = 0; i < 8; i++) {
        assert_true(http_receive(&clients[i], false, &response));
        if (response.status == 503) {
            refused++;
            assert_true(http_header(&response, "Retry-After", wait, sizeof wait));
            assert_string_equal(wait, "1");
            assert_non_null(strstr(response.body, "\"overloaded\""));
        } else {
            assert_int_equal(response.status, 200);
        }
        http_close(&clients[i]);
    }
    assert_in_range(refused, 6, 7); /* one runs, one waits */
    assert_int_equal(server_stop(&server), 0);
}

/* ---- kill -9 ---- */

typedef struct {
    pl_thread *thread;
    int number;
    size_t count;
    char ids[SEATS / WORKERS][ID_SIZE]; /* activations that the server acknowledged */
} worker_t;

static _Atomic size_t acknowledged;
static worker_t workers[WORKERS];

/* Activates one device after the other until the server is gone. */
static void activate_on(void *context)
{
    worker_t *worker = context;
    http_client_t client;
    bool goes_on = http_open(&client, server.port);

    while (goes_on && worker->count < SEATS / WORKERS) {
        device_t device;
        answer_t answer;

        device_make(&device, &server, key, worker->number * SEATS + (int)worker->count);
        device_call(&device, &client, PL_ACT_ACTIVATE, &answer);
        goes_on = answer.is_verified && answer.verdict == PL_VERDICT_ACTIVE;
        if (goes_on) {
            memcpy(worker->ids[worker->count++], device.activation_id, ID_SIZE);
            atomic_fetch_add(&acknowledged, 1);
        }
        answer_reset(&answer);
    }
    if (client.room)
        http_close(&client);
}

static void await_acknowledged(size_t count)
{
    pl_mutex *mutex = pl_mutex_new();
    pl_cond *never = pl_cond_new();

    pl_mutex_lock(mutex);
    for (int i = 0; i < 6000 && atomic_load(&acknowledged) < count; i++)
        (void)pl_cond_wait(never, mutex, 10);
    pl_mutex_unlock(mutex);
    pl_cond_free(never);
    pl_mutex_free(mutex);
}

/* A device that lost its seat would now get another one, or none. */
static void each_still_has_its_seat(const worker_t *worker, http_client_t *client)
{
    for (size_t i = 0; i < worker->count; i++) {
        device_t device;
        answer_t answer;

        device_make(&device, &server, key, worker->number * SEATS + (int)i);
        device_call(&device, client, PL_ACT_ACTIVATE, &answer);
        assert_true(answer.is_verified);
        assert_string_equal(device.activation_id, worker->ids[i]);
        answer_reset(&answer);
    }
}

static void what_was_acknowledged_survives_kill_9(void **state)
{
    http_client_t client;

    (void)state;
    assert_int_equal(start_with("5000", NULL), 0);
    atomic_store(&acknowledged, 0);
    for (int i = 0; i < WORKERS; i++) {
        memset(&workers[i], 0, sizeof workers[i]);
        workers[i].number = i;
        assert_int_equal(pl_thread_start(activate_on, &workers[i], &workers[i].thread), PL_OK);
    }
    await_acknowledged(ACKNOWLEDGED);
    server_kill(&server);
    for (int i = 0; i < WORKERS; i++)
        pl_thread_join(workers[i].thread);
    assert_true(atomic_load(&acknowledged) >= ACKNOWLEDGED);
    assert_true(server_start(&server, NULL));
    assert_true(http_open(&client, server.port));
    for (int i = 0; i < WORKERS; i++)
        each_still_has_its_seat(&workers[i], &client);
    http_close(&client);
    assert_int_equal(server_stop(&server), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_last_seat_is_given_once, tear_down),
        cmocka_unit_test_teardown(a_full_queue_says_when_to_come_back, tear_down),
        cmocka_unit_test_teardown(what_was_acknowledged_survives_kill_9, tear_down),
    };

    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
