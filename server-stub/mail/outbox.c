/* SPDX-License-Identifier: Apache-2.0
 *
 * Taking and settling.
 */
#include "mail/outbox.h"

#include "crypto/crypto.h"
#include "licensing/settings.h"
#include "mail/manner.h"
#include "notify/backoff.h"

#include <strings.h>

enum { LIMIT_PAUSE_MS = 60 * 1000 };

static const int64_t HOUR_MS = INT64_C(3600) * 1000;

/* ---- taking ---- */

typedef struct {
    const keyring_t *keyring;
    const outbox_rules_t *rules;
    letter_t *letter;
    mail_t *list;
    size_t count;
} taking_t;

static pl_err work_look(void *context, tx_t *tx)
{
    taking_t *taking = context;
    pl_err err = mails_due(tx, &taking->list, &taking->count);

    return err || taking->count ? err : PL_ERR_NOT_FOUND;
}

/* Until when the recipient has had enough: 0: it has not. */
static pl_err look_at_limit(tx_t *tx, const mail_t *mail, int64_t *until_ms)
{
    static const struct {
        int64_t window_ms;
        int64_t most;
    } limits[] = {{INT64_C(3600) * 1000, MAIL_PER_HOUR}, {INT64_C(24) * 3600 * 1000, MAIL_PER_DAY}};
    int64_t count, first_ms;
    pl_err err = PL_OK;

    *until_ms = 0;
    for (size_t i = 0; !err && i < sizeof limits / sizeof *limits; i++) {
        err = mails_sent_since(tx, mail, tx->now_ms - limits[i].window_ms, &count, &first_ms);
        if (!err && count >= limits[i].most)
            *until_ms = first_ms + limits[i].window_ms;
    }
    if (!err && *until_ms && *until_ms < tx->now_ms + LIMIT_PAUSE_MS)
        *until_ms = tx->now_ms + LIMIT_PAUSE_MS;
    return err;
}

static pl_err is_own_address(tx_t *tx, const taking_t *taking, const mail_t *mail, bool *is_own)
{
    const char *support;
    pl_err err = setting_read(tx, taking->keyring, mail->brand_id, SETTING_SUPPORT_EMAIL, &support);

    *is_own = !err && support && strcasecmp(support, mail->recipient) == 0;
    return err;
}

static void give_up(tx_t *tx, mail_t *mail, mail_state state, const char *why)
{
    mail->state = state;
    mail->settled_at_ms = tx->now_ms;
    mail->error = why;
}

/* What is not sent now, and what becomes of it; nothing changes in a mail that is. */
static pl_err judge(tx_t *tx, const taking_t *taking, mail_t *mail)
{
    bool is_own;
    int64_t until_ms;
    pl_err err;

    if (mail->expires_at_ms && mail->expires_at_ms <= tx->now_ms) {
        give_up(tx, mail, MAIL_FAILED, "it was of no use any more before it could be sent");
        return PL_OK;
    }
    if ((err = is_own_address(tx, taking, mail, &is_own)) || is_own || (err = look_at_limit(tx, mail, &until_ms)) || !until_ms)
        return err;
    if (mail_manner(mail->template).waits) {
        mail->due_at_ms = until_ms;
        mail->error = "held back: the recipient has had as many as it gets for now";
    } else {
        give_up(tx, mail, MAIL_SUPPRESSED, "the recipient has had as many as it gets");
    }
    return PL_OK;
}

bool outbox_is_taken(const letter_t *letter, int64_t now_ms)
{
    return letter->mail.state == MAIL_WAITING && letter->mail.due_at_ms <= now_ms;
}

static pl_err take_one(tx_t *tx, const taking_t *taking, const mail_t *candidate)
{
    letter_t *letter = taking->letter;
    pl_err err;

    *letter = (letter_t){.mail = *candidate};
    if ((err = judge(tx, taking, &letter->mail)))
        return err;
    if (!outbox_is_taken(letter, tx->now_ms))
        return mails_settle(tx, &letter->mail,
                            letter->mail.state == MAIL_FAILED || mail_manner(letter->mail.template).is_one_time);
    if ((err = mails_claim(tx, &letter->mail, tx->now_ms + taking->rules->lease_ms, tx->now_ms + MAIL_TRIED_HOURS * HOUR_MS)))
        return err;
    err = letter_read(tx, taking->keyring, letter);
    if (err != PL_ERR_SIGNATURE && err != PL_ERR_DATABASE)
        return err;
    give_up(tx, &letter->mail, MAIL_FAILED,
            "what it was filled with cannot be opened"); /* or it would be in the way of all others */
    return mails_settle(tx, &letter->mail, false);
}

