/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the file of settings.
 */
#include "cli/serve_config.h"

#include "platform/file.h"

pl_err read_serve_config(cli_t *cli, const char *path, const char *const *flags, config_t *config)
{
    const pl_fs *fs = pl_fs_system();
    const char *name = path ? path : cli->environment("POSPAL_CONFIG");
    config_sources_t sources = {name, {NULL, 0}, cli->environment, flags};
    pl_buf file;
    pl_err err = PL_OK;

    pl_buf_init(&file);
    if (name && (err = fs->read(fs->context, name, CONFIG_FILE_MAX, &file))) {
        err = pl_fail(err, "the settings file \"%s\" cannot be read: %s", name, pl_err_sentence(err));
        goto done;
    }
    sources.file = pl_buf_span(&file);
    err = config_load(&cli->arena, &sources, config);
done:
    pl_buf_reset(&file);
    return err;
}
