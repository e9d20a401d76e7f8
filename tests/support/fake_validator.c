/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys, keysets and files of the validator of tests, and what it decides. It runs in the threads of the programs under test, where a
 * failed assertion has nowhere to go: what can't be true aborts.
 */
#include "support/fake_validator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fake_seats.h"
#include "support/fake_usage.h"
#include "token/license_file.h"
#include "token/proof.h"
#include "wire/device_reply.h"

enum { YEAR_S = 365 * 86400, DAY_S = 86400 };

static void must(bool is_true, const char *what)
{
    if (is_true)
        return;
    (void)fprintf(stderr, "the validator of the tests: %s\n", what);
    abort();
}

static int64_t now_s(const fake_validator *v)
{
    return atomic_load(&v->clock->wall_ms) / 1000 + v->clock_error_s;
}

static pl_jwk jwk_of(const pl_key_pair *pair)
{
    pl_jwk jwk = {"", pair->public_key};

    pl_jwk_thumbprint(&jwk.key, jwk.kid);
    return jwk;
}

static void write_roots(fake_validator *v)
{
    pl_json_writer writer;
    pl_buf text;

    pl_buf_init(&text);
    pl_json_writer_init(&writer, &text);
    pl_json_open(&writer, NULL, '{');
    pl_json_open(&writer, "keys", '[');
    for (size_t i = FAKE_ROOT_IN_USE; i <= FAKE_ROOT_RESERVE; i++) {
        pl_jwk jwk = jwk_of(&v->roots[i]);

        pl_json_open(&writer, NULL, '{');
        pl_jwk_write(&writer, &jwk);
        pl_json_close(&writer);
    }
    pl_json_close(&writer);
    pl_json_close(&writer);
    must(!text.err && text.size < sizeof v->roots_json, "the roots fit");
    memcpy(v->roots_json, text.data, text.size + 1);
    pl_buf_reset(&text);
}

static size_t add_key(fake_validator *v, unsigned docs)
{
    size_t place = v->keyset.count++;
    pl_keyset_key *key = &v->keyset.keys[place];

    must(place < FAKE_KEYS_MAX && !pl_key_pair_new(PL_ALG_EDDSA, &v->pairs[place]), "there is a new key");
    key->jwk = jwk_of(&v->pairs[place]);
    key->docs = docs;
    key->state = PL_KEY_CURRENT;
    return place;
}

void fake_validator_init(fake_validator *v, fake_clock *clock)
{
    static const char *const keys[FAKE_LICENSES] = {FAKE_KEY, FAKE_OTHER_KEY};
    static const char *const ids[FAKE_LICENSES] = {"018f4c1e-0000-7000-8000-00000000c001",
                                                   "018f4c1e-0000-7000-8000-00000000c002"};

    memset(v, 0, sizeof *v);
    must(!pl_crypto_ready() && (v->mutex = pl_mutex_new()) != NULL, "it starts");
    v->clock = clock;
    for (size_t i = 0; i < FAKE_ROOTS; i++)
        must(!pl_key_pair_new(PL_ALG_EDDSA, &v->roots[i]), "there are roots");
    write_roots(v);
    (void)snprintf(v->keyset.issuer, sizeof v->keyset.issuer, "%s", FAKE_BRAND_ID);
    v->keyset.sequence = 1;
    v->license_key = add_key(v, 1u << PL_DOC_LICENSE | 1u << PL_DOC_REVOCATIONS);
    v->answer_key = add_key(v, 1u << PL_DOC_ANSWER);
    v->sends_keyset = true;
    for (size_t i = 0; i < FAKE_LICENSES; i++)
        v->licenses[i] = (fake_license){
            .key = keys[i], .license_id = ids[i], .is_known = true, .verdict = PL_VERDICT_ACTIVE, .sequence = 1, .seats = 2};
    v->refresh_s = 3600;
    v->check_s = 3 * DAY_S;
    v->grace_s = 10 * DAY_S;
    v->emergency_s = DAY_S;
    v->allowed = PL_USAGE_UNLIMITED;
    v->cut_at = SIZE_MAX;
    pl_buf_init(&v->last_body);
    pl_buf_init(&v->last_reply);
}

