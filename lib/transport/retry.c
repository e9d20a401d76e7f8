/* SPDX-License-Identifier: Apache-2.0
 *
 * Trying an exchange again. No I/O of its own: time, waiting and chance are the caller's, or the system's by default. What a reply is
 * worth says reply.c.
 */
#include "transport/retry.h"

#include <string.h>

#include "crypto/crypto.h"
#include "platform/clock.h"
#include "transport/reply.h"

/* The first pause is up to FIRST, each later one up to twice the last; with less than LEFT_MIN to go a new attempt has no chance. */
enum { PAUSE_FIRST_MS = 300, PAUSE_MAX_MS = 8000, LEFT_MIN_MS = 100, SLICE_MS = 50 };

static int64_t now_ms(const pl_retry *retry)
{
    return retry->now_ms ? retry->now_ms(retry->context) : pl_clock_monotonic_us() / 1000;
}

static bool is_cancelled(const pl_retry *retry)
{
    return retry->is_cancelled && retry->is_cancelled(retry->context);
}

static uint32_t draw(const pl_retry *retry)
{
    uint32_t number;

    if (retry->random)
        return retry->random(retry->context);
    pl_random(&number, sizeof number);
    return number;
}

/* The system's sleep cannot be ended, so it goes in slices. */
static void wait_ms(const pl_retry *retry, int64_t ms)
{
    if (retry->sleep_ms) {
        retry->sleep_ms(retry->context, ms);
        return;
    }
    while (ms > 0 && !is_cancelled(retry)) {
        int64_t slice = ms < SLICE_MS ? ms : SLICE_MS;

        pl_clock_sleep_ms(slice);
        ms -= slice;
    }
}

/* What may pass by itself within seconds. The rest wants somebody to do something first. */
static bool is_transient(pl_err err, int status)
{
    if (err == PL_ERR_SERVER)
        return status == 502 || status == 503 || status == 504;
    return err == PL_ERR_OFFLINE || err == PL_ERR_DNS || err == PL_ERR_TIMEOUT || err == PL_ERR_CUT || err == PL_ERR_RATE_LIMITED;
}

/* Full jitter: three hundred tills behind one switch do not come back in step. What the server asked for is a floor, up to its cap. */
static int64_t choose_pause(const pl_retry *retry, int attempt, const pl_exchange_reply *reply)
{
    int64_t span = (int64_t)PAUSE_FIRST_MS << attempt;
    int64_t floor = 0;

    if (span > PAUSE_MAX_MS)
        span = PAUSE_MAX_MS;
    if (reply->retry_after_s >= 0)
        floor = (reply->retry_after_s < PL_RETRY_AFTER_MAX_S ? reply->retry_after_s : PL_RETRY_AFTER_MAX_S) * 1000;
    return floor + (int64_t)(draw(retry) % (uint32_t)(span + 1));
}

static pl_err try_once(pl_transport *transport, const pl_exchange *exchange, pl_exchange_reply *reply)
{
    pl_err err;

    pl_exchange_reply_reset(reply);
    pl_err_clear();
    if ((err = transport->exchange(transport, exchange, reply)))
        return err;
    return reply->body.err ? reply->body.err : pl_reply_judge(exchange, reply);
}

pl_err pl_retry_exchange(const pl_retry *retry, pl_transport *transport, const pl_exchange *exchange, pl_exchange_reply *reply)
{
    int64_t until = now_ms(retry) + retry->total_ms;
    pl_exchange timed = *exchange;
    int64_t left = retry->total_ms > 0 ? retry->total_ms : 1;
    pl_err err = PL_OK;
    int attempt;

    for (attempt = 0; attempt < PL_RETRY_ATTEMPTS_MAX; attempt++) {
        int64_t pause;

        if (is_cancelled(retry))
            return pl_fail(PL_ERR_CLOSED, "the client was closed during the exchange");
        timed.timeout_ms = left;
        err = try_once(transport, &timed, reply);
        if (!err || !is_transient(err, reply->status) || attempt + 1 == PL_RETRY_ATTEMPTS_MAX)
            return err;
        pause = choose_pause(retry, attempt, reply);
        if (until - now_ms(retry) - pause < LEFT_MIN_MS)
            return err; /* with the failure's own detail: it says more than "no time left" */
        wait_ms(retry, pause);
        left = until - now_ms(retry);
        if (left < LEFT_MIN_MS) /* woken late */
            return err;
    }
    return err;
}
