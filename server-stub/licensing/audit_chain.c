/* SPDX-License-Identifier: Apache-2.0
 *
 * Hashes and checkpoints of the audit.
 */
#include "licensing/audit_chain.h"

#include "token/issue.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MS = 1000, HASH_TEXT_SIZE = 44 };

static const char mac_prefix[] = "mac:";

/* ---- hashing ---- */

static void add(pl_buf *buf, pl_span field)
{
    pl_buf_add_format(buf, "%zu:", field.size);
    pl_buf_add(buf, field.data, field.size);
    pl_buf_add(buf, ",", 1);
}

static void add_text(pl_buf *buf, const char *text)
{
    if (text)
        add(buf, pl_span_text(text));
    else
        pl_buf_add(buf, "~", 1);
}

static void add_id(pl_buf *buf, pl_uuid id)
{
    char text[PL_UUID_TEXT_SIZE];

    pl_uuid_format(id, text);
    add_text(buf, pl_uuid_is_nil(id) ? NULL : text);
}

static void add_int(pl_buf *buf, int64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, number);
    add_text(buf, text);
}

static void add_hash(pl_buf *buf, const uint8_t hash[PL_DIGEST_SIZE])
{
    char text[HASH_TEXT_SIZE];

    pl_base64url_encode(pl_span_of(hash, PL_DIGEST_SIZE), text);
    add_text(buf, text);
}

static pl_err finish(pl_buf *buf, uint8_t digest[PL_DIGEST_SIZE])
{
    pl_err err = buf->err;

    if (!err)
        pl_digest(pl_buf_span(buf), digest);
    pl_buf_reset(buf);
    return err;
}

pl_err audit_chain_row(const audit_t *row, uint8_t digest[PL_DIGEST_SIZE])
{
    pl_buf buf;

    pl_buf_init(&buf);
    add_text(&buf, "pospal-audit-row");
    add_id(&buf, row->brand_id);
    add_id(&buf, row->id);
    add_text(&buf, row->actor);
    add_text(&buf, audit_action_text(row->action));
    add_id(&buf, row->target);
    add_text(&buf, row->metadata);
    add_text(&buf, row->before);
    add_text(&buf, row->after);
    add_text(&buf, row->request_id);
    add_text(&buf, row->address_mark);
    return finish(&buf, digest);
}

pl_err audit_chain_seal(const audit_seal_t *seal, const uint8_t before[PL_DIGEST_SIZE], uint8_t hash[PL_DIGEST_SIZE])
{
    uint8_t rows[PL_DIGEST_SIZE];
    pl_buf buf;

    pl_digest(seal->rows, rows);
    pl_buf_init(&buf);
    add_text(&buf, "pospal-audit-seal");
    add_id(&buf, seal->brand_id);
    add_int(&buf, seal->sequence);
    add_id(&buf, seal->first_id);
    add_id(&buf, seal->last_id);
    add_int(&buf, seal->row_count);
    add_hash(&buf, rows);
    add_int(&buf, seal->sealed_at_ms);
    add_hash(&buf, before);
    return finish(&buf, hash);
}

/* ---- the installation's checkpoints ---- */

static pl_err mac_seal(const keyring_t *keyring, const audit_seal_t *seal, char text[HASH_TEXT_SIZE])
{
    uint8_t key[32];
    uint8_t mac[PL_MAC_SIZE];
    pl_err err = pl_derive(pl_span_of(keyring_sealing_key(keyring), PL_SEAL_KEY_SIZE), "pospal audit checkpoint", key);

    if (err)
        return err;
    pl_mac(key, pl_span_of(seal->hash, sizeof(seal->hash)), mac);
    pl_base64url_encode(pl_span_of(mac, sizeof(mac)), text);
    pl_wipe(key, sizeof(key));
    return PL_OK;
}

static pl_err verify_mac(const keyring_t *keyring, const audit_seal_t *seal)
{
    const char *given = seal->checkpoint + strlen(mac_prefix);
    char text[HASH_TEXT_SIZE];
    pl_err err = mac_seal(keyring, seal, text);

    if (!err && (strncmp(seal->checkpoint, mac_prefix, strlen(mac_prefix)) != 0 || strcmp(given, text) != 0))
        err = pl_fail(PL_ERR_SIGNATURE, "its checkpoint was not made by this installation");
    return err;
}

