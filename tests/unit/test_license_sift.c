/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of licenses by what they are now, by their end and by a member of their metadata; and that a page looks through a bounded number.
 */
#include "licensing/license_sift.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "support/validator.h"

enum { DAY = 86400 };

typedef struct {
    license_filter_t filter;
    license_list_t list;
} job;

static pl_err list(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_list(tx, &j->filter, &j->list);
}

static job ask(validator *v, license_filter_t filter)
{
    job j = {.filter = filter};

    j.filter.brand_id = v->made.brand_id;
    assert_int_equal(instance_read(v->instance, &v->arena, list, &j), PL_OK);
    return j;
}

static pl_uuid issue(validator *v, int days, const char *metadata)
{
    const license_order_t order = {.expires_at_ms = days ? VALIDATOR_NOW_MS + days * INT64_C(1000) * DAY : 0,
                                   .metadata = metadata};
    const char *key;

    return validator_issue(v, &order, &key).license.id;
}

static void assert_one(validator *v, license_filter_t filter, pl_uuid id)
{
    job j = ask(v, filter);

    assert_int_equal(j.list.count, 1);
    assert_false(j.list.has_more);
    assert_true(pl_uuid_equal(j.list.items[0].license.id, id));
}

static void each_condition_finds_its_own(void **state)
{
    validator *v = *state;
    pl_uuid valid = issue(v, 30, NULL), expired = issue(v, 1, NULL), suspended = issue(v, 1, NULL),
            cancelled = issue(v, 30, NULL);

    validator_change(v, suspended, LICENSE_SUSPEND, PL_REASON_VENDOR);
    validator_change(v, cancelled, LICENSE_CANCEL, PL_REASON_VENDOR);
    assert_int_equal(ask(v, (license_filter_t){.condition = LICENSE_IS_EXPIRED}).list.count, 0);
    validator_advance(v, DAY);
    assert_one(v, (license_filter_t){.condition = LICENSE_IS_VALID}, valid);
    assert_one(v, (license_filter_t){.condition = LICENSE_IS_EXPIRED}, expired);
    assert_one(v, (license_filter_t){.condition = LICENSE_IS_SUSPENDED}, suspended);
    assert_one(v, (license_filter_t){.condition = LICENSE_IS_CANCELLED}, cancelled);
    assert_int_equal(ask(v, (license_filter_t){.condition = 0}).list.count, 4);
}

static void an_end_is_before_a_time_and_no_end_is_before_none(void **state)
{
    validator *v = *state;
    pl_uuid soon = issue(v, 5, NULL);

    issue(v, 0, NULL);
    issue(v, 50, NULL);
    assert_one(v, (license_filter_t){.expiring_before_ms = VALIDATOR_NOW_MS + INT64_C(50000) * DAY}, soon);
    assert_int_equal(ask(v, (license_filter_t){.expiring_before_ms = VALIDATOR_NOW_MS + INT64_C(5000) * DAY}).list.count, 0);
    assert_int_equal(ask(v, (license_filter_t){.email = "ada@example.com", .expiring_before_ms = INT64_MAX}).list.count, 2);
}

static void a_member_of_metadata_is_matched_exactly_and_at_the_top(void **state)
{
    validator *v = *state;
    pl_uuid id = issue(v, 0, "{\"order\":\"4711\",\"n\":7,\"paid\":true,\"in\":{\"x\":\"y\"},\"empty\":\"\",\"none\":null}");
    static const char *const found[][2] = {{"order", "4711"}, {"n", "7"}, {"paid", "true"}, {"empty", ""}};
    static const char *const missed[][2] = {{"order", "471"}, {"order", "47110"}, {"n", "07"},      {"paid", "false"}, {"x", "y"},
                                            {"in", "y"},      {"none", ""},       {"none", "null"}, {"", ""}};

    issue(v, 0, NULL);
    issue(v, 0, "{\"order\":\"4712\"}");
    for (size_t i = 0; i < sizeof found / sizeof *found; i++)
        assert_one(v, (license_filter_t){.metadata_key = found[i][0], .metadata_value = found[i][1]}, id);
    for (size_t i = 0; i < sizeof missed / sizeof *missed; i++)
        assert_int_equal(ask(v, (license_filter_t){.metadata_key = missed[i][0], .metadata_value = missed[i][1]}).list.count, 0);
}

