/* SPDX-License-Identifier: Apache-2.0
 *
 * Usage at the validator: stored exactly once, gaps and copies seen, nothing refused that was used.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/usage.h"
#include "store/audit.h"
#include "store/usage.h"
#include "support/validator.h"

enum { MANY = 40, NOW_S = VALIDATOR_NOW_MS / 1000 };

typedef struct {
    validator v;
    license_view_t view;
    char license_id[PL_UUID_TEXT_SIZE];
    till till;
    pl_usage_report reports[MANY];
    pl_usage_batch batch;
    usage_outcome_t out;
} scene;

static int set_up(void **state)
{
    static scene s;
    const license_order_t order = {.entitlements = "{\"usage.hours\":100}"};
    const char *key;

    memset(&s, 0, sizeof s);
    validator_open(&s.v);
    s.view = validator_issue(&s.v, &order, &key);
    pl_uuid_format(s.view.license.id, s.license_id);
    s.till = till_make(1, key);
    assert_int_equal(till_verdict(&s.v, &s.till, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    s.till.license_id = s.license_id;
    for (int i = 0; i < MANY; i++) {
        s.reports[i] = (pl_usage_report){i + 1, "hours", 10, NOW_S, {0}};
        pl_random(s.reports[i].id, PL_USAGE_ID_SIZE);
    }
    s.batch = (pl_usage_batch){{1}, 1, s.reports, MANY};
    *state = &s;
    return 0;
}

static int tear_down(void **state)
{
    validator_close(&((scene *)*state)->v);
    return 0;
}

typedef struct {
    const device_call_t *call;
    usage_outcome_t *out;
} calling;

static pl_err run_usage(void *context, tx_t *tx)
{
    calling *c = context;

    return licensing_usage(tx, c->call, c->out);
}

static pl_err send(scene *s)
{
    uint8_t nonce[PL_NONCE_SIZE];
    device_call_t call;
    calling c = {&call, &s->out};
    pl_buf body;
    pl_err err;

    s->till.usage = &s->batch;
    pl_buf_init(&body);
    till_write(&s->till, &s->v.roots, PL_ACT_USAGE, &body, nonce);
    err = licensing_read_call(&s->v.arena, validator_keyring(&s->v), PL_ACT_USAGE, pl_buf_span(&body), &call);
    pl_buf_reset(&body);
    return err ? err : validator_do(&s->v, run_usage, &c);
}

/* Reports of the numbers first to last; the device has all from `from` on. */
static const pl_usage_claims *report(scene *s, int first, int last)
{
    s->batch.reports = s->reports + first - 1;
    s->batch.count = (size_t)(last - first + 1);
    assert_int_equal(send(s), PL_OK);
    assert_non_null(s->out.outcome.usage);
    return s->out.outcome.usage;
}

static int64_t used(const scene *s, const char *meter)
{
    const pl_usage_claims *claims = s->out.outcome.usage;

    for (size_t i = 0; i < claims->balance_count; i++)
        if (strcmp(claims->balances[i].meter, meter) == 0)
            return claims->balances[i].used;
    return 0;
}

typedef struct {
    pl_uuid brand_id;
    audit_action action;
    size_t count;
} counting;

static pl_err count_entries(void *context, tx_t *tx)
{
    counting *c = context;
    audit_t *entries;
    size_t count;
    pl_err err = audit_list(tx, c->brand_id, (pl_uuid){{0}}, &entries, &count);

    for (size_t i = 0; !err && i < count; i++)
        c->count += entries[i].action == c->action;
    return err;
}

static size_t audited(scene *s, audit_action action)
{
    counting c = {s->v.made.brand_id, action, 0};

    assert_int_equal(validator_do(&s->v, count_entries, &c), PL_OK);
    return c.count;
}

