/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking the validator; see ask.h. HTTP and its failures are in transport/, the formats in wire/ and token/.
 */
#include "client/ask.h"

#include <stdio.h>
#include <string.h>

#include "client/apply.h"
#include "client/identity.h"
#include "client/session_beat.h"
#include "token/claims_json.h"
#include "token/proof.h"
#include "transport/retry.h"
#include "wire/device_reply.h"

enum { HTTP_BAD_REQUEST = 400, HTTP_UNAUTHORIZED = 401, HTTP_TOO_LARGE = 413, HTTP_UNPROCESSABLE = 422 };

/* All that a request is made of, gathered under the mutex so that the exchange can run without it. */
typedef struct {
    const pl_question *asked;
    bool tells_keyset;      /* which keyset is held */
    bool is_signer_unknown; /* of the answer: by the keyset held, or it trusts him no longer */
    pl_device_request request;
    pl_identity identity;
    char instance[PL_UUID_TEXT_SIZE];
    char activation[PL_CLAIMS_ID_MAX + 1];
    char platform[64];
    uint8_t digest[PL_DIGEST_SIZE];
    pl_buf proof;
    pl_buf body;
} question;

static void describe_program(const pospal_client *client, question *q)
{
    pl_device_request *request = &q->request;
    size_t i;

    for (i = 0; i < client->roots.count; i++)
        request->roots[i] = client->roots.keys[i].kid;
    request->root_count = client->roots.count;
    request->product = client->options.text[PL_OPTION_PRODUCT];
    request->app_version = client->options.text[PL_OPTION_VERSION];
    request->sdk_version = POSPAL_VERSION_STRING;
    snprintf(q->platform, sizeof q->platform, "%s/%s", pl_platform_name(), pl_machine_name());
    request->platform = q->platform;
}

/*
 * Made by one program at a time: of two that start at once the second finds the first one's, else the validator would know the device by
 * a key that nobody kept.
 */
static pl_err settle_identity(pospal_client *client, pl_identity *identity)
{
    pl_file_lock *lock;
    bool is_there, is_stand_in;
    pl_err err;

    pl_mutex_lock(client->mutex);
    err = pl_identity_find(client, identity, &is_there);
    is_stand_in = client->vault && pl_vault_is_stand_in(client->vault);
    pl_mutex_unlock(client->mutex);
    if (is_there || err == PL_ERR_MEMORY || (err && !is_stand_in && err != PL_ERR_BUSY))
        return err; /* where the vault can't be read now one may be made all the same: see pl_identity_get */
    lock = pl_apply_lock(client);
    pl_mutex_lock(client->mutex);
    if (client->is_closing) /* the wait for the lock was cut short, so nobody else may be kept out */
        err = pl_fail(PL_ERR_CLOSED, "the client is being closed");
    else
        err = pl_identity_get(client, identity);
    pl_mutex_unlock(client->mutex);
    pl_file_lock_release(lock);
    return err;
}

/* Who activates with a copied state says whose it was: it opens nothing there, and the validator may note it. */
static const char *activation_of(const pl_holding *holding, pl_act act)
{
    const char *own = pl_holding_activation(holding);

    return own || act != PL_ACT_ACTIVATE ? own : pl_holding_copied_activation(holding);
}

/* The mutex is held for the vault's and the holding's sake. */
static pl_err gather(pospal_client *client, question *q)
{
    pl_device_request *request = &q->request;
    const char *activation;
    pl_err err;

    describe_program(client, q);
    request->key = q->asked->key;
    request->session_id = q->asked->session_id;
    request->reason = q->asked->reason;
    request->license_id = q->asked->license_id;
    request->usage = q->asked->usage;
    request->channel = q->asked->channel;
    request->fingerprint = client->fingerprint_text;
    request->device_name = client->device_name[0] ? client->device_name : NULL;
    pl_random(request->nonce, sizeof request->nonce);
    if ((err = settle_identity(client, &q->identity)))
        return err;
    pl_mutex_lock(client->mutex);
    activation = q->asked->activation_id ? q->asked->activation_id : activation_of(client->holding, q->asked->act);
    if (activation)
        snprintf(q->activation, sizeof q->activation, "%s", activation);
    if (q->tells_keyset && client->holding && client->holding->trust.has_keyset) {
        request->keyset_epoch = client->holding->trust.keyset.epoch;
        request->keyset_sequence = client->holding->trust.keyset.sequence;
        request->keyset_root = client->roots.keys[client->holding->trust.keyset.root_rank].kid;
    }
    pl_mutex_unlock(client->mutex);
    pl_uuid_format(q->identity.instance_id, q->instance);
    request->instance_id = q->instance;
    request->activation_id = q->activation[0] ? q->activation : NULL;
    request->has_device_key = true;
    memcpy(request->device_key, q->identity.device_public, sizeof request->device_key);
    return PL_OK;
}