/* ---- a brand's checkpoints ---- */

static void write_claims(const brand_keys_t *brand, const audit_seal_t *seal, pl_buf *payload)
{
    char hash[HASH_TEXT_SIZE];
    pl_json_writer json;

    pl_base64url_encode(pl_span_of(seal->hash, sizeof(seal->hash)), hash);
    pl_json_writer_init(&json, payload);
    pl_json_open(&json, NULL, '{');
    pl_json_put_text(&json, "iss", brand->id_text);
    pl_json_put_int(&json, "iat", seal->sealed_at_ms / MS);
    pl_json_put_int(&json, "seq", seal->sequence);
    pl_json_put_text(&json, "hash", hash);
    pl_json_close(&json);
}

static pl_err sign_claims(tx_t *tx, const brand_keys_t *brand, const audit_seal_t *seal, const char **checkpoint)
{
    pl_buf payload, token;
    pl_err err;

    pl_buf_init(&payload);
    pl_buf_init(&token);
    write_claims(brand, seal, &payload);
    err = payload.err ? payload.err
                      : pl_jws_sign(PL_DOC_AUDIT, &brand->answer.pair, brand->answer.kid, pl_buf_span(&payload), &token);
    if (!err && !(*checkpoint = pl_arena_text(tx->arena, pl_buf_span(&token))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&token);
    pl_buf_reset(&payload);
    return err;
}

pl_err audit_chain_sign(tx_t *tx, const keyring_t *keyring, const audit_seal_t *seal, const char **checkpoint)
{
    const brand_keys_t *brand = keyring_find_brand(keyring, seal->brand_id);
    char text[HASH_TEXT_SIZE];
    pl_err err;

    *checkpoint = NULL;
    if (brand)
        return brand->has_keyset && brand->answer.pair.public_key.alg != PL_ALG_NONE ? sign_claims(tx, brand, seal, checkpoint)
                                                                                     : PL_OK;
    if (!pl_uuid_is_nil(seal->brand_id))
        return PL_OK; /* a brand that was made a moment ago: its next seal is signed */
    if ((err = mac_seal(keyring, seal, text)))
        return err;
    *checkpoint = pl_arena_format(tx->arena, "%s%s", mac_prefix, text);
    return *checkpoint ? PL_OK : PL_ERR_MEMORY;
}

pl_err audit_chain_read(pl_arena *arena, const brand_keys_t *brand, pl_span checkpoint, audit_seal_t *seal)
{
    size_t size = sizeof(seal->hash);
    const char *hash;
    pl_jws jws;
    pl_err err;

    if ((err = pl_keyset_verify_document(&brand->keyset, arena, PL_DOC_AUDIT, checkpoint, &jws)) ||
        (err = pl_json_want_int(jws.claims, "seq", 1, INT64_MAX, &seal->sequence)) ||
        (err = pl_json_want_text(jws.claims, "hash", HASH_TEXT_SIZE - 1, &hash)))
        return err;
    err = pl_base64url_decode(pl_span_text(hash), seal->hash, &size);
    return !err && size != sizeof(seal->hash) ? pl_fail(PL_ERR_MALFORMED, "the checkpoint's hash is too short") : err;
}

pl_err audit_chain_verify(pl_arena *arena, const keyring_t *keyring, const audit_seal_t *seal)
{
    const brand_keys_t *brand = keyring_find_brand(keyring, seal->brand_id);
    audit_seal_t said;
    pl_err err;

    if (!seal->checkpoint)
        return PL_ERR_NOT_FOUND;
    if (pl_uuid_is_nil(seal->brand_id))
        return verify_mac(keyring, seal);
    if (!brand || !brand->has_keyset)
        return PL_ERR_KEY_UNKNOWN;
    if ((err = audit_chain_read(arena, brand, pl_span_text(seal->checkpoint), &said)))
        return err;
    if (said.sequence != seal->sequence || memcmp(said.hash, seal->hash, sizeof(said.hash)) != 0)
        return pl_fail(PL_ERR_SIGNATURE, "its checkpoint is that of another seal");
    return PL_OK;
}
