/* SPDX-License-Identifier: Apache-2.0
 *
 * What is read from the shelf and believed, and what happens to the rest.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "client/holding.h"
#include "support/fault_fs.h"
#include "support/shop.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    shop *s;
    pl_roots roots;
    pl_fingerprint device;
    pl_shelf shelf;
    pl_holding *holding;
} desk;

static void open_desk(desk *d, shop *s)
{
    memset(d, 0, sizeof *d);
    d->s = s;
    assert_int_equal(pl_roots_parse(pl_span_text(s->validator.roots_json), &d->roots), PL_OK);
    assert_int_equal(pl_fs_system()->make_directory(NULL, s->data), PL_OK);
    pl_shelf_init(&d->shelf, s->fs ? s->fs : pl_fs_system(), s->data, false);
}

static void load(desk *d)
{
    pl_judge judge = {&d->roots, FAKE_PRODUCT, &d->device, NULL};

    pl_holding_drop(d->holding);
    assert_int_equal(pl_holding_load(&d->shelf, &judge, NULL, &d->holding), PL_OK);
}

static void close_desk(desk *d)
{
    pl_holding_drop(d->holding);
    pl_shelf_reset(&d->shelf);
}

static void put_file(desk *d, const char *name, const fake_file *file)
{
    pl_buf text;

    pl_buf_init(&text);
    fake_validator_file(&d->s->validator, file, &text);
    shop_write_file(d->s, name, pl_buf_span(&text));
    pl_buf_reset(&text);
}

static void an_empty_place_holds_nothing(void **state)
{
    desk d;

    open_desk(&d, *state);
    load(&d);
    assert_int_equal(d.holding->count, 0);
    assert_int_equal(d.holding->refused, 0);
    assert_false(d.holding->trust.has_keyset);
    close_desk(&d);
}

static void documents_are_judged_for_product_and_device(void **state)
{
    static const char other[] = "fp1:m=AAAAAAAAAAAAAAAAAAAAAA,f=AAAAAAAAAAAAAAAAAAAAAQ";
    desk d;

    open_desk(&d, *state);
    put_file(&d, "license-000000000000000a", &(fake_file){0});
    put_file(&d, "license-000000000000000b", &(fake_file){.product = "kitchen"});
    put_file(&d, "license-000000000000000c", &(fake_file){.fingerprint = other});
    load(&d);
    assert_int_equal(d.holding->count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(d.holding->held[i].is_other_product == (strcmp(d.holding->names[i], "license-000000000000000b") == 0));
        assert_int_equal(d.holding->held[i].source, PL_SOURCE_LICENSE_FILE);
        if (strcmp(d.holding->names[i], "license-000000000000000c") == 0)
            assert_true(d.holding->held[i].is_other_device);
    }
    close_desk(&d);
}

static void what_is_not_believed_is_counted_named_and_set_aside(void **state)
{
    shop *s = *state;
    desk d;

    open_desk(&d, s);
    put_file(&d, "license-000000000000000a", &(fake_file){0});
    put_file(&d, "lease", &(fake_file){0}); /* a license is no answer */
    shop_write_file(s, "license-000000000000000b", pl_span_text("garbage"));
    load(&d);
    assert_int_equal(d.holding->count, 1);
    assert_int_equal(d.holding->refused, 2);
    assert_non_null(strstr(d.holding->refusal, "license-000000000000000b"));
    assert_true(shop_has_file(s, "lease.bad") && shop_has_file(s, "license-000000000000000b.bad"));
    load(&d);
    assert_int_equal(d.holding->refused, 0);
    close_desk(&d);
}

static void a_document_by_a_key_unknown_yet_stays_where_it_is(void **state)
{
    shop *s = *state;
    desk d;
    pl_buf keyset;

    open_desk(&d, s);
    put_file(&d, "license-000000000000000a", &(fake_file){.is_without_keyset = true});
    load(&d);
    assert_int_equal(d.holding->count, 0);
    assert_int_equal(d.holding->refused, 1);
    pl_buf_init(&keyset);
    fake_validator_keyset(&s->validator, &keyset);
    shop_write_file(s, "keyset", pl_buf_span(&keyset));
    load(&d);
    assert_int_equal(d.holding->count, 1);
    pl_buf_reset(&keyset);
    close_desk(&d);
}

static void there_is_room_for_so_many_and_no_more(void **state)
{
    char name[PL_DOCUMENT_NAME_MAX];
    desk d;

    open_desk(&d, *state);
    for (int i = 0; i < PL_HELD_MAX + 3; i++) {
        (void)snprintf(name, sizeof name, "license-%016x", (unsigned)i);
        put_file(&d, name, &(fake_file){0});
    }
    load(&d);
    assert_int_equal(d.holding->count, PL_HELD_MAX);
    close_desk(&d);
}

static void a_disk_that_fails_to_read_leaves_the_holding_incomplete_not_wrong(void **state)
{
    shop *s = *state;
    fault_fs *disk = fault_fs_new();
    bool was_incomplete = false;
    desk d;

    open_desk(&d, s);
    put_file(&d, "license-000000000000000a", &(fake_file){0});
    d.shelf.disk.fs = fault_fs_table(disk);
    for (size_t n = 1;; n++) {
        fault_fs_restart_count(disk);
        fault_fs_fail_at(disk, n, PL_ERR_IO);
        load(&d);
        assert_true(d.holding->count == 1 || d.holding->is_incomplete);
        assert_int_equal(shop_count_files(s, ".bad"), 0);
        was_incomplete = was_incomplete || d.holding->is_incomplete;
        if (fault_fs_calls(disk) < n)
            break;
    }
    assert_true(was_incomplete);
    close_desk(&d);
    fault_fs_free(disk);
}

static void a_snapshot_keeps_the_holding_alive(void **state)
{
    desk d;
    pl_holding *kept;

    open_desk(&d, *state);
    put_file(&d, "license-000000000000000a", &(fake_file){0});
    load(&d);
    kept = pl_holding_keep(d.holding);
    close_desk(&d);
    assert_string_equal(kept->claims[0].plan, "pro");
    pl_holding_drop(kept);
    assert_null(pl_holding_keep(NULL));
    pl_holding_drop(NULL);
}

static void names_differ_by_license_and_by_kind(void **state)
{
    char a[PL_DOCUMENT_NAME_MAX], b[PL_DOCUMENT_NAME_MAX], c[PL_DOCUMENT_NAME_MAX];

    (void)state;
    pl_document_name(PL_DOCUMENT_LICENSE_PREFIX, "one", a);
    pl_document_name(PL_DOCUMENT_LICENSE_PREFIX, "two", b);
    pl_document_name(PL_DOCUMENT_DENIAL_PREFIX, "one", c);
    assert_string_not_equal(a, b);
    assert_int_equal(strlen(a), strlen("license-") + 16);
    assert_string_equal(a + strlen("license-"), c + strlen("denial-"));
    assert_int_equal(strncmp(c, "denial-", 7), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_empty_place_holds_nothing),
        CASE(documents_are_judged_for_product_and_device),
        CASE(what_is_not_believed_is_counted_named_and_set_aside),
        CASE(a_document_by_a_key_unknown_yet_stays_where_it_is),
        CASE(there_is_room_for_so_many_and_no_more),
        CASE(a_disk_that_fails_to_read_leaves_the_holding_incomplete_not_wrong),
        CASE(a_snapshot_keeps_the_holding_alive),
        CASE(names_differ_by_license_and_by_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