static pl_err prove(pospal_client *client, question *q)
{
    uint8_t digest[PL_DIGEST_SIZE];
    bool is_needed;
    pl_err err;
    pl_time now = pl_clock_read(&client->clock);
    pl_proof proof = {
        .act = pl_act_proof(q->asked->act), .activation_id = q->request.activation_id, .issued_at = now.wall_ms / 1000};

    if (!q->request.activation_id)
        return pl_fail(PL_ERR_NOT_FOUND, "this device holds no activation");
    if ((err = pl_act_proof_digest(q->asked->act, &q->request, digest, &is_needed)))
        return err;
    proof.digest = is_needed ? digest : NULL;
    memcpy(proof.nonce, q->request.nonce, sizeof proof.nonce);
    pl_proof_write(&proof, q->identity.device_secret, &q->proof);
    q->request.proof = q->proof.data;
    return q->proof.err;
}

static pl_err write_question(pospal_client *client, question *q)
{
    pl_err err;

    pl_buf_init(&q->proof);
    pl_buf_init(&q->body);
    if (client->fingerprint_err)
        return pl_fail(client->fingerprint_err, "too little of this machine's hardware can be read");
    if ((err = gather(client, q)))
        return err;
    if (pl_act_proof(q->asked->act) && (err = prove(client, q)))
        return err;
    pl_device_request_write(&q->request, &q->body);
    if (q->body.err)
        return q->body.err;
    pl_digest(pl_buf_span(&q->body), q->digest);
    return PL_OK;
}

static bool is_cancelled(void *context)
{
    pospal_client *client = context;
    bool is_closing;

    pl_mutex_lock(client->mutex);
    is_closing = client->is_closing;
    pl_mutex_unlock(client->mutex);
    return is_closing;
}

void pl_ask_url(const pospal_client *client, const char *path, char url[PL_URL_SIZE])
{
    const char *server = client->options.text[PL_OPTION_SERVER];
    size_t length = strlen(server);

    while (length > 0 && server[length - 1] == '/')
        length--;
    snprintf(url, PL_URL_SIZE, "%.*s%s", (int)length, server, path);
}

static pl_err send(pospal_client *client, const question *q, pl_exchange_reply *reply)
{
    const pospal_options *options = &client->options;
    int64_t most_ms = q->asked->timeout_ms > 0 ? q->asked->timeout_ms : pl_session_spare_ms(client);
    int64_t timeout_ms = most_ms > 0 && most_ms < options->timeout_ms ? most_ms : options->timeout_ms;
    pl_retry retry = {.total_ms = timeout_ms, .is_cancelled = is_cancelled, .context = client};
    char url[PL_URL_SIZE];
    pl_exchange exchange = {
        .url = url,
        .body = pl_buf_span(&q->body),
        .timeout_ms = timeout_ms,
        .proxy = options->text[PL_OPTION_PROXY],
        .ca_file = options->text[PL_OPTION_CA_FILE],
        .pinned_keys = options->text[PL_OPTION_PINNED_KEYS],
        .user_agent = PL_USER_AGENT,
    };

    pl_ask_url(client, pl_act_path(q->asked->act), url);
    return pl_retry_exchange(&retry, client->transport, &exchange, reply);
}

/* What to verify with: our keyset, or the one that came along where it is newer. */
static pl_err choose_trust(pospal_client *client, pl_span offered, pl_trust *trust, pl_answer *answer)
{
    pl_err err = PL_ERR_OLDER;

    pl_err err_own;

    pl_mutex_lock(client->mutex);
    if (client->holding)
        *trust = client->holding->trust;
    err_own = pl_trust_own(trust, &answer->arena);
    pl_mutex_unlock(client->mutex);
    if (err_own)
        return err_own;
    trust->roots = &client->roots;
    answer->keyset_token = trust->token; /* an answer is stored with what it was verified by, whatever others forget meanwhile */
    if (offered.size > 0 && (err = pl_trust_take(trust, offered)) == PL_OK)
        answer->keyset_token = offered;
    if (err == PL_ERR_MEMORY || trust->has_keyset)
        return err == PL_ERR_MEMORY ? err : PL_OK;
    return pl_fail(PL_ERR_UNSIGNED, "the reply has no keyset that a root key of this program signed");
}

/*
 * What answers a nonce is made now, so a key that was retired long ago can't have signed it, whatever date it carries. Retirement is
 * published minutes ahead and clocks differ, hence the tolerance.
 */
static pl_err check_signer(pospal_client *client, const pl_keyset *keyset, const char *kid)
{
    int64_t t;
    size_t i;

    pl_mutex_lock(client->mutex);
    t = pl_timeline_effective(&client->mark, pl_clock_read(&client->clock));
    pl_mutex_unlock(client->mutex);
    for (i = 0; i < keyset->count; i++)
        if (strcmp(keyset->keys[i].jwk.kid, kid) == 0 && keyset->keys[i].state == PL_KEY_RETIRED &&
            t > keyset->keys[i].retired_at + PL_TIME_TOLERANCE_S)
            return pl_fail(PL_ERR_UNSIGNED, "the answer is signed with a key that was retired long ago");
    return PL_OK;
}

