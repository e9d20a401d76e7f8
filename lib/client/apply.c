/* SPDX-License-Identifier: Apache-2.0
 *
 * Applying verified documents to the shelf; see apply.h.
 */
#include "client/apply.h"

#include <stdio.h>
#include <string.h>

#include "client/identity.h"
#include "client/polling.h"
#include "client/view.h"
#include "token/license_file.h"

enum { LOCK_WAIT_MS = 2000, CARRIED_FRESH_MS = 24 * 3600 * 1000 };

static pl_err take_lock(pospal_client *client, pl_file_lock **lock)
{
    pl_polling polling = pl_polling_begin(LOCK_WAIT_MS);
    bool is_last_try = false;
    pl_err err;

    while ((err = pl_shelf_lock(&client->shelf, lock)) == PL_ERR_BUSY && !is_last_try) {
        pl_mutex_lock(client->mutex);
        is_last_try = !pl_polling_wait(client, &polling, "the documents");
        pl_mutex_unlock(client->mutex);
    }
    return err;
}

pl_file_lock *pl_apply_lock(pospal_client *client)
{
    pl_file_lock *lock = NULL;

    if (!client->directory[0] || client->shelf.is_read_only)
        return NULL;
    /* a lock that can't be had must not keep a license from being stored: every writer has a temporary name of its own, so files
     * stay whole, and the worst is the older one */
    if (take_lock(client, &lock))
        pl_log_write(&client->log, PL_LOG_WARN, "going on without the lock: %s", pl_err_detail());
    else
        pl_shelf_sweep(&client->shelf, pl_document_is_ours);
    return lock;
}

static pl_err note(pospal_client *client, pl_err err)
{
    if (!err || err == PL_ERR_MEMORY || err == PL_ERR_STATE)
        return err;
    if (!client->storage) {
        client->storage = err;
        snprintf(client->storage_detail, sizeof client->storage_detail, "%s", pl_err_detail());
        pl_log_write(&client->log, PL_LOG_WARN, "what was learned holds in memory only: %s", client->storage_detail);
    }
    return PL_OK;
}

/* A document that could be written tells that there is room again. */
static pl_err write_text(pospal_client *client, const char *name, pl_span text)
{
    pl_err err = pl_shelf_write(&client->shelf, name, text);

    if (!err) {
        client->storage = PL_OK;
        client->storage_detail[0] = '\0';
    }
    return note(client, err);
}

static pl_err write_document(pospal_client *client, const char *name, pl_span document, pl_span keyset)
{
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    pl_license_file_join(&text, document, keyset);
    err = text.err ? text.err : write_text(client, name, pl_buf_span(&text));
    pl_buf_reset(&text);
    return err;
}

/* Another process wrote while we asked, and what it wrote is of a later version of this license than our answer. */
static bool is_overtaken(const pospal_client *client, const pl_claims *claims, uint64_t asked_notice)
{
    const pl_holding *holding = client->holding;
    size_t i;

    for (i = 0; client->notice != asked_notice && i < holding->count; i++) {
        const pl_claims *held = &holding->claims[i];

        if (held->kind == PL_CLAIMS_ANSWER && pl_claims_are_of_one_license(held, claims) &&
            (held->epoch > claims->epoch || (held->epoch == claims->epoch && held->sequence > claims->sequence)))
            return true;
    }
    return false;
}

static pl_err remove_document(pospal_client *client, const char *name)
{
    return note(client, pl_shelf_remove(&client->shelf, name));
}

static bool has_grant(const pl_holding *holding, const pl_claims *claims)
{
    size_t i;

    for (i = 0; i < holding->count; i++)
        if (pl_claims_are_of_one_license(&holding->claims[i], claims) && !pl_verdict_is_denial(holding->claims[i].verdict))
            return true;
    return false;
}

/* Denials of licenses of which nothing else is held say nothing any more once another license was answered. */
static pl_err drop_stray_denials(pospal_client *client, const pl_claims *answered)
{
    const pl_holding *holding = client->holding;
    pl_err err = PL_OK;
    size_t i;

    for (i = 0; !err && i < holding->count; i++) {
        const pl_claims *held = &holding->claims[i];

        if (pl_verdict_is_denial(held->verdict) && !pl_claims_are_of_one_license(held, answered) && !has_grant(holding, held))
            err = remove_document(client, holding->names[i]);
    }
    return err;
}

static void note_online(pospal_client *client, const pl_answer *answer)
{
    const pl_claims *claims = &answer->claims;

    if (answer->is_carried)
        return;
    snprintf(client->online_token, sizeof client->online_token, "%s", claims->token_id ? claims->token_id : "");
}

