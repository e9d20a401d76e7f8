/* SPDX-License-Identifier: Apache-2.0
 *
 * The operator's use cases: brands, products, licenses, seats. License files: test_license_document.c.
 */
#include "licensing/admin.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>

#include "base/timestamp.h"
#include "store/api_keys.h"
#include "store/audit.h"
#include "support/validator.h"

enum { DAY = 86400 };

typedef struct {
    validator *v;
    license_order_t order;
    license_filter_t filter;
    license_view_t view;
    license_list_t list;
    license_t license;
    license_change change;
    pl_reason reason;
    int64_t expires_at_ms;
    const char *key;
    pl_uuid id;
    brand_order_t brand;
    product_t product;
    int reveals;
} job;

static pl_err issue(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_issue(tx, validator_keyring(j->v), &j->order, &j->view, &j->key);
}

static pl_err list(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_list(tx, &j->filter, &j->list);
}

static pl_err show(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_show(tx, j->id, &j->view);
}

static pl_err change(void *context, tx_t *tx)
{
    job *j = context;

    const license_cause_t cause = {j->reason, NULL};

    return admin_license_change(tx, &j->license, j->change, &cause);
}

static pl_err renew(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_renew(tx, &j->license, j->expires_at_ms);
}

static pl_err reveal(void *context, tx_t *tx)
{
    job *j = context;

    return admin_license_reveal(tx, validator_keyring(j->v), &j->license, &j->key);
}

static pl_err release(void *context, tx_t *tx)
{
    job *j = context;

    return admin_activation_release(tx, &j->license, j->id);
}

static pl_err add_brand(void *context, tx_t *tx)
{
    job *j = context;
    brand_made_t made;

    return admin_brand_add(tx, validator_keyring(j->v), &j->brand, &made);
}

static pl_err add_product(void *context, tx_t *tx)
{
    job *j = context;

    return admin_product_add(tx, j->v->made.brand_id, &j->product);
}

static license_order_t good_order(validator *v)
{
    return (license_order_t){.brand_id = v->made.brand_id, .product = "till", .email = "ada@example.com"};
}

static pl_err count_reveals(void *context, tx_t *tx)
{
    job *j = context;
    audit_t *entries;
    size_t count;
    pl_err err = audit_list(tx, j->v->made.brand_id, (pl_uuid){{0}}, &entries, &count);

    for (size_t i = 0; !err && i < count; i++)
        j->reveals += entries[i].action == AUDIT_LICENSE_REVEALED;
    return err;
}

static void an_issued_key_is_ours_sealed_and_shown_again(void **state)
{
    validator *v = *state;
    job j = {.v = v};
    const char *key;

    j.license = validator_issue(v, NULL, &key).license;
    assert_int_equal(strncmp(key, "TILL-", 5), 0);
    assert_int_equal(pl_license_key_shape(pl_span_text(key)), PL_KEY_OURS);
    assert_int_equal(validator_do(v, reveal, &j), PL_OK);
    assert_string_equal(j.key, key);
    assert_int_equal(validator_do(v, count_reveals, &j), PL_OK);
    assert_int_equal(j.reveals, 1);
    j.license.key_hash[0] ^= 1;
    assert_int_equal(validator_do(v, reveal, &j), PL_ERR_NOT_FOUND);
}

