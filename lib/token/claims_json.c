/* SPDX-License-Identifier: Apache-2.0
 *
 * Claims as JSON. Reader and writer stand side by side and go through the members in the same order.
 */
#include "token/claims_json.h"

#include "base/timestamp.h"

#include "token/release_json.h"
#include "token/session_json.h"
#include "token/trial_json.h"
#include "token/usage_json.h"

#include <string.h>

enum { WORD_MAX = 64, NONCE_TEXT = 44 /* with the NUL */ };

/* ---- reading ---- */

static pl_err read_time(const pl_json *object, const char *name, int64_t *time)
{
    return pl_json_may_int(object, name, 1, PL_TIME_MAX, time);
}

/* Ids and slugs: an empty one would be equal to another empty one. */
static pl_err read_id(const pl_json *object, const char *name, const char **id)
{
    pl_err err = pl_json_may_text(object, name, PL_CLAIMS_ID_MAX, id);

    return !err && *id && !**id ? pl_fail(PL_ERR_MALFORMED, "member \"%s\" is empty", name) : err;
}

static pl_err want_id(const pl_json *object, const char *name, const char **id)
{
    pl_err err = read_id(object, name, id);

    return !err && !*id ? pl_fail(PL_ERR_MALFORMED, "member \"%s\" is missing", name) : err;
}

static pl_err read_bytes(const pl_json *object, const char *name, uint8_t bytes[32], bool *is_there)
{
    const char *text = NULL;
    size_t size = 32;
    pl_err err = pl_json_may_text(object, name, NONCE_TEXT - 1, &text);

    *is_there = text != NULL;
    if (err || !text || (err = pl_base64url_decode(pl_span_text(text), bytes, &size)))
        return err;
    return size == 32 ? PL_OK : pl_fail(PL_ERR_MALFORMED, "member \"%s\" is not 32 bytes", name);
}

static pl_err read_identity(const pl_json *object, pl_claims *claims)
{
    pl_err err;

    if ((err = want_id(object, "iss", &claims->issuer)) || (err = read_id(object, "sub", &claims->license_id)) ||
        (err = want_id(object, "aud", &claims->product_id)) ||
        (err = pl_json_want_int(object, "iat", 1, PL_TIME_MAX, &claims->issued_at)) ||
        (err = read_time(object, "nbf", &claims->not_before)) || (err = read_time(object, "exp", &claims->expires_at)) ||
        (err = read_id(object, "jti", &claims->token_id)) || (err = want_id(object, "product", &claims->product)) ||
        (err = pl_json_may_int(object, "epoch", 0, INT64_MAX, &claims->epoch)))
        return err;
    return pl_json_may_int(object, "seq", 0, INT64_MAX, &claims->sequence);
}

static pl_err read_value(const pl_json *object, pl_entitlement *item)
{
    const pl_json *value = pl_json_get(object, "value");
    pl_err err;

    if (pl_json_text(value)) {
        item->kind = PL_ENTITLEMENT_TEXT;
        return pl_json_want_text(object, "value", PL_ENTITLEMENT_TEXT_MAX, &item->text);
    }
    if (pl_json_int(value, &item->number)) {
        item->kind = PL_ENTITLEMENT_LIMIT;
        return PL_OK;
    }
    if (!value)
        return pl_fail(PL_ERR_MALFORMED, "entitlement \"%s\" has no value", item->name);
    if ((err = pl_json_may_bool(object, "value", &item->is_on)))
        return pl_fail(err, "entitlement \"%s\": neither true or false, nor an integer, nor a text", item->name);
    item->kind = PL_ENTITLEMENT_FEATURE;
    return PL_OK;
}

static pl_err read_entitlement(void *context, const char *name, const pl_json *object)
{
    pl_entitlement **next = context;
    pl_entitlement *item = (*next)++;
    pl_err err;

    if (!pl_entitlement_name_is_valid(name) || !pl_json_is_object(object))
        return pl_fail(PL_ERR_MALFORMED, "an entitlement with a wrong name or that is no object");
    item->name = name;
    if ((err = read_value(object, item)))
        return err;
    return read_time(object, "exp", &item->ends_at);
}

static pl_err read_entitlements(pl_arena *arena, const pl_json *object, pl_entitlements *set)
{
    const pl_json *members = NULL;
    pl_entitlement *items;
    pl_err err = pl_json_may_object(object, "entitlements", &members);
    size_t count = members ? pl_json_count(members) : 0;

    if (err || count == 0)
        return err;
    if (count > PL_ENTITLEMENTS_MAX)
        return pl_fail(PL_ERR_MALFORMED, "more than %d entitlements", (int)PL_ENTITLEMENTS_MAX);
    set->items = items = pl_arena_take(arena, count * sizeof(*items));
    set->count = count;
    return items ? pl_json_each(members, read_entitlement, &items) : pl_fail(PL_ERR_MEMORY, "entitlements");
}

