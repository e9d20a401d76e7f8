/* SPDX-License-Identifier: Apache-2.0
 *
 * Turns: taking one, and settling what was sent.
 */
#include "notify/webhooks.h"

#include "notify/backoff.h"
#include "store/audit.h"

static const int64_t DISABLED_AFTER_MS = (int64_t)WEBHOOK_DISABLED_AFTER_DAYS * 24 * 3600 * 1000;

/* ---- taking ---- */

typedef struct {
    const webhook_rules_t *rules;
    webhook_turn_t *turn;
} taking_t;

static pl_err work_look(void *context, tx_t *tx)
{
    const taking_t *taking = context;

    taking->turn->began_ms = tx->now_ms;
    return webhooks_next(tx, taking->rules->brand_max, &taking->turn->endpoint);
}

static pl_err work_take(void *context, tx_t *tx)
{
    taking_t *taking = context;
    webhook_turn_t *turn = taking->turn;
    webhook_t *endpoint = &turn->endpoint;
    bool held;
    pl_err err = webhooks_hold(tx, endpoint, taking->rules->holder, tx->now_ms + taking->rules->lease_ms, &held);

    if (err || !held)
        return err ? err : PL_ERR_NOT_FOUND;
    /* again, for it may have been served or changed since it was looked at; a failure gives the lease back */
    if ((err = webhooks_find(tx, endpoint->brand_id, endpoint->id, endpoint)) ||
        (err = deliveries_due(tx, endpoint->brand_id, endpoint->id, &turn->deliveries, &turn->count)))
        return err;
    return endpoint->state == WEBHOOK_ON && endpoint->paused_until_ms <= tx->now_ms && turn->count > 0 ? PL_OK : PL_ERR_NOT_FOUND;
}

pl_err webhooks_take_turn(store_t *store, const tx_t *about, const webhook_rules_t *rules, webhook_turn_t *turn)
{
    taking_t taking = {rules, turn};
    pl_err err = store_read(store, about, work_look, &taking);

    return err ? err : store_write(store, about, work_take, &taking);
}

static pl_err work_leave(void *context, tx_t *tx)
{
    const taking_t *taking = context;

    return webhooks_leave(tx, &taking->turn->endpoint, taking->rules->holder);
}

pl_err webhooks_leave_turn(store_t *store, const tx_t *about, const webhook_rules_t *rules, webhook_turn_t *turn)
{
    taking_t taking = {rules, turn};

    return store_write(store, about, work_leave, &taking);
}

/* ---- settling ---- */

typedef struct {
    const webhook_rules_t *rules;
    const webhook_outcome_t *outcome;
    bool *goes_on;
} settling_t;

static bool is_success(const post_result_t *result)
{
    return result->status >= 200 && result->status < 300;
}

static pl_err note_attempt(tx_t *tx, const webhook_outcome_t *outcome)
{
    const delivery_t *delivery = outcome->delivery;
    const attempt_t attempt = {
        .brand_id = delivery->brand_id,
        .delivery_id = delivery->id,
        .number = delivery->attempts + 1,
        .sent_at_ms = outcome->sent_at_ms,
        .duration_ms = outcome->result->duration_ms,
        .status = outcome->result->status,
        .answer = outcome->result->answer[0] ? outcome->result->answer : NULL,
        .error = outcome->result->error[0] ? outcome->result->error : NULL,
    };

    return attempts_insert(tx, &attempt);
}

static pl_err change_delivery(tx_t *tx, const settling_t *settling)
{
    delivery_t delivery = *settling->outcome->delivery;
    uint32_t random;

    delivery.attempts++;
    delivery.status = settling->outcome->result->status;
    if (is_success(settling->outcome->result)) {
        delivery.state = DELIVERY_DONE;
    } else {
        pl_random(&random, sizeof(random));
        delivery.due_at_ms = tx->now_ms + backoff_delivery_ms(settling->rules->first_retry_ms, delivery.attempts, random);
        if (delivery.due_at_ms > delivery.expires_at_ms)
            delivery.state = DELIVERY_DEAD;
    }
    return deliveries_settle(tx, &delivery);
}

static void judge_endpoint(const tx_t *tx, const post_result_t *result, webhook_t *endpoint)
{
    if (is_success(result)) {
        endpoint->failures = endpoint->failing_since_ms = endpoint->paused_until_ms = 0;
        return;
    }
    endpoint->failures++;
    endpoint->paused_until_ms = tx->now_ms + backoff_endpoint_ms(endpoint->failures);
    if (!endpoint->failing_since_ms)
        endpoint->failing_since_ms = tx->now_ms;
    if (result->status == WEBHOOK_GONE || tx->now_ms - endpoint->failing_since_ms >= DISABLED_AFTER_MS)
        endpoint->state = WEBHOOK_FAILED;
}

static pl_err disable(tx_t *tx, const webhook_rules_t *rules, const webhook_t *endpoint, const post_result_t *result)
{
    const audit_t entry = {
        .brand_id = endpoint->brand_id,
        .action = AUDIT_WEBHOOK_DISABLED,
        .target = endpoint->id,
        .metadata = result->status == WEBHOOK_GONE ? "{\"reason\":\"gone\"}" : "{\"reason\":\"failing\"}",
    };
    pl_err err = deliveries_abandon(tx, endpoint->brand_id, endpoint->id);

    if (err || (err = audit_append(tx, &entry)) || !rules->disabled)
        return err;
    return rules->disabled(rules->context, tx, endpoint, result);
}

/* *stands: false where the vendor changed the endpoint during the attempt: it was another one that failed or not, and the turn is over. */
static pl_err settle_endpoint(tx_t *tx, const webhook_rules_t *rules, const webhook_t *endpoint, int64_t until_ms, bool *stands)
{
    pl_err err = webhooks_settle(tx, endpoint, rules->holder, until_ms);

    *stands = !err;
    return err == PL_ERR_NOT_FOUND ? webhooks_leave(tx, endpoint, rules->holder) : err;
}

static pl_err work_settle(void *context, tx_t *tx)
{
    settling_t *settling = context;
    const webhook_outcome_t *outcome = settling->outcome;
    webhook_t endpoint = outcome->turn->endpoint;
    bool is_over, stands;
    pl_err err;

    judge_endpoint(tx, outcome->result, &endpoint);
    is_over = outcome->is_last || !is_success(outcome->result) || tx->now_ms - outcome->turn->began_ms >= WEBHOOK_TURN_MS;
    if ((err = settle_endpoint(tx, settling->rules, &endpoint, is_over ? tx->now_ms : tx->now_ms + settling->rules->lease_ms,
                               &stands)) ||
        (err = note_attempt(tx, outcome)) || (err = change_delivery(tx, settling)))
        return err;
    *settling->goes_on = !is_over && stands;
    if (!stands)
        return PL_OK;
    if (endpoint.state == WEBHOOK_FAILED && (err = disable(tx, settling->rules, &endpoint, outcome->result)))
        return err;
    outcome->turn->endpoint = endpoint;
    return PL_OK;
}

/* Removed meanwhile, or our lease ran out and another thread sends: what we know is of no use to anybody. */
pl_err webhooks_settle_one(store_t *store, const tx_t *about, const webhook_rules_t *rules, const webhook_outcome_t *outcome,
                           bool *goes_on)
{
    settling_t settling = {rules, outcome, goes_on};
    pl_err err = store_write(store, about, work_settle, &settling);

    if (err)
        *goes_on = false;
    return err == PL_ERR_NOT_FOUND || err == PL_ERR_CONFLICT ? PL_OK : err;
}
