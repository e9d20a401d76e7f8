/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of two programs of one product that start at the same moment on a machine where neither ran before. Each is a client of its own
 * with locks and a database of its own, as two processes have.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/gate.h"
#include "support/shop.h"

#include <stdio.h>
#include <string.h>

#include "client/identity.h"
#include "platform/clock.h"

typedef struct {
    shop *s;
    pospal_client *client;
    const char *key;
    pospal_result_t result;
    gate *making;         /* passed while an identity is being made; NULL: not */
    atomic_bool waits;    /* at the lock between processes */
    pl_err lock_of_other; /* what another process got that wanted the lock meanwhile */
} program;

static pl_err try_lock(const shop *s)
{
    char path[SHOP_PATH_SIZE + 8];
    pl_file_lock *lock = NULL;
    pl_err err;

    (void)snprintf(path, sizeof path, "%s/lock", s->data);
    err = pl_file_lock_take(path, 0, &lock);
    pl_file_lock_release(lock);
    return err;
}

static void hear(void *context, pospal_log_level_t level, const char *message)
{
    program *p = context;

    (void)level;
    if (strstr(message, "waiting for another process at the documents") == message)
        atomic_store(&p->waits, true);
    if (!strstr(message, "a new identity is made"))
        return;
    p->lock_of_other = try_lock(p->s);
    if (p->making)
        gate_pass(p->making);
}

static void start(program *p, shop *s, const char *key)
{
    *p = (program){.s = s, .key = key, .result = POSPAL_ERROR_INTERNAL, .lock_of_other = PL_ERR_INTERNAL};
    s->log = hear;
    s->log_context = p;
    p->client = shop_client(s);
    shop_hold_worker(p->client);
}

static void activate(void *context)
{
    program *p = context;

    p->result = pospal_client_activate(p->client, p->key, NULL);
}

static pl_thread *begin(program *p)
{
    pl_thread *thread;

    assert_int_equal(pl_thread_start(activate, p, &thread), PL_OK);
    return thread;
}

static void an_identity_is_made_under_the_lock_between_processes(void **state)
{
    program p;

    start(&p, *state, FAKE_KEY);
    activate(&p);
    assert_int_equal(p.result, POSPAL_OK);
    assert_int_equal(p.lock_of_other, PL_ERR_BUSY);
    assert_int_equal(try_lock(p.s), PL_OK);
    shop_close_held(p.client);
}

static void expect_identity_of_seat(const shop *s, pospal_client *client)
{
    pl_identity identity;
    bool is_there = false;

    pl_mutex_lock(client->mutex);
    assert_int_equal(pl_identity_find(client, &identity, &is_there), PL_OK);
    assert_true(is_there);
    pl_mutex_unlock(client->mutex);
    assert_memory_equal(identity.device_public, s->validator.seats[0].device_key, sizeof identity.device_public);
}

static void two_that_activate_at_once_are_one_device(void **state)
{
    program first, second;
    pl_thread *threads[2];
    shop *s = *state;
    gate making;

    gate_init(&making, false);
    start(&first, s, FAKE_KEY);
    start(&second, s, FAKE_KEY);
    first.making = second.making = &making;
    threads[0] = begin(&first);
    gate_await(&making, 1); /* it has found none, and has not stored its own yet */
    threads[1] = begin(&second);
    while (!atomic_load(&second.waits) && gate_came(&making) < 2)
        pl_clock_sleep_ms(1);
    assert_true(atomic_load(&second.waits));
    gate_open(&making);
    pl_thread_join(threads[0]);
    pl_thread_join(threads[1]);
    assert_int_equal(first.result, POSPAL_OK);
    assert_int_equal(second.result, POSPAL_OK);
    assert_int_equal(gate_came(&making), 1);
    assert_null(s->validator.seats[1].license_id);
    expect_identity_of_seat(s, first.client);
    expect_identity_of_seat(s, second.client);
    assert_int_equal(pospal_client_deactivate(second.client), POSPAL_OK); /* proven with the key that the seat knows */
    shop_close_held(first.client);
    shop_close_held(second.client);
    gate_reset(&making);
}

/* Whoever comes last, the key that is kept is the key of the lease. */
static void two_that_activate_with_different_keys_keep_what_belongs_together(void **state)
{
    program first, second, later;
    char key[PL_LICENSE_KEY_MAX + 1];
    const pl_claims *lease;
    pl_thread *threads[2];
    shop *s = *state;
    gate answered;

    gate_init(&answered, false);
    s->validator.after = gate_pass;
    s->validator.during_context = &answered;
    start(&first, s, FAKE_KEY);
    start(&second, s, FAKE_OTHER_KEY);
    threads[0] = begin(&first);
    threads[1] = begin(&second);
    gate_await(&answered, 2);
    gate_open(&answered);
    pl_thread_join(threads[0]);
    pl_thread_join(threads[1]);
    s->validator.after = NULL;
    assert_int_equal(first.result, POSPAL_OK);
    assert_int_equal(second.result, POSPAL_OK);
    shop_close_held(first.client);
    shop_close_held(second.client);
    start(&later, s, NULL);
    assert_int_equal(shop_status(later.client), POSPAL_STATUS_ACTIVE);
    pl_mutex_lock(later.client->mutex);
    assert_int_equal(pl_identity_license_key(later.client, key), PL_OK);
    pl_mutex_unlock(later.client->mutex);
    lease = pl_holding_find(later.client->holding, PL_DOCUMENT_LEASE);
    assert_non_null(lease);
    assert_string_equal(lease->license_id, s->validator.licenses[strcmp(key, FAKE_KEY) == 0 ? 0 : 1].license_id);
    shop_close_held(later.client);
    gate_reset(&answered);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(an_identity_is_made_under_the_lock_between_processes),
        STORY(two_that_activate_at_once_are_one_device),
        STORY(two_that_activate_with_different_keys_keep_what_belongs_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