static void reports_are_stored_and_told(void **state)
{
    scene *s = *state;
    const pl_usage_claims *claims = report(s, 1, 3);

    assert_int_equal(s->out.outcome.verdict, PL_VERDICT_ACTIVE);
    assert_true(s->out.outcome.has_activation); /* the answer is bound to the device: it is no lease for any other */
    assert_int_equal(claims->sequence, 3);
    assert_int_equal(claims->again, 0);
    assert_false(claims->is_forked);
    assert_int_equal(claims->balance_count, 1);
    assert_int_equal(claims->balances[0].used, 30);
    assert_int_equal(claims->balances[0].allowed, 100);
}

static void a_batch_that_comes_again_counts_once(void **state)
{
    scene *s = *state;

    report(s, 1, 5);
    report(s, 1, 5);
    assert_int_equal(report(s, 3, 7)->sequence, 7);
    assert_int_equal(used(s, "hours"), 70);
    validator_reopen(&s->v);
    assert_int_equal(report(s, 1, 7)->sequence, 7);
    assert_int_equal(used(s, "hours"), 70);
    assert_int_equal(audited(s, AUDIT_USAGE_FORKED), 0);
}

static void what_comes_out_of_order_is_kept_and_the_gap_asked_for(void **state)
{
    scene *s = *state;
    const pl_usage_claims *claims;

    claims = report(s, 6, 8);
    assert_int_equal(claims->sequence, 0);
    assert_int_equal(claims->again, 1);
    assert_int_equal(used(s, "hours"), 30);
    claims = report(s, 1, 2);
    assert_int_equal(claims->sequence, 2);
    assert_int_equal(claims->again, 3);
    claims = report(s, 3, 5);
    assert_int_equal(claims->sequence, 8);
    assert_int_equal(claims->again, 0);
    assert_int_equal(used(s, "hours"), 80);
    assert_int_equal(audited(s, AUDIT_USAGE_MISSING), 0);
}

static void what_the_device_has_no_more_is_noted_and_stops_nothing(void **state)
{
    scene *s = *state;

    report(s, 1, 3);
    s->batch.from = 10;
    assert_int_equal(report(s, 10, 12)->sequence, 12);
    assert_int_equal(s->out.claims.again, 0);
    assert_int_equal(audited(s, AUDIT_USAGE_MISSING), 1);
    assert_int_equal(report(s, 10, 12)->sequence, 12);
    assert_int_equal(audited(s, AUDIT_USAGE_MISSING), 1);
}

static void a_log_that_begins_later_has_no_gap(void **state)
{
    scene *s = *state;

    s->batch.from = 20;
    assert_int_equal(report(s, 20, 22)->sequence, 22);
    assert_int_equal(audited(s, AUDIT_USAGE_MISSING), 0);
}

static void a_copy_of_the_log_is_seen_and_what_it_used_counts_once(void **state)
{
    scene *s = *state;

    report(s, 1, 6);
    pl_random(s->reports[4].id, PL_USAGE_ID_SIZE); /* the copy went its own way after 4 */
    pl_random(s->reports[5].id, PL_USAGE_ID_SIZE);
    s->reports[5].amount = 7;
    assert_true(report(s, 5, 6)->is_forked);
    assert_int_equal(s->out.claims.sequence, 6);
    assert_int_equal(used(s, "hours"), 77);
    assert_int_equal(audited(s, AUDIT_USAGE_FORKED), 1);
    report(s, 5, 6);
    assert_int_equal(used(s, "hours"), 77);
    assert_int_equal(audited(s, AUDIT_USAGE_FORKED), 1);
}

static void a_state_made_anew_counts_from_one_and_is_no_copy(void **state)
{
    scene *s = *state;

    report(s, 1, 3);
    s->batch.log[0] = 2;
    for (int i = 0; i < 3; i++)
        pl_random(s->reports[i].id, PL_USAGE_ID_SIZE);
    assert_false(report(s, 1, 3)->is_forked);
    assert_int_equal(used(s, "hours"), 60);
}