static pl_err read_device(const pl_json *object, pl_claims *claims)
{
    const pl_json *device = NULL;
    const char *fingerprint, *match = NULL;
    pl_err err;

    if ((err = pl_json_may_object(object, "device", &device)) || !device)
        return err;
    if ((err = pl_json_want_text(device, "fp", PL_FINGERPRINT_TEXT_SIZE - 1, &fingerprint)) ||
        (err = pl_fingerprint_parse(pl_span_text(fingerprint), &claims->device)) ||
        (err = pl_json_may_text(device, "match", WORD_MAX, &match)) ||
        (match && (err = pl_match_rule_parse(pl_span_text(match), &claims->match))) ||
        (err = pl_json_may_text(device, "name", PL_DEVICE_NAME_MAX, &claims->device_name)))
        return err;
    claims->has_device = true;
    return read_id(device, "activation", &claims->activation_id);
}

static pl_err read_device_key(const pl_json *object, pl_claims *claims)
{
    const pl_json *confirmation = NULL, *jwk = NULL;
    pl_public_key key;
    pl_err err;

    if ((err = pl_json_may_object(object, "cnf", &confirmation)) || !confirmation ||
        (err = pl_json_may_object(confirmation, "jwk", &jwk)) || !jwk || (err = pl_jwk_read_key(jwk, &key)))
        return err;
    if (key.alg != PL_ALG_EDDSA)
        return pl_fail(PL_ERR_UNSUPPORTED, "a device key that is not Ed25519");
    memcpy(claims->device_key, key.point, sizeof(claims->device_key));
    claims->has_device_key = true;
    return PL_OK;
}

/* A verdict or reason that this version does not know becomes NONE, which decides nothing. */
static pl_err read_decision(const pl_json *object, pl_claims *claims)
{
    const char *verdict, *reason = NULL;
    bool has_digest;
    pl_err err;

    if ((err = pl_json_want_text(object, "verdict", WORD_MAX, &verdict)) ||
        (err = pl_json_may_text(object, "reason", WORD_MAX, &reason)) ||
        (err = read_bytes(object, "nonce", claims->nonce, &claims->has_nonce)) ||
        (err = read_bytes(object, "req", claims->request_digest, &has_digest)))
        return err;
    if (claims->has_nonce != has_digest)
        return pl_fail(PL_ERR_MALFORMED, "members \"nonce\" and \"req\" go together");
    claims->verdict = pl_verdict_parse(verdict);
    claims->reason = reason ? pl_reason_parse(reason) : PL_REASON_NONE;
    return PL_OK;
}

/* An offline trial is the same text for every machine: it is no answer, and bound to no device. */
static pl_err read_trial(const pl_json *object, pl_claims *claims)
{
    pl_err err = pl_json_may_int(object, "trial_s", 1, PL_TRIAL_SECONDS_MAX, &claims->trial_seconds);

    if (err || claims->trial_seconds == 0)
        return err;
    if (claims->kind != PL_CLAIMS_LICENSE || claims->has_device || claims->has_device_key)
        return pl_fail(PL_ERR_MALFORMED, "member \"trial_s\" stands in a license only, and in none that is bound to a device");
    return PL_OK;
}

static pl_err read_common(pl_arena *arena, const pl_json *object, pl_claims *claims)
{
    pl_err err;

    if ((err = read_identity(object, claims)) || (err = pl_json_may_text(object, "plan", PL_CLAIMS_TEXT_MAX, &claims->plan)) ||
        (err = pl_json_may_text(object, "customer", PL_CLAIMS_TEXT_MAX, &claims->customer)) ||
        (err = read_entitlements(arena, object, &claims->entitlements)) ||
        (err = read_time(object, "refresh_at", &claims->refresh_at)) ||
        (err = read_time(object, "check_by", &claims->check_by)) ||
        (err = read_time(object, "grace_until", &claims->grace_until)) ||
        (err = pl_json_may_int(object, "emergency_s", 0, PL_EMERGENCY_SECONDS_MAX, &claims->emergency_seconds)) ||
        (err = read_device(object, claims)))
        return err;
    return read_device_key(object, claims);
}

pl_err pl_claims_read(pl_arena *arena, const pl_jws *jws, pl_claims *claims)
{
    pl_err err;

    memset(claims, 0, sizeof(*claims));
    if (jws->doc != PL_DOC_LICENSE && jws->doc != PL_DOC_ANSWER)
        return pl_fail(PL_ERR_TYPE, "neither a license nor an answer");
    claims->kind = jws->doc == PL_DOC_LICENSE ? PL_CLAIMS_LICENSE : PL_CLAIMS_ANSWER;
    if ((err = read_common(arena, jws->claims, claims)) || (err = read_trial(jws->claims, claims)))
        return err;
    if (claims->kind == PL_CLAIMS_ANSWER && !(err = read_decision(jws->claims, claims)))
        err = pl_session_claims_read(arena, jws->claims, &claims->session);
    if (claims->kind == PL_CLAIMS_ANSWER && !err)
        err = pl_release_claims_read(arena, jws->claims, &claims->release);
    if (claims->kind == PL_CLAIMS_ANSWER && !err)
        err = pl_trial_claims_read(arena, jws->claims, &claims->trial);
    if (claims->kind == PL_CLAIMS_ANSWER && !err)
        err = pl_usage_claims_read(arena, jws->claims, &claims->usage);
    if (claims->kind == PL_CLAIMS_ANSWER)
        return err;
    claims->verdict = PL_VERDICT_ACTIVE;
    return claims->license_id ? PL_OK : pl_fail(PL_ERR_MALFORMED, "member \"sub\" is missing");
}

