/* SPDX-License-Identifier: Apache-2.0
 *
 * Days in the life of many tills that share seats: power cuts, dead lines, lost replies, a server that restarts, clocks that differ,
 * takeovers. At no moment does the server have more promises out than the policy allows, and who has a right to a seat waits for one
 * lease at most. The seed is printed; POSPAL_SIMULATION_SEED repeats it, POSPAL_SIMULATION_TILLS=1000 runs the full size,
 * POSPAL_SIMULATION_HOURS more time.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "storage/db.h"
#include "store/store.h"
#include "support/light_till.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TILLS_PER_LICENSE = 4,
    SEATS = 2,
    TILLS_DEFAULT = 60,
    TILLS_MAX = 2000,
    HOURS_DEFAULT = 48,
    STEP_MS = 5000,
    LEASE_S = 600,
    BEAT_S = 150,
    COOLDOWN_S = 900,
    REAL_TILLS = 2,
    PROMISES_MAX = 4 * TILLS_MAX,
    SKEW_MAX_MS = 48 * 3600 * 1000
};

/* What the server owes, by its own replies. */
typedef struct {
    pl_uuid license_id;
    pl_uuid session_id;
    int64_t until_ms;
} promise;

/* One till as its user sees it. */
typedef struct {
    light_till wire;
    int license;
    int64_t boot_skew_ms; /* its boot clock against the server's wall clock */
    bool is_on;
    bool is_waiting; /* for a seat, and asks at every interval */
    till_line line;
    bool holds;
    int64_t lease_until_ms; /* by its own boot clock */
    int64_t next_ms;        /* by the server's clock: it acts */
    int64_t event_ms;       /* something happens to it */
    int64_t free_since_ms;  /* a seat was free for it, it waits and its line is fine; -1: not so */
} actor;

typedef struct {
    session_shop vendor;
    uint64_t random;
    int64_t now_ms;
    int64_t stopped_ms; /* when the server went down last */
    int count, licenses;
    license_view_t sold[TILLS_MAX / TILLS_PER_LICENSE];
    actor tills[TILLS_MAX];
    promise promises[PROMISES_MAX];
    int promise_count;
    session_till real[REAL_TILLS];
    unsigned starts, takeovers, evictions, outages, restarts, worst;
    int64_t longest_wait_ms;
} world;

/* ---- chance ---- */

static uint64_t draw(world *w)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return w->random;
}

static int64_t between(world *w, int64_t least, int64_t most)
{
    return least + (int64_t)(draw(w) % (uint64_t)(most - least + 1));
}

static bool chance(world *w, unsigned percent)
{
    return draw(w) % 100 < percent;
}

static int64_t number_from(const char *variable, int64_t otherwise)
{
    const char *text = getenv(variable);

    return text ? strtoll(text, NULL, 10) : otherwise;
}

/* ---- the books ---- */

static promise *find_promise(world *w, pl_uuid session_id)
{
    for (int i = 0; i < w->promise_count; i++)
        if (pl_uuid_equal(w->promises[i].session_id, session_id))
            return &w->promises[i];
    return NULL;
}

static unsigned count_promises(const world *w, pl_uuid license_id)
{
    unsigned count = 0;

    for (int i = 0; i < w->promise_count; i++)
        count += w->promises[i].until_ms > w->now_ms && pl_uuid_equal(w->promises[i].license_id, license_id);
    return count;
}

static void forget_old(world *w)
{
    int kept = 0;

    for (int i = 0; i < w->promise_count; i++)
        if (w->promises[i].until_ms > w->now_ms)
            w->promises[kept++] = w->promises[i];
    w->promise_count = kept;
}

static void observe(void *context, const session_event *event)
{
    world *w = context;
    promise *known = find_promise(w, event->session_id);

    if (event->is_end) {
        if (known)
            known->until_ms = 0;
        return;
    }
    if (!known) {
        assert_true(w->promise_count < PROMISES_MAX);
        assert_false(pl_uuid_is_nil(event->license_id));
        known = &w->promises[w->promise_count++];
        known->license_id = event->license_id;
        known->session_id = event->session_id;
        known->until_ms = 0;
    }
    if (known->until_ms < event->until_ms)
        known->until_ms = event->until_ms;
    if (count_promises(w, known->license_id) > w->worst)
        w->worst = count_promises(w, known->license_id);
    assert_in_range(w->worst, 0, SEATS);
}

