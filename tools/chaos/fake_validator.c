/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys, keysets and answers of the fake validator, and what it decides. License files for tests are in tests/support/fake_file.c.
 */
#include "chaos/fake_validator.h"

#include <stdio.h>
#include <string.h>

#include "chaos/fake_document.h"
#include "chaos/fake_seats.h"
#include "token/license_file.h"
#include "chaos/fake_usage.h"
#include "token/proof.h"
#include "wire/device_reply.h"
#include "wire/offline_request.h"

enum { DAY_S = 86400 };

int64_t fake_validator_now(const fake_validator *v)
{
    return pl_clock_read(&v->clock).wall_ms / 1000 + v->clock_error_s;
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
        pl_jwk jwk = fake_jwk_of(&v->roots[i]);

        pl_json_open(&writer, NULL, '{');
        pl_jwk_write(&writer, &jwk);
        pl_json_close(&writer);
    }
    pl_json_close(&writer);
    pl_json_close(&writer);
    fake_must(!text.err && text.size < sizeof v->roots_json, "the roots fit");
    memcpy(v->roots_json, text.data, text.size + 1);
    pl_buf_reset(&text);
}

static size_t add_key(fake_validator *v, unsigned docs)
{
    size_t place = v->keyset.count++;
    pl_keyset_key *key = &v->keyset.keys[place];

    fake_must(place < FAKE_KEYS_MAX && !pl_key_pair_new(PL_ALG_EDDSA, &v->pairs[place]), "there is a new key");
    key->jwk = fake_jwk_of(&v->pairs[place]);
    key->docs = docs;
    key->state = PL_KEY_CURRENT;
    return place;
}

void fake_validator_init(fake_validator *v, pl_clock clock)
{
    static const char *const keys[FAKE_LICENSES] = {FAKE_KEY, FAKE_OTHER_KEY};
    static const char *const ids[FAKE_LICENSES] = {"018f4c1e-0000-7000-8000-00000000c001",
                                                   "018f4c1e-0000-7000-8000-00000000c002"};

    memset(v, 0, sizeof *v);
    fake_must(!pl_crypto_ready() && (v->mutex = pl_mutex_new()) != NULL, "it starts");
    v->clock = clock;
    v->product = FAKE_PRODUCT;
    for (size_t i = 0; i < FAKE_ROOTS; i++)
        fake_must(!pl_key_pair_new(PL_ALG_EDDSA, &v->roots[i]), "there are roots");
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
    before->retired_at = state_before == PL_KEY_RETIRED ? fake_validator_now(v) : 0;
    v->answer_key = add_key(v, 1u << PL_DOC_ANSWER);
    v->keyset.sequence++;
    pl_mutex_unlock(v->mutex);
}

void fake_validator_keyset(const fake_validator *v, pl_buf *token)
{
    pl_keyset keyset = v->keyset;

    keyset.issued_at = fake_validator_now(v);
    fake_must(!pl_keyset_sign(&keyset, &v->roots[v->root], token), "the keyset is signed");
}

/* ---- what it decides ---- */

static int64_t later(int64_t now, int64_t seconds)
{
    return seconds ? now + seconds : 0;
}

static void set_times(const fake_validator *v, pl_claims *claims)
{
    int64_t now = fake_validator_now(v);

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

static void answer_request(fake_validator *v, pl_act act, const pl_device_request *request, fake_draft *d)
{
    fake_license *license = request->key ? find_license(v, request->key) : NULL;
    pl_claims *claims = &d->claims;
    fake_seat *seat = NULL;

    fake_draft_name(d, v);
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
    fake_draft_describe(d, license);
    claims->release = act == PL_ACT_RELEASE_CHECK ? v->release : NULL;
    claims->plan = act == PL_ACT_TRIAL || v->has_trials ? "trial" : claims->plan;
    if (!seat)
        return;
    fake_draft_bind(d, seat->fingerprint);
    claims->activation_id = seat->activation;
    claims->has_device_key = true;
    memcpy(claims->device_key, seat->device_key, sizeof claims->device_key);
}

/* ---- what becomes of it ---- */

static void count(fake_validator *v, pl_act act)
{
    switch (act) {
    case PL_ACT_ACTIVATE:
        v->activations++;
        break;
    case PL_ACT_VALIDATE:
        v->validations++;
        break;
    case PL_ACT_DEACTIVATE:
        v->deactivations++;
        break;
    case PL_ACT_USAGE:
        v->usages++;
        break;
    case PL_ACT_TRIAL:
        v->trials++;
        break;
    case PL_ACT_RELEASE_CHECK:
        v->release_checks++;
        break;
    case PL_ACT_SESSION_START: /* nobody here keeps sessions: there is no route for them */
    case PL_ACT_SESSION_TAKEOVER:
    case PL_ACT_SESSION_END:
    case PL_ACT_SESSION_LIST:
        break;
    }
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
    jwk = fake_jwk_of(pair);
    fake_must(!pl_claims_sign(claims, pair, jwk.kid, token), "the answer is signed");
}

/* The rule of server-stub/licensing/answer.c. */
static bool lacks_keyset(const fake_validator *v, const pl_device_request *request)
{
    pl_jwk root = fake_jwk_of(&v->roots[v->root]);
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
        forged.keys[0].jwk = fake_jwk_of(&v->roots[FAKE_ROOT_OF_A_STRANGER]);
        forged.keys[0].docs = 1u << PL_DOC_ANSWER;
        forged.sequence = 99;
        forged.issued_at = fake_validator_now(v);
        fake_must(!pl_keyset_sign(&forged, &v->roots[FAKE_ROOT_OF_A_STRANGER], token), "the forgery is signed");
    } else if (v->sends_keyset && lacks_keyset(v, request)) {
        fake_validator_keyset(v, token);
    }
}

