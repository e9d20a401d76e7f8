/* SPDX-License-Identifier: Apache-2.0
 *
 * Working on events.
 */
#include "billing/inbox.h"

#include "billing/attention.h"

/* One event under way. */
typedef struct {
    const inbox_t *inbox;
    inbound_event_t row;
    bool is_held; /* by us */
    effect_t effect;
    const effect_row_t *handler;
    inbox_answer_t *answer;
    pl_err failure; /* of its effects */
} job_t;

/* ---- looking, asking, acting ---- */

static pl_err work_look(void *context, tx_t *tx)
{
    job_t *job = context;

    job->effect.wanted = (billing_wanted_t){.subscription = NULL};
    return job->handler->look(tx, &job->effect);
}

/* That the provider cannot be asked is no failure yet: some effects do without. */
static pl_err gather(job_t *job)
{
    const inbox_t *inbox = job->inbox;
    billing_account_t account;
    stripe_t stripe;
    pl_err err;

    if (!job->handler->look || (err = store_read(inbox->store, inbox->about, work_look, job)))
        return job->handler->look ? err : PL_OK;
    if (!job->effect.wanted.subscription && !job->effect.wanted.charge)
        return PL_OK;
    if ((err = billing_find_account(inbox->store, inbox->about, &job->effect.scope, &account)))
        return err;
    if ((job->effect.facts.err = billing_connect(inbox->billing, &account, inbox->about->arena, &stripe)))
        return PL_OK;
    effects_fetch(&stripe, &job->effect);
    stripe_close(&stripe);
    return PL_OK;
}

static pl_err settle(job_t *job, tx_t *tx, inbound_state state, const char *outcome)
{
    job->row.state = state;
    job->row.customer_id = job->effect.result.customer_id;
    job->row.outcome = outcome;
    return inbound_events_settle(tx, &job->row);
}

static pl_err work_act(void *context, tx_t *tx)
{
    job_t *job = context;
    billing_result_t *result = &job->effect.result;
    pl_uuid product_id = job->effect.scope.product_id;
    pl_err err;

    *result = (billing_result_t){.is_ignored = false}; /* it may be run again */
    err = job->handler->act(tx, &job->effect);
    job->effect.scope.product_id = product_id;
    return err ? err : settle(job, tx, result->is_ignored ? INBOUND_IGNORED : INBOUND_DONE, result->outcome);
}

static pl_err work_ignore(void *context, tx_t *tx)
{
    return settle(context, tx, INBOUND_IGNORED, "unhandled");
}

/* ---- what failed ---- */

static int64_t pause_after(int64_t attempts)
{
    int64_t pause_ms = INBOX_RETRY_MS;

    while (attempts-- > 1 && pause_ms < INBOX_RETRY_MAX_MS)
        pause_ms *= 2;
    return pause_ms < INBOX_RETRY_MAX_MS ? pause_ms : INBOX_RETRY_MAX_MS;
}

static bool is_hopeless(const job_t *job, int64_t now_ms)
{
    return job->failure == PL_ERR_INVALID || job->failure == PL_ERR_MALFORMED ||
           now_ms - job->row.received_at_ms > INT64_C(86400000) * INBOX_DAYS;
}

/* Given up, or not to be done before somebody of the vendor's does something. */
static pl_err tell_of_failure(const job_t *job, tx_t *tx, const char *outcome)
{
    const attention_t attention = {
        .occasion = pl_arena_format(tx->arena, "failed:%s", job->row.event_id),
        .matter = pl_arena_format(tx->arena,
                                  "An event of the payment provider (%s) has no effect: %s. See to that, then repeat it by"
                                  " `pospal-validator billing retry`.",
                                  job->row.type, outcome),
        .subscription = job->row.event_id,
    };

    return attention_order(tx, &job->effect.scope, &attention);
}

