/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading and noting when the offline trial began; see trial_begin.h. What that means for the license is in license/policy.c.
 */
#include "client/trial_begin.h"

#include <stdio.h>

#include "base/timestamp.h"
#include "client/identity.h"
#include "client/records.h"
#include "license/policy.h"
#include "state/trial_note.h"

static const char trial_item[] = "trial_begun";

static pl_trial_note_keys keys_of(const pospal_client *client)
{
    pl_trial_note_keys keys = {client->wrap_keys, client->wrap_key_count};

    return keys;
}

/* A damaged note is as good as none, and one that was made on other hardware says nothing of this. */
static pl_err as_none(pl_err err)
{
    return err == PL_ERR_SIGNATURE || err == PL_ERR_MALFORMED || err == PL_ERR_UNSUPPORTED || err == PL_ERR_TOO_LARGE
               ? PL_ERR_NOT_FOUND
               : err;
}

static pl_err read_vault(pospal_client *client, pl_records_mode mode, pl_trial_note *note)
{
    pl_buf bytes;
    pl_err err;

    pl_buf_init(&bytes);
    err = pl_records_get(client, trial_item, &bytes, mode);
    if (!err)
        err = bytes.err ? bytes.err : pl_trial_note_decode(pl_buf_span(&bytes), keys_of(client), note);
    pl_buf_reset(&bytes);
    return as_none(err);
}

static void write_file(pospal_client *client, const pl_trial_note *note)
{
    if (client->shelf.is_read_only)
        return;
    if (pl_trial_note_store(&client->shelf.disk, keys_of(client), note))
        pl_log_write(&client->log, PL_LOG_WARN, "the begin of the trial is noted in the vault only: %s", pl_err_detail());
}

/* Where the file was lost, it is written again. */
static pl_err find(pospal_client *client, pl_records_mode mode, pl_trial_note *note)
{
    pl_err err_file = as_none(pl_trial_note_load(&client->shelf.disk, keys_of(client), note));
    pl_err err;

    if (!err_file)
        return PL_OK;
    if (!client->vault && !pl_vault_is_there(client->options.fs, client->directory))
        return err_file;
    if ((err = read_vault(client, mode, note)) == PL_ERR_NOT_FOUND)
        return err_file; /* what the disk failed to read may be there */
    if (!err && err_file == PL_ERR_NOT_FOUND)
        write_file(client, note);
    return err;
}

static pl_err recall(pospal_client *client, pl_records_mode mode, int64_t *begun_at)
{
    pl_trial_note note;
    pl_err err = PL_OK;

    *begun_at = 0;
    if (client->trial_begun_at == 0 && client->directory[0] && (err = find(client, mode, &note)) == PL_OK &&
        !pl_fingerprint_is_other_hardware(&note.made_on, &client->fingerprint))
        client->trial_begun_at = note.begun_at;
    *begun_at = client->trial_begun_at;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err pl_trial_begin_recall(pospal_client *client, int64_t *begun_at)
{
    return recall(client, PL_RECORDS_AT_ONCE, begun_at);
}

/* What the time will be when the document is held, without holding it. */
static pl_err check_clock(const pospal_client *client, const pl_claims *claims, int64_t *t)
{
    pl_time now = pl_clock_read(&client->clock);
    char date[PL_TIMESTAMP_SIZE];
    pl_time_mark mark = client->mark;

    pl_timeline_raise(&mark, now, claims->issued_at);
    *t = pl_timeline_effective(&mark, now);
    if (!pl_timeline_clock_is_wrong(&mark, now) && *t >= pl_policy_starts_at(claims) && *t <= PL_TIME_MAX)
        return PL_OK;
    pl_timestamp_format(claims->issued_at, date);
    return pl_fail(PL_ERR_TRIAL_CLOCK, "the trial is of %s and has not begun: by this machine's clock it is not that late", date);
}

static pl_err tell_not_noted(const pospal_client *client, pl_err err)
{
    char detail[PL_ERR_DETAIL_MAX];

    if (err == PL_ERR_MEMORY)
        return err;
    (void)snprintf(detail, sizeof detail, "%s", client->vault_detail[0] ? client->vault_detail : pl_err_detail());
    return pl_fail(err, "the trial has not begun, for its begin could not be stored: %s",
                   detail[0] ? detail : client->storage_detail);
}

static pl_err put(pospal_client *client, const pl_trial_note *note, pl_records_mode mode)
{
    pl_buf bytes;
    pl_err err;

    pl_buf_init(&bytes);
    pl_trial_note_encode(note, keys_of(client), &bytes);
    err = bytes.err ? bytes.err : pl_records_put(client, trial_item, pl_buf_span(&bytes), mode);
    pl_buf_reset(&bytes);
    return err;
}

/* The vault first: it alone is enough. */
static pl_err note_begin(pospal_client *client, const pl_trial_note *note)
{
    pl_err err = put(client, note, PL_RECORDS_WAIT);

    if (err) {
        pl_vault_disown(client->vault, trial_item); /* what memory kept of it would begin when the disk is well again */
        return tell_not_noted(client, err);
    }
    write_file(client, note);
    client->trial_begun_at = note->begun_at;
    return PL_OK;
}

/* As far as that can be done at once: one of the two places is enough. */
static void mend_vault(pospal_client *client)
{
    pl_trial_note note = {.begun_at = client->trial_begun_at, .made_on = client->fingerprint};
    pl_trial_note there;

    if (read_vault(client, PL_RECORDS_AT_ONCE, &there) == PL_ERR_NOT_FOUND && put(client, &note, PL_RECORDS_AT_ONCE))
        pl_log_write(&client->log, PL_LOG_WARN, "the begin of the trial is noted in its file only: %s", pl_err_detail());
}

/* Whether it began must be known, and that it begins must last. */
static pl_err open_vault(pospal_client *client)
{
    pl_err err;

    if (!client->directory[0])
        return pl_fail(PL_ERR_READ_ONLY, "a trial needs a data directory: in memory it would begin anew at each start");
    if ((err = pl_records_open(client, PL_RECORDS_WAIT)))
        return tell_not_noted(client, err);
    if (pl_vault_is_durable(client->vault))
        return PL_OK;
    return tell_not_noted(client, client->vault_storage ? client->vault_storage : PL_ERR_READ_ONLY);
}

pl_err pl_trial_begin_take(pospal_client *client, const pl_claims *claims)
{
    pl_trial_note note = {.made_on = client->fingerprint};
    int64_t begun_at;
    pl_err err = recall(client, PL_RECORDS_WAIT, &begun_at);

    if (err)
        return tell_not_noted(client, err);
    if (begun_at != 0) {
        mend_vault(client);
        return PL_OK;
    }
    if ((err = check_clock(client, claims, &note.begun_at)))
        return err;
    if (claims->expires_at != 0 && note.begun_at >= claims->expires_at)
        return PL_OK; /* what is over does not begin, and the clock may be ahead */
    if ((err = open_vault(client)) || (err = recall(client, PL_RECORDS_WAIT, &begun_at)) || begun_at != 0)
        return err;
    return note_begin(client, &note);
}

bool pl_trial_begin_is_known(pospal_client *client)
{
    int64_t begun_at;

    return !recall(client, PL_RECORDS_WAIT, &begun_at) && begun_at != 0;
}

void pl_trial_begin_restore(pospal_client *client)
{
    mend_vault(client);
    pl_identity_store_mark(client);
}
