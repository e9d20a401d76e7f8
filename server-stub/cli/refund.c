/* SPDX-License-Identifier: Apache-2.0
 *
 * `refund list`, `refund show`, `refund approve`, `refund reject`, `refund settle`.
 */
#include "licensing/refunds.h"

#include "billing/refund_made.h"
#include "cli/fields.h"

#include <string.h>

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *state;
    const char *id;
    const char *note;
    const char *refund;
    const char *after;
    int64_t limit;
    int64_t amount;
    bool by_hand;
} refund_values_t;

enum { SHOWN = 100, PROVIDER_TIMEOUT_MS = 20000 };

/* clang-format off */
#define BRAND {"brand", OPTION_TEXT, offsetof(refund_values_t, brand), true, "SLUG", "the brand", 0, 0}
#define REQUEST {"request", OPTION_OPERAND, offsetof(refund_values_t, id), true, "ID", "the request", 0, 0}
#define NOTE {"note", OPTION_TEXT, offsetof(refund_values_t, note), false, "TEXT", "why; kept with the request", 0, 0}

static const option_t list_options[] = {
    BRAND,
    {"state", OPTION_TEXT, offsetof(refund_values_t, state), false, "STATE", "pending (default), approved, rejected, refunded, or any", 0, 0},
    {"limit", OPTION_NUMBER, offsetof(refund_values_t, limit), false, "N", "how many (100)", 1, REFUND_PAGE_MAX},
    {"after", OPTION_TEXT, offsetof(refund_values_t, after), false, "ID", "the page after this request", 0, 0},
};
static const option_t show_options[] = {REQUEST, BRAND};
static const option_t approve_options[] = {
    REQUEST,
    BRAND,
    NOTE,
    {"by-hand", OPTION_FLAG, offsetof(refund_values_t, by_hand), false, NULL, "do not make the refund: that is done at the provider's site", 0, 0},
};
static const option_t reject_options[] = {REQUEST, BRAND, NOTE};
static const option_t settle_options[] = {
    REQUEST,
    BRAND,
    {"refund", OPTION_TEXT, offsetof(refund_values_t, refund), true, "ID", "the provider's id of the refund: re_...", 0, 0},
    {"amount", OPTION_NUMBER, offsetof(refund_values_t, amount), false, "N", "what was given back, in the currency's smallest unit", 1,
     INT64_C(1000000000000)},
};
/* clang-format on */

typedef struct {
    const refund_values_t *given;
    pl_err (*decide)(tx_t *tx, const refund_values_t *given, refund_request_t *request); /* NULL: it is only shown */
    refund_request_t like;
    refund_request_t request;
    refund_request_t *list;
    size_t count;
} work_t;

static void put_request(cli_t *cli, const refund_request_t *request)
{
    put_id(cli, "request_id", request->id);
    pl_json_put_text(&cli->json, "state", refund_state_text(request->state));
    put_time(cli, "created_at", request->created_at_ms);
    put_id(cli, "customer_id", request->customer_id);
    put_id(cli, "license_id", request->license_id);
    pl_json_put_text(&cli->json, "invoice", request->invoice ? request->invoice : "");
    if (request->amount >= 0)
        pl_json_put_int(&cli->json, "amount", request->amount);
    pl_json_put_text(&cli->json, "reason", request->reason);
}

static void put_rest(cli_t *cli, const refund_request_t *request)
{
    pl_json_put_text(&cli->json, "details", request->details);
    pl_json_put_text(&cli->json, "note", request->note);
    pl_json_put_text(&cli->json, "refund", request->provider_refund);
    put_time(cli, "decided_at", request->decided_at_ms);
    pl_json_put_text(&cli->json, "decided_by", request->decided_by);
}

/* ---- many ---- */

static pl_err read_state(const char *text, refund_state *state)
{
    if (!text)
        text = refund_state_text(REFUND_PENDING);
    if (strcmp(text, "any") == 0)
        return PL_OK;
    for (*state = REFUND_PENDING; *state <= REFUND_MADE; (*state)++)
        if (strcmp(refund_state_text(*state), text) == 0)
            return PL_OK;
    return pl_fail(PL_ERR_INVALID, "--state is \"%s\"; pending, approved, rejected, refunded or any is needed", text);
}

static pl_err work_list(void *context, tx_t *tx)
{
    work_t *work = context;
    brand_t brand;
    pl_err err = find_brand(tx, work->given->brand, &brand);

    if (err)
        return err;
    work->like.brand_id = brand.id;
    return refund_requests_list(tx, &work->like, work->given->limit ? work->given->limit : SHOWN, &work->list, &work->count);
}

