/* SPDX-License-Identifier: Apache-2.0
 *
 * Members by name on a command line: --set NAME=VALUE, --clear NAME. The names are those of the vendor's API.
 */
#ifndef POSPAL_CLI_MEMBERS_H
#define POSPAL_CLI_MEMBERS_H

#include "base/arena.h"
#include "command_line/options.h"
#include "store/products.h"

/*
 * A JSON object: numbers, true, false, objects and arrays as they are written, anything else as text; null for what is cleared. NULL
 * where nothing is given. PL_ERR_INVALID.
 */
pl_err members_json(pl_arena *arena, const option_list_t *set, const option_list_t *clear, const char **json);
/* Such an object over a product: any of its members but the slug. PL_ERR_INVALID naming the member. */
pl_err members_apply(pl_arena *arena, const char *json, product_t *product);

#endif
