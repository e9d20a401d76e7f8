/* SPDX-License-Identifier: Apache-2.0
 *
 * The arithmetic of the time mark. All of it saturates: a mark or a clock may hold any number. Reading clocks is in platform/,
 * keeping the mark on disk is the client's.
 */
#include "license/timeline.h"

static int64_t plus(int64_t a, int64_t b)
{
    if (b > 0 && a > INT64_MAX - b)
        return INT64_MAX;
    if (b < 0 && a < INT64_MIN - b)
        return INT64_MIN;
    return a + b;
}

static int64_t minus(int64_t a, int64_t b)
{
    if (b < 0 && a > INT64_MAX + b)
        return INT64_MAX;
    if (b > 0 && a < INT64_MIN + b)
        return INT64_MIN;
    return a - b;
}

static int64_t milliseconds(int64_t seconds)
{
    if (seconds > INT64_MAX / 1000)
        return INT64_MAX;
    return seconds < INT64_MIN / 1000 ? INT64_MIN : seconds * 1000;
}

static int64_t seconds_of(int64_t ms)
{
    return ms / 1000 - (ms % 1000 < 0 ? 1 : 0);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool is_other_boot(const pl_time_mark *mark, pl_time now)
{
    return mark->boot_id != 0 && now.boot_id != 0 && mark->boot_id != now.boot_id;
}

/*
 * A lower bound of the time that passed since the mark. After a reboot it is this boot's whole uptime: the mark was made before it.
 * A boot clock that ran backwards is a machine restored from a snapshot; how long ago is not known.
 */
static int64_t elapsed_since(const pl_time_mark *mark, pl_time now)
{
    int64_t step = is_other_boot(mark, now) ? now.boot_ms : minus(now.boot_ms, mark->boot_ms);

    return step > 0 ? step : 0;
}

/* The processes of a product share the mark; one that read its clock a moment earlier than another must not turn it back. */
static bool is_moment_ago(const pl_time_mark *mark, pl_time now)
{
    int64_t back = minus(mark->boot_ms, now.boot_ms);

    return !is_other_boot(mark, now) && back > 0 && back <= PL_TIME_SLACK_MS;
}

int64_t pl_timeline_high_ms(const pl_time_mark *mark, pl_time now)
{
    return mark->high_ms > 0 ? plus(mark->high_ms, elapsed_since(mark, now)) : 0;
}

/*
 * What to take off the clock. It shrinks with the clock's lead over H and never grows: whoever sets such a clock back is setting it
 * right, and time that passes while the machine is off widens the lead without making the clock more wrong.
 */
static int64_t error_at(const pl_time_mark *mark, int64_t high_ms, pl_time now)
{
    int64_t error = least(mark->error_ms, minus(now.wall_ms, high_ms));

    return mark->high_ms > 0 && error > 0 ? error : 0;
}

static void forget_lead(pl_time_mark *mark)
{
    mark->ahead_ms = 0;
    mark->ahead_since_ms = 0;
}

static void gather_lead(pl_time_mark *mark, int64_t lead, int64_t elapsed)
{
    if (lead <= PL_TIME_SLACK_MS) {
        forget_lead(mark);
        return;
    }
    if (mark->ahead_ms <= 0) {
        mark->ahead_ms = lead;
        return;
    }
    mark->ahead_ms = least(mark->ahead_ms, lead);
    mark->ahead_since_ms = plus(mark->ahead_since_ms, elapsed);
    if (mark->ahead_since_ms < PL_TIME_BELIEF_MS)
        return;
    mark->high_ms = plus(mark->high_ms, mark->ahead_ms);
    if (mark->ahead_ms > PL_TIME_JUMP_MS)
        mark->jump_ms = plus(mark->jump_ms, mark->ahead_ms);
    forget_lead(mark);
}

void pl_timeline_observe(pl_time_mark *mark, pl_time now)
{
    int64_t elapsed = elapsed_since(mark, now);

    if (mark->high_ms <= 0 || is_moment_ago(mark, now))
        return;
    mark->high_ms = plus(mark->high_ms, elapsed);
    mark->boot_ms = now.boot_ms;
    mark->boot_id = now.boot_id;
    mark->error_ms = error_at(mark, mark->high_ms, now);
    gather_lead(mark, minus(minus(now.wall_ms, mark->error_ms), mark->high_ms), elapsed);
}

static void set_high(pl_time_mark *mark, pl_time now, int64_t high_ms)
{
    mark->high_ms = high_ms;
    mark->boot_ms = now.boot_ms;
    mark->boot_id = now.boot_id;
}

/* How much of an exchange, at most all of it, lies after the signature by what the clock says. */
static int64_t time_since_signed(pl_time asked, pl_time now, int64_t lead)
{
    int64_t since = least(minus(now.boot_ms, asked.boot_ms), lead);

    return since > 0 ? since : 0;
}

/*
 * What the answer shows the clock to be ahead. A lead that the clock did not have when the question was asked is not shown: it came by a
 * jump since, as that of a virtual machine whose boot clock stood still while it was suspended and whose clock was set after.
 */
static int64_t error_shown(pl_time asked, int64_t signed_ms, int64_t lead)
{
    int64_t error = least(lead, minus(asked.wall_ms, signed_ms));

    return error > PL_TIME_SLACK_MS ? error : 0;
}

void pl_timeline_anchor(pl_time_mark *mark, pl_time asked, pl_time now, int64_t signed_at_s)
{
    int64_t signed_ms = milliseconds(signed_at_s);
    int64_t lead = minus(now.wall_ms, signed_ms);
    int64_t since = time_since_signed(asked, now, lead);

    if (signed_at_s <= 0)
        return;
    set_high(mark, now, plus(signed_ms, since));
    forget_lead(mark);
    mark->jump_ms = 0;
    mark->error_ms = error_shown(asked, signed_ms, minus(lead, since));
}

void pl_timeline_raise(pl_time_mark *mark, pl_time now, int64_t signed_at_s)
{
    bool may_be_right = !pl_timeline_clock_is_wrong(mark, now);
    bool is_early = signed_at_s > plus(pl_timeline_effective(mark, now), PL_TIME_TOLERANCE_S);

    pl_timeline_observe(mark, now);
    if (signed_at_s <= 0 || milliseconds(signed_at_s) <= mark->high_ms || (may_be_right && is_early))
        return;
    if (mark->high_ms <= 0)
        set_high(mark, now, milliseconds(signed_at_s));
    else
        mark->high_ms = milliseconds(signed_at_s);
    mark->jump_ms = 0;
}

bool pl_timeline_reconsider(pl_time_mark *mark, pl_time now, int64_t signed_at_s)
{
    int64_t signed_ms = milliseconds(signed_at_s);
    int64_t without_ms;

    pl_timeline_observe(mark, now);
    without_ms = minus(mark->high_ms, mark->jump_ms);
    if (mark->jump_ms <= 0 || signed_at_s <= 0 || signed_ms > mark->high_ms ||
        signed_ms < minus(without_ms, milliseconds(PL_TIME_FRESH_S)))
        return false;
    mark->high_ms = without_ms > signed_ms ? without_ms : signed_ms;
    mark->jump_ms = 0;
    forget_lead(mark);
    return true;
}

int64_t pl_timeline_effective(const pl_time_mark *mark, pl_time now)
{
    int64_t high_ms = pl_timeline_high_ms(mark, now);
    int64_t wall_ms = minus(now.wall_ms, error_at(mark, high_ms, now));

    return seconds_of(mark->high_ms > 0 && high_ms > wall_ms ? high_ms : wall_ms);
}

bool pl_timeline_clock_is_wrong(const pl_time_mark *mark, pl_time now)
{
    int64_t high_ms = pl_timeline_high_ms(mark, now);

    if (now.wall_ms < milliseconds(PL_TIME_FLOOR_S))
        return true;
    if (mark->high_ms <= 0)
        return false;
    return minus(high_ms, now.wall_ms) > PL_TIME_SLACK_MS || error_at(mark, high_ms, now) > PL_TIME_SLACK_MS;
}
