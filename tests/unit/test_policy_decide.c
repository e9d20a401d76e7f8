/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of several documents answers. What each of them is worth alone is in test_policy.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "license/timeline.h"
#include "unit/lease.h"

static pl_decision decide(const pl_claims *claims, size_t count, int64_t t, pl_held *room)
{
    for (size_t i = 0; i < count; i++)
        room[i] = held(&claims[i]);
    return pl_policy_decide(room, count, t);
}

static void nothing_held_is_none(void **state)
{
    pl_decision got = pl_policy_decide(NULL, 0, T);

    (void)state;
    assert_int_equal(got.status, PL_STATUS_NONE);
    assert_int_equal(got.reason, PL_REASON_NOT_ACTIVATED);
    assert_int_equal(got.source, PL_SOURCE_NONE);
    assert_null(got.ruling);
    assert_false(got.can_extend);
}

static void an_older_file_never_beats_a_newer_denial(void **state)
{
    pl_claims documents[2] = {verdict(PL_VERDICT_ACTIVE), verdict(PL_VERDICT_SUSPENDED)};
    pl_held room[2];

    (void)state;
    documents[0].kind = PL_CLAIMS_LICENSE;
    documents[0].check_by = 0;
    documents[1].sequence = 2;
    assert_int_equal(decide(documents, 2, T, room).status, PL_STATUS_SUSPENDED);
    documents[1].sequence = 1;
    documents[1].issued_at++;
    assert_int_equal(decide(documents, 2, T, room).status, PL_STATUS_SUSPENDED);
    documents[1].issued_at--;
    assert_int_equal(decide(documents, 2, T, room).status, PL_STATUS_SUSPENDED);
}

static void a_newer_renewed_file_beats_an_older_denial(void **state)
{
    pl_claims documents[2] = {verdict(PL_VERDICT_EXPIRED), verdict(PL_VERDICT_ACTIVE)};
    pl_held room[2];

    (void)state;
    documents[1].sequence = 2;
    assert_int_equal(decide(documents, 2, T, room).status, PL_STATUS_ACTIVE);
    assert_ptr_equal(decide(documents, 2, T, room).ruling, &room[1]);
    documents[0].epoch = 2;
    assert_int_equal(decide(documents, 2, T, room).status, PL_STATUS_EXPIRED);
}

static void a_denial_touches_its_own_license_only(void **state)
{
    pl_claims documents[2] = {verdict(PL_VERDICT_REVOKED), verdict(PL_VERDICT_ACTIVE)};
    pl_held room[2];

    (void)state;
    documents[0].sequence = 99;
    documents[1].license_id = "license-b";
    assert_int_equal(decide(documents, 2, T, room).status, PL_STATUS_ACTIVE);
    assert_ptr_equal(decide(documents, 2, T, room).ruling, &room[1]);
}

static void no_seat_rules_for_one_lease_then_the_earlier_lease_does_again(void **state)
{
    pl_claims documents[2] = {lease(T + 5 * DAY, T + 9 * DAY, 0), verdict(PL_VERDICT_NO_SEAT)};
    pl_held room[2];

    (void)state;
    documents[1].issued_at = T;
    documents[1].check_by = T + DAY;
    assert_int_equal(decide(documents, 2, T, room).status, PL_STATUS_NO_SEAT);
    assert_int_equal(decide(documents, 2, T, room).holds_until, T + DAY);
    assert_int_equal(decide(documents, 2, T + DAY - 1, room).status, PL_STATUS_NO_SEAT);
    assert_int_equal(decide(documents, 2, T + DAY, room).status, PL_STATUS_ACTIVE);
    assert_ptr_equal(decide(documents, 2, T + DAY, room).ruling, &room[0]);
    assert_int_equal(decide(documents, 2, T + 6 * DAY, room).status, PL_STATUS_GRACE);
}

static void no_seat_that_ran_out_does_not_bring_back_what_was_suspended(void **state)
{
    pl_claims documents[3] = {verdict(PL_VERDICT_ACTIVE), verdict(PL_VERDICT_SUSPENDED), verdict(PL_VERDICT_NO_SEAT)};
    pl_held room[3];

    (void)state;
    documents[1].sequence = 2;
    documents[2].sequence = 3;
    assert_int_equal(decide(documents, 3, T, room).status, PL_STATUS_NO_SEAT);
    assert_int_equal(decide(documents, 3, T + DAY, room).status, PL_STATUS_SUSPENDED);
}

