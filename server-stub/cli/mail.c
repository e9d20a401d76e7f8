/* SPDX-License-Identifier: Apache-2.0
 *
 * `mail list`, `mail show`, `mail resend`: the log of mail.
 */
#include "licensing/mail.h"

#include "cli/fields.h"

#include <string.h>

static const char *const states[] = {
    [MAIL_WAITING] = "waiting", [MAIL_SENT] = "sent", [MAIL_FAILED] = "failed", [MAIL_SUPPRESSED] = "suppressed"};

enum { STATES = sizeof states / sizeof *states, MAILS_DEFAULT = 50 };

static const char *state_text(mail_state state)
{
    return state >= MAIL_WAITING && (size_t)state < STATES ? states[state] : "unknown";
}

static pl_err read_state(const char *text, int64_t *state)
{
    for (size_t i = MAIL_WAITING; i < STATES; i++)
        if (strcmp(text, states[i]) == 0) {
            *state = (int64_t)i;
            return PL_OK;
        }
    return pl_fail(PL_ERR_INVALID, "--state is \"%s\"; waiting, sent, failed or suppressed is needed", text);
}

static void put_mail(cli_t *cli, const mail_t *mail)
{
    put_id(cli, "id", mail->id);
    pl_json_put_text(&cli->json, "state", state_text(mail->state));
    pl_json_put_text(&cli->json, "template", mail->template);
    pl_json_put_text(&cli->json, "recipient", mail->recipient);
    put_time(cli, "created_at", mail->created_at_ms);
    pl_json_put_int(&cli->json, "attempts", mail->attempts);
    if (mail->state == MAIL_WAITING)
        put_time(cli, "due_at", mail->due_at_ms);
    put_time(cli, "settled_at", mail->settled_at_ms);
    pl_json_put_text(&cli->json, "error", mail->error);
}

/* ---- list ---- */

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *state;
    const char *to;
    const char *before;
    int64_t limit;
} list_t;

static const option_t list_options[] = {
    {"brand", OPTION_TEXT, offsetof(list_t, brand), true, "SLUG", "the brand", 0, 0},
    {"state", OPTION_TEXT, offsetof(list_t, state), false, "STATE", "only those: waiting, sent, failed or suppressed", 0, 0},
    {"to", OPTION_TEXT, offsetof(list_t, to), false, "E", "to this address only", 0, 0},
    {"limit", OPTION_NUMBER, offsetof(list_t, limit), false, "N", "how many (50)", 1, MAILS_PAGE_MAX},
    {"before", OPTION_TEXT, offsetof(list_t, before), false, "ID", "the page of what was ordered before this mail", 0, 0},
};

typedef struct {
    const char *brand;
    mail_page_t page;
    mail_t *list;
    size_t count;
} list_work_t;

static pl_err work_list(void *context, tx_t *tx)
{
    list_work_t *work = context;
    brand_t brand;
    pl_err err = find_brand(tx, work->brand, &brand);

    work->page.brand_id = brand.id;
    return err ? err : mails_list(tx, &work->page, &work->list, &work->count);
}