static pl_err run_list(cli_t *cli, const void *values)
{
    work_t work = {.given = values};
    pl_err err;

    if ((err = read_state(work.given->state, &work.like.state)) ||
        (work.given->after && (err = read_id("after", work.given->after, &work.like.id))) ||
        (err = instance_read(cli->instance, &cli->arena, work_list, &work)))
        return err;
    pl_json_open(&cli->json, "requests", '[');
    for (size_t i = 0; i < work.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        put_request(cli, &work.list[i]);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    return PL_OK;
}

/* ---- one ---- */

static pl_err work_one(void *context, tx_t *tx)
{
    work_t *work = context;
    brand_t brand;
    pl_uuid id;
    pl_err err;

    if ((err = read_id("request", work->given->id, &id)) || (err = find_brand(tx, work->given->brand, &brand)))
        return err;
    err = refund_requests_find(tx, brand.id, id, &work->request);
    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(err, "the brand has no refund request %s", work->given->id);
    return err || !work->decide ? err : work->decide(tx, work->given, &work->request);
}

static pl_err check_text(const char *option, const char *text, size_t max)
{
    return text && (!*text || strlen(text) > max) ? pl_fail(PL_ERR_INVALID, "--%s has 1 to %zu bytes", option, max) : PL_OK;
}

static pl_err show_one(cli_t *cli, const refund_request_t *request)
{
    put_request(cli, request);
    put_rest(cli, request);
    if (request->state == REFUND_APPROVED)
        pl_json_put_text(&cli->json, "next",
                         "make the refund at the payment provider, then `refund settle` it with the provider's id");
    return PL_OK;
}

static pl_err run_one(cli_t *cli, const refund_values_t *given,
                      pl_err (*decide)(tx_t *tx, const refund_values_t *given, refund_request_t *request))
{
    work_t work = {.given = given, .decide = decide};
    pl_err err;

    if ((err = check_text("note", given->note, REFUND_NOTE_MAX)) || (err = check_text("refund", given->refund, 255)) ||
        (err = (decide ? instance_write : instance_read)(cli->instance, &cli->arena, work_one, &work)))
        return err;
    return show_one(cli, &work.request);
}

static pl_err run_show(cli_t *cli, const void *values)
{
    return run_one(cli, values, NULL);
}

static pl_err approve(tx_t *tx, const refund_values_t *given, refund_request_t *request)
{
    return refund_approve(tx, request, given->note);
}

/* The word is given and committed; what fails now is tried again by the same command. */
static pl_err make_refund(cli_t *cli, refund_request_t *request)
{
    const billing_options_t options = {.timeout_ms = PROVIDER_TIMEOUT_MS};
    const tx_t about = {.arena = &cli->arena, .now_ms = instance_now_ms(cli->instance), .actor = "cli"};
    const keyring_t *keyring = keys_pin(instance_keys(cli->instance), &cli->arena);
    billing_t *billing = billing_new(&options);
    const char *detail;
    pl_err err;

    err = billing && keyring ? refund_make(billing, instance_store(cli->instance), &about, keyring, request) : PL_ERR_MEMORY;
    billing_free(billing);
    if (!err)
        return PL_OK;
    detail = pl_arena_text(&cli->arena, pl_span_text(pl_err_detail()[0] ? pl_err_detail() : pl_err_sentence(err)));
    return pl_fail(
        err,
        "it is approved, but the refund is not made: %s. The same command tries again; or make it at the provider's site"
        " and say `refund settle`",
        detail ? detail : "");
}

static pl_err run_approve(cli_t *cli, const void *values)
{
    const refund_values_t *given = values;
    work_t work = {.given = given, .decide = approve};
    pl_err err;

    if ((err = check_text("note", given->note, REFUND_NOTE_MAX)) ||
        (err = instance_write(cli->instance, &cli->arena, work_one, &work)) ||
        (!given->by_hand && (err = make_refund(cli, &work.request))))
        return err;
    return show_one(cli, &work.request);
}

static pl_err reject(tx_t *tx, const refund_values_t *given, refund_request_t *request)
{
    return refund_reject(tx, request, given->note);
}

static pl_err run_reject(cli_t *cli, const void *values)
{
    return run_one(cli, values, reject);
}

static pl_err settle(tx_t *tx, const refund_values_t *given, refund_request_t *request)
{
    return refund_settle(tx, request, given->refund, given->amount ? given->amount : -1);
}

static pl_err run_settle(cli_t *cli, const void *values)
{
    return run_one(cli, values, settle);
}

const command_t command_refund_list = {
    .name = "refund list",
    .summary = "list refunds that customers asked for, the oldest first",
    .example = "refund list --data /var/lib/pospal --brand acme",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};

const command_t command_refund_show = {
    .name = "refund show",
    .summary = "show one request for a refund",
    .example = "refund show 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --data /var/lib/pospal --brand acme",
    .needs = CLI_INSTANCE,
    .options = show_options,
    .option_count = sizeof show_options / sizeof *show_options,
    .run = run_show,
};

const command_t command_refund_approve = {
    .name = "refund approve",
    .summary = "approve a refund, and make it at the payment provider",
    .example = "refund approve 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --data /var/lib/pospal --brand acme --note 'charged twice'",
    .needs = CLI_INSTANCE,
    .options = approve_options,
    .option_count = sizeof approve_options / sizeof *approve_options,
    .run = run_approve,
};

const command_t command_refund_reject = {
    .name = "refund reject",
    .summary = "reject a refund",
    .example =
        "refund reject 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --data /var/lib/pospal --brand acme --note 'outside of 14 days'",
    .needs = CLI_INSTANCE,
    .options = reject_options,
    .option_count = sizeof reject_options / sizeof *reject_options,
    .run = run_reject,
};

const command_t command_refund_settle = {
    .name = "refund settle",
    .summary = "note that a refund was made at the payment provider",
    .example = "refund settle 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --data /var/lib/pospal --brand acme --refund re_3Abc",
    .needs = CLI_INSTANCE,
    .options = settle_options,
    .option_count = sizeof settle_options / sizeof *settle_options,
    .run = run_settle,
};
