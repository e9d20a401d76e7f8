/* SPDX-License-Identifier: Apache-2.0
 *
 * The settings of `serve`, for it and for those commands that do what it does.
 */
#ifndef POSPAL_CLI_SERVE_CONFIG_H
#define POSPAL_CLI_SERVE_CONFIG_H

#include "cli/command.h"
#include "config.h"

/* path: the file; NULL: the one that POSPAL_CONFIG names, or none. flags: by config_name_t. */
pl_err read_serve_config(cli_t *cli, const char *path, const char *const *flags, config_t *config);

#endif
