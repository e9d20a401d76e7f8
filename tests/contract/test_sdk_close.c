/* SPDX-License-Identifier: Apache-2.0
 *
 * Closing a client from its own callbacks, on whatever thread they run: nothing of it is used afterwards (the address sanitizer watches)
 * and nothing of it is left.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/gate.h"
#include "support/shop.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/clock.h"
#include "support/fail_alloc.h"

/* What a callback did, and a gate that it passes before it closes. */
typedef struct {
    gate called;
    atomic_int calls;
    bool looks_first;
    pospal_status_t status;
    pospal_result_t after; /* of a call made after the close, in the callback still */
} closer;

static void begin(closer *c)
{
    *c = (closer){.after = POSPAL_ERROR_INTERNAL};
    gate_init(&c->called, true);
}

static void close_in_change(void *context, pospal_client *client, const pospal_license *license)
{
    closer *c = context;

    if (atomic_fetch_add(&c->calls, 1) > 0)
        return;
    c->status = pospal_license_status(license);
    if (c->looks_first)
        (void)pospal_client_check(client, POSPAL_CHECK_LOCAL, NULL);
    pospal_client_close(client);
    c->after = pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL); /* not to be done, and yet not deadly */
    gate_pass(&c->called);
}

/* All memory of ours has come back: on a thread of the library that is a moment after the callback. */
static void await_end(size_t live)
{
    while (fail_alloc_live() != live)
        pl_clock_sleep_ms(1);
}

/* The validator's own buffers come from our memory too: after this they are there, and what is held can be counted. */
static void warm_up(shop *s)
{
    pospal_change_fn changed = s->changed;

    s->changed = NULL;
    s->is_in_memory = true;
    pospal_client_close(shop_active_client(s));
    s->is_in_memory = false;
    s->changed = changed;
}

static pospal_client *open_with(shop *s, closer *c)
{
    s->changed = close_in_change;
    s->changed_context = c;
    return shop_client(s);
}

static void a_client_may_be_closed_in_a_change_that_a_call_found(void **state)
{
    pospal_license *license = NULL;
    shop *s = *state;
    size_t live;
    closer c;

    for (int looks_first = 0; looks_first < 2; looks_first++) {
        pospal_client *client;

        begin(&c);
        c.looks_first = looks_first;
        warm_up(s);
        live = fail_alloc_live();
        client = open_with(s, &c);
        assert_int_equal(pospal_client_activate(client, FAKE_KEY, &license), POSPAL_OK);
        assert_int_equal(pospal_license_status(license), POSPAL_STATUS_ACTIVE); /* it outlives the client */
        pospal_license_free(license);
        assert_int_equal(fail_alloc_live(), live); /* closed when activate returns */
        assert_int_equal(c.status, POSPAL_STATUS_ACTIVE);
        assert_int_equal(c.after, POSPAL_ERROR_CLOSED);
        assert_int_equal(atomic_load(&c.calls), 1);
        gate_reset(&c.called);
        for (size_t seat = 0; seat < FAKE_SEATS_MAX; seat++)
            s->validator.seats[seat].license_id = NULL;
        shop_delete_file(s, "lease");
    }
}

/* Another process's answer, seen by the background. */
static void suspend_elsewhere(shop *s)
{
    pospal_client *other;

    s->changed = NULL;
    other = shop_client(s);
    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(shop_check(other, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_SUSPENDED);
    pospal_client_close(other);
}

static void a_client_may_be_closed_in_a_change_that_the_background_found(void **state)
{
    shop *s = *state;
    pospal_client *client;
    size_t live;
    closer c;

    pospal_client_close(shop_active_client(s));
    begin(&c);
    warm_up(s);
    live = fail_alloc_live();
    client = open_with(s, &c);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_ACTIVE); /* starts the thread */
    suspend_elsewhere(s);
    gate_await(&c.called, 1);
    await_end(live);
    assert_int_equal(c.status, POSPAL_STATUS_SUSPENDED);
    assert_int_equal(c.after, POSPAL_ERROR_CLOSED);
    gate_reset(&c.called);
}

typedef struct {
    closer c;
    pospal_client *client;
} owner;

static void close_owner(void *context, pospal_task *task)
{
    owner *o = context;
    pospal_task *next = NULL;

    (void)task;
    atomic_fetch_add(&o->c.calls, 1);
    pospal_client_close(o->client);
    o->c.after = pospal_task_start(o->client, POSPAL_VERB_CHECK_AUTO, NULL, NULL, NULL, &next);
    gate_pass(&o->c.called);
}

static void a_client_may_be_closed_when_a_task_is_done(void **state)
{
    shop *s = *state;
    pospal_task *task = NULL;
    pospal_result_t result = POSPAL_OK;
    size_t live;
    owner o;

    begin(&o.c);
    warm_up(s);
    live = fail_alloc_live();
    o.client = shop_client(s);
    assert_int_equal(pospal_client_status(o.client), POSPAL_STATUS_NONE); /* a background thread that must be waited for */
    assert_int_equal(pospal_task_start(o.client, POSPAL_VERB_ACTIVATE, FAKE_KEY, close_owner, &o, &task), POSPAL_OK);
    gate_await(&o.c.called, 1);
    assert_int_equal(o.c.after, POSPAL_ERROR_CLOSED);
    assert_int_equal(pospal_task_poll(task, &result, NULL), 1);
    assert_int_equal(result, POSPAL_OK);
    pospal_task_free(task);
    await_end(live);
    gate_reset(&o.c.called);
}

