/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening a store, its runners, how its statements find their rows, and that no statement of one brand reaches another's.
 */
#include "store/store.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "storage/migrate.h"
#include "store/audit.h"
#include "store/license_keys.h"
#include "store/schema.h"
#include "store/signing_keys.h"
#include "store/statements.h"
#include "support/validator.h"

static pl_err open_at(const char *directory, pl_db_mode mode, store_t **store)
{
    char path[VALIDATOR_PATH + 16];
    store_options_t options = {.database = path, .mode = mode};

    snprintf(path, sizeof path, "%s/other.db", directory);
    return store_open(&options, 1, store);
}

static void a_store_is_made_with_its_schema_and_opened_again(void **state)
{
    validator *v = *state;
    store_t *store;

    assert_int_equal(open_at(v->dir, DB_READ_WRITE, &store), PL_ERR_NOT_FOUND);
    assert_int_equal(open_at(v->dir, DB_READ_WRITE_CREATE, &store), PL_OK);
    store_close(store);
    assert_int_equal(open_at(v->dir, DB_READ_WRITE, &store), PL_OK);
    store_close(store);
    assert_int_equal(open_at(v->dir, DB_READ_ONLY, &store), PL_OK);
    store_close(store);
}

static void a_database_of_a_newer_or_older_program_is_told_apart(void **state)
{
    validator *v = *state;
    store_t *store;

    assert_int_equal(open_at(v->dir, DB_READ_WRITE_CREATE, &store), PL_OK);
    assert_int_equal(pl_db_script(store_db(store), "INSERT INTO schema_version VALUES (999, 1)"), PL_OK);
    store_close(store);
    assert_int_equal(open_at(v->dir, DB_READ_WRITE, &store), PL_ERR_TOO_NEW);
    assert_int_equal(open_at(v->dir, DB_READ_WRITE_CREATE, &store), PL_ERR_TOO_NEW);
    assert_non_null(strstr(pl_err_detail(), "999"));
}

/* As a program of version 1 left it. */
static void make_first_version(const char *directory)
{
    char path[VALIDATOR_PATH + 16];
    const pl_db_sqlite_options options = {path, DB_READ_WRITE_CREATE, 0, true, true};
    pl_db *db;

    snprintf(path, sizeof path, "%s/other.db", directory);
    assert_int_equal(pl_db_open_sqlite(&options, &db), PL_OK);
    assert_int_equal(pl_migrate(db, store_migrations, 1, 1), PL_OK);
    pl_db_close(db);
}

static void an_older_database_is_brought_up_to_date_only_by_who_may(void **state)
{
    validator *v = *state;
    store_t *store;

    make_first_version(v->dir);
    assert_int_equal(open_at(v->dir, DB_READ_WRITE, &store), PL_ERR_STATE);
    assert_int_equal(open_at(v->dir, DB_READ_WRITE_CREATE, &store), PL_OK);
    store_close(store);
    assert_int_equal(open_at(v->dir, DB_READ_WRITE, &store), PL_OK);
    store_close(store);
}

static const store_set *const all_sets[] = {&activations_set,     &api_keys_set,
                                            &audit_set,           &brands_set,
                                            &customers_set,       &license_keys_set,
                                            &licenses_set,        &meta_set,
                                            &products_set,        &sessions_set,
                                            &signing_keys_set,    &offline_releases_set,
                                            &revocations_set,     &releases_set,
                                            &trials_set,          &usage_set,
                                            &idempotency_set,     &activation_pages_set,
                                            &audit_search_set,    &instance_seats_set,
                                            &audit_seals_set,     &leases_set,
                                            &webhooks_set,        &deliveries_set,
                                            &delivery_log_set,    &expiry_set,
                                            &settings_set,        &subscriptions_set,
                                            &mails_set,           &facades_set,
                                            &license_seen_set,    &client_sessions_set,
                                            &mail_requests_set,   &email_verifications_set,
                                            &trial_hardware_set,  &instant_redemptions_set,
                                            &refund_requests_set, &inbound_events_set,
                                            &payments_set,        &operator_keys_set,
                                            &ecosystem_set,       &mail_log_set,
                                            &archive_set,         &arrivals_set,
                                            &chores_set,          &personal_set,
                                            &tallies_set};

