/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing mail into the outbox.
 */
#include "licensing/mail.h"

#include "base/json.h"
#include "licensing/sealing.h"
#include "store/audit.h"
#include "store/customers.h"

#include <string.h>

static const char *const names[MAIL_TEMPLATES] = {
    [MAIL_WELCOME] = "welcome",
    [MAIL_PAYMENT_FAILED] = "payment_failed",
    [MAIL_REACTIVATED] = "reactivated",
    [MAIL_RENEWAL_PROCESSED] = "renewal_processed",
    [MAIL_RENEWAL_REMINDER] = "renewal_reminder",
    [MAIL_LICENSE_RECOVERY] = "license_recovery",
    [MAIL_MACHINE_SWITCHED] = "machine_switched",
    [MAIL_DEVICE_DISCONNECTED] = "device_disconnected",
    [MAIL_SUBSCRIPTION_CANCELLED] = "subscription_cancelled",
    [MAIL_CANCELLATION_REVERSED] = "cancellation_reversed",
    [MAIL_VERIFICATION_CODE] = "verification_code",
    [MAIL_REFUND_REQUESTED] = "refund_requested",
    [MAIL_TRIAL_ENDING] = "trial_ending",
    [MAIL_WEBHOOK_DISABLED] = "webhook_disabled",
    [MAIL_PAYMENT_ATTENTION] = "payment_attention",
};

const char *mail_template_text(mail_template name)
{
    return names[name];
}

bool mail_template_parse(const char *text, mail_template *name)
{
    for (int i = 0; i < MAIL_TEMPLATES; i++)
        if (strcmp(names[i], text) == 0) {
            *name = (mail_template)i;
            return true;
        }
    return false;
}

static sealed_place_t place_of(const mail_t *mail)
{
    return (sealed_place_t){SEALED_MAIL, mail->brand_id, pl_span_of(mail->id.bytes, sizeof(mail->id.bytes))};
}

static pl_err seal(tx_t *tx, const keyring_t *keyring, pl_span plain, mail_t *mail)
{
    const sealed_place_t place = place_of(mail);
    uint8_t *sealed;
    pl_err err;

    if (plain.size > MAIL_CONTENT_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a mail is filled with %d bytes at most", (int)MAIL_CONTENT_MAX);
    if (!(sealed = pl_arena_take(tx->arena, plain.size + PL_SEAL_OVERHEAD)))
        return PL_ERR_MEMORY;
    err = seal_at(keyring_sealing_key(keyring), &place, plain, sealed);
    mail->content = pl_span_of(sealed, plain.size + PL_SEAL_OVERHEAD);
    return err;
}

static pl_err put_values(tx_t *tx, const keyring_t *keyring, const mail_order_t *order, mail_t *mail)
{
    pl_json_writer json;
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    pl_json_writer_init(&json, &text);
    pl_json_open(&json, NULL, '{');
    for (size_t i = 0; i < order->count; i++)
        pl_json_put_text(&json, order->values[i].name, order->values[i].value);
    pl_json_close(&json);
    err = text.err ? text.err : seal(tx, keyring, pl_buf_span(&text), mail);
    pl_buf_reset(&text);
    return err;
}

pl_err mail_order(tx_t *tx, const keyring_t *keyring, const mail_order_t *order, bool *is_new)
{
    mail_t mail = {
        .brand_id = order->brand_id,
        .id = store_new_id(tx),
        .template = names[order->template],
        .language = order->language,
        .customer_id = order->customer_id,
        .license_id = order->license_id,
        .recipient = order->recipient,
        .due_at_ms = order->not_before_ms ? order->not_before_ms : tx->now_ms,
        .expires_at_ms = order->expires_at_ms,
    };
    bool is_first;
    pl_err err;

    if (!customers_email_is_valid(order->recipient))
        return pl_fail(PL_ERR_INVALID, "mail needs an e-mail address");
    if (!(mail.purpose = pl_arena_format(tx->arena, "%s:%s", mail.template, order->purpose)))
        return PL_ERR_MEMORY;
    if (strlen(mail.purpose) > MAIL_PURPOSE_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "the purpose of a mail is %d bytes at most", (int)MAIL_PURPOSE_MAX);
    if ((err = put_values(tx, keyring, order, &mail)))
        return err;
    err = mails_insert(tx, &mail, &is_first);
    if (is_new)
        *is_new = is_first;
    return err;
}

pl_err mail_content(tx_t *tx, const keyring_t *keyring, const mail_t *mail, pl_span *json)
{
    const sealed_place_t place = place_of(mail);
    uint8_t *plain;
    pl_err err;

    *json = pl_span_text("{}");
    if (!mail->content.size)
        return PL_OK;
    if (mail->content.size < PL_SEAL_OVERHEAD || mail->content.size > MAIL_CONTENT_MAX + PL_SEAL_OVERHEAD)
        return pl_fail(PL_ERR_DATABASE, "the sealed content of a mail is damaged");
    if (!(plain = pl_arena_take(tx->arena, mail->content.size - PL_SEAL_OVERHEAD + 1)))
        return PL_ERR_MEMORY;
    err = unseal_at(keyring_sealing_key(keyring), &place, mail->content, plain);
    *json = pl_span_of(plain, mail->content.size - PL_SEAL_OVERHEAD);
    return err;
}

static pl_err note_resending(tx_t *tx, const mail_t *mail)
{
    audit_t entry = {.brand_id = mail->brand_id, .action = AUDIT_MAIL_RESENT, .target = mail->id};

    entry.metadata = pl_arena_format(tx->arena, "{\"template\":\"%s\"}", mail->template);
    return entry.metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;
}

static pl_err hurry(tx_t *tx, const mail_t *mail)
{
    pl_err err = mails_hurry(tx, mail);

    return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_STATE, "the mail is being sent right now") : err;
}

pl_err mail_resend(tx_t *tx, const keyring_t *keyring, const mail_t *mail, pl_uuid *again)
{
    mail_t copy = *mail;
    char id[PL_UUID_TEXT_SIZE];
    pl_span plain;
    bool is_new;
    pl_err err;

    *again = mail->id;
    if (mail->state == MAIL_WAITING)
        return (err = hurry(tx, mail)) ? err : note_resending(tx, mail);
    if (!mail->content.size)
        return pl_fail(PL_ERR_STATE, "what the mail was filled with is wiped; have its cause repeated instead");
    if ((err = mail_content(tx, keyring, mail, &plain)))
        return err;
    *again = copy.id = store_new_id(tx);
    pl_uuid_format(copy.id, id);
    copy.due_at_ms = tx->now_ms;
    copy.expires_at_ms = 0;
    if (!(copy.purpose = pl_arena_format(tx->arena, "%s:again:%s", mail->template, id)))
        return PL_ERR_MEMORY;
    if ((err = seal(tx, keyring, plain, &copy)) || (err = mails_insert(tx, &copy, &is_new)))
        return err;
    return note_resending(tx, &copy);
}
