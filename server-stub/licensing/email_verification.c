/* SPDX-License-Identifier: Apache-2.0
 *
 * Codes and tokens.
 */
#include "licensing/email_verification.h"

#include "licensing/mail.h"
#include "store/audit.h"
#include "store/brands.h"
#include "store/customers.h"

#include <stdio.h>
#include <string.h>

enum {
    MS = 1000,
    HOUR_MS = 3600 * 1000,
    DAY_MS = 24 * HOUR_MS,
    CODE_DIGITS = 6,
    CODES = 1000000,
    CODE_TEXT_MAX = 16,
    TOKEN_SIZE = 24
};

/* ---- codes and tokens ---- */

/* A MAC of a row's id and address, for one purpose, over a text. */
static pl_err mac_of(const keyring_t *keyring, const char *purpose, const email_verification_t *row, const char *text,
                     uint8_t mac[PL_MAC_SIZE])
{
    uint8_t key[32];
    char id[PL_UUID_TEXT_SIZE];
    char message[PL_UUID_TEXT_SIZE + CUSTOMER_EMAIL_MAX + CODE_TEXT_MAX + 3];
    pl_err err = pl_derive(pl_span_of(keyring_sealing_key(keyring), PL_SEAL_KEY_SIZE), purpose, key);

    if (err)
        return err;
    pl_uuid_format(row->id, id);
    (void)snprintf(message, sizeof(message), "%s:%.*s:%.*s", id, CUSTOMER_EMAIL_MAX, row->email, CODE_TEXT_MAX, text);
    pl_mac(key, pl_span_text(message), mac);
    pl_wipe(key, sizeof(key));
    return PL_OK;
}

/* Each of the million alike: what lies above the last multiple is thrown away. */
static void make_code(char code[CODE_DIGITS + 1])
{
    uint32_t number;

    do {
        pl_random(&number, sizeof(number));
    } while (number >= UINT32_MAX - UINT32_MAX % CODES);
    (void)snprintf(code, CODE_DIGITS + 1, "%06u", (unsigned)(number % CODES));
}

