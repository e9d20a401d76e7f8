/* SPDX-License-Identifier: Apache-2.0
 *
 * Seats given back, and what one client does while another forgets, gives back or is forked away.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sys/wait.h>
#include <unistd.h>

#include "support/shop.h"

typedef struct {
    shop *shop;
    pospal_client *other;
} meanwhile;

static void other_gives_the_seat_back(void *context)
{
    meanwhile *m = context;

    m->shop->validator.during = NULL;
    assert_int_equal(pospal_client_deactivate(m->other), POSPAL_OK);
}

static void a_refresh_under_way_does_not_take_back_a_seat_that_was_given_back(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    meanwhile m = {s, shop_client(s)};
    unsigned activations = s->validator.activations;

    s->validator.during = other_gives_the_seat_back;
    s->validator.during_context = &m;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_NO_LICENSE_KEY), POSPAL_STATUS_NONE);
    assert_int_equal(s->validator.activations, activations);
    assert_null(s->validator.seats[0].license_id);
    pospal_client_close(m.other);
    pospal_client_close(client);
}

static void a_suspended_device_that_gave_its_seat_back_stays_without_when_the_license_is_resumed(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_SUSPENDED);
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    fake_validator_decide(&s->validator, PL_VERDICT_ACTIVE, PL_REASON_NONE);
    shop_pass(s, 3600);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_NONE);
    assert_null(s->validator.seats[0].license_id);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_OK); /* who asks for it gets one */
    pospal_client_close(client);
}

static void a_file_without_keyset_is_taken_though_another_process_forgot_ours(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_client *other = shop_client(s);
    pospal_license *license = NULL;
    pl_buf text;

    pl_buf_init(&text);
    fake_validator_file(&s->validator, &(fake_file){.sequence = 5, .is_without_keyset = true}, &text);
    assert_int_equal(pospal_client_forget(other), POSPAL_OK);
    assert_int_equal(pospal_client_import(client, text.data, text.size, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_ACTIVE);
    pospal_license_free(license);
    pospal_client_close(other);
    pospal_client_close(client);
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE); /* and its keyset was stored with it */
    pospal_client_close(client);
    pl_buf_reset(&text);
}

static void closing_a_parents_client_in_a_forked_child_neither_hangs_nor_harms(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    int status = -1;
    pid_t child;

    (void)pospal_client_status(client); /* the background thread runs, in the parent alone */
    child = fork();
    if (child == 0) {
        (void)alarm(20);
        pospal_client_close(client);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_refresh_under_way_does_not_take_back_a_seat_that_was_given_back),
        CASE(a_suspended_device_that_gave_its_seat_back_stays_without_when_the_license_is_resumed),
        CASE(a_file_without_keyset_is_taken_though_another_process_forgot_ours),
        CASE(closing_a_parents_client_in_a_forked_child_neither_hangs_nor_harms),
    };

    return cmocka_run_group_tests_name("sdk_release", tests, NULL, NULL);
}