void fake_validator_reset(fake_validator *v)
{
    pl_buf_reset(&v->last_body);
    pl_buf_reset(&v->last_reply);
    pl_mutex_free(v->mutex);
}

void fake_validator_decide(fake_validator *v, pl_verdict verdict, pl_reason reason)
{
    pl_mutex_lock(v->mutex);
    v->licenses[0].verdict = verdict;
    v->licenses[0].reason = reason;
    v->licenses[0].sequence++;
    pl_mutex_unlock(v->mutex);
}

void fake_validator_restore(fake_validator *v)
{
    pl_mutex_lock(v->mutex);
    memset(v->seats, 0, sizeof v->seats);
    v->epoch++;
    pl_mutex_unlock(v->mutex);
}

void fake_validator_rotate(fake_validator *v, pl_key_state state_before)
{
    pl_keyset_key *before = &v->keyset.keys[v->answer_key];

    pl_mutex_lock(v->mutex);
    before->state = state_before;
    before->retired_at = state_before == PL_KEY_RETIRED ? now_s(v) : 0;
    v->answer_key = add_key(v, 1u << PL_DOC_ANSWER);
    v->keyset.sequence++;
    pl_mutex_unlock(v->mutex);
}

void fake_validator_keyset(const fake_validator *v, pl_buf *token)
{
    pl_keyset keyset = v->keyset;

    keyset.issued_at = now_s(v);
    must(!pl_keyset_sign(&keyset, &v->roots[v->root], token), "the keyset is signed");
}

/* ---- what it decides ---- */

static const pl_entitlement ENTITLEMENTS[] = {
    {.name = "kds", .kind = PL_ENTITLEMENT_FEATURE, .is_on = true},
    {.name = "loyalty", .kind = PL_ENTITLEMENT_FEATURE, .is_on = false},
    {.name = "tills", .kind = PL_ENTITLEMENT_LIMIT, .number = 3},
    {.name = "tier", .kind = PL_ENTITLEMENT_TEXT, .text = "gold"},
    {.name = "usage.covers", .kind = PL_ENTITLEMENT_LIMIT, .number = 4},
    {.name = "season", .kind = PL_ENTITLEMENT_TEXT, .text = "winter", .ends_at = FAKE_SEASON_ENDS_AT},
};

typedef struct {
    char token_id[PL_UUID_TEXT_SIZE];
    pl_claims claims;
} draft;

static void name_document(fake_validator *v, draft *d)
{
    (void)snprintf(d->token_id, sizeof d->token_id, "018f4c1e-0000-7000-8000-%012x", ++v->serial);
    d->claims.token_id = d->token_id;
    d->claims.issuer = FAKE_BRAND_ID;
    d->claims.product_id = FAKE_PRODUCT_ID;
    d->claims.product = FAKE_PRODUCT;
    d->claims.epoch = v->epoch;
}

static void describe_license(const fake_license *license, pl_claims *claims)
{
    claims->license_id = license->license_id;
    claims->sequence = license->sequence;
    claims->expires_at = license->expires_at;
    claims->plan = "pro";
    claims->customer = "Corner Shop";
    claims->entitlements.items = ENTITLEMENTS;
    claims->entitlements.count = sizeof ENTITLEMENTS / sizeof *ENTITLEMENTS;
}

static void bind_device(const char *fingerprint, pl_claims *claims)
{
    claims->has_device = true;
    claims->device_name = "Till 3";
    must(!pl_fingerprint_parse(pl_span_text(fingerprint), &claims->device), "the fingerprint is one");
}

static int64_t later(int64_t now, int64_t seconds)
{
    return seconds ? now + seconds : 0;
}

static void set_times(const fake_validator *v, pl_claims *claims)
{
    int64_t now = now_s(v);

    claims->issued_at = now;
    claims->refresh_at = later(now, v->refresh_s);
    claims->check_by = later(now, v->check_s);
    claims->grace_until = later(now, v->grace_s);
    claims->emergency_seconds = v->emergency_s;
}

