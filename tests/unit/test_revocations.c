/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/licensing/revocations.c, server-stub/store/revocations.c
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "licensing/revocations.h"
#include "licensing/answer.h"
#include "support/validator.h"
#include "token/revocations_json.h"
#include "wire/device_reply.h"

enum { DAY_S = 86400 };

typedef struct {
    validator *v;
    revocations_view_t view;
} publishing;

static pl_err publish(void *context, tx_t *tx)
{
    publishing *p = context;

    return revocations_publish(tx, validator_keyring(p->v), p->v->made.brand_id, &p->view);
}

static pl_err refresh(void *context, tx_t *tx)
{
    return keys_refresh(context, tx);
}

/* The list as a till would verify it. */
static pl_revocations published(validator *v)
{
    publishing p = {.v = v};
    pl_revocations list;
    pl_jws jws;

    assert_int_equal(validator_do(v, publish, &p), PL_OK);
    assert_int_equal(validator_do(v, refresh, instance_keys(v->instance)), PL_OK);
    assert_int_equal(pl_keyset_verify_document(&keyring_find_brand(validator_keyring(v), v->made.brand_id)->keyset, &v->arena,
                                               PL_DOC_REVOCATIONS, pl_span_text(p.view.token), &jws),
                     PL_OK);
    assert_int_equal(pl_revocations_read(&v->arena, &jws, &list), PL_OK);
    assert_int_equal(list.sequence, p.view.list.sequence);
    return list;
}

typedef struct {
    license_t license;
    pl_uuid activation_id;
} taking;

static pl_err take_away(void *context, tx_t *tx)
{
    const taking *t = context;

    return admin_activation_release(tx, &t->license, t->activation_id);
}

