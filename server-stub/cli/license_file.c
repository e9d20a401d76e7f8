/* SPDX-License-Identifier: Apache-2.0
 *
 * `license file`: the license as a file that works with no server, the document on the first line, its keyset on the second.
 */
#include "cli/fields.h"
#include "token/license_file.h"

typedef struct {
    cli_common_t common;
    const char *license;
    const char *fingerprint;
} file_t;

static const option_t options[] = {
    {"license", OPTION_TEXT, offsetof(file_t, license), true, "ID", "the license", 0, 0},
    {"fingerprint", OPTION_TEXT, offsetof(file_t, fingerprint), false, "TEXT",
     "bind it to the device of which `pospal-license fingerprint` printed this; else it is for any device", 0, 0},
};

typedef struct {
    const keyring_t *keyring;
    pl_uuid id;
    const char *fingerprint;
    license_view_t view;
    pl_buf file;
} file_work_t;

static pl_err work_file(void *context, tx_t *tx)
{
    file_work_t *work = context;
    pl_err err;

    if ((err = find_license(tx, work->id, &work->view)))
        return err;
    pl_buf_clear(&work->file);
    return admin_license_file(tx, work->keyring, &work->view.license, work->fingerprint, &work->file);
}

static pl_err print_file(cli_t *cli, pl_span file, bool is_bound, bool as_json)
{
    pl_span document;
    pl_span keyset;
    pl_err err = pl_license_file_split(file, &document, &keyset);

    if (err)
        return err;
    pl_json_put_span(&cli->json, "license", document);
    pl_json_put_span(&cli->json, "keyset", keyset);
    pl_json_put_bool(&cli->json, "bound", is_bound);
    if (!is_bound)
        (void)fputs("pospal-validator: the file is bound to no device and works on any; --fingerprint TEXT binds it to one\n",
                    cli->err);
    if (!as_json)
        (void)fprintf(cli->out, "%.*s\n%.*s\n", (int)document.size, document.data, (int)keyset.size, keyset.data);
    return PL_OK;
}

static pl_err run_file(cli_t *cli, const void *values)
{
    const file_t *file = values;
    file_work_t work = {.fingerprint = file->fingerprint};
    pl_err err;

    work.keyring = keys_pin(instance_keys(cli->instance), &cli->arena);
    if (!work.keyring)
        return PL_ERR_MEMORY;
    pl_buf_init(&work.file);
    if ((err = read_id("license", file->license, &work.id)) ||
        (err = instance_write(cli->instance, &cli->arena, work_file, &work)) || (err = work.file.err))
        goto done;
    err = print_file(cli, pl_buf_span(&work.file), file->fingerprint != NULL, file->common.json);
done:
    pl_buf_reset(&work.file);
    return err;
}

const command_t command_license_file = {
    .name = "license file",
    .summary = "print a license file for offline use",
    .example = "license file --data /var/lib/pospal --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f > till.license",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_file,
    .prints_itself = true,
};