static void orders_that_make_no_sense_are_refused(void **state)
{
    validator *v = *state;
    const license_order_t good = good_order(v);
    job j = {.v = v};
    struct {
        license_order_t order;
        pl_err err;
    } cases[22];
    size_t count = 0;

#define CASE(member, value, error)     \
    cases[count].order = good;         \
    cases[count].order.member = value; \
    cases[count++].err = error
    CASE(email, NULL, PL_ERR_INVALID);
    CASE(email, "", PL_ERR_INVALID);
    CASE(email, "ada", PL_ERR_INVALID);
    CASE(email, "@example.com", PL_ERR_INVALID);
    CASE(email, "ada@", PL_ERR_INVALID);
    CASE(email, "a da@example.com", PL_ERR_INVALID);
    CASE(product, "nowhere", PL_ERR_NOT_FOUND);
    CASE(seats, -1, PL_ERR_INVALID);
    CASE(seats, SEATS_MAX + 1, PL_ERR_INVALID);
    CASE(expires_at_ms, VALIDATOR_NOW_MS, PL_ERR_INVALID);
    CASE(renews, true, PL_ERR_INVALID);
    CASE(plan, "", PL_ERR_INVALID);
    CASE(plan, "p\xff", PL_ERR_INVALID);
    CASE(name, "Jos\xe9", PL_ERR_INVALID);
    CASE(name, "\x1b[2J", PL_ERR_INVALID);
    CASE(email, "a\xff@example.com", PL_ERR_INVALID);
    CASE(email, "a@example\x7f.com", PL_ERR_INVALID);
    CASE(expires_at_ms, (PL_TIME_MAX + 1) * 1000, PL_ERR_INVALID);
    CASE(entitlements, "{\"kds\":{\"value\":true,\"exp\":253402300800}}", PL_ERR_INVALID);
    CASE(entitlements, "[]", PL_ERR_INVALID);
    CASE(entitlements, "{\"a b\":true}", PL_ERR_INVALID);
#undef CASE
    for (size_t i = 0; i < count; i++) {
        j.order = cases[i].order;
        assert_int_equal(validator_do(v, issue, &j), cases[i].err);
    }
    j.order = good;
    assert_int_equal(validator_do(v, issue, &j), PL_OK);
}

static void an_imported_key_is_taken_as_it_is_and_once_per_product(void **state)
{
    validator *v = *state;
    job j = {.v = v, .order = good_order(v)};

    j.order.key = "38b1460a-5104-4067-a91d-77b872934d51";
    assert_int_equal(validator_do(v, issue, &j), PL_OK);
    assert_int_equal(validator_do(v, issue, &j), PL_ERR_CONFLICT);
    validator_add_product(v, v->made.brand_id, "kiosk", 1);
    j.order.product = "kiosk"; /* one key may open several products */
    assert_int_equal(validator_do(v, issue, &j), PL_OK);
    j.order.key = "not\x01printable";
    assert_int_equal(validator_do(v, issue, &j), PL_ERR_MALFORMED);
}

static void licenses_are_listed_by_address_and_product_and_in_pages(void **state)
{
    validator *v = *state;
    license_order_t order = good_order(v);
    job j = {.v = v, .filter = {.brand_id = v->made.brand_id, .limit = 2}};
    const char *key;

    validator_add_product(v, v->made.brand_id, "kiosk", 1);
    for (int i = 0; i < 5; i++) {
        order.email = i % 2 ? "Bob@example.com" : "ada@example.com";
        order.product = i < 4 ? "till" : "kiosk";
        validator_advance(v, 1);
        validator_issue(v, &order, &key);
    }
    for (int page = 0; page < 3; page++) {
        assert_int_equal(validator_do(v, list, &j), PL_OK);
        assert_int_equal(j.list.count, page < 2 ? 2 : 1);
        assert_int_equal(j.list.has_more, page < 2);
        j.filter.after = j.list.items[j.list.count - 1].license.id;
    }
    j.filter = (license_filter_t){.brand_id = v->made.brand_id, .email = "bob@EXAMPLE.com"};
    assert_int_equal(validator_do(v, list, &j), PL_OK);
    assert_int_equal(j.list.count, 2);
    assert_string_equal(j.list.items[0].customer.email, "Bob@example.com");
    j.filter.email = "ada@example.com";
    j.filter.product = "kiosk";
    assert_int_equal(validator_do(v, list, &j), PL_OK);
    assert_int_equal(j.list.count, 1);
    assert_string_equal(j.list.items[0].key_tail, pl_license_key_tail(key));
    j.filter.email = "nobody@example.com";
    assert_int_equal(validator_do(v, list, &j), PL_OK);
    assert_int_equal(j.list.count, 0);
    j.filter.product = "nowhere";
    assert_int_equal(validator_do(v, list, &j), PL_ERR_INVALID);
}

