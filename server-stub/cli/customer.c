/* SPDX-License-Identifier: Apache-2.0
 *
 * `customer list`, `add`, `change`.
 */
#include "cli/fields.h"
#include "licensing/admin_customers.h"

#include <string.h>

enum { CUSTOMERS_SHOWN = 500 };

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *customer;
    const char *email;
    const char *name;
    const char *metadata;
    const char *after;
    int64_t limit;
    bool no_name;
    bool no_metadata;
} customer_values_t;

/* clang-format off */
static const option_t list_options[] = {
    {"brand", OPTION_TEXT, offsetof(customer_values_t, brand), true, "SLUG", "the brand", 0, 0},
    {"email", OPTION_TEXT, offsetof(customer_values_t, email), false, "E", "the one with this address", 0, 0},
    {"limit", OPTION_NUMBER, offsetof(customer_values_t, limit), false, "N", "how many (100)", 1, CUSTOMERS_SHOWN},
    {"after", OPTION_TEXT, offsetof(customer_values_t, after), false, "ID", "the page after this customer", 0, 0},
};

static const option_t add_options[] = {
    {"brand", OPTION_TEXT, offsetof(customer_values_t, brand), true, "SLUG", "the brand", 0, 0},
    {"email", OPTION_TEXT, offsetof(customer_values_t, email), true, "E", "the address, by which a customer is known", 0, 0},
    {"name", OPTION_TEXT, offsetof(customer_values_t, name), false, "NAME", "the name", 0, 0},
    {"metadata", OPTION_TEXT, offsetof(customer_values_t, metadata), false, "JSON", "an object of your own", 0, 0},
};

static const option_t change_options[] = {
    {"brand", OPTION_TEXT, offsetof(customer_values_t, brand), true, "SLUG", "the brand", 0, 0},
    {"customer", OPTION_TEXT, offsetof(customer_values_t, customer), true, "ID", "the customer", 0, 0},
    {"email", OPTION_TEXT, offsetof(customer_values_t, email), false, "E", "another address", 0, 0},
    {"name", OPTION_TEXT, offsetof(customer_values_t, name), false, "NAME", "another name", 0, 0},
    {"no-name", OPTION_FLAG, offsetof(customer_values_t, no_name), false, NULL, "no name any more", 0, 0},
    {"metadata", OPTION_TEXT, offsetof(customer_values_t, metadata), false, "JSON", "an object of your own", 0, 0},
    {"no-metadata", OPTION_FLAG, offsetof(customer_values_t, no_metadata), false, NULL, "no metadata any more", 0, 0},
};
/* clang-format on */

typedef struct {
    const customer_values_t *values;
    pl_uuid id;
    customer_t customer;
    customer_t *customers;
    size_t count;
    bool has_more;
} customer_work_t;

static pl_err check(pl_arena *arena, const customer_values_t *values)
{
    if (values->email && !customers_email_is_valid(values->email))
        return pl_fail(PL_ERR_INVALID, "--email is \"%s\"; an address like ada@example.com is needed", values->email);
    if (values->name && (!values->name[0] || strlen(values->name) > CUSTOMER_NAME_MAX))
        return pl_fail(PL_ERR_INVALID, "--name has 1 to %d bytes", (int)CUSTOMER_NAME_MAX);
    return check_object(arena, "metadata", values->metadata, METADATA_MAX);
}

static void put_customer(cli_t *cli, const customer_t *customer)
{
    put_id(cli, "customer_id", customer->id);
    pl_json_put_text(&cli->json, "email", customer->email);
    pl_json_put_text(&cli->json, "name", customer->name ? customer->name : "");
    pl_json_put_text(&cli->json, "metadata", customer->metadata ? customer->metadata : "");
    pl_json_put_int(&cli->json, "version", customer->version);
}