static void nothing_that_was_used_is_refused(void **state)
{
    scene *s = *state;

    report(s, 1, 20); /* 200 of 100 */
    assert_int_equal(used(s, "hours"), 200);
    validator_change(&s->v, s->view.license.id, LICENSE_SUSPEND, PL_REASON_VENDOR);
    assert_int_equal(report(s, 21, 21)->sequence, 21);
    assert_int_equal(s->out.outcome.verdict, PL_VERDICT_SUSPENDED);
    validator_change(&s->v, s->view.license.id, LICENSE_RESUME, PL_REASON_NONE);
    assert_int_equal(till_verdict(&s->v, &s->till, PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED);
    pl_uuid_format(s->out.outcome.activation.id, s->till.activation_id);
    assert_int_equal(report(s, 22, 22)->sequence, 22);
    assert_int_equal(s->out.outcome.verdict, PL_VERDICT_NOT_ACTIVATED);
    assert_false(s->out.outcome.has_activation);
    assert_int_equal(used(s, "hours"), 220);
}

static pl_err take_away(void *context, tx_t *tx)
{
    scene *s = context;

    return admin_activation_release(tx, &s->view.license, s->out.outcome.activation.id);
}

typedef struct {
    scene *s;
    usage_entry_t *entries;
    size_t count;
} listing;

static pl_err list_entries(void *context, tx_t *tx)
{
    listing *l = context;
    const license_t *license = &l->s->view.license;
    const usage_page_t page = {license->brand_id, license->id, NULL, 0, USAGE_PAGE_MAX};

    return usage_list(tx, &page, &l->entries, &l->count);
}

static void after_a_release_reports_are_marked_and_taken_for_a_while_only(void **state)
{
    scene *s = *state;
    listing l = {.s = s};

    report(s, 1, 1);
    assert_int_equal(validator_do(&s->v, take_away, s), PL_OK);
    assert_int_equal(report(s, 2, 2)->refusal, PL_USAGE_TAKEN);
    assert_int_equal(validator_do(&s->v, list_entries, &l), PL_OK);
    assert_int_equal(l.count, 2);
    assert_int_equal(l.entries[0].released, USAGE_OF_LIVE);
    assert_int_equal(l.entries[1].released, USAGE_OF_TAKEN);
    validator_advance(&s->v, USAGE_AFTER_RELEASE_DAYS * INT64_C(86400));
    assert_int_equal(report(s, 3, 3)->sequence, 3);
    validator_advance(&s->v, 1);
    assert_int_equal(report(s, 3, 5)->refusal, PL_USAGE_CLOSED);
    assert_int_equal(s->out.claims.sequence, 3); /* what is there is acknowledged all the same */
    assert_int_equal(s->out.claims.again, 0);
    assert_int_equal(used(s, "hours"), 30);
}

typedef struct {
    scene *s;
    pl_uuid activation_id; /* nil: of the license */
    int64_t reports;
} filling;

static pl_err fill_day(void *context, tx_t *tx)
{
    const filling *f = context;
    const license_t *license = &f->s->view.license;
    const usage_intake_t intake = {.brand_id = license->brand_id,
                                   .license_id = license->id,
                                   .activation_id = f->activation_id,
                                   .day = tx->now_ms / 86400000,
                                   .reports = f->reports};

    return usage_intake_put(tx, &intake);
}

static void more_than_a_days_share_is_refused_signed_and_taken_the_next_day(void **state)
{
    scene *s = *state;
    filling f = {s, {{0}}, USAGE_REPORTS_PER_DAY - 5};

    report(s, 1, 1);
    f.activation_id = s->out.outcome.activation.id;
    assert_int_equal(validator_do(&s->v, fill_day, &f), PL_OK);
    assert_int_equal(report(s, 2, 6)->refusal, PL_USAGE_TAKEN);
    assert_int_equal(report(s, 7, 9)->refusal, PL_USAGE_LIMIT);
    assert_int_equal(s->out.claims.sequence, 6);
    assert_true(s->out.claims.retry_at > NOW_S && s->out.claims.retry_at <= NOW_S + 86400);
    assert_int_equal(s->out.outcome.verdict, PL_VERDICT_ACTIVE); /* it says nothing of the license */
    assert_int_equal(report(s, 7, 9)->refusal, PL_USAGE_LIMIT);
    assert_int_equal(used(s, "hours"), 60);
    assert_int_equal(audited(s, AUDIT_USAGE_REFUSED), 1);
    validator_advance(&s->v, s->out.claims.retry_at - NOW_S);
    assert_int_equal(report(s, 7, 9)->sequence, 9);
    assert_int_equal(used(s, "hours"), 90);
}

static void logs_are_made_up_so_many_a_day_only(void **state)
{
    scene *s = *state;

    for (int i = 0; i < USAGE_LOGS_PER_DAY; i++) {
        s->batch.log[1] = (uint8_t)i;
        assert_int_equal(report(s, 1, 1)->refusal, PL_USAGE_TAKEN);
    }
    s->batch.log[1] = USAGE_LOGS_PER_DAY;
    assert_int_equal(report(s, 1, 2)->refusal, PL_USAGE_LIMIT);
    assert_int_equal(s->out.claims.sequence, 0);
    s->batch.log[1] = 0; /* a known one goes on */
    assert_int_equal(report(s, 2, 2)->sequence, 2);
    validator_advance(&s->v, 86400);
    s->batch.log[1] = USAGE_LOGS_PER_DAY;
    assert_int_equal(report(s, 1, 2)->sequence, 2);
}

static void seats_that_come_and_go_share_the_licenses_day(void **state)
{
    scene *s = *state;
    filling f = {s, {{0}}, 2 * USAGE_REPORTS_PER_DAY - 5}; /* the license has two seats */

    report(s, 1, 1);
    assert_int_equal(validator_do(&s->v, fill_day, &f), PL_OK);
    assert_int_equal(report(s, 2, 6)->refusal, PL_USAGE_TAKEN);
    assert_int_equal(report(s, 7, 7)->refusal, PL_USAGE_LIMIT);
}

static void meters_beyond_the_room_of_an_answer_are_told_and_the_reported_ones_are_in_it(void **state)
{
    enum { METERS = PL_USAGE_BALANCES_MAX + 6 };
    static char names[METERS][8];
    static pl_usage_report reports[METERS];
    scene *s = *state;
    const pl_usage_claims *claims;

    for (int i = 0; i < METERS; i++) {
        (void)snprintf(names[i], sizeof names[i], "m%03d", i);
        reports[i] = (pl_usage_report){i + 1, names[i], 1, NOW_S, {0}};
        pl_random(reports[i].id, PL_USAGE_ID_SIZE);
    }
    s->batch.reports = reports;
    s->batch.count = METERS;
    assert_int_equal(send(s), PL_OK);
    assert_int_equal(s->out.claims.balance_count, PL_USAGE_BALANCES_MAX);
    assert_int_equal(s->out.claims.more, 6);
    reports[0] = (pl_usage_report){METERS + 1, names[METERS - 1], 5, NOW_S, {9}};
    s->batch.count = 1;
    assert_int_equal(send(s), PL_OK);
    claims = s->out.outcome.usage;
    assert_int_equal(used(s, names[METERS - 1]), 6);
    assert_int_equal(claims->more, 6);
    for (size_t i = 1; i < claims->balance_count; i++)
        assert_true(strcmp(claims->balances[i - 1].meter, claims->balances[i].meter) < 0);
}

static void meters_are_counted_apart_and_without_a_limit_where_none_is_set(void **state)
{
    scene *s = *state;

    s->reports[1].meter = "covers";
    s->reports[1].amount = PL_USAGE_AMOUNT_MAX;
    report(s, 1, 3);
    assert_int_equal(used(s, "hours"), 20);
    assert_int_equal(used(s, "covers"), PL_USAGE_AMOUNT_MAX);
    assert_int_equal(s->out.claims.balances[0].allowed, PL_USAGE_UNLIMITED); /* covers */
}

static void a_stranger_reports_nothing(void **state)
{
    scene *s = *state;
    till stranger = till_make(2, s->till.key);

    memcpy(s->till.secret, stranger.secret, sizeof stranger.secret);
    assert_int_equal(send(s), PL_ERR_UNAUTHORIZED);
}

static void reports_changed_under_the_proof_are_refused(void **state)
{
    scene *s = *state;
    uint8_t nonce[PL_NONCE_SIZE];
    device_call_t call;
    calling c = {&call, &s->out};
    pl_usage_report cheaper = s->reports[0];
    pl_usage_batch lie = {{1}, 1, &cheaper, 1};
    pl_buf body;

    s->batch.count = 1;
    s->till.usage = &s->batch;
    cheaper.amount = 1;
    pl_buf_init(&body);
    till_write(&s->till, &s->v.roots, PL_ACT_USAGE, &body, nonce);
    assert_int_equal(licensing_read_call(&s->v.arena, validator_keyring(&s->v), PL_ACT_USAGE, pl_buf_span(&body), &call), PL_OK);
    call.request.usage = &lie;
    assert_int_equal(validator_do(&s->v, run_usage, &c), PL_ERR_UNAUTHORIZED);
    call.request.usage = &s->batch;
    assert_int_equal(validator_do(&s->v, run_usage, &c), PL_OK);
    pl_buf_reset(&body);
}

static void an_unknown_license_or_seat_takes_nothing(void **state)
{
    scene *s = *state;
    char known[PL_UUID_TEXT_SIZE];

    memcpy(known, s->till.activation_id, sizeof known);
    pl_uuid_format(s->view.license.id, s->till.activation_id);
    assert_int_equal(send(s), PL_OK);
    assert_int_equal(s->out.outcome.verdict, PL_VERDICT_NOT_ACTIVATED);
    assert_null(s->out.outcome.usage);
    s->till.license_id = known;
    assert_int_equal(send(s), PL_OK);
    assert_int_equal(s->out.outcome.verdict, PL_VERDICT_UNKNOWN_KEY);
    s->till.license_id = s->license_id;
    validator_add_product(&s->v, s->v.made.brand_id, "kitchen", 1);
    s->till.product = "kitchen";
    assert_int_equal(send(s), PL_OK);
    assert_int_equal(s->out.outcome.verdict, PL_VERDICT_WRONG_PRODUCT);
    assert_null(s->out.outcome.usage);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(reports_are_stored_and_told),
        CASE(a_batch_that_comes_again_counts_once),
        CASE(what_comes_out_of_order_is_kept_and_the_gap_asked_for),
        CASE(what_the_device_has_no_more_is_noted_and_stops_nothing),
        CASE(a_log_that_begins_later_has_no_gap),
        CASE(a_copy_of_the_log_is_seen_and_what_it_used_counts_once),
        CASE(a_state_made_anew_counts_from_one_and_is_no_copy),
        CASE(nothing_that_was_used_is_refused),
        CASE(after_a_release_reports_are_marked_and_taken_for_a_while_only),
        CASE(more_than_a_days_share_is_refused_signed_and_taken_the_next_day),
        CASE(logs_are_made_up_so_many_a_day_only),
        CASE(seats_that_come_and_go_share_the_licenses_day),
        CASE(meters_beyond_the_room_of_an_answer_are_told_and_the_reported_ones_are_in_it),
        CASE(meters_are_counted_apart_and_without_a_limit_where_none_is_set),
        CASE(a_stranger_reports_nothing),
        CASE(reports_changed_under_the_proof_are_refused),
        CASE(an_unknown_license_or_seat_takes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
