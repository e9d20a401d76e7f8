/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license verify: what a license file says, who signed it, and whether it counts on this machine; nothing is stored.
 */
#include "session.h"

#include <inttypes.h>
#include <string.h>

#include "base/timestamp.h"
#include "license/policy.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "token/claims_json.h"
#include "token/license_file.h"

typedef struct {
    common_t common;
    const char *file;
    const char *product;
} verify_t;

static const option_t options[] = {
    {"FILE", OPTION_OPERAND, offsetof(verify_t, file), true, "FILE", "the license file; - reads standard input", 0, 0},
    {"product", OPTION_TEXT, offsetof(verify_t, product), false, "SLUG", "the product it must be for; any if not said", 0, 0},
};

/* A license file taken apart and believed. */
typedef struct {
    pl_roots roots;
    pl_keyset keyset;
    const pl_keyset_key *signer;
    pl_claims claims;
} genuine_t;

/* What the file is worth here and now. */
typedef struct {
    pl_decision decision;
    pl_held held;
    pl_match match;   /* of the device it is bound to with this machine */
    bool is_readable; /* this machine's fingerprint */
} worth_t;

/* ---- believing ---- */

/* Says which of the two documents it was. */
static pl_err fail_in(const char *document, pl_err err)
{
    char reason[PL_ERR_DETAIL_MAX];

    (void)snprintf(reason, sizeof reason, "%s", pl_err_detail());
    return pl_fail(err, "%s%s%s", document, reason[0] ? ": " : "", reason);
}

static const pl_keyset_key *find_signer(const pl_keyset *keyset, const char *kid)
{
    for (size_t i = 0; i < keyset->count; i++)
        if (strcmp(keyset->keys[i].jwk.kid, kid) == 0)
            return &keyset->keys[i];
    return NULL;
}

static pl_err believe(pl_arena *arena, pl_span text, genuine_t *genuine)
{
    pl_span document, keyset;
    pl_jws jws;
    pl_err err;

    pl_err_clear();
    if ((err = pl_license_file_split(text, &document, &keyset)))
        return err;
    if (keyset.size == 0)
        return pl_fail(PL_ERR_KEY_UNKNOWN, "the file has no second line with the keyset");
    if ((err = pl_keyset_verify(&genuine->roots, keyset, &genuine->keyset)))
        return fail_in("the keyset on the second line", err);
    if ((err = pl_keyset_verify_document(&genuine->keyset, arena, PL_DOC_LICENSE, document, &jws)) ||
        (err = pl_claims_read(arena, &jws, &genuine->claims)))
        return fail_in("the license on the first line", err);
    genuine->signer = find_signer(&genuine->keyset, jws.kid);
    return PL_OK;
}

/* ---- judging ---- */

static void judge(const verify_t *verify, const pl_claims *claims, worth_t *worth)
{
    const char *product = verify->product ? verify->product : claims->product;
    pl_clock clock = pl_clock_system();
    int64_t now = pl_clock_read(&clock).wall_ms / 1000;
    pl_fingerprint machine;

    memset(worth, 0, sizeof *worth);
    worth->held.claims = claims;
    worth->held.source = PL_SOURCE_LICENSE_FILE;
    worth->held.trial_begun_at = now; /* an offline trial is judged as if it began */
    worth->held.is_other_product = !claims->product || strcmp(claims->product, product) != 0;
    if (claims->has_device) {
        worth->is_readable = product && session_fingerprint(verify->common.hardware_root, product, &machine) == PL_OK;
        if (worth->is_readable)
            worth->match = pl_fingerprint_match(&claims->device, &machine, claims->match);
        worth->held.is_other_device = !worth->match.is_same;
    }
    worth->decision = pl_policy_judge(&worth->held, now);
}

/* ---- showing ---- */

static void show_entitlement(sheet_t *sheet, const pl_entitlement *item)
{
    char value[PL_ENTITLEMENT_TEXT_MAX + PL_ENTITLEMENT_NAME_MAX + 64];
    char until[PL_TIMESTAMP_SIZE];
    size_t size;

    if (item->kind == PL_ENTITLEMENT_FEATURE)
        (void)snprintf(value, sizeof value, "%s%s", item->name, item->is_on ? "" : "=no");
    else if (item->kind == PL_ENTITLEMENT_LIMIT)
        (void)snprintf(value, sizeof value, "%s=%" PRId64, item->name, item->number);
    else
        (void)snprintf(value, sizeof value, "%s=%s", item->name, item->text);
    size = strlen(value);
    if (item->ends_at) {
        pl_timestamp_format(item->ends_at, until);
        (void)snprintf(value + size, sizeof value - size, " until %s", until);
    }
    sheet_add_item(sheet, "entitlements", value);
}