static void a_license_is_shown_with_seats_and_end(void **state)
{
    validator *v = *state;
    license_order_t order = good_order(v);
    job j = {.v = v};
    const char *key;
    till t;

    order.expires_at_ms = VALIDATOR_NOW_MS + 1000 * DAY;
    j.id = validator_issue(v, &order, &key).license.id;
    t = till_make(1, key);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(validator_do(v, show, &j), PL_OK);
    assert_int_equal(j.view.seats, 2);
    assert_int_equal(j.view.seats_taken, 1);
    assert_false(j.view.is_expired);
    validator_advance(v, DAY);
    assert_int_equal(validator_do(v, show, &j), PL_OK);
    assert_true(j.view.is_expired);
    j.id.bytes[15] ^= 1;
    assert_int_equal(validator_do(v, show, &j), PL_ERR_NOT_FOUND);
}

static void each_change_raises_the_version_once_and_a_cancelled_license_stays_so(void **state)
{
    validator *v = *state;
    job j = {.v = v};
    const char *key;

    j.license = validator_issue(v, NULL, &key).license;
    j.change = LICENSE_SUSPEND;
    assert_int_equal(validator_do(v, change, &j), PL_OK);
    assert_int_equal(j.license.reason, PL_REASON_VENDOR);
    assert_int_equal(validator_do(v, change, &j), PL_OK); /* asked again */
    assert_int_equal(j.license.version, 2);
    j.change = LICENSE_RESUME;
    assert_int_equal(validator_do(v, change, &j), PL_OK);
    assert_int_equal(j.license.version, 3);
    j.change = LICENSE_CANCEL;
    assert_int_equal(validator_do(v, change, &j), PL_OK);
    assert_int_equal(validator_do(v, change, &j), PL_OK);
    assert_int_equal(j.license.version, 4);
    j.change = LICENSE_RESUME;
    assert_int_equal(validator_do(v, change, &j), PL_ERR_STATE);
    j.change = LICENSE_SUSPEND;
    assert_int_equal(validator_do(v, change, &j), PL_ERR_STATE);
    j.expires_at_ms = 0;
    assert_int_equal(validator_do(v, renew, &j), PL_ERR_STATE);
}

