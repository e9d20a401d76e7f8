/* SPDX-License-Identifier: Apache-2.0
 *
 * `init`: makes the data directory with its first brand, and shows once what is shown only once.
 */
#include "cli/brand_made.h"
#include "cli/command.h"

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *slug;
    const char *algorithm;
} init_t;

static const option_t options[] = {
    {"brand", OPTION_TEXT, offsetof(init_t, brand), true, "NAME", "the first brand's name", 0, 0},
    {"slug", OPTION_TEXT, offsetof(init_t, slug), true, "SLUG", "its short name: lower-case letters, digits, '-'", 0, 0},
    {"algorithm", OPTION_TEXT, offsetof(init_t, algorithm), false, "ALG", "of its keys: EdDSA (default) or ES256", 0, 0},
};

static pl_err run_init(cli_t *cli, const void *values)
{
    const init_t *init = values;
    instance_order_t order = {cli_place(&init->common), init->slug, init->brand, PL_ALG_NONE, cli->clock};
    instance_made_t made;
    brand_made_view_t view;
    pl_err err;

    if ((err = brand_algorithm_parse(init->algorithm, &order.alg)) || (err = instance_init(&cli->arena, &order, &made)))
        return err;
    view.id = made.brand_id;
    view.slug = init->slug;
    view.api_key = made.api_key;
    view.root_key_file = made.root_key_file;
    view.reserve_key_file = made.reserve_key_file;
    view.root_public_jwks = made.root_public_jwks;
    return brand_made_print(cli, init->common.data, &view);
}

const command_t command_init = {
    .name = "init",
    .summary = "make a data directory with its first brand",
    .example = "init --data /var/lib/pospal --brand \"Acme Till\" --slug acme",
    .needs = CLI_DIRECTORY,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_init,
};