static void verdicts_that_decide_nothing_leave_a_held_lease_alone(void **state)
{
    static const pl_verdict VERDICTS[] = {PL_VERDICT_UNKNOWN_KEY, PL_VERDICT_NOT_ACTIVATED, PL_VERDICT_WRONG_PRODUCT,
                                          PL_VERDICT_WRONG_DEVICE, PL_VERDICT_RELEASED};

    (void)state;
    for (size_t i = 0; i < sizeof VERDICTS / sizeof VERDICTS[0]; i++) {
        pl_claims documents[2] = {verdict(PL_VERDICT_ACTIVE), verdict(VERDICTS[i])};
        pl_held room[2];

        documents[1].sequence = 99;
        assert_int_equal(decide(documents, 2, T, room).status, PL_STATUS_ACTIVE);
        documents[1].license_id = NULL;
        assert_int_equal(decide(documents, 2, T, room).status, PL_STATUS_ACTIVE);
    }
}

static void alone_they_say_why_there_is_nothing(void **state)
{
    pl_claims documents[2] = {verdict(PL_VERDICT_NOT_ACTIVATED), verdict(PL_VERDICT_UNKNOWN_KEY)};
    pl_held room[2];

    (void)state;
    assert_int_equal(decide(documents, 2, T, room).status, PL_STATUS_NONE);
    assert_int_equal(decide(documents, 2, T, room).reason, PL_REASON_UNKNOWN_KEY);
}

static void a_copied_lease_of_another_device_does_not_hide_ones_own(void **state)
{
    pl_claims documents[2] = {verdict(PL_VERDICT_ACTIVE), verdict(PL_VERDICT_ACTIVE)};
    pl_held room[2] = {held(&documents[0]), held(&documents[1])};

    (void)state;
    documents[1].sequence = 2;
    room[1].is_other_device = true;
    assert_int_equal(pl_policy_decide(room, 2, T).status, PL_STATUS_ACTIVE);
    room[0].is_other_device = true;
    assert_int_equal(pl_policy_decide(room, 2, T).status, PL_STATUS_WRONG_DEVICE);
    room[0].is_other_device = false;
    documents[0].verdict = PL_VERDICT_SUSPENDED;
    assert_int_equal(pl_policy_decide(room, 2, T).status, PL_STATUS_SUSPENDED);
}

static void a_renewal_that_begins_later_rules_from_then_on(void **state)
{
    pl_claims documents[2] = {lease(0, 0, T + 10 * DAY), lease(0, 0, T + 99 * DAY)};
    pl_held room[2];
    pl_decision got;

    (void)state;
    documents[1].sequence = 2;
    documents[1].not_before = T + 5 * DAY;
    got = decide(documents, 2, T, room);
    assert_int_equal(got.status, PL_STATUS_ACTIVE);
    assert_ptr_equal(got.ruling, &room[0]);
    assert_int_equal(got.holds_until, T + 5 * DAY - PL_TIME_TOLERANCE_S);
    assert_ptr_equal(decide(documents, 2, got.holds_until, room).ruling, &room[1]);
}

static void a_document_of_a_validator_in_2099_hides_nothing(void **state)
{
    pl_claims documents[2] = {verdict(PL_VERDICT_ACTIVE), verdict(PL_VERDICT_REVOKED)};
    pl_held room[2];

    (void)state;
    documents[1].issued_at = 4070908800;
    documents[1].sequence = 2;
    assert_int_equal(decide(documents, 2, T, room).status, PL_STATUS_ACTIVE);
}

static void of_a_lease_and_a_file_of_one_version_the_better_one_answers(void **state)
{
    pl_claims documents[2] = {lease(0, 0, 0), lease(T + DAY, T + 2 * DAY, 0)};
    pl_held room[2];

    (void)state;
    documents[0].kind = PL_CLAIMS_LICENSE;
    documents[0].issued_at--; /* the file was written before the till went online */
    assert_ptr_equal(decide(documents, 2, T, room).ruling, &room[0]);
    assert_int_equal(decide(documents, 2, T + 3 * DAY, room).status, PL_STATUS_ACTIVE); /* the lease alone would be STALE */
    documents[0].sequence--;
    assert_int_equal(decide(documents, 2, T + 3 * DAY, room).status, PL_STATUS_STALE); /* the file is of an older version */
}

static void among_equally_new_answers_the_denial_rules(void **state)
{
    pl_claims documents[3] = {verdict(PL_VERDICT_ACTIVE), verdict(PL_VERDICT_SUSPENDED), verdict(PL_VERDICT_ACTIVE)};
    pl_held room[3];

    (void)state;
    assert_int_equal(decide(documents, 3, T, room).status, PL_STATUS_SUSPENDED);
    documents[1].kind = PL_CLAIMS_LICENSE;
    assert_int_equal(decide(documents, 3, T, room).status, PL_STATUS_SUSPENDED);
}

