/* SPDX-License-Identifier: Apache-2.0
 *
 * License files and forged leases; see fake_file.h.
 */
#include "support/fake_file.h"

#include "chaos/fake_document.h"
#include "token/license_file.h"

enum { YEAR_S = 365 * 86400 };

static void sign_file(fake_validator *v, const fake_file *file, const pl_claims *claims, pl_buf *text)
{
    const pl_key_pair *pair = file->signer ? file->signer : &v->pairs[v->license_key];
    pl_jwk jwk = fake_jwk_of(pair);
    pl_buf document, keyset;

    pl_buf_init(&document);
    pl_buf_init(&keyset);
    fake_must(!pl_claims_sign(claims, pair, jwk.kid, &document), "the file is signed");
    if (!file->is_without_keyset)
        fake_validator_keyset(v, &keyset);
    pl_license_file_join(text, pl_buf_span(&document), pl_buf_span(&keyset));
    pl_buf_reset(&document);
    pl_buf_reset(&keyset);
    fake_must(!text->err, "there is memory for the file");
}

void fake_validator_file(fake_validator *v, const fake_file *file, pl_buf *text)
{
    fake_draft d = {.claims = {.kind = PL_CLAIMS_LICENSE, .verdict = PL_VERDICT_ACTIVE}};

    fake_draft_name(&d, v);
    fake_draft_describe(&d, &v->licenses[file->license]);
    if (file->sequence)
        d.claims.sequence = file->sequence;
    if (file->product)
        d.claims.product = file->product;
    d.claims.issued_at = file->issued_at ? file->issued_at : fake_validator_now(v);
    d.claims.not_before = file->not_before;
    d.claims.expires_at = file->expires_at;
    d.claims.check_by = file->check_by;
    d.claims.emergency_seconds = file->emergency_s;
    d.claims.trial_seconds = file->trial_s;
    if (file->fingerprint)
        fake_draft_bind(&d, file->fingerprint, "Till 3");
    sign_file(v, file, &d.claims, text);
}

void fake_validator_forge_lease(fake_validator *v, const pl_key_pair *pair, const char *fingerprint, pl_buf *text)
{
    fake_draft d = {.claims = {.kind = PL_CLAIMS_ANSWER, .verdict = PL_VERDICT_ACTIVE, .has_nonce = true}};
    fake_file file = {.signer = pair};

    fake_draft_name(&d, v);
    fake_draft_describe(&d, &v->licenses[0]);
    d.claims.sequence = 1000;
    d.claims.issued_at = fake_validator_now(v);
    d.claims.check_by = d.claims.issued_at + 10 * YEAR_S;
    fake_draft_bind(&d, fingerprint, "Till 3");
    d.claims.activation_id = "018f4c1e-0000-7000-9000-00000000abcd";
    sign_file(v, &file, &d.claims, text);
}
