/* SPDX-License-Identifier: Apache-2.0
 *
 * An exchange with the fake validator; see fake_exchange.h. It runs in the threads of the program under test.
 */
#include "support/fake_exchange.h"

#include <string.h>

#include "chaos/fake_document.h"

static pl_act act_of(const char *url)
{
    static const pl_act acts[] = {PL_ACT_ACTIVATE, PL_ACT_VALIDATE, PL_ACT_DEACTIVATE,
                                  PL_ACT_USAGE,    PL_ACT_TRIAL,    PL_ACT_RELEASE_CHECK};

    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        const char *path = pl_act_path(acts[i]);
        size_t length = strlen(path);

        if (strlen(url) > length && strcmp(url + strlen(url) - length, path) == 0)
            return acts[i];
    }
    fake_must(false, "the path is known");
    return PL_ACT_VALIDATE;
}

static pospal_result_t reply_with(fake_validator *v, const pospal_exchange_t *exchange, pospal_reply *reply)
{
    const char *foreign = fake_validator_foreign(v);
    pl_act act = act_of(exchange->url);
    pl_buf body;

    if (foreign)
        return pospal_reply_set(reply, v->line == LINE_PROBLEM ? v->http_status : 200,
                                v->line == LINE_HTML ? "Content-Type: text/html; charset=utf-8\r\n"
                                                     : "Content-Type: application/json\r\n",
                                foreign, strlen(foreign));
    pl_buf_init(&body);
    fake_must(!fake_validator_answer(v, act, pl_span_of(exchange->body, exchange->body_size), &body),
              "the request is well-formed");
    pl_buf_reset(&body);
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
