/* SPDX-License-Identifier: Apache-2.0
 *
 * customer.subscription.*: how a subscription stands, as the provider has it.
 */
#include "billing/effects.h"

#include <string.h>

#include "billing/attention.h"
#include "billing/letters.h"
#include "billing/purchase.h"
#include "billing/standing.h"

/* One that is not known: its purchase is told by another event, which brings all of this along. */
static pl_err ignore(effect_t *effect)
{
    effect->result.outcome = "not known";
    return PL_OK;
}

static pl_err note(tx_t *tx, const purchase_t *changed, bool has_ended)
{
    const subscription_t *row = &changed->row;
    const audit_t entry = {
        .brand_id = row->brand_id,
        .action = has_ended ? AUDIT_SUBSCRIPTION_ENDED : AUDIT_SUBSCRIPTION_CHANGED,
        .target = row->license_id,
    };
    const billing_word_t words[] = {{"subscription", row->provider_subscription},
                                    {"ends_with_period", row->ends_with_period ? "true" : "false"}};

    return billing_audit(tx, &entry, words, sizeof(words) / sizeof(words[0]));
}

/* A cancellation is told when it is decided and when it has come; that it is taken back, too. */
static pl_err tell(tx_t *tx, effect_t *effect, const purchase_t *changed, const subscription_t *was)
{
    const subscription_t *row = &changed->row;
    bool has_ended = row->state == SUBSCRIPTION_CANCELLED && was->state != SUBSCRIPTION_CANCELLED;
    bool is_announced = row->ends_with_period && !was->ends_with_period && row->state != SUBSCRIPTION_CANCELLED;
    bool is_reversed = !row->ends_with_period && was->ends_with_period && terms_are_live(row);
    notice_t letter = {
        .template = MAIL_SUBSCRIPTION_CANCELLED,
        .occasion = pl_arena_format(tx->arena, "%s:%s", row->provider_subscription, has_ended ? "ended" : effect->event.id),
        .ends_at_ms = has_ended ? tx->now_ms : row->period_end_ms};

    if (!has_ended && !is_announced && !is_reversed)
        return PL_OK;
    effect->result.is_cancellation_told = !is_reversed;
    effect->result.is_reversal_told = is_reversed;
    effect->result.outcome = has_ended ? "ended" : is_announced ? "will end" : "goes on";
    if (is_reversed)
        letter.template = MAIL_CANCELLATION_REVERSED;
    return letter_order(tx, &effect->scope, changed, &letter, NULL);
}

/* Of one that is beside, or that another one took the place of, the customer is told nothing: her license goes on. */
static pl_err follow(tx_t *tx, effect_t *effect, purchase_t *changed, const subscription_t *was)
{
    const standing_order_t standing = {effect->scope.keyring, false};
    subscription_t current;
    bool is_other;
    pl_err err;

    if ((err = subscriptions_change(tx, &changed->row)) ||
        (err = note(tx, changed, changed->row.state == SUBSCRIPTION_CANCELLED)) ||
        (err = standing_apply(tx, &standing, &changed->view.license, &current, &is_other)))
        return err;
    if (!was->is_beside && pl_uuid_equal(current.id, was->id))
        return tell(tx, effect, changed, was);
    effect->result.outcome = "other subscription";
    return PL_OK;
}

/* What is_begin says stands behind everything else of its second: it is what came before. */
static pl_err take(tx_t *tx, effect_t *effect, bool is_begin)
{
    stripe_subscription_t told;
    subscription_t was;
    purchase_t changed;
    news_age age;
    pl_err err = stripe_read_subscription(effect->event.object, &told);

    if (err)
        return err;
    if ((err = purchase_find(tx, &effect->scope, told.id, &changed)))
        return err == PL_ERR_NOT_FOUND ? ignore(effect) : err;
    effect->result.customer_id = changed.row.customer_id;
    effect->result.outcome = "changed";
    age = terms_age(&changed.row, effect->event.created_at_ms);
    if (age == NEWS_OLDER || (age == NEWS_SAME && is_begin) ||
        (changed.row.state == SUBSCRIPTION_CANCELLED && terms_state(told.status) != SUBSCRIPTION_CANCELLED)) {
        effect->result.outcome = "older";
        return PL_OK;
    }
    was = changed.row;
    terms_take(&changed.row, &told);
    if (strcmp(effect->event.type, "customer.subscription.deleted") == 0) {
        changed.row.state = SUBSCRIPTION_CANCELLED;
        changed.row.next_billing_at_ms = 0;
    }
    changed.row.told_at_ms = effect->event.created_at_ms;
    if (age == NEWS_SAME)
        changed.row.compared_at_ms = 0;
    return follow(tx, effect, &changed, &was);
}

pl_err act_subscription(tx_t *tx, effect_t *effect)
{
    return take(tx, effect, false);
}

pl_err act_subscription_begun(tx_t *tx, effect_t *effect)
{
    return take(tx, effect, true);
}

pl_err act_trial_ending(tx_t *tx, effect_t *effect)
{
    stripe_subscription_t told;
    purchase_t about;
    notice_t letter = {.template = MAIL_TRIAL_ENDING};
    pl_err err = stripe_read_subscription(effect->event.object, &told);

    if (err)
        return err;
    if ((err = purchase_find(tx, &effect->scope, told.id, &about)))
        return err == PL_ERR_NOT_FOUND ? ignore(effect) : err;
    effect->result.customer_id = about.row.customer_id;
    effect->result.outcome = "trial ending";
    letter.occasion = told.id;
    letter.ends_at_ms = told.trial_end_ms ? told.trial_end_ms : told.period_end_ms;
    return letter_order(tx, &effect->scope, &about, &letter, NULL);
}
