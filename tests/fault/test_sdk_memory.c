/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory runs out at each allocation of ours in turn: the call says so or copes, nothing leaks (the sanitizer watches), nothing that was
 * held is lost, and afterwards everything works. The validator of the tests is spared.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static size_t calls, fail_at;
static bool is_spared;

static void *resize(void *context, void *block, size_t size)
{
    (void)context;
    if (!is_spared && ++calls == fail_at)
        return NULL;
    return realloc(block, size);
}

static void release(void *context, void *block)
{
    (void)context;
    free(block);
}

static void start(size_t nth)
{
    static const pl_allocator failing = {resize, release, NULL};

    calls = 0;
    fail_at = nth;
    pl_mem_set(&failing);
}

/* True when the run was complete: nothing failed. */
static bool stop(void)
{
    pl_mem_set(NULL);
    return calls < fail_at;
}

static pospal_result_t exchange(void *context, const pospal_exchange_t *in, pospal_reply *reply)
{
    shop *s = context;
    pospal_result_t result;

    is_spared = true;
    result = fake_validator_exchange(&s->validator, in, reply);
    is_spared = false;
    if (result == POSPAL_OK)
        result = pospal_reply_set(reply, 200, "Content-Type: application/json\r\n", s->validator.last_reply.data,
                                  s->validator.last_reply.size);
    return result;
}

/* Options that the failures do not touch; the transport spares the validator. */
static pospal_options *make_options(shop *s)
{
    pospal_options *options = shop_options(s);

    pospal_options_set_transport(options, exchange, s);
    return options;
}

static pospal_client *open_client(shop *s)
{
    pospal_options *options = make_options(s);
    pospal_client *client = NULL;

    assert_int_equal(pospal_client_open(options, &client), POSPAL_OK);
    pospal_options_free(options);
    return client;
}

static void expect_memory_or_ok(pospal_result_t result)
{
    if (result == POSPAL_OK)
        return;
    assert_string_equal(pospal_result_name(result), "OUT_OF_MEMORY");
    assert_string_equal(pospal_error_code(), "out_of_memory");
}

static void use_directory(shop *s, size_t number)
{
    (void)snprintf(s->data, sizeof s->data, "%s/%zu", s->root, number);
}

static void opening_survives_each_failure(void **state)
{
    shop *s = *state;
    pospal_options *options;
    bool is_over = false;

    pospal_client_close(shop_active_client(s));
    options = make_options(s);
    for (size_t n = 1; !is_over; n++) {
        pospal_client *client = NULL;
        pospal_result_t result;

        start(n);
        result = pospal_client_open(options, &client);
        is_over = stop();
        expect_memory_or_ok(result);
        assert_true((client != NULL) == (result == POSPAL_OK));
        if (client)
            assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
        pospal_client_close(client);
        assert_int_equal(shop_count_files(s, ".bad"), 0);
    }
    assert_true(calls > 10);
    pospal_options_free(options);
}

static void options_remember_that_memory_ran_out(void **state)
{
    bool is_over = false;

    for (size_t n = 1; !is_over; n++) {
        pospal_options *options;
        pospal_client *client = NULL;

        start(n);
        options = shop_options(*state);
        is_over = stop();
        if (options && !is_over)
            assert_int_equal(pospal_client_open(options, &client), POSPAL_ERROR_OUT_OF_MEMORY);
        assert_null(client);
        pospal_options_free(options);
    }
}

static void activating_survives_each_failure(void **state)
{
    shop *s = *state;
    bool is_over = false;

    for (size_t n = 1; !is_over; n++) {
        pospal_license *license = NULL;
        pospal_client *client;
        pospal_result_t result;

        use_directory(s, n);
        client = open_client(s);
        start(n);
        result = pospal_client_activate(client, FAKE_KEY, &license);
        is_over = stop();
        expect_memory_or_ok(result);
        pospal_license_free(license);
        assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
        assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
        pospal_client_close(client);
        client = open_client(s);
        assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
        pospal_client_close(client);
        assert_int_equal(shop_count_files(s, ".bad"), 0);
    }
    assert_null(s->validator.seats[1].license_id);
    assert_true(calls > 30);
}

static void checking_survives_each_failure_and_loses_nothing(void **state)
{
    shop *s = *state;
    char origin[SHOP_PATH_SIZE];
    bool is_over = false;

    memcpy(origin, s->data, sizeof origin);
    pospal_client_close(shop_active_client(s));
    shop_pass(s, HOUR_S);
    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED);
    for (size_t n = 1; !is_over; n++) {
        pospal_license *license = NULL;
        pospal_client *client;
        pospal_status_t status;

        use_directory(s, n);
        shop_copy_data(origin, s->data);
        client = open_client(s);
        start(n);
        expect_memory_or_ok(pospal_client_check(client, POSPAL_CHECK_ONLINE, &license));
        is_over = stop();
        pospal_license_free(license);
        status = shop_status(client);
        assert_true(status == POSPAL_STATUS_ACTIVE || status == POSPAL_STATUS_SUSPENDED);
        assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_SUSPENDED);
        pospal_client_close(client);
        client = open_client(s);
        assert_int_equal(shop_status(client), POSPAL_STATUS_SUSPENDED);
        pospal_client_close(client);
        assert_int_equal(shop_count_files(s, ".bad"), 0);
    }
}