static pl_err find_one(tx_t *tx, customer_work_t *work, pl_uuid brand_id)
{
    pl_err err = customers_find_by_email(tx, brand_id, work->values->email, &work->customer);

    work->customers = &work->customer;
    work->count = err ? 0 : 1;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err work_list(void *context, tx_t *tx)
{
    customer_work_t *work = context;
    int64_t limit = work->values->limit ? work->values->limit : 100;
    customer_t after = {.id = work->id};
    brand_t brand;
    pl_err err = find_brand(tx, work->values->brand, &brand);

    if (err)
        return err;
    if (work->values->email)
        return find_one(tx, work, brand.id);
    after.brand_id = brand.id;
    if ((err = customers_page(tx, &after, limit + 1, &work->customers, &work->count)))
        return err;
    work->has_more = (int64_t)work->count > limit;
    work->count -= work->has_more;
    return PL_OK;
}

static pl_err run_list(cli_t *cli, const void *values)
{
    customer_work_t work = {.values = values};
    pl_err err;

    if ((work.values->after && (err = read_id("after", work.values->after, &work.id))) ||
        (err = instance_read(cli->instance, &cli->arena, work_list, &work)))
        return err;
    pl_json_open(&cli->json, "customers", '[');
    for (size_t i = 0; i < work.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        put_customer(cli, &work.customers[i]);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    pl_json_put_bool(&cli->json, "has_more", work.has_more);
    return PL_OK;
}

static pl_err work_add(void *context, tx_t *tx)
{
    customer_work_t *work = context;
    const customer_values_t *values = work->values;
    brand_t brand;
    pl_err err = find_brand(tx, values->brand, &brand);

    if (err)
        return err;
    work->customer =
        (customer_t){.brand_id = brand.id, .email = values->email, .name = values->name, .metadata = values->metadata};
    return admin_customer_add(tx, &work->customer);
}

static pl_err work_change(void *context, tx_t *tx)
{
    customer_work_t *work = context;
    const customer_values_t *values = work->values;
    customer_t before;
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, values->brand, &brand)))
        return err;
    if ((err = customers_find(tx, brand.id, work->id, &before)))
        return err == PL_ERR_NOT_FOUND ? pl_fail(err, "the brand has no customer of that id; `customer list` shows them") : err;
    work->customer = before;
    if (values->email)
        work->customer.email = values->email;
    if (values->name || values->no_name)
        work->customer.name = values->name;
    if (values->metadata || values->no_metadata)
        work->customer.metadata = values->metadata;
    return admin_customer_change(tx, &before, &work->customer);
}

static pl_err run_add(cli_t *cli, const void *values)
{
    customer_work_t work = {.values = values};
    pl_err err;

    if ((err = check(&cli->arena, values)) || (err = instance_write(cli->instance, &cli->arena, work_add, &work)))
        return err;
    put_customer(cli, &work.customer);
    return PL_OK;
}

static pl_err run_change(cli_t *cli, const void *values)
{
    customer_work_t work = {.values = values};
    pl_err err;

    if ((err = check(&cli->arena, values)) || (err = read_id("customer", work.values->customer, &work.id)) ||
        (err = instance_write(cli->instance, &cli->arena, work_change, &work)))
        return err;
    put_customer(cli, &work.customer);
    return PL_OK;
}

const command_t command_customer_list = {
    .name = "customer list",
    .summary = "list a brand's customers",
    .example = "customer list --data /var/lib/pospal --brand acme --email ann@example.com",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};

const command_t command_customer_add = {
    .name = "customer add",
    .summary = "add a customer; a license makes its own",
    .example = "customer add --data /var/lib/pospal --brand acme --email ann@example.com --name Ann",
    .needs = CLI_INSTANCE,
    .options = add_options,
    .option_count = sizeof add_options / sizeof *add_options,
    .run = run_add,
};

const command_t command_customer_change = {
    .name = "customer change",
    .summary = "change a customer's address, name or metadata",
    .example = "customer change --data /var/lib/pospal --brand acme --customer 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f --name Anna",
    .needs = CLI_INSTANCE,
    .options = change_options,
    .option_count = sizeof change_options / sizeof *change_options,
    .run = run_change,
};