/* After a restart everybody who lived when the server stopped gets a whole lease. */
static void note_amnesty(world *w)
{
    for (int i = 0; i < w->promise_count; i++)
        if (w->promises[i].until_ms > w->stopped_ms)
            w->promises[i].until_ms = w->now_ms + LEASE_S * 1000;
    for (int i = 0; i < w->count; i++)
        w->tills[i].free_since_ms = -1;
}

/* ---- what tills do ---- */

static int64_t boot_ms(const world *w, const actor *a)
{
    return w->now_ms + a->boot_skew_ms;
}

static void take_held(world *w, actor *a, int64_t sent_ms)
{
    a->holds = true;
    a->is_waiting = false;
    a->lease_until_ms = sent_ms + a->wire.lease_ms;
    a->next_ms = w->now_ms + a->wire.beat_ms;
}

/* Whoever is told that all seats are taken mostly goes and does something else for a while; some wait at the counter. */
static void take_taken(world *w, actor *a, bool is_patient)
{
    a->holds = false;
    a->is_waiting = is_patient;
    a->next_ms = w->now_ms + (is_patient ? BEAT_S * 1000 : between(w, 3600, 4 * 3600) * 1000);
}

static void retry_soon(world *w, actor *a)
{
    a->next_ms = w->now_ms + between(w, 2, 60) * 1000;
}

static void start(world *w, actor *a, bool had_seat)
{
    const promise *own = pl_uuid_is_nil(a->wire.session_id) ? NULL : find_promise(w, a->wire.session_id);
    bool is_own_alive = own && own->until_ms > w->now_ms;
    light_answer answer = light_till_ask(&a->wire, &w->vendor, PL_ACT_SESSION_START, a->line);

    w->starts++;
    if (answer.state == PL_SESSION_HELD) {
        take_held(w, a, boot_ms(w, a));
    } else if (answer.state == PL_SESSION_TAKEN) {
        assert_false(is_own_alive); /* a device gets its own seat back at once */
        take_taken(w, a, had_seat || chance(w, 10));
    } else {
        retry_soon(w, a);
    }
}

static void take_over(world *w, actor *a)
{
    light_answer answer = light_till_ask(&a->wire, &w->vendor, PL_ACT_SESSION_TAKEOVER, a->line);

    w->takeovers++;
    if (answer.state == PL_SESSION_HELD)
        take_held(w, a, boot_ms(w, a));
    else
        take_taken(w, a, false);
}

static void beat(world *w, actor *a)
{
    int64_t sent_ms = boot_ms(w, a);
    pl_session_state state = light_till_beat(&a->wire, &w->vendor, sent_ms, a->line);

    if (sent_ms >= a->lease_until_ms)
        a->holds = false;
    if (state == PL_SESSION_HELD) {
        take_held(w, a, sent_ms);
    } else if (state == PL_SESSION_EVICTED) {
        w->evictions++;
        a->wire.session_id = (pl_uuid){{0}};
        take_taken(w, a, false);
    } else if (state == PL_SESSION_LAPSED || state == PL_SESSION_ENDED) {
        a->holds = false;
        start(w, a, true);
    } else {
        retry_soon(w, a);
    }
}

static void act(world *w, actor *a)
{
    if (!pl_uuid_is_nil(a->wire.session_id) && !a->is_waiting && a->lease_until_ms != 0)
        beat(w, a);
    else if (!a->is_waiting && chance(w, 20))
        take_over(w, a);
    else
        start(w, a, a->is_waiting);
}

/* ---- what happens to them ---- */

static void cut_power(world *w, actor *a)
{
    a->is_on = a->holds = a->is_waiting = false;
    a->event_ms = w->now_ms + between(w, 10, chance(w, 30) ? 6 * 3600 : 300) * 1000;
}

/* Its record tells of a session, but a new process starts anew. */
static void switch_on(world *w, actor *a)
{
    a->is_on = true;
    a->boot_skew_ms = between(w, -SKEW_MAX_MS, 0) - VALIDATOR_NOW_MS / 2;
    a->lease_until_ms = 0;
    a->line = TILL_LINE_FINE;
    a->next_ms = w->now_ms;
    a->event_ms = w->now_ms + between(w, 600, 8 * 3600) * 1000;
}