static void the_same_document_held_twice_rules_once(void **state)
{
    pl_claims documents[3] = {verdict(PL_VERDICT_ACTIVE), verdict(PL_VERDICT_ACTIVE), verdict(PL_VERDICT_ACTIVE)};
    pl_held room[3];

    (void)state;
    assert_ptr_equal(decide(documents, 3, T, room).ruling, &room[0]);
}

/* What the documents of several licenses are worth, from best to worst. */
static void among_licenses_the_best_status_answers(void **state)
{
    static const char *const NAMES[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8"};
    enum { COUNT = 9 };
    static const pl_status ORDER[COUNT] = {PL_STATUS_ACTIVE,  PL_STATUS_GRACE,        PL_STATUS_STALE,
                                           PL_STATUS_NO_SEAT, PL_STATUS_SUSPENDED,    PL_STATUS_EXPIRED,
                                           PL_STATUS_REVOKED, PL_STATUS_WRONG_DEVICE, PL_STATUS_WRONG_PRODUCT};
    pl_claims documents[COUNT] = {lease(T + 1, 0, 0),
                                  lease(T, T + 1, 0),
                                  lease(T, T, 0),
                                  verdict(PL_VERDICT_NO_SEAT),
                                  verdict(PL_VERDICT_SUSPENDED),
                                  verdict(PL_VERDICT_EXPIRED),
                                  verdict(PL_VERDICT_REVOKED),
                                  verdict(PL_VERDICT_ACTIVE),
                                  verdict(PL_VERDICT_ACTIVE)};
    pl_held room[COUNT];

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        documents[i].license_id = NAMES[i];
        room[i] = held(&documents[i]);
    }
    room[7].is_other_device = true;
    room[8].is_other_product = true;
    for (size_t first = 0; first < COUNT; first++) {
        for (size_t other = first; other < COUNT; other++) {
            pl_held pair[2] = {room[other], room[first]};

            assert_int_equal(pl_policy_decide(pair, 2, T).status, ORDER[first]);
        }
        assert_int_equal(pl_policy_decide(&room[first], COUNT - first, T).status, ORDER[first]);
    }
}

static void of_two_equally_good_licenses_the_longer_one_answers(void **state)
{
    pl_claims documents[2] = {lease(T + DAY, T + 2 * DAY, 0), lease(T + 5 * DAY, T + 6 * DAY, 0)};
    pl_held room[2];

    (void)state;
    documents[1].license_id = "license-b";
    assert_ptr_equal(decide(documents, 2, T, room).ruling, &room[1]);
    documents[0].check_by = 0;
    assert_ptr_equal(decide(documents, 2, T, room).ruling, &room[0]);
}

static void of_two_stale_licenses_the_one_with_an_extension_answers(void **state)
{
    pl_claims documents[2] = {lease(T, T, 0), lease(T, T, T + DAY)};
    pl_held room[2];

    (void)state;
    documents[1].license_id = "license-b";
    documents[1].emergency_seconds = DAY;
    assert_ptr_equal(decide(documents, 2, T, room).ruling, &room[1]);
    assert_true(decide(documents, 2, T, room).can_extend);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_held_is_none),
        cmocka_unit_test(an_older_file_never_beats_a_newer_denial),
        cmocka_unit_test(a_newer_renewed_file_beats_an_older_denial),
        cmocka_unit_test(a_denial_touches_its_own_license_only),
        cmocka_unit_test(no_seat_rules_for_one_lease_then_the_earlier_lease_does_again),
        cmocka_unit_test(no_seat_that_ran_out_does_not_bring_back_what_was_suspended),
        cmocka_unit_test(verdicts_that_decide_nothing_leave_a_held_lease_alone),
        cmocka_unit_test(alone_they_say_why_there_is_nothing),
        cmocka_unit_test(a_copied_lease_of_another_device_does_not_hide_ones_own),
        cmocka_unit_test(a_renewal_that_begins_later_rules_from_then_on),
        cmocka_unit_test(a_document_of_a_validator_in_2099_hides_nothing),
        cmocka_unit_test(of_a_lease_and_a_file_of_one_version_the_better_one_answers),
        cmocka_unit_test(among_equally_new_answers_the_denial_rules),
        cmocka_unit_test(the_same_document_held_twice_rules_once),
        cmocka_unit_test(among_licenses_the_best_status_answers),
        cmocka_unit_test(of_two_equally_good_licenses_the_longer_one_answers),
        cmocka_unit_test(of_two_stale_licenses_the_one_with_an_extension_answers),
    };

    return cmocka_run_group_tests_name("policy_decide", tests, NULL, NULL);
}
