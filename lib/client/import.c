/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_import: what came from the vendor by hand (a license file, the answer to a request, a keyset) is verified, stored, and
 * counts.
 */
#include "base/timestamp.h"
#include "client/apply.h"
#include "client/carried.h"
#include "client/client.h"
#include "client/guard.h"
#include "client/listed.h"
#include "client/trial_begin.h"
#include "client/view.h"
#include "token/license_file.h"

static pl_err judge(const pospal_client *client, const pl_claims *claims)
{
    pl_judge against = {&client->roots, client->options.text[PL_OPTION_PRODUCT], &client->fingerprint, &client->log};
    pl_held held = {.claims = claims, .source = PL_SOURCE_LICENSE_FILE};

    if (!claims->license_id)
        return pl_fail(PL_ERR_MALFORMED, "the license file names no license");
    pl_judge_claims(&against, &held);
    if (held.is_other_product)
        return pl_fail(PL_ERR_OTHER_PRODUCT, "the license file is for the product %s, this program is %s",
                       claims->product ? claims->product : "(none)", client->options.text[PL_OPTION_PRODUCT]);
    if (held.is_other_device)
        return pl_fail(PL_ERR_OTHER_DEVICE, "the license file is bound to another device");
    return PL_OK;
}

/* A license file that was verified; what it points to lives in an arena, and in the text. */
typedef struct {
    pl_span text;
    pl_trust trust; /* under which it verifies */
    pl_claims claims;
} verified;

static pl_err copy_trust(pospal_client *client, pl_arena *arena, pl_trust *trust)
{
    pl_err err;

    pl_mutex_lock(client->mutex);
    *trust = client->holding->trust;
    err = pl_trust_own(trust, arena);
    pl_mutex_unlock(client->mutex);
    trust->roots = &client->roots;
    return err;
}

/* Mutex NOT held. */
static pl_err verify(pospal_client *client, pl_arena *arena, verified *file)
{
    pl_span document, keyset;
    pl_err err;

    if ((err = copy_trust(client, arena, &file->trust)) || (err = pl_license_file_split(file->text, &document, &keyset)))
        return err;
    if (keyset.size > 0 && pl_trust_take(&file->trust, keyset) == PL_ERR_MEMORY)
        return PL_ERR_MEMORY;
    if ((err = pl_trust_verify(&file->trust, arena, PL_DOC_LICENSE, file->text, &file->claims)))
        return err;
    return judge(client, &file->claims);
}

/* Mutex held. The date told is that in the file; it is let count a day earlier, since clocks and time zones differ. */
static pl_err tell_early(pospal_client *client, const pl_claims *claims)
{
    char date[PL_TIMESTAMP_SIZE] = "";
    pl_view view;
    pl_err err = pl_view_update(client, &view);

    if (err || view.t >= pl_policy_starts_at(claims))
        return err;
    pl_timestamp_format(claims->not_before > claims->issued_at ? claims->not_before : claims->issued_at, date);
    return pl_fail(PL_ERR_NOT_YET_VALID, "license %s begins on %s", claims->license_id, date);
}

/* Mutex held. */
static pl_err tell_storage(const pospal_client *client)
{
    if (!client->storage)
        return PL_OK;
    return pl_fail(client->storage, "what was imported is held, but in this process only: %s", client->storage_detail);
}

/* Mutex NOT held. */
static pl_err apply(pospal_client *client, const verified *file)
{
    pl_file_lock *lock = pl_apply_lock(client);
    pl_err err;

    pl_mutex_lock(client->mutex);
    err = file->claims.trial_seconds ? pl_trial_begin_take(client, &file->claims) : PL_OK;
    if (!err)
        err = pl_apply_license(client, &file->claims, &file->trust, file->text);
    if (!err)
        err = tell_storage(client);
    if (!err)
        err = tell_early(client, &file->claims);
    pl_mutex_unlock(client->mutex);
    pl_file_lock_release(lock);
    return err;
}

static pl_err take_license(pospal_client *client, pl_arena *arena, pl_span text)
{
    verified file = {.text = text};
    pl_err err = verify(client, arena, &file);

    return err ? err : apply(client, &file);
}