static void reply_to(fake_validator *v, pl_act act, pl_span body, const pl_device_request *request, pl_buf *out)
{
    fake_draft d = {.claims = {.has_nonce = true}};
    pl_device_reply reply;
    pl_buf answer, keyset;

    pl_buf_init(&answer);
    pl_buf_init(&keyset);
    answer_request(v, act, request, &d);
    memcpy(d.claims.nonce, request->nonce, sizeof d.claims.nonce);
    pl_digest(body, d.claims.request_digest);
    spoil(v, &d.claims);
    sign_answer(v, &d.claims, &answer);
    add_keyset(v, request, &keyset);
    reply = (pl_device_reply){.answer = pl_buf_span(&answer), .keyset = pl_buf_span(&keyset), .revocations = v->revocations};
    pl_device_reply_write(&reply, out);
    pl_buf_reset(&answer);
    pl_buf_reset(&keyset);
}

/* On a line that replays, the reply before takes the place of this one. */
static void keep_reply(fake_validator *v, pl_buf *body)
{
    if (v->line == LINE_REPLAY) {
        pl_buf_clear(body);
        pl_buf_add(body, v->last_reply.data, v->last_reply.size);
    }
    pl_buf_clear(&v->last_reply);
    pl_buf_add(&v->last_reply, body->data, body->size);
    fake_must(!v->last_reply.err, "there is memory for the reply");
}

pl_err fake_validator_answer(fake_validator *v, pl_act act, pl_span request, pl_buf *body)
{
    pl_device_request read;
    pl_arena arena;
    pl_err err;

    count(v, act);
    pl_arena_init(&arena);
    if ((err = pl_device_request_read(&arena, act, request, &read)) == PL_OK) {
        reply_to(v, act, request, &read, body);
        keep_reply(v, body);
    }
    pl_arena_reset(&arena);
    return err;
}

void fake_validator_answer_carried(fake_validator *v, const char *text_of_request, pl_buf *text)
{
    char canonical[PL_OFFLINE_REQUEST_MAX + 1], fingerprint[PL_FINGERPRINT_TEXT_SIZE];
    pl_device_request request = {.instance_id = "", .fingerprint = fingerprint};
    fake_draft d = {.claims = {.has_nonce = true}};
    pl_offline_request offline;
    pl_buf answer, keyset;

    pl_buf_init(&answer);
    pl_buf_init(&keyset);
    fake_must(!pl_offline_request_read(pl_span_text(text_of_request), &offline, canonical), "the offline request is well-formed");
    request.key = fake_key_spelled(v, offline.key);
    pl_fingerprint_format(&offline.fingerprint, fingerprint);
    memcpy(request.device_key, offline.device_key, sizeof request.device_key);
    pl_mutex_lock(v->mutex);
    answer_request(v, PL_ACT_ACTIVATE, &request, &d);
    pl_offline_nonce(offline.nonce, d.claims.nonce);
    pl_digest(pl_span_text(canonical), d.claims.request_digest);
    spoil(v, &d.claims);
    sign_answer(v, &d.claims, &answer);
    add_keyset(v, &request, &keyset);
    pl_mutex_unlock(v->mutex);
    pl_license_file_join(text, pl_buf_span(&answer), pl_buf_span(&keyset));
    fake_must(!text->err, "there is memory for the answer");
    pl_buf_reset(&answer);
    pl_buf_reset(&keyset);
}

static const char *const FOREIGN_REPLIES[LINE_PROBLEM + 1] = {
    [LINE_HTML] = "<html><body>Welcome to Hotel WiFi</body></html>",
    [LINE_GARBAGE] = "{\"answer\": nonsense",
    [LINE_EMPTY] = "{}",
    [LINE_UNSIGNED_DENIAL] = "{\"verdict\":\"REVOKED\",\"answer\":\"e30.e30.e30\"}",
    [LINE_PROBLEM] = "{\"type\":\"about:blank\",\"title\":\"Broken\",\"status\":500,\"code\":\"internal_error\"}",
};

const char *fake_validator_foreign(const fake_validator *v)
{
    return FOREIGN_REPLIES[v->line];
}