static fake_license *find_license(fake_validator *v, const char *key)
{
    for (size_t i = 0; i < FAKE_LICENSES; i++)
        if (strcmp(v->licenses[i].key, key) == 0 && v->licenses[i].is_known)
            return &v->licenses[i];
    return NULL;
}

static pl_verdict release_seat(fake_seat *seat, const pl_device_request *request)
{
    pl_proof expected = {.act = "deactivate", .activation_id = request->activation_id};

    if (!seat)
        return PL_VERDICT_NOT_ACTIVATED;
    memcpy(expected.nonce, request->nonce, sizeof expected.nonce);
    if (pl_proof_verify(pl_span_text(request->proof), seat->device_key, &expected))
        return PL_VERDICT_WRONG_DEVICE;
    seat->license_id = NULL;
    return PL_VERDICT_RELEASED;
}

static pl_verdict decide_seat(fake_validator *v, pl_act act, const fake_license *license, const pl_device_request *request,
                              fake_seat **seat)
{
    *seat = fake_seat_find(v, license, request);
    if (act == PL_ACT_DEACTIVATE)
        return release_seat(*seat, request);
    if (license->verdict != PL_VERDICT_ACTIVE)
        return license->verdict;
    if (act == PL_ACT_VALIDATE || act == PL_ACT_RELEASE_CHECK)
        return *seat ? PL_VERDICT_ACTIVE : PL_VERDICT_NOT_ACTIVATED;
    *seat = fake_seat_take(v, license, request);
    return *seat ? PL_VERDICT_ACTIVE : PL_VERDICT_NO_SEAT;
}

static void answer_request(fake_validator *v, pl_act act, const pl_device_request *request, draft *d)
{
    fake_license *license = request->key ? find_license(v, request->key) : NULL;
    pl_claims *claims = &d->claims;
    fake_seat *seat = NULL;

    name_document(v, d);
    claims->kind = PL_CLAIMS_ANSWER;
    claims->verdict = PL_VERDICT_UNKNOWN_KEY;
    set_times(v, claims);
    if (act == PL_ACT_TRIAL)
        license = fake_trial_find(v, request, claims);
    if (act == PL_ACT_USAGE)
        claims->verdict = fake_usage_take(v, request, claims);
    if (!license)
        return;
    claims->verdict = decide_seat(v, act, license, request, &seat);
    claims->reason = license->reason;
    describe_license(license, claims);
    claims->release = act == PL_ACT_RELEASE_CHECK ? v->release : NULL;
    claims->plan = act == PL_ACT_TRIAL || v->has_trials ? "trial" : claims->plan;
    if (!seat)
        return;
    bind_device(seat->fingerprint, claims);
    claims->activation_id = seat->activation;
    claims->has_device_key = true;
    memcpy(claims->device_key, seat->device_key, sizeof claims->device_key);
}

/* ---- what becomes of it ---- */

static pl_act act_of(fake_validator *v, const char *url)
{
    static const pl_act acts[] = {PL_ACT_ACTIVATE, PL_ACT_VALIDATE, PL_ACT_DEACTIVATE,
                                  PL_ACT_USAGE,    PL_ACT_TRIAL,    PL_ACT_RELEASE_CHECK};
    unsigned *const counts[] = {&v->activations, &v->validations, &v->deactivations, &v->usages, &v->trials, &v->release_checks};

    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        const char *path = pl_act_path(acts[i]);
        size_t length = strlen(path);

        if (strlen(url) > length && strcmp(url + strlen(url) - length, path) == 0) {
            (*counts[i])++;
            return acts[i];
        }
    }
    must(false, "the path is known");
    return PL_ACT_VALIDATE;
}

static void spoil(const fake_validator *v, pl_claims *claims)
{
    if (v->line == LINE_OTHER_NONCE)
        claims->nonce[0] ^= 1;
    if (v->line == LINE_OTHER_REQUEST)
        claims->request_digest[0] ^= 1;
    if (v->line == LINE_OTHER_PRODUCT)
        claims->product = "kitchen";
    if (v->line == LINE_UNKNOWN_VERDICT)
        claims->verdict = PL_VERDICT_NONE;
}

