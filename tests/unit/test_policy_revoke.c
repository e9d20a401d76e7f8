/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/license/policy.c, lib/license/revocations.c: what a revocation list does to documents, row by row.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "license/policy.h"
#include "license/timeline.h"

#define T INT64_C(1795370400)

enum { DAY_S = 86400 };

static const char *const LICENSE[] = {"other", "license"}, *const DEVICE[] = {"seat"}, *const KEY[] = {"kid"};

static pl_claims document(pl_verdict verdict, int64_t issued_at)
{
    pl_claims claims = {.kind = PL_CLAIMS_ANSWER, .license_id = "license", .activation_id = "seat", .signed_by = "kid"};

    claims.verdict = verdict;
    claims.issued_at = issued_at;
    claims.check_by = T + 10 * DAY_S;
    return claims;
}

enum { NAMES_LICENSE = 1, NAMES_DEVICE = 2, NAMES_KEY = 4 };

static pl_revocations list_of(int names, int64_t issued_at, int64_t expires_at)
{
    pl_revocations list = {.issued_at = issued_at, .expires_at = expires_at};

    if (names & NAMES_LICENSE)
        list.licenses = (pl_revoked_names){LICENSE, 2};
    if (names & NAMES_DEVICE)
        list.devices = (pl_revoked_names){DEVICE, 1};
    if (names & NAMES_KEY)
        list.keys = (pl_revoked_names){KEY, 1};
    return list;
}