static pl_err apply_grant(pospal_client *client, const pl_answer *answer, pl_span keyset)
{
    char denial[PL_DOCUMENT_NAME_MAX];
    pl_err err;

    if (!answer->claims.license_id)
        return PL_OK;
    note_online(client, answer);
    if ((err = write_document(client, PL_DOCUMENT_LEASE, answer->token, keyset)) ||
        (err = drop_stray_denials(client, &answer->claims)))
        return err;
    pl_document_name(PL_DOCUMENT_DENIAL_PREFIX, answer->claims.license_id, denial);
    if (!pl_holding_has(client->holding, denial) || pl_shelf_is_held_back(&client->shelf, PL_DOCUMENT_LEASE))
        return PL_OK; /* the lease rules by being newer; on a disk that refused it the denial stays the truth */
    return remove_document(client, denial);
}

static pl_err apply_denial(pospal_client *client, const pl_answer *answer, pl_span keyset)
{
    const pl_claims *lease = pl_holding_find(client->holding, PL_DOCUMENT_LEASE);
    char denial[PL_DOCUMENT_NAME_MAX];
    pl_err err;

    if (!answer->claims.license_id)
        return PL_OK;
    note_online(client, answer);
    pl_document_name(PL_DOCUMENT_DENIAL_PREFIX, answer->claims.license_id, denial);
    if ((err = write_document(client, denial, answer->token, keyset)) || (err = drop_stray_denials(client, &answer->claims)))
        return err;
    /* NO_SEAT holds for one lease at most: the one held before it may count again after */
    if (answer->claims.verdict == PL_VERDICT_NO_SEAT || !pl_claims_are_of_one_license(lease, &answer->claims) ||
        pl_shelf_is_held_back(&client->shelf, denial))
        return PL_OK;
    return remove_document(client, PL_DOCUMENT_LEASE);
}

/* The seat was given back: what the server answered this device about that license is over, a license file is not. */
static pl_err apply_release(pospal_client *client, const pl_claims *answered)
{
    const pl_holding *holding = client->holding;
    pl_err err = PL_OK;
    size_t i;

    client->server_reason = PL_REASON_RELEASED;
    for (i = 0; !err && i < holding->count; i++) {
        const pl_claims *held = &holding->claims[i];

        if (held->kind == PL_CLAIMS_ANSWER && !holding->held[i].is_other_device &&
            (!answered->license_id || pl_claims_are_of_one_license(held, answered)))
            err = remove_document(client, holding->names[i]);
    }
    return err;
}

static pl_err apply_verdict(pospal_client *client, const pl_answer *answer, pl_span keyset)
{
    client->server_reason = PL_REASON_NONE;
    switch (answer->claims.verdict) {
    case PL_VERDICT_ACTIVE:
        return apply_grant(client, answer, keyset);
    case PL_VERDICT_SUSPENDED:
    case PL_VERDICT_REVOKED:
    case PL_VERDICT_EXPIRED:
    case PL_VERDICT_NO_SEAT:
        return apply_denial(client, answer, keyset);
    case PL_VERDICT_RELEASED:
        return apply_release(client, &answer->claims);
    case PL_VERDICT_UNKNOWN_KEY:
        client->server_reason = PL_REASON_UNKNOWN_KEY;
        return PL_OK;
    case PL_VERDICT_WRONG_PRODUCT:
        client->server_reason = PL_REASON_OTHER_PRODUCT;
        return PL_OK;
    case PL_VERDICT_WRONG_DEVICE:
        client->server_reason = PL_REASON_OTHER_DEVICE;
        return PL_OK;
    case PL_VERDICT_NOT_ACTIVATED:
    case PL_VERDICT_NONE:
        break;
    }
    return PL_OK;
}

/* The keyset that came with the answer, unless another process took in a newer one meanwhile. */
static pl_err store_keyset(pospal_client *client, pl_span token)
{
    pl_trust trust = client->holding->trust;
    pl_err err = pl_trust_take(&trust, token);

    if (err)
        return err == PL_ERR_MEMORY ? err : PL_OK;
    return write_text(client, PL_DOCUMENT_KEYSET, token);
}

/*
 * Whoever has carried answers in a drawer must not set time back with them, one after the other. Within a day of the same boot the uptime
 * since the question bounds how old an answer can be.
 */
static void mark_time(pospal_client *client, const pl_answer *answer, pl_time now)
{
    int64_t since_ms = now.boot_ms - answer->asked.boot_ms;
    bool is_bounded = now.boot_id != 0 && now.boot_id == answer->asked.boot_id && since_ms >= 0 && since_ms <= CARRIED_FRESH_MS;

    if (answer->is_carried && !is_bounded)
        pl_timeline_raise(&client->mark, now, answer->claims.issued_at);
    else
        pl_timeline_anchor(&client->mark, answer->asked, now, answer->claims.issued_at);
}

