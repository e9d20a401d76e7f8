/* SPDX-License-Identifier: Apache-2.0
 *
 * What `init` and `brand add` show of a new brand.
 */
#ifndef POSPAL_CLI_BRAND_MADE_H
#define POSPAL_CLI_BRAND_MADE_H

#include "cli/command.h"

typedef struct {
    pl_uuid id;
    const char *slug;
    const char *api_key;
    const char *root_key_file;
    const char *reserve_key_file;
    const char *root_public_jwks;
} brand_made_view_t;

/* NULL: none asked for. PL_ERR_INVALID. */
pl_err brand_algorithm_parse(const char *text, pl_alg *alg);
/* Writes the public keys into a file of the directory and reports everything. */
pl_err brand_made_print(cli_t *cli, const char *directory, const brand_made_view_t *made);

#endif
