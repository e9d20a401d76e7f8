/* SPDX-License-Identifier: Apache-2.0
 *
 * Signing keys over time: rotation, retirement, revocation, the reserve root, and what a program that slept through it can still verify.
 */
#include "licensing/admin_keys.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/keyset_issue.h"
#include "support/validator.h"
#include "token/issue.h"
#include "token/license_file.h"

enum { ROTATIONS = 24 };

typedef struct {
    validator *v;
    root_key_t root;
    key_verdict_t verdict;
} keys_job;

static pl_err rotate(void *context, tx_t *tx)
{
    keys_job *job = context;
    pl_err err = admin_keys_rotate(tx, validator_keyring(job->v), job->v->made.brand_id, &job->root);

    return err ? err : keys_refresh(instance_keys(job->v->instance), tx);
}

static pl_err set_state(void *context, tx_t *tx)
{
    keys_job *job = context;
    pl_err err = admin_keys_set_state(tx, validator_keyring(job->v), job->v->made.brand_id, &job->root, &job->verdict);

    return err ? err : keys_refresh(instance_keys(job->v->instance), tx);
}

static pl_err refresh(void *context, tx_t *tx)
{
    return keys_refresh(context, tx);
}

static keys_job with_root(validator *v, const char *path)
{
    keys_job job = {.v = v};

    assert_int_equal(root_key_load(path, &job.root), PL_OK);
    return job;
}

static const brand_keys_t *brand(validator *v)
{
    const brand_keys_t *keys = keyring_find_brand(validator_keyring(v), v->made.brand_id);

    assert_non_null(keys);
    return keys;
}

typedef struct {
    validator *v;
    license_t license;
    pl_buf file;
} filing;

static pl_err make_file(void *context, tx_t *tx)
{
    filing *f = context;

    return admin_license_file(tx, validator_keyring(f->v), &f->license, NULL, &f->file);
}

/* The document of a license file made now. */
static pl_span license_document(validator *v)
{
    filing f = {.v = v};
    pl_span document, keyset;
    const char *key, *copy;

    pl_buf_init(&f.file);
    f.license = validator_issue(v, NULL, &key).license;
    assert_int_equal(validator_do(v, make_file, &f), PL_OK);
    assert_int_equal(pl_license_file_split(pl_buf_span(&f.file), &document, &keyset), PL_OK);
    copy = pl_arena_text(&v->arena, document);
    pl_buf_reset(&f.file);
    return pl_span_text(copy);
}

static pl_err verify(validator *v, pl_doc doc, pl_span token)
{
    pl_jws jws;

    return pl_keyset_verify_document(&brand(v)->keyset, &v->arena, doc, token, &jws);
}

static void documents_outlive_two_rotations_and_the_retired_keys_sign_no_more(void **state)
{
    validator *v = *state;
    keys_job job = with_root(v, v->made.root_key_file);
    const brand_keys_t before = *brand(v);
    pl_span old = license_document(v);

    for (int i = 0; i < 2; i++) {
        validator_advance(v, 1000);
        assert_int_equal(validator_do(v, rotate, &job), PL_OK);
    }
    assert_int_equal(brand(v)->keyset.sequence, 3);
    assert_int_equal(brand(v)->keyset.count, 6);
    assert_string_not_equal(brand(v)->answer.kid, before.answer.kid);
    assert_int_equal(verify(v, PL_DOC_LICENSE, old), PL_OK);
    assert_int_equal(verify(v, PL_DOC_LICENSE, license_document(v)), PL_OK);
}

