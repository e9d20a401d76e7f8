/* SPDX-License-Identifier: Apache-2.0
 *
 * Two brands that give the same license key at the same time: one has it, the other is refused.
 */
#include "licensing/provision.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "platform/thread.h"
#include "store/license_keys.h"
#include "support/validator.h"

enum { ROUNDS = 20, RIVALS = 2 };

typedef struct {
    validator *v;
    const keyring_t *keyring;
    pl_uuid brand_id;
    store_t *store;
    pl_arena arena;
    char keys[ROUNDS][32];
    pl_err errs[ROUNDS];
    int round;
} rival;

static pl_err issue(void *context, tx_t *tx)
{
    rival *r = context;
    const license_order_t order = {
        .brand_id = r->brand_id, .product = "till", .email = "ada@example.com", .key = r->keys[r->round]};
    license_view_t view;
    const char *key;

    return admin_license_issue(tx, r->keyring, &order, &view, &key);
}

static void give(void *context)
{
    rival *r = context;
    tx_t about = {.arena = &r->arena, .now_ms = VALIDATOR_NOW_MS, .actor = "api"};

    for (r->round = 0; r->round < ROUNDS; r->round++) {
        do {
            r->errs[r->round] = store_write(r->store, &about, issue, r);
        } while (r->errs[r->round] == PL_ERR_BUSY); /* a slow machine is no failure */
        pl_err_clear();
    }
}

static void of_two_brands_that_give_a_key_at_once_one_has_it(void **state)
{
    static rival rivals[RIVALS];
    pl_thread *threads[RIVALS];
    validator *v = *state;
    brand_made_t other;

    validator_add_brand(v, "other", &other);
    for (size_t i = 0; i < RIVALS; i++) {
        rivals[i] = (rival){.v = v, .keyring = validator_keyring(v), .brand_id = i ? other.brand.id : v->made.brand_id};
        pl_arena_init(&rivals[i].arena);
        for (int round = 0; round < ROUNDS; round++)
            (void)snprintf(rivals[i].keys[round], sizeof rivals[i].keys[round], "GIVEN-KEY-NO-%04d", round);
        assert_int_equal(instance_open_store(v->instance, DB_READ_WRITE, &rivals[i].store), PL_OK);
    }
    for (size_t i = 0; i < RIVALS; i++)
        assert_int_equal(pl_thread_start(give, &rivals[i], &threads[i]), PL_OK);
    for (size_t i = 0; i < RIVALS; i++)
        pl_thread_join(threads[i]);
    for (int round = 0; round < ROUNDS; round++) {
        const pl_err one = rivals[0].errs[round];
        const pl_err two = rivals[1].errs[round];

        assert_true((one == PL_OK && two == PL_ERR_CONFLICT) || (one == PL_ERR_CONFLICT && two == PL_OK));
    }
    for (size_t i = 0; i < RIVALS; i++) {
        store_close(rivals[i].store);
        pl_arena_reset(&rivals[i].arena);
    }
}

static void who_gave_a_key_gives_it_again_for_another_product(void **state)
{
    validator *v = *state;
    license_order_t order = {.key = "GIVEN-KEY-NO-0001"};
    const char *key;

    (void)validator_add_product(v, v->made.brand_id, "kds", 1);
    (void)validator_issue(v, &order, &key);
    order.product = "kds";
    (void)validator_issue(v, &order, &key);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(of_two_brands_that_give_a_key_at_once_one_has_it),
        TEST(who_gave_a_key_gives_it_again_for_another_product),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
