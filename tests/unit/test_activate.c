/* SPDX-License-Identifier: Apache-2.0
 *
 * What an activation leaves in the audit when a device that has its seat comes back changed. The verdicts are in test_licensing_device.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "store/audit.h"
#include "support/validator.h"

typedef struct {
    validator *v;
    int count;
    const char *newest; /* its metadata */
} changes;

static pl_err list_changes(void *context, tx_t *tx)
{
    changes *c = context;
    audit_t *entries;
    size_t count;
    pl_err err = audit_list(tx, c->v->made.brand_id, (pl_uuid){{0}}, &entries, &count);

    for (size_t i = 0; !err && i < count; i++)
        if (entries[i].action == AUDIT_REACTIVATED && c->count++ == 0)
            c->newest = entries[i].metadata;
    return err;
}

/* So many changes are recorded, and the newest says this. */
static void expect_changes(validator *v, int count, const char *newest)
{
    changes c = {v, 0, ""};

    assert_int_equal(validator_do(v, list_changes, &c), PL_OK);
    assert_int_equal(c.count, count);
    assert_string_equal(c.newest, newest);
}

static void activate(validator *v, till *t)
{
    validator_advance(v, 1); /* so that the audit has an order */
    assert_int_equal(till_verdict(v, t, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
}

static void a_changed_name_is_recorded_when_it_is_stored(void **state)
{
    validator *v = *state;
    const char *key;
    till t;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    activate(v, &t);
    t.name = "Bar";
    assert_int_equal(till_verdict(v, &t, PL_ACT_VALIDATE), PL_VERDICT_ACTIVE); /* stores nothing of it */
    expect_changes(v, 0, "");
    activate(v, &t);
    expect_changes(v, 1, "{\"changed\":[\"name\"]}");
    activate(v, &t);
    expect_changes(v, 1, "{\"changed\":[\"name\"]}");
}

static void all_that_changes_at_a_time_is_recorded(void **state)
{
    validator *v = *state;
    const char *key;
    till t, anew;

    validator_issue(v, NULL, &key);
    t = till_make(1, key);
    activate(v, &t);
    anew = till_make(2, key);
    memcpy(anew.fingerprint, t.fingerprint, sizeof anew.fingerprint);
    anew.name = "Kitchen";
    activate(v, &anew);
    expect_changes(v, 1, "{\"changed\":[\"device_key\",\"instance\",\"name\"]}");
    memcpy(anew.instance_id, t.instance_id, sizeof anew.instance_id);
    activate(v, &anew);
    expect_changes(v, 2, "{\"changed\":[\"instance\"]}");
    anew.name = NULL; /* not told is not changed */
    activate(v, &anew);
    expect_changes(v, 2, "{\"changed\":[\"instance\"]}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_changed_name_is_recorded_when_it_is_stored),
        TEST(all_that_changes_at_a_time_is_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