static void what_a_retired_key_signs_later_is_refused(void **state)
{
    validator *v = *state;
    keys_job job = with_root(v, v->made.root_key_file);
    const keyring_t *stolen = validator_keyring(v); /* still signs with the old keys */
    pl_claims claims = {.kind = PL_CLAIMS_LICENSE, .license_id = "L", .product_id = "P", .product = "till", .token_id = "T"};
    const brand_keys_t *thief = keyring_find_brand(stolen, v->made.brand_id);
    pl_err err;
    pl_buf token;

    pl_buf_init(&token);
    assert_int_equal(validator_do(v, rotate, &job), PL_OK);
    claims.issuer = thief->id_text;
    for (int late = 0; late < 2; late++) {
        claims.issued_at = VALIDATOR_NOW_MS / 1000 + (late ? RETIRE_AHEAD_MS / 1000 : RETIRE_AHEAD_MS / 1000 - 1);
        pl_buf_clear(&token);
        assert_int_equal(pl_claims_sign(&claims, &thief->license.pair, thief->license.kid, &token), PL_OK);
        err = verify(v, PL_DOC_LICENSE, pl_buf_span(&token));
        assert_int_equal(err, late ? PL_ERR_KEY_REVOKED : PL_OK);
    }
    pl_buf_reset(&token);
}

static void an_answer_key_can_not_sign_licenses(void **state)
{
    validator *v = *state;
    const brand_keys_t *keys = brand(v);
    pl_claims claims = {.kind = PL_CLAIMS_LICENSE,
                        .license_id = "L",
                        .product_id = "P",
                        .product = "till",
                        .token_id = "T",
                        .issuer = keys->id_text,
                        .issued_at = VALIDATOR_NOW_MS / 1000};
    pl_buf token;

    pl_buf_init(&token);
    assert_int_equal(pl_claims_sign(&claims, &keys->answer.pair, keys->answer.kid, &token), PL_OK);
    assert_int_equal(verify(v, PL_DOC_LICENSE, pl_buf_span(&token)), PL_ERR_KEY_PURPOSE);
    pl_buf_reset(&token);
}

static void a_revoked_key_is_replaced_and_its_documents_are_void(void **state)
{
    validator *v = *state;
    keys_job job = with_root(v, v->made.root_key_file);
    pl_span old = license_document(v);
    const char *kid = brand(v)->license.kid;

    job.verdict = (key_verdict_t){kid, PL_KEY_REVOKED};
    assert_int_equal(validator_do(v, set_state, &job), PL_OK);
    assert_int_equal(verify(v, PL_DOC_LICENSE, old), PL_ERR_KEY_REVOKED);
    assert_int_equal(verify(v, PL_DOC_LICENSE, license_document(v)), PL_OK);
    job.verdict.state = PL_KEY_RETIRED;
    assert_int_equal(validator_do(v, set_state, &job), PL_ERR_STATE); /* revoked is for ever */
    job.verdict = (key_verdict_t){"no-such-key", PL_KEY_REVOKED};
    assert_int_equal(validator_do(v, set_state, &job), PL_ERR_NOT_FOUND);
}

static void a_strangers_root_signs_nothing(void **state)
{
    validator *v = *state;
    keys_job job = {.v = v};
    const brand_keys_t before = *brand(v);

    assert_int_equal(pl_key_pair_new(PL_ALG_EDDSA, &job.root.pair), PL_OK);
    pl_jwk_thumbprint(&job.root.pair.public_key, job.root.kid);
    assert_int_equal(validator_do(v, rotate, &job), PL_ERR_KEY_UNKNOWN);
    assert_int_equal(brand(v)->keyset.sequence, before.keyset.sequence);
}

static void after_the_reserve_the_first_root_signs_no_more(void **state)
{
    validator *v = *state;
    keys_job first = with_root(v, v->made.root_key_file);
    keys_job reserve = with_root(v, v->made.reserve_key_file);

    assert_int_equal(validator_do(v, rotate, &reserve), PL_OK);
    assert_int_equal(brand(v)->keyset.root_rank, 1);
    assert_int_equal(validator_do(v, rotate, &first), PL_ERR_STATE);
}

