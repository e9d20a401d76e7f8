/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/licensing/license_states.c, and what comes of it: admin_changes.c, admin_license_edit.c
 */
#include "licensing/license_states.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "licensing/revocations.h"
#include "store/audit.h"
#include "support/validator.h"

enum { REFUSED = 0, DAY = 86400 };

static void every_cell_of_the_table(void **state)
{
    static const int wanted[][LICENSE_CHANGES] = {
        /*                    suspend             resume          cancel             reactivate      renew              transfer           edit               annotate */
        [LICENSE_ACTIVE] = {LICENSE_SUSPENDED, LICENSE_ACTIVE, LICENSE_CANCELLED, LICENSE_ACTIVE, LICENSE_ACTIVE, LICENSE_ACTIVE,
                            LICENSE_ACTIVE, LICENSE_ACTIVE},
        [LICENSE_SUSPENDED] = {LICENSE_SUSPENDED, LICENSE_ACTIVE, LICENSE_CANCELLED, REFUSED, LICENSE_SUSPENDED,
                               LICENSE_SUSPENDED, LICENSE_SUSPENDED, LICENSE_SUSPENDED},
        [LICENSE_CANCELLED] = {REFUSED, REFUSED, LICENSE_CANCELLED, LICENSE_ACTIVE, REFUSED, REFUSED, REFUSED, LICENSE_CANCELLED},
    };

    (void)state;
    for (int status = LICENSE_ACTIVE; status <= LICENSE_CANCELLED; status++)
        for (int change = 0; change < LICENSE_CHANGES; change++) {
            const license_t license = {.status = (license_status)status};
            license_status after;
            pl_err err = license_state_after(&license, 1, (license_change)change, &after);

            assert_int_equal(err, wanted[status][change] == REFUSED ? PL_ERR_STATE : PL_OK);
            if (!err)
                assert_int_equal(after, wanted[status][change]);
            else
                assert_non_null(strstr(pl_err_detail(), license_state_text((license_status)status)));
        }
}

