/* SPDX-License-Identifier: Apache-2.0
 *
 * Looking for something to send once a second, and sending until nothing is left.
 */
#include "notify/sender.h"

#include <inttypes.h>

#include "base/mem.h"
#include "platform/thread.h"

enum { LOOK_MS = 1000, LEASE_MARGIN_MS = 3000 };

typedef struct {
    senders_t *all;
    store_t *store;
    poster_t *poster;
    pl_thread *thread;
    webhook_rules_t rules;
    bool has_failed; /* the database, the last time */
} sender_t;

struct senders {
    senders_options_t options;
    pl_mutex *mutex;
    pl_cond *wake;
    atomic_bool is_ending;
    size_t count;
    sender_t each[];
};

static pl_err about_now(const sender_t *sender, pl_arena *arena, tx_t *about)
{
    *about = (tx_t){.arena = arena, .actor = "server"};
    return sender->all->options.now(sender->all->options.context, &about->now_ms);
}

/* The signature is of this attempt: its time is in it. */
static pl_err sign(const sender_t *sender, const webhook_t *endpoint, post_message_t *message, pl_buf *signature)
{
    const signed_message_t what = {message->id, message->timestamp_s, message->body};
    const senders_options_t *options = &sender->all->options;
    uint8_t keys[2][WEBHOOK_KEY_SIZE];
    size_t count = 0;
    pl_err err = options->secrets(options->context, message->timestamp_s * 1000, endpoint, keys, &count);

    if (!err)
        err = webhook_sign(&what, (const uint8_t(*)[WEBHOOK_KEY_SIZE])keys, count, signature);
    pl_wipe(keys, sizeof(keys));
    message->signature = signature->data;
    return err;
}

/* W3C Trace Context: each attempt is a step of its own in the trace of the request that the event comes from. */
static pl_err continue_trace(pl_arena *arena, const char *trace, const char **header)
{
    const size_t id_digits = strcspn(trace, "-");
    uint64_t step;

    pl_random(&step, sizeof(step));
    step |= 1; /* zero is no id */
    *header = pl_arena_format(arena, "00-%.*s-%016" PRIx64 "%s", (int)id_digits, trace, step, trace + id_digits);
    return *header ? PL_OK : PL_ERR_MEMORY;
}

static pl_err send_one(sender_t *sender, pl_arena *arena, webhook_turn_t *turn, size_t index, bool *goes_on)
{
    const delivery_t *delivery = &turn->deliveries[index];
    post_message_t message = {.url = turn->endpoint.url, .body = pl_span_text(delivery->payload)};
    webhook_outcome_t outcome = {.turn = turn, .delivery = delivery, .is_last = index + 1 == turn->count};
    char event[PL_UUID_TEXT_SIZE];
    post_result_t result;
    pl_buf signature;
    tx_t about;
    pl_err err;

    pl_uuid_format(delivery->event_id, event);
    message.id = pl_arena_format(arena, "evt_%s", event);
    pl_buf_init(&signature);
    err = message.id ? about_now(sender, arena, &about) : PL_ERR_MEMORY;
    if (!err && delivery->trace)
        err = continue_trace(arena, delivery->trace, &message.traceparent);
    if (!err) {
        outcome.sent_at_ms = about.now_ms;
        message.timestamp_s = about.now_ms / 1000;
        outcome.result = &result;
        err = sign(sender, &turn->endpoint, &message, &signature);
    }
    if (!err) {
        poster_send(sender->poster, &message, &result);
        err = atomic_load(&sender->all->is_ending) && result.status == 0 ? PL_ERR_CLOSED : about_now(sender, arena, &about);
    }
    if (!err)
        err = webhooks_settle_one(sender->store, &about, &sender->rules, &outcome, goes_on);
    pl_buf_reset(&signature);
    return err;
}

static pl_err serve_one(sender_t *sender, pl_arena *arena)
{
    webhook_turn_t turn = {.count = 0};
    bool goes_on = true;
    tx_t about;
    pl_err err = about_now(sender, arena, &about);

    if (err || (err = webhooks_take_turn(sender->store, &about, &sender->rules, &turn)))
        return err;
    for (size_t i = 0; !err && goes_on && i < turn.count; i++)
        err = send_one(sender, arena, &turn, i, &goes_on);
    if (err)
        (void)webhooks_leave_turn(sender->store, &about, &sender->rules, &turn); /* else the lease runs out by itself */
    return err;
}

static void tell(sender_t *sender, pl_err err)
{
    bool has_failed = err && err != PL_ERR_NOT_FOUND && err != PL_ERR_CLOCK && err != PL_ERR_CLOSED;

    if (has_failed && !sender->has_failed)
        pl_log_write(&sender->all->options.log, PL_LOG_ERROR, "webhooks are not sent: %s: %s", pl_err_code(err), pl_err_detail());
    sender->has_failed = has_failed;
}

static bool rest(senders_t *senders)
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

void senders_stop(senders_t *senders)
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
        poster_free(senders->each[i].poster);
    pl_cond_free(senders->wake);
    pl_mutex_free(senders->mutex);
    pl_free(senders);
}

static pl_err start_one(senders_t *senders, size_t index)
{
    const senders_options_t *options = &senders->options;
    const post_options_t post = {options->allowed, options->ca_file, options->timeout_ms, &senders->is_ending};
    sender_t *sender = &senders->each[index];
    uint8_t random[16];
    pl_err err;

    pl_random(random, sizeof(random));
    sender->all = senders;
    sender->store = options->stores[index];
    sender->rules = (webhook_rules_t){
        .holder = pl_uuid_v4(random),
        .first_retry_ms = options->first_retry_ms,
        .lease_ms = options->timeout_ms * 2 + LEASE_MARGIN_MS,
        .brand_max = options->count > 1 ? (int64_t)options->count - 1 : 1, /* one is left for the others */
        .disabled = options->disabled,
        .context = options->context,
    };
    if (!(sender->poster = poster_new(&post)))
        return PL_ERR_MEMORY;
    err = pl_thread_start(run, sender, &sender->thread);
    senders->count += err == PL_OK;
    return err;
}

pl_err senders_start(const senders_options_t *options, senders_t **senders)
{
    senders_t *made = pl_alloc(sizeof *made + options->count * sizeof(sender_t));
    pl_err err;

    if (!made)
        return PL_ERR_MEMORY;
    made->options = *options;
    made->mutex = pl_mutex_new();
    made->wake = pl_cond_new();
    err = made->mutex && made->wake ? PL_OK : PL_ERR_MEMORY;
    for (size_t i = 0; !err && i < options->count; i++)
        err = start_one(made, i);
    if (err)
        senders_stop(made);
    else
        *senders = made;
    return err;
}