/* A step of a plan that walks all licenses, seats or customers of a brand, or all there are, or all seats ever released. A list may. */
static bool is_walk(const char *step, const char *sql)
{
    bool is_list = strstr(sql, "LIMIT") != NULL;
    bool is_at_start = strstr(sql, "lease_until < $1 + lease_ms") != NULL; /* the amnesty, once per start of a server */
    bool is_small = strstr(sql, "FROM brand") || strstr(sql, "FROM product") || strstr(sql, "FROM root_key") ||
                    strstr(sql, "_key\n") || strstr(sql, "FROM signing_key") || strstr(sql, "FROM keyset") ||
                    strstr(sql, "FROM revocation_list") || strstr(sql, "FROM api_key") || strstr(sql, "FROM webhook_endpoint");

    if (is_list || is_small || is_at_start)
        return false;
    if (strstr(sql, "released_at IS NULL") && strstr(step, "(brand_id=? AND license_id=?)"))
        return true;
    return strncmp(step, "SCAN", 4) == 0 ? strcmp(step, "SCAN CONSTANT ROW") != 0 : strstr(step, "(brand_id=?)") != NULL;
}

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;

    for (text = strstr(text, what); text; text = strstr(text + 1, what))
        count++;
    return count;
}

/* How many comparisons with a parameter the statement makes with columns of the table that the step walks through. */
static size_t comparisons_of(const char *step, const char *sql)
{
    static const char *const comparisons[] = {" = $", " > $", " < $", " >= $", " <= $", ") > ($", ") < ($", ") >= ($", ") <= ($"};
    bool is_joined = strstr(sql, " JOIN ") != NULL;
    size_t count = 0;

    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++)
        for (const char *at = strstr(sql, comparisons[i]); at; at = strstr(at + 1, comparisons[i])) {
            const char pair[] = {')', ' ', '>', ' ', '(', '$', at[strlen(comparisons[i])], '\0'};
            const char *column = at;

            while (column > sql && column[-1] != ' ' && column[-1] != '(')
                column--;
            if (strcmp(comparisons[i], " >= $") == 0 && strstr(sql, pair))
                continue; /* the pair says it, for whom that is not plain */
            count += !is_joined || strncmp(column, step + strlen("SEARCH "), 2) == 0; /* "d." and "d " */
        }
    return count;
}

/*
 * A list that leaves rows out by what its index does not tell walks through those it leaves out, however many: each comparison with a
 * parameter must be one of the index's.
 */
static bool leaves_out(const char *step, const char *sql)
{
    bool is_list = strncmp(sql, "SELECT", 6) == 0 && count_of(sql, "SELECT") == 1 && strstr(sql, "LIMIT $");
    /* of one license, of one customer, of one product, between the ends of one seal; and left out is what somebody works on */
    bool is_of_few = strstr(step, "license_id=?") || strstr(step, "(customer_id=?") || strstr(sql, "FROM release") ||
                     strstr(sql, "a.seal = $") || strstr(sql, "e.held_until <= $");

    return is_list && !is_of_few && strncmp(step, "SEARCH ", 7) == 0 && comparisons_of(step, sql) > count_of(step, "?");
}

static void no_list_walks_through_what_it_leaves_out(void **state)
{
    validator *v = *state;
    pl_db *db = store_db(instance_store(v->instance));
    int lists = 0;

    for (size_t set = 0; set < sizeof all_sets / sizeof all_sets[0]; set++)
        for (size_t i = 0; i < all_sets[set]->count; i++) {
            const char *sql = all_sets[set]->sql[i];
            pl_db_statement *plan;

            lists += strstr(sql, "LIMIT $") != NULL;
            assert_int_equal(pl_db_prepare(db, pl_arena_format(&v->arena, "EXPLAIN QUERY PLAN %s", sql), &plan), PL_OK);
            while (pl_db_step(plan) == DB_ROW)
                if (leaves_out(pl_db_column_text(plan, 3, &v->arena), sql))
                    fail_msg("%s: %s", pl_db_column_text(plan, 3, &v->arena), sql);
        }
    assert_true(lists > 20);
}

static void no_statement_walks_through_all_rows_of_a_brand(void **state)
{
    validator *v = *state;
    pl_db *db = store_db(instance_store(v->instance));
    int statements = 0;

    for (size_t set = 0; set < sizeof all_sets / sizeof all_sets[0]; set++)
        for (size_t i = 0; i < all_sets[set]->count; i++, statements++) {
            const char *sql = pl_arena_format(&v->arena, "EXPLAIN QUERY PLAN %s", all_sets[set]->sql[i]);
            pl_db_statement *plan;

            assert_int_equal(pl_db_prepare(db, sql, &plan), PL_OK);
            while (pl_db_step(plan) == DB_ROW)
                if (is_walk(pl_db_column_text(plan, 3, &v->arena), all_sets[set]->sql[i]))
                    fail_msg("%s: %s", pl_db_column_text(plan, 3, &v->arena), all_sets[set]->sql[i]);
        }
    assert_true(statements > 40);
}

