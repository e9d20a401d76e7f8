/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of attackers who hold something: an older copy of the state, the network, the clock, the validator's answer key. Real rules of a
 * real validator on the other end; forged lines and documents are in test_sdk_trust.c, copies of machines in test_sdk_clones.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/licensing_line.h"
#include "support/shop.h"

#include <stdlib.h>
#include <string.h>

#include "token/issue.h"
#include "token/license_file.h"

enum { TEN_YEARS_S = 3650 * DAY_S };

typedef struct {
    shop s;
    licensing_line line;
    license_view_t sold;
    const char *key;
    signer_t stolen; /* the answer key, by a thief */
} scene;

static int setup(void **state)
{
    scene *c = calloc(1, sizeof *c);

    if (!c)
        return -1;
    shop_open(&c->s);
    licensing_line_open(&c->line, &c->s.clock);
    c->sold = validator_issue(&c->line.v, NULL, &c->key);
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    scene *c = *state;

    licensing_line_close(&c->line);
    shop_close(&c->s);
    free(c);
    return 0;
}

/* Asks only when told. End with shop_close_held. */
static pospal_client *start(scene *c)
{
    pospal_options *options = shop_options(&c->s);
    pospal_client *client = NULL;

    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, c->line.v.made.root_public_jwks);
    pospal_options_set_transport(options, licensing_line_exchange, &c->line);
    assert_int_equal(pospal_client_open(options, &client), POSPAL_OK);
    pospal_options_free(options);
    shop_hold_worker(client);
    return client;
}

static pospal_client *start_active(scene *c)
{
    pospal_client *client = start(c);

    assert_int_equal(pospal_client_activate(client, c->key, NULL), POSPAL_OK);
    return client;
}

static pospal_client *restart(scene *c, pospal_client *client)
{
    shop_close_held(client);
    return start(c);
}

/* ---- who holds the network, the clock, an older copy ---- */

static void a_blocked_network_keeps_a_lease_to_the_end_of_its_grace_and_no_further(void **state)
{
    scene *c = *state;
    pospal_client *client = start_active(c);
    int64_t grace_s = c->line.v.product.policy.grace_s, check_s = c->line.v.product.policy.check_by_s;

    c->line.is_cut = true;
    for (int64_t passed = 0; passed <= grace_s + DAY_S; passed += DAY_S / 2) {
        pospal_status_t expected = passed < check_s   ? POSPAL_STATUS_ACTIVE
                                   : passed < grace_s ? POSPAL_STATUS_GRACE
                                                      : POSPAL_STATUS_STALE;

        assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_UNREACHABLE), expected);
        client = restart(c, client);
        assert_int_equal(shop_status(client), expected);
        shop_pass(&c->s, DAY_S / 2);
    }
    fake_clock_set_wall(&c->s.clock, VALIDATOR_NOW_MS); /* he sets the clock back to the day it was good */
    client = restart(c, client);
    assert_int_equal(shop_status(client), POSPAL_STATUS_STALE);
    c->line.is_cut = false;
    shop_close_held(client);
}

static void an_older_lease_put_back_lasts_no_longer_than_its_own_times(void **state)
{
    scene *c = *state;
    pospal_client *client = start_active(c);
    pl_buf lease;

    pl_buf_init(&lease);
    shop_read_file(&c->s, "lease", &lease);
    shop_pass(&c->s, 2 * DAY_S);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    shop_close_held(client);
    shop_write_file(&c->s, "lease", pl_buf_span(&lease));
    shop_pass(&c->s, 2 * DAY_S); /* the newer lease would be good for another day */
    c->line.is_cut = true;
    client = start(c);
    assert_int_equal(shop_status(client), POSPAL_STATUS_GRACE);
    fake_clock_set_wall(&c->s.clock, VALIDATOR_NOW_MS); /* what is remembered of time was not put back with it */
    client = restart(c, client);
    assert_int_equal(shop_status(client), POSPAL_STATUS_GRACE);
    c->line.is_cut = false;
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    shop_close_held(client);
    pl_buf_reset(&lease);
}

static void a_denial_that_was_deleted_is_learned_again_at_the_next_contact(void **state)
{
    scene *c = *state;
    pospal_client *client = start_active(c);
    pl_buf lease;

    pl_buf_init(&lease);
    shop_read_file(&c->s, "lease", &lease);
    validator_change(&c->line.v, c->sold.license.id, LICENSE_CANCEL, PL_REASON_REFUND);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_REVOKED);
    shop_close_held(client);
    temp_dir_remove(c->s.data); /* the whole state, and of it the lease put back */
    shop_write_file(&c->s, "lease", pl_buf_span(&lease));
    client = start(c);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE); /* by its own times */
    assert_int_equal(pospal_client_activate(client, c->key, NULL), POSPAL_ERROR_DENIED);
    assert_int_equal(shop_status(client), POSPAL_STATUS_REVOKED);
    shop_close_held(client);
    pl_buf_reset(&lease);
}

static void a_deleted_state_gets_the_same_seat_and_no_second_one(void **state)
{
    scene *c = *state;
    pospal_client *client = start_active(c);
    const char *metadata;

    for (int i = 0; i < 3; i++) {
        shop_close_held(client);
        temp_dir_remove(c->s.data);
        client = start_active(c);
    }
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(licensing_line_audited(&c->line, AUDIT_ACTIVATED, NULL), 1);
    assert_int_equal(licensing_line_audited(&c->line, AUDIT_REACTIVATED, &metadata), 3);
    assert_non_null(strstr(metadata, "device_key"));
    shop_close_held(client);
}

