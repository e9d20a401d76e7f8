/* SPDX-License-Identifier: Apache-2.0
 *
 * `license answer`, `license release`: what a person carried from a device without network.
 */
#include <string.h>

#include "cli/fields.h"
#include "licensing/answer.h"
#include "licensing/offline.h"
#include "licensing/trusted_time.h"
#include "wire/device_reply.h"

enum { QR_MAX = 2953 /* bytes that the largest QR code holds, version 40 at level L */ };

typedef struct {
    cli_common_t common;
    const char *text;
    const char *brand;
} offline_t;

typedef struct {
    const offline_t *values;
    const keyring_t *keyring;
    offline_request_t request;
    offline_release_call_t release;
    offline_outcome_t out;
} offline_work_t;

/* The word itself, or standard input for "-". */
static pl_err read_typed(cli_t *cli, const char *word, pl_span *typed)
{
    char *room;

    *typed = pl_span_text(word);
    if (strcmp(word, "-") != 0)
        return PL_OK;
    if (!(room = pl_arena_take(&cli->arena, PL_OFFLINE_REQUEST_TYPED_MAX + 1)))
        return PL_ERR_MEMORY;
    *typed = pl_span_of(room, fread(room, 1, PL_OFFLINE_REQUEST_TYPED_MAX + 1, stdin));
    return ferror(stdin) ? pl_fail(PL_ERR_IO, "standard input cannot be read") : PL_OK;
}

static pl_err check_brand(tx_t *tx, const char *slug, pl_uuid brand_id)
{
    brand_t brand;
    pl_err err = slug ? find_brand(tx, slug, &brand) : PL_OK;

    if (!err && slug && !pl_uuid_equal(brand.id, brand_id))
        err = pl_fail(PL_ERR_INVALID, "the text is for another brand than %s", slug);
    return err;
}

static pl_err begin(cli_t *cli, const offline_t *values, offline_work_t *work, pl_span *typed)
{
    work->values = values;
    if (!(work->keyring = keys_pin(instance_keys(cli->instance), &cli->arena)))
        return PL_ERR_MEMORY;
    return read_typed(cli, values->text, typed);
}

static void put_outcome(cli_t *cli, const outcome_t *outcome)
{
    pl_json_put_text(&cli->json, "verdict", pl_verdict_text(outcome->verdict));
    pl_json_put_text(&cli->json, "reason", pl_reason_text(outcome->reason));
    if (outcome->has_license)
        put_id(cli, "license_id", outcome->license.id);
    if (outcome->has_activation)
        put_id(cli, "activation_id", outcome->activation.id);
}

/* ---- answering ---- */

static pl_err work_answer(void *context, tx_t *tx)
{
    offline_work_t *work = context;
    pl_err err;

    if ((err = trusted_time_confirm(tx)) || (err = check_brand(tx, work->values->brand, work->request.call.brand_id)))
        return err;
    return offline_activate(tx, &work->request, &work->out);
}

/* Into how many QR codes it goes; 0: the answer alone is too large for one. */
static int count_codes(const pl_device_reply *reply)
{
    size_t both = reply->answer.size + 1 + reply->keyset.size;

    if (reply->answer.size > QR_MAX)
        return 0;
    return both <= QR_MAX ? 1 : 2;
}

static void print_answer(cli_t *cli, const outcome_t *outcome, const pl_device_reply *reply)
{
    int codes = count_codes(reply);

    (void)fprintf(cli->out, "%.*s\n", (int)reply->answer.size, reply->answer.data);
    if (reply->keyset.size > 0)
        (void)fprintf(cli->out, "%.*s\n", (int)reply->keyset.size, reply->keyset.data);
    if (outcome->verdict != PL_VERDICT_ACTIVE)
        (void)fprintf(cli->err, "pospal-validator: the answer is a denial: %s (%s)\n", pl_verdict_text(outcome->verdict),
                      pl_reason_text(outcome->reason));
    if (codes == 2)
        (void)fprintf(cli->err, "pospal-validator: both lines do not fit one QR code; show two, the second line's first\n");
    if (codes == 0)
        (void)fprintf(cli->err, "pospal-validator: the answer is too large for a QR code (%d bytes); carry it as a file\n",
                      QR_MAX);
}

