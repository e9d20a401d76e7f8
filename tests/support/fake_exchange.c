/* SPDX-License-Identifier: Apache-2.0
 *
 * An exchange with the fake validator; see fake_exchange.h. It runs in the threads of the program under test.
 */
#include "support/fake_exchange.h"

#include <stdio.h>
#include <string.h>

#include "chaos/fake_document.h"
#include "wire/problem.h"

static const char *path_of(const char *url)
{
    const char *path = strstr(url, "/api/v1/");

    fake_must(path != NULL, "the address is one of the device's routes");
    return path;
}

static pospal_result_t reply_problem(pl_err err, pospal_reply *reply)
{
    const pl_problem problem = {.err = err};
    pospal_result_t result;
    pl_buf body;

    pl_buf_init(&body);
    pl_problem_write(&problem, &body);
    result = pospal_reply_set(reply, pl_err_http(err), "Content-Type: application/problem+json\r\n", body.data, body.size);
    pl_buf_reset(&body);
    return result;
}

static bool is_refused(const fake_validator *v)
{
    char amount[48];

    (void)snprintf(amount, sizeof amount, "\"amount\":%lld,", (long long)v->refused_amount);
    return v->refused_amount != 0 && v->last_body.data && strstr(v->last_body.data, amount);
}

static pospal_result_t reply_with(fake_validator *v, const pospal_exchange_t *exchange, pospal_reply *reply)
{
    const char *foreign = fake_validator_foreign(v);
    pl_buf body;
    pl_err err;

    if (foreign)
        return pospal_reply_set(reply, v->line == LINE_PROBLEM ? v->http_status : 200,
                                v->line == LINE_HTML ? "Content-Type: text/html; charset=utf-8\r\n"
                                                     : "Content-Type: application/json\r\n",
                                foreign, strlen(foreign));
    if (is_refused(v))
        return pospal_reply_set(reply, 400, "Content-Type: application/problem+json\r\n", "{}", 2);
    pl_buf_init(&body);
    err = fake_validator_answer(v, path_of(exchange->url), pl_span_of(exchange->body, exchange->body_size), &body);
    fake_must(err != PL_ERR_MALFORMED && err != PL_ERR_INVALID, "the request is well-formed");
    pl_buf_reset(&body);
    if (err)
        return reply_problem(err, reply);
    return pospal_reply_set(reply, 200, "Content-Type: application/json\r\n", v->last_reply.data,
                            v->cut_at < v->last_reply.size ? v->cut_at : v->last_reply.size);
}

pospal_result_t fake_validator_exchange(void *context, const pospal_exchange_t *exchange, pospal_reply *reply)
{
    fake_validator *v = context;
    pospal_result_t result = POSPAL_ERROR_UNREACHABLE;

    if (v->during)
        v->during(v->during_context);
    pl_mutex_lock(v->mutex);
    v->exchanges++;
    pl_buf_clear(&v->last_body);
    pl_buf_add(&v->last_body, exchange->body, exchange->body_size);
    if (v->line != LINE_OFFLINE)
        result = reply_with(v, exchange, reply);
    pl_mutex_unlock(v->mutex);
    if (v->after)
        v->after(v->during_context);
    return result;
}
