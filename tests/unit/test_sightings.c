/* SPDX-License-Identifier: Apache-2.0 */
#include "licensing/sightings.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "store/audit.h"
#include "support/validator.h"

typedef struct {
    sightings_t *sightings;
    outcome_t outcome;
    int64_t validated_at_ms;
    int notes;
} job;

static pl_err flush(void *context, tx_t *tx)
{
    job *j = context;

    return sightings_flush(j->sightings, tx);
}

static pl_err read_back(void *context, tx_t *tx)
{
    job *j = context;
    activation_t activation;
    pl_err err = activations_find(tx, j->outcome.activation.brand_id, j->outcome.activation.license_id, j->outcome.activation.id,
                                  &activation);

    j->validated_at_ms = activation.validated_at_ms;
    return err;
}

static void what_was_seen_is_written_in_one_flush_and_never_set_back(void **state)
{
    static validator v;
    device_call_t call;
    const char *key;
    job j = {.sightings = sightings_new()};
    till t;

    (void)state;
    validator_open(&v);
    validator_issue(&v, NULL, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(&v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    validator_advance(&v, 120);
    assert_int_equal(till_call(&v, &t, PL_ACT_VALIDATE, &call, &j.outcome), PL_OK);
    assert_true(sightings_is_empty(j.sightings));
    sightings_note(j.sightings, &j.outcome);
    j.outcome.decided_at_ms -= 60000; /* an older one that comes in late */
    sightings_note(j.sightings, &j.outcome);
    assert_false(sightings_is_empty(j.sightings));
    assert_int_equal(validator_do(&v, flush, &j), PL_OK);
    assert_true(sightings_is_empty(j.sightings));
    assert_int_equal(validator_do(&v, read_back, &j), PL_OK);
    assert_int_equal(j.validated_at_ms, VALIDATOR_NOW_MS + 120000);
    j.outcome.is_sighting = false;
    sightings_note(j.sightings, &j.outcome);
    assert_true(sightings_is_empty(j.sightings));
    sightings_free(j.sightings);
    validator_close(&v);
}

static pl_err count_notes(void *context, tx_t *tx)
{
    job *j = context;
    audit_t *entries;
    size_t count;
    pl_err err = audit_list(tx, j->outcome.activation.brand_id, (pl_uuid){{0}}, &entries, &count);

    j->notes = 0;
    for (size_t i = 0; !err && i < count; i++)
        if (entries[i].action == AUDIT_OTHER_INSTANCE && pl_uuid_equal(entries[i].target, j->outcome.activation.id))
            j->notes++;
    return err;
}

/* The validator hears of it from that till a minute later. */
static void see(validator *v, job *j, const till *t)
{
    device_call_t call;

    validator_advance(v, 61);
    assert_int_equal(till_call(v, t, PL_ACT_VALIDATE, &call, &j->outcome), PL_OK);
    assert_int_equal(j->outcome.verdict, PL_VERDICT_ACTIVE);
    sightings_note(j->sightings, &j->outcome);
    assert_int_equal(validator_do(v, flush, j), PL_OK);
    assert_int_equal(validator_do(v, count_notes, j), PL_OK);
}

static void two_installations_on_hardware_that_is_alike_are_noted_in_turn(void **state)
{
    static validator v;
    job j = {.sightings = sightings_new()};
    const char *key;
    till t, twin;

    (void)state;
    validator_open(&v);
    validator_issue(&v, NULL, &key);
    t = till_make(1, key);
    assert_int_equal(till_verdict(&v, &t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    see(&v, &j, &t);
    assert_int_equal(j.notes, 0);
    twin = t;
    memcpy(twin.instance_id, "018f4c1e-0000-7000-8000-00000000aa01", PL_UUID_TEXT_SIZE);
    for (int i = 0; i < 2; i++) {
        see(&v, &j, &twin);
        assert_int_equal(j.notes, 2 * i + 1);
        see(&v, &j, &twin); /* nothing new */
        see(&v, &j, &t);
        assert_int_equal(j.notes, 2 * i + 2);
    }
    memcpy(twin.instance_id, "00000000-0000-0000-0000-000000000000", PL_UUID_TEXT_SIZE); /* not told */
    see(&v, &j, &twin);
    assert_int_equal(j.notes, 4);
    sightings_free(j.sightings);
    validator_close(&v);
}

static void more_than_there_is_room_for_is_dropped(void **state)
{
    const outcome_t outcome = {.is_sighting = true};
    sightings_t *sightings = sightings_new();

    (void)state;
    for (int i = 0; i < SIGHTINGS_MAX + 10; i++)
        sightings_note(sightings, &outcome);
    assert_false(sightings_is_empty(sightings));
    sightings_free(sightings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_seen_is_written_in_one_flush_and_never_set_back),
        cmocka_unit_test(two_installations_on_hardware_that_is_alike_are_noted_in_turn),
        cmocka_unit_test(more_than_there_is_room_for_is_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