static void pages_go_on_where_the_last_one_ended(void **state)
{
    validator *v = *state;
    license_filter_t filter = {.condition = LICENSE_IS_SUSPENDED, .limit = 2};
    size_t found = 0;
    int pages = 0;
    job j;

    for (int i = 0; i < 9; i++) {
        pl_uuid id = issue(v, 0, NULL);

        if (i % 2 == 0)
            validator_change(v, id, LICENSE_SUSPEND, PL_REASON_VENDOR);
    }
    do {
        j = ask(v, filter);
        found += j.list.count;
        filter.after = j.list.last;
        pages++;
    } while (j.list.has_more);
    assert_int_equal(found, 5);
    assert_int_equal(pages, 3);
}

static void filters_together_leave_what_fits_all(void **state)
{
    validator *v = *state;
    const int64_t end_ms = VALIDATOR_NOW_MS + INT64_C(20000) * DAY;
    const license_order_t orders[] = {
        {.plan = "gold", .expires_at_ms = end_ms},
        {.plan = "gold", .product = "kds"},
        {.plan = "iron", .expires_at_ms = end_ms, .email = "bob@example.com"},
        {.plan = NULL, .email = "bob@example.com", .product = "kds"},
    };
    const struct {
        license_filter_t filter;
        size_t found;
    } rows[] = {
        {{.plan = "gold", .limit = 1}, 2},
        {{.product = "till", .limit = 1}, 2},
        {{.product = "kds", .plan = "gold"}, 1},
        {{.product = "kds", .plan = "iron"}, 0},
        {{.email = "bob@example.com"}, 2},
        {{.email = "bob@example.com", .product = "kds", .limit = 1}, 1},
        {{.email = "bob@example.com", .product = "kds", .plan = "iron"}, 0},
        {{.email = "ada@example.com", .plan = "gold", .expiring_before_ms = end_ms + 1}, 1},
        {{.plan = "gold", .expiring_before_ms = end_ms}, 0},
        {{.expiring_before_ms = end_ms + 1, .limit = 1}, 2},
        {{.plan = "silver"}, 0},
    };
    const char *key;

    (void)validator_add_product(v, v->made.brand_id, "kds", 1);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        (void)validator_issue(v, &orders[i], &key);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        license_filter_t filter = rows[i].filter;
        size_t found = 0;
        job j;

        do {
            j = ask(v, filter);
            found += j.list.count;
            filter.after = j.list.last;
        } while (j.list.has_more);
        if (found != rows[i].found)
            fail_msg("row %zu: %zu", i, found);
    }
}

static void a_page_looks_through_a_bounded_number(void **state)
{
    validator *v = *state;
    license_filter_t filter = {.metadata_key = "order", .metadata_value = "last"};
    pl_uuid last;
    job j;

    validator_hurry(v);
    for (int i = 0; i < LICENSE_SIFTED_MAX; i++)
        issue(v, 0, NULL);
    last = issue(v, 0, "{\"order\":\"last\"}");
    j = ask(v, filter);
    assert_int_equal(j.list.count, 0);
    assert_true(j.list.has_more);
    filter.after = j.list.last;
    assert_one(v, filter, last);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_condition_finds_its_own),
        TEST(an_end_is_before_a_time_and_no_end_is_before_none),
        TEST(a_member_of_metadata_is_matched_exactly_and_at_the_top),
        TEST(pages_go_on_where_the_last_one_ended),
        TEST(filters_together_leave_what_fits_all),
        TEST(a_page_looks_through_a_bounded_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
