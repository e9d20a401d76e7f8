/* SPDX-License-Identifier: Apache-2.0
 *
 * The mail server as the operator has set it: `serve`'s settings mail_*, with the secret read from its file.
 */
#ifndef MAIL_ACCOUNT_H
#define MAIL_ACCOUNT_H

#include "config.h"
#include "mail/carrier.h"

enum { MAIL_SECRET_MAX = 1024 };

typedef struct {
    carrier_options_t carrier;
    pl_buf secret;
} mail_account_t;

/* PL_ERR_INVALID: the settings, or what they name; _STATE: others may read the secret. PL_ERR_NOT_FOUND: no mail_url is set. */
pl_err mail_account_open(const config_t *config, mail_account_t *account);
void mail_account_close(mail_account_t *account); /* wipes; also one that was not opened, of zeros */

#endif