static void each_set_fits_its_place(void **state)
{
    (void)state;
    for (size_t set = 0; set < STORE_SET_COUNT; set++) {
        assert_in_range(all_sets[set]->count, 1, STORE_STATEMENTS_MAX);
        for (size_t i = 0; i < all_sets[set]->count; i++)
            assert_non_null(all_sets[set]->sql[i]);
    }
}

static pl_err add_then_fail(void *context, tx_t *tx)
{
    const brand_t brand = {store_new_id(tx), "ghost", "Ghost", tx->now_ms};
    pl_err err = brands_insert(tx, &brand);

    return err ? err : *(const pl_err *)context;
}

static pl_err find_ghost(void *context, tx_t *tx)
{
    return brands_find_by_slug(tx, "ghost", context);
}

static void work_that_fails_leaves_nothing_and_reading_never_writes(void **state)
{
    validator *v = *state;
    pl_err outcome = PL_ERR_STATE;
    brand_t brand;

    assert_int_equal(validator_do(v, add_then_fail, &outcome), PL_ERR_STATE);
    assert_int_equal(instance_read(v->instance, &v->arena, find_ghost, &brand), PL_ERR_NOT_FOUND);
    outcome = PL_OK;
    assert_int_equal(instance_read(v->instance, &v->arena, add_then_fail, &outcome), PL_OK);
    assert_int_equal(instance_read(v->instance, &v->arena, find_ghost, &brand), PL_ERR_NOT_FOUND);
    assert_int_equal(validator_do(v, add_then_fail, &outcome), PL_OK);
    assert_int_equal(instance_read(v->instance, &v->arena, find_ghost, &brand), PL_OK);
}

/* ---- tenancy ---- */

typedef struct {
    pl_uuid stranger; /* the brand that asks */
    license_view_t of;
    pl_uuid activation_id;
} trespass;

static pl_err trespass_licenses(void *context, tx_t *tx)
{
    const trespass *t = context;
    const license_page_t page = {.brand_id = t->stranger, .limit = 10};
    license_t found, wanted = t->of.license, *list;
    license_key_t key;
    size_t count;

    wanted.brand_id = t->stranger;
    assert_int_equal(licenses_find(tx, t->stranger, wanted.id, &found), PL_ERR_NOT_FOUND);
    assert_int_equal(licenses_find_by_key(tx, &wanted, &found), PL_ERR_NOT_FOUND);
    assert_int_equal(license_keys_find(tx, t->stranger, wanted.key_hash, &key), PL_ERR_NOT_FOUND);
    wanted.status = LICENSE_CANCELLED;
    assert_int_equal(licenses_change(tx, &wanted), PL_ERR_NOT_FOUND);
    assert_int_equal(licenses_list(tx, &page, &list, &count), PL_OK);
    assert_int_equal(count, 0);
    wanted.id = store_new_id(tx); /* a license of the stranger's with our product, customer or key */
    assert_int_equal(licenses_insert(tx, &wanted), PL_ERR_CONFLICT);
    return PL_OK;
}

static pl_err trespass_others(void *context, tx_t *tx)
{
    const trespass *t = context;
    customer_t customer;
    product_t product;
    signing_key_t *keys, key;
    audit_t *entries;
    const pl_uuid nil = {{0}};
    size_t count;

    assert_int_equal(customers_find(tx, t->stranger, t->of.customer.id, &customer), PL_ERR_NOT_FOUND);
    assert_int_equal(customers_find_by_email(tx, t->stranger, "ada@example.com", &customer), PL_ERR_NOT_FOUND);
    assert_int_equal(products_find(tx, t->stranger, t->of.product.id, &product), PL_ERR_NOT_FOUND);
    assert_int_equal(products_find_by_slug(tx, t->stranger, "till", &product), PL_OK); /* its own */
    assert_false(pl_uuid_equal(product.id, t->of.product.id));
    assert_int_equal(signing_keys_list(tx, t->of.license.brand_id, &keys, &count), PL_OK);
    key = keys[0];
    key.brand_id = t->stranger;
    key.state = PL_KEY_REVOKED;
    assert_int_equal(signing_keys_change(tx, &key), PL_ERR_NOT_FOUND);
    assert_int_equal(audit_list(tx, t->stranger, nil, &entries, &count), PL_OK);
    for (size_t i = 0; i < count; i++)
        assert_true(pl_uuid_equal(entries[i].brand_id, t->stranger));
    return PL_OK;
}