/* ---- the verbs that stay on this machine ---- */

static pospal_result_t import_file(shop *s, pospal_client *client, const fake_file *file)
{
    pospal_license *license = NULL;
    pospal_result_t result;
    pl_buf text;

    is_spared = true;
    pl_buf_init(&text);
    fake_validator_file(&s->validator, file, &text);
    is_spared = false;
    result = pospal_client_import(client, text.data, text.size, &license);
    pospal_license_free(license);
    pl_buf_reset(&text);
    return result;
}

static pospal_result_t do_import(shop *s, pospal_client *client)
{
    return import_file(s, client, &(fake_file){.license = 1});
}

static pospal_result_t do_trial(shop *s, pospal_client *client)
{
    return import_file(s, client, &(fake_file){.license = 1, .trial_s = 30 * DAY_S});
}

static pospal_result_t do_report(shop *s, pospal_client *client)
{
    char *text = NULL;
    pospal_result_t result = pospal_client_support_report(client, &text);

    (void)s;
    assert_true((text != NULL) == (result == POSPAL_OK));
    pospal_text_free(text);
    return result;
}

static pospal_result_t do_explain(shop *s, pospal_client *client)
{
    char *text = NULL;
    pospal_result_t result = pospal_client_explain(client, 1, &text);

    (void)s;
    pospal_text_free(text);
    return result;
}

static pospal_result_t do_local_check(shop *s, pospal_client *client)
{
    pospal_license *license = NULL;
    pospal_result_t result = pospal_client_check(client, POSPAL_CHECK_LOCAL, &license);

    (void)s;
    assert_true((license != NULL) == (result == POSPAL_OK));
    pospal_license_free(license);
    return result;
}

static pospal_result_t do_request(shop *s, pospal_client *client)
{
    char *text = NULL;
    pospal_result_t result = pospal_client_export_request(client, NULL, &text);

    (void)s;
    assert_true((text != NULL) == (result == POSPAL_OK));
    pospal_text_free(text);
    return result;
}

/* Asks, and takes the answer in. */
static pospal_result_t do_answer(shop *s, pospal_client *client)
{
    char *request = NULL;
    pospal_result_t result = pospal_client_export_request(client, NULL, &request);
    pl_buf text;

    if (result != POSPAL_OK)
        return result;
    is_spared = true;
    pl_buf_init(&text);
    fake_validator_answer_carried(&s->validator, request, &text);
    is_spared = false;
    result = pospal_client_import(client, text.data, text.size, NULL);
    pl_buf_reset(&text);
    pospal_text_free(request);
    return result;
}

static pospal_result_t do_forget(shop *s, pospal_client *client)
{
    (void)s;
    return pospal_client_forget(client);
}

static void each_local_verb_survives_each_failure(void **state)
{
    static pospal_result_t (*const verbs[])(shop * s, pospal_client * client) = {
        do_import, do_trial, do_report, do_explain, do_local_check, do_request, do_answer, do_forget};
    shop *s = *state;
    pospal_client *client;

    client = shop_active_client(s);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        bool is_over = false;

        for (size_t n = 1; !is_over; n++) {
            pospal_result_t result;

            start(n);
            result = verbs[i](s, client);
            is_over = stop();
            expect_memory_or_ok(result);
            if (verbs[i] != do_forget)
                assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
        }
    }
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    pospal_client_close(client);
}

/* Whatever fails, the device has its seat, or the proof that it gave it back. */
static void giving_back_offline_survives_each_failure_and_loses_no_seat(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);
    bool is_over = false;

    for (size_t n = 1; !is_over; n++) {
        pospal_result_t result;
        char *text = NULL, *again = NULL;

        assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
        start(n);
        result = pospal_client_export_release(client, &text);
        is_over = stop();
        expect_memory_or_ok(result);
        assert_true((text != NULL) == (result == POSPAL_OK));
        assert_int_equal(pospal_client_export_release(client, &again), POSPAL_OK);
        if (text)
            assert_string_equal(text, again);
        assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
        pospal_text_free(text);
        pospal_text_free(again);
    }
    pospal_client_close(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(opening_survives_each_failure),         STORY(options_remember_that_memory_ran_out),
        STORY(activating_survives_each_failure),      STORY(checking_survives_each_failure_and_loses_nothing),
        STORY(each_local_verb_survives_each_failure), STORY(giving_back_offline_survives_each_failure_and_loses_no_seat),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
