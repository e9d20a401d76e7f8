/* SPDX-License-Identifier: Apache-2.0
 *
 * Verifying, keeping and replacing the revocation list; see listed.h.
 */
#include "client/listed.h"

#include "client/apply.h"
#include "client/view.h"
#include "token/license_file.h"
#include "token/revocations_json.h"

/* The text is the list, and behind it perhaps a keyset, which trust takes in where it is needed. Lives in the arena, as the text must. */
static pl_err verify(pl_trust *trust, pl_arena *arena, pl_span text, pl_revocations *list)
{
    pl_span token, attached;
    pl_jws jws;
    pl_err err;

    if ((err = pl_license_file_split(text, &token, &attached)))
        return err;
    if (token.size > PL_REVOCATIONS_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a revocation list has at most %d bytes", (int)PL_REVOCATIONS_MAX);
    if (attached.size > 0 && pl_trust_take(trust, attached) == PL_ERR_MEMORY)
        return PL_ERR_MEMORY;
    if (!trust->has_keyset)
        return pl_fail(PL_ERR_KEY_UNKNOWN, "no keyset is held or came along that a root key of this program signed");
    if ((err = pl_keyset_verify_document(&trust->keyset, arena, PL_DOC_REVOCATIONS, token, &jws)))
        return err;
    return pl_revocations_read(arena, &jws, list);
}

static pl_err hold(pl_holding *holding, pl_span text)
{
    char *copy = pl_arena_text(&holding->arena, text);
    pl_revocations list;
    pl_err err;

    if (!copy)
        return pl_fail(PL_ERR_MEMORY, "no memory for the revocation list");
    text = pl_span_of(copy, text.size);
    if ((err = verify(&holding->trust, &holding->arena, text, &list)))
        return err;
    if (holding->has_revocations && pl_revocations_compare(&list, &holding->revocations) <= 0)
        return PL_ERR_OLDER;
    holding->revocations = list;
    holding->revocations_text = text;
    holding->has_revocations = true;
    return PL_OK;
}

static pl_err load_generation(const pl_shelf *shelf, const pl_holding *previous, pl_holding *holding, int generation)
{
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    err = pl_shelf_read(shelf, PL_DOCUMENT_REVOCATIONS, generation, &text);
    if (!err)
        err = hold(holding, pl_buf_span(&text));
    else if (err == PL_ERR_IO && previous && previous->has_revocations)
        err = hold(holding, previous->revocations_text);
    pl_buf_reset(&text);
    return err;
}

pl_err pl_listed_load(const pl_shelf *shelf, const pl_log *log, const pl_holding *previous, pl_holding *holding)
{
    for (int generation = 0; generation < PL_DOCUMENT_GENERATIONS; generation++) {
        pl_err err = load_generation(shelf, previous, holding, generation);

        if (err == PL_ERR_MEMORY)
            return err;
        holding->is_incomplete = holding->is_incomplete || err == PL_ERR_IO;
        if (err && err != PL_ERR_NOT_FOUND && err != PL_ERR_OLDER)
            pl_log_write(log, PL_LOG_WARN, "a stored revocation list is not believed: %s", pl_err_detail());
        if (!err)
            break;
    }
    return PL_OK;
}

static bool is_held(const pl_holding *holding, pl_span token)
{
    pl_span held, keyset;

    return holding->has_revocations && !pl_license_file_split(holding->revocations_text, &held, &keyset) &&
           pl_span_equal(held, token);
}

pl_err pl_listed_take(pospal_client *client, pl_span token, pl_span keyset)
{
    pl_trust trust = client->holding->trust;
    pl_revocations list;
    pl_arena arena;
    pl_buf text;
    pl_err err;

    if (is_held(client->holding, token))
        return PL_OK;
    trust.roots = &client->roots;
    pl_arena_init(&arena);
    pl_buf_init(&text);
    if ((err = pl_trust_own(&trust, &arena)))
        goto done;
    pl_license_file_join(&text, token, keyset);
    if ((err = text.err) || (err = verify(&trust, &arena, pl_buf_span(&text), &list)))
        goto done;
    if (client->holding->has_revocations && pl_revocations_compare(&list, &client->holding->revocations) <= 0)
        err = pl_fail(PL_ERR_OLDER, "a newer revocation list is held");
    else
        err = pl_apply_revocations(client, token, trust.token);
done:
    pl_buf_reset(&text);
    pl_arena_reset(&arena);
    return err;
}
