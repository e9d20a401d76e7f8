/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking for something to send once a second, and sending until nothing is left. While the mail server cannot be used, all
 * threads pause together: what waits is not tried in vain one after the other.
 */
#include "mail/sender.h"

#include <stdio.h>

#include "base/mem.h"
#include "notify/backoff.h"
#include "platform/clock.h"
#include "platform/thread.h"

enum { LOOK_MS = 1000, LEASE_MARGIN_MS = 3000, MAIL_COUNTERS = MAIL_SUPPRESSED + 1 };

typedef struct {
    mail_senders_t *all;
    store_t *store;
    carrier_t *carrier;
    pl_thread *thread;
    bool has_failed; /* the database, the last time */
} sender_t;

struct mail_senders {
    mail_senders_options_t options;
    outbox_rules_t rules;
    pl_mutex *mutex;
    pl_cond *wake;
    atomic_bool is_ending;
    atomic_int_least64_t counters[MAIL_COUNTERS]; /* by what the mail became */
    int64_t failures;                             /* of the mail server one after the other; these two under the mutex */
    int64_t paused_until_ms;                      /* monotonic */
    size_t count;
    sender_t each[];
};

static pl_err about_now(const sender_t *sender, pl_arena *arena, tx_t *about)
{
    *about = (tx_t){.arena = arena, .actor = "server"};
    return sender->all->options.now(sender->all->options.context, &about->now_ms);
}

/* ---- the mail server ---- */

static bool is_paused(mail_senders_t *senders)
{
    bool paused;

    pl_mutex_lock(senders->mutex);
    paused = pl_clock_monotonic_us() / 1000 < senders->paused_until_ms;
    pl_mutex_unlock(senders->mutex);
    return paused;
}

static void note_server(mail_senders_t *senders, const carrier_result_t *result)
{
    int64_t failures, pause_ms;

    pl_mutex_lock(senders->mutex);
    failures = senders->failures;
    senders->failures = result->outcome == DOWN ? failures + 1 : 0;
    pause_ms = backoff_endpoint_ms(senders->failures);
    senders->paused_until_ms = pl_clock_monotonic_us() / 1000 + pause_ms;
    pl_mutex_unlock(senders->mutex);
    if (result->outcome == DOWN && failures == 0)
        pl_log_write(&senders->options.log, PL_LOG_ERROR, "the mail server cannot be used, mail waits: %s", result->answer);
    if (result->outcome != DOWN && failures > 0)
        pl_log_write(&senders->options.log, PL_LOG_INFO, "the mail server can be used again");
}

/* ---- one mail ---- */

static void tell_what_became(mail_senders_t *senders, const mail_t *mail, mail_state became, const char *why)
{
    char id[PL_UUID_TEXT_SIZE];

    atomic_fetch_add(&senders->counters[became], 1);
    pl_uuid_format(mail->id, id);
    if (became == MAIL_FAILED)
        pl_log_write(&senders->options.log, PL_LOG_WARN, "mail %s (%s) is given up: %s", id, mail->template, why);
    else if (became == MAIL_SUPPRESSED)
        pl_log_write(&senders->options.log, PL_LOG_WARN, "mail %s (%s) is not sent: %s", id, mail->template, why);
}

static pl_err send_letter(sender_t *sender, pl_arena *arena, const letter_t *letter, carrier_result_t *result)
{
    mail_senders_t *all = sender->all;
    letter_options_t options = {.directory = all->options.templates, .log = &all->options.log};
    message_t message;
    tx_t about;
    pl_err err = about_now(sender, arena, &about);

    *result = (carrier_result_t){.outcome = REFUSED};
    options.now_ms = letter->mail.created_at_ms; /* the Date, the same in every attempt */
    if (!err)
        err = letter_write(arena, letter, &options, &message);
    if (err == PL_ERR_INVALID || err == PL_ERR_NOT_FOUND || err == PL_ERR_MALFORMED) {
        (void)snprintf(result->answer, sizeof result->answer, "not sent: %s", pl_err_detail());
        return PL_OK;
    }
    if (err)
        return err;
    carrier_send(sender->carrier, &message, result);
    if (atomic_load(&all->is_ending) && result->status == 0)
        return PL_ERR_CLOSED;
    note_server(all, result);
    return PL_OK;
}

