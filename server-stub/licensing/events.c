/* SPDX-License-Identifier: Apache-2.0
 *
 * Recording events.
 */
#include "licensing/events.h"

#include "licensing/event_json.h"
#include "store/activations.h"
#include "store/deliveries.h"
#include "store/webhooks.h"

#include <string.h>

static const int64_t LIFE_MS = (int64_t)EVENT_LIFE_DAYS * 24 * 3600 * 1000;

/* Which row of the audit is which event; action 0: none is, it comes from elsewhere. */
static const struct {
    const char *name;
    audit_action action;
} names[] = {
    {"license.provisioned", AUDIT_LICENSE_ISSUED},
    {"license.activated", (audit_action)0}, /* the first of its devices */
    {"license.renewed", AUDIT_LICENSE_RENEWED},
    {"license.suspended", AUDIT_LICENSE_SUSPENDED},
    {"license.resumed", AUDIT_LICENSE_RESUMED},
    {"license.cancelled", AUDIT_LICENSE_CANCELLED},
    {"license.reactivated", AUDIT_LICENSE_REACTIVATED},
    {"license.changed", AUDIT_LICENSE_CHANGED},
    {"license.transferred", AUDIT_LICENSE_TRANSFERRED},
    {"license.expiring", (audit_action)0}, /* licensing/expiry.c */
    {"license.expired", (audit_action)0},
    {"license.updates_ended", (audit_action)0},
    {"license.check_in_overdue", (audit_action)0},
    {"license.started", AUDIT_LICENSE_STARTED},
    {"license.imported", AUDIT_LICENSE_IMPORTED},
    {"activation.created", AUDIT_ACTIVATED},
    {"activation.taken_back", AUDIT_REACTIVATED},
    {"activation.released", AUDIT_DEACTIVATED},
    {"activation.released", AUDIT_RELEASED},
    {"activation.released", AUDIT_RELEASED_OFFLINE},
    {"activation.released", AUDIT_ACTIVATION_FREED},
    {"activation.clone_suspected", AUDIT_CLONE_SUSPECTED},
    {"session.taken_over", AUDIT_SESSION_TAKEN_OVER},
    {"session.ended", AUDIT_SESSION_ENDED},
    {"usage.forked", AUDIT_USAGE_FORKED},
    {"usage.missing", AUDIT_USAGE_MISSING},
    {"webhook.test", (audit_action)0},
};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

const char *event_name(size_t index)
{
    return index < NAMES ? names[index].name : NULL;
}

bool event_is_name(const char *name)
{
    for (size_t i = 0; i < NAMES; i++)
        if (strcmp(names[i].name, name) == 0)
            return true;
    return false;
}

static const char *name_of(audit_action action)
{
    for (size_t i = 0; i < NAMES; i++)
        if (names[i].action == action)
            return names[i].name;
    return NULL;
}

bool event_is_wanted(const char *events, const char *name)
{
    size_t size = strlen(name);

    for (const char *word = events; *word; word += *word == ' ') {
        size_t length = strcspn(word, " ");

        if ((length == 1 && *word == '*') || (length == size && memcmp(word, name, size) == 0))
            return true;
        word += length;
    }
    return false;
}

static bool is_for(const webhook_t *webhook, const event_t *event)
{
    if (!pl_uuid_is_nil(event->endpoint_id))
        return pl_uuid_equal(webhook->id, event->endpoint_id);
    return webhook->state == WEBHOOK_ON && event_is_wanted(webhook->events, event->type);
}

/* Writes the event once, at the first endpoint that is to hear of it. */
static pl_err write_event(tx_t *tx, const event_t *event, pl_uuid id)
{
    event_row_t row = {.brand_id = event->brand_id, .id = id, .type = event->type, .license_id = event->license_id};
    int64_t number = 0;
    pl_err err;

    if (!pl_uuid_is_nil(event->license_id) && (err = events_count(tx, event->brand_id, event->license_id, &number)))
        return err;
    if ((err = event_write(tx, event, id, number, &row.payload)))
        return err;
    return events_insert(tx, &row);
}

pl_err events_record(tx_t *tx, const event_t *event)
{
    delivery_t delivery = {
        .brand_id = event->brand_id, .due_at_ms = tx->now_ms, .expires_at_ms = tx->now_ms + LIFE_MS, .created_at_ms = tx->now_ms};
    webhook_t *webhooks;
    size_t count;
    pl_err err;

    if (tx->has_no_events)
        return PL_OK;
    err = webhooks_list(tx, event->brand_id, &webhooks, &count);
    for (size_t i = 0; !err && i < count; i++) {
        if (!is_for(&webhooks[i], event))
            continue;
        if (pl_uuid_is_nil(delivery.event_id)) {
            delivery.event_id = store_new_id(tx);
            if ((err = write_event(tx, event, delivery.event_id)))
                return err;
        }
        delivery.id = store_new_id(tx);
        delivery.endpoint_id = webhooks[i].id;
        err = deliveries_insert(tx, &delivery);
    }
    return err;
}

static pl_err record_first(tx_t *tx, const event_t *created)
{
    event_t event = *created;
    bool is_first;
    pl_err err = activations_is_first(tx, event.brand_id, event.license_id, &is_first);

    event.type = "license.activated";
    return err || !is_first ? err : events_record(tx, &event);
}

pl_err events_append(tx_t *tx, const audit_t *entry, pl_uuid license_id)
{
    event_t event = {
        .brand_id = entry->brand_id, .type = name_of(entry->action), .license_id = license_id, .details = entry->metadata};
    pl_err err = audit_append(tx, entry);

    if (!pl_uuid_equal(entry->target, license_id))
        event.target = entry->target;
    if (err || !event.type)
        return err;
    if (entry->action == AUDIT_ACTIVATED && (err = record_first(tx, &event)))
        return err;
    return events_record(tx, &event);
}