static void sign_answer(const fake_validator *v, const pl_claims *claims, pl_buf *token)
{
    const pl_key_pair *pair = &v->pairs[v->answer_key];
    pl_jwk jwk;

    if (v->line == LINE_STRANGER || v->line == LINE_FORGED)
        pair = &v->roots[FAKE_ROOT_OF_A_STRANGER];
    if (v->line == LINE_LICENSE_KEY)
        pair = &v->pairs[v->license_key];
    jwk = jwk_of(pair);
    must(!pl_claims_sign(claims, pair, jwk.kid, token), "the answer is signed");
}

/* The rule of server-stub/licensing/answer.c. */
static bool lacks_keyset(const fake_validator *v, const pl_device_request *request)
{
    pl_jwk root = jwk_of(&v->roots[v->root]);
    bool is_told = request->keyset_root && strcmp(request->keyset_root, root.kid) == 0;

    if (!is_told && !v->overlooks_root)
        return true;
    if (request->keyset_epoch != v->keyset.epoch)
        return request->keyset_epoch < v->keyset.epoch;
    return request->keyset_sequence < v->keyset.sequence;
}

static void add_keyset(const fake_validator *v, const pl_device_request *request, pl_buf *token)
{
    pl_keyset forged = v->keyset;

    if (v->line == LINE_FORGED) {
        forged.keys[0].jwk = jwk_of(&v->roots[FAKE_ROOT_OF_A_STRANGER]);
        forged.keys[0].docs = 1u << PL_DOC_ANSWER;
        forged.sequence = 99;
        forged.issued_at = now_s(v);
        must(!pl_keyset_sign(&forged, &v->roots[FAKE_ROOT_OF_A_STRANGER], token), "the forgery is signed");
    } else if (v->sends_keyset && lacks_keyset(v, request)) {
        fake_validator_keyset(v, token);
    }
}

static void write_reply(fake_validator *v, const pospal_exchange_t *exchange, pl_buf *body)
{
    pl_buf answer, keyset;
    pl_device_request request;
    pl_device_reply reply;
    draft d = {.claims = {.has_nonce = true}};
    pl_arena arena;
    pl_act act = act_of(v, exchange->url);

    pl_arena_init(&arena);
    pl_buf_init(&answer);
    pl_buf_init(&keyset);
    must(!pl_device_request_read(&arena, act, pl_span_of(exchange->body, exchange->body_size), &request),
         "the request is well-formed");
    answer_request(v, act, &request, &d);
    memcpy(d.claims.nonce, request.nonce, sizeof d.claims.nonce);
    pl_digest(pl_span_of(exchange->body, exchange->body_size), d.claims.request_digest);
    spoil(v, &d.claims);
    sign_answer(v, &d.claims, &answer);
    add_keyset(v, &request, &keyset);
    reply = (pl_device_reply){pl_buf_span(&answer), pl_buf_span(&keyset)};
    pl_device_reply_write(&reply, body);
    pl_buf_reset(&answer);
    pl_buf_reset(&keyset);
    pl_arena_reset(&arena);
}

/* What does not come from the validator at all; NULL where it does. */
static const char *const FOREIGN_REPLIES[LINE_PROBLEM + 1] = {
    [LINE_HTML] = "<html><body>Welcome to Hotel WiFi</body></html>",
    [LINE_GARBAGE] = "{\"answer\": nonsense",
    [LINE_EMPTY] = "{}",
    [LINE_UNSIGNED_DENIAL] = "{\"verdict\":\"REVOKED\",\"answer\":\"e30.e30.e30\"}",
    [LINE_PROBLEM] = "{\"type\":\"about:blank\",\"title\":\"Broken\",\"status\":500,\"code\":\"internal_error\"}",
};