/* The row's id, so that it is found, and a MAC. */
static pl_err make_token(const keyring_t *keyring, const email_verification_t *row, char text[VERIFICATION_TOKEN_TEXT_SIZE])
{
    uint8_t token[sizeof(row->id.bytes) + PL_MAC_SIZE];
    pl_err err = mac_of(keyring, "pospal email verification token", row, "", token + sizeof(row->id.bytes));

    memcpy(token, row->id.bytes, sizeof(row->id.bytes));
    for (size_t i = 0; !err && i < TOKEN_SIZE; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", token[i]);
    return err;
}

/* ---- starting ---- */

static pl_err count(tx_t *tx, const email_verification_t *row, int64_t *wait_s)
{
    int64_t to = 0, today = 0, from = 0, newest_ms = 0, since_ms = tx->now_ms - HOUR_MS;
    pl_err err = email_verifications_count_to(tx, row, tx->now_ms - DAY_MS, &today, &newest_ms);

    if (err || (err = email_verifications_count_to(tx, row, since_ms, &to, &newest_ms)) ||
        (row->address && (err = email_verifications_count_from(tx, row, since_ms, &from))))
        return err;
    *wait_s = 0;
    if (newest_ms && tx->now_ms - newest_ms < VERIFICATION_COOLDOWN_S * MS)
        *wait_s = (VERIFICATION_COOLDOWN_S * MS - (tx->now_ms - newest_ms) + MS - 1) / MS;
    if (to >= VERIFICATIONS_PER_HOUR_MAX || from >= VERIFICATIONS_PER_HOUR_MAX)
        *wait_s = VERIFICATION_COOLDOWN_S;
    if (today >= VERIFICATIONS_PER_DAY_MAX)
        *wait_s = HOUR_MS / MS;
    return PL_OK;
}

static pl_err mail_code(tx_t *tx, const keyring_t *keyring, const email_verification_t *row, const verification_order_t *order,
                        const char *code)
{
    const mail_value_t values[] = {{"code", code}, {"minutes", "15"}};
    char purpose[PL_UUID_TEXT_SIZE];
    const mail_order_t mail = {.brand_id = row->brand_id,
                               .template = MAIL_VERIFICATION_CODE,
                               .purpose = purpose,
                               .expires_at_ms = row->expires_at_ms,
                               .recipient = order->email,
                               .values = values,
                               .count = sizeof(values) / sizeof(values[0])};

    pl_uuid_format(row->id, purpose);
    return mail_order(tx, keyring, &mail, NULL);
}

pl_err email_verification_start(tx_t *tx, const keyring_t *keyring, const verification_order_t *order, pl_uuid *id,
                                int64_t *wait_s)
{
    email_verification_t row = {.brand_id = order->brand_id,
                                .id = store_new_id(tx),
                                .email = customers_fold_email(tx->arena, order->email),
                                .context = order->context,
                                .address = tx->address,
                                .expires_at_ms = tx->now_ms + VERIFICATION_LIFE_S * MS};
    char code[CODE_DIGITS + 1];
    pl_err err;

    if (!row.email)
        return PL_ERR_MEMORY;
    if ((err = brands_lock(tx, order->brand_id)) || (err = count(tx, &row, wait_s)) || *wait_s)
        return err;
    make_code(code);
    *id = row.id;
    if (!(err = mac_of(keyring, "pospal email verification code", &row, code, row.code_hash)) &&
        !(err = email_verifications_insert(tx, &row)))
        err = mail_code(tx, keyring, &row, order, code);
    pl_wipe(code, sizeof(code));
    return err;
}

/* ---- confirming ---- */

static bool is_of(tx_t *tx, const email_verification_t *row, const char *email)
{
    const char *folded = customers_fold_email(tx->arena, email);

    return folded && strcmp(folded, row->email) == 0;
}

static pl_err confirm(tx_t *tx, const keyring_t *keyring, const email_verification_t *row, verification_outcome_t *outcome)
{
    const audit_t entry = {.brand_id = row->brand_id, .action = AUDIT_EMAIL_VERIFIED, .target = row->id};
    email_verification_t after = *row;
    pl_err err;

    if (!row->confirmed_at_ms) {
        after.confirmed_at_ms = tx->now_ms;
        if ((err = email_verifications_change(tx, row, &after)) || (err = audit_append(tx, &entry)))
            return err;
    }
    outcome->result = VERIFICATION_CONFIRMED;
    outcome->expires_in_s = (after.confirmed_at_ms + VERIFICATION_TOKEN_LIFE_S * MS - tx->now_ms) / MS;
    return make_token(keyring, &after, outcome->token);
}

static pl_err count_attempt(tx_t *tx, const email_verification_t *row, verification_outcome_t *outcome)
{
    email_verification_t after = *row;

    after.attempts++;
    outcome->result = VERIFICATION_WRONG_CODE;
    outcome->attempts_left = VERIFICATION_ATTEMPTS_MAX - after.attempts;
    return email_verifications_change(tx, row, &after);
}

static verification_result judge(const tx_t *tx, const email_verification_t *row)
{
    int64_t end_ms = row->confirmed_at_ms ? row->confirmed_at_ms + VERIFICATION_TOKEN_LIFE_S * MS : row->expires_at_ms;

    if (row->used_at_ms)
        return VERIFICATION_USED;
    if (tx->now_ms >= end_ms)
        return VERIFICATION_EXPIRED;
    return row->attempts >= VERIFICATION_ATTEMPTS_MAX ? VERIFICATION_TOO_OFTEN : VERIFICATION_CONFIRMED;
}

pl_err email_verification_confirm(tx_t *tx, const keyring_t *keyring, const verification_answer_t *answer,
                                  verification_outcome_t *outcome)
{
    uint8_t hash[PL_MAC_SIZE];
    email_verification_t row;
    pl_err err = email_verifications_find(tx, answer->brand_id, answer->id, &row);

    *outcome = (verification_outcome_t){.result = VERIFICATION_UNKNOWN};
    if (err == PL_ERR_NOT_FOUND || (!err && !is_of(tx, &row, answer->email)))
        return PL_OK;
    if (err)
        return err;
    outcome->result = judge(tx, &row);
    if (outcome->result != VERIFICATION_CONFIRMED)
        return PL_OK;
    if ((err = mac_of(keyring, "pospal email verification code", &row, answer->code, hash)))
        return err;
    return pl_equal(hash, row.code_hash, sizeof(hash)) ? confirm(tx, keyring, &row, outcome) : count_attempt(tx, &row, outcome);
}

/* ---- the token ---- */

static bool read_id(const char *token, pl_uuid *id)
{
    static const char digits[] = "0123456789abcdef";

    if (strlen(token) != VERIFICATION_TOKEN_TEXT_SIZE - 1 || strspn(token, digits) != VERIFICATION_TOKEN_TEXT_SIZE - 1)
        return false;
    for (size_t i = 0; i < sizeof(id->bytes); i++)
        id->bytes[i] = (uint8_t)((strchr(digits, token[2 * i]) - digits) << 4 | (strchr(digits, token[2 * i + 1]) - digits));
    return true;
}

static pl_err find(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, const char *token, email_verification_t *row)
{
    char right[VERIFICATION_TOKEN_TEXT_SIZE];
    pl_uuid id;
    pl_err err;

    if (!read_id(token, &id))
        return PL_ERR_NOT_FOUND;
    if ((err = email_verifications_find(tx, brand_id, id, row)) || (err = make_token(keyring, row, right)))
        return err;
    return pl_equal(token, right, sizeof(right)) ? PL_OK : PL_ERR_NOT_FOUND;
}

static pl_err check(tx_t *tx, const keyring_t *keyring, const email_verification_t *asked, const char *token,
                    email_verification_t *row)
{
    pl_err err = find(tx, keyring, asked->brand_id, token, row);

    if (err == PL_ERR_NOT_FOUND || (!err && (!is_of(tx, row, asked->email) || !row->confirmed_at_ms ||
                                             tx->now_ms >= row->confirmed_at_ms + VERIFICATION_TOKEN_LIFE_S * MS)))
        return pl_fail(PL_ERR_UNAUTHORIZED, "the e-mail address is not verified by that token");
    return err;
}

pl_err email_verification_check(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, const char *email, const char *token)
{
    const email_verification_t asked = {.brand_id = brand_id, .email = email};
    email_verification_t row;

    return check(tx, keyring, &asked, token, &row);
}

pl_err email_verification_use(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, const char *email, const char *token)
{
    const email_verification_t asked = {.brand_id = brand_id, .email = email};
    email_verification_t row, after;
    pl_err err = check(tx, keyring, &asked, token, &row);

    if (err || row.used_at_ms)
        return err;
    after = row;
    after.used_at_ms = tx->now_ms;
    err = email_verifications_change(tx, &row, &after);
    return err == PL_ERR_NOT_FOUND ? PL_OK : err; /* somebody was first */
}