static pl_err trespass_activations(void *context, tx_t *tx)
{
    const trespass *t = context;
    const pl_uuid license_id = t->of.license.id;
    const sighting_t sighting = {
        .brand_id = t->stranger, .license_id = license_id, .activation_id = t->activation_id, .at_ms = tx->now_ms + 1000000};
    activation_t activation, *list;
    size_t count;
    bool taken;

    assert_int_equal(activations_find(tx, t->stranger, license_id, t->activation_id, &activation), PL_ERR_NOT_FOUND);
    assert_int_equal(activations_list_all(tx, t->stranger, license_id, &list, &count), PL_OK);
    assert_int_equal(count, 0);
    assert_int_equal(activations_find(tx, t->of.license.brand_id, license_id, t->activation_id, &activation), PL_OK);
    activation.brand_id = t->stranger;
    assert_int_equal(activations_change(tx, &activation), PL_ERR_NOT_FOUND);
    assert_int_equal(activations_release(tx, &activation), PL_ERR_NOT_FOUND);
    assert_int_equal(activations_take(tx, &activation, 10, &taken), PL_ERR_CONFLICT); /* no such license of that brand */
    assert_int_equal(activations_touch(tx, &sighting, 1), PL_OK);
    assert_int_equal(activations_find(tx, t->of.license.brand_id, license_id, t->activation_id, &activation), PL_OK);
    assert_true(activation.validated_at_ms == tx->now_ms);
    return PL_OK;
}

static void no_statement_of_one_brand_reaches_another(void **state)
{
    validator *v = *state;
    brand_made_t stranger;
    const char *key;
    trespass t;
    till mine;

    validator_add_brand(v, "stranger", &stranger);
    t.stranger = stranger.brand.id;
    t.of = validator_issue(v, NULL, &key);
    mine = till_make(1, key);
    assert_int_equal(till_verdict(v, &mine, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(pl_uuid_parse(pl_span_text(mine.activation_id), &t.activation_id), PL_OK);
    assert_int_equal(validator_do(v, trespass_licenses, &t), PL_OK);
    assert_int_equal(validator_do(v, trespass_others, &t), PL_OK);
    assert_int_equal(validator_do(v, trespass_activations, &t), PL_OK);
    assert_int_equal(till_verdict(v, &mine, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE);
}

static pl_err ensure_customers(void *context, tx_t *tx)
{
    validator *v = context;
    customer_t first = {.id = store_new_id(tx), .brand_id = v->made.brand_id, .email = "Ada.L@Example.com", .name = NULL};
    customer_t second = {.id = store_new_id(tx), .brand_id = v->made.brand_id, .email = "ada.l@example.COM", .name = "Ada"};
    customer_t third = {.id = store_new_id(tx), .brand_id = v->made.brand_id, .email = "ADA.L@EXAMPLE.COM", .name = "Other"};

    assert_int_equal(customers_ensure(tx, &first), PL_OK);
    assert_int_equal(customers_ensure(tx, &second), PL_OK);
    assert_int_equal(customers_ensure(tx, &third), PL_OK);
    assert_true(pl_uuid_equal(first.id, second.id));
    assert_string_equal(second.email, "Ada.L@Example.com"); /* as first written */
    assert_string_equal(third.name, "Ada");                 /* kept once known */
    return PL_OK;
}

static void a_customer_is_one_whatever_the_case_of_the_address(void **state)
{
    validator *v = *state;

    assert_int_equal(validator_do(v, ensure_customers, v), PL_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_store_is_made_with_its_schema_and_opened_again),        TEST(a_database_of_a_newer_or_older_program_is_told_apart),
        TEST(an_older_database_is_brought_up_to_date_only_by_who_may), TEST(no_list_walks_through_what_it_leaves_out),
        TEST(no_statement_walks_through_all_rows_of_a_brand),          cmocka_unit_test(each_set_fits_its_place),
        TEST(work_that_fails_leaves_nothing_and_reading_never_writes), TEST(no_statement_of_one_brand_reaches_another),
        TEST(a_customer_is_one_whatever_the_case_of_the_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
