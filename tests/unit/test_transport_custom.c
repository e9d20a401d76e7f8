/* SPDX-License-Identifier: Apache-2.0
 *
 * The application's own transport behind ours: what it is given, what of its reply is taken, and what its failures become.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "client/transport_custom.h"

#include <string.h>

#include "transport/retry.h"
#include "wire/device_reply.h"

typedef struct {
    pospal_exchange_t seen;
    pospal_result_t result;
    int status;
    const char *headers;
    size_t size; /* of a body of 'x' */
    pospal_result_t set_result;
} script;

static char body[PL_REPLY_MAX + 1];

static pospal_result_t play(void *context, const pospal_exchange_t *exchange, pospal_reply *reply)
{
    script *s = context;

    s->seen = *exchange;
    if (s->status)
        s->set_result = pospal_reply_set(reply, s->status, s->headers, body, s->size);
    return s->result;
}

static pl_err run(script *s, pl_exchange_reply *reply)
{
    pl_exchange exchange = {.url = "https://a/b",
                            .body = {"{}", 2},
                            .timeout_ms = 1234,
                            .proxy = "",
                            .user_agent = "agent",
                            .pinned_keys = "sha256//x"};
    pl_transport *transport = pl_transport_custom_new(play, s);
    pl_err err;

    assert_non_null(transport);
    pl_exchange_reply_init(reply);
    err = transport->exchange(transport, &exchange, reply);
    transport->cancel(transport);
    transport->free(transport);
    return err;
}

static void it_is_given_the_whole_exchange(void **state)
{
    script s = {.status = 200, .size = 3};
    pl_exchange_reply reply;

    (void)state;
    assert_int_equal(run(&s, &reply), PL_OK);
    assert_int_equal(s.seen.size, sizeof(pospal_exchange_t));
    assert_string_equal(s.seen.url, "https://a/b");
    assert_int_equal(s.seen.body_size, 2);
    assert_memory_equal(s.seen.body, "{}", 2);
    assert_int_equal(s.seen.timeout_ms, 1234);
    assert_string_equal(s.seen.proxy, "");
    assert_null(s.seen.ca_file);
    assert_string_equal(s.seen.pinned_keys, "sha256//x");
    assert_int_equal(reply.body.size, 3);
    pl_exchange_reply_reset(&reply);
}

static void the_headers_that_matter_are_taken(void **state)
{
    script s = {.status = 503,
                .headers = "Content-Type: Application/JSON; charset=utf-8\r\nX-Other: y\r\nno colon\r\nRetry-After: 7\r\n\r\n"};
    pl_exchange_reply reply;

    (void)state;
    assert_int_equal(run(&s, &reply), PL_OK);
    assert_int_equal(reply.status, 503);
    assert_string_equal(reply.content_type, "application/json");
    assert_int_equal(reply.retry_after_s, 7);
    pl_exchange_reply_reset(&reply);
}

static void its_failures_are_ours(void **state)
{
    static const struct {
        pospal_result_t result;
        int status;
        pl_err err;
    } rows[] = {
        {POSPAL_OK, 200, PL_OK},
        {POSPAL_OK, 0, PL_ERR_OFFLINE}, /* it set no reply */
        {POSPAL_ERROR_UNREACHABLE, 0, PL_ERR_OFFLINE},
        {POSPAL_ERROR_UNREACHABLE, 200, PL_ERR_OFFLINE},
        {POSPAL_ERROR_DENIED, 0, PL_ERR_OFFLINE}, /* it has nothing to deny */
        {POSPAL_ERROR_OUT_OF_MEMORY, 0, PL_ERR_MEMORY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        script s = {.result = rows[i].result, .status = rows[i].status};
        pl_exchange_reply reply;

        assert_int_equal(run(&s, &reply), rows[i].err);
        pl_exchange_reply_reset(&reply);
    }
}

static void a_body_beyond_the_limit_is_refused(void **state)
{
    script s = {.status = 200, .size = PL_REPLY_MAX};
    pl_exchange_reply reply;

    (void)state;
    assert_int_equal(run(&s, &reply), PL_OK);
    assert_int_equal(s.set_result, POSPAL_OK);
    assert_int_equal(reply.body.size, PL_REPLY_MAX);
    pl_exchange_reply_reset(&reply);
    s.size++;
    assert_int_equal(run(&s, &reply), PL_ERR_OFFLINE);
    assert_int_equal(s.set_result, POSPAL_ERROR_INVALID_ARGUMENT);
    pl_exchange_reply_reset(&reply);
    assert_int_equal(pospal_reply_set(NULL, 200, NULL, "", 0), POSPAL_ERROR_INVALID_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_given_the_whole_exchange),
        cmocka_unit_test(the_headers_that_matter_are_taken),
        cmocka_unit_test(its_failures_are_ours),
        cmocka_unit_test(a_body_beyond_the_limit_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