/* A license whose lines were broken on the way, put together again. */
static pl_err take_broken_license(pospal_client *client, pl_arena *arena, const pl_typed *typed)
{
    const pl_typed_document *keyset = pl_typed_find(typed, PL_DOC_KEYSET);
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    pl_license_file_join(&text, pl_typed_find(typed, PL_DOC_LICENSE)->text, keyset ? keyset->text : pl_span_of(NULL, 0));
    err = text.err ? text.err : take_license(client, arena, pl_buf_span(&text));
    pl_buf_reset(&text);
    return err;
}

/* Whether the text is a license file as it was written, in which every document has a line. */
static bool is_license_file(pl_arena *arena, pl_span text)
{
    pl_span document, keyset;
    pl_jws jws;

    return !pl_license_file_split(text, &document, &keyset) && !pl_jws_parse(arena, document, &jws) && jws.doc == PL_DOC_LICENSE;
}

static pl_err take_revocations(pospal_client *client, const pl_typed *typed)
{
    const pl_typed_document *keyset = pl_typed_find(typed, PL_DOC_KEYSET);

    return pl_listed_take(client, pl_typed_find(typed, PL_DOC_REVOCATIONS)->text, keyset ? keyset->text : pl_span_of(NULL, 0));
}

/* Mutex and lock held. A revocation list first: what comes with it may be newer. A license comes after, and takes the lock itself. */
static pl_err take_carried(pospal_client *client, pl_arena *arena, const pl_typed *typed)
{
    bool has_license = pl_typed_find(typed, PL_DOC_LICENSE) != NULL, has_answer = pl_typed_find(typed, PL_DOC_ANSWER) != NULL;
    pl_err err;

    if (pl_typed_find(typed, PL_DOC_REVOCATIONS)) {
        err = take_revocations(client, typed);
        if ((!has_license && !has_answer) || (err && err != PL_ERR_OLDER))
            return err;
    }
    if (has_license)
        return PL_OK;
    if (has_answer)
        return pl_carried_answer(client, arena, typed);
    if (pl_typed_find(typed, PL_DOC_KEYSET))
        return pl_carried_keyset(client, pl_typed_find(typed, PL_DOC_KEYSET)->text);
    return pl_fail(PL_ERR_TYPE, "this is a document of a type that is not imported");
}

/* Mutex NOT held. */
static pl_err take_typed(pospal_client *client, pl_arena *arena, const pl_typed *typed)
{
    pl_file_lock *lock = pl_apply_lock(client);
    bool has_license = pl_typed_find(typed, PL_DOC_LICENSE) != NULL;
    pl_view view;
    pl_err err;

    pl_mutex_lock(client->mutex);
    err = pl_view_update(client, &view); /* what other processes learned last */
    if (!err)
        err = take_carried(client, arena, typed);
    if (!err && !has_license)
        err = tell_storage(client);
    pl_mutex_unlock(client->mutex);
    pl_file_lock_release(lock);
    return !err && has_license ? take_broken_license(client, arena, typed) : err;
}

/* Mutex NOT held. */
static pl_err take(pospal_client *client, pl_arena *arena, pl_span text)
{
    pl_typed typed;
    pl_err err;

    if (is_license_file(arena, text))
        return take_license(client, arena, text);
    err = pl_typed_read(arena, text, &typed);
    return err ? err : take_typed(client, arena, &typed);
}

pospal_result_t pospal_client_import(pospal_client *client, const char *text, size_t size, pospal_license **license)
{
    pl_err err, err_view;
    pl_arena arena;

    if (license)
        *license = NULL;
    if (!client || !text)
        return pl_report(pl_fail(PL_ERR_INVALID, "client or text is NULL"));
    if ((err = pl_guard(client)))
        return pl_report(err);
    if (size > PL_LICENSE_FILE_MAX)
        return pl_report(pl_fail(PL_ERR_TOO_LARGE, "what is imported has at most %d bytes", PL_LICENSE_FILE_MAX));
    pl_arena_init(&arena);
    err = take(client, &arena, pl_span_of(text, size));
    pl_arena_reset(&arena);
    pl_report(err);
    err_view = pl_view_finish(client, license);
    return err ? pl_report_again(err) : pl_report(err_view);
}
