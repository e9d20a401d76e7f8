/* SPDX-License-Identifier: Apache-2.0
 *
 * `mail preview`: a template filled with samples, as it would go out.
 */
#include "cli/serve_config.h"

#include "base/timestamp.h"
#include "cli/fields.h"
#include "mail/letter.h"

typedef struct {
    cli_common_t common;
    const char *name;
    const char *brand;
    const char *language;
    const char *config;
    const char *templates;
    bool html;
    bool text;
    bool source;
} preview_t;

static const option_t options[] = {
    {"NAME", OPTION_OPERAND, offsetof(preview_t, name), true, "NAME", "the template: welcome, payment_failed, ...", 0, 0},
    {"brand", OPTION_TEXT, offsetof(preview_t, brand), true, "SLUG", "whose mail it is", 0, 0},
    {"language", OPTION_TEXT, offsetof(preview_t, language), false, "L", "of the recipient, like el (the brand's)", 0, 0},
    {"html", OPTION_FLAG, offsetof(preview_t, html), false, NULL, "print the HTML part alone", 0, 0},
    {"text", OPTION_FLAG, offsetof(preview_t, text), false, NULL, "print the text part alone", 0, 0},
    {"message", OPTION_FLAG, offsetof(preview_t, source), false, NULL, "print the whole message as a mail server gets it", 0, 0},
    {"templates", OPTION_TEXT, offsetof(preview_t, templates), false, "DIR",
     "of brands' own templates (as mail_templates is set)", 0, 0},
    {"config", OPTION_TEXT, offsetof(preview_t, config), false, "FILE", "settings of serve; else POSPAL_CONFIG", 0, 0},
};

typedef struct {
    const keyring_t *keyring;
    const char *brand;
    letter_t letter;
} preview_work_t;

static pl_err work_read(void *context, tx_t *tx)
{
    preview_work_t *work = context;
    brand_t brand;
    pl_err err = find_brand(tx, work->brand, &brand);

    return err ? err : letter_read_brand(tx, work->keyring, brand.id, &work->letter);
}

/* What the brand has not set is a sample too, or a template could not be looked at before. */
static pl_err fill_in(cli_t *cli, const preview_t *preview, letter_t *letter)
{
    pl_json_writer json;
    pl_buf samples;
    const char *kept;

    letter->mail.id = pl_uuid_v7(instance_now_ms(cli->instance), (const uint8_t[10]){0});
    letter->mail.template = preview->name;
    letter->mail.recipient = value_sample(pl_span_text("recipient"));
    letter->languages[0] = preview->language;
    letter->customer_name = value_sample(pl_span_text("customer_name"));
    letter->from = letter->from ? letter->from : "Sample <sample@mail.example>";
    letter->support_email = letter->support_email ? letter->support_email : value_sample(pl_span_text("support_email"));
    letter->website = letter->website ? letter->website : value_sample(pl_span_text("website"));
    pl_buf_init(&samples);
    pl_json_writer_init(&json, &samples);
    pl_json_open(&json, NULL, '{');
    for (size_t i = 0; value_name(i); i++)
        pl_json_put_text(&json, value_name(i), value_sample(pl_span_text(value_name(i))));
    pl_json_close(&json);
    kept = samples.err ? NULL : pl_arena_text(&cli->arena, pl_buf_span(&samples));
    pl_buf_reset(&samples);
    letter->content = pl_span_text(kept);
    return kept ? PL_OK : PL_ERR_MEMORY;
}

static pl_err find_directory(cli_t *cli, const preview_t *preview, const char **directory)
{
    const char *flags[CONFIG_COUNT] = {[CONFIG_DATA] = preview->common.data, [CONFIG_MAIL_TEMPLATES] = preview->templates};
    config_t config;
    pl_err err = read_serve_config(cli, preview->config, flags, &config);

    if (!err)
        *directory = config.mail_templates;
    return err;
}

static void put_message(cli_t *cli, const message_t *message)
{
    pl_json_put_text(&cli->json, "from", message->from.address);
    pl_json_put_text(&cli->json, "subject", message->subject);
    pl_json_put_text(&cli->json, "language", message->language);
    pl_json_put_text(&cli->json, "text", message->text);
    pl_json_put_text(&cli->json, "html", message->html);
}

static void print_message(cli_t *cli, const preview_t *preview, const message_t *message)
{
    pl_buf bytes;

    if (preview->source) {
        pl_buf_init(&bytes);
        message_write(message, &bytes);
        (void)fwrite(bytes.data, 1, bytes.size, cli->out);
        pl_buf_reset(&bytes);
    } else if (preview->html || preview->text) {
        (void)fputs(preview->html ? message->html : message->text, cli->out);
    } else {
        (void)fprintf(cli->out, "Subject: %s\n\n%s", message->subject, message->text);
    }
}

static pl_err run_preview(cli_t *cli, const void *values)
{
    const preview_t *preview = values;
    preview_work_t work = {.keyring = keys_pin(instance_keys(cli->instance), &cli->arena), .brand = preview->brand};
    letter_options_t how = {.now_ms = instance_now_ms(cli->instance)};
    message_t message;
    pl_err err;

    if (!work.keyring)
        return PL_ERR_MEMORY;
    if ((err = find_directory(cli, preview, &how.directory)) ||
        (err = instance_read(cli->instance, &cli->arena, work_read, &work)) || (err = fill_in(cli, preview, &work.letter)) ||
        (err = letter_write(&cli->arena, &work.letter, &how, &message)))
        return err;
    put_message(cli, &message);
    if (!preview->common.json)
        print_message(cli, preview, &message);
    return PL_OK;
}

const command_t command_mail_preview = {
    .name = "mail preview",
    .summary = "show what a mail looks like, filled with samples",
    .example = "mail preview welcome --data /var/lib/pospal --brand acme --language el --html > welcome.html",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_preview,
    .prints_itself = true,
};
