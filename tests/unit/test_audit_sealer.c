/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealing the audit, and checking what was sealed. What tampering looks like is in tests/integration/vendor/test_audit_chain.py.
 */
#include "licensing/audit_sealer.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/audit_check.h"
#include "support/validator.h"

static pl_err append_many(void *context, tx_t *tx)
{
    pl_err err = PL_OK;

    for (int i = 0; !err && i < AUDIT_SEAL_ROWS_MAX + 5; i++) {
        const audit_t entry = {.brand_id = *(const pl_uuid *)context, .action = AUDIT_ACTIVATED};

        err = audit_append(tx, &entry);
    }
    return err;
}

static pl_err append_one(void *context, tx_t *tx)
{
    const audit_t entry = {.brand_id = *(const pl_uuid *)context, .action = AUDIT_ACTIVATED};

    tx->address = "192.0.2.7";
    tx->request_id = "request-1";
    return audit_append(tx, &entry);
}

static void run(validator *v, const audit_sealer_t *sealer)
{
    const tx_t about = {.arena = &v->arena, .now_ms = instance_now_ms(v->instance), .actor = "server"};

    assert_int_equal(audit_sealer_run(sealer, instance_store(v->instance), &about, validator_keyring(v)), PL_OK);
}

typedef struct {
    validator *v;
    audit_check_t check;
    audit_findings_t findings;
} checked;

static pl_err check(void *context, tx_t *tx)
{
    checked *c = context;

    return audit_check(tx, validator_keyring(c->v), &c->check, &c->findings);
}

static audit_findings_t findings(validator *v, pl_uuid brand_id)
{
    checked c = {.v = v, .check = {.brand_id = brand_id}};

    assert_int_equal(instance_read(v->instance, &v->arena, check, &c), PL_OK);
    return c.findings;
}

static void what_is_committed_is_sealed_and_signed_and_nothing_twice(void **state)
{
    validator *v = *state;
    audit_sealer_t sealer;
    audit_findings_t found;

    audit_sealer_init(&sealer);
    assert_int_equal(findings(v, v->made.brand_id).seals, 0);
    run(v, &sealer);
    found = findings(v, v->made.brand_id);
    assert_int_equal(found.seals, 1);
    assert_int_equal(found.last_signed, 1);
    assert_int_equal(found.unsealed, 0);
    assert_true(found.rows >= 2);
    run(v, &sealer);
    assert_int_equal(findings(v, v->made.brand_id).seals, 1);
    assert_int_equal(validator_do(v, append_one, &v->made.brand_id), PL_OK);
    assert_int_equal(findings(v, v->made.brand_id).unsealed, 1);
    run(v, &sealer);
    assert_int_equal(findings(v, v->made.brand_id).rows, found.rows + 1);
}

static void very_many_rows_are_sealed_in_several_turns(void **state)
{
    validator *v = *state;
    audit_sealer_t sealer;

    audit_sealer_init(&sealer);
    run(v, &sealer);
    assert_int_equal(validator_do(v, append_many, &v->made.brand_id), PL_OK);
    run(v, &sealer);
    assert_int_equal(findings(v, v->made.brand_id).unsealed, 5);
    run(v, &sealer);
    assert_int_equal(findings(v, v->made.brand_id).unsealed, 0);
    assert_int_equal(findings(v, v->made.brand_id).last_signed, 3);
}

static void of_two_processes_one_seals_and_the_other_when_that_is_gone(void **state)
{
    validator *v = *state;
    audit_sealer_t first, second;

    audit_sealer_init(&first);
    audit_sealer_init(&second);
    run(v, &first);
    assert_int_equal(validator_do(v, append_one, &v->made.brand_id), PL_OK);
    run(v, &second);
    assert_int_equal(findings(v, v->made.brand_id).unsealed, 1);
    validator_advance(v, 2);
    run(v, &second);
    assert_int_equal(findings(v, v->made.brand_id).unsealed, 0);
    assert_int_equal(validator_do(v, append_one, &v->made.brand_id), PL_OK);
    second.is_ending = true;
    run(v, &second);
    assert_int_equal(validator_do(v, append_one, &v->made.brand_id), PL_OK);
    run(v, &first); /* at once, for the lease was given back */
    assert_int_equal(findings(v, v->made.brand_id).unsealed, 0);
}

