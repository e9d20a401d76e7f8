/* SPDX-License-Identifier: Apache-2.0
 *
 * Further root keys: who may add one, how many there may be, what is written and what stays as it was.
 */
#include "licensing/admin_roots.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <setjmp.h>
#include <cmocka.h>

#include "store/audit.h"
#include "support/validator.h"

typedef struct {
    validator *v;
    root_key_t root;
    root_order_t order;
    root_made_t made;
} root_job;

static pl_err add(void *context, tx_t *tx)
{
    root_job *job = context;
    pl_err err = admin_root_add(tx, &job->order, &job->made);

    return err ? err : keys_refresh(instance_keys(job->v->instance), tx);
}

static pl_err move(void *context, tx_t *tx)
{
    root_job *job = context;
    pl_err err = admin_keys_rotate(tx, validator_keyring(job->v), job->v->made.brand_id, &job->root);

    return err ? err : keys_refresh(instance_keys(job->v->instance), tx);
}

static root_job *with_root(validator *v, const char *path)
{
    static root_job job;

    job = (root_job){.v = v};
    assert_int_equal(root_key_load(path, &job.root), PL_OK);
    job.order = (root_order_t){v->made.brand_id, "acme", v->data, PL_ALG_EDDSA, &job.root};
    return &job;
}

static const brand_keys_t *brand(validator *v)
{
    return keyring_find_brand(validator_keyring(v), v->made.brand_id);
}