static void show_claims(sheet_t *sheet, const pl_claims *claims)
{
    sheet_text(sheet, "issuer", claims->issuer);
    sheet_text(sheet, "license_id", claims->license_id);
    sheet_text(sheet, "product", claims->product);
    sheet_text(sheet, "product_id", claims->product_id);
    sheet_text(sheet, "plan", claims->plan);
    sheet_text(sheet, "customer", claims->customer);
    sheet_open_list(sheet, "entitlements");
    for (size_t i = 0; i < claims->entitlements.count; i++)
        show_entitlement(sheet, &claims->entitlements.items[i]);
    sheet_close_list(sheet);
    sheet_time(sheet, "issued_at", claims->issued_at);
    sheet_time(sheet, "not_before", claims->not_before);
    sheet_time(sheet, "check_by", claims->check_by);
    sheet_time(sheet, "grace_until", claims->grace_until);
    if (claims->trial_seconds)
        sheet_int(sheet, "trial_seconds", claims->trial_seconds);
    sheet_time(sheet, "expires_at", claims->expires_at);
    if (claims->expires_at == 0 && claims->trial_seconds == 0 && !sheet->is_json)
        sheet_text(sheet, "expires_at", "never");
}

static void show_components(sheet_t *sheet, const char *name, uint8_t components)
{
    sheet_open_list(sheet, name);
    for (unsigned i = 0; i < PL_COMPONENT_COUNT; i++)
        if (components & 1u << i)
            sheet_add_item(sheet, name, pl_component_name((pl_component)i));
    sheet_close_list(sheet);
}

static void show_device(sheet_t *sheet, const pl_claims *claims, const worth_t *worth)
{
    char rule[8];

    sheet_bool(sheet, "bound_to_device", claims->has_device);
    if (!claims->has_device)
        return;
    sheet_text(sheet, "device_name", claims->device_name);
    sheet_text(sheet, "match_rule", pl_match_rule_text(claims->match, rule));
    sheet_bool(sheet, "fits_this_machine", worth->match.is_same);
    if (worth->is_readable)
        show_components(sheet, "components_fit", worth->match.matched);
    else
        sheet_text(sheet, "this_machine", "too little of its hardware can be read");
}

static const char *state_text(pl_key_state state)
{
    return state == PL_KEY_CURRENT ? "current" : state == PL_KEY_RETIRED ? "retired" : "revoked";
}

static void show_signer(sheet_t *sheet, const genuine_t *genuine)
{
    const pl_keyset *keyset = &genuine->keyset;
    const pl_keyset_key *signer = genuine->signer;

    sheet_text(sheet, "signed_by", signer->jwk.kid);
    sheet_text(sheet, "algorithm", signer->jwk.key.alg == PL_ALG_ES256 ? "ES256" : "EdDSA");
    sheet_text(sheet, "key_state", state_text(signer->state));
    sheet_time(sheet, "key_retired_at", signer->retired_at);
    sheet_int(sheet, "keyset_epoch", keyset->epoch);
    sheet_int(sheet, "keyset_sequence", keyset->sequence);
    sheet_time(sheet, "keyset_issued_at", keyset->issued_at);
    sheet_text(sheet, "root", genuine->roots.keys[keyset->root_rank].kid);
    sheet_text(sheet, "root_is", keyset->root_rank == 0 ? "in use" : "a reserve");
}

static tool_exit show(tool_t *tool, const verify_t *verify, const genuine_t *genuine)
{
    sheet_t *sheet = &tool->sheet;
    worth_t worth;

    judge(verify, &genuine->claims, &worth);
    sheet_bool(sheet, "genuine", true);
    sheet_text(sheet, "status", pl_status_text(worth.decision.status));
    sheet_text(sheet, "reason", pl_reason_text(worth.decision.reason));
    show_claims(sheet, &genuine->claims);
    show_device(sheet, &genuine->claims, &worth);
    show_signer(sheet, genuine);
    return worth.decision.status == PL_STATUS_ACTIVE || worth.decision.status == PL_STATUS_GRACE ? TOOL_OK : TOOL_NOT_USABLE;
}

static tool_exit run(tool_t *tool, const void *values)
{
    const verify_t *verify = values;
    genuine_t genuine = {0};
    tool_exit code;
    pl_arena arena;
    pl_buf jwks, text;
    pl_err err;

    pl_arena_init(&arena);
    pl_buf_init(&jwks);
    pl_buf_init(&text);
    if ((err = session_read_roots(tool, verify->common.roots, &jwks, &genuine.roots)) ||
        (err = session_read_file(tool, verify->file, PL_LICENSE_FILE_MAX, &text))) {
        code = tool_fail_plainly(tool, err);
        goto done;
    }
    err = believe(&arena, pl_buf_span(&text), &genuine);
    if (err)
        sheet_bool(&tool->sheet, "genuine", false);
    code = err ? tool_fail(tool, err) : show(tool, verify, &genuine);
done:
    pl_buf_reset(&text);
    pl_buf_reset(&jwks);
    pl_arena_reset(&arena);
    return code;
}

const command_t command_verify = {
    .name = "verify",
    .summary = "say what a license file says and who signed it; nothing is stored",
    .notes = "Exit code 0: genuine, and usable on this machine today; 3: genuine, but not usable; 6: not genuine.\n"
             "An offline trial is judged as if it began now.\n",
    .example = "verify till.license --roots root-keys.json",
    .uses = USES_ROOTS | USES_HARDWARE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
