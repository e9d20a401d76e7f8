/* SPDX-License-Identifier: Apache-2.0
 *
 * `facade bind`, `facade list`, `facade unbind`.
 */
#include "licensing/facades.h"

#include "cli/fields.h"

#include <inttypes.h>

typedef struct {
    cli_common_t common;
    const char *host;
    const char *brand;
    const char *product;
} facade_bind_t;

static const option_t bind_options[] = {
    {"host", OPTION_TEXT, offsetof(facade_bind_t, host), true, "HOST",
     "that clients call this server by: a name or an address, with a port if that is to count; * for any", 0, 0},
    {"brand", OPTION_TEXT, offsetof(facade_bind_t, brand), true, "SLUG", "the brand", 0, 0},
    {"product", OPTION_TEXT, offsetof(facade_bind_t, product), true, "SLUG", "its product", 0, 0},
};

static const option_t unbind_options[] = {
    {"host", OPTION_TEXT, offsetof(facade_bind_t, host), true, "HOST", "as it was bound", 0, 0},
};

typedef struct {
    const char *host;
    const char *brand;
    const char *product;
    int64_t slack_s; /* of the product */
    facade_t *facades;
    size_t count;
    const char **brands; /* of each facade, these two */
    const char **products;
} facade_work_t;

static pl_err work_bind(void *context, tx_t *tx)
{
    facade_work_t *work = context;
    facade_t facade = {.host = work->host};
    product_t product;
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, work->brand, &brand)) || (err = products_find_by_slug(tx, brand.id, work->product, &product)))
        return err == PL_ERR_NOT_FOUND
                   ? pl_fail(err, "there is no product \"%s\" of the brand \"%s\"", work->product, work->brand)
                   : err;
    facade.brand_id = brand.id;
    facade.product_id = product.id;
    work->slack_s = product.policy.slack_s;
    return facade_bind(tx, &facade);
}

static pl_err run_bind(cli_t *cli, const void *values)
{
    const facade_bind_t *bind = values;
    facade_work_t work = {.brand = bind->brand, .product = bind->product};
    pl_err err;

    if ((err = facade_host_read(&cli->arena, bind->host, &work.host)) ||
        (err = instance_write(cli->instance, &cli->arena, work_bind, &work)))
        return err;
    pl_json_put_text(&cli->json, "host", work.host);
    pl_json_put_text(&cli->json, "brand", work.brand);
    pl_json_put_text(&cli->json, "product", work.product);
    if (work.slack_s > 0)
        pl_json_put_text(&cli->json, "note",
                         pl_arena_format(&cli->arena,
                                         "a subscription's license goes on for %" PRId64
                                         " s after its end (slack_s of the product); programs"
                                         " of that API know it to end to the second: `product change --set slack_s=0`",
                                         work.slack_s));
    return PL_OK;
}

static pl_err work_unbind(void *context, tx_t *tx)
{
    return facade_unbind(tx, ((const facade_work_t *)context)->host);
}

static pl_err run_unbind(cli_t *cli, const void *values)
{
    facade_work_t work = {.count = 0};
    pl_err err;

    if ((err = facade_host_read(&cli->arena, ((const facade_bind_t *)values)->host, &work.host)) ||
        (err = instance_write(cli->instance, &cli->arena, work_unbind, &work)))
        return err;
    pl_json_put_text(&cli->json, "host", work.host);
    return PL_OK;
}

static pl_err name_each(tx_t *tx, facade_work_t *work)
{
    pl_err err = PL_OK;

    work->brands = pl_arena_take(tx->arena, (work->count + 1) * sizeof(*work->brands));
    work->products = pl_arena_take(tx->arena, (work->count + 1) * sizeof(*work->products));
    if (!work->brands || !work->products)
        return PL_ERR_MEMORY;
    for (size_t i = 0; !err && i < work->count; i++) {
        product_t product;
        brand_t brand;

        if ((err = brands_find(tx, work->facades[i].brand_id, &brand)) ||
            (err = products_find(tx, work->facades[i].brand_id, work->facades[i].product_id, &product)))
            return err;
        work->brands[i] = brand.slug;
        work->products[i] = product.slug;
    }
    return err;
}

static pl_err work_list(void *context, tx_t *tx)
{
    facade_work_t *work = context;
    pl_err err = facades_list(tx, &work->facades, &work->count);

    return err ? err : name_each(tx, work);
}

static pl_err run_list(cli_t *cli, const void *values)
{
    facade_work_t work = {.count = 0};
    pl_err err = instance_read(cli->instance, &cli->arena, work_list, &work);

    (void)values;
    if (err)
        return err;
    pl_json_open(&cli->json, "facades", '[');
    for (size_t i = 0; i < work.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        pl_json_put_text(&cli->json, "host", work.facades[i].host);
        pl_json_put_text(&cli->json, "brand", work.brands[i]);
        pl_json_put_text(&cli->json, "product", work.products[i]);
        put_time(cli, "bound_at", work.facades[i].created_at_ms);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    return PL_OK;
}

const command_t command_facade_bind = {
    .name = "facade bind",
    .summary = "answer programs written for POSPal's licensing API at a host name",
    .example = "facade bind --data /var/lib/pospal --host license.acme.example --brand acme --product till",
    .needs = CLI_INSTANCE,
    .options = bind_options,
    .option_count = sizeof bind_options / sizeof *bind_options,
    .run = run_bind,
};

const command_t command_facade_list = {
    .name = "facade list",
    .summary = "list the host names that such programs are answered at",
    .example = "facade list --data /var/lib/pospal",
    .needs = CLI_INSTANCE,
    .run = run_list,
};

const command_t command_facade_unbind = {
    .name = "facade unbind",
    .summary = "answer such programs at a host name no more",
    .example = "facade unbind --data /var/lib/pospal --host license.acme.example",
    .needs = CLI_INSTANCE,
    .options = unbind_options,
    .option_count = sizeof unbind_options / sizeof *unbind_options,
    .run = run_unbind,
};
