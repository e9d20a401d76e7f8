/* SPDX-License-Identifier: Apache-2.0
 *
 * Signing keys in a command's result.
 */
#ifndef POSPAL_CLI_KEY_FIELDS_H
#define POSPAL_CLI_KEY_FIELDS_H

#include "cli/command.h"
#include "licensing/admin_keys.h"

/* The member "keys". */
void put_keys(cli_t *cli, const key_view_t *keys, size_t count);

#endif
