/* SPDX-License-Identifier: Apache-2.0
 *
 * Many devices at once, each with a connection of its own, and one seat.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "platform/thread.h"
#include "support/validator.h"

enum { CONTENDERS = 64 };

typedef struct {
    validator *v;
    device_call_t call;
    outcome_t outcome;
    pl_arena arena;
    pl_err err;
} contender;

static pl_err activate(void *context, tx_t *tx)
{
    contender *c = context;

    return licensing_activate(tx, &c->call, &c->outcome);
}

static void contend(void *context)
{
    contender *c = context;
    tx_t about = {.arena = &c->arena, .now_ms = VALIDATOR_NOW_MS, .actor = "device"};
    store_t *store;

    if ((c->err = instance_open_store(c->v->instance, DB_READ_WRITE, &store)))
        return;
    do {
        c->err = store_write(store, &about, activate, c);
    } while (c->err == PL_ERR_BUSY); /* a slow machine is no failure */
    store_close(store);
}

static void of_64_devices_one_gets_the_last_seat(void **state)
{
    static contender contenders[CONTENDERS];
    pl_thread *threads[CONTENDERS];
    static validator opened;
    validator *v = &opened;
    const license_order_t one_seat = {.seats = 1};
    uint8_t nonce[PL_NONCE_SIZE];
    const char *key;
    int winners = 0;

    (void)state;
    validator_open(v);
    validator_issue(v, &one_seat, &key);
    for (int i = 0; i < CONTENDERS; i++) {
        till t = till_make(i % 30, key);
        pl_buf body;

        memset(&contenders[i], 0, sizeof contenders[i]);
        contenders[i].v = v;
        pl_arena_init(&contenders[i].arena);
        pl_buf_init(&body);
        till_write(&t, &v->roots, PL_ACT_ACTIVATE, &body, nonce);
        assert_int_equal(
            licensing_read_call(&v->arena, validator_keyring(v), PL_ACT_ACTIVATE, pl_buf_span(&body), &contenders[i].call),
            PL_OK);
        memset(contenders[i].call.fingerprint.value, i + 1, sizeof contenders[i].call.fingerprint.value); /* no two alike */
        pl_buf_reset(&body);
    }
    for (int i = 0; i < CONTENDERS; i++)
        assert_int_equal(pl_thread_start(contend, &contenders[i], &threads[i]), PL_OK);
    for (int i = 0; i < CONTENDERS; i++) {
        pl_thread_join(threads[i]);
        assert_int_equal(contenders[i].err, PL_OK);
        winners += contenders[i].outcome.verdict == PL_VERDICT_ACTIVE;
        if (contenders[i].outcome.verdict != PL_VERDICT_ACTIVE)
            assert_int_equal(contenders[i].outcome.verdict, PL_VERDICT_NO_SEAT);
        pl_arena_reset(&contenders[i].arena);
    }
    assert_int_equal(winners, 1);
    validator_close(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_64_devices_one_gets_the_last_seat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