static void a_fresh_root_is_of_the_next_rank_and_its_file_is_the_owners(void **state)
{
    validator *v = *state;
    root_job *job = with_root(v, v->made.root_key_file);
    root_key_t fresh;
    pl_roots roots;
    struct stat facts;

    job->order.alg = PL_ALG_ES256;
    assert_int_equal(validator_do(v, add, job), PL_OK);
    assert_int_equal(job->made.rank, 2);
    assert_int_equal(stat(job->made.key_file, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(root_key_load(job->made.key_file, &fresh), PL_OK);
    assert_string_equal(fresh.kid, job->made.kid);
    assert_int_equal(fresh.pair.public_key.alg, PL_ALG_ES256);
    assert_int_equal(pl_roots_parse(pl_span_text(job->made.root_public_jwks), &roots), PL_OK);
    assert_int_equal(roots.count, 3);
    assert_string_equal(roots.keys[0].kid, v->roots.keys[0].kid);
    assert_string_equal(roots.keys[2].kid, fresh.kid);
    assert_null(strstr(job->made.root_public_jwks, "\"d\""));
    pl_key_pair_wipe(&fresh.pair);
}

static void what_older_programs_see_stays_as_it_was(void **state)
{
    validator *v = *state;
    const brand_keys_t *before = brand(v), *after;
    root_job *job = with_root(v, v->made.root_key_file);

    assert_int_equal(validator_do(v, add, job), PL_OK);
    after = brand(v);
    assert_ptr_not_equal(before, after); /* a running server noticed */
    assert_int_equal(after->roots.count, 3);
    assert_int_equal(after->keyset_token.size, before->keyset_token.size);
    assert_memory_equal(after->keyset_token.data, before->keyset_token.data, before->keyset_token.size);
    assert_string_equal(after->answer.kid, before->answer.kid);
    assert_string_equal(after->license.kid, before->license.kid);
    assert_ptr_equal(keyring_find_by_roots(validator_keyring(v), &(const char *){job->made.kid}, 1), after);
}

static void after_the_move_a_build_pins_the_reserve_and_the_fresh_root(void **state)
{
    validator *v = *state;
    root_job *job = with_root(v, v->made.reserve_key_file);
    pl_keyset keyset;
    pl_roots pinned;

    assert_int_equal(validator_do(v, move, job), PL_OK);
    assert_int_equal(validator_do(v, add, job), PL_OK);
    assert_int_equal(pl_roots_parse(pl_span_text(job->made.root_public_jwks), &pinned), PL_OK);
    assert_int_equal(pinned.count, 2);
    assert_string_equal(pinned.keys[0].kid, v->roots.keys[1].kid);
    assert_string_equal(pinned.keys[1].kid, job->made.kid);
    assert_int_equal(pl_keyset_verify(&pinned, brand(v)->keyset_token, &keyset), PL_OK);
    job = with_root(v, job->made.key_file);
    assert_int_equal(validator_do(v, move, job), PL_OK);
    assert_int_equal(brand(v)->keyset.root_rank, 2);
    assert_int_equal(pl_keyset_verify(&pinned, brand(v)->keyset_token, &keyset), PL_OK);
    assert_int_equal(keyset.root_rank, 1);
    assert_int_equal(pl_keyset_verify(&v->roots, brand(v)->keyset_token, &keyset), PL_ERR_KEY_UNKNOWN);
}

static void who_does_not_hold_the_root_in_use_adds_none(void **state)
{
    validator *v = *state;
    root_job *job = with_root(v, v->made.reserve_key_file);

    assert_int_equal(validator_do(v, add, job), PL_ERR_STATE); /* not in use yet */
    assert_non_null(strstr(pl_err_detail(), v->roots.keys[0].kid));
    assert_int_equal(validator_do(v, move, job), PL_OK);
    job = with_root(v, v->made.root_key_file);
    assert_int_equal(validator_do(v, add, job), PL_ERR_STATE); /* nor any more */
    assert_int_equal(pl_key_pair_new(PL_ALG_EDDSA, &job->root.pair), PL_OK);
    pl_jwk_thumbprint(&job->root.pair.public_key, job->root.kid);
    assert_int_equal(validator_do(v, add, job), PL_ERR_KEY_UNKNOWN);
    assert_null(job->made.key_file);
    assert_int_equal(brand(v)->roots.count, 2);
}

static void a_fifth_root_is_refused(void **state)
{
    validator *v = *state;
    root_job *job = with_root(v, v->made.root_key_file);

    assert_int_equal(validator_do(v, add, job), PL_OK);
    assert_int_equal(validator_do(v, add, job), PL_OK);
    assert_int_equal(validator_do(v, add, job), PL_ERR_STATE);
    assert_null(job->made.key_file);
    assert_int_equal(brand(v)->roots.count, PL_ROOTS_MAX);
}

static void a_file_that_exists_is_left_alone_and_the_root_is_not_added(void **state)
{
    validator *v = *state;
    root_job *job = with_root(v, v->made.root_key_file);
    char path[VALIDATOR_PATH + 32], text[8] = "";
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/acme.root-2.jwk", v->data);
    assert_non_null(file = fopen(path, "w"));
    (void)fputs("mine", file);
    (void)fclose(file);
    assert_int_equal(validator_do(v, add, job), PL_ERR_CONFLICT);
    admin_root_undo(&job->made);
    assert_non_null(file = fopen(path, "r"));
    assert_non_null(fgets(text, sizeof text, file));
    (void)fclose(file);
    assert_string_equal(text, "mine");
    assert_int_equal(brand(v)->roots.count, 2);
    assert_int_equal(remove(path), 0);
    assert_int_equal(validator_do(v, add, job), PL_OK);
}

static void what_was_written_for_nothing_is_removed(void **state)
{
    validator *v = *state;
    root_job *job = with_root(v, v->made.root_key_file);
    struct stat facts;
    const char *path;

    assert_int_equal(validator_do(v, add, job), PL_OK);
    path = job->made.key_file;
    admin_root_undo(&job->made);
    assert_int_not_equal(stat(path, &facts), 0);
    assert_null(job->made.key_file);
    admin_root_undo(&job->made);
}

typedef struct {
    validator *v;
    key_view_t *keys;
    audit_t *entries;
    size_t count;
} look;

static pl_err list(void *context, tx_t *tx)
{
    look *seen = context;
    size_t ignored;
    pl_err err = admin_keys_list(tx, seen->v->made.brand_id, &seen->keys, &seen->count);

    return err ? err : audit_list(tx, seen->v->made.brand_id, (pl_uuid){{0}}, &seen->entries, &ignored);
}

static void the_list_tells_ranks_and_who_signs_and_the_audit_who_came(void **state)
{
    validator *v = *state;
    root_job *job = with_root(v, v->made.reserve_key_file);
    look seen = {.v = v};

    validator_advance(v, 1); /* the store that made the brand was another */
    assert_int_equal(validator_do(v, move, job), PL_OK);
    assert_int_equal(validator_do(v, add, job), PL_OK);
    assert_int_equal(validator_do(v, list, &seen), PL_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_true(seen.keys[i].is_root);
        assert_int_equal(seen.keys[i].rank, i);
        assert_int_equal(seen.keys[i].rank_in_use, 1);
    }
    assert_string_equal(seen.keys[2].kid, job->made.kid);
    assert_int_equal(seen.entries[0].action, AUDIT_ROOT_ADDED); /* the newest first, in one millisecond too */
    assert_int_equal(seen.entries[1].action, AUDIT_KEYS_ROTATED);
    assert_non_null(strstr(seen.entries[0].metadata, job->made.kid));
    assert_non_null(strstr(seen.entries[0].metadata, "\"rank\":2"));
    assert_string_equal(audit_action_text(AUDIT_ROOT_ADDED), "keys.root_added");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_fresh_root_is_of_the_next_rank_and_its_file_is_the_owners),
        TEST(what_older_programs_see_stays_as_it_was),
        TEST(after_the_move_a_build_pins_the_reserve_and_the_fresh_root),
        TEST(who_does_not_hold_the_root_in_use_adds_none),
        TEST(a_fifth_root_is_refused),
        TEST(a_file_that_exists_is_left_alone_and_the_root_is_not_added),
        TEST(what_was_written_for_nothing_is_removed),
        TEST(the_list_tells_ranks_and_who_signs_and_the_audit_who_came),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