static void what_is_foreseen_comes_at_its_time(void **state)
{
    static const struct {
        license_status status;
        int64_t suspend_at, cancel_at, now;
        license_status wanted;
    } rows[] = {
        {LICENSE_ACTIVE, 0, 0, 100, LICENSE_ACTIVE},          {LICENSE_ACTIVE, 100, 0, 99, LICENSE_ACTIVE},
        {LICENSE_ACTIVE, 100, 0, 100, LICENSE_SUSPENDED},     {LICENSE_ACTIVE, 0, 100, 99, LICENSE_ACTIVE},
        {LICENSE_ACTIVE, 0, 100, 100, LICENSE_CANCELLED},     {LICENSE_ACTIVE, 50, 100, 60, LICENSE_SUSPENDED},
        {LICENSE_ACTIVE, 50, 100, 100, LICENSE_CANCELLED},    {LICENSE_ACTIVE, 100, 50, 60, LICENSE_CANCELLED},
        {LICENSE_SUSPENDED, 100, 0, 50, LICENSE_SUSPENDED},   {LICENSE_SUSPENDED, 0, 100, 100, LICENSE_CANCELLED},
        {LICENSE_CANCELLED, 100, 100, 50, LICENSE_CANCELLED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const license_t license = {
            .status = rows[i].status, .suspend_at_ms = rows[i].suspend_at, .cancel_at_ms = rows[i].cancel_at};

        if (license_status_at(&license, rows[i].now) != rows[i].wanted)
            fail_msg("row %zu", i);
    }
}

/* ---- with a device ---- */

typedef struct {
    validator *v;
    license_view_t view;
    license_t edited;
    license_change change;
    revocations_view_t list;
} job;

static pl_err edit(void *context, tx_t *tx)
{
    job *j = context;
    license_t license = j->edited;
    pl_err err = admin_license_show(tx, license.id, &j->view);

    return err ? err : admin_license_edit(tx, validator_keyring(j->v), &j->view, &license);
}

static pl_err change(void *context, tx_t *tx)
{
    job *j = context;
    pl_err err = admin_license_show(tx, j->edited.id, &j->view);

    if (err)
        return err;
    if (j->change == LICENSE_REACTIVATE)
        return admin_license_reactivate(tx, validator_keyring(j->v), &j->view.license, NULL);
    return admin_license_change(tx, &j->view.license, j->change, NULL);
}

static pl_err publish(void *context, tx_t *tx)
{
    job *j = context;

    return revocations_publish(tx, validator_keyring(j->v), j->v->made.brand_id, &j->list);
}

static job begin(validator *v, till *t)
{
    const char *key;
    job j = {.v = v, .view = validator_issue(v, NULL, &key)};

    j.edited = j.view.license;
    *t = till_make(1, key);
    assert_int_equal(till_verdict(v, t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    return j;
}

static void a_foreseen_suspension_and_cancellation_reach_devices_without_any_job(void **state)
{
    validator *v = *state;
    till t;
    job j = begin(v, &t);
    device_call_t call;
    outcome_t outcome;

    j.edited.suspend_at_ms = VALIDATOR_NOW_MS + DAY * 1000;
    j.edited.cancel_at_ms = VALIDATOR_NOW_MS + 2 * DAY * 1000;
    assert_int_equal(validator_do(v, edit, &j), PL_OK);
    validator_advance(v, DAY - 1);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    validator_advance(v, 1);
    assert_int_equal(till_call(v, &t, PL_ACT_VALIDATE, &call, &outcome), PL_OK);
    assert_int_equal(outcome.verdict, PL_VERDICT_SUSPENDED);
    assert_int_equal(outcome.reason, PL_REASON_VENDOR);
    j.change = LICENSE_RESUME;
    assert_int_equal(validator_do(v, change, &j), PL_OK);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    validator_advance(v, DAY);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_REVOKED);
    assert_int_equal(validator_do(v, publish, &j), PL_OK); /* no row says cancelled, and the list does */
    assert_int_equal(j.list.list.licenses.count, 1);
}

static void what_is_past_or_has_come_is_not_foreseen(void **state)
{
    validator *v = *state;
    till t;
    job j = begin(v, &t);

    j.edited.cancel_at_ms = VALIDATOR_NOW_MS;
    assert_int_equal(validator_do(v, edit, &j), PL_ERR_INVALID);
    j.edited.cancel_at_ms = 0;
    j.edited.suspend_at_ms = VALIDATOR_NOW_MS + 1000;
    assert_int_equal(validator_do(v, edit, &j), PL_OK);
    validator_advance(v, 1);
    j.edited.suspend_at_ms = 0;
    assert_int_equal(validator_do(v, edit, &j), PL_ERR_STATE);
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_SUSPENDED);
}

static void a_reactivated_license_is_on_no_list_any_more(void **state)
{
    validator *v = *state;
    till t;
    job j = begin(v, &t);
    int64_t sequence;

    j.change = LICENSE_CANCEL;
    assert_int_equal(validator_do(v, change, &j), PL_OK);
    assert_int_equal(validator_do(v, publish, &j), PL_OK);
    assert_int_equal(j.list.list.licenses.count, 1);
    sequence = j.list.list.sequence;
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_REVOKED);
    validator_advance(v, 60);
    j.change = LICENSE_REACTIVATE;
    assert_int_equal(validator_do(v, change, &j), PL_OK);
    assert_int_equal(validator_do(v, publish, &j), PL_OK);
    assert_int_equal(j.list.list.licenses.count, 0);
    assert_int_equal(j.list.list.sequence, sequence + 1); /* by the reactivation itself: asked again it is the same */
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
    assert_int_equal(validator_do(v, change, &j), PL_OK);
    assert_int_equal(j.view.license.version, 3); /* asked again */
}

static void a_brand_without_any_list_gets_none_by_a_reactivation(void **state)
{
    validator *v = *state;
    till t;
    job j = begin(v, &t);

    j.change = LICENSE_CANCEL;
    assert_int_equal(validator_do(v, change, &j), PL_OK);
    j.change = LICENSE_REACTIVATE;
    assert_int_equal(validator_do(v, change, &j), PL_OK);
    assert_int_equal(validator_do(v, publish, &j), PL_OK);
    assert_int_equal(j.list.list.sequence, 1);
}

static void seats_in_use_are_not_taken_away(void **state)
{
    validator *v = *state;
    till t, other;
    job j = begin(v, &t);

    other = t;
    other = till_make(2, t.key);
    assert_int_equal(till_verdict(v, &other, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    j.edited.seats = 1;
    assert_int_equal(validator_do(v, edit, &j), PL_ERR_STATE);
    assert_non_null(strstr(pl_err_detail(), "2 seats are in use"));
    j.edited.seats = 3;
    assert_int_equal(validator_do(v, edit, &j), PL_OK);
    j.edited.seats = 2;
    assert_int_equal(validator_do(v, edit, &j), PL_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_of_the_table),
        cmocka_unit_test(what_is_foreseen_comes_at_its_time),
        TEST(a_foreseen_suspension_and_cancellation_reach_devices_without_any_job),
        TEST(what_is_past_or_has_come_is_not_foreseen),
        TEST(a_reactivated_license_is_on_no_list_any_more),
        TEST(a_brand_without_any_list_gets_none_by_a_reactivation),
        TEST(seats_in_use_are_not_taken_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
