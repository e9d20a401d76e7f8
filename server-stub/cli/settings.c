/* SPDX-License-Identifier: Apache-2.0
 *
 * `brand set`, `brand settings`.
 */
#include "licensing/settings.h"

#include "cli/fields.h"
#include "platform/file.h"
#include "store/settings.h"

#include <string.h>

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *name;
    const char *value;
    const char *file;
    bool unset;
} brand_set_t;

static const option_t set_options[] = {
    {"brand", OPTION_TEXT, offsetof(brand_set_t, brand), true, "SLUG", "the brand", 0, 0},
    {"name", OPTION_TEXT, offsetof(brand_set_t, name), true, "NAME", "of the setting; `brand settings` lists them", 0, 0},
    {"value", OPTION_TEXT, offsetof(brand_set_t, value), false, "TEXT", "its value", 0, 0},
    {"file", OPTION_TEXT, offsetof(brand_set_t, file), false, "FILE",
     "holds the value, in place of --value: for secrets, which others could read on the command line", 0, 0},
    {"unset", OPTION_FLAG, offsetof(brand_set_t, unset), false, NULL, "take the setting away", 0, 0},
};

typedef struct {
    const keyring_t *keyring;
    const char *brand;
    setting_name name;
    const char *value;
} set_work_t;

static pl_err work_set(void *context, tx_t *tx)
{
    const set_work_t *work = context;
    brand_t brand;
    pl_err err = find_brand(tx, work->brand, &brand);

    return err ? err : setting_write(tx, work->keyring, brand.id, work->name, work->value);
}

/* Without the line's end that editors put there. */
static pl_err read_value(cli_t *cli, const char *path, const char **value)
{
    const pl_fs *fs = pl_fs_system();
    pl_buf content;
    pl_err err;

    pl_buf_init(&content);
    if (!(err = fs->read(fs->context, path, SETTING_VALUE_MAX + 2, &content))) {
        pl_span text = pl_buf_span(&content);

        while (text.size && strchr("\r\n", text.data[text.size - 1]))
            text.size--;
        *value = pl_arena_text(&cli->arena, text);
        err = *value ? PL_OK : PL_ERR_MEMORY;
    }
    pl_buf_reset(&content);
    return err;
}

static pl_err check_set(const brand_set_t *set, setting_name name)
{
    if (!set->value + !set->file + !set->unset != 2)
        return pl_fail(PL_ERR_INVALID, "one of --value, --file and --unset is needed");
    if (set->value && setting_is_secret(name))
        return pl_fail(PL_ERR_INVALID, "%s is a secret, which others could read on the command line; give it by --file",
                       set->name);
    return PL_OK;
}

static pl_err run_set(cli_t *cli, const void *values)
{
    const brand_set_t *set = values;
    set_work_t work = {keys_pin(instance_keys(cli->instance), &cli->arena), set->brand, SETTING_COUNT, set->value};
    pl_err err;

    if (!work.keyring)
        return PL_ERR_MEMORY;
    if ((err = setting_parse(set->name, &work.name)) || (err = check_set(set, work.name)) ||
        (set->file && (err = read_value(cli, set->file, &work.value))) ||
        (err = instance_write(cli->instance, &cli->arena, work_set, &work)))
        return err;
    pl_json_put_text(&cli->json, "name", set->name);
    pl_json_put_bool(&cli->json, "is_set", !set->unset);
    return PL_OK;
}

const command_t command_brand_set = {
    .name = "brand set",
    .summary = "set what a brand decides for itself: its payments, mail, web site",
    .example = "brand set --data /var/lib/pospal --brand acme --name mail_from --value 'Acme <hello@acme.example>'",
    .needs = CLI_INSTANCE,
    .options = set_options,
    .option_count = sizeof set_options / sizeof *set_options,
    .run = run_set,
};

typedef struct {
    cli_common_t common;
    const char *brand;
} brand_settings_t;

static const option_t list_options[] = {
    {"brand", OPTION_TEXT, offsetof(brand_settings_t, brand), true, "SLUG", "the brand", 0, 0},
};

typedef struct {
    const char *brand;
    setting_row_t *rows;
    size_t count;
} list_work_t;

static pl_err work_list(void *context, tx_t *tx)
{
    list_work_t *work = context;
    brand_t brand;
    pl_err err = find_brand(tx, work->brand, &brand);

    return err ? err : settings_list(tx, brand.id, &work->rows, &work->count);
}

static const setting_row_t *find_row(const list_work_t *work, const char *name)
{
    for (size_t i = 0; i < work->count; i++)
        if (strcmp(work->rows[i].name, name) == 0)
            return &work->rows[i];
    return NULL;
}

static pl_err run_list(cli_t *cli, const void *values)
{
    list_work_t work = {.brand = ((const brand_settings_t *)values)->brand};
    pl_err err = instance_read(cli->instance, &cli->arena, work_list, &work);

    if (err)
        return err;
    pl_json_open(&cli->json, "settings", '[');
    for (int i = 0; i < SETTING_COUNT; i++) {
        const setting_row_t *row = find_row(&work, setting_text((setting_name)i));

        pl_json_open(&cli->json, NULL, '{');
        pl_json_put_text(&cli->json, "name", setting_text((setting_name)i));
        pl_json_put_bool(&cli->json, "is_set", row != NULL);
        if (row) {
            pl_json_put_text(&cli->json, "value", row->value); /* of a secret there is none to show */
            put_time(cli, "changed_at", row->changed_at_ms);
        }
        pl_json_put_text(&cli->json, "meaning", setting_meaning((setting_name)i));
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
    return PL_OK;
}

const command_t command_brand_settings = {
    .name = "brand settings",
    .summary = "list what a brand may set, and what it has set",
    .example = "brand settings --data /var/lib/pospal --brand acme",
    .needs = CLI_INSTANCE,
    .options = list_options,
    .option_count = sizeof list_options / sizeof *list_options,
    .run = run_list,
};
