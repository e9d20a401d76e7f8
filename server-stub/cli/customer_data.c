/* SPDX-License-Identifier: Apache-2.0
 *
 * `customer show`, `customer export`, `customer erase`.
 */
#include "licensing/personal_data.h"

#include "cli/fields.h"
#include "licensing/secret_file.h"
#include "store/personal.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *who;
    const char *out;
    bool cancel;
} customer_values_t;

#define WHO                                                                   \
    {                                                                         \
        "who", OPTION_OPERAND, offsetof(customer_values_t, who), true, "WHO", \
            "an e-mail address, an id, or another system's number", 0, 0      \
    }
#define BRAND                                                                                     \
    {                                                                                             \
        "brand", OPTION_TEXT, offsetof(customer_values_t, brand), true, "SLUG", "the brand", 0, 0 \
    }

typedef struct {
    cli_t *cli;
    const keyring_t *keyring;
    const char *slug;
    const char *who;
    bool cancels;
    personal_extent extent;
    pl_buf json;
    customer_t customer;
    erasure_t erasure;
} work_t;

static bool is_number(const char *text)
{
    return *text && strlen(text) < 18 && strspn(text, "0123456789") == strlen(text);
}

static pl_err find_customer(work_t *work, tx_t *tx)
{
    brand_t brand;
    pl_uuid id;
    pl_err err = find_brand(tx, work->slug, &brand);

    if (err)
        return err;
    if (strchr(work->who, '@'))
        err = customers_find_by_email(tx, brand.id, work->who, &work->customer);
    else if (is_number(work->who) && !(err = personal_find_number(tx, brand.id, strtoll(work->who, NULL, 10), &id)))
        err = customers_find(tx, brand.id, id, &work->customer);
    else if (!is_number(work->who) && !(err = read_id("WHO", work->who, &id)))
        err = customers_find(tx, brand.id, id, &work->customer);
    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no customer %s", work->who) : err;
}

static pl_err work_write(void *context, tx_t *tx)
{
    work_t *work = context;
    pl_json_writer json;
    pl_err err = find_customer(work, tx);

    if (err)
        return err;
    pl_buf_reset(&work->json); /* a transaction may be run again */
    pl_json_writer_init(&json, &work->json);
    pl_json_open(&json, NULL, '{');
    err = personal_data_write(tx, work->keyring, &work->customer, work->extent, &json);
    pl_json_close(&json);
    return err ? err : work->json.err;
}

static pl_err open_work(cli_t *cli, const customer_values_t *values, work_t *work)
{
    *work = (work_t){.cli = cli,
                     .keyring = keys_pin(instance_keys(cli->instance), &cli->arena),
                     .slug = values->brand,
                     .who = values->who,
                     .cancels = values->cancel};
    pl_buf_init(&work->json);
    return work->keyring ? PL_OK : PL_ERR_MEMORY;
}

static pl_err run_show(cli_t *cli, const void *values)
{
    work_t work;
    pl_err err = open_work(cli, values, &work);

    if (!err && !(err = instance_read(cli->instance, &cli->arena, work_write, &work)))
        pl_json_put_raw(&cli->json, "customer", pl_buf_span(&work.json));
    pl_buf_reset(&work.json);
    return err;
}

static pl_err hand_over(cli_t *cli, const customer_values_t *given, work_t *work)
{
    pl_err err;

    if (!given->out) {
        (void)fprintf(cli->out, "%s\n", work->json.data);
        return PL_OK;
    }
    if ((err = secret_file_create(given->out, pl_buf_span(&work->json))))
        return err == PL_ERR_CONFLICT ? pl_fail(err, "%s is there already; an export never overwrites", given->out) : err;
    pl_json_put_text(&cli->json, "file", given->out);
    return PL_OK;
}

static pl_err run_export(cli_t *cli, const void *values)
{
    const customer_values_t *given = values;
    work_t work;
    pl_err err = open_work(cli, given, &work);

    work.extent = PERSONAL_EXPORTED;
    if (!err && !(err = instance_write(cli->instance, &cli->arena, work_write, &work)))
        err = hand_over(cli, given, &work);
    pl_buf_reset(&work.json);
    return err;
}

static pl_err work_erase(void *context, tx_t *tx)
{
    work_t *work = context;
    pl_err err = find_customer(work, tx);

    err = err ? err : personal_data_erase(tx, &work->customer, work->cancels, &work->erasure);
    if (err != PL_ERR_STATE || work->cancels || !strstr(pl_err_detail(), "cancel it first"))
        return err;
    return pl_fail(err, "%s: --cancel", pl_err_detail());
}

static pl_err run_erase(cli_t *cli, const void *values)
{
    work_t work;
    pl_err err = open_work(cli, values, &work);

    if (err || (err = instance_write(cli->instance, &cli->arena, work_erase, &work)))
        return err;
    put_id(cli, "customer_id", work.customer.id);
    pl_json_put_int(&cli->json, "licenses_cancelled", work.erasure.licenses);
    pl_json_put_int(&cli->json, "activations_released", work.erasure.activations);
    pl_json_put_int(&cli->json, "mails", work.erasure.mails);
    pl_json_put_int(&cli->json, "audit_entries", work.erasure.audit_rows);
    pl_json_put_int(&cli->json, "archive_entries", work.erasure.archive_rows);
    pl_json_put_text(&cli->json, "to_end_at_the_provider", work.erasure.subscriptions);
    pl_json_put_text(&cli->json, "note", "backups made before still hold the data; they go when they are rotated out");
    return PL_OK;
}

/* clang-format off */
static const option_t show_options[] = {WHO, BRAND};
static const option_t export_options[] = {
    WHO,
    BRAND,
    {"out", OPTION_TEXT, offsetof(customer_values_t, out), false, "FILE", "a new file, mode 0600; else the standard output", 0, 0},
};
static const option_t erase_options[] = {
    WHO,
    BRAND,
    {"cancel", OPTION_FLAG, offsetof(customer_values_t, cancel), false, NULL, "cancel the customer's licenses that are live", 0, 0},
};
/* clang-format on */

const command_t command_customer_show = {
    .name = "customer show",
    .summary = "show all that is known of a customer",
    .example = "customer show ann@example.com --data /var/lib/pospal --brand acme",
    .needs = CLI_INSTANCE,
    .options = show_options,
    .option_count = sizeof show_options / sizeof *show_options,
    .run = run_show,
};

const command_t command_customer_export = {
    .name = "customer export",
    .summary = "write all that is known of a customer as JSON, for that person",
    .example = "customer export ann@example.com --data /var/lib/pospal --brand acme --out ann.json",
    .needs = CLI_INSTANCE,
    .options = export_options,
    .option_count = sizeof export_options / sizeof *export_options,
    .run = run_export,
    .prints_itself = true,
};

const command_t command_customer_erase = {
    .name = "customer erase",
    .summary = "erase a customer's personal data for good; licenses, payments and the audit stay as rows",
    .example = "customer erase ann@example.com --data /var/lib/pospal --brand acme --cancel",
    .needs = CLI_INSTANCE,
    .options = erase_options,
    .option_count = sizeof erase_options / sizeof *erase_options,
    .run = run_erase,
};
