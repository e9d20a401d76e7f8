/* SPDX-License-Identifier: Apache-2.0
 *
 * The validator's domain, made for tests.
 */
#include "support/validator.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "token/proof.h"

static pl_err find_product(void *context, tx_t *tx)
{
    validator *v = context;

    return products_find_by_slug(tx, v->made.brand_id, "till", &v->product);
}

void validator_open(validator *v)
{
    instance_order_t order = {.brand_slug = "acme", .brand_name = "Acme GmbH"};

    memset(v, 0, sizeof *v);
    temp_dir_make(v->dir);
    snprintf(v->data, sizeof v->data, "%s/data", v->dir);
    fake_clock_init(&v->time, VALIDATOR_NOW_MS);
    v->clock = fake_clock_seam(&v->time);
    pl_arena_init(&v->arena);
    v->place.directory = v->data;
    if (postgres_is_tested()) {
        postgres_schema_make(v->database);
        v->place.database = v->database;
    }
    order.place = v->place;
    order.clock = v->clock;
    assert_int_equal(instance_init(&v->arena, &order, &v->made), PL_OK);
    assert_int_equal(instance_open(&v->place, &v->clock, &v->instance), PL_OK);
    assert_int_equal(pl_roots_parse(pl_span_text(v->made.root_public_jwks), &v->roots), PL_OK);
    v->product = validator_add_product(v, v->made.brand_id, "till", 2);
}

void validator_close(validator *v)
{
    pl_arena_reset(&v->arena);
    instance_close(v->instance);
    temp_dir_remove(v->dir);
}

int validator_set_up(void **state)
{
    static validator v;

    validator_open(&v);
    *state = &v;
    return 0;
}

int validator_tear_down(void **state)
{
    validator_close(*state);
    return 0;
}

void validator_reopen(validator *v)
{
    instance_close(v->instance);
    assert_int_equal(instance_open(&v->place, &v->clock, &v->instance), PL_OK);
    assert_int_equal(validator_do(v, find_product, v), PL_OK);
}

void validator_hurry(validator *v)
{
    const char *sql = postgres_is_tested() ? "SET synchronous_commit = off" : "PRAGMA synchronous=OFF";

    assert_int_equal(pl_db_script(store_db(instance_store(v->instance)), sql), PL_OK);
}

void validator_check_references(validator *v, bool does)
{
    const char *sqlite = does ? "PRAGMA foreign_keys=ON" : "PRAGMA foreign_keys=OFF";
    const char *postgres = does ? "SET session_replication_role = origin" : "SET session_replication_role = replica";

    assert_int_equal(pl_db_script(store_db(instance_store(v->instance)), postgres_is_tested() ? postgres : sqlite), PL_OK);
}

void validator_advance(validator *v, int64_t seconds)
{
    fake_clock_advance(&v->time, seconds * 1000);
}

const keyring_t *validator_keyring(validator *v)
{
    const keyring_t *keyring = keys_pin(instance_keys(v->instance), &v->arena);

    assert_non_null(keyring);
    return keyring;
}

pl_err validator_do(validator *v, store_work work, void *context)
{
    return instance_write(v->instance, &v->arena, work, context);
}

/* ---- brands, products, licenses ---- */

typedef struct {
    validator *v;
    brand_order_t order;
    brand_made_t *made;
} brand_making;

static pl_err add_brand(void *context, tx_t *tx)
{
    brand_making *making = context;

    return admin_brand_add(tx, validator_keyring(making->v), &making->order, making->made);
}

static pl_err refresh(void *context, tx_t *tx)
{
    return keys_refresh(context, tx);
}

void validator_add_brand(validator *v, const char *slug, brand_made_t *made)
{
    brand_making making = {v, {slug, slug, v->data, PL_ALG_NONE}, made};

    assert_int_equal(validator_do(v, add_brand, &making), PL_OK);
    assert_int_equal(validator_do(v, refresh, instance_keys(v->instance)), PL_OK);
    validator_add_product(v, made->brand.id, "till", 2);
}

static pl_err add_product(void *context, tx_t *tx)
{
    product_t *product = context;

    return admin_product_add(tx, product->brand_id, product);
}

product_t validator_add_product(validator *v, pl_uuid brand_id, const char *slug, int64_t seats)
{
    product_t product = {
        .brand_id = brand_id, .slug = slug, .name = slug, .policy = admin_default_policy(), .key_prefix = "TILL"};

    product.policy.seats = seats;
    product.entitlements = "{\"kds\":true,\"tables\":20}";
    assert_int_equal(validator_do(v, add_product, &product), PL_OK);
    return product;
}

typedef struct {
    const keyring_t *keyring;
    license_order_t order;
    license_view_t view;
    const char *key;
} issuing;

static pl_err issue(void *context, tx_t *tx)
{
    issuing *i = context;

    return admin_license_issue(tx, i->keyring, &i->order, &i->view, &i->key);
}

license_view_t validator_issue(validator *v, const license_order_t *order, const char **key)
{
    issuing i = {.keyring = validator_keyring(v)};

    if (order)
        i.order = *order;
    if (pl_uuid_is_nil(i.order.brand_id))
        i.order.brand_id = v->made.brand_id;
    if (!i.order.product)
        i.order.product = "till";
    if (!i.order.email)
        i.order.email = "ada@example.com";
    assert_int_equal(validator_do(v, issue, &i), PL_OK);
    *key = i.key;
    return i.view;
}

typedef struct {
    pl_uuid license_id;
    license_change change;
    pl_reason reason;
} changing;

