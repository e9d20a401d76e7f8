/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_import: an offline license file is verified, stored, and counts.
 */
#include "base/timestamp.h"
#include "client/apply.h"
#include "client/client.h"
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

/* Mutex NOT held. */
static pl_err apply(pospal_client *client, const verified *file)
{
    pl_file_lock *lock = pl_apply_lock(client);
    pl_err err;

    pl_mutex_lock(client->mutex);
    err = pl_apply_license(client, &file->claims, &file->trust, file->text);
    if (!err && client->storage)
        err = pl_fail(client->storage, "the license is held, but in this process only: %s", client->storage_detail);
    if (!err)
        err = tell_early(client, &file->claims);
    pl_mutex_unlock(client->mutex);
    pl_file_lock_release(lock);
    return err;
}

pospal_result_t pospal_client_import(pospal_client *client, const char *text, size_t size, pospal_license **license)
{
    verified file = {.text = pl_span_of(text, size)};
    pl_err err, err_view;
    pl_arena arena;

    if (license)
        *license = NULL;
    if (!client || !text)
        return pl_report(pl_fail(PL_ERR_INVALID, "client or text is NULL"));
    if (size > PL_LICENSE_FILE_MAX)
        return pl_report(pl_fail(PL_ERR_TOO_LARGE, "a license file has at most %d bytes", PL_LICENSE_FILE_MAX));
    pl_arena_init(&arena);
    if ((err = verify(client, &arena, &file)) == PL_OK)
        err = apply(client, &file);
    pl_arena_reset(&arena);
    pl_report(err);
    err_view = pl_view_finish(client, license);
    return err ? pl_report_again(err) : pl_report(err_view);
}