static void a_renewal_moves_the_end(void **state)
{
    validator *v = *state;
    license_order_t order = good_order(v);
    job j = {.v = v};
    const char *key;
    till t;

    order.expires_at_ms = VALIDATOR_NOW_MS + 1000 * DAY;
    order.renews = true;
    j.license = validator_issue(v, &order, &key).license;
    t = till_make(1, key);
    validator_advance(v, 10 * DAY);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_EXPIRED);
    j.expires_at_ms = VALIDATOR_NOW_MS + 1000 * DAY;
    assert_int_equal(validator_do(v, renew, &j), PL_ERR_INVALID); /* past already */
    j.expires_at_ms = PL_TIME_MAX * 1000;                         /* the slack ends later than a document can say */
    assert_int_equal(validator_do(v, renew, &j), PL_ERR_INVALID);
    j.expires_at_ms = VALIDATOR_NOW_MS + INT64_C(1000) * DAY * 20;
    assert_int_equal(validator_do(v, renew, &j), PL_OK);
    assert_int_equal(till_verdict(v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(j.license.version, 2);
}

static void a_released_seat_is_free_and_released_once(void **state)
{
    validator *v = *state;
    license_order_t order = good_order(v);
    job j = {.v = v};
    const char *key;
    till a, b;

    order.seats = 1;
    j.license = validator_issue(v, &order, &key).license;
    a = till_make(1, key);
    b = till_make(2, key);
    assert_int_equal(till_verdict(v, &a, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(pl_uuid_parse(pl_span_text(a.activation_id), &j.id), PL_OK);
    assert_int_equal(validator_do(v, release, &j), PL_OK);
    assert_int_equal(validator_do(v, release, &j), PL_ERR_NOT_FOUND);
    assert_int_equal(till_verdict(v, &b, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
}

static void a_second_brand_of_one_slug_is_refused_and_leaves_no_files(void **state)
{
    validator *v = *state;
    job j = {.v = v, .brand = {.slug = "acme", .name = "Again", .directory = v->dir}};
    char path[VALIDATOR_PATH];

    assert_int_equal(validator_do(v, add_brand, &j), PL_ERR_CONFLICT);
    snprintf(path, sizeof path, "%s/acme.root.jwk", v->dir);
    assert_int_not_equal(access(path, F_OK), 0);
    j.brand.slug = "No Slug";
    assert_int_equal(validator_do(v, add_brand, &j), PL_ERR_INVALID);
    j.brand.slug = "fine";
    j.brand.name = "";
    assert_int_equal(validator_do(v, add_brand, &j), PL_ERR_INVALID);
}

static void slugs_are_lower_case_words_with_dashes(void **state)
{
    static const char *const good[] = {"a", "a-b", "till2", "0"};
    static const char *const bad[] = {"", "-a", "a-", "A", "a b", "a_b", "\xC3\xBC"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(admin_slug_is_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(admin_slug_is_valid(bad[i]));
}

static void products_that_make_no_sense_are_refused(void **state)
{
    validator *v = *state;
    const product_t good = {.slug = "kiosk", .name = "Kiosk", .policy = admin_default_policy()};
    job j = {.v = v};
    product_t bad[11];

    for (size_t i = 0; i < 11; i++)
        bad[i] = good;
    bad[0].policy.seats = 0;
    bad[1].policy.check_by_s = 59;
    bad[2].policy.grace_s = bad[2].policy.check_by_s - 1;
    bad[3].policy.emergency_s = -1;
    bad[4].policy.slack_s = -1;
    bad[5].key_prefix = "lower";
    bad[6].key_group = 29;
    bad[7].entitlements = "{";
    bad[8].slug = "Kiosk";
    bad[9].name = "";
    bad[10].name = "Kiosk\n";
    for (size_t i = 0; i < 11; i++) {
        j.product = bad[i];
        assert_int_equal(validator_do(v, add_product, &j), PL_ERR_INVALID);
    }
    j.product = good;
    assert_int_equal(validator_do(v, add_product, &j), PL_OK);
    j.product = good;
    assert_int_equal(validator_do(v, add_product, &j), PL_ERR_CONFLICT);
}

typedef struct {
    validator *v;
    api_key_t found;
} key_search;

static pl_err find_api_key(void *context, tx_t *tx)
{
    key_search *s = context;
    uint8_t hash[PL_DIGEST_SIZE];

    pl_digest(pl_span_text(s->v->made.api_key), hash);
    return api_keys_find_by_hash(tx, hash, &s->found);
}

static void the_api_key_shown_names_its_brand(void **state)
{
    validator *v = *state;
    key_search s = {.v = v};

    assert_int_equal(strncmp(v->made.api_key, "pospal_", 7), 0);
    assert_int_equal(validator_do(v, find_api_key, &s), PL_OK);
    assert_true(pl_uuid_equal(s.found.brand_id, v->made.brand_id));
    ((char *)(uintptr_t)v->made.api_key)[10] ^= 1;
    assert_int_equal(validator_do(v, find_api_key, &s), PL_ERR_NOT_FOUND);
}

/* Their numbers have gaps. */
static void every_action_has_a_name_of_its_own(void **state)
{
    enum { NUMBERS = 100 };
    int known = 0;

    (void)state;
    for (int i = AUDIT_BRAND_ADDED; i < NUMBERS; i++) {
        const char *name = audit_action_text((audit_action)i);

        if (strcmp(name, "unknown") == 0)
            continue;
        known++;
        for (int k = AUDIT_BRAND_ADDED; k < i; k++)
            assert_string_not_equal(name, audit_action_text((audit_action)k));
    }
    assert_true(known >= AUDIT_SESSION_TAKEN_OVER);
    assert_string_equal(audit_action_text(AUDIT_BRAND_ADDED), "brand.added");
    assert_string_equal(audit_action_text(AUDIT_OTHER_INSTANCE), "activation.other_instance");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_issued_key_is_ours_sealed_and_shown_again),
        TEST(orders_that_make_no_sense_are_refused),
        TEST(an_imported_key_is_taken_as_it_is_and_once_per_product),
        TEST(licenses_are_listed_by_address_and_product_and_in_pages),
        TEST(a_license_is_shown_with_seats_and_end),
        TEST(each_change_raises_the_version_once_and_a_cancelled_license_stays_so),
        TEST(a_renewal_moves_the_end),
        TEST(a_released_seat_is_free_and_released_once),
        TEST(a_second_brand_of_one_slug_is_refused_and_leaves_no_files),
        cmocka_unit_test(slugs_are_lower_case_words_with_dashes),
        TEST(products_that_make_no_sense_are_refused),
        TEST(the_api_key_shown_names_its_brand),
        cmocka_unit_test(every_action_has_a_name_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
