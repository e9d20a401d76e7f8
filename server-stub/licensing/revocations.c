/* SPDX-License-Identifier: Apache-2.0
 *
 * Making revocation lists; see revocations.h.
 */
#include "licensing/revocations.h"

#include "licensing/trusted_time.h"
#include "store/audit.h"
#include "store/brands.h"
#include "store/meta.h"
#include "store/revocations.h"
#include "token/issue.h"
#include "token/revocations_json.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

static pl_err name_all(tx_t *tx, const pl_uuid *ids, size_t count, pl_revoked_names *names)
{
    const char **texts = pl_arena_take(tx->arena, (count + 1) * sizeof *texts);

    if (!texts)
        return PL_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        char *text = pl_arena_take(tx->arena, PL_UUID_TEXT_SIZE);

        if (!text)
            return PL_ERR_MEMORY;
        pl_uuid_format(ids[i], text);
        texts[i] = text;
    }
    *names = (pl_revoked_names){texts, count};
    return PL_OK;
}

static pl_err name_keys(tx_t *tx, const brand_keys_t *brand, pl_revoked_names *names)
{
    const char **texts = pl_arena_take(tx->arena, (brand->keyset.count + 1) * sizeof *texts);
    size_t count = 0;

    if (!texts)
        return PL_ERR_MEMORY;
    for (size_t i = 0; i < brand->keyset.count; i++)
        if (brand->keyset.keys[i].state == PL_KEY_REVOKED)
            texts[count++] = brand->keyset.keys[i].jwk.kid;
    *names = (pl_revoked_names){texts, count};
    return PL_OK;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Neither kind crowds the other out: many cancelled licenses must not keep the one stolen till off the list. */
static pl_err share(tx_t *tx, const revocation_search_t *search, size_t *licenses, size_t *devices, revocations_view_t *view)
{
    const size_t room = PL_REVOCATIONS_NAMES_MAX;
    size_t all_licenses = 0, all_devices = 0;
    pl_err err;

    view->is_full = *licenses + *devices > room;
    if (!view->is_full)
        return PL_OK;
    *devices = least(*devices, room - least(*licenses, REVOCATIONS_SHARE));
    *licenses = least(*licenses, room - *devices);
    if ((err = revocations_count(tx, search, &all_licenses, &all_devices)))
        return err;
    view->licenses_left_out = all_licenses - *licenses;
    view->devices_left_out = all_devices - *devices;
    return PL_OK;
}

static pl_err gather(tx_t *tx, const brand_keys_t *brand, revocations_view_t *view)
{
    const revocation_search_t search = {brand->id, tx->now_ms - REVOCATIONS_LEASE_DAYS * DAY_MS, PL_REVOCATIONS_NAMES_MAX + 1};
    pl_uuid *licenses, *activations;
    size_t license_count, activation_count;
    pl_err err;

    if ((err = revocations_licenses(tx, &search, &licenses, &license_count)) ||
        (err = revocations_activations(tx, &search, &activations, &activation_count)))
        return err;
    if ((err = share(tx, &search, &license_count, &activation_count, view)) ||
        (err = name_all(tx, licenses, license_count, &view->list.licenses)) ||
        (err = name_all(tx, activations, activation_count, &view->list.devices)))
        return err;
    return name_keys(tx, brand, &view->list.keys);
}

static void write(const pl_revocations *list, pl_buf *payload)
{
    pl_json_writer writer;

    pl_json_writer_init(&writer, payload);
    pl_revocations_write(&writer, list);
}

/* Of the list without what changes by itself. */
static pl_err digest(const pl_revocations *list, uint8_t content[PL_DIGEST_SIZE])
{
    const pl_revocations named = {.licenses = list->licenses, .devices = list->devices, .keys = list->keys};
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    write(&named, &text);
    if (!(err = text.err))
        pl_digest(pl_buf_span(&text), content);
    pl_buf_reset(&text);
    return err;
}

static pl_err sign(tx_t *tx, const brand_keys_t *brand, revocations_view_t *view)
{
    pl_buf payload, token;
    pl_err err;

    pl_buf_init(&payload);
    pl_buf_init(&token);
    write(&view->list, &payload);
    if (!(err = payload.err))
        err = pl_jws_sign(PL_DOC_REVOCATIONS, &brand->license.pair, brand->license.kid, pl_buf_span(&payload), &token);
    if (!err && !(view->token = pl_arena_text(tx->arena, pl_buf_span(&token))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&payload);
    pl_buf_reset(&token);
    return err;
}

static pl_err store(tx_t *tx, const brand_keys_t *brand, const revocations_view_t *view, revocation_list_t *row)
{
    const audit_t entry = {.brand_id = brand->id,
                           .action = AUDIT_REVOCATIONS_SIGNED,
                           .metadata = pl_arena_format(tx->arena, "{\"epoch\":%lld,\"seq\":%lld}", (long long)view->list.epoch,
                                                       (long long)view->list.sequence)};
    pl_err err;

    row->token = view->token;
    row->issued_at_ms = tx->now_ms;
    if (!entry.metadata)
        return PL_ERR_MEMORY;
    if ((err = revocations_put(tx, row)) || (err = meta_raise_generation(tx))) /* servers load it within seconds */
        return err;
    return audit_append(tx, &entry);
}

/* What is stored, or nothing. */
static pl_err find_before(tx_t *tx, pl_uuid brand_id, revocation_list_t *before)
{
    pl_err err = revocations_find(tx, brand_id, before);

    if (err == PL_ERR_NOT_FOUND)
        *before = (revocation_list_t){.token = NULL};
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static void date(pl_revocations *list, int64_t issued_at_ms)
{
    list->issued_at = issued_at_ms / 1000;
    list->expires_at = list->issued_at + REVOCATIONS_DAYS * (DAY_MS / 1000);
}

pl_err revocations_publish(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, revocations_view_t *view)
{
    const brand_keys_t *brand = keyring_find_brand(keyring, brand_id);
    revocation_list_t before, row = {.brand_id = brand_id, .epoch = keyring_epoch(keyring)};
    bool is_same;
    pl_err err;

    *view = (revocations_view_t){.token = NULL};
    if (!brand || brand->license.pair.public_key.alg == PL_ALG_NONE)
        return pl_fail(PL_ERR_STATE, "the brand has no current key for licenses, which signs revocation lists too");
    if ((err = trusted_time_confirm(tx)) || (err = brands_lock(tx, brand_id)) || (err = gather(tx, brand, view)) ||
        (err = digest(&view->list, row.content)) || (err = find_before(tx, brand_id, &before)))
        return err;
    is_same = before.token && before.epoch == row.epoch && pl_equal(before.content, row.content, PL_DIGEST_SIZE);
    row.sequence = before.sequence + (is_same ? 0 : 1);
    view->list.issuer = brand->id_text;
    view->list.epoch = row.epoch;
    view->list.sequence = row.sequence;
    if (is_same && tx->now_ms - before.issued_at_ms < REVOCATIONS_RENEW_DAYS * DAY_MS) {
        date(&view->list, before.issued_at_ms);
        view->token = before.token;
        return PL_OK;
    }
    date(&view->list, tx->now_ms);
    err = sign(tx, brand, view);
    return err ? err : store(tx, brand, view, &row);
}

pl_err revocations_follow(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id)
{
    revocations_view_t view;
    revocation_list_t before;
    pl_err err = find_before(tx, brand_id, &before);

    if (err || !before.token)
        return err;
    err = revocations_publish(tx, keyring, brand_id, &view);
    return err == PL_ERR_STATE ? PL_OK : err;
}