pl_err pl_apply_answer(pospal_client *client, const pl_answer *answer, uint64_t asked_notice)
{
    pl_time now = pl_clock_read(&client->clock);
    pl_span keyset = answer->keyset_token;
    pl_err err = pl_view_reload(client);

    mark_time(client, answer, now);
    client->is_mark_owed = false; /* whatever it says, this is newer */
    if (!err && keyset.size > 0)
        err = store_keyset(client, keyset);
    else if (!err)
        keyset = client->holding->trust.token;
    if (!err && !is_overtaken(client, &answer->claims, asked_notice))
        err = apply_verdict(client, answer, keyset);
    /* before the announcement: other processes take the mark over with the documents */
    pl_view_store_mark(client, now, 0);
    pl_shelf_announce(&client->shelf);
    return err ? err : pl_view_reload(client);
}

pl_err pl_apply_release(pospal_client *client, const char *license_id)
{
    const pl_claims released = {.license_id = license_id};
    pl_err err = pl_view_reload(client);

    if (!err)
        err = apply_release(client, &released);
    pl_shelf_announce(&client->shelf);
    return err ? err : pl_view_reload(client);
}

pl_err pl_apply_revocations(pospal_client *client, pl_span token, pl_span keyset)
{
    pl_err err = pl_view_reload(client);

    if (!err)
        err = store_keyset(client, keyset);
    if (!err)
        err = write_document(client, PL_DOCUMENT_REVOCATIONS, token, keyset);
    pl_shelf_announce(&client->shelf);
    return err ? err : pl_view_reload(client);
}

pl_err pl_apply_keyset(pospal_client *client, pl_span token)
{
    pl_err err = pl_view_reload(client);

    if (!err)
        err = store_keyset(client, token);
    if (err)
        return err;
    pl_shelf_announce(&client->shelf);
    return pl_view_reload(client);
}

/* A lease of the same version does not: it says the same of the license, and may end sooner. */
static bool rules_over(const pl_claims *held, const pl_claims *claims)
{
    bool is_same_version = held->epoch == claims->epoch && held->sequence == claims->sequence;

    if (is_same_version && held->kind == PL_CLAIMS_ANSWER && !pl_verdict_is_denial(held->verdict))
        return false;
    return pl_claims_compare(held, claims) > 0;
}

static bool is_older(const pl_holding *holding, const pl_claims *claims)
{
    size_t i;

    for (i = 0; holding && i < holding->count; i++)
        if (pl_claims_are_of_one_license(&holding->claims[i], claims) && rules_over(&holding->claims[i], claims))
            return true;
    return false;
}

/* Newer than all that is held: the vendor made it since. A trial's is made for any machine at any time. */
static bool is_news(const pl_holding *holding, const pl_claims *claims)
{
    bool is = claims->trial_seconds == 0;

    for (size_t i = 0; holding && i < holding->count; i++)
        is = is && claims->issued_at > holding->claims[i].issued_at;
    return is;
}

/* A trial is a trial: the document that was imported last takes the place of another one's, whatever its id. */
static void name_license(const pl_claims *claims, char name[PL_DOCUMENT_NAME_MAX])
{
    pl_document_name(PL_DOCUMENT_LICENSE_PREFIX, claims->trial_seconds ? "trial" : claims->license_id, name);
}

/* What was there under the name before; empty: nothing. */
static void put_back(pospal_client *client, const char *name, pl_span before)
{
    if (before.size > 0)
        (void)write_text(client, name, before);
    else
        (void)remove_document(client, name);
    pl_shelf_announce(&client->shelf);
    (void)pl_view_reload(client);
}

pl_err pl_apply_license(pospal_client *client, const pl_claims *claims, const pl_trust *trust, pl_span text)
{
    char name[PL_DOCUMENT_NAME_MAX];
    pl_err err = pl_view_reload(client);
    pl_buf before;

    name_license(claims, name);
    pl_buf_init(&before);
    (void)pl_shelf_read(&client->shelf, name, 0, &before);
    if (!err && is_older(client->holding, claims))
        err = pl_fail(PL_ERR_OLDER, "a newer document for license %s is held", claims->license_id);
    if (!err && trust->token.size > 0 &&
        (!client->holding->trust.has_keyset || pl_keyset_compare(&trust->keyset, &client->holding->trust.keyset) > 0))
        err = write_text(client, PL_DOCUMENT_KEYSET, trust->token);
    if (!err)
        err = write_text(client, name, text);
    if (!err) {
        if (is_news(client->holding, claims) &&
            pl_timeline_reconsider(&client->mark, pl_clock_read(&client->clock), claims->issued_at))
            pl_identity_store_mark(client);
        pl_view_store_mark(client, pl_clock_read(&client->clock), 0); /* before others are told, who take it over */
        pl_shelf_announce(&client->shelf);
        err = pl_view_reload(client);
        pl_view_store_mark(client, pl_clock_read(&client->clock), 0);
    }
    if (!err && !pl_holding_has(client->holding, name)) {
        put_back(client, name, pl_buf_span(&before));
        err =
            pl_fail(PL_ERR_STATE, "%d documents are held that count for more than this one, so it was not taken; nothing changed",
                    PL_HELD_MAX);
    }
    pl_buf_reset(&before);
    return err;
}
