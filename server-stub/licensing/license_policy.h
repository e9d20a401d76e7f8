/* SPDX-License-Identifier: Apache-2.0
 *
 * The policy of a license: its product's, and over it what the license has otherwise. This is the one place where that is computed. Whoever
 * judges, answers or counts gets the product from here, with the policy that holds for the license in product.policy; a style test keeps
 * the store's look-ups of products to those who change or name products. Seats are no member: they are the license's max_seats.
 */
#ifndef LICENSING_LICENSE_POLICY_H
#define LICENSING_LICENSE_POLICY_H

#include "base/json.h"
#include "licensing/product_numbers.h"
#include "store/licenses.h"

enum { LICENSE_POLICY_MAX = 2048 /* bytes of JSON */ };

/* The license's product as it holds for the license. PL_ERR_NOT_FOUND, _DATABASE. */
pl_err license_policy_product(tx_t *tx, const license_t *license, product_t *product);
/*
 * The same of a product that was just found. Where two rules do not fit together any more because the product was changed, the license's
 * own holds and the product's gives way; and where it must check in, no answer holds longer than that.
 */
pl_err license_policy_lay(pl_arena *arena, const license_t *license, product_t *product);
/*
 * Whether those of its own rules that are not as in before (NULL: none is) fit the policy that holds: PL_ERR_INVALID. What it had already
 * gives way where its product was changed since, so it keeps nobody from changing something else.
 */
pl_err license_policy_check(tx_t *tx, const license_t *license, const char *before);
/* The same where it brings its rules along from elsewhere: they need to fit one another, and its product's give way. */
pl_err license_policy_check_imported(tx_t *tx, const license_t *license);

typedef void (*license_policy_fault)(void *context, const char *member, const char *detail);

/* Looks at an object of members with values, null to take one away, and tells each fault. PL_ERR_MALFORMED, _MEMORY. */
pl_err license_policy_look(pl_arena *arena, const char *json, license_policy_fault fault, void *context);
/* Such an object over what there was (NULL: nothing): the text to be stored, always in the same spelling. PL_ERR_INVALID. */
pl_err license_policy_merge(pl_arena *arena, const char *before, const char *json, const char **after);

/* An object with all members, of a product as license_policy_lay left it. */
void license_policy_put(pl_json_writer *json, const char *name, const product_t *product);

#endif