static void a_client_may_be_closed_in_a_change_that_a_task_found(void **state)
{
    shop *s = *state;
    pospal_task *tasks[3] = {NULL, NULL, NULL};
    pospal_result_t result = POSPAL_OK;
    pospal_client *client;
    size_t live;
    closer c;

    begin(&c);
    warm_up(s);
    live = fail_alloc_live();
    client = open_with(s, &c);
    pl_mutex_lock(client->mutex); /* none begins before all are started */
    client->is_asking = true;
    pl_mutex_unlock(client->mutex);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pospal_task_start(client, POSPAL_VERB_ACTIVATE, FAKE_KEY, NULL, NULL, &tasks[i]), POSPAL_OK);
    pl_mutex_lock(client->mutex);
    client->is_asking = false;
    pl_cond_wake_all(client->changed);
    pl_mutex_unlock(client->mutex);
    gate_await(&c.called, 1);
    for (size_t i = 0; i < 3; i++) {
        while (!pospal_task_poll(tasks[i], &result, NULL))
            pl_clock_sleep_ms(1);
        assert_int_equal(result, i == 0 ? POSPAL_OK : POSPAL_ERROR_CLOSED);
        pospal_task_free(tasks[i]);
    }
    await_end(live);
    gate_reset(&c.called);
}

static void close_other(void *context, pospal_client *client, const pospal_license *license)
{
    owner *o = context;

    (void)client;
    (void)license;
    pospal_client_close(o->client); /* another one: nothing to postpone */
    o->client = NULL;
    atomic_fetch_add(&o->c.calls, 1);
}

static void in_a_callback_another_client_is_closed_at_once(void **state)
{
    shop *s = *state;
    pospal_client *client;
    size_t live;
    owner o = {.client = NULL};

    warm_up(s);
    live = fail_alloc_live();
    o.client = shop_client(s);
    s->changed = close_other;
    s->changed_context = &o;
    client = shop_client(s);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    assert_null(o.client);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
    assert_int_equal(fail_alloc_live(), live);
}

static void fork_in_change(void *context, pospal_client *client, const pospal_license *license)
{
    int *status = context;
    pid_t child = fork();

    (void)license;
    if (child == 0) {
        pospal_client_close(client); /* the parent's: nothing happens */
        _exit(7);
    }
    if (waitpid(child, status, 0) != child)
        *status = -1;
}

static void a_child_forked_in_a_callback_closes_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client;
    int status = 0;

    s->changed = fork_in_change;
    s->changed_context = &status;
    client = shop_client(s);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

/* ---- while the library's own thread waits for another process ---- */

typedef struct {
    atomic_bool waits, gave_up; /* for the close, not for the time */
} listener;

static void listen_for_waits(void *context, pospal_log_level_t level, const char *message)
{
    listener *l = context;

    (void)level;
    if (strncmp(message, "waiting for", 11) == 0)
        atomic_store(&l->waits, true);
    if (strncmp(message, "not waiting for", 15) == 0)
        atomic_store(&l->gave_up, true);
}

static pospal_client *open_listening(shop *s, listener *l)
{
    atomic_store(&l->waits, false);
    atomic_store(&l->gave_up, false);
    s->log = listen_for_waits;
    s->log_context = l;
    return shop_client(s);
}

/* Until the background has found its lease due, has asked, and is where it must wait. */
static void let_refresh(shop *s, pospal_client *client, listener *l)
{
    (void)pospal_client_status(client); /* starts the thread */
    while (!atomic_load(&l->waits)) {
        shop_pass(s, MINUTE_S);
        pl_mutex_lock(client->mutex);
        pl_cond_wake_all(client->changed);
        pl_mutex_unlock(client->mutex);
        pl_clock_sleep_ms(1);
    }
}

/* A machine that stands still for seconds just then lets the wait run out: another try tells. A close that does not end it fails all. */
static void a_close_ends_the_backgrounds_wait_for_the_lock_between_processes(void **state)
{
    listener l = {false, false};
    shop *s = *state;
    bool is_ended = false;

    pospal_client_close(shop_active_client(s));
    for (int tries = 0; !is_ended && tries < 5; tries++) {
        pospal_client *client = open_listening(s, &l);
        pl_file_lock *lock = shop_take_lock(s);

        let_refresh(s, client, &l);
        pospal_client_close(client);
        pl_file_lock_release(lock);
        is_ended = atomic_load(&l.gave_up);
    }
    assert_true(is_ended);
    s->log = NULL;
    pospal_client_close(shop_active_client(s)); /* and harmed nothing */
}

static void a_close_ends_the_backgrounds_wait_for_the_vault(void **state)
{
    listener l = {false, false};
    shop *s = *state;
    bool is_ended = false;

    pospal_client_close(shop_active_client(s));
    for (int tries = 0; !is_ended && tries < 5; tries++) {
        pospal_client *client = open_listening(s, &l);
        pl_db *other = shop_lock_vault(s);

        let_refresh(s, client, &l);
        pospal_client_close(client);
        pl_db_close(other);
        is_ended = atomic_load(&l.gave_up);
    }
    assert_true(is_ended);
    s->log = NULL;
    pospal_client_close(shop_active_client(s));
}

static int setup(void **state)
{
    fail_alloc_start(0); /* counts, and fails nothing */
    return shop_setup(state);
}

static int teardown(void **state)
{
    int result = shop_teardown(state);

    fail_alloc_stop();
    return result;
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_client_may_be_closed_in_a_change_that_a_call_found),
        STORY(a_client_may_be_closed_in_a_change_that_the_background_found),
        STORY(a_client_may_be_closed_when_a_task_is_done),
        STORY(a_client_may_be_closed_in_a_change_that_a_task_found),
        STORY(in_a_callback_another_client_is_closed_at_once),
        STORY(a_close_ends_the_backgrounds_wait_for_the_lock_between_processes),
        STORY(a_close_ends_the_backgrounds_wait_for_the_vault),
        STORY(a_child_forked_in_a_callback_closes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
