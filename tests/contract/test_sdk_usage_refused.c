/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of usage that the validator refuses to take now: nothing that was recorded is lost.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "client/usage_send.h"
#include "support/shop.h"

static void use(pospal_client *client, int64_t amount)
{
    if (pospal_usage_add(client, "hours", amount, NULL) != POSPAL_OK)
        fail_msg("usage is not recorded: %s", pospal_error_detail());
}

static pospal_usage_t balance(pospal_client *client, const char *meter)
{
    pospal_usage_t usage = {.size = sizeof usage};

    assert_int_equal(pospal_usage_balance(client, meter, &usage), POSPAL_OK);
    return usage;
}

static void tell(pospal_client *client)
{
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL), POSPAL_OK);
}

static void what_is_refused_for_now_is_kept_and_told_later(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, 4);
    s->validator.usage_refusal = PL_USAGE_LIMIT;
    assert_int_equal(pl_usage_send(client), PL_OK);
    use(client, 3);
    tell(client);
    assert_int_equal(s->validator.meters[0].used, 0);
    assert_int_equal(balance(client, "hours").pending, 7);
    s->validator.usage_refusal = PL_USAGE_TAKEN;
    tell(client);
    assert_int_equal(s->validator.meters[0].used, 7);
    assert_int_equal(balance(client, "hours").pending, 0);
    pospal_client_close(client);
}

static void what_a_closed_seat_takes_no_more_is_told_for_the_next(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, 4);
    tell(client);
    use(client, 3);
    s->validator.usage_refusal = PL_USAGE_CLOSED;
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(balance(client, "hours").pending, 3);
    s->validator.usage_refusal = PL_USAGE_TAKEN;
    fake_validator_restore(&s->validator);
    tell(client); /* takes a seat again */
    tell(client);
    assert_int_equal(s->validator.meters[0].used, 7); /* the first four are not counted again */
    assert_int_equal(balance(client, "hours").pending, 0);
    pospal_client_close(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_refused_for_now_is_kept_and_told_later),
        CASE(what_a_closed_seat_takes_no_more_is_told_for_the_next),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
