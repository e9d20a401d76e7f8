/* SPDX-License-Identifier: Apache-2.0
 *
 * The table.
 */
#include "mail/manner.h"

#include "licensing/mail.h"

static const mail_manner_t manners[MAIL_TEMPLATES] = {
    [MAIL_WELCOME] = {.waits = true},
    [MAIL_PAYMENT_FAILED] = {.waits = true},
    [MAIL_REACTIVATED] = {.waits = true},
    [MAIL_RENEWAL_PROCESSED] = {.waits = true},
    [MAIL_RENEWAL_REMINDER] = {.is_reminder = true},
    [MAIL_LICENSE_RECOVERY] = {.waits = true},
    [MAIL_SUBSCRIPTION_CANCELLED] = {.waits = true},
    [MAIL_CANCELLATION_REVERSED] = {.waits = true},
    [MAIL_VERIFICATION_CODE] = {.is_one_time = true},
    [MAIL_REFUND_REQUESTED] = {.waits = true, .is_internal = true},
    [MAIL_TRIAL_ENDING] = {.is_reminder = true},
    [MAIL_WEBHOOK_DISABLED] = {.waits = true, .is_internal = true},
};

mail_manner_t mail_manner(const char *template)
{
    mail_template name;

    return mail_template_parse(template, &name) ? manners[name] : (mail_manner_t){.waits = false};
}