static void many_rotations_leave_out_old_answer_keys_and_no_license_key(void **state)
{
    validator *v = *state;
    keys_job job = with_root(v, v->made.root_key_file);
    pl_span oldest = license_document(v);

    for (int i = 0; i < ROTATIONS; i++) {
        validator_advance(v, 1000);
        assert_int_equal(validator_do(v, rotate, &job), PL_OK);
    }
    assert_int_equal(brand(v)->keyset.count, PL_KEYSET_KEYS_MAX);
    assert_int_equal(verify(v, PL_DOC_LICENSE, oldest), PL_OK);
}

static void a_theft_finds_room_in_a_full_keyset(void **state)
{
    validator *v = *state;
    keys_job job = with_root(v, v->made.root_key_file);
    pl_span old = license_document(v);
    char first[PL_KID_SIZE];

    memcpy(first, brand(v)->license.kid, sizeof first);
    for (int i = 0; i < PL_KEYSET_KEYS_MAX + 2; i++) {
        validator_advance(v, 1000);
        assert_int_equal(validator_do(v, rotate, &job), PL_OK);
    }
    assert_int_equal(brand(v)->keyset.count, PL_KEYSET_KEYS_MAX);
    assert_int_equal(verify(v, PL_DOC_LICENSE, old), PL_ERR_KEY_UNKNOWN); /* the oldest is left out */
    old = license_document(v);
    job.verdict = (key_verdict_t){brand(v)->license.kid, PL_KEY_REVOKED};
    assert_int_equal(validator_do(v, set_state, &job), PL_OK);
    assert_int_not_equal(verify(v, PL_DOC_LICENSE, old), PL_OK);
    job.verdict = (key_verdict_t){first, PL_KEY_REVOKED}; /* long retired: there is nothing to replace */
    assert_int_equal(validator_do(v, set_state, &job), PL_OK);
    assert_int_equal(verify(v, PL_DOC_LICENSE, license_document(v)), PL_OK);
}

static void a_key_is_retired_once(void **state)
{
    validator *v = *state;
    keys_job job = with_root(v, v->made.root_key_file);
    char kid[PL_KID_SIZE];

    memcpy(kid, brand(v)->license.kid, sizeof kid);
    job.verdict = (key_verdict_t){kid, PL_KEY_RETIRED};
    assert_int_equal(validator_do(v, set_state, &job), PL_OK);
    assert_int_equal(brand(v)->keyset.sequence, 2);
    assert_int_equal(validator_do(v, set_state, &job), PL_OK);
    assert_int_equal(brand(v)->keyset.sequence, 2);
}

static void a_root_that_is_outranked_is_not_exported(void **state)
{
    validator *v = *state;
    keys_job reserve = with_root(v, v->made.reserve_key_file);
    pl_buf jwks;

    assert_int_equal(validator_do(v, rotate, &reserve), PL_OK);
    pl_buf_init(&jwks);
    assert_int_equal(keyring_export(validator_keyring(v), v->made.brand_id, &jwks), PL_OK);
    assert_null(strstr(jwks.data, v->roots.keys[0].kid));
    assert_non_null(strstr(jwks.data, v->roots.keys[1].kid));
    pl_buf_reset(&jwks);
}

static void a_keyring_that_is_pinned_stays_as_it_was(void **state)
{
    validator *v = *state;
    keys_job job = with_root(v, v->made.root_key_file);
    const keyring_t *pinned = validator_keyring(v);
    char kid[PL_KID_SIZE];

    memcpy(kid, brand(v)->answer.kid, sizeof kid);
    assert_int_equal(validator_do(v, rotate, &job), PL_OK);
    assert_string_equal(keyring_find_brand(pinned, v->made.brand_id)->answer.kid, kid);
    assert_ptr_not_equal(validator_keyring(v), pinned);
}

