/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/store/audit_search.c
 */
#include "store/audit_search.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "support/validator.h"

typedef struct {
    pl_uuid brand_id;
    pl_uuid target;
    const char *actor;
    audit_action action;
    int rows;
    audit_search_t search;
    audit_page_t page;
} job;

static pl_err write_rows(void *context, tx_t *tx)
{
    const job *j = context;
    const audit_t entry = {.brand_id = j->brand_id, .action = j->action, .target = j->target};
    pl_err err = PL_OK;

    tx->actor = j->actor;
    for (int i = 0; !err && i < j->rows; i++)
        err = audit_append(tx, &entry);
    return err;
}

static pl_err search(void *context, tx_t *tx)
{
    job *j = context;

    return audit_search(tx, &j->search, &j->page);
}

static void note(validator *v, int rows, const char *actor, audit_action action)
{
    job j = {.brand_id = v->made.brand_id, .target = {{7}}, .actor = actor, .action = action, .rows = rows};

    assert_int_equal(validator_do(v, write_rows, &j), PL_OK);
}

static audit_page_t ask(validator *v, audit_search_t asked)
{
    job j = {.search = asked};

    j.search.brand_id = v->made.brand_id;
    assert_int_equal(instance_read(v->instance, &v->arena, search, &j), PL_OK);
    return j.page;
}

/* All rows, by pages of so many. */
static size_t walk(validator *v, audit_search_t asked, size_t *pages)
{
    size_t found = 0;
    audit_page_t page;

    *pages = 0;
    do {
        page = ask(v, asked);
        assert_true(page.count <= (size_t)asked.limit);
        found += page.count;
        asked.before = page.last;
        ++*pages;
    } while (page.has_more);
    return found;
}

static void rows_are_found_by_each_and_by_all_together(void **state)
{
    static const pl_uuid target = {{7}};
    static const pl_uuid other = {{8}};
    const struct {
        audit_search_t asked;
        size_t found;
    } rows[] = {
        {{.actor = "ann", .limit = 2}, 5},
        {{.actor = "bob", .limit = 100}, 4},
        {{.actor = "eve", .limit = 2}, 0},
        {{.action = AUDIT_EXPORTED, .limit = 2}, 5},
        {{.target = target, .limit = 3}, 9},
        {{.target = other, .limit = 3}, 0},
        {{.actor = "ann", .action = AUDIT_EXPORTED, .limit = 1}, 2},
        {{.target = target, .action = AUDIT_ERASED, .limit = 1}, 4},
        {{.target = target, .actor = "bob", .action = AUDIT_ERASED, .limit = 1}, 1},
        {{.target = other, .actor = "bob", .limit = 1}, 0},
        {{.actor = "ann", .since_ms = VALIDATOR_NOW_MS + 1, .limit = 1}, 0},
        {{.actor = "ann", .since_ms = VALIDATOR_NOW_MS, .until_ms = VALIDATOR_NOW_MS + 1, .limit = 1}, 5},
        {{.action = AUDIT_EXPORTED, .until_ms = VALIDATOR_NOW_MS, .limit = 1}, 0},
    };
    validator *v = *state;
    size_t pages;

    note(v, 2, "ann", AUDIT_EXPORTED);
    note(v, 3, "bob", AUDIT_EXPORTED);
    note(v, 3, "ann", AUDIT_ERASED);
    note(v, 1, "bob", AUDIT_ERASED);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (walk(v, rows[i].asked, &pages) != rows[i].found)
            fail_msg("row %zu", i);
}

static void a_page_ends_where_its_rows_do(void **state)
{
    validator *v = *state;
    size_t pages;

    note(v, 6, "ann", AUDIT_EXPORTED);
    assert_int_equal(walk(v, (audit_search_t){.actor = "ann", .limit = 3}, &pages), 6);
    assert_int_equal(pages, 2);
    assert_int_equal(walk(v, (audit_search_t){.actor = "ann", .action = AUDIT_EXPORTED, .limit = 3}, &pages), 6);
    assert_int_equal(pages, 2);
}

static void a_page_looks_through_a_bounded_number(void **state)
{
    validator *v = *state;
    audit_search_t asked = {.actor = "ann", .action = AUDIT_ERASED, .limit = 10};
    audit_page_t page;

    validator_hurry(v);
    note(v, 1, "ann", AUDIT_ERASED);
    note(v, AUDIT_SIFTED_MAX, "ann", AUDIT_EXPORTED);
    page = ask(v, asked);
    assert_int_equal(page.count, 0);
    assert_true(page.has_more);
    asked.before = page.last;
    page = ask(v, asked);
    assert_int_equal(page.count, 1);
    assert_false(page.has_more);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_are_found_by_each_and_by_all_together),
        TEST(a_page_ends_where_its_rows_do),
        TEST(a_page_looks_through_a_bounded_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
