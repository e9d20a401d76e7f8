/* SPDX-License-Identifier: Apache-2.0
 *
 * The offline license: a document that needs no server, and the keyset it verifies with.
 */
#include "licensing/license_document.h"

#include "base/timestamp.h"
#include "licensing/admin_licenses.h"
#include "licensing/entitlement_text.h"
#include "licensing/judge.h"
#include "licensing/license_claims.h"
#include "licensing/license_policy.h"
#include "licensing/trusted_time.h"
#include "store/audit.h"
#include "token/claims_json.h"
#include "token/issue.h"
#include "token/license_file.h"

enum { MS = 1000 };

static pl_err check_license(const tx_t *tx, const license_t *license, const product_t *product)
{
    pl_reason reason;
    pl_verdict verdict = judge_license(license, &product->policy, tx->now_ms, &reason);

    if (license->duration_days)
        return pl_fail(PL_ERR_STATE,
                       "the license's time runs from its first activation on; activate a device, or give it an end by renewal");
    if (product->policy.check_in_s)
        return pl_fail(PL_ERR_STATE,
                       "the license must check in with the server, which a license file does not; give it check_in_s 0");
    if (verdict == PL_VERDICT_ACTIVE || verdict == PL_VERDICT_NOT_ACTIVATED) /* one that starts later may be handed over today */
        return PL_OK;
    return pl_fail(PL_ERR_STATE, "the license is %s (%s)", pl_verdict_text(verdict), pl_reason_text(reason));
}

static pl_err bind_device(const char *fingerprint, const product_t *product, pl_claims *claims)
{
    if (!fingerprint)
        return PL_OK;
    if (pl_fingerprint_parse(pl_span_text(fingerprint), &claims->device) || !pl_fingerprint_is_enough(&claims->device) ||
        !pl_fingerprint_is_of_one_machine(&claims->device))
        return pl_fail(PL_ERR_INVALID, "that is no fingerprint of one device; take what `pospal-license fingerprint` prints");
    claims->has_device = true;
    claims->match = product->policy.match;
    return PL_OK;
}

static pl_err find_customer(tx_t *tx, const license_t *license, const char **name)
{
    customer_t customer = {.name = NULL};
    pl_err err = PL_OK;

    if (!pl_uuid_is_nil(license->customer_id))
        err = customers_find(tx, license->brand_id, license->customer_id, &customer);
    *name = customer.name;
    return err;
}

static pl_err describe(tx_t *tx, const license_t *license, const product_t *product, claims_texts_t *texts, pl_claims *claims)
{
    const char *customer;
    pl_err err = find_customer(tx, license, &customer);

    if (err)
        return err;
    license_claims_describe(claims, texts, license, &product->policy, customer);
    claims->kind = PL_CLAIMS_LICENSE;
    claims->product = product->slug;
    claims->issued_at = tx->now_ms / MS;
    claims->not_before = license->starts_at_ms > tx->now_ms ? license->starts_at_ms / MS : claims->issued_at;
    claims->verdict = PL_VERDICT_ACTIVE;
    claims->reason = PL_REASON_IN_ORDER;
    return entitlement_text_read(tx->arena, product->entitlements, license->entitlements, &claims->entitlements);
}

/* As the customer's program will read it. What that refuses must not leave the house. */
static pl_err read_back(tx_t *tx, const brand_keys_t *brand, pl_span token)
{
    pl_claims claims;
    pl_jws jws;
    pl_err err = pl_keyset_verify_document(&brand->keyset, tx->arena, PL_DOC_LICENSE, token, &jws);

    if (err)
        return err == PL_ERR_MALFORMED || err == PL_ERR_TOO_LARGE
                   ? pl_fail(PL_ERR_INVALID, "a program could not read the license: it is too large, or a text in it is damaged")
                   : err;
    err = pl_claims_read(tx->arena, &jws, &claims);
    return err == PL_ERR_MALFORMED ? PL_ERR_INVALID : err; /* the detail names the member */
}

static pl_err sign(tx_t *tx, const brand_keys_t *brand, const pl_claims *claims, pl_buf *token)
{
    pl_err err = pl_claims_sign(claims, &brand->license.pair, brand->license.kid, token);

    if (err)
        return err == PL_ERR_TOO_LARGE ? pl_fail(PL_ERR_INVALID, "the license has too many or too long entitlements") : err;
    return read_back(tx, brand, pl_buf_span(token));
}

pl_err license_document_write(tx_t *tx, const brand_keys_t *brand, const pl_claims *claims, pl_buf *file)
{
    pl_buf token;
    pl_err err;

    pl_buf_init(&token);
    if (!(err = sign(tx, brand, claims, &token)))
        pl_license_file_join(file, pl_buf_span(&token), brand->keyset_token);
    pl_buf_reset(&token);
    return err ? err : file->err;
}

pl_err license_document_keys(const keyring_t *keyring, pl_uuid brand_id, const brand_keys_t **brand)
{
    *brand = keyring_find_brand(keyring, brand_id);
    if (!*brand || (*brand)->license.pair.public_key.alg == PL_ALG_NONE)
        return pl_fail(PL_ERR_STATE, "the brand has no current key for licenses");
    return PL_OK;
}

static pl_err note(tx_t *tx, const license_t *license, const char *token_id)
{
    const audit_t entry = {.brand_id = license->brand_id,
                           .action = AUDIT_LICENSE_FILE,
                           .target = license->id,
                           .metadata = pl_arena_format(tx->arena, "{\"jti\":\"%s\"}", token_id)};

    return entry.metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;
}

pl_err admin_license_check_end(const license_t *license, const product_policy_t *policy)
{
    if (license_end_ms(license, policy) / MS > PL_TIME_MAX)
        return pl_fail(PL_ERR_INVALID, "the end, with the slack of a late renewal, must not be later than the year 9999");
    return PL_OK;
}

pl_err admin_license_try_document(tx_t *tx, const keyring_t *keyring, const license_t *license)
{
    const brand_keys_t *brand = keyring_find_brand(keyring, license->brand_id);
    pl_claims claims = {.epoch = keyring_epoch(keyring)};
    product_t product;
    claims_texts_t texts;
    pl_buf token;
    pl_err err;

    if (!brand || brand->license.pair.public_key.alg == PL_ALG_NONE)
        return PL_OK; /* a brand may be without a key for licenses for a while */
    if ((err = license_policy_product(tx, license, &product)) || (err = describe(tx, license, &product, &texts, &claims)))
        return err;
    license_claims_name(&claims, &texts, brand, store_new_id(tx), license->product_id);
    pl_buf_init(&token);
    err = sign(tx, brand, &claims, &token);
    pl_buf_reset(&token);
    return err;
}

pl_err admin_license_file(tx_t *tx, const keyring_t *keyring, const license_t *license, const char *fingerprint, pl_buf *file)
{
    const brand_keys_t *brand;
    pl_claims claims = {.epoch = keyring_epoch(keyring)};
    product_t product;
    claims_texts_t texts;
    pl_err err;

    if ((err = license_document_keys(keyring, license->brand_id, &brand)) || (err = trusted_time_confirm(tx)) ||
        (err = license_policy_product(tx, license, &product)) || (err = check_license(tx, license, &product)) ||
        (err = describe(tx, license, &product, &texts, &claims)) || (err = bind_device(fingerprint, &product, &claims)))
        return err;
    license_claims_name(&claims, &texts, brand, store_new_id(tx), license->product_id);
    if ((err = license_document_write(tx, brand, &claims, file)))
        return err;
    return note(tx, license, texts.token_id);
}