static void cancelled_licenses_and_seats_that_were_taken_away_are_named(void **state)
{
    license_view_t cancelled, other;
    char id[PL_UUID_TEXT_SIZE];
    pl_revocations list;
    const char *key;
    taking t;
    validator v;
    till tills[2];

    (void)state;
    validator_open(&v);
    list = published(&v);
    assert_int_equal(list.sequence, 1);
    assert_int_equal(list.licenses.count + list.devices.count + list.keys.count, 0);
    cancelled = validator_issue(&v, NULL, &key);
    validator_change(&v, cancelled.license.id, LICENSE_CANCEL, PL_REASON_NONE);
    other = validator_issue(&v, NULL, &key);
    for (int i = 0; i < 2; i++) {
        tills[i] = till_make(i + 1, key);
        assert_int_equal(till_verdict(&v, &tills[i], PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    }
    t.license = other.license;
    assert_int_equal(pl_uuid_parse(pl_span_text(tills[0].activation_id), &t.activation_id), PL_OK);
    assert_int_equal(validator_do(&v, take_away, &t), PL_OK);
    assert_int_equal(till_verdict(&v, &tills[1], PL_ACT_DEACTIVATE), PL_VERDICT_RELEASED); /* by itself: nothing to revoke */
    list = published(&v);
    assert_int_equal(list.sequence, 2);
    pl_uuid_format(cancelled.license.id, id);
    assert_int_equal(list.licenses.count, 1);
    assert_true(pl_revoked_names_have(&list.licenses, id));
    assert_int_equal(list.devices.count, 1);
    assert_true(pl_revoked_names_have(&list.devices, tills[0].activation_id));
    validator_close(&v);
}

static void the_sequence_rises_with_what_is_named_and_not_with_time(void **state)
{
    license_view_t view;
    pl_revocations first, second;
    const char *key;
    validator v;

    (void)state;
    validator_open(&v);
    view = validator_issue(&v, NULL, &key);
    first = published(&v);
    validator_advance(&v, DAY_S);
    second = published(&v);
    assert_int_equal(pl_revocations_compare(&first, &second), 0); /* the same document */
    validator_advance(&v, 40 * DAY_S);
    second = published(&v);
    assert_int_equal(second.sequence, first.sequence);
    assert_true(pl_revocations_compare(&first, &second) < 0); /* signed anew, for its end came near */
    validator_change(&v, view.license.id, LICENSE_SUSPEND, PL_REASON_NONE);
    assert_int_equal(published(&v).sequence, first.sequence);
    validator_change(&v, view.license.id, LICENSE_CANCEL, PL_REASON_NONE);
    assert_int_equal(published(&v).sequence, first.sequence + 1);
    validator_close(&v);
}

static void what_no_document_could_use_any_more_is_left_out(void **state)
{
    license_order_t order = {.expires_at_ms = VALIDATOR_NOW_MS + INT64_C(10) * DAY_S * 1000};
    license_view_t view;
    const char *key;
    validator v;
    taking t;
    till a;

    (void)state;
    validator_open(&v);
    view = validator_issue(&v, &order, &key);
    a = till_make(1, key);
    assert_int_equal(till_verdict(&v, &a, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    t.license = view.license;
    assert_int_equal(pl_uuid_parse(pl_span_text(a.activation_id), &t.activation_id), PL_OK);
    assert_int_equal(validator_do(&v, take_away, &t), PL_OK);
    validator_change(&v, view.license.id, LICENSE_CANCEL, PL_REASON_NONE);
    assert_int_equal(published(&v).licenses.count, 1);
    validator_advance(&v, 11 * DAY_S);
    assert_int_equal(published(&v).licenses.count, 0); /* its end is past */
    assert_int_equal(published(&v).devices.count, 1);
    validator_advance(&v, 367 * DAY_S);
    validator_reopen(&v);
    assert_int_equal(published(&v).devices.count, 0); /* no lease lasts so long */
    validator_close(&v);
}

enum { CROWD = PL_REVOCATIONS_NAMES_MAX + 10 };

typedef struct {
    license_t like;
    pl_uuid first; /* of the crowd */
} crowding;

/* Cancelled licenses without end, one after the other. */
static pl_err cancel_many(void *context, tx_t *tx)
{
    crowding *c = context;
    tx_t later = *tx;
    pl_err err = PL_OK;

    for (int i = 0; !err && i < CROWD; i++) {
        license_t license = c->like;

        license.id = store_new_id(tx);
        memcpy(license.key_hash, license.id.bytes, sizeof license.key_hash);
        license.status = LICENSE_ACTIVE;
        if (i == 0)
            c->first = license.id;
        if ((err = licenses_insert(tx, &license)))
            break;
        license.status = LICENSE_CANCELLED;
        later.now_ms = tx->now_ms + (i == 0 ? CROWD : i); /* the one that was issued first is cancelled last */
        err = licenses_change(&later, &license);
    }
    return err;
}

static pl_err cancel_many_unchecked(validator *v, crowding *c)
{
    pl_err err;

    validator_check_references(v, false);
    err = validator_do(v, cancel_many, c);
    validator_check_references(v, true);
    return err;
}

static void a_full_list_has_the_latest_of_both_kinds_and_says_what_it_lacks(void **state)
{
    char text[PL_UUID_TEXT_SIZE];
    pl_revocations list;
    const char *key;
    validator v;
    publishing p = {.v = &v};
    crowding c;
    taking t;
    till device;

    (void)state;
    validator_open(&v);
    c.like = t.license = validator_issue(&v, NULL, &key).license;
    device = till_make(1, key);
    assert_int_equal(till_verdict(&v, &device, PL_ACT_ACTIVATE), PL_VERDICT_ACTIVE);
    assert_int_equal(pl_uuid_parse(pl_span_text(device.activation_id), &t.activation_id), PL_OK);
    assert_int_equal(validator_do(&v, take_away, &t), PL_OK);
    assert_int_equal(cancel_many_unchecked(&v, &c), PL_OK);
    list = published(&v);
    assert_int_equal(list.devices.count, 1); /* the till that was stolen */
    assert_string_equal(list.devices.names[0], device.activation_id);
    assert_int_equal(list.licenses.count, PL_REVOCATIONS_NAMES_MAX - 1);
    pl_uuid_format(c.first, text);
    assert_string_equal(list.licenses.names[0], text);
    assert_int_equal(validator_do(&v, publish, &p), PL_OK);
    assert_true(p.view.is_full);
    assert_int_equal(p.view.licenses_left_out, CROWD - (PL_REVOCATIONS_NAMES_MAX - 1));
    assert_int_equal(p.view.devices_left_out, 0);
    validator_close(&v);
}

static void the_keyset_route_carries_the_list_that_was_signed_last(void **state)
{
    pl_device_reply reply;
    validator v;
    pl_buf body;

    (void)state;
    validator_open(&v);
    pl_buf_init(&body);
    assert_int_equal(answer_keyset(validator_keyring(&v), v.roots.keys[0].kid, &body), PL_OK);
    assert_int_equal(pl_device_reply_read(&v.arena, pl_buf_span(&body), &reply), PL_OK);
    assert_int_equal(reply.revocations.size, 0);
    (void)published(&v);
    pl_buf_clear(&body);
    assert_int_equal(answer_keyset(validator_keyring(&v), v.roots.keys[0].kid, &body), PL_OK);
    assert_int_equal(pl_device_reply_read(&v.arena, pl_buf_span(&body), &reply), PL_OK);
    assert_true(reply.revocations.size > 0 && reply.keyset.size > 0);
    pl_buf_reset(&body);
    validator_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cancelled_licenses_and_seats_that_were_taken_away_are_named),
        cmocka_unit_test(the_sequence_rises_with_what_is_named_and_not_with_time),
        cmocka_unit_test(what_no_document_could_use_any_more_is_left_out),
        cmocka_unit_test(a_full_list_has_the_latest_of_both_kinds_and_says_what_it_lacks),
        cmocka_unit_test(the_keyset_route_carries_the_list_that_was_signed_last),
    };

    return cmocka_run_group_tests_name("revocations", tests, NULL, NULL);
}