/* ---- who holds the answer key ---- */

static void steal_answer_key(scene *c)
{
    c->stolen = keyring_find_brand(validator_keyring(&c->line.v), c->line.v.made.brand_id)->answer;
}

static pl_claims forged_claims(const scene *c, pl_claims_kind kind)
{
    static char brand[PL_UUID_TEXT_SIZE], product[PL_UUID_TEXT_SIZE], license[PL_UUID_TEXT_SIZE];

    pl_uuid_format(c->line.v.made.brand_id, brand);
    pl_uuid_format(c->line.v.product.id, product);
    pl_uuid_format(c->sold.license.id, license);
    return (pl_claims){.kind = kind,
                       .issuer = brand,
                       .license_id = license,
                       .product_id = product,
                       .product = "till",
                       .token_id = license,
                       .issued_at = atomic_load(&c->s.clock.wall_ms) / 1000,
                       .sequence = 1000,
                       .verdict = PL_VERDICT_ACTIVE,
                       .plan = "forged"};
}

/* With the genuine keyset, as the validator would send it. */
static void sign_stolen(scene *c, const pl_claims *claims, pl_buf *text)
{
    const brand_keys_t *brand = keyring_find_brand(validator_keyring(&c->line.v), c->line.v.made.brand_id);
    pl_buf token;

    pl_buf_init(&token);
    assert_int_equal(pl_claims_sign(claims, &c->stolen.pair, c->stolen.kid, &token), PL_OK);
    pl_license_file_join(text, pl_buf_span(&token), brand->keyset_token);
    pl_buf_reset(&token);
}

/* A lease of ten years for that machine. */
static void forge_lease(scene *c, const pospal_client *client, pl_buf *text)
{
    pl_claims claims = forged_claims(c, PL_CLAIMS_ANSWER);

    claims.has_nonce = claims.has_device = true;
    claims.device = client->fingerprint;
    claims.activation_id = claims.license_id;
    claims.check_by = claims.grace_until = claims.issued_at + TEN_YEARS_S;
    sign_stolen(c, &claims, text);
}

static bool is_forged(pospal_client *client)
{
    pospal_license *license = NULL;
    bool is;

    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_OK);
    is = strcmp(pospal_license_field(license, POSPAL_FIELD_PLAN), "forged") == 0;
    pospal_license_free(license);
    return is;
}

static void a_stolen_answer_key_issues_no_license_and_its_answers_end_within_a_year(void **state)
{
    scene *c = *state;
    pospal_client *client = start_active(c);
    pl_claims claims = forged_claims(c, PL_CLAIMS_LICENSE);
    pl_buf text;

    steal_answer_key(c);
    pl_buf_init(&text);
    sign_stolen(c, &claims, &text);
    assert_int_equal(pospal_client_import(client, text.data, text.size, NULL), POSPAL_ERROR_BAD_DOCUMENT);
    assert_string_equal(pospal_error_code(), "key_purpose");
    pl_buf_clear(&text);
    forge_lease(c, client, &text);
    shop_close_held(client);
    shop_write_file(&c->s, "lease", pl_buf_span(&text));
    c->line.is_cut = true;
    client = start(c);
    assert_true(is_forged(client)); /* until the vendor notices */
    shop_pass(&c->s, PL_LEASE_SECONDS_MAX - MINUTE_S);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    shop_pass(&c->s, 2 * MINUTE_S);
    assert_int_equal(shop_status(client), POSPAL_STATUS_STALE); /* it says ten */
    shop_close_held(client);
    pl_buf_reset(&text);
}

static pl_err revoke_answer_key(void *context, tx_t *tx)
{
    scene *c = context;
    validator *v = &c->line.v;
    const key_verdict_t verdict = {c->stolen.kid, PL_KEY_REVOKED};
    root_key_t root;
    pl_err err;

    if ((err = root_key_load(v->made.root_key_file, &root)) ||
        (err = admin_keys_set_state(tx, validator_keyring(v), v->made.brand_id, &root, &verdict)))
        return err;
    return keys_refresh(instance_keys(v->instance), tx);
}

static void a_stolen_answer_key_that_is_revoked_is_worth_nothing(void **state)
{
    scene *c = *state;
    pospal_client *client = start_active(c);
    pl_buf text;

    steal_answer_key(c);
    pl_buf_init(&text);
    forge_lease(c, client, &text);
    assert_int_equal(validator_do(&c->line.v, revoke_answer_key, c), PL_OK);
    shop_close_held(client);
    shop_write_file(&c->s, "lease", pl_buf_span(&text));
    client = start(c);
    assert_true(is_forged(client)); /* it has not heard of it */
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_false(is_forged(client));
    shop_close_held(client);
    shop_write_file(&c->s, "lease", pl_buf_span(&text)); /* he tries again */
    c->line.is_cut = true;
    client = start(c);
    assert_false(is_forged(client));
    shop_close_held(client);
    pl_buf_reset(&text);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(a_blocked_network_keeps_a_lease_to_the_end_of_its_grace_and_no_further),
        STORY(an_older_lease_put_back_lasts_no_longer_than_its_own_times),
        STORY(a_denial_that_was_deleted_is_learned_again_at_the_next_contact),
        STORY(a_deleted_state_gets_the_same_seat_and_no_second_one),
        STORY(a_stolen_answer_key_issues_no_license_and_its_answers_end_within_a_year),
        STORY(a_stolen_answer_key_that_is_revoked_is_worth_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
