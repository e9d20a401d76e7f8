/* SPDX-License-Identifier: Apache-2.0
 *
 * Entitlements as they are stored and typed: {"kds":true,"tills":3,"tier":"gold","trial_kds":{"value":true,"exp":1893456000}}.
 */
#ifndef LICENSING_ENTITLEMENT_TEXT_H
#define LICENSING_ENTITLEMENT_TEXT_H

#include "base/arena.h"
#include "base/err.h"
#include "license/entitlements.h"

/* The product's, then the license's over them by name. Either text may be NULL. PL_ERR_MALFORMED, _TOO_LARGE, _MEMORY. */
pl_err entitlement_text_read(pl_arena *arena, const char *of_product, const char *of_license, pl_entitlements *set);

#endif