static pl_err sign(cli_t *cli, const offline_work_t *work)
{
    pl_device_reply reply;
    pl_buf body;
    pl_err err;

    pl_buf_init(&body);
    if ((err = answer_sign(&cli->arena, work->keyring, &work->out.call, &work->out.outcome, &body)) ||
        (err = pl_device_reply_read(&cli->arena, pl_buf_span(&body), &reply)))
        goto done;
    put_outcome(cli, &work->out.outcome);
    pl_json_put_span(&cli->json, "answer", reply.answer);
    pl_json_put_span(&cli->json, "keyset", reply.keyset);
    pl_json_put_int(&cli->json, "qr_codes", count_codes(&reply));
    if (!work->values->common.json)
        print_answer(cli, &work->out.outcome, &reply);
done:
    pl_buf_reset(&body);
    return err;
}

static pl_err run_answer(cli_t *cli, const void *values)
{
    offline_work_t work = {.values = NULL};
    pl_span typed;
    pl_err err;

    if ((err = begin(cli, values, &work, &typed)) ||
        (err = offline_read_request(&cli->arena, work.keyring, typed, &work.request)) ||
        (err = instance_write(cli->instance, &cli->arena, work_answer, &work)))
        return err;
    return sign(cli, &work);
}

/* ---- releasing ---- */

static pl_err work_release(void *context, tx_t *tx)
{
    offline_work_t *work = context;
    pl_err err = check_brand(tx, work->values->brand, work->release.call.brand_id);

    return err ? err : offline_release(tx, &work->release, &work->out);
}

static pl_err run_release(cli_t *cli, const void *values)
{
    offline_work_t work = {.values = NULL};
    pl_span typed;
    pl_err err;

    if ((err = begin(cli, values, &work, &typed)) ||
        (err = offline_read_release(&cli->arena, work.keyring, typed, &work.release)) ||
        (err = instance_write(cli->instance, &cli->arena, work_release, &work)))
        return err;
    put_outcome(cli, &work.out.outcome);
    pl_json_put_bool(&cli->json, "released", true);
    put_time(cli, "released_at", work.out.outcome.activation.released_at_ms);
    pl_json_put_int(&cli->json, "offline_releases", work.out.releases);
    pl_json_put_int(&cli->json, "offline_releases_allowed", work.out.outcome.product.policy.offline_releases);
    return PL_OK;
}

static const option_t answer_options[] = {
    {"REQUEST", OPTION_OPERAND, offsetof(offline_t, text), true, "REQUEST", "what the device showed; - reads standard input", 0,
     0},
    {"brand", OPTION_TEXT, offsetof(offline_t, brand), false, "SLUG", "refuse a request for another brand", 0, 0},
};

static const option_t release_options[] = {
    {"PROOF", OPTION_OPERAND, offsetof(offline_t, text), true, "PROOF", "what the device showed; - reads standard input", 0, 0},
    {"brand", OPTION_TEXT, offsetof(offline_t, brand), false, "SLUG", "refuse a proof for another brand", 0, 0},
};

const command_t command_license_answer = {
    .name = "license answer",
    .summary = "answer the activation request of a device without network",
    .example = "license answer ppr1.AbC... --data /var/lib/pospal > answer.txt",
    .needs = CLI_INSTANCE,
    .options = answer_options,
    .option_count = sizeof answer_options / sizeof *answer_options,
    .run = run_answer,
    .prints_itself = true,
};

const command_t command_license_release = {
    .name = "license release",
    .summary = "free the seat that a device without network gave back",
    .example = "license release eyJ... --data /var/lib/pospal",
    .needs = CLI_INSTANCE,
    .options = release_options,
    .option_count = sizeof release_options / sizeof *release_options,
    .run = run_release,
};
