/* SPDX-License-Identifier: Apache-2.0
 *
 * The client's records in the vault; see identity.h. Waiting for other processes is in records.c, sealing in state/vault.c.
 */
#include "client/identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/records.h"
#include "crypto/crypto.h"
#include "license/license_key.h"
#include "state/mark.h"

enum { RECORD_FIXED = PL_IDENTITY_PUBLIC_AT + PL_DEVICE_PUBLIC_SIZE + PL_DEVICE_SECRET_SIZE, KEY_FILE_MAX = 4096 };

static const char key_item[] = "license_key";
static const char identity_item[] = PL_IDENTITY_ITEM;
static const char released_item[] = "released";
static const char release_item[] = "release_proof";
static const char mark_item[] = "time_mark";

static pl_err put(pospal_client *client, const char *name, pl_span value)
{
    pl_err err = pl_records_put(client, name, value, PL_RECORDS_WAIT);

    return err == PL_ERR_MEMORY || err == PL_ERR_TOO_LARGE ? err : PL_OK; /* else it is kept, be it in memory */
}

static pl_err get(pospal_client *client, const char *name, pl_buf *value)
{
    return pl_records_get(client, name, value, PL_RECORDS_WAIT);
}

/* The first line, without blanks around it, nor the byte order mark that some editors put before it. */
static pl_err first_line(pl_span text, char key[PL_LICENSE_KEY_MAX + 1])
{
    size_t start = text.size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    size_t end;

    while (start < text.size && strchr(" \t\r\n", text.data[start]))
        start++;
    end = start;
    while (end < text.size && text.data[end] != '\n' && text.data[end] != '\r')
        end++;
    while (end > start && strchr(" \t", text.data[end - 1]))
        end--;
    if (end == start)
        return PL_ERR_NO_KEY;
    if (end - start > PL_LICENSE_KEY_MAX)
        return pl_fail(PL_ERR_INVALID, "the license key is longer than %d characters", PL_LICENSE_KEY_MAX);
    memcpy(key, text.data + start, end - start);
    key[end - start] = '\0';
    return PL_OK;
}

/* A typing error is told before any request is made. */
static pl_err check_key(const char *key)
{
    pl_err err = pl_license_key_check(pl_span_text(key));

    return err == PL_ERR_MALFORMED || err == PL_ERR_TOO_LARGE ? pl_fail(PL_ERR_INVALID, "this is no license key") : err;
}

static pl_err key_from_options(pospal_client *client, char key[PL_LICENSE_KEY_MAX + 1])
{
    const pospal_options *options = &client->options;
    const char *value = options->text[PL_OPTION_KEY];
    pl_buf text;
    pl_err err = PL_OK;

    if (!value || !value[0])
        return PL_ERR_NO_KEY;
    pl_buf_init(&text);
    if (options->key_source == POSPAL_KEY_FILE)
        err = options->fs->read(options->fs->context, value, KEY_FILE_MAX, &text);
    else if (options->key_source == POSPAL_KEY_ENVIRONMENT)
        err = pl_environment(value, &text);
    else
        pl_buf_add_text(&text, value);
    if (!err)
        err = text.err ? text.err : first_line(pl_buf_span(&text), key);
    if (!err)
        err = check_key(key);
    pl_buf_reset(&text);
    return err == PL_ERR_NOT_FOUND ? PL_ERR_NO_KEY : err;
}

/* A record that is damaged is as good as none; one that can't be read now may be readable later and must not be overwritten. */
static bool is_lost(pl_err err)
{
    return err == PL_ERR_NOT_FOUND || err == PL_ERR_SIGNATURE || err == PL_ERR_MALFORMED || err == PL_ERR_UNSUPPORTED;
}

pl_err pl_identity_license_key(pospal_client *client, char key[PL_LICENSE_KEY_MAX + 1])
{
    char why[PL_ERR_DETAIL_MAX] = "";
    pl_buf stored;
    pl_err err_stored, err;

    pl_buf_init(&stored);
    err = err_stored = get(client, key_item, &stored);
    if (err_stored)
        (void)snprintf(why, sizeof why, "%s", pl_err_detail());
    if (!err)
        err = first_line(pl_buf_span(&stored), key);
    else if (err != PL_ERR_MEMORY && err != PL_ERR_BUSY)
        err = key_from_options(client, key);
    pl_buf_reset(&stored);
    if (err == PL_ERR_NO_KEY && err_stored && (!is_lost(err_stored) || err_stored == PL_ERR_UNSUPPORTED)) /* there may be one */
        return pl_fail(err_stored, "the stored license key can't be read now: %s", why);
    if (err == PL_ERR_NO_KEY)
        return pl_fail(PL_ERR_NO_KEY, "no license key is stored, and none was given");
    return err;
}

pl_err pl_identity_choose_key(pospal_client *client, const char *given, char key[PL_LICENSE_KEY_MAX + 1])
{
    pl_err err;

    if (!given && (err = pl_identity_license_key(client, key)))
        return err;
    if (given && strlen(given) > PL_LICENSE_KEY_MAX)
        return pl_fail(PL_ERR_INVALID, "the license key is longer than %d characters", PL_LICENSE_KEY_MAX);
    if (given)
        snprintf(key, PL_LICENSE_KEY_MAX + 1, "%s", given);
    return check_key(key);
}

