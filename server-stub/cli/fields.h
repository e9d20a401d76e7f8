/* SPDX-License-Identifier: Apache-2.0
 *
 * Values that many commands read from their options and write into their results.
 */
#ifndef POSPAL_CLI_FIELDS_H
#define POSPAL_CLI_FIELDS_H

#include "cli/command.h"
#include "licensing/admin_licenses.h"
#include "store/brands.h"

void put_id(cli_t *cli, const char *name, pl_uuid id);
/* RFC 3339; 0 writes nothing. */
void put_time(cli_t *cli, const char *name, int64_t unix_ms);
void put_license(cli_t *cli, const license_view_t *view); /* members of the object that is open */

/* PL_ERR_INVALID naming the option. */
pl_err read_id(const char *option, const char *text, pl_uuid *id);
/* A text that must be a JSON object of at most max bytes; NULL passes. PL_ERR_INVALID naming the option. */
pl_err check_object(pl_arena *arena, const char *option, const char *text, size_t max);
/* The brand of that slug; PL_ERR_NOT_FOUND names it. */
pl_err find_brand(tx_t *tx, const char *slug, brand_t *brand);
/* The license of that id; PL_ERR_NOT_FOUND names it. */
pl_err find_license(tx_t *tx, pl_uuid id, license_view_t *view);

#endif
