/* SPDX-License-Identifier: Apache-2.0
 *
 * The device requests, both ways. The two halves stand side by side, member by member, so that neither can drift from the other.
 */
#include "wire/device_request.h"

#include "base/text.h"
#include "base/uuid.h"
#include "license/claims.h"
#include "token/proof.h"

#include <string.h>

enum { TEXT_MAX = 128, KID_TEXT = PL_KID_SIZE - 1, BASE64_OF_32 = 43 };

const char *pl_act_path(pl_act act)
{
    switch (act) {
    case PL_ACT_ACTIVATE:
        return "/api/v1/device/activate";
    case PL_ACT_VALIDATE:
        return "/api/v1/device/validate";
    case PL_ACT_DEACTIVATE:
        return "/api/v1/device/deactivate";
    case PL_ACT_SESSION_START:
        return "/api/v1/device/session/start";
    case PL_ACT_SESSION_TAKEOVER:
        return "/api/v1/device/session/takeover";
    case PL_ACT_SESSION_END:
        return "/api/v1/device/session/end";
    case PL_ACT_SESSION_LIST:
        return "/api/v1/device/session/list";
    case PL_ACT_USAGE:
        return "/api/v1/device/usage";
    case PL_ACT_TRIAL:
        return "/api/v1/device/trial";
    case PL_ACT_RELEASE_CHECK:
        return "/api/v1/device/release-check";
    }
    return "";
}

size_t pl_act_body_max(pl_act act)
{
    return act == PL_ACT_USAGE ? PL_USAGE_REQUEST_MAX : PL_REQUEST_MAX;
}

const char *pl_act_proof(pl_act act)
{
    switch (act) {
    case PL_ACT_DEACTIVATE:
        return "deactivate";
    case PL_ACT_SESSION_START:
        return "session.start";
    case PL_ACT_SESSION_TAKEOVER:
        return "session.takeover";
    case PL_ACT_SESSION_END:
        return "session.end";
    case PL_ACT_USAGE:
        return "usage";
    case PL_ACT_ACTIVATE:
    case PL_ACT_VALIDATE:
    case PL_ACT_SESSION_LIST:
    case PL_ACT_TRIAL:
    case PL_ACT_RELEASE_CHECK:
        break;
    }
    return NULL;
}

static pl_err session_digest(const char *session_id, uint8_t digest[PL_DIGEST_SIZE])
{
    static const char label[] = "pospal-session"; /* with the NUL */
    char text[PL_UUID_TEXT_SIZE];
    pl_uuid id;
    pl_buf bytes;
    pl_err err;

    if ((err = pl_uuid_parse(pl_span_text(session_id), &id)))
        return err;
    pl_uuid_format(id, text);
    pl_buf_init(&bytes);
    pl_buf_add(&bytes, label, sizeof label);
    pl_buf_add_text(&bytes, text);
    if (!(err = bytes.err))
        pl_digest(pl_buf_span(&bytes), digest);
    pl_buf_reset(&bytes);
    return err;
}

pl_err pl_act_proof_digest(pl_act act, const pl_device_request *request, uint8_t digest[PL_DIGEST_SIZE], bool *is_needed)
{
    bool is_session = (act == PL_ACT_SESSION_END || act == PL_ACT_SESSION_TAKEOVER) && request->session_id;
    bool is_usage = act == PL_ACT_USAGE && request->usage;

    *is_needed = is_session || is_usage;
    if (is_session)
        return session_digest(request->session_id, digest);
    return is_usage ? pl_usage_batch_digest(request->usage, digest) : PL_OK;
}

static void put_bytes(pl_json_writer *writer, const char *name, const uint8_t bytes[32])
{
    char text[BASE64_OF_32 + 1];

    pl_base64url_encode(pl_span_of(bytes, 32), text);
    pl_json_put_text(writer, name, text);
}

static void put_keyset_held(pl_json_writer *writer, const pl_device_request *request)
{
    if (request->keyset_epoch == 0 && request->keyset_sequence == 0)
        return;
    pl_json_open(writer, "keyset", '{');
    pl_json_put_int(writer, "epoch", request->keyset_epoch);
    pl_json_put_int(writer, "seq", request->keyset_sequence);
    pl_json_put_text(writer, "root", request->keyset_root);
    pl_json_close(writer);
}

