/* SPDX-License-Identifier: Apache-2.0
 *
 * Telling customers before their subscription renews by itself: once for each renewal, REMINDER_DAYS before it.
 */
#ifndef BILLING_REMINDERS_H
#define BILLING_REMINDERS_H

#include "billing/effects.h"

enum { REMINDER_DAYS = 5 };

/* Orders the mail that is due for scope's brand; what is left over goes with the next call. Writes. */
pl_err reminders_order(tx_t *tx, const billing_scope_t *scope);

#endif