static void brands_have_chains_of_their_own_and_so_has_the_installation(void **state)
{
    validator *v = *state;
    const pl_uuid nil = {{0}};
    audit_sealer_t sealer;
    brand_made_t other;

    audit_sealer_init(&sealer);
    validator_add_brand(v, "other", &other);
    assert_int_equal(validator_do(v, append_one, (void *)(uintptr_t)&nil), PL_OK);
    run(v, &sealer);
    assert_int_equal(findings(v, other.brand.id).last_signed, 1);
    assert_int_equal(findings(v, nil).last_signed, 1);
    assert_int_equal(findings(v, nil).rows, 1);
}

static void rows_sealed_long_after_their_time_are_counted(void **state)
{
    validator *v = *state;
    audit_sealer_t sealer;

    audit_sealer_init(&sealer);
    validator_advance(v, 7200);
    run(v, &sealer);
    assert_true(findings(v, v->made.brand_id).late >= 2);
}

static pl_err rewrite(void *context, tx_t *tx)
{
    (void)context;
    return pl_db_script(store_db(tx->store), "UPDATE audit SET actor = 'nobody' WHERE action = 2");
}

static void an_altered_row_is_found(void **state)
{
    validator *v = *state;
    checked c = {.v = v, .check = {.brand_id = v->made.brand_id}};
    audit_sealer_t sealer;

    audit_sealer_init(&sealer);
    run(v, &sealer);
    assert_int_equal(validator_do(v, rewrite, NULL), PL_OK);
    assert_int_equal(instance_read(v->instance, &v->arena, check, &c), PL_ERR_SIGNATURE);
    assert_non_null(strstr(pl_err_detail(), "was altered"));
}

/* The same in Python: hashlib.sha256(b"16:pospal-audit-row,~~3:cli,15:license.renewed,~2:{},~~~~") with the brand and the id in place. */
static void a_row_is_hashed_as_the_protocol_says(void **state)
{
    const audit_t row = {.id = {{1}}, .actor = "cli", .action = AUDIT_LICENSE_RENEWED, .metadata = "{}"};
    const char text[] = "16:pospal-audit-row,~36:01000000-0000-0000-0000-000000000000,3:cli,15:license.renewed,~2:{},~~~~";
    uint8_t digest[PL_DIGEST_SIZE], expected[PL_DIGEST_SIZE];

    (void)state;
    assert_int_equal(audit_chain_row(&row, digest), PL_OK);
    pl_digest(pl_span_text(text), expected);
    assert_memory_equal(digest, expected, sizeof digest);
}

static void a_commitment_fits_its_value_alone(void **state)
{
    validator *v = *state;
    audit_t entry = {.has_salt = false}, other = {.has_salt = false};
    const char *commitment = audit_commit(&v->arena, &entry, "ada@example.com");

    assert_true(audit_commitment_fits(&entry, "ada@example.com", commitment));
    assert_false(audit_commitment_fits(&entry, "eve@example.com", commitment));
    assert_string_not_equal(commitment, audit_commit(&v->arena, &other, "ada@example.com")); /* another salt */
    entry.has_salt = false;
    assert_false(audit_commitment_fits(&entry, "ada@example.com", commitment));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_committed_is_sealed_and_signed_and_nothing_twice),
        TEST(very_many_rows_are_sealed_in_several_turns),
        TEST(of_two_processes_one_seals_and_the_other_when_that_is_gone),
        TEST(brands_have_chains_of_their_own_and_so_has_the_installation),
        TEST(rows_sealed_long_after_their_time_are_counted),
        TEST(an_altered_row_is_found),
        cmocka_unit_test(a_row_is_hashed_as_the_protocol_says),
        TEST(a_commitment_fits_its_value_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
