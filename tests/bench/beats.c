/* SPDX-License-Identifier: Apache-2.0
 *
 * beat_vs_trivial_N, beat_cpu_vs_trivial: heartbeats per second against the trivial route of the same server over the same N
 * connections, in short slices by turns, and the server's CPU time for each. Every beat is of a live session and carries a number that
 * was not there before, so each prolongs a lease.
 */
#include "figures.h"
#include "licensing/sessions.h"
#include "load.h"
#include "measure.h"

enum {
    LICENSES = 1000,
    LICENSES_QUICK = 20,
    BEATS = 600,
    BEATS_QUICK = 500,
    ROUNDS = 9,
    ROUNDS_QUICK = 2,
    LEASE_MS = 3600 * 1000
};

static const double slice_s = 0.25, slice_quick_s = 0.02;

static const struct {
    figure_t figure;
    size_t connections;
} cases[] = {
    {BEAT_VS_TRIVIAL_64, 64},
    {BEAT_VS_TRIVIAL_512, 512},
};

enum { CASE_COUNT = sizeof cases / sizeof cases[0] };

/* ---- sessions and their beats ---- */

typedef struct {
    const shop_t *shop;
    const keyring_t *keyring;
    size_t index;
    pl_beat *beat;
    uint8_t *key;
} holding_t;

static pl_err hold(void *context, tx_t *tx)
{
    const holding_t *h = context;
    const shop_license_t *license = &h->shop->licenses[h->index];
    session_t session = {.brand_id = h->shop->brand_id,
                         .license_id = license->id,
                         .id = store_new_id(tx),
                         .lease_ms = LEASE_MS,
                         .beat_ms = LEASE_MS / 4,
                         .lease_until_ms = tx->now_ms + LEASE_MS};
    bool taken;
    const session_limit_t one = {1, tx->now_ms};
    pl_err err;

    pl_random(h->key, PL_SESSION_KEY_SIZE);
    *h->beat = (pl_beat){.brand_id = session.brand_id, .session_id = session.id};
    if ((err = pl_uuid_parse(pl_span_text(license->activation), &session.activation_id)) ||
        (err = session_key_seal(h->keyring, &session, h->key)))
        return err;
    return sessions_take(tx, &session, &one, &taken);
}

static pl_err hold_one(const shop_t *shop, pl_arena *arena, size_t index, pl_beat *beat, uint8_t *key)
{
    holding_t h = {shop, keys_pin(instance_keys(shop->instance), arena), index, beat, key};

    return h.keyring ? instance_write(shop->instance, arena, hold, &h) : pl_fail(PL_ERR_MEMORY, "the keys");
}

/* Beat by beat of all sessions by turns. */
static pl_err make_calls(const shop_t *shop, size_t beats, calls_t *calls)
{
    static pl_beat sessions[LICENSES];
    static uint8_t keys[LICENSES][PL_SESSION_KEY_SIZE];
    pl_err err = calls_room(calls, shop->license_count * beats);
    pl_arena arena;
    pl_buf body;

    pl_arena_init(&arena);
    pl_buf_init(&body);
    calls->is_once = true;
    for (size_t i = 0; i < shop->license_count && !err; i++)
        err = hold_one(shop, &arena, i, &sessions[i], keys[i]);
    for (size_t i = 0; i < calls->count && !err; i++) {
        size_t session = i % shop->license_count;

        sessions[session].number++;
        pl_buf_clear(&body);
        pl_beat_write(&sessions[session], keys[session], &body);
        err = calls_post(calls, i, PL_BEAT_PATH, pl_buf_span(&body));
    }
    pl_buf_reset(&body);
    pl_arena_reset(&arena);
    return err;
}

/* ---- the contest ---- */

typedef struct {
    load_t *load;
    calls_t beat, trivial;
    double seconds;
    samples_t beats, trivials, rates, costs;
} contest_t;

static pl_err run_round(contest_t *contest)
{
    load_result_t beat, trivial;
    pl_err err;

    if ((err = load_run(contest->load, &contest->trivial, contest->seconds, &trivial)) ||
        (err = load_run(contest->load, &contest->beat, contest->seconds, &beat)))
        return err;
    if (beat.replies == 0)
        return pl_fail(PL_ERR_STATE, "the prepared beats ran out");
    samples_add(&contest->beats, (double)beat.replies / beat.seconds);
    samples_add(&contest->trivials, (double)trivial.replies / trivial.seconds);
    samples_add(&contest->rates, (double)beat.replies / beat.seconds / ((double)trivial.replies / trivial.seconds));
    samples_add(&contest->costs, beat.server_cpu_ns / (double)beat.replies / (trivial.server_cpu_ns / (double)trivial.replies));
    return PL_OK;
}

static pl_err run_case(bench_t *bench, site_t *site, size_t index, contest_t *contest)
{
    int rounds = bench->is_quick ? ROUNDS_QUICK : ROUNDS;
    pl_err err;

    if ((err = load_open(&site->server, cases[index].connections, &contest->load)))
        return err;
    err = run_round(contest);
    contest->beats.count = contest->trivials.count = contest->rates.count = contest->costs.count = 0; /* that was to warm up */
    for (int i = 0; i < rounds && !err; i++)
        err = run_round(contest);
    load_close(contest->load);
    if (err)
        return err;
    figure_set(bench, cases[index].figure, samples_median(&contest->rates), "%.0f/s against %.0f/s, %zu connections",
               samples_median(&contest->beats), samples_median(&contest->trivials), cases[index].connections);
    if (index == 0)
        figure_set(bench, BEAT_CPU_VS_TRIVIAL, samples_median(&contest->costs), "%zu connections", cases[index].connections);
    return PL_OK;
}

pl_err bench_beats(bench_t *bench)
{
    static contest_t contest;
    site_t site;
    pl_err err;

    contest = (contest_t){.seconds = bench->is_quick ? slice_quick_s : slice_s};
    if (!(err = site_open(bench, bench->is_quick ? LICENSES_QUICK : LICENSES, &site)) && !(err = calls_trivial(&contest.trivial)))
        err = make_calls(&site.shop, bench->is_quick ? BEATS_QUICK : BEATS, &contest.beat);
    for (size_t i = 0; i < CASE_COUNT && !err; i++)
        err = run_case(bench, &site, i, &contest);
    calls_free(&contest.trivial);
    calls_free(&contest.beat);
    return site_close(&site, err);
}