void pl_device_request_write(const pl_device_request *request, pl_buf *body)
{
    pl_json_writer writer;

    pl_json_writer_init(&writer, body);
    pl_json_open(&writer, NULL, '{');
    pl_json_open(&writer, "roots", '[');
    for (size_t i = 0; i < request->root_count; i++)
        pl_json_put_text(&writer, NULL, request->roots[i]);
    pl_json_close(&writer);
    pl_json_put_text(&writer, "product", request->product);
    pl_json_put_text(&writer, "key", request->key);
    put_bytes(&writer, "nonce", request->nonce);
    pl_json_put_text(&writer, "fingerprint", request->fingerprint);
    pl_json_put_text(&writer, "instance", request->instance_id);
    pl_json_put_text(&writer, "activation", request->activation_id);
    if (request->has_device_key)
        put_bytes(&writer, "device_key", request->device_key);
    pl_json_put_text(&writer, "device_name", request->device_name);
    put_keyset_held(&writer, request);
    pl_json_put_text(&writer, "app_version", request->app_version);
    pl_json_put_text(&writer, "sdk_version", request->sdk_version);
    pl_json_put_text(&writer, "platform", request->platform);
    pl_json_put_text(&writer, "proof", request->proof);
    pl_json_put_text(&writer, "session", request->session_id);
    pl_json_put_text(&writer, "reason", request->reason);
    pl_json_put_text(&writer, "license", request->license_id);
    pl_json_put_text(&writer, "channel", request->channel);
    pl_usage_batch_write(&writer, request->usage);
    pl_json_close(&writer);
}

static pl_err decode_32(const char *name, const char *text, uint8_t bytes[32])
{
    size_t size = 32;

    if (pl_base64url_decode(pl_span_text(text), bytes, &size) || size != 32)
        return pl_fail(PL_ERR_INVALID, "%s is not base64url of 32 bytes", name);
    return PL_OK;
}

static pl_err read_roots(const pl_json *object, pl_device_request *request)
{
    const pl_json *roots = NULL;
    pl_err err = pl_json_may_array(object, "roots", PL_ROOTS_MAX, &roots);

    if (err)
        return err;
    request->root_count = pl_json_count(roots);
    if (request->root_count == 0)
        return pl_fail(PL_ERR_INVALID, "roots must name at least one root key");
    for (size_t i = 0; i < request->root_count; i++) {
        const char *kid = pl_json_text(pl_json_at(roots, i));

        if (!kid || strlen(kid) != KID_TEXT)
            return pl_fail(PL_ERR_INVALID, "roots[%zu] is not a key id", i);
        request->roots[i] = kid;
    }
    return PL_OK;
}

static pl_err read_keyset_held(const pl_json *object, pl_device_request *request)
{
    const pl_json *held = NULL;
    pl_err err = pl_json_may_object(object, "keyset", &held);

    if (err || !held)
        return err;
    if ((err = pl_json_want_int(held, "epoch", 0, INT64_MAX, &request->keyset_epoch)) ||
        (err = pl_json_want_int(held, "seq", 0, INT64_MAX, &request->keyset_sequence)) ||
        (err = pl_json_may_text(held, "root", KID_TEXT, &request->keyset_root)))
        return err;
    if (request->keyset_root && strlen(request->keyset_root) != KID_TEXT)
        return pl_fail(PL_ERR_INVALID, "keyset.root is not a key id");
    return PL_OK;
}

static pl_err read_device_key(const pl_json *object, pl_device_request *request)
{
    const char *text = NULL;
    pl_err err = pl_json_may_text(object, "device_key", BASE64_OF_32, &text);

    if (err || !text)
        return err;
    request->has_device_key = true;
    return decode_32("device_key", text, request->device_key);
}

static pl_err read_texts(const pl_json *object, pl_device_request *request)
{
    const struct {
        const char *name;
        size_t max;
        const char **value;
    } texts[] = {
        {"product", PL_CLAIMS_SLUG_MAX, &request->product},
        {"key", PL_LICENSE_KEY_MAX, &request->key},
        {"fingerprint", PL_FINGERPRINT_TEXT_SIZE - 1, &request->fingerprint},
        {"instance", PL_UUID_TEXT_SIZE - 1, &request->instance_id},
        {"activation", PL_UUID_TEXT_SIZE - 1, &request->activation_id},
        {"device_name", PL_DEVICE_NAME_MAX, &request->device_name},
        {"app_version", PL_VERSION_MAX, &request->app_version},
        {"sdk_version", PL_VERSION_MAX, &request->sdk_version},
        {"platform", TEXT_MAX, &request->platform},
        {"proof", PL_PROOF_MAX, &request->proof},
        {"session", PL_UUID_TEXT_SIZE - 1, &request->session_id},
        {"reason", PL_SESSION_REASON_MAX, &request->reason},
        {"license", PL_UUID_TEXT_SIZE - 1, &request->license_id},
        {"channel", PL_RELEASE_CHANNEL_MAX, &request->channel},
    };
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < sizeof(texts) / sizeof(texts[0]); i++)
        err = pl_json_may_text(object, texts[i].name, texts[i].max, texts[i].value);
    return err;
}