static pl_err work_take(void *context, tx_t *tx)
{
    const taking_t *taking = context;
    pl_err err = PL_ERR_NOT_FOUND;

    for (size_t i = 0; err == PL_ERR_NOT_FOUND && i < taking->count; i++)
        err = take_one(tx, taking, &taking->list[i]);
    return err;
}

pl_err outbox_take(store_t *store, const tx_t *about, const keyring_t *keyring, const outbox_rules_t *rules, letter_t *letter)
{
    taking_t taking = {.keyring = keyring, .rules = rules, .letter = letter};
    pl_err err = store_read(store, about, work_look, &taking);

    return err ? err : store_write(store, about, work_take, &taking);
}

static pl_err work_leave(void *context, tx_t *tx)
{
    return mails_settle(tx, context, false);
}

pl_err outbox_leave(store_t *store, const tx_t *about, const letter_t *letter)
{
    mail_t mail = letter->mail;
    pl_err err = store_write(store, about, work_leave, &mail);

    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

/* ---- settling ---- */

typedef struct {
    const outbox_rules_t *rules;
    const outbox_outcome_t *outcome;
    mail_t mail;
} settling_t;

static void judge_outcome(const tx_t *tx, settling_t *settling)
{
    const carrier_result_t *result = settling->outcome->result;
    mail_t *mail = &settling->mail;
    uint32_t random;

    *mail = settling->outcome->letter->mail;
    mail->provider_id = result->provider_id[0] ? result->provider_id : NULL;
    mail->error = result->outcome == CARRIED ? NULL : result->answer;
    mail->state = result->outcome == CARRIED ? MAIL_SENT : result->outcome == REFUSED ? MAIL_FAILED : MAIL_WAITING;
    if (mail->state == MAIL_WAITING) {
        pl_random(&random, sizeof random);
        mail->due_at_ms = tx->now_ms + backoff_delivery_ms(settling->rules->first_retry_ms, mail->attempts, random);
        if (mail->due_at_ms > mail->expires_at_ms)
            mail->state = MAIL_FAILED;
    }
    if (mail->state != MAIL_WAITING)
        mail->settled_at_ms = tx->now_ms;
}

static pl_err work_settle(void *context, tx_t *tx)
{
    settling_t *settling = context;
    const outbox_outcome_t *outcome = settling->outcome;
    mail_attempt_t attempt = {
        .tried_at_ms = outcome->tried_at_ms,
        .duration_ms = outcome->result->duration_ms,
        .answer = outcome->result->answer[0] ? outcome->result->answer : NULL,
    };
    const mail_t *mail = &settling->mail;
    pl_err err;

    judge_outcome(tx, settling);
    attempt.brand_id = mail->brand_id;
    attempt.mail_id = mail->id;
    attempt.number = mail->attempts;
    attempt.state = mail->state;
    if ((err = mails_settle(tx, mail, mail->state != MAIL_WAITING && mail_manner(mail->template).is_one_time)))
        return err;
    return mails_note_attempt(tx, &attempt);
}

/* Erased meanwhile, or our lease ran out and another thread sends: what we know is of no use to anybody, but that it was sent. */
pl_err outbox_settle(store_t *store, const tx_t *about, const outbox_rules_t *rules, const outbox_outcome_t *outcome,
                     mail_state *became)
{
    settling_t settling = {.rules = rules, .outcome = outcome};
    pl_err err = store_write(store, about, work_settle, &settling);

    *became = err ? MAIL_WAITING : settling.mail.state;
    return err == PL_ERR_NOT_FOUND || err == PL_ERR_CONFLICT ? PL_OK : err;
}