static pl_err change_license(void *context, tx_t *tx)
{
    const changing *c = context;
    const license_cause_t cause = {c->reason, NULL};
    license_view_t view;
    pl_err err = admin_license_show(tx, c->license_id, &view);

    return err ? err : admin_license_change(tx, &view.license, c->change, &cause);
}

void validator_change(validator *v, pl_uuid license_id, license_change change, pl_reason reason)
{
    changing c = {license_id, change, reason};

    assert_int_equal(validator_do(v, change_license, &c), PL_OK);
}

/* ---- tills ---- */

till till_make(int number, const char *key)
{
    pl_fingerprint fingerprint = {.count = {1, 1, 1, 0, 0, 0}};
    till t = {.key = key, .product = "till", .name = "Till"};
    uint8_t random[16];

    for (size_t i = 0; i < 3; i++)
        memset(fingerprint.value[i][0], number * 8 + (int)i + 1, PL_FINGERPRINT_VALUE_SIZE);
    memset(random, number, sizeof random);
    for (size_t i = 0; i < 3; i++) /* there are more tills than bytes */
        memcpy(fingerprint.value[i][0], &number, sizeof number);
    memcpy(random, &number, sizeof number);
    pl_fingerprint_format(&fingerprint, t.fingerprint);
    pl_uuid_format(pl_uuid_v4(random), t.instance_id);
    pl_device_key_new(t.public_key, t.secret);
    return t;
}

static void prove(const till *t, pl_act act, const pl_device_request *request, pl_buf *proof)
{
    pl_proof claims = {.act = pl_act_proof(act), .activation_id = t->activation_id, .issued_at = VALIDATOR_NOW_MS / 1000};
    uint8_t digest[PL_DIGEST_SIZE];
    bool is_needed;

    assert_int_equal(pl_act_proof_digest(act, request, digest, &is_needed), PL_OK);
    claims.digest = is_needed ? digest : NULL;
    memcpy(claims.nonce, request->nonce, PL_NONCE_SIZE);
    pl_proof_write(&claims, t->secret, proof);
}

void till_write(const till *t, const pl_roots *roots, pl_act act, pl_buf *body, uint8_t nonce[PL_NONCE_SIZE])
{
    pl_device_request request = {.root_count = roots->count, .product = t->product, .key = t->key};
    pl_buf proof;

    pl_buf_init(&proof);
    for (size_t i = 0; i < roots->count; i++)
        request.roots[i] = roots->keys[i].kid;
    pl_random(nonce, PL_NONCE_SIZE);
    memcpy(request.nonce, nonce, PL_NONCE_SIZE);
    request.fingerprint = t->fingerprint;
    request.instance_id = t->instance_id;
    request.device_name = t->name;
    request.activation_id = t->activation_id[0] ? t->activation_id : NULL;
    request.keyset_epoch = t->keyset_epoch;
    request.keyset_sequence = t->keyset_sequence;
    request.keyset_root = t->keyset_root;
    if (act == PL_ACT_ACTIVATE || act == PL_ACT_TRIAL) {
        request.has_device_key = true;
        memcpy(request.device_key, t->public_key, sizeof request.device_key);
    }
    request.session_id = t->session_id;
    request.channel = act == PL_ACT_RELEASE_CHECK ? t->channel : NULL;
    request.app_version = t->app_version;
    request.license_id = act == PL_ACT_USAGE ? t->license_id : NULL;
    request.usage = act == PL_ACT_USAGE ? t->usage : NULL;
    request.reason = act == PL_ACT_SESSION_TAKEOVER ? "the other till is broken" : NULL;
    if (pl_act_proof(act)) {
        prove(t, act, &request, &proof);
        request.proof = proof.data;
    }
    pl_device_request_write(&request, body);
    pl_buf_reset(&proof);
}

typedef struct {
    const device_call_t *call;
    outcome_t *outcome;
} calling;

static pl_err run_verb(void *context, tx_t *tx)
{
    calling *c = context;

    switch (c->call->act) {
    case PL_ACT_ACTIVATE:
        return licensing_activate(tx, c->call, c->outcome);
    case PL_ACT_VALIDATE:
        return licensing_validate(tx, c->call, c->outcome);
    case PL_ACT_DEACTIVATE:
    case PL_ACT_SESSION_START:
    case PL_ACT_SESSION_TAKEOVER:
    case PL_ACT_SESSION_END:
    case PL_ACT_SESSION_LIST:
    case PL_ACT_USAGE:
    case PL_ACT_TRIAL:
    case PL_ACT_RELEASE_CHECK:
        break;
    }
    return licensing_deactivate(tx, c->call, c->outcome);
}

pl_err till_call(validator *v, const till *t, pl_act act, device_call_t *call, outcome_t *outcome)
{
    const keyring_t *keyring = validator_keyring(v);
    calling c = {call, outcome};
    uint8_t nonce[PL_NONCE_SIZE];
    pl_buf body;
    pl_err err;

    pl_buf_init(&body);
    till_write(t, &v->roots, act, &body, nonce);
    err = licensing_read_call(&v->arena, keyring, act, pl_buf_span(&body), call);
    pl_buf_reset(&body);
    if (err)
        return err;
    return act == PL_ACT_VALIDATE ? instance_read(v->instance, &v->arena, run_verb, &c) : validator_do(v, run_verb, &c);
}

pl_verdict till_verdict(validator *v, till *t, pl_act act)
{
    device_call_t call;
    outcome_t outcome;

    assert_int_equal(till_call(v, t, act, &call, &outcome), PL_OK);
    if (outcome.has_activation)
        pl_uuid_format(outcome.activation.id, t->activation_id);
    return outcome.verdict;
}