static pl_err serve_one(sender_t *sender, pl_arena *arena)
{
    mail_senders_t *all = sender->all;
    const keyring_t *keyring = keys_pin(all->options.keys, arena);
    carrier_result_t result;
    outbox_outcome_t outcome = {.result = &result};
    mail_state became;
    letter_t letter;
    tx_t about;
    pl_err err;

    if (!keyring)
        return PL_ERR_MEMORY;
    if (is_paused(all))
        return PL_ERR_NOT_FOUND;
    if ((err = about_now(sender, arena, &about)) || (err = outbox_take(sender->store, &about, keyring, &all->rules, &letter)))
        return err;
    if (!outbox_is_taken(&letter, about.now_ms)) {
        if (letter.mail.state != MAIL_WAITING)
            tell_what_became(all, &letter.mail, letter.mail.state, letter.mail.error);
        return PL_OK;
    }
    outcome.letter = &letter;
    outcome.tried_at_ms = about.now_ms;
    if ((err = send_letter(sender, arena, &letter, &result))) {
        (void)outbox_leave(sender->store, &about, &letter); /* else the lease runs out by itself */
        return err;
    }
    if ((err = about_now(sender, arena, &about)) || (err = outbox_settle(sender->store, &about, &all->rules, &outcome, &became)))
        return err;
    tell_what_became(all, &letter.mail, became, result.answer);
    return PL_OK;
}

/* ---- threads ---- */

static void tell(sender_t *sender, pl_err err)
{
    bool has_failed = err && err != PL_ERR_NOT_FOUND && err != PL_ERR_CLOCK && err != PL_ERR_CLOSED;

    if (has_failed && !sender->has_failed)
        pl_log_write(&sender->all->options.log, PL_LOG_ERROR, "mail is not sent: %s: %s", pl_err_code(err), pl_err_detail());
    sender->has_failed = has_failed;
}

static bool rest(mail_senders_t *senders)
{
    pl_mutex_lock(senders->mutex);
    if (!atomic_load(&senders->is_ending))
        (void)pl_cond_wait(senders->wake, senders->mutex, LOOK_MS);
    pl_mutex_unlock(senders->mutex);
    return !atomic_load(&senders->is_ending);
}

static void run(void *context)
{
    sender_t *sender = context;
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    do {
        do {
            err = serve_one(sender, &arena);
            tell(sender, err);
            pl_arena_reset(&arena);
        } while (!err && !atomic_load(&sender->all->is_ending));
    } while (rest(sender->all));
}

mail_counts_t mail_senders_counts(mail_senders_t *senders)
{
    if (!senders)
        return (mail_counts_t){.sent = 0};
    return (mail_counts_t){atomic_load(&senders->counters[MAIL_SENT]), atomic_load(&senders->counters[MAIL_FAILED]),
                           atomic_load(&senders->counters[MAIL_SUPPRESSED]), atomic_load(&senders->counters[MAIL_WAITING])};
}

void mail_senders_stop(mail_senders_t *senders)
{
    if (!senders)
        return;
    atomic_store(&senders->is_ending, true);
    if (senders->mutex && senders->wake) {
        pl_mutex_lock(senders->mutex);
        pl_cond_wake_all(senders->wake);
        pl_mutex_unlock(senders->mutex);
    }
    for (size_t i = 0; i < senders->count; i++)
        pl_thread_join(senders->each[i].thread);
    for (size_t i = 0; i < senders->options.count; i++)
        carrier_free(senders->each[i].carrier);
    pl_cond_free(senders->wake);
    pl_mutex_free(senders->mutex);
    pl_free(senders);
}

static pl_err start_one(mail_senders_t *senders, size_t index)
{
    sender_t *sender = &senders->each[index];
    pl_err err;

    sender->all = senders;
    sender->store = senders->options.stores[index];
    if (!(sender->carrier = carrier_new(&senders->options.carrier)))
        return PL_ERR_MEMORY;
    err = pl_thread_start(run, sender, &sender->thread);
    senders->count += err == PL_OK;
    return err;
}

pl_err mail_senders_start(const mail_senders_options_t *options, mail_senders_t **senders)
{
    mail_senders_t *made;
    pl_err err = carrier_check(&options->carrier);

    if (err)
        return err;
    if (!(made = pl_alloc(sizeof *made + options->count * sizeof(sender_t))))
        return PL_ERR_MEMORY;
    made->options = *options;
    made->options.carrier.is_ending = &made->is_ending;
    made->rules = (outbox_rules_t){options->first_retry_ms, options->carrier.timeout_ms * 2 + LEASE_MARGIN_MS};
    made->mutex = pl_mutex_new();
    made->wake = pl_cond_new();
    err = made->mutex && made->wake ? PL_OK : PL_ERR_MEMORY;
    for (size_t i = 0; !err && i < options->count; i++)
        err = start_one(made, i);
    if (err)
        mail_senders_stop(made);
    else
        *senders = made;
    return err;
}
