/* SPDX-License-Identifier: Apache-2.0
 *
 * The line is cut at each byte of the reply: nothing is decided by a part of an answer.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

static void a_part_of_a_denial_denies_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    fake_validator_rotate(&s->validator, PL_KEY_RETIRED); /* the reply carries a keyset too */
    fake_validator_decide(&s->validator, PL_VERDICT_REVOKED, PL_REASON_NONE);
    for (size_t at = 0; at == 0 || at < s->validator.last_reply.size; at++) {
        s->validator.cut_at = at;
        assert_int_equal(pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL), POSPAL_ERROR_UNREACHABLE);
        assert_int_equal(pospal_client_status(client), POSPAL_STATUS_ACTIVE);
    }
    assert_true(s->validator.last_reply.size > 1000);
    s->validator.cut_at = SIZE_MAX;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_REVOKED);
    pospal_client_close(client);
}

static void a_part_of_a_grant_grants_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);

    for (size_t at = 0; at == 0 || at < s->validator.last_reply.size; at++) {
        s->validator.cut_at = at;
        assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_ERROR_UNREACHABLE);
        assert_int_equal(pospal_client_status(client), POSPAL_STATUS_NONE);
    }
    s->validator.cut_at = SIZE_MAX;
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    assert_null(s->validator.seats[1].license_id);
    pospal_client_close(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_part_of_a_denial_denies_nothing),
        STORY(a_part_of_a_grant_grants_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
