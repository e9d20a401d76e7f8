/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of answers that lay in a drawer, came twice, late, or from a thief.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/airgap.h"

#include <stdio.h>
#include <string.h>

#include "client/pending.h"

static void an_answer_from_a_drawer_does_not_undo_a_later_denial(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_buf text;

    airgap_answer(s, client, &text);
    shop_pass(s, DAY_S);
    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_SUSPENDED);
    assert_int_equal(airgap_import(client, &text, POSPAL_ERROR_CONFLICT), POSPAL_STATUS_SUSPENDED);
    pospal_client_close(client);
}

static void an_answer_of_a_restored_validator_counts_though_its_number_is_lower(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_buf text;

    s->validator.licenses[0].sequence = 7;
    client = shop_active_client(s);
    shop_pass(s, 20 * DAY_S);
    s->validator.licenses[0].sequence = 3;
    s->validator.line = LINE_OFFLINE;
    assert_int_equal(shop_status(client), POSPAL_STATUS_STALE);
    s->validator.line = LINE_FINE;
    airgap_answer(s, client, &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void who_gave_the_seat_back_can_not_take_it_again_with_an_answer_from_a_drawer(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_buf text;

    airgap_answer(s, client, &text);
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    assert_int_equal(airgap_import(client, &text, POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_NONE);
    assert_string_equal(pospal_error_code(), "no_pending_request");
    pospal_client_close(client);
}

static void a_thief_of_an_answer_key_is_stopped_by_its_retirement_and_revocation(void **state)
{
    static const pl_key_state states[] = {PL_KEY_RETIRED, PL_KEY_REVOKED};
    shop *s = *state;
    pospal_client *client = shop_client(s);
    pl_buf text, keyset;

    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        size_t stolen = s->validator.answer_key, fresh;

        fake_validator_rotate(&s->validator, states[i]);
        shop_pass(s, 2 * DAY_S);
        pl_buf_init(&keyset);
        fake_validator_keyset(&s->validator, &keyset);
        assert_int_equal(pospal_client_import(client, keyset.data, keyset.size, NULL), POSPAL_OK);
        fresh = s->validator.answer_key;
        s->validator.answer_key = stolen;
        s->validator.clock_error_s = -3 * DAY_S; /* dated before the retirement */
        airgap_answer(s, client, &text);
        assert_int_equal(airgap_import(client, &text, POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_NONE);
        assert_string_equal(pospal_error_code(), "revoked_key");
        s->validator.answer_key = fresh;
        s->validator.clock_error_s = 0;
        pl_buf_reset(&keyset);
    }
    airgap_answer(s, client, &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void answers_kept_in_a_drawer_do_not_set_time_back(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_buf first, second;

    airgap_close_off(s);
    client = shop_client(s);
    airgap_answer(s, client, &first);
    airgap_answer(s, client, &second);
    assert_int_equal(airgap_import(client, &first, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    shop_pass(s, 360 * DAY_S);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    s->clock.wall_ms -= 360LL * DAY_S * 1000; /* the clock is set back to that day, and the other answer taken out */
    assert_int_equal(airgap_import(client, &second, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    shop_pass(s, 10 * DAY_S);
    assert_int_equal(shop_status(client), POSPAL_STATUS_STALE);
    pospal_client_close(client);
}

static void an_answer_within_the_day_sets_a_believed_wrong_time_right(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_buf text;

    airgap_close_off(s);
    client = shop_client(s);
    airgap_answer(s, client, &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    s->clock.wall_ms += 3000LL * DAY_S * 1000; /* the battery: years ahead, for so long that it was believed */
    for (int i = 0; i < 30; i++) {
        (void)shop_status(client);
        shop_pass(s, HOUR_S);
    }
    s->clock.wall_ms -= 3000LL * DAY_S * 1000;
    assert_int_equal(shop_status(client), POSPAL_STATUS_STALE);
    airgap_answer(s, client, &text);
    shop_pass(s, HOUR_S);
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void eight_requests_stay_open_and_the_oldest_gives_way(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    char *requests[PL_PENDING_MAX + 1];
    pl_buf text;

    for (size_t i = 0; i <= PL_PENDING_MAX; i++)
        requests[i] = airgap_ask(client, FAKE_KEY);
    pl_buf_init(&text);
    fake_validator_answer_carried(&s->validator, requests[0], &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_ERROR_BAD_DOCUMENT), POSPAL_STATUS_NONE);
    fake_validator_answer_carried(&s->validator, requests[1], &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    fake_validator_answer_carried(&s->validator, requests[PL_PENDING_MAX], &text);
    assert_int_equal(airgap_import(client, &text, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    for (size_t i = 0; i <= PL_PENDING_MAX; i++)
        pospal_text_free(requests[i]);
    pospal_client_close(client);
}

static void importing_an_answer_again_changes_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_buf text;

    airgap_close_off(s);
    client = shop_client(s);
    airgap_answer(s, client, &text);
    assert_int_equal(airgap_import_text(client, text.data, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    shop_pass(s, 30 * DAY_S);
    assert_int_equal(airgap_import_text(client, text.data, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(pospal_client_forget(client), POSPAL_OK);
    assert_int_equal(airgap_import(client, &text, POSPAL_ERROR_BAD_DOCUMENT),
                     POSPAL_STATUS_NONE); /* no request is open any more */
    assert_string_equal(pospal_error_code(), "no_pending_request");
    pospal_client_close(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_answer_from_a_drawer_does_not_undo_a_later_denial),
        CASE(an_answer_of_a_restored_validator_counts_though_its_number_is_lower),
        CASE(who_gave_the_seat_back_can_not_take_it_again_with_an_answer_from_a_drawer),
        CASE(a_thief_of_an_answer_key_is_stopped_by_its_retirement_and_revocation),
        CASE(answers_kept_in_a_drawer_do_not_set_time_back),
        CASE(an_answer_within_the_day_sets_a_believed_wrong_time_right),
        CASE(eight_requests_stay_open_and_the_oldest_gives_way),
        CASE(importing_an_answer_again_changes_nothing),
    };

    return cmocka_run_group_tests_name("sdk_drawer", tests, NULL, NULL);
}
