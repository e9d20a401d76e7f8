/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of settings, and what is a value of each kind.
 */
#include "licensing/settings.h"

#include "base/text.h"
#include "licensing/sealing.h"
#include "store/audit.h"
#include "store/customers.h"
#include "store/settings.h"

#include <string.h>

typedef enum { KIND_EMAIL, KIND_MAILBOX, KIND_URL, KIND_LANGUAGE, KIND_WORD, KIND_ORIGINS, KIND_SECRET } setting_kind;

static const struct {
    const char *name;
    setting_kind kind;
    const char *otherwise; /* NULL: nothing */
    const char *meaning;
} table[SETTING_COUNT] = {
    [SETTING_SUPPORT_EMAIL] = {"support_email", KIND_EMAIL, NULL, "to whom customers write, and refund requests go"},
    [SETTING_WEBSITE] = {"website", KIND_URL, NULL, "where a customer returns to from the payment provider's pages"},
    [SETTING_MAIL_FROM] = {"mail_from", KIND_MAILBOX, NULL, "the sender: an address, or Name <address>"},
    [SETTING_MAIL_REPLY_TO] = {"mail_reply_to", KIND_EMAIL, NULL, "where answers to mail go"},
    [SETTING_MAIL_LANGUAGE] = {"mail_language", KIND_LANGUAGE, "en", "of mail to customers who have told none: en, el"},
    [SETTING_STRIPE_SECRET_KEY] = {"stripe_secret_key", KIND_SECRET, NULL, "sk_..., or rk_...; a secret"},
    [SETTING_STRIPE_WEBHOOK_SECRETS] = {"stripe_webhook_secrets", KIND_SECRET, NULL,
                                        "whsec_...; up to three with spaces between, the others while one is rotated; a secret"},
    [SETTING_STRIPE_PRICE] = {"stripe_price", KIND_WORD, NULL, "price_...: what a subscription costs"},
    [SETTING_STRIPE_API] = {"stripe_api", KIND_URL, "https://api.stripe.com", "where Stripe's API is"},
    [SETTING_POSPAL_TRIAL_SALT] =
        {"pospal_trial_salt", KIND_SECRET, NULL,
         "with which POSPal's licensing API hashed the hardware of trials; set it before the first of them; a secret"},
    [SETTING_STRIPE_PORTAL_URL] = {"stripe_portal_url", KIND_URL, NULL, "the sign-in page of the customer portal"},
    [SETTING_RETURN_ORIGINS] = {"return_origins", KIND_ORIGINS, NULL,
                                "https://..., besides the website's: where a checkout may return to; with spaces between"},
};

const char *setting_text(setting_name name)
{
    return table[name].name;
}

const char *setting_meaning(setting_name name)
{
    return table[name].meaning;
}

bool setting_is_secret(setting_name name)
{
    return table[name].kind == KIND_SECRET;
}

pl_err setting_parse(const char *text, setting_name *name)
{
    for (int i = 0; i < SETTING_COUNT; i++)
        if (strcmp(table[i].name, text) == 0) {
            *name = (setting_name)i;
            return PL_OK;
        }
    return pl_fail(PL_ERR_INVALID, "there is no setting \"%s\"; `pospal-validator brand set --help` lists them", text);
}

/* ---- values ---- */

static bool is_mailbox(const char *value)
{
    const char *open = strchr(value, '<');
    size_t length = strlen(value);
    char address[CUSTOMER_EMAIL_MAX + 1];

    if (!open)
        return customers_email_is_valid(value);
    if (value[length - 1] != '>' || open == value || strchr(open + 1, '<') || strpbrk(value, "\",;") ||
        (size_t)(value + length - open) - 2 > CUSTOMER_EMAIL_MAX)
        return false;
    memcpy(address, open + 1, (size_t)(value + length - open) - 2);
    address[value + length - open - 2] = '\0';
    return customers_email_is_valid(address);
}

/* "https://shop.example https://app.example:8443": no path, for a page's origin has none. */
static bool are_origins(const char *value)
{
    for (const char *at = value; *at;) {
        size_t size = strcspn(at, " ");
        size_t scheme = strncmp(at, "https://", 8) == 0 ? 8 : strncmp(at, "http://", 7) == 0 ? 7 : 0;

        if (!scheme || size <= scheme || memchr(at + scheme, '/', size - scheme))
            return false;
        at += size + strspn(at + size, " ");
    }
    return true;
}