static pl_err work_fail(void *context, tx_t *tx)
{
    job_t *job = context;
    const char *outcome = pl_arena_format(tx->arena, "%s: %s", pl_err_code(job->failure), job->answer->detail);
    pl_err err;

    job->row.due_at_ms = tx->now_ms + pause_after(job->row.attempts);
    job->effect.result = (billing_result_t){.is_ignored = false};
    if (!outcome)
        return PL_ERR_MEMORY;
    if ((is_hopeless(job, tx->now_ms) || job->failure == PL_ERR_STATE) && (err = tell_of_failure(job, tx, outcome)))
        return err;
    return settle(job, tx, is_hopeless(job, tx->now_ms) ? INBOUND_FAILED : INBOUND_WAITING, outcome);
}

static pl_err conclude_failure(job_t *job, pl_err failure)
{
    const inbox_t *inbox = job->inbox;
    const char *detail = pl_err_detail()[0] ? pl_err_detail() : pl_err_sentence(failure);

    job->failure = failure;
    job->answer->detail = pl_arena_text(inbox->about->arena, pl_span_text(detail));
    job->answer->verdict = failure == PL_ERR_NOT_FOUND                                ? INBOX_UNKNOWN
                           : failure == PL_ERR_INVALID || failure == PL_ERR_MALFORMED ? INBOX_INVALID
                                                                                      : INBOX_FAILED;
    pl_err_clear();
    billing_note(inbox->billing, job->handler, BILLING_COUNT_FAILED);
    return job->answer->detail ? store_write(inbox->store, inbox->about, work_fail, job) : PL_ERR_MEMORY;
}

/* ---- one event ---- */

static pl_err act(job_t *job)
{
    const inbox_t *inbox = job->inbox;
    pl_err err = gather(job);

    return err ? err : store_write(inbox->store, inbox->about, work_act, job);
}

/* A failure of its effects is written down; if that fails too, or another one has taken it over, its hold runs out by itself. */
static pl_err work(job_t *job)
{
    const inbox_t *inbox = job->inbox;
    pl_err err = effects_read_event(inbox->about->arena, job->row.body, &job->effect.event);

    job->handler = err ? NULL : effects_find(job->effect.event.type);
    job->answer->row = job->handler;
    if (!err)
        err = job->handler ? act(job) : store_write(inbox->store, inbox->about, work_ignore, job);
    if (err)
        return err == PL_ERR_CHANGED ? err : conclude_failure(job, err);
    job->answer->result = job->effect.result;
    job->answer->verdict = job->row.state == INBOUND_DONE ? INBOX_DONE : INBOX_IGNORED;
    billing_note(inbox->billing, job->handler, job->row.state == INBOUND_DONE ? BILLING_COUNT_DONE : BILLING_COUNT_IGNORED);
    return PL_OK;
}

/* ---- taking in ---- */