static void another_programs_rotation_is_noticed(void **state)
{
    validator *v = *state;
    keys_job job = with_root(v, v->made.root_key_file);
    instance_t *here = v->instance, *there;

    assert_int_equal(instance_open(&v->place, &v->clock, &there), PL_OK);
    v->instance = there;
    assert_int_equal(validator_do(v, rotate, &job), PL_OK);
    v->instance = here;
    assert_int_equal(brand(v)->keyset.sequence, 1);
    assert_int_equal(validator_do(v, refresh, instance_keys(here)), PL_OK);
    assert_int_equal(brand(v)->keyset.sequence, 2);
    instance_close(there);
}

static void the_export_has_roots_and_keys_and_none_that_is_revoked(void **state)
{
    validator *v = *state;
    keys_job job = with_root(v, v->made.root_key_file);
    char revoked[PL_KID_SIZE];
    pl_buf jwks;

    memcpy(revoked, brand(v)->answer.kid, sizeof revoked);
    job.verdict = (key_verdict_t){revoked, PL_KEY_REVOKED};
    assert_int_equal(validator_do(v, set_state, &job), PL_OK);
    pl_buf_init(&jwks);
    assert_int_equal(keyring_export(validator_keyring(v), v->made.brand_id, &jwks), PL_OK);
    assert_non_null(strstr(jwks.data, v->roots.keys[0].kid));
    assert_non_null(strstr(jwks.data, v->roots.keys[1].kid));
    assert_non_null(strstr(jwks.data, brand(v)->answer.kid));
    assert_non_null(strstr(jwks.data, brand(v)->license.kid));
    assert_null(strstr(jwks.data, revoked));
    assert_null(strstr(jwks.data, "\"d\""));
    pl_buf_reset(&jwks);
}

static void a_root_key_file_is_read_as_it_was_written(void **state)
{
    static const pl_alg algs[] = {PL_ALG_EDDSA, PL_ALG_ES256};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        root_key_t root;
        pl_key_pair pair;
        pl_buf text;

        pl_buf_init(&text);
        assert_int_equal(pl_key_pair_new(algs[i], &pair), PL_OK);
        root_key_write(&pair, &text);
        assert_int_equal(root_key_read(pl_buf_span(&text), &root), PL_OK);
        assert_memory_equal(&root.pair.public_key, &pair.public_key, sizeof pair.public_key);
        assert_memory_equal(root.pair.secret, pair.secret, sizeof pair.secret);
        strstr(text.data, "\"kid\":\"")[8] ^= 1; /* named for another key */
        assert_int_equal(root_key_read(pl_buf_span(&text), &root), PL_ERR_MALFORMED);
        pl_buf_reset(&text);
    }
    assert_int_equal(root_key_read(pl_span_text("{}"), &(root_key_t){.kid = ""}), PL_ERR_MALFORMED);
    assert_int_equal(root_key_read(pl_span_text("{\"crv\":\"Ed25519\",\"d\":\"AAAA\"}"), &(root_key_t){.kid = ""}),
                     PL_ERR_MALFORMED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(documents_outlive_two_rotations_and_the_retired_keys_sign_no_more),
        TEST(what_a_retired_key_signs_later_is_refused),
        TEST(an_answer_key_can_not_sign_licenses),
        TEST(a_revoked_key_is_replaced_and_its_documents_are_void),
        TEST(a_strangers_root_signs_nothing),
        TEST(after_the_reserve_the_first_root_signs_no_more),
        TEST(many_rotations_leave_out_old_answer_keys_and_no_license_key),
        TEST(a_theft_finds_room_in_a_full_keyset),
        TEST(a_key_is_retired_once),
        TEST(a_root_that_is_outranked_is_not_exported),
        TEST(a_keyring_that_is_pinned_stays_as_it_was),
        TEST(another_programs_rotation_is_noticed),
        TEST(the_export_has_roots_and_keys_and_none_that_is_revoked),
        cmocka_unit_test(a_root_key_file_is_read_as_it_was_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