static void the_table_of_revocations(void **state)
{
    static const struct {
        const char *cell;
        int names;
        int listed_after; /* the document, in seconds */
        int expires;      /* of the list, relative to T; 0: never */
        pl_verdict verdict;
        bool is_other_device;
        pl_status status;
        int holds_until;
    } CELLS[] = {
        {"a list that names nothing of it", 0, 1, 0, PL_VERDICT_ACTIVE, false, PL_STATUS_ACTIVE, 10 * DAY_S},
        {"its license, the list is later", NAMES_LICENSE, 1, 0, PL_VERDICT_ACTIVE, false, PL_STATUS_REVOKED, 0},
        {"its license, in the same second", NAMES_LICENSE, 0, 0, PL_VERDICT_ACTIVE, false, PL_STATUS_REVOKED, 0},
        {"its license, the document is later", NAMES_LICENSE, -1, 0, PL_VERDICT_ACTIVE, false, PL_STATUS_ACTIVE, 10 * DAY_S},
        {"its device, the list is later", NAMES_DEVICE, 1, 0, PL_VERDICT_ACTIVE, false, PL_STATUS_REVOKED, 0},
        {"its device, the document is later", NAMES_DEVICE, -1, 0, PL_VERDICT_ACTIVE, false, PL_STATUS_ACTIVE, 10 * DAY_S},
        {"its key, the list is later", NAMES_KEY, 1, 0, PL_VERDICT_ACTIVE, false, PL_STATUS_REVOKED, 0},
        {"its key, whatever date a thief writes", NAMES_KEY, -DAY_S, 0, PL_VERDICT_ACTIVE, false, PL_STATUS_REVOKED, 0},
        {"an expired list revokes as well", NAMES_LICENSE, 1, -1, PL_VERDICT_ACTIVE, false, PL_STATUS_REVOKED, 0},
        {"a list within the tolerance ahead", NAMES_LICENSE, PL_TIME_TOLERANCE_S, 0, PL_VERDICT_ACTIVE, false, PL_STATUS_REVOKED,
         0},
        {"a list from the future counts when its time comes", NAMES_LICENSE, PL_TIME_TOLERANCE_S + 60, 0, PL_VERDICT_ACTIVE,
         false, PL_STATUS_ACTIVE, 60},
        {"revoked beats suspended", NAMES_LICENSE, 1, 0, PL_VERDICT_SUSPENDED, false, PL_STATUS_REVOKED, 0},
        {"another device beats revoked", NAMES_LICENSE, 1, 0, PL_VERDICT_ACTIVE, true, PL_STATUS_WRONG_DEVICE, 0},
        {"a verdict that decides nothing stays one", NAMES_LICENSE, 1, 0, PL_VERDICT_UNKNOWN_KEY, false, PL_STATUS_NONE, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CELLS / sizeof *CELLS; i++) {
        pl_claims claims = document(CELLS[i].verdict, T);
        pl_revocations list = list_of(CELLS[i].names, T + CELLS[i].listed_after, CELLS[i].expires ? T + CELLS[i].expires : 0);
        pl_held held = {.claims = &claims, .source = PL_SOURCE_CACHE, .is_other_device = CELLS[i].is_other_device};
        pl_decision decision;

        pl_policy_revoke(&held, &list);
        decision = pl_policy_decide(&held, 1, T);
        if (decision.status != CELLS[i].status || decision.holds_until != (CELLS[i].holds_until ? T + CELLS[i].holds_until : 0))
            fail_msg("%s: %s until %lld", CELLS[i].cell, pl_status_text(decision.status), (long long)decision.holds_until - T);
        if (decision.status == PL_STATUS_REVOKED)
            assert_int_equal(decision.reason, PL_REASON_VENDOR);
    }
}

static void a_revoked_document_hides_none_and_is_hidden_by_none(void **state)
{
    pl_claims lease = document(PL_VERDICT_ACTIVE, T - DAY_S), renewed = document(PL_VERDICT_ACTIVE, T + 1);
    pl_revocations list = list_of(NAMES_LICENSE, T, 0);
    pl_held held[] = {{.claims = &lease, .source = PL_SOURCE_CACHE}, {.claims = &renewed, .source = PL_SOURCE_LICENSE_FILE}};
    pl_decision decision;

    (void)state;
    lease.sequence = 9; /* of a later version, and all the same before the list */
    for (size_t i = 0; i < 2; i++)
        pl_policy_revoke(&held[i], &list);
    decision = pl_policy_decide(held, 2, T + 2);
    assert_int_equal(decision.status, PL_STATUS_ACTIVE);
    assert_ptr_equal(decision.ruling, &held[1]);
    decision = pl_policy_decide(held, 1, T + 2);
    assert_int_equal(decision.status, PL_STATUS_REVOKED);
    pl_policy_revoke(&held[0], NULL); /* no list any more */
    assert_int_equal(pl_policy_decide(held, 1, T + 2).status, PL_STATUS_ACTIVE);
}

static void a_document_that_names_no_seat_and_no_key_is_not_named_by_accident(void **state)
{
    pl_claims file = {.kind = PL_CLAIMS_LICENSE, .verdict = PL_VERDICT_ACTIVE, .license_id = "third", .issued_at = T};
    pl_revocations list = list_of(NAMES_LICENSE | NAMES_DEVICE | NAMES_KEY, T + 1, 0);
    pl_held held = {.claims = &file, .source = PL_SOURCE_LICENSE_FILE};

    (void)state;
    pl_policy_revoke(&held, &list);
    assert_int_equal(pl_policy_decide(&held, 1, T).status, PL_STATUS_ACTIVE);
}

static void the_newer_list_is_of_the_later_epoch_then_sequence_then_time(void **state)
{
    pl_revocations a = {.epoch = 1, .sequence = 2, .issued_at = 3}, b = a;

    (void)state;
    assert_int_equal(pl_revocations_compare(&a, &b), 0);
    b.issued_at = 4;
    assert_true(pl_revocations_compare(&a, &b) < 0);
    b = (pl_revocations){.epoch = 1, .sequence = 3, .issued_at = 1};
    assert_true(pl_revocations_compare(&a, &b) < 0);
    b = (pl_revocations){.epoch = 0, .sequence = 9, .issued_at = 9};
    assert_true(pl_revocations_compare(&a, &b) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_revocations),
        cmocka_unit_test(a_revoked_document_hides_none_and_is_hidden_by_none),
        cmocka_unit_test(a_document_that_names_no_seat_and_no_key_is_not_named_by_accident),
        cmocka_unit_test(the_newer_list_is_of_the_later_epoch_then_sequence_then_time),
    };

    return cmocka_run_group_tests_name("policy_revoke", tests, NULL, NULL);
}
