/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of one event loop, and the one way into it from another thread.
 */
#include "http/loop.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "http/exchange.h"

pl_err loop_init(loop_t *loop, engine_t *engine, store_t *reader)
{
    memset(loop, 0, sizeof *loop);
    loop->engine = engine;
    loop->reader = reader;
    atomic_init(&loop->finished, NULL);
    request_ids_init(&loop->ids);
    limiter_init(&loop->limiter, engine->refusals_per_minute);
    if (engine->counts_taken < engine->counts_count) /* loops are opened one after the other */
        loop->counts = engine->counts[engine->counts_taken++];
    pl_buf_init(&loop->lines);
    loop->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return loop->event_fd < 0 ? pl_fail(PL_ERR_IO, "eventfd: %s", strerror(errno)) : PL_OK;
}

void loop_reset(loop_t *loop)
{
    while (loop->spare) {
        exchange_t *exchange = loop->spare;

        loop->spare = exchange->next;
        exchange_free(exchange);
    }
    pl_buf_reset(&loop->lines);
    if (loop->event_fd >= 0)
        close(loop->event_fd);
    loop->event_fd = -1;
}

void loop_wake(loop_t *loop)
{
    const uint64_t one = 1;

    /* Fails only when so many signals are pending that the loop will wake anyway. */
    (void)!write(loop->event_fd, &one, sizeof one);
}

void loop_finish(loop_t *loop, exchange_t *exchange)
{
    exchange_t *first = atomic_load(&loop->finished);

    do {
        exchange->next = first;
    } while (!atomic_compare_exchange_weak(&loop->finished, &first, exchange));
    /* One signal wakes the loop for all that is in the list. */
    if (!first)
        loop_wake(loop);
}

exchange_t *loop_take_finished(loop_t *loop)
{
    exchange_t *newest;
    exchange_t *oldest = NULL;
    uint64_t signals;

    (void)!read(loop->event_fd, &signals, sizeof signals);
    newest = atomic_exchange(&loop->finished, NULL);
    while (newest) {
        exchange_t *next = newest->next;

        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}
