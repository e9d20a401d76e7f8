/* SPDX-License-Identifier: Apache-2.0
 *
 * Ordering it, within limits.
 */
#include "licensing/subscriber_mail.h"

#include "store/audit.h"
#include "store/mail_requests.h"

#include <stdio.h>

static const int64_t HOUR_MS = 3600 * 1000, DAY_MS = INT64_C(24) * 3600 * 1000;

enum { PURPOSE_SIZE = 2 * PL_UUID_TEXT_SIZE + 32, NUMBER_SIZE = 24 };

typedef struct {
    mail_template template;
    const char *purpose;
    const mail_value_t *values;
    size_t count;
} letter_t;

static pl_err order(tx_t *tx, const keyring_t *keyring, const subscriber_t *subscriber, const letter_t *letter, bool *is_new)
{
    const mail_order_t mail = {.brand_id = subscriber->license.brand_id,
                               .template = letter->template,
                               .purpose = letter->purpose,
                               .recipient = subscriber->customer.email,
                               .customer_id = subscriber->customer.id,
                               .license_id = subscriber->license.id,
                               .values = letter->values,
                               .count = letter->count};

    return mail_order(tx, keyring, &mail, is_new);
}

static pl_err order_with_key(tx_t *tx, const keyring_t *keyring, const subscriber_t *subscriber, const letter_t *letter,
                             bool *is_new)
{
    mail_value_t values[] = {{"license_key", NULL}, {"product_name", subscriber->product.name}};
    letter_t filled = *letter;
    pl_err err = admin_license_key(tx, keyring, &subscriber->license, &values[0].value);

    filled.values = values;
    filled.count = sizeof(values) / sizeof(values[0]);
    return err ? err : order(tx, keyring, subscriber, &filled, is_new);
}

/* "<license>:hour-<number>" */
static void write_purpose(const tx_t *tx, const subscriber_t *subscriber, char purpose[PURPOSE_SIZE])
{
    char id[PL_UUID_TEXT_SIZE];

    pl_uuid_format(subscriber->license.id, id);
    (void)snprintf(purpose, PURPOSE_SIZE, "%s:hour-%lld", id, (long long)(tx->now_ms / HOUR_MS));
}

pl_err subscriber_mail_welcome(tx_t *tx, const keyring_t *keyring, const subscriber_t *subscriber, bool *is_new)
{
    char purpose[PURPOSE_SIZE];
    const letter_t letter = {.template = MAIL_WELCOME, .purpose = purpose};

    write_purpose(tx, subscriber, purpose);
    return order_with_key(tx, keyring, subscriber, &letter, is_new);
}

pl_err subscriber_mail_disconnected(tx_t *tx, const keyring_t *keyring, const subscriber_t *subscriber, const char *hostname,
                                    bool *is_new)
{
    char purpose[PURPOSE_SIZE], at[NUMBER_SIZE];
    const mail_value_t values[] = {{"device_name", hostname}, {"happened_at", at}};
    const letter_t letter = {MAIL_DEVICE_DISCONNECTED, purpose, values, sizeof(values) / sizeof(values[0])};

    write_purpose(tx, subscriber, purpose);
    (void)snprintf(at, sizeof(at), "%lld", (long long)tx->now_ms);
    return order(tx, keyring, subscriber, &letter, is_new);
}

/* ---- recovery ---- */

static pl_err check_limits(tx_t *tx, const mail_request_t *request, bool *is_within)
{
    static const struct {
        int64_t span_ms;
        mail_request_counts_t max;
    } limits[] = {{HOUR_MS, {3, 5, 2}}, {DAY_MS, {10, 20, 5}}};
    pl_err err = PL_OK;

    *is_within = true;
    for (size_t i = 0; !err && i < sizeof(limits) / sizeof(limits[0]); i++) {
        mail_request_counts_t counts = {0, 0, 0};

        err = mail_requests_count(tx, request, tx->now_ms - limits[i].span_ms, &counts);
        if (counts.of_email >= limits[i].max.of_email ||
            (*request->address && (counts.of_address >= limits[i].max.of_address || counts.of_both >= limits[i].max.of_both)))
            *is_within = false;
    }
    return err;
}

static pl_err mail_key(tx_t *tx, const keyring_t *keyring, const subscriber_t *subscriber)
{
    const audit_t entry = {
        .brand_id = subscriber->license.brand_id, .action = AUDIT_LICENSE_RECOVERY, .target = subscriber->license.id};
    char purpose[PL_UUID_TEXT_SIZE];
    const letter_t letter = {.template = MAIL_LICENSE_RECOVERY, .purpose = purpose};
    pl_err err;

    pl_uuid_format(store_new_id(tx), purpose);
    if ((err = order_with_key(tx, keyring, subscriber, &letter, NULL)))
        return err;
    return audit_append(tx, &entry);
}

pl_err subscriber_mail_recovery(tx_t *tx, const keyring_t *keyring, const facade_t *facade, const char *email)
{
    const mail_request_t request = {.brand_id = facade->brand_id,
                                    .kind = MAIL_REQUEST_RECOVERY,
                                    .email = customers_fold_email(tx->arena, email),
                                    .address = tx->address ? tx->address : ""};
    subscriber_t subscriber;
    bool is_within, is_known;
    pl_err err;

    if (!request.email)
        return PL_ERR_MEMORY;
    err =
        subscriber_find_by_email(tx, facade, email, &subscriber); /* its license is locked: of two at once one counts the other */
    is_known = !err;
    if ((err && err != PL_ERR_NOT_FOUND) || (err = check_limits(tx, &request, &is_within)) || !is_within)
        return err;
    if ((err = mail_requests_insert(tx, &request)))
        return err;
    return is_known ? mail_key(tx, keyring, &subscriber) : PL_OK;
}
