/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/transport/reply.c
 */
#include "transport/reply.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "transport/retry.h"
#include "wire/device_reply.h"

typedef struct {
    int status;
    const char *type;
    const char *body;
    pl_err wanted;
    const char *said; /* a part of the detail; NULL: any */
} row;

static const row rows[] = {
    {200, "application/json", "{\"answer\":\"x\"}", PL_OK, NULL},
    {200, "", " \r\n\t{}", PL_OK, NULL},
    {200, "text/html", "<html>sign in</html>", PL_ERR_CAPTIVE_PORTAL, "sign in to the network"},
    {200, "text/html", "{}", PL_ERR_CAPTIVE_PORTAL, NULL},
    {200, "application/xhtml+xml", "<html/>", PL_ERR_CAPTIVE_PORTAL, NULL},
    {200, "application/json", "", PL_ERR_CAPTIVE_PORTAL, "0 bytes of application/json"},
    {200, "text/plain", "hello", PL_ERR_CAPTIVE_PORTAL, "text/plain"},
    {200, "", "[]", PL_ERR_CAPTIVE_PORTAL, "unknown type"},
    {201, "application/json", "{}", PL_ERR_SERVER, "HTTP 201"},
    {204, "", "", PL_ERR_SERVER, NULL},
    {302, "text/html", "", PL_ERR_REDIRECTED, "http://portal.example"},
    {308, "", "", PL_ERR_REDIRECTED, "308"},
    {400, "application/problem+json", "{\"code\":\"invalid_request\",\"detail\":\"member nonce\"}", PL_ERR_SERVER,
     "invalid_request: member nonce"},
    {404, "text/html", "<html>not here</html>", PL_ERR_SERVER, "web page"},
    {404, "application/problem+json", "{\"code\":\"not_found\",\"detail\":\"no such path\"}", PL_ERR_SERVER,
     "check the path in the server URL"},
    {404, "", "", PL_ERR_SERVER, "check the path in the server URL"},
    {407, "text/html", "", PL_ERR_PROXY, "name and password"},
    {429, "application/problem+json", "{\"code\":\"rate_limited\"}", PL_ERR_RATE_LIMITED, "rate_limited"},
    {429, "", "", PL_ERR_RATE_LIMITED, NULL},
    {500, "", "oops", PL_ERR_SERVER, "HTTP 500: check the server URL"},
    {503, "application/problem+json", "{\"code\":\"overloaded\",\"detail\":\"queue full\"}", PL_ERR_SERVER,
     "overloaded: queue full"},
    {511, "text/html", "", PL_ERR_CAPTIVE_PORTAL, "open a browser"},
};

static void each_reply_has_its_error_and_says_what_to_check(void **state)
{
    const pl_exchange exchange = {.url = "https://user:secret@till.example:8443/api"};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pl_exchange_reply reply;

        pl_exchange_reply_init(&reply);
        reply.status = rows[i].status;
        snprintf(reply.content_type, sizeof reply.content_type, "%s", rows[i].type);
        if (rows[i].status == 302)
            snprintf(reply.location, sizeof reply.location, "http://portal.example");
        pl_buf_add_text(&reply.body, rows[i].body);
        assert_int_equal(pl_reply_judge(&exchange, &reply), rows[i].wanted);
        if (rows[i].wanted)
            assert_non_null(strstr(pl_err_detail(), "till.example:8443"));
        assert_null(strstr(pl_err_detail(), "secret"));
        if (rows[i].said)
            assert_non_null(strstr(pl_err_detail(), rows[i].said));
        pl_exchange_reply_reset(&reply);
    }
}

static void a_reply_starts_empty_and_takes_no_more_than_its_limit(void **state)
{
    pl_exchange_reply reply;

    (void)state;
    pl_exchange_reply_init(&reply);
    assert_int_equal(reply.status, 0);
    assert_int_equal(reply.retry_after_s, -1);
    assert_non_null(pl_buf_grow(&reply.body, PL_REPLY_MAX));
    assert_int_equal(reply.body.err, PL_OK);
    pl_buf_add(&reply.body, "x", 1);
    assert_int_equal(reply.body.err, PL_ERR_TOO_LARGE);
    reply.status = 200;
    pl_exchange_reply_reset(&reply);
    assert_int_equal(reply.body.err, PL_OK);
    assert_int_equal(reply.body.size, 0);
    assert_int_equal(reply.status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reply_has_its_error_and_says_what_to_check),
        cmocka_unit_test(a_reply_starts_empty_and_takes_no_more_than_its_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
