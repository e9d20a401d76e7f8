/* SPDX-License-Identifier: Apache-2.0
 *
 * Publishing and reading the hot status; see hot.h. Loads are acquire and stores release, so that no fence is needed: on common
 * processors both are plain moves.
 */
#include "client/hot.h"

enum { TRIES_MAX = 1000 };

void pl_hot_publish(pl_hot *hot, const pl_held *held, size_t count, pl_hot_time time)
{
    unsigned version = atomic_load_explicit(&hot->version, memory_order_relaxed);
    int64_t from_s = time.high_ms / 1000;
    int step;

    atomic_store_explicit(&hot->version, version + 1, memory_order_relaxed);
    atomic_store_explicit(&hot->high_ms, time.high_ms, memory_order_release);
    atomic_store_explicit(&hot->up_ms, time.up_ms, memory_order_release);
    atomic_store_explicit(&hot->error_ms, time.error_ms, memory_order_release);
    for (step = 0; step < PL_HOT_STEPS; step++) {
        pl_decision decision = pl_policy_decide(held, count, from_s);
        bool is_last = decision.holds_until <= from_s;

        atomic_store_explicit(&hot->status[step], (int)decision.status, memory_order_release);
        atomic_store_explicit(&hot->until_s[step], is_last ? INT64_MAX : decision.holds_until, memory_order_release);
        if (is_last || step == PL_HOT_STEPS - 1) /* beyond what there is room for nothing is promised */
            break;
        from_s = decision.holds_until;
    }
    atomic_store_explicit(&hot->count, step + 1, memory_order_release);
    atomic_store_explicit(&hot->version, version + 2, memory_order_release);
}

static pl_status read_once(const pl_hot *hot, int64_t wall_ms, int64_t up_ms)
{
    int64_t high_ms = atomic_load_explicit(&hot->high_ms, memory_order_acquire);
    int64_t since_ms = up_ms - atomic_load_explicit(&hot->up_ms, memory_order_acquire);
    int64_t t_ms = high_ms + (since_ms > 0 ? since_ms : 0);
    int count = atomic_load_explicit(&hot->count, memory_order_acquire);
    int step;

    wall_ms -= atomic_load_explicit(&hot->error_ms, memory_order_acquire);
    if (wall_ms > t_ms)
        t_ms = wall_ms;
    for (step = 0; step < count && step < PL_HOT_STEPS; step++)
        if (t_ms / 1000 < atomic_load_explicit(&hot->until_s[step], memory_order_acquire))
            return (pl_status)atomic_load_explicit(&hot->status[step], memory_order_acquire);
    return PL_STATUS_NONE;
}

pl_status pl_hot_status(const pl_hot *hot, int64_t wall_ms, int64_t up_ms)
{
    pl_status status = PL_STATUS_NONE;
    int tries;

    /* a writer that was stopped in the middle, or died in a fork, keeps nobody waiting: each half of what it left was true */
    for (tries = 0; tries < TRIES_MAX; tries++) {
        unsigned before = atomic_load_explicit(&hot->version, memory_order_acquire);

        status = read_once(hot, wall_ms, up_ms);
        if ((before & 1) == 0 && atomic_load_explicit(&hot->version, memory_order_relaxed) == before)
            break;
    }
    return status;
}
