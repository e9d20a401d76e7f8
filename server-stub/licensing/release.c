/* SPDX-License-Identifier: Apache-2.0
 *
 * Which release a license allows.
 */
#include "licensing/release.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "license/version.h"
#include "licensing/entitlement_text.h"
#include "licensing/license_term.h"
#include "store/audit.h"

#include <string.h>

enum { MS = 1000, DAY_S = 86400, DATE_SIZE = 10 };

/* ---- what a device is told ---- */

/* A second, or a day, which counts whole. False where the license names none. */
static bool read_until(const pl_entitlements *set, int64_t now_s, int64_t *until)
{
    const pl_entitlement *number = pl_entitlements_find(set, PL_RELEASES_UNTIL, PL_ENTITLEMENT_LIMIT, now_s);
    const pl_entitlement *text = pl_entitlements_find(set, PL_RELEASES_UNTIL, PL_ENTITLEMENT_TEXT, now_s);

    if (!number && !text)
        return false;
    *until = 0; /* what cannot be read allows nothing */
    if (number)
        *until = number->number;
    else if (!pl_timestamp_parse(pl_span_text(text->text), until) && strlen(text->text) == DATE_SIZE)
        *until += DAY_S - 1;
    return true;
}

static bool is_allowed(const release_t *release, const pl_entitlements *set, int64_t now_s)
{
    const pl_entitlement *max = pl_entitlements_find(set, PL_RELEASES_MAX, PL_ENTITLEMENT_TEXT, now_s);
    int64_t until;

    if (read_until(set, now_s, &until) && release->published_at_ms / MS > until)
        return false;
    return !max || pl_version_is_within(release->version, max->text);
}

static bool is_offered(const release_t *release, int64_t now_ms)
{
    return !release->withdrawn_at_ms && release->published_at_ms <= now_ms;
}

typedef struct {
    release_t *items;
    size_t count;
} release_list;

typedef struct {
    const release_t *newest;
    const release_t *allowed;
} choice;

/* The end of a license that works on after it: what is published later is not its. */
static bool is_in_term(const release_t *release, const outcome_t *outcome)
{
    const product_policy_t *policy = &outcome->product.policy;
    int64_t end_ms = license_term_end_ms(&outcome->license, policy);

    return !end_ms || !license_term_keeps(&outcome->license, policy) || release->published_at_ms <= end_ms;
}

/* set NULL: none is allowed. */
static choice choose(const release_list *list, const outcome_t *outcome, const pl_entitlements *set, int64_t now_ms)
{
    choice c = {NULL, NULL};

    for (size_t i = 0; i < list->count && !c.allowed; i++) {
        const release_t *release = &list->items[i];

        if (!is_offered(release, now_ms))
            continue;
        c.newest = c.newest ? c.newest : release;
        if (set && is_in_term(release, outcome) && is_allowed(release, set, now_ms / MS))
            c.allowed = release;
    }
    return c;
}

static void describe(const choice *c, const char *installed, release_outcome_t *out)
{
    bool is_newer = c->allowed && (!installed || pl_version_compare(c->allowed->version, installed) > 0);
    const release_t *told = is_newer || c->allowed == c->newest ? c->allowed : c->newest;

    if (!told)
        return;
    out->claims = (pl_release_claims){.version = told->version,
                                      .channel = told->channel,
                                      .url = told->url,
                                      .notes_url = told->notes_url,
                                      .sha256 = told->sha256,
                                      .published_at = told->published_at_ms / MS,
                                      .is_allowed = told == c->allowed};
    out->outcome.release = &out->claims;
}

pl_err licensing_release_check(tx_t *tx, const device_call_t *call, release_outcome_t *out)
{
    release_t of = {.brand_id = call->brand_id, .channel = call->request.channel};
    pl_entitlements set;
    release_list list;
    choice c;
    pl_err err;

    memset(out, 0, sizeof(*out));
    if ((err = licensing_validate(tx, call, &out->outcome)) || !out->outcome.has_license)
        return err;
    of.product_id = out->outcome.product.id;
    if ((err = releases_list(tx, &of, &list.items, &list.count)) ||
        (err = entitlement_text_read(tx->arena, out->outcome.product.entitlements, out->outcome.license.entitlements, &set)))
        return err;
    c = choose(&list, &out->outcome, out->outcome.verdict == PL_VERDICT_ACTIVE ? &set : NULL, tx->now_ms);
    describe(&c, call->request.app_version, out);
    return PL_OK;
}

/* ---- the operator ---- */

static pl_err check_url(const char *name, const char *url)
{
    if (!url || strncmp(url, "https://", 8) != 0 || strlen(url) > PL_RELEASE_URL_MAX || strchr(url, ' ') ||
        !pl_text_is_clean(url))
        return pl_fail(PL_ERR_INVALID, "%s must begin with https:// and have at most %d bytes without blanks", name,
                       (int)PL_RELEASE_URL_MAX);
    return PL_OK;
}

static pl_err check(const release_t *release)
{
    size_t size = release->version ? strlen(release->version) : 0;
    pl_err err;

    if (size == 0 || size > PL_RELEASE_VERSION_MAX || !pl_text_is_clean(release->version) || strchr(release->version, ' '))
        return pl_fail(PL_ERR_INVALID, "a version has 1 to %d characters without blanks", (int)PL_RELEASE_VERSION_MAX);
    if (!pl_release_channel_is_valid(release->channel))
        return pl_fail(PL_ERR_INVALID, "a channel has 1 to %d of the characters a-z 0-9 . _ -", (int)PL_RELEASE_CHANNEL_MAX);
    if (!pl_release_sha256_is_valid(release->sha256))
        return pl_fail(PL_ERR_INVALID, "the SHA-256 of the release has 64 digits 0-9 a-f");
    if ((err = check_url("the address", release->url)))
        return err;
    return release->notes_url ? check_url("the address of the notes", release->notes_url) : PL_OK;
}

static pl_err note(tx_t *tx, const release_t *release, audit_action action)
{
    audit_t entry = {.brand_id = release->brand_id, .action = action, .target = release->product_id};
    pl_json_writer writer;
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    pl_json_writer_init(&writer, &text);
    pl_json_open(&writer, NULL, '{');
    pl_json_put_text(&writer, "channel", release->channel);
    pl_json_put_text(&writer, "version", release->version);
    pl_json_close(&writer);
    entry.metadata = text.data;
    err = text.err ? text.err : audit_append(tx, &entry);
    pl_buf_reset(&text);
    return err;
}

pl_err admin_release_add(tx_t *tx, release_t *release)
{
    pl_err err = check(release);

    if (err)
        return err;
    if (!release->published_at_ms)
        release->published_at_ms = tx->now_ms;
    err = releases_insert(tx, release);
    if (err == PL_ERR_CONFLICT)
        return pl_fail(err, "the channel %s has a release %s already", release->channel, release->version);
    return err ? err : note(tx, release, AUDIT_RELEASE_ADDED);
}

pl_err admin_release_withdraw(tx_t *tx, const release_t *release)
{
    pl_err err = releases_withdraw(tx, release);

    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(err, "the channel %s offers no release %s", release->channel, release->version);
    return err ? err : note(tx, release, AUDIT_RELEASE_WITHDRAWN);
}