/* ---- writing: what is absent is not written ---- */

static void write_time(pl_json_writer *writer, const char *name, int64_t time)
{
    if (time)
        pl_json_put_int(writer, name, time);
}

static void write_bytes(pl_json_writer *writer, const char *name, const uint8_t bytes[32])
{
    char text[NONCE_TEXT];

    pl_base64url_encode(pl_span_of(bytes, 32), text);
    pl_json_put_text(writer, name, text);
}

static void write_entitlement(pl_json_writer *writer, const pl_entitlement *item)
{
    pl_json_open(writer, item->name, '{');
    switch (item->kind) {
    case PL_ENTITLEMENT_FEATURE:
        pl_json_put_bool(writer, "value", item->is_on);
        break;
    case PL_ENTITLEMENT_LIMIT:
        pl_json_put_int(writer, "value", item->number);
        break;
    case PL_ENTITLEMENT_TEXT:
        pl_json_put_text(writer, "value", item->text);
        break;
    }
    write_time(writer, "exp", item->ends_at);
    pl_json_close(writer);
}

static void write_entitlements(pl_json_writer *writer, const pl_entitlements *set)
{
    if (!set->count)
        return;
    pl_json_open(writer, "entitlements", '{');
    for (size_t i = 0; i < set->count; i++)
        write_entitlement(writer, &set->items[i]);
    pl_json_close(writer);
}

static void write_device(pl_json_writer *writer, const pl_claims *claims)
{
    char text[PL_FINGERPRINT_TEXT_SIZE], buffer[8];

    if (!claims->has_device)
        return;
    pl_fingerprint_format(&claims->device, text);
    pl_json_open(writer, "device", '{');
    pl_json_put_text(writer, "fp", text);
    pl_json_put_text(writer, "match", pl_match_rule_text(claims->match, buffer));
    pl_json_put_text(writer, "name", claims->device_name);
    pl_json_put_text(writer, "activation", claims->activation_id);
    pl_json_close(writer);
}

static void write_device_key(pl_json_writer *writer, const pl_claims *claims)
{
    if (!claims->has_device_key)
        return;
    pl_json_open(writer, "cnf", '{');
    pl_json_open(writer, "jwk", '{');
    pl_json_put_text(writer, "kty", "OKP");
    pl_json_put_text(writer, "crv", "Ed25519");
    write_bytes(writer, "x", claims->device_key);
    pl_json_close(writer);
    pl_json_close(writer);
}

static void write_decision(pl_json_writer *writer, const pl_claims *claims)
{
    if (claims->kind != PL_CLAIMS_ANSWER)
        return;
    pl_json_put_text(writer, "verdict", pl_verdict_text(claims->verdict));
    if (claims->reason != PL_REASON_NONE)
        pl_json_put_text(writer, "reason", pl_reason_text(claims->reason));
    if (!claims->has_nonce)
        return;
    write_bytes(writer, "nonce", claims->nonce);
    write_bytes(writer, "req", claims->request_digest);
}

static void write_identity(pl_json_writer *writer, const pl_claims *claims)
{
    pl_json_put_text(writer, "iss", claims->issuer);
    pl_json_put_text(writer, "sub", claims->license_id);
    pl_json_put_text(writer, "aud", claims->product_id);
    write_time(writer, "iat", claims->issued_at);
    write_time(writer, "nbf", claims->not_before);
    write_time(writer, "exp", claims->expires_at);
    pl_json_put_text(writer, "jti", claims->token_id);
    pl_json_put_text(writer, "product", claims->product);
    pl_json_put_int(writer, "epoch", claims->epoch);
    pl_json_put_int(writer, "seq", claims->sequence);
}

void pl_claims_write(pl_json_writer *writer, const pl_claims *claims)
{
    pl_json_open(writer, NULL, '{');
    write_identity(writer, claims);
    pl_json_put_text(writer, "plan", claims->plan);
    pl_json_put_text(writer, "customer", claims->customer);
    write_entitlements(writer, &claims->entitlements);
    write_time(writer, "refresh_at", claims->refresh_at);
    write_time(writer, "check_by", claims->check_by);
    write_time(writer, "grace_until", claims->grace_until);
    write_time(writer, "emergency_s", claims->emergency_seconds);
    write_time(writer, "trial_s", claims->trial_seconds);
    write_device(writer, claims);
    write_device_key(writer, claims);
    write_decision(writer, claims);
    pl_session_claims_write(writer, claims->session);
    pl_release_claims_write(writer, claims->release);
    pl_trial_claims_write(writer, claims->trial);
    pl_usage_claims_write(writer, claims->usage);
    pl_json_close(writer);
}