pl_err pl_identity_put_release(pospal_client *client, pl_span token)
{
    char detail[PL_ERR_DETAIL_MAX];
    pl_err err;

    if (!client->directory[0])
        return put(client, release_item, token);
    if ((err = pl_records_open(client, PL_RECORDS_WAIT)))
        return err;
    if (!pl_vault_is_durable(client->vault))
        return pl_fail(PL_ERR_READ_ONLY, "the proof could not be stored, so nothing was given back: %s",
                       client->vault_detail[0] ? client->vault_detail : client->storage_detail);
    if (!(err = pl_records_put(client, release_item, token, PL_RECORDS_WAIT)))
        return PL_OK;
    snprintf(detail, sizeof detail, "%s", pl_err_detail());
    (void)pl_records_remove(client, release_item); /* memory may have kept it */
    return pl_fail(err, "the proof could not be stored, so nothing was given back: %s", detail);
}

pl_err pl_identity_get_release(pospal_client *client, pl_buf *token)
{
    return get(client, release_item, token);
}

pl_err pl_identity_put_record(pospal_client *client, const char *name, pl_span value)
{
    return put(client, name, value);
}

pl_err pl_identity_get_record(pospal_client *client, const char *name, pl_buf *value)
{
    return get(client, name, value);
}

pl_err pl_identity_store_license_key(pospal_client *client, const char *key)
{
    return put(client, key_item, pl_span_text(key));
}

bool pl_identity_has_license_key(pospal_client *client)
{
    pl_buf stored;
    pl_err err;

    pl_buf_init(&stored);
    err = get(client, key_item, &stored);
    pl_buf_reset(&stored);
    return !err || !is_lost(err); /* what can't be read now may be there */
}

static pl_err decode_identity(pl_span record, pl_identity *identity, pl_fingerprint *made_on)
{
    if (record.size <= RECORD_FIXED)
        return pl_fail(PL_ERR_MALFORMED, "the identity record is too short");
    memcpy(identity->instance_id.bytes, record.data, 16);
    memcpy(identity->device_public, record.data + PL_IDENTITY_PUBLIC_AT, PL_DEVICE_PUBLIC_SIZE);
    memcpy(identity->device_secret, record.data + PL_IDENTITY_PUBLIC_AT + PL_DEVICE_PUBLIC_SIZE, PL_DEVICE_SECRET_SIZE);
    return pl_fingerprint_parse(pl_span_of(record.data + RECORD_FIXED, record.size - RECORD_FIXED), made_on);
}

static pl_err make_identity(pospal_client *client, pl_identity *identity)
{
    uint8_t random[16];
    pl_buf record;
    pl_err err;

    pl_random(random, sizeof random);
    identity->instance_id = pl_uuid_v4(random);
    pl_device_key_new(identity->device_public, identity->device_secret);
    pl_buf_init(&record);
    pl_buf_add(&record, identity->instance_id.bytes, 16);
    pl_buf_add(&record, identity->device_public, sizeof identity->device_public);
    pl_buf_add(&record, identity->device_secret, sizeof identity->device_secret);
    pl_buf_add_text(&record, client->fingerprint_text);
    err = record.err ? record.err : put(client, identity_item, pl_buf_span(&record));
    pl_buf_reset(&record);
    return err;
}

/* why: there is none, in words; NULL where there never was one. */
static pl_err find(pospal_client *client, pl_identity *identity, bool *is_there, const char **why)
{
    pl_fingerprint made_on;
    pl_buf record;
    pl_err err;

    *is_there = false;
    pl_buf_init(&record);
    err = get(client, identity_item, &record);
    if (!err)
        err = decode_identity(pl_buf_span(&record), identity, &made_on);
    pl_buf_reset(&record);
    if (err && !is_lost(err))
        return err;
    *is_there = !err && !pl_fingerprint_is_other_hardware(&made_on, &client->fingerprint);
    *why = !err ? "this is other hardware than the stored one was made on" : err != PL_ERR_NOT_FOUND ? pl_err_detail() : NULL;
    return PL_OK;
}

pl_err pl_identity_find(pospal_client *client, pl_identity *identity, bool *is_there)
{
    const char *why;

    return find(client, identity, is_there, &why);
}

pl_err pl_identity_get(pospal_client *client, pl_identity *identity)
{
    bool is_there;
    const char *why;
    pl_err err = find(client, identity, &is_there, &why);

    /*
     * A till without a seat is not locked out by who keeps the vault busy, and none at all by a disk that can't be read: should there be one
     * already, see records.c.
     */
    if (err && err != PL_ERR_MEMORY && pl_vault_is_stand_in(client->vault) &&
        (err != PL_ERR_BUSY || !pl_holding_activation(client->holding))) {
        why = "the stored one can't be read now";
        err = PL_OK;
    }
    if (err || is_there)
        return err;
    pl_log_write(&client->log, why ? PL_LOG_WARN : PL_LOG_INFO, "a new identity is made: %s", why ? why : "there is none yet");
    return make_identity(client, identity);
}