static bool is_of_kind(setting_kind kind, const char *value)
{
    if (!*value || strlen(value) > SETTING_VALUE_MAX || !pl_text_is_clean(value))
        return false;
    switch (kind) {
    case KIND_EMAIL:
        return customers_email_is_valid(value);
    case KIND_MAILBOX:
        return is_mailbox(value);
    case KIND_URL:
        return (strncmp(value, "https://", 8) == 0 && value[8]) || (strncmp(value, "http://", 7) == 0 && value[7]);
    case KIND_LANGUAGE:
        return strlen(value) <= 16 && strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") == strlen(value);
    case KIND_WORD:
        return !strpbrk(value, " /?#&");
    case KIND_ORIGINS:
        return are_origins(value);
    case KIND_SECRET:
        return strlen(value) >= 8;
    }
    return false;
}

static sealed_place_t place_of(pl_uuid brand_id, setting_name name)
{
    return (sealed_place_t){SEALED_SETTING, brand_id, pl_span_text(table[name].name)};
}

static pl_err unseal(tx_t *tx, const keyring_t *keyring, setting_name name, const setting_row_t *row, const char **value)
{
    const sealed_place_t place = place_of(row->brand_id, name);
    size_t size = row->sealed.size;
    char *plain;
    pl_err err;

    if (size <= PL_SEAL_OVERHEAD || size - PL_SEAL_OVERHEAD > SETTING_VALUE_MAX)
        return pl_fail(PL_ERR_DATABASE, "the sealed setting %s is damaged", table[name].name);
    if (!(plain = pl_arena_take(tx->arena, size - PL_SEAL_OVERHEAD + 1)))
        return PL_ERR_MEMORY;
    if ((err = unseal_at(keyring_sealing_key(keyring), &place, row->sealed, (uint8_t *)plain)))
        return err;
    plain[size - PL_SEAL_OVERHEAD] = '\0';
    *value = plain;
    return PL_OK;
}

pl_err setting_read(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, setting_name name, const char **value)
{
    setting_row_t row;
    pl_err err = settings_find(tx, brand_id, table[name].name, &row);

    *value = table[name].otherwise;
    if (err)
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    if (row.sealed.size)
        return unseal(tx, keyring, name, &row, value);
    *value = row.value;
    return PL_OK;
}

static pl_err seal(tx_t *tx, const keyring_t *keyring, setting_name name, setting_row_t *row)
{
    const sealed_place_t place = place_of(row->brand_id, name);
    size_t size = strlen(row->value);
    uint8_t *sealed = pl_arena_take(tx->arena, size + PL_SEAL_OVERHEAD);
    pl_err err;

    if (!sealed)
        return PL_ERR_MEMORY;
    if ((err = seal_at(keyring_sealing_key(keyring), &place, pl_span_of(row->value, size), sealed)))
        return err;
    row->sealed = pl_span_of(sealed, size + PL_SEAL_OVERHEAD);
    row->value = NULL;
    return PL_OK;
}

static pl_err put(tx_t *tx, const keyring_t *keyring, setting_row_t *row, setting_name name)
{
    pl_err err = PL_OK;

    if (!is_of_kind(table[name].kind, row->value))
        return pl_fail(PL_ERR_INVALID, "that is no value of %s: %s", table[name].name, table[name].meaning);
    if (setting_is_secret(name))
        err = seal(tx, keyring, name, row);
    return err ? err : settings_put(tx, row);
}

pl_err setting_write(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, setting_name name, const char *value)
{
    setting_row_t row = {.brand_id = brand_id, .name = table[name].name, .value = value};
    audit_t entry = {.brand_id = brand_id, .action = AUDIT_SETTING_CHANGED, .target = brand_id};
    pl_err err = value ? put(tx, keyring, &row, name) : settings_remove(tx, brand_id, row.name);

    if (err == PL_ERR_NOT_FOUND)
        return PL_OK; /* it was not set */
    if (err)
        return err;
    entry.metadata = pl_arena_format(tx->arena, "{\"name\":\"%s\",\"is_set\":%s}", row.name, value ? "true" : "false");
    return entry.metadata ? audit_append(tx, &entry) : PL_ERR_MEMORY;
}
