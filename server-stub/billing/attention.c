/* SPDX-License-Identifier: Apache-2.0
 *
 * Telling a person.
 */
#include "billing/attention.h"

#include "licensing/mail.h"
#include "licensing/settings.h"

pl_err billing_audit(tx_t *tx, const audit_t *entry, const billing_word_t *words, size_t count)
{
    audit_t full = *entry;
    pl_json_writer json;
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    pl_json_writer_init(&json, &text);
    pl_json_open(&json, NULL, '{');
    for (size_t i = 0; i < count; i++)
        if (words[i].text)
            pl_json_put_text(&json, words[i].name, words[i].text);
    pl_json_close(&json);
    if (!(err = text.err) && !(full.metadata = pl_arena_text(tx->arena, pl_buf_span(&text))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&text);
    return err ? err : audit_append(tx, &full);
}

static pl_err note(tx_t *tx, const billing_scope_t *scope, const attention_t *attention)
{
    const audit_t entry = {.brand_id = scope->brand_id, .action = AUDIT_PAYMENT_ATTENTION, .target = attention->license_id};
    const billing_word_t words[] = {{"occasion", attention->occasion}, {"subscription", attention->subscription}};

    return billing_audit(tx, &entry, words, sizeof(words) / sizeof(words[0]));
}

pl_err attention_order(tx_t *tx, const billing_scope_t *scope, const attention_t *attention)
{
    const mail_value_t values[] = {
        {"customer_email", attention->email}, {"subscription", attention->subscription}, {"matter", attention->matter}};
    mail_order_t order = {
        .brand_id = scope->brand_id,
        .template = MAIL_PAYMENT_ATTENTION,
        .purpose = attention->occasion,
        .license_id = attention->license_id,
        .values = values,
        .count = sizeof(values) / sizeof(values[0]),
    };
    bool is_new = true;
    pl_err err;

    if (!attention->occasion || !attention->matter)
        return PL_ERR_MEMORY;
    if ((err = setting_read(tx, scope->keyring, scope->brand_id, SETTING_SUPPORT_EMAIL, &order.recipient)))
        return err;
    if (order.recipient && (err = mail_order(tx, scope->keyring, &order, &is_new)))
        return err;
    return is_new ? note(tx, scope, attention) : PL_OK;
}