static void extension_item(const char *token_id, char item[PL_VAULT_NAME_MAX])
{
    snprintf(item, PL_VAULT_NAME_MAX, "extension:%s", token_id);
}

static uint64_t digest_of(const char *token_id)
{
    uint8_t digest[PL_DIGEST_SIZE];
    uint64_t beginning = 0;
    int i;

    pl_digest(pl_span_text(token_id), digest);
    for (i = 0; i < 8; i++)
        beginning = beginning << 8 | digest[i];
    return beginning;
}

int64_t pl_identity_extension(pospal_client *client, const char *token_id)
{
    char item[PL_VAULT_NAME_MAX];
    int64_t until = 0;
    pl_buf value;

    if (!token_id)
        return 0;
    extension_item(token_id, item);
    pl_buf_init(&value);
    if (!pl_records_get(client, item, &value, PL_RECORDS_AT_ONCE) && !value.err)
        until = strtoll(value.data, NULL, 10);
    pl_buf_reset(&value);
    return until == 0 && client->extension.lease == digest_of(token_id) ? client->extension.until : until;
}

/*
 * In the vault and in the mark's file: what is left of the two still tells. The record stays when its lease is replaced or gone: whoever
 * puts a copy of the lease back must not find its extension untaken. It is some hundred bytes per emergency.
 */
static pl_err note_extension(pospal_client *client, const char *item, const char *token_id, int64_t until)
{
    pl_extension_note before = client->extension;
    char text[32];
    pl_err err;

    if (!pl_vault_is_durable(client->vault))
        return pl_fail(PL_ERR_READ_ONLY, "%s", client->vault_detail[0] ? client->vault_detail : client->storage_detail);
    snprintf(text, sizeof text, "%" PRId64, until);
    if ((err = pl_records_put(client, item, pl_span_text(text), PL_RECORDS_WAIT)))
        return err;
    client->extension.lease = digest_of(token_id);
    client->extension.until = until;
    if ((err = pl_mark_store(&client->shelf.disk, client->mark_key, &client->mark, &client->extension)))
        client->extension = before;
    return err;
}

pl_err pl_identity_take_extension(pospal_client *client, const char *token_id, int64_t until)
{
    char item[PL_VAULT_NAME_MAX];
    char detail[PL_ERR_DETAIL_MAX];
    char text[32];
    pl_err err;

    extension_item(token_id, item);
    snprintf(text, sizeof text, "%" PRId64, until);
    if (!client->directory[0])
        return put(client, item, pl_span_text(text));
    if ((err = pl_records_open(client, PL_RECORDS_WAIT)) || (err = note_extension(client, item, token_id, until)) == PL_OK)
        return err;
    snprintf(detail, sizeof detail, "%s", pl_err_detail());
    (void)pl_records_remove(client, item); /* memory or the disk may have kept it */
    return pl_fail(PL_ERR_NO_EXTENSION, "it could not be noted on disk: %s", detail);
}

static pl_err get_released(pospal_client *client, bool *is_released)
{
    pl_buf value;
    pl_err err;

    pl_buf_init(&value);
    err = get(client, released_item, &value);
    *is_released = !err && pl_span_is(pl_buf_span(&value), "1");
    pl_buf_reset(&value);
    return err;
}

bool pl_identity_is_released(pospal_client *client)
{
    bool is_released;

    (void)get_released(client, &is_released);
    return is_released;
}

pl_err pl_identity_set_released(pospal_client *client, bool is_released)
{
    bool was_released;
    pl_err err = get_released(client, &was_released);

    if (was_released == is_released && (!err || is_lost(err)))
        return PL_OK;
    if (!is_released)
        (void)pl_records_remove(client, release_item); /* a proof of the seat before */
    return put(client, released_item, pl_span_text(is_released ? "1" : "0"));
}

/* Its MAC is of no use here: the vault seals the copy, and opens where the key of the file's MAC is lost with its component. */
static const uint8_t sealed_mark_key[32] = {0};

void pl_identity_store_mark(pospal_client *client)
{
    uint8_t bytes[PL_MARK_SIZE];

    pl_mark_encode(&client->mark, &client->extension, sealed_mark_key, bytes);
    (void)pl_records_put(client, mark_item, pl_span_of(bytes, sizeof bytes), PL_RECORDS_AT_ONCE);
}

void pl_identity_owe_mark(pospal_client *client)
{
    pl_vault_disown(client->vault, mark_item);
    client->is_mark_owed = true;
}

pl_err pl_identity_load_mark(pospal_client *client, pl_time_mark *mark)
{
    pl_extension_note extension = {0};
    pl_buf bytes;
    pl_err err;

    pl_buf_init(&bytes);
    err = pl_records_get(client, mark_item, &bytes, PL_RECORDS_AT_ONCE);
    if (!err)
        err = pl_mark_decode(pl_buf_span(&bytes), sealed_mark_key, mark, &extension);
    pl_buf_reset(&bytes);
    if (!err && client->extension.lease == 0)
        client->extension = extension;
    return err;
}
