/* SPDX-License-Identifier: Apache-2.0
 *
 * `mail test`: one mail at once, past the outbox, to see whether the mail server takes it.
 */
#include "cli/serve_config.h"

#include "cli/fields.h"
#include "crypto/crypto.h"
#include "mail/account.h"
#include "mail/letter.h"

typedef struct {
    cli_common_t common;
    const char *to;
    const char *brand;
    const char *config;
    const char *flags[CONFIG_COUNT];
} test_t;

_Static_assert(sizeof(test_t) <= CLI_VALUES_MAX, "the values of a command have their room");

/* clang-format off */
static const option_t options[] = {
    {"to", OPTION_TEXT, offsetof(test_t, to), true, "E", "who gets it", 0, 0},
    {"brand", OPTION_TEXT, offsetof(test_t, brand), true, "SLUG", "from whose mail_from it comes", 0, 0},
    {"config", OPTION_TEXT, offsetof(test_t, config), false, "FILE", "settings of serve; else POSPAL_CONFIG", 0, 0},
    {"mail-url", OPTION_TEXT, offsetof(test_t, flags[CONFIG_MAIL_URL]), false, "URL", "as serve has it", 0, 0},
    {"mail-user", OPTION_TEXT, offsetof(test_t, flags[CONFIG_MAIL_USER]), false, "NAME", "as serve has it", 0, 0},
    {"mail-secret-file", OPTION_TEXT, offsetof(test_t, flags[CONFIG_MAIL_SECRET_FILE]), false, "FILE", "as serve has it", 0, 0},
    {"mail-ca", OPTION_TEXT, offsetof(test_t, flags[CONFIG_MAIL_CA]), false, "FILE", "as serve has it", 0, 0},
    {"mail-plain-loopback", OPTION_TEXT, offsetof(test_t, flags[CONFIG_MAIL_PLAIN_LOOPBACK]), false, "0|1", "as serve has it", 0, 0},
    {"mail-timeout-s", OPTION_TEXT, offsetof(test_t, flags[CONFIG_MAIL_TIMEOUT_S]), false, "S", "as serve has it", 0, 0},
};
/* clang-format on */

typedef struct {
    const keyring_t *keyring;
    const char *brand;
    letter_t letter;
} test_work_t;

static pl_err work_read(void *context, tx_t *tx)
{
    test_work_t *work = context;
    brand_t brand;
    pl_err err = find_brand(tx, work->brand, &brand);

    return err ? err : letter_read_brand(tx, work->keyring, brand.id, &work->letter);
}

static pl_err make_message(cli_t *cli, const letter_t *letter, const char *to, message_t *message)
{
    char *room = pl_arena_take(&cli->arena, MAIL_NAME_MAX + MAIL_ADDRESS_MAX + 2);
    uint8_t random[10];

    if (!room)
        return PL_ERR_MEMORY;
    if (!letter->from || !mailbox_parse(letter->from, room, &message->from))
        return pl_fail(PL_ERR_STATE, "the brand has not set from whom its mail comes: brand set --name mail_from");
    pl_random(random, sizeof random);
    message->date_ms = instance_now_ms(cli->instance);
    message->id = pl_uuid_v7(message->date_ms, random);
    message->language = "en";
    message->to = (mailbox_t){.address = to};
    message->reply_to = letter->reply_to;
    message->subject = "Test of mail from pospal-validator";
    message->text = "This mail was sent to see whether mail arrives. It does.\n";
    message->html = "<!DOCTYPE html>\n<html lang=\"en\"><body><p>This mail was sent to see whether mail arrives. It "
                    "does.</p></body></html>\n";
    return message_check(message);
}

static pl_err send(cli_t *cli, const mail_account_t *account, const message_t *message)
{
    carrier_t *carrier = carrier_new(&account->carrier);
    carrier_result_t result;

    if (!carrier)
        return PL_ERR_MEMORY;
    carrier_send(carrier, message, &result);
    carrier_free(carrier);
    if (result.outcome != CARRIED)
        return pl_fail(result.status ? PL_ERR_SERVER : PL_ERR_OFFLINE, "the mail was not taken by %s: %s", account->carrier.url,
                       result.answer);
    pl_json_put_text(&cli->json, "to", message->to.address);
    pl_json_put_text(&cli->json, "answer", result.answer);
    if (result.provider_id[0])
        pl_json_put_text(&cli->json, "provider_id", result.provider_id);
    pl_json_put_int(&cli->json, "duration_ms", result.duration_ms);
    return PL_OK;
}

static pl_err run_test(cli_t *cli, const void *values)
{
    const test_t *test = values;
    test_work_t work = {.keyring = keys_pin(instance_keys(cli->instance), &cli->arena), .brand = test->brand};
    const char *flags[CONFIG_COUNT];
    mail_account_t account = {.carrier = {.url = NULL}};
    message_t message = {.subject = NULL};
    config_t config;
    pl_err err;

    if (!work.keyring)
        return PL_ERR_MEMORY;
    for (size_t i = 0; i < CONFIG_COUNT; i++)
        flags[i] = test->flags[i];
    flags[CONFIG_DATA] = test->common.data;
    if (!(err = read_serve_config(cli, test->config, flags, &config)) && !(err = mail_account_open(&config, &account)) &&
        !(err = instance_read(cli->instance, &cli->arena, work_read, &work)) &&
        !(err = make_message(cli, &work.letter, test->to, &message)))
        err = send(cli, &account, &message);
    mail_account_close(&account);
    return err;
}

const command_t command_mail_test = {
    .name = "mail test",
    .summary = "send one mail at once, and print the mail server's answer",
    .example = "mail test --data /var/lib/pospal --config /etc/pospal/validator.conf --brand acme --to you@acme.example",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_test,
};