static pospal_result_t reply_with(fake_validator *v, const pospal_exchange_t *exchange, pospal_reply *reply)
{
    const char *foreign = FOREIGN_REPLIES[v->line];
    pl_buf body;

    if (foreign)
        return pospal_reply_set(reply, v->line == LINE_PROBLEM ? v->http_status : 200,
                                v->line == LINE_HTML ? "Content-Type: text/html; charset=utf-8\r\n"
                                                     : "Content-Type: application/json\r\n",
                                foreign, strlen(foreign));
    pl_buf_init(&body);
    write_reply(v, exchange, &body);
    if (v->line == LINE_REPLAY) {
        pl_buf_clear(&body);
        pl_buf_add(&body, v->last_reply.data, v->last_reply.size);
    }
    pl_buf_clear(&v->last_reply);
    pl_buf_add(&v->last_reply, body.data, body.size);
    pl_buf_reset(&body);
    must(!v->last_reply.err, "there is memory for the reply");
    return pospal_reply_set(reply, 200, "Content-Type: application/json\r\n", v->last_reply.data,
                            v->cut_at < v->last_reply.size ? v->cut_at : v->last_reply.size);
}

pospal_result_t fake_validator_exchange(void *context, const pospal_exchange_t *exchange, pospal_reply *reply)
{
    fake_validator *v = context;
    pospal_result_t result = POSPAL_ERROR_UNREACHABLE;

    if (v->during)
        v->during(v->during_context);
    pl_mutex_lock(v->mutex);
    v->exchanges++;
    pl_buf_clear(&v->last_body);
    pl_buf_add(&v->last_body, exchange->body, exchange->body_size);
    if (v->line != LINE_OFFLINE)
        result = reply_with(v, exchange, reply);
    pl_mutex_unlock(v->mutex);
    if (v->after)
        v->after(v->during_context);
    return result;
}

/* ---- documents that answer no request ---- */

static void sign_file(fake_validator *v, const fake_file *file, const pl_claims *claims, pl_buf *text)
{
    const pl_key_pair *pair = file->signer ? file->signer : &v->pairs[v->license_key];
    pl_jwk jwk = jwk_of(pair);
    pl_buf document, keyset;

    pl_buf_init(&document);
    pl_buf_init(&keyset);
    must(!pl_claims_sign(claims, pair, jwk.kid, &document), "the file is signed");
    if (!file->is_without_keyset)
        fake_validator_keyset(v, &keyset);
    pl_license_file_join(text, pl_buf_span(&document), pl_buf_span(&keyset));
    pl_buf_reset(&document);
    pl_buf_reset(&keyset);
    must(!text->err, "there is memory for the file");
}

void fake_validator_file(fake_validator *v, const fake_file *file, pl_buf *text)
{
    draft d = {.claims = {.kind = PL_CLAIMS_LICENSE, .verdict = PL_VERDICT_ACTIVE}};

    name_document(v, &d);
    describe_license(&v->licenses[file->license], &d.claims);
    if (file->sequence)
        d.claims.sequence = file->sequence;
    if (file->product)
        d.claims.product = file->product;
    d.claims.issued_at = file->issued_at ? file->issued_at : now_s(v);
    d.claims.not_before = file->not_before;
    d.claims.expires_at = file->expires_at;
    d.claims.check_by = file->check_by;
    d.claims.emergency_seconds = file->emergency_s;
    if (file->fingerprint)
        bind_device(file->fingerprint, &d.claims);
    sign_file(v, file, &d.claims, text);
}

void fake_validator_forge_lease(fake_validator *v, const pl_key_pair *pair, const char *fingerprint, pl_buf *text)
{
    draft d = {.claims = {.kind = PL_CLAIMS_ANSWER, .verdict = PL_VERDICT_ACTIVE, .has_nonce = true}};
    fake_file file = {.signer = pair};

    name_document(v, &d);
    describe_license(&v->licenses[0], &d.claims);
    d.claims.sequence = 1000;
    d.claims.issued_at = now_s(v);
    d.claims.check_by = d.claims.issued_at + 10 * YEAR_S;
    bind_device(fingerprint, &d.claims);
    d.claims.activation_id = "018f4c1e-0000-7000-9000-00000000abcd";
    sign_file(v, &file, &d.claims, text);
}