static void go_home(world *w, actor *a)
{
    (void)light_till_ask(&a->wire, &w->vendor, PL_ACT_SESSION_END, a->line);
    a->wire.session_id = (pl_uuid){{0}};
    cut_power(w, a);
}

static void meddle(world *w, actor *a)
{
    static const till_line troubles[] = {TILL_LINE_CUT, TILL_LINE_CUT, TILL_LINE_LOST_REPLY};

    if (!a->is_on) {
        switch_on(w, a);
    } else if (a->line != TILL_LINE_FINE) {
        a->line = TILL_LINE_FINE;
        a->event_ms = w->now_ms + between(w, 600, 8 * 3600) * 1000;
    } else if (chance(w, 30)) {
        cut_power(w, a);
    } else if (chance(w, 30)) {
        go_home(w, a);
    } else {
        w->outages++;
        a->line = troubles[draw(w) % 3];
        a->event_ms = w->now_ms + between(w, 5, chance(w, 30) ? 3 * 3600 : 200) * 1000;
    }
}

static void trouble_server(world *w)
{
    if (w->vendor.is_down) {
        if (!chance(w, 3))
            return;
        w->vendor.is_down = false;
        session_shop_restart(&w->vendor);
        validator_hurry(&w->vendor.v);
        note_amnesty(w);
    } else if (draw(w) % (4 * 3600 * 1000 / STEP_MS) == 0) {
        w->restarts++;
        w->stopped_ms = w->now_ms;
        session_shop_stop(&w->vendor);
    }
}

/* Whoever waits at the counter and could have a seat must have it within a lease. */
static void judge_wait(world *w, actor *a)
{
    bool could = a->is_on && a->is_waiting && !a->holds && a->line == TILL_LINE_FINE && !w->vendor.is_down &&
                 count_promises(w, w->sold[a->license].license.id) < SEATS;
    int64_t waited_ms;

    if (!could) {
        a->free_since_ms = -1;
        return;
    }
    if (a->free_since_ms < 0)
        a->free_since_ms = w->now_ms;
    waited_ms = w->now_ms - a->free_since_ms;
    if (waited_ms > w->longest_wait_ms)
        w->longest_wait_ms = waited_ms;
    assert_in_range(waited_ms, 0, LEASE_S * 1000);
}

static void live(world *w, actor *a)
{
    if (w->now_ms >= a->event_ms)
        meddle(w, a);
    if (a->is_on && w->now_ms >= a->next_ms)
        act(w, a);
    if (a->holds && boot_ms(w, a) >= a->lease_until_ms)
        a->holds = false;
    if (a->is_waiting)
        judge_wait(w, a);
}

/* What tills believe is covered by what the server promised: never more of them than seats, but for those who do not know yet. */
static void compare_beliefs(world *w)
{
    for (int i = 0; i < w->count; i++) {
        const actor *a = &w->tills[i];
        const promise *own = a->holds ? find_promise(w, a->wire.session_id) : NULL;

        if (own && own->until_ms != 0)
            assert_true(own->until_ms >= w->now_ms + (a->lease_until_ms - boot_ms(w, a)) - 1);
    }
}

/* ---- whole clients among them ---- */

static void open_real(world *w)
{
    for (int i = 0; i < REAL_TILLS; i++) {
        session_till_open(&w->real[i], &w->vendor, i + 1);
        session_till_start(&w->real[i], POSPAL_OK);
        fake_clock_set_wall(&w->real[i].place.clock, VALIDATOR_NOW_MS + between(w, -SKEW_MAX_MS, SKEW_MAX_MS));
    }
}

static void live_real(world *w, session_till *t)
{
    pospal_session_state_t state;

    fake_clock_advance(&t->place.clock, STEP_MS);
    if (draw(w) % 2000 == 0)
        t->line = t->line == TILL_LINE_FINE ? TILL_LINE_CUT : TILL_LINE_FINE;
    if (draw(w) % 3000 == 0) {
        session_till_cut_power(t);
        t->client = session_till_client(t);
        t->line = TILL_LINE_FINE;
        session_till_start(t, POSPAL_OK); /* its own seat, or without word from a server that is down */
    }
    if (w->now_ms / STEP_MS % 4 == 0)
        session_till_round(t);
    state = session_till_state(t);
    assert_true(state == POSPAL_SESSION_HELD || state == POSPAL_SESSION_UNCONFIRMED);
}