/* What an act cannot do without. */
static pl_err check_presence(pl_act act, const pl_device_request *request)
{
    const bool is_proven = pl_act_proof(act) != NULL;
    const struct {
        const char *name;
        bool is_needed;
        bool is_there;
    } members[] = {
        {"product", true, request->product != NULL},
        {"key", act != PL_ACT_USAGE && act != PL_ACT_TRIAL, request->key != NULL},
        {"fingerprint", act != PL_ACT_DEACTIVATE && act != PL_ACT_USAGE, request->fingerprint != NULL},
        {"device_key", act == PL_ACT_ACTIVATE || act == PL_ACT_TRIAL, request->has_device_key},
        {"activation", is_proven, request->activation_id != NULL},
        {"proof", is_proven, request->proof != NULL},
        {"session", act == PL_ACT_SESSION_END, request->session_id != NULL},
        {"reason", act == PL_ACT_SESSION_TAKEOVER, request->reason != NULL},
        {"license", act == PL_ACT_USAGE, request->license_id != NULL},
        {"channel", act == PL_ACT_RELEASE_CHECK, request->channel != NULL},
        {"usage", act == PL_ACT_USAGE, request->usage != NULL},
    };

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (members[i].is_needed && !members[i].is_there)
            return pl_fail(PL_ERR_INVALID, "%s is missing", members[i].name);
    return PL_OK;
}

static pl_err check_ids(const pl_device_request *request)
{
    pl_uuid id;

    if (request->instance_id && pl_uuid_parse(pl_span_text(request->instance_id), &id))
        return pl_fail(PL_ERR_INVALID, "instance is no UUID");
    if (request->activation_id && pl_uuid_parse(pl_span_text(request->activation_id), &id))
        return pl_fail(PL_ERR_INVALID, "activation is no UUID");
    if (request->session_id && pl_uuid_parse(pl_span_text(request->session_id), &id))
        return pl_fail(PL_ERR_INVALID, "session is no UUID");
    if (request->license_id && pl_uuid_parse(pl_span_text(request->license_id), &id))
        return pl_fail(PL_ERR_INVALID, "license is no UUID");
    return PL_OK;
}

static pl_err check_forms(const pl_device_request *request)
{
    pl_fingerprint fingerprint;

    if (request->fingerprint && pl_fingerprint_parse(pl_span_text(request->fingerprint), &fingerprint))
        return pl_fail(PL_ERR_INVALID, "fingerprint is not well-formed");
    if (request->device_name && !pl_text_is_clean(request->device_name))
        return pl_fail(PL_ERR_INVALID, "device_name has control characters");
    if (request->reason && !pl_text_is_clean(request->reason))
        return pl_fail(PL_ERR_INVALID, "reason has control characters");
    if (request->channel && !pl_release_channel_is_valid(request->channel))
        return pl_fail(PL_ERR_INVALID, "channel is not one: a-z 0-9 . _ -");
    return check_ids(request);
}

static pl_err read_members(pl_arena *arena, pl_act act, const pl_json *object, pl_device_request *request)
{
    const char *nonce = NULL;
    pl_err err;

    if ((err = read_roots(object, request)) || (err = read_texts(object, request)) ||
        (err = pl_json_want_text(object, "nonce", BASE64_OF_32, &nonce)) || (err = decode_32("nonce", nonce, request->nonce)) ||
        (err = read_device_key(object, request)) || (err = read_keyset_held(object, request)) ||
        (err = pl_usage_batch_read(arena, object, &request->usage)) || (err = check_presence(act, request)))
        return err;
    return check_forms(request);
}

pl_err pl_device_request_read(pl_arena *arena, pl_act act, pl_span body, pl_device_request *request)
{
    const pl_json *object;
    pl_err err;

    memset(request, 0, sizeof(*request));
    if ((err = pl_json_parse(arena, body, pl_act_body_max(act), &object)))
        return err;
    err = read_members(arena, act, object, request);
    return err == PL_ERR_MALFORMED ? PL_ERR_INVALID : err; /* it was JSON: the detail names the member */
}