static pl_err hold(job_t *job, tx_t *tx)
{
    pl_err err = inbound_events_hold(tx, &job->row, tx->now_ms + INBOX_HELD_MS);

    job->is_held = !err;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

/* One that was there: the bytes that were written down first are the ones that count. */
static pl_err take_again(job_t *job, tx_t *tx)
{
    pl_err err = inbound_events_find(tx, job->row.brand_id, job->row.event_id, &job->row);

    if (err || job->row.state == INBOUND_DONE || job->row.state == INBOUND_IGNORED)
        return err;
    if (job->row.state == INBOUND_FAILED && (err = inbound_events_repeat(tx, &job->row)))
        return err;
    return hold(job, tx);
}

static pl_err work_take(void *context, tx_t *tx)
{
    job_t *job = context;
    const stripe_event_t *event = &job->effect.event;
    inbound_event_t row = {
        .brand_id = job->inbox->scope.brand_id,
        .provider = "stripe",
        .event_id = event->id,
        .type = event->type,
        .object_id = pl_json_text(pl_json_get(event->object, "id")),
        .created_at_ms = event->created_at_ms,
        .received_at_ms = tx->now_ms,
        .state = INBOUND_WAITING,
        .attempts = 1,
        .held_until_ms = tx->now_ms + INBOX_HELD_MS,
        .product_id = job->inbox->scope.product_id,
        .body = job->row.body,
    };
    pl_err err;

    if (row.object_id && strlen(row.object_id) > INBOUND_ID_MAX)
        row.object_id = NULL;
    err = inbound_events_insert(tx, &row, &job->is_held);
    job->row = row;
    return err || job->is_held ? err : take_again(job, tx);
}

static effect_t effect_of(const inbox_t *inbox, const inbound_event_t *row)
{
    effect_t effect = {.scope = inbox->scope};

    effect.scope.brand_id = row->brand_id;
    if (!pl_uuid_is_nil(row->product_id))
        effect.scope.product_id = row->product_id;
    return effect;
}

pl_err inbox_take(const inbox_t *inbox, pl_span body, inbox_answer_t *answer)
{
    job_t job = {.inbox = inbox, .row = {.body = body}, .answer = answer};
    pl_err err;

    *answer = (inbox_answer_t){.verdict = INBOX_INVALID};
    if ((err = effects_read_event(inbox->about->arena, body, &job.effect.event))) {
        if (err == PL_ERR_MEMORY)
            return err;
        answer->detail = pl_arena_text(inbox->about->arena, pl_span_text(pl_err_detail()));
        billing_note(inbox->billing, NULL, BILLING_COUNT_REFUSED);
        pl_err_clear();
        return PL_OK;
    }
    if ((err = store_write(inbox->store, inbox->about, work_take, &job)))
        return err;
    if (!job.is_held) {
        answer->row = effects_find(job.row.type);
        answer->verdict = job.row.state == INBOUND_WAITING ? INBOX_IN_WORK : INBOX_WAS_DONE;
        answer->settled_at_ms = job.row.settled_at_ms;
        billing_note(inbox->billing, answer->row, BILLING_COUNT_REPEATED);
        return PL_OK;
    }
    job.effect = effect_of(inbox, &job.row);
    err = work(&job);
    if (err == PL_ERR_CHANGED) { /* it took too long, and another one has it */
        answer->verdict = INBOX_IN_WORK;
        return PL_OK;
    }
    return err;
}

/* ---- going on ---- */

typedef struct {
    inbound_event_t *rows;
    size_t count;
} due_t;

static pl_err work_due(void *context, tx_t *tx)
{
    due_t *due = context;

    return inbound_events_due(tx, &due->rows, &due->count);
}

static pl_err work_hold(void *context, tx_t *tx)
{
    return hold(context, tx);
}

static pl_err go_on(const inbox_t *inbox, const inbound_event_t *row, inbox_answer_t *answer)
{
    job_t job = {.inbox = inbox, .row = *row, .effect = effect_of(inbox, row), .answer = answer};
    pl_err err = store_write(inbox->store, inbox->about, work_hold, &job);

    *answer = (inbox_answer_t){.verdict = INBOX_IN_WORK};
    if (err || !job.is_held)
        return err;
    err = work(&job);
    return err == PL_ERR_CHANGED ? PL_OK : err;
}

pl_err inbox_work_due(const inbox_t *inbox, size_t *count)
{
    inbox_answer_t answer;
    due_t due;
    pl_err err = store_read(inbox->store, inbox->about, work_due, &due);

    *count = 0;
    for (size_t i = 0; !err && i < due.count; i++, (*count)++)
        err = go_on(inbox, &due.rows[i], &answer);
    return err;
}

typedef struct {
    const char *event_id;
    inbound_event_t row;
} retry_t;

static pl_err work_retry(void *context, tx_t *tx)
{
    retry_t *retry = context;
    pl_err err = inbound_events_find_in_any_brand(tx, retry->event_id, &retry->row);

    if (err)
        return err == PL_ERR_NOT_FOUND ? pl_fail(err, "no event of that id came in") : err;
    err = inbound_events_repeat(tx, &retry->row);
    return err == PL_ERR_NOT_FOUND ? pl_fail(PL_ERR_STATE, "the event is done, and is not done twice") : err;
}

pl_err inbox_retry(const inbox_t *inbox, const char *event_id, inbox_answer_t *answer)
{
    retry_t retry = {.event_id = event_id};
    pl_err err = store_write(inbox->store, inbox->about, work_retry, &retry);

    return err ? err : go_on(inbox, &retry.row, answer);
}