static pl_err check_binding(const pospal_client *client, const question *q, const pl_claims *claims)
{
    if (!claims->has_nonce || !pl_equal(claims->nonce, q->request.nonce, PL_NONCE_SIZE))
        return pl_fail(PL_ERR_UNSIGNED, "the answer was signed for another request; something replays old answers");
    if (!pl_equal(claims->request_digest, q->digest, PL_DIGEST_SIZE))
        return pl_fail(PL_ERR_UNSIGNED, "the request was changed on its way to the server");
    if (!claims->product || strcmp(claims->product, client->options.text[PL_OPTION_PRODUCT]) != 0)
        return pl_fail(PL_ERR_UNSIGNED, "the answer is for the product %s", claims->product ? claims->product : "(none)");
    if (claims->verdict == PL_VERDICT_NONE)
        return pl_fail(PL_ERR_UNSIGNED, "the answer has a verdict that this version does not know");
    return PL_OK;
}

static pl_err believe(pospal_client *client, const question *q, pl_span body, pl_answer *answer)
{
    pl_trust trust = {0};
    pl_device_reply reply;
    pl_jws jws;
    pl_err err;

    if ((err = pl_device_reply_read(&answer->arena, body, &reply)))
        return err;
    if (reply.answer.size == 0)
        return pl_fail(PL_ERR_UNSIGNED, "the reply has no signed answer");
    if ((err = choose_trust(client, reply.keyset, &trust, answer)) ||
        (err = pl_keyset_verify_document(&trust.keyset, &answer->arena, PL_DOC_ANSWER, reply.answer, &jws)) ||
        (err = pl_claims_read(&answer->arena, &jws, &answer->claims)))
        return err;
    answer->token = reply.answer;
    answer->revocations = reply.revocations;
    if ((err = check_signer(client, &trust.keyset, jws.kid)))
        return err;
    return check_binding(client, q, &answer->claims);
}

/* Whatever is wrong with a reply, nothing was decided by it. */
static pl_err as_unreachable(pl_err err)
{
    if (!err || err == PL_ERR_MEMORY || err == PL_ERR_UNSIGNED)
        return err;
    return pl_fail(PL_ERR_UNSIGNED, "%s: %s", pl_err_code(err), pl_err_detail());
}

static bool is_refused(int status)
{
    return status == HTTP_BAD_REQUEST || status == HTTP_TOO_LARGE || status == HTTP_UNPROCESSABLE;
}

static pl_err ask_once(pospal_client *client, question *q, pl_answer *answer)
{
    pl_exchange_reply reply;
    pl_err err;

    pl_exchange_reply_init(&reply);
    answer->asked = pl_clock_read(&client->clock);
    answer->keyset_token = pl_span_of(NULL, 0);
    if ((err = write_question(client, q)) == PL_OK && (err = send(client, q, &reply)) == PL_ERR_TOO_LARGE)
        err = as_unreachable(err);
    answer->is_refused = err && is_refused(reply.status);
    answer->is_proof_refused = err && reply.status == HTTP_UNAUTHORIZED;
    if (!err) {
        err = believe(client, q, pl_buf_span(&reply.body), answer);
        q->is_signer_unknown = err == PL_ERR_KEY_UNKNOWN || err == PL_ERR_KEY_REVOKED;
        err = as_unreachable(err);
    }
    pl_buf_reset(&q->body);
    pl_buf_reset(&q->proof);
    pl_wipe(&q->identity, sizeof q->identity);
    pl_exchange_reply_reset(&reply);
    return err;
}

pl_err pl_ask(pospal_client *client, const pl_question *asked, pl_answer *answer)
{
    question first = {.asked = asked, .tells_keyset = true};
    question second = {.asked = asked};
    pl_err err = ask_once(client, &first, answer);

    /* whatever the server made of the keyset we told it of: who tells of none is sent the one in use */
    if (first.is_signer_unknown && first.request.keyset_root)
        err = ask_once(client, &second, answer);
    return err;
}

pl_err pl_ask_begin(pospal_client *client)
{
    while (client->is_asking && !client->is_closing)
        (void)pl_cond_wait(client->changed, client->mutex, -1);
    if (client->is_closing)
        return pl_fail(PL_ERR_CLOSED, "the client is being closed");
    client->is_asking = true;
    return PL_OK;
}

void pl_ask_cancel(pospal_client *client)
{
    client->is_asking = false;
    pl_cond_wake_all(client->changed);
}

void pl_ask_end(pospal_client *client, pl_err err)
{
    pl_time now = pl_clock_read(&client->clock);

    client->is_asking = false;
    client->has_asked = true;
    client->last_ask = now;
    pl_cond_wake_all(client->changed);
    client->failure_err = err;
    if (!err) {
        client->failures = 0;
        return;
    }
    client->failures++;
    snprintf(client->failure, sizeof client->failure, "%s", pl_err_detail());
    pl_log_write(&client->log, PL_LOG_INFO, "the server was not reached (%s): %s", pl_err_code(err), client->failure);
}
