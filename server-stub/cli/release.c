/* SPDX-License-Identifier: Apache-2.0
 *
 * `release add`, `release list`, `release withdraw`.
 */
#include "cli/fields.h"
#include "licensing/release.h"

enum { MS = 1000 };

static const char DEFAULT_CHANNEL[] = "stable";

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *product;
    const char *channel;
    const char *version;
    const char *url;
    const char *notes_url;
    const char *sha256;
    int64_t published;
} release_values_t;

#define OPTION_BRAND                                                                             \
    {                                                                                            \
        "brand", OPTION_TEXT, offsetof(release_values_t, brand), true, "SLUG", "the brand", 0, 0 \
    }
#define OPTION_PRODUCT                                                                                 \
    {                                                                                                  \
        "product", OPTION_TEXT, offsetof(release_values_t, product), true, "SLUG", "the product", 0, 0 \
    }
#define OPTION_VERSION                                                                                   \
    {                                                                                                    \
        "version", OPTION_TEXT, offsetof(release_values_t, version), true, "TEXT", "such as 2.5.0", 0, 0 \
    }
#define OPTION_CHANNEL(text)                                                                   \
    {                                                                                          \
        "channel", OPTION_TEXT, offsetof(release_values_t, channel), false, "NAME", text, 0, 0 \
    }

static const option_t add_options[] = {
    OPTION_BRAND,
    OPTION_PRODUCT,
    OPTION_VERSION,
    {"url", OPTION_TEXT, offsetof(release_values_t, url), true, "URL", "where it is, https://", 0, 0},
    {"sha256", OPTION_TEXT, offsetof(release_values_t, sha256), true, "HEX", "of what is there, 64 digits", 0, 0},
    OPTION_CHANNEL("its channel (stable)"),
    {"notes-url", OPTION_TEXT, offsetof(release_values_t, notes_url), false, "URL", "what is new in it", 0, 0},
    {"published", OPTION_TIME, offsetof(release_values_t, published), false, "TIME", "told from then on; now if not given", 0, 0},
};

static const option_t list_options[] = {OPTION_BRAND, OPTION_PRODUCT, OPTION_CHANNEL("of this channel only")};

static const option_t withdraw_options[] = {OPTION_BRAND, OPTION_PRODUCT, OPTION_VERSION, OPTION_CHANNEL("its channel (stable)")};

typedef struct {
    const release_values_t *values;
    release_t release;
    release_t *list;
    size_t count;
} work_t;

static pl_err find_product(tx_t *tx, work_t *work)
{
    product_t product;
    brand_t brand;
    pl_err err;

    if ((err = find_brand(tx, work->values->brand, &brand)))
        return err;
    err = products_find_by_slug(tx, brand.id, work->values->product, &product);
    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(err, "the brand has no product %s", work->values->product);
    work->release.brand_id = brand.id;
    work->release.product_id = product.id;
    return err;
}

static work_t begin(const void *values, const char *channel)
{
    const release_values_t *given = values;
    work_t work = {.values = given};

    work.release = (release_t){.channel = given->channel ? given->channel : channel,
                               .version = given->version,
                               .url = given->url,
                               .notes_url = given->notes_url,
                               .sha256 = given->sha256,
                               .published_at_ms = given->published * MS};
    return work;
}

static void put_release(cli_t *cli, const release_t *release)
{
    pl_json_put_text(&cli->json, "version", release->version);
    pl_json_put_text(&cli->json, "channel", release->channel);
    put_time(cli, "published_at", release->published_at_ms);
    pl_json_put_text(&cli->json, "url", release->url);
    pl_json_put_text(&cli->json, "notes_url", release->notes_url);
    pl_json_put_text(&cli->json, "sha256", release->sha256);
    put_time(cli, "withdrawn_at", release->withdrawn_at_ms);
}

static pl_err work_add(void *context, tx_t *tx)
{
    work_t *work = context;
    pl_err err = find_product(tx, work);

    return err ? err : admin_release_add(tx, &work->release);
}

static pl_err run_add(cli_t *cli, const void *values)
{
    work_t work = begin(values, DEFAULT_CHANNEL);
    pl_err err = instance_write(cli->instance, &cli->arena, work_add, &work);

    if (!err)
        put_release(cli, &work.release);
    return err;
}

static pl_err work_list(void *context, tx_t *tx)
{
    work_t *work = context;
    pl_err err = find_product(tx, work);

    return err ? err : releases_list(tx, &work->release, &work->list, &work->count);
}

static pl_err run_list(cli_t *cli, const void *values)
{
    work_t work = begin(values, NULL);
    pl_err err = instance_read(cli->instance, &cli->arena, work_list, &work);

    if (err)
        return err;
    pl_json_open(&cli->json, "releases", '[');
    for (size_t i = 0; i < work.count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        put_release(cli, &work.list[i]);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    return PL_OK;
}

static pl_err work_withdraw(void *context, tx_t *tx)
{
    work_t *work = context;
    pl_err err = find_product(tx, work);

    return err ? err : admin_release_withdraw(tx, &work->release);
}

static pl_err run_withdraw(cli_t *cli, const void *values)
{
    work_t work = begin(values, DEFAULT_CHANNEL);
    pl_err err = instance_write(cli->instance, &cli->arena, work_withdraw, &work);

    if (err)
        return err;
    pl_json_put_text(&cli->json, "version", work.release.version);
    pl_json_put_text(&cli->json, "channel", work.release.channel);
    pl_json_put_bool(&cli->json, "withdrawn", true);
    return PL_OK;
}

const command_t command_release_add = {
    .name = "release add",
    .summary = "tell programs of a new release",
    .example = "release add --data /var/lib/pospal --brand acme --product till --version 2.5.0 --url "
               "https://example.com/till-2.5.0.tar.gz "
               "--sha256 $(sha256sum till-2.5.0.tar.gz | cut -c1-64)",
    .needs = CLI_INSTANCE,
    .options = add_options,
    .option_count = sizeof add_options / sizeof *add_options,
    .run = run_add,
};

const command_t command_release_list = {
    .name = "release list",
    .summary = "list the releases of a product",
    .example = "release list --data /var/lib/pospal --brand acme --product till",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};

const command_t command_release_withdraw = {
    .name = "release withdraw",
    .summary = "tell nobody of a release any more",
    .example = "release withdraw --data /var/lib/pospal --brand acme --product till --version 2.5.0",
    .needs = CLI_INSTANCE,
    .options = withdraw_options,
    .option_count = sizeof withdraw_options / sizeof *withdraw_options,
    .run = run_withdraw,
};