static pl_err run_list(cli_t *cli, const void *values)
{
    const list_t *list = values;
    list_work_t work = {.brand = list->brand,
                        .page = {.recipient = list->to, .limit = list->limit ? list->limit : MAILS_DEFAULT}};
    pl_err err;

    if (list->state && list->to)
        return pl_fail(PL_ERR_INVALID, "one of --state and --to is enough");
    if ((list->state && (err = read_state(list->state, &work.page.state))) ||
        (list->before && (err = read_id("before", list->before, &work.page.before))) ||
        (err = instance_read(cli->instance, &cli->arena, work_list, &work)))
        return err;
    pl_json_open(&cli->json, "mails", '[');
    for (size_t i = 0; i < work.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        put_mail(cli, &work.list[i]);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    return PL_OK;
}

const command_t command_mail_list = {
    .name = "mail list",
    .summary = "list mail that waits, was sent, or was given up",
    .example = "mail list --data /var/lib/pospal --brand acme --state failed",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};

/* ---- show, resend ---- */

typedef struct {
    cli_common_t common;
    const char *id;
} one_t;

static const option_t one_options[] = {
    {"ID", OPTION_OPERAND, offsetof(one_t, id), true, "ID", "the mail", 0, 0},
};

typedef struct {
    const keyring_t *keyring;
    pl_uuid id;
    mail_t mail;
    mail_attempt_t *attempts;
    size_t count;
    pl_uuid again;
} one_work_t;

/* Of whichever brand. */
static pl_err find(tx_t *tx, one_work_t *work)
{
    pl_err err = PL_ERR_NOT_FOUND;
    brand_t *brands;
    size_t count;
    pl_err listed = brands_list(tx, &brands, &count);

    if (listed)
        return listed;
    for (size_t i = 0; err == PL_ERR_NOT_FOUND && i < count; i++)
        err = mails_find(tx, brands[i].id, work->id, &work->mail);
    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "there is no mail of that id") : err;
}

static pl_err work_show(void *context, tx_t *tx)
{
    one_work_t *work = context;
    pl_err err = find(tx, work);

    return err ? err : mails_attempts(tx, &work->mail, &work->attempts, &work->count);
}

static pl_err work_resend(void *context, tx_t *tx)
{
    one_work_t *work = context;
    pl_err err = find(tx, work);

    return err ? err : mail_resend(tx, work->keyring, &work->mail, &work->again);
}

static pl_err run_show(cli_t *cli, const void *values)
{
    one_work_t work = {.count = 0};
    const mail_t *mail = &work.mail;
    pl_err err;

    if ((err = read_id("id", ((const one_t *)values)->id, &work.id)) ||
        (err = instance_read(cli->instance, &cli->arena, work_show, &work)))
        return err;
    put_mail(cli, mail);
    pl_json_put_text(&cli->json, "purpose", mail->purpose);
    pl_json_put_text(&cli->json, "language", mail->language);
    pl_json_put_text(&cli->json, "provider_id", mail->provider_id);
    put_time(cli, "expires_at", mail->expires_at_ms);
    pl_json_put_bool(&cli->json, "can_be_sent_again", mail->content.size > 0);
    pl_json_open(&cli->json, "tried", '[');
    for (size_t i = 0; i < work.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        pl_json_put_int(&cli->json, "number", work.attempts[i].number);
        put_time(cli, "at", work.attempts[i].tried_at_ms);
        pl_json_put_int(&cli->json, "duration_ms", work.attempts[i].duration_ms);
        pl_json_put_text(&cli->json, "state", state_text(work.attempts[i].state));
        pl_json_put_text(&cli->json, "answer", work.attempts[i].answer);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    return PL_OK;
}

static pl_err run_resend(cli_t *cli, const void *values)
{
    one_work_t work = {.keyring = keys_pin(instance_keys(cli->instance), &cli->arena)};
    pl_err err;

    if (!work.keyring)
        return PL_ERR_MEMORY;
    if ((err = read_id("id", ((const one_t *)values)->id, &work.id)) ||
        (err = instance_write(cli->instance, &cli->arena, work_resend, &work)))
        return err;
    put_id(cli, "id", work.again);
    pl_json_put_text(&cli->json, "recipient", work.mail.recipient);
    return PL_OK;
}

const command_t command_mail_show = {
    .name = "mail show",
    .summary = "show one mail, and each attempt to send it",
    .example = "mail show --data /var/lib/pospal 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = one_options,
    .option_count = sizeof one_options / sizeof *one_options,
    .run = run_show,
};

const command_t command_mail_resend = {
    .name = "mail resend",
    .summary = "send a mail once more, or at once if it waits",
    .example = "mail resend --data /var/lib/pospal 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f",
    .needs = CLI_INSTANCE,
    .options = one_options,
    .option_count = sizeof one_options / sizeof *one_options,
    .run = run_resend,
};
