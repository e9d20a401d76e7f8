/* SPDX-License-Identifier: Apache-2.0
 *
 * The keyset that documents are verified under: taking a newer one in, verifying under it.
 */
#include "client/trust.h"

#include "token/claims_json.h"
#include "token/license_file.h"

pl_err pl_trust_take(pl_trust *trust, pl_span token)
{
    pl_keyset offered;
    pl_err err;

    if ((err = pl_keyset_verify(trust->roots, token, &offered)))
        return err;
    if (trust->has_keyset && pl_keyset_compare(&offered, &trust->keyset) <= 0)
        return PL_ERR_OLDER;
    trust->keyset = offered;
    trust->has_keyset = true;
    trust->token = token;
    return PL_OK;
}

pl_err pl_trust_own(pl_trust *trust, pl_arena *arena)
{
    char *copy;

    if (trust->token.size == 0)
        return PL_OK;
    if ((copy = pl_arena_text(arena, trust->token)) == NULL)
        return pl_fail(PL_ERR_MEMORY, "no memory for the keyset");
    trust->token = pl_span_of(copy, trust->token.size);
    return PL_OK;
}

static pl_err verify(const pl_trust *trust, pl_arena *arena, pl_doc doc, pl_span document, pl_claims *claims)
{
    pl_jws jws;
    pl_err err;

    if (!trust->has_keyset)
        return pl_fail(PL_ERR_KEY_UNKNOWN, "no keyset is held that a root key of this program signed");
    if ((err = pl_keyset_verify_document(&trust->keyset, arena, doc, document, &jws)))
        return err;
    err = pl_claims_read(arena, &jws, claims);
    pl_claims_bound_lease(claims);
    claims->signed_by = jws.kid;
    return err;
}

pl_err pl_trust_verify(pl_trust *trust, pl_arena *arena, pl_doc doc, pl_span text, pl_claims *claims)
{
    pl_span document, attached;
    pl_err err;

    if ((err = pl_license_file_split(text, &document, &attached)))
        return err;
    err = verify(trust, arena, doc, document, claims);
    /* signed by a key younger than our keyset, or ours is lost: the one that came along may know it */
    if (err != PL_ERR_KEY_UNKNOWN || attached.size == 0)
        return err;
    if ((err = pl_trust_take(trust, attached)) == PL_OK)
        return verify(trust, arena, doc, document, claims);
    return err == PL_ERR_MEMORY ? err
                                : pl_fail(PL_ERR_KEY_UNKNOWN, "its keyset does not know it either, or is not to be believed");
}