/* ---- the world ---- */

static void shorten_policy(session_shop *vendor)
{
    /* fewer beats per simulated day; nothing here depends on the proportion */
    assert_int_equal(pl_db_script(store_db(instance_store(vendor->v.instance)),
                                  "UPDATE product SET session_lease_s = 600, session_beat_s = 150, session_cooldown_s = 900"),
                     PL_OK);
    validator_hurry(&vendor->v);
}

static void open_world(world *w)
{
    const char *key = NULL;

    session_shop_open(&w->vendor, SEATS, TAKEOVER_ANY);
    shorten_policy(&w->vendor);
    w->vendor.observe = observe;
    w->vendor.context = w;
    w->now_ms = VALIDATOR_NOW_MS;
    for (int i = 0; i < w->count; i++) {
        actor *a = &w->tills[i];

        if (i % TILLS_PER_LICENSE == 0)
            w->sold[w->licenses++] = session_shop_sell(&w->vendor, &key);
        a->wire = light_till_make(1000 + i, key);
        a->license = w->licenses - 1;
        a->free_since_ms = -1;
        assert_int_equal(light_till_ask(&a->wire, &w->vendor, PL_ACT_ACTIVATE, TILL_LINE_FINE).verdict, PL_VERDICT_ACTIVE);
        a->event_ms = w->now_ms + between(w, 0, 3600) * 1000;
    }
    open_real(w);
}

static void step(world *w)
{
    w->now_ms += STEP_MS;
    fake_clock_advance(&w->vendor.v.time, STEP_MS);
    trouble_server(w);
    if (!w->vendor.is_down)
        session_shop_flush(&w->vendor);
    for (int i = 0; i < w->count; i++)
        live(w, &w->tills[i]);
    for (int i = 0; i < REAL_TILLS; i++)
        live_real(w, &w->real[i]);
    if (w->now_ms / STEP_MS % 60 == 0 && !w->vendor.is_down) {
        forget_old(w);
        compare_beliefs(w);
    }
}

static void seats_are_never_sold_twice_and_nobody_waits_longer_than_a_lease(void **state)
{
    uint64_t seed = (uint64_t)number_from("POSPAL_SIMULATION_SEED", 0);
    int64_t hours = number_from("POSPAL_SIMULATION_HOURS", HOURS_DEFAULT);
    world *w = calloc(1, sizeof *w);

    (void)state;
    assert_non_null(w);
    if (seed == 0)
        pl_random(&seed, sizeof seed);
    seed = seed ? seed : 1;
    w->random = seed;
    w->count = (int)number_from("POSPAL_SIMULATION_TILLS", TILLS_DEFAULT);
    assert_in_range(w->count, TILLS_PER_LICENSE, TILLS_MAX);
    print_message("POSPAL_SIMULATION_SEED=%" PRIu64 "\n", seed);
    open_world(w);
    for (int64_t steps = hours * 3600 * 1000 / STEP_MS; steps > 0; steps--)
        step(w);
    print_message("%d tills, %d h: %u starts, %u beats, %u takeovers, %u evictions, %u dead lines, %u restarts; at most %u of %d "
                  "seats, longest wait %d s\n",
                  w->count, (int)hours, w->starts, w->vendor.beats, w->takeovers, w->evictions, w->outages, w->restarts, w->worst,
                  SEATS, (int)(w->longest_wait_ms / 1000));
    assert_int_equal(w->worst, SEATS);
    for (int i = 0; i < REAL_TILLS; i++)
        session_till_close(&w->real[i]);
    session_shop_close(&w->vendor);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seats_are_never_sold_twice_and_nobody_waits_longer_than_a_lease),
    };

    /* what a power cut does to a disk is told elsewhere */
    if (access("/dev/shm", W_OK) == 0)
        (void)setenv("TMPDIR", "/dev/shm", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
