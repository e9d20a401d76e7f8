/* SPDX-License-Identifier: Apache-2.0
 *
 * Releases at the validator: which is told, and whether the license allows it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/release.h"
#include "support/validator.h"

#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DAY_MS (INT64_C(86400) * 1000)

typedef struct {
    validator v;
    till till;
    release_outcome_t out;
} scene;

static int set_up(void **state)
{
    static scene s;

    memset(&s, 0, sizeof s);
    validator_open(&s.v);
    *state = &s;
    return 0;
}

static int tear_down(void **state)
{
    validator_close(&((scene *)*state)->v);
    return 0;
}

static pl_err run_add(void *context, tx_t *tx)
{
    return admin_release_add(tx, context);
}

static pl_err run_withdraw(void *context, tx_t *tx)
{
    return admin_release_withdraw(tx, context);
}

static release_t make(const scene *s, const char *version, int64_t at_ms)
{
    return (release_t){.brand_id = s->v.made.brand_id,
                       .product_id = s->v.product.id,
                       .channel = "stable",
                       .version = version,
                       .url = "https://example.com/till.tar.gz",
                       .sha256 = SHA256,
                       .published_at_ms = at_ms};
}

static void add(scene *s, const char *version, int64_t at_ms)
{
    release_t release = make(s, version, at_ms);

    assert_int_equal(validator_do(&s->v, run_add, &release), PL_OK);
}

static license_view_t sell(scene *s, const char *entitlements)
{
    const license_order_t order = {.entitlements = entitlements};
    const char *key;
    license_view_t view = validator_issue(&s->v, &order, &key);

    s->till = till_make(1, key);
    assert_int_equal(till_verdict(&s->v, &s->till, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    return view;
}

typedef struct {
    const device_call_t *call;
    release_outcome_t *out;
} calling;

static pl_err run_check(void *context, tx_t *tx)
{
    calling *c = context;

    return licensing_release_check(tx, c->call, c->out);
}

static const pl_release_claims *ask(scene *s, const char *installed)
{
    uint8_t nonce[PL_NONCE_SIZE];
    device_call_t call;
    calling c = {&call, &s->out};
    pl_buf body;

    s->till.channel = s->till.channel ? s->till.channel : "stable";
    s->till.app_version = installed;
    pl_buf_init(&body);
    till_write(&s->till, &s->v.roots, PL_ACT_RELEASE_CHECK, &body, nonce);
    assert_int_equal(licensing_read_call(&s->v.arena, validator_keyring(&s->v), PL_ACT_RELEASE_CHECK, pl_buf_span(&body), &call),
                     PL_OK);
    pl_buf_reset(&body);
    assert_int_equal(instance_read(s->v.instance, &s->v.arena, run_check, &c), PL_OK);
    return s->out.outcome.release;
}

static void the_newest_is_told_with_all_that_belongs_to_it(void **state)
{
    scene *s = *state;
    const pl_release_claims *told;

    sell(s, NULL);
    assert_null(ask(s, "2.0"));
    add(s, "2.4.0", VALIDATOR_NOW_MS - 9 * DAY_MS);
    add(s, "2.5.0", VALIDATOR_NOW_MS - 2 * DAY_MS);
    add(s, "2.6.0", VALIDATOR_NOW_MS + DAY_MS); /* not told before its day */
    told = ask(s, "2.0");
    assert_string_equal(told->version, "2.5.0");
    assert_string_equal(told->channel, "stable");
    assert_string_equal(told->sha256, SHA256);
    assert_int_equal(told->published_at, (VALIDATOR_NOW_MS - 2 * DAY_MS) / 1000);
    assert_null(told->notes_url);
    assert_true(told->is_allowed);
    s->till.channel = "beta";
    assert_null(ask(s, "2.0"));
}

