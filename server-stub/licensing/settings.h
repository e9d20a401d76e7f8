/* SPDX-License-Identifier: Apache-2.0
 *
 * What a brand sets for itself: how it is paid, from whom its mail comes, what its web site is. One table names them all; secrets are
 * sealed and never shown again. docs/OPERATING.md lists them.
 */
#ifndef LICENSING_SETTINGS_H
#define LICENSING_SETTINGS_H

#include "licensing/keys.h"

enum { SETTING_VALUE_MAX = 2000 };

typedef enum {
    SETTING_SUPPORT_EMAIL, /* to whom customers write, and refund requests go */
    SETTING_WEBSITE,       /* https://...; where a customer returns to from the provider's pages */
    SETTING_MAIL_FROM,     /* an address, or Name <address> */
    SETTING_MAIL_REPLY_TO,
    SETTING_MAIL_LANGUAGE,          /* of customers who have told none: "en", "el" */
    SETTING_STRIPE_SECRET_KEY,      /* secret */
    SETTING_STRIPE_WEBHOOK_SECRETS, /* secret; up to three, with spaces between: while one is rotated both are good */
    SETTING_STRIPE_PRICE,           /* price_...: what a subscription costs */
    SETTING_STRIPE_API,             /* https://api.stripe.com unless set */
    SETTING_STRIPE_PORTAL_URL,      /* the fixed sign-in page of the customer portal */
    SETTING_POSPAL_TRIAL_SALT,      /* secret; hardware ids of trials are hashed with it, see licensing/hardware_trial.h */
    SETTING_RETURN_ORIGINS,         /* besides the website's: pages that a checkout may return to */
    SETTING_COUNT
} setting_name;

const char *setting_text(setting_name name);    /* "stripe_price" */
const char *setting_meaning(setting_name name); /* for the command's help */
bool setting_is_secret(setting_name name);
pl_err setting_parse(const char *text, setting_name *name); /* PL_ERR_INVALID names those there are */

/* The value, in the arena; the default, or NULL, where it is not set. */
pl_err setting_read(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, setting_name name, const char **value);
/* value NULL: takes it away. PL_ERR_INVALID: it is none for this name. Audited, without the value. */
pl_err setting_write(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, setting_name name, const char *value);

#endif