static void a_withdrawn_one_is_told_no_more(void **state)
{
    scene *s = *state;
    release_t gone = make(s, "2.5.0", 0);

    sell(s, NULL);
    add(s, "2.4.0", VALIDATOR_NOW_MS - 9 * DAY_MS);
    add(s, "2.5.0", VALIDATOR_NOW_MS - 2 * DAY_MS);
    assert_int_equal(validator_do(&s->v, run_withdraw, &gone), PL_OK);
    assert_string_equal(ask(s, "2.0")->version, "2.4.0");
    assert_int_equal(validator_do(&s->v, run_withdraw, &gone), PL_ERR_NOT_FOUND);
}

static void the_license_says_up_to_which_day_and_version(void **state)
{
    static const struct {
        const char *entitlements, *installed, *version;
        bool is_allowed;
    } rows[] = {
        {"{\"releases.max\":\"2\"}", "2.3", "2.4.0", true},
        {"{\"releases.max\":\"2\"}", "2.4.0", "3.0.0", false}, /* nothing newer is allowed: what could be had is told */
        {"{\"releases.max\":\"3\"}", "2.4.0", "3.0.0", true},
        {"{\"releases.until\":\"2025-10-01\"}", "2.3", "2.4.0", true},
        {"{\"releases.until\":\"2025-09-30\"}", "2.3", "3.0.0", false},
        {"{\"releases.until\":1759000000}", "2.3", "3.0.0", false},
        {"{\"releases.until\":1760000000}", "2.3", "3.0.0", true},
        {"{\"releases.until\":\"nonsense\"}", "2.3", "3.0.0", false},
    };
    scene *s = *state;

    add(s, "2.4.0", INT64_C(1759359600000)); /* 2025-10-01T23:00:00Z: the day counts whole */
    add(s, "3.0.0", INT64_C(1759500000000));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const pl_release_claims *told;

        sell(s, rows[i].entitlements);
        told = ask(s, rows[i].installed);
        if (strcmp(told->version, rows[i].version) != 0 || told->is_allowed != rows[i].is_allowed)
            fail_msg("%s on %s: told %s, %d", rows[i].entitlements, rows[i].installed, told->version, told->is_allowed);
    }
}

static void a_license_that_is_not_good_allows_nothing(void **state)
{
    scene *s = *state;
    license_view_t view = sell(s, NULL);

    add(s, "2.4.0", VALIDATOR_NOW_MS - DAY_MS);
    validator_change(&s->v, view.license.id, LICENSE_SUSPEND, PL_REASON_VENDOR);
    assert_false(ask(s, "2.0")->is_allowed);
    assert_int_equal(s->out.outcome.verdict, PL_VERDICT_SUSPENDED);
    s->till.key = "UNKNOWN-KEY-0000";
    assert_null(ask(s, "2.0"));
    assert_int_equal(s->out.outcome.verdict, PL_VERDICT_UNKNOWN_KEY);
}

static void what_is_no_release_is_refused(void **state)
{
    scene *s = *state;
    release_t wrong[6];

    for (size_t i = 0; i < 6; i++)
        wrong[i] = make(s, "2.4.0", 0);
    wrong[0].version = "";
    wrong[1].version = "2 4";
    wrong[2].channel = "Stable!";
    wrong[3].url = "http://example.com/till";
    wrong[4].sha256 = "ABC";
    wrong[5].notes_url = "ftp://example.com";
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(validator_do(&s->v, run_add, &wrong[i]), PL_ERR_INVALID);
    add(s, "2.4.0", 0);
    wrong[0] = make(s, "2.4.0", 0);
    assert_int_equal(validator_do(&s->v, run_add, &wrong[0]), PL_ERR_CONFLICT);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_newest_is_told_with_all_that_belongs_to_it),
        CASE(a_withdrawn_one_is_told_no_more),
        CASE(the_license_says_up_to_which_day_and_version),
        CASE(a_license_that_is_not_good_allows_nothing),
        CASE(what_is_no_release_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
