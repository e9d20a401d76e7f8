/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of copies: machines from one disk image, hardware that is alike, a copied data directory, a restored snapshot, a license file on
 * a second device. What the library says on each machine, and what a real validator writes into its audit.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/licensing_line.h"
#include "support/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/identity.h"

typedef struct {
    shop s;
    licensing_line line;
    license_view_t sold;
    const char *key;
} scene;

static int setup(void **state)
{
    scene *c = calloc(1, sizeof *c);

    if (!c)
        return -1;
    shop_open(&c->s);
    licensing_line_open(&c->line, &c->s.clock);
    c->sold = validator_issue(&c->line.v, NULL, &c->key); /* two seats */
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    scene *c = *state;

    licensing_line_close(&c->line);
    shop_close(&c->s);
    free(c);
    return 0;
}

/* ---- machines ---- */

/* The program on the machine at hand, with that data directory; asks only when told. End with shop_close_held. */
static pospal_client *start(scene *c, const char *data)
{
    pospal_options *options;
    pospal_client *client = NULL;

    (void)snprintf(c->s.data, sizeof c->s.data, "%s/%s", c->s.root, data);
    options = shop_options(&c->s);
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, c->line.v.made.root_public_jwks);
    pospal_options_set_transport(options, licensing_line_exchange, &c->line);
    assert_int_equal(pospal_client_open(options, &client), POSPAL_OK);
    pospal_options_free(options);
    shop_hold_worker(client);
    return client;
}

static void copy(scene *c, const char *from, const char *to)
{
    char source[SHOP_PATH_SIZE], target[SHOP_PATH_SIZE];

    (void)snprintf(source, sizeof source, "%s/%s", c->s.root, from);
    (void)snprintf(target, sizeof target, "%s/%s", c->s.root, to);
    shop_copy_data(source, target);
}

/* Activates, and closes again: the activation. */
static void activate(scene *c, const char *data, char activation[PL_UUID_TEXT_SIZE])
{
    pospal_client *client = start(c, data);
    pospal_license *license = NULL;

    assert_int_equal(pospal_client_activate(client, c->key, &license), POSPAL_OK);
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_ACTIVE);
    if (activation)
        (void)snprintf(activation, PL_UUID_TEXT_SIZE, "%s", pospal_license_field(license, POSPAL_FIELD_ACTIVATION_ID));
    pospal_license_free(license);
    shop_close_held(client);
}

/* A check some minutes later; what the server writes in the background is written. */
static pospal_status_t ask(scene *c, const char *data)
{
    pospal_client *client;
    pospal_status_t status;

    shop_pass(&c->s, 2 * MINUTE_S);
    client = start(c, data);
    status = shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    shop_close_held(client);
    licensing_line_flush(&c->line);
    return status;
}

static pospal_status_t look(scene *c, const char *data)
{
    pospal_client *client = start(c, data);
    pospal_status_t status = shop_status(client);

    shop_close_held(client);
    return status;
}

static void get_instance(scene *c, const char *data, pl_uuid *instance)
{
    pospal_client *client = start(c, data);
    pl_identity identity;

    assert_int_equal(pl_identity_get(client, &identity), PL_OK);
    *instance = identity.instance_id;
    shop_close_held(client);
}

static void expect_audit(scene *c, audit_action action, size_t rows, const char *part_of_newest)
{
    const char *metadata;

    if (licensing_line_audited(&c->line, action, &metadata) != rows)
        fail_msg("not %zu rows of %s", rows, audit_action_text(action));
    if (!strstr(metadata, part_of_newest))
        fail_msg("no %s in the newest row of %s: %s", part_of_newest, audit_action_text(action), metadata);
}

static void expect_nothing_noted(scene *c)
{
    expect_audit(c, AUDIT_REACTIVATED, 0, "");
    expect_audit(c, AUDIT_CLONE_SUSPECTED, 0, "");
    expect_audit(c, AUDIT_OTHER_INSTANCE, 0, "");
}

/* ---- one image ---- */

static const machine THIRD = {"22b2c3d4e5f60718293a4b5c6d7e8f91", "2b2c3d4e-5f60-4182-93a4-b5c6d7e8f902", "BRD-55-0001", "ST-ZX9",
                              "3c:ec:ef:77:66:55"};

static void two_machines_from_one_image_become_two_devices_and_the_copy_is_noted(void **state)
{
    scene *c = *state;
    char original[PL_UUID_TEXT_SIZE];
    pl_uuid first, second;
    pospal_client *client;

    activate(c, "till", original);
    get_instance(c, "till", &first);
    copy(c, "till", "image");
    shop_set_machine(&c->s, &MACHINE_A_CLONE);
    client = start(c, "image");
    assert_int_equal(shop_status(client), POSPAL_STATUS_WRONG_DEVICE);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_ACTIVE); /* by itself */
    shop_close_held(client);
    expect_audit(c, AUDIT_ACTIVATED, 2, "");
    expect_audit(c, AUDIT_CLONE_SUSPECTED, 1, original);
    get_instance(c, "image", &second);
    assert_false(pl_uuid_equal(first, second));
    assert_int_equal(ask(c, "image"), POSPAL_STATUS_ACTIVE);
    shop_set_machine(&c->s, &MACHINE_A);
    assert_int_equal(ask(c, "till"), POSPAL_STATUS_ACTIVE); /* the original goes on */
    expect_audit(c, AUDIT_CLONE_SUSPECTED, 1, original);
    expect_audit(c, AUDIT_OTHER_INSTANCE, 0, "");
}

static void an_image_on_more_machines_than_seats_opens_none_of_them(void **state)
{
    scene *c = *state;
    pospal_client *client;

    activate(c, "till", NULL);
    copy(c, "till", "image");
    shop_set_machine(&c->s, &THIRD);
    activate(c, "second", NULL);
    shop_set_machine(&c->s, &MACHINE_A_CLONE);
    client = start(c, "image");
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_NO_SEAT);
    shop_close_held(client);
    expect_audit(c, AUDIT_ACTIVATED, 2, "");
}

static void a_second_machine_that_was_set_up_by_itself_is_not_suspected(void **state)
{
    scene *c = *state;

    activate(c, "till", NULL);
    shop_set_machine(&c->s, &MACHINE_B);
    activate(c, "second", NULL);
    assert_int_equal(ask(c, "second"), POSPAL_STATUS_ACTIVE);
    shop_set_machine(&c->s, &MACHINE_A);
    assert_int_equal(ask(c, "till"), POSPAL_STATUS_ACTIVE);
    expect_audit(c, AUDIT_ACTIVATED, 2, "");
    expect_nothing_noted(c);
}

/* ---- equal hardware ---- */

static void machines_that_are_alike_are_one_device_whose_instances_change_in_the_audit(void **state)
{
    scene *c = *state;
    char first[PL_UUID_TEXT_SIZE], second[PL_UUID_TEXT_SIZE];

    activate(c, "till", first);
    activate(c, "twin", second); /* installed by itself, on hardware that says the same of itself */
    assert_string_equal(first, second);
    expect_audit(c, AUDIT_ACTIVATED, 1, "");
    expect_audit(c, AUDIT_REACTIVATED, 1, "[\"device_key\",\"instance\"]");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(ask(c, "till"), POSPAL_STATUS_ACTIVE);
        expect_audit(c, AUDIT_OTHER_INSTANCE, 2 * i + 1, "");
        assert_int_equal(ask(c, "till"), POSPAL_STATUS_ACTIVE);
        assert_int_equal(ask(c, "twin"), POSPAL_STATUS_ACTIVE);
        expect_audit(c, AUDIT_OTHER_INSTANCE, 2 * i + 2, "");
    }
}

static void a_system_installed_anew_is_one_change_and_no_suspicion(void **state)
{
    scene *c = *state;

    activate(c, "till", NULL);
    activate(c, "anew", NULL);
    assert_int_equal(ask(c, "anew"), POSPAL_STATUS_ACTIVE);
    assert_int_equal(ask(c, "anew"), POSPAL_STATUS_ACTIVE);
    expect_audit(c, AUDIT_REACTIVATED, 1, "instance");
    expect_audit(c, AUDIT_CLONE_SUSPECTED, 0, "");
    expect_audit(c, AUDIT_OTHER_INSTANCE, 0, "");
}

/* ---- a copied directory ---- */

static void a_copied_directory_opens_nothing_and_its_vault_stays(void **state)
{
    scene *c = *state;
    char original[PL_UUID_TEXT_SIZE];
    unsigned exchanges;
    pospal_client *client;

    activate(c, "till", original);
    copy(c, "till", "stolen");
    shop_set_machine(&c->s, &MACHINE_B);
    client = start(c, "stolen");
    exchanges = c->line.exchanges;
    assert_int_equal(shop_status(client), POSPAL_STATUS_WRONG_DEVICE);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_ERROR_NO_LICENSE_KEY); /* the key did not come along */
    assert_int_equal(c->line.exchanges, exchanges);
    assert_int_equal(shop_count_files(&c->s, ".bad"), 0);
    assert_int_equal(pospal_client_activate(client, c->key, NULL), POSPAL_OK); /* who knows it anyway takes a seat of his own */
    shop_close_held(client);
    expect_audit(c, AUDIT_ACTIVATED, 2, "");
    expect_audit(c, AUDIT_CLONE_SUSPECTED, 1, original);
}

static void a_directory_that_moved_after_its_seat_was_given_back_is_not_suspected(void **state)
{
    scene *c = *state;
    pospal_client *client;

    activate(c, "till", NULL);
    copy(c, "till", "moved");
    client = start(c, "till");
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    shop_close_held(client);
    shop_set_machine(&c->s, &MACHINE_B);
    activate(c, "moved", NULL);
    expect_nothing_noted(c);
}

/* ---- a snapshot ---- */

static void a_restored_snapshot_holds_its_own_lease_and_hears_the_denial_again(void **state)
{
    scene *c = *state;
    pospal_client *client;

    activate(c, "till", NULL);
    copy(c, "till", "snapshot");
    shop_pass(&c->s, DAY_S);
    validator_change(&c->line.v, c->sold.license.id, LICENSE_SUSPEND, PL_REASON_PAYMENT_FAILED);
    assert_int_equal(ask(c, "till"), POSPAL_STATUS_SUSPENDED);
    assert_int_equal(look(c, "till"), POSPAL_STATUS_SUSPENDED);
    copy(c, "snapshot", "restored");
    c->line.is_cut = true;
    assert_int_equal(look(c, "restored"), POSPAL_STATUS_ACTIVE); /* what it held, and no longer than that */
    shop_pass(&c->s, 3 * DAY_S);
    assert_int_equal(look(c, "restored"), POSPAL_STATUS_GRACE);
    shop_pass(&c->s, 10 * DAY_S);
    assert_int_equal(look(c, "restored"), POSPAL_STATUS_STALE);
    copy(c, "snapshot", "again");
    c->line.is_cut = false;
    client = start(c, "again");
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_SUSPENDED);
    shop_close_held(client);
    licensing_line_flush(&c->line);
    expect_audit(c, AUDIT_ACTIVATED, 1, "");
    expect_nothing_noted(c); /* the same device, as it was: nothing tells it from itself */
}

static void a_snapshot_from_before_the_activation_gets_the_seat_back_and_is_noted(void **state)
{
    scene *c = *state;
    char first[PL_UUID_TEXT_SIZE], second[PL_UUID_TEXT_SIZE];

    activate(c, "till", first);
    activate(c, "before", second);
    assert_string_equal(first, second);
    assert_int_equal(ask(c, "till"), POSPAL_STATUS_ACTIVE); /* and the newer state is put back */
    expect_audit(c, AUDIT_REACTIVATED, 1, "instance");
    expect_audit(c, AUDIT_OTHER_INSTANCE, 1, "");
}

/* ---- a license file ---- */

typedef struct {
    scene *c;
    const char *fingerprint;
    pl_buf text;
} file_order;

static pl_err write_file(void *context, tx_t *tx)
{
    file_order *f = context;

    return admin_license_file(tx, validator_keyring(&f->c->line.v), &f->c->sold.license, f->fingerprint, &f->text);
}

/* Bound to the machine at hand. */
static void order_file(scene *c, pl_buf *text)
{
    pospal_client *client = start(c, "empty");
    file_order f = {.c = c, .fingerprint = client->fingerprint_text};

    pl_buf_init(&f.text);
    assert_int_equal(validator_do(&c->line.v, write_file, &f), PL_OK);
    *text = f.text;
    shop_close_held(client);
}

static void a_license_file_counts_on_its_own_device_and_on_no_second_one(void **state)
{
    scene *c = *state;
    pospal_client *client;
    pl_buf file;

    order_file(c, &file);
    client = start(c, "till");
    assert_int_equal(pospal_client_import(client, file.data, file.size, NULL), POSPAL_OK);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    shop_close_held(client);
    copy(c, "till", "stolen");
    shop_set_machine(&c->s, &MACHINE_B);
    client = start(c, "second");
    assert_int_equal(pospal_client_import(client, file.data, file.size, NULL), POSPAL_ERROR_BAD_DOCUMENT);
    assert_string_equal(pospal_error_code(), "other_device");
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    shop_close_held(client);
    assert_int_equal(look(c, "stolen"), POSPAL_STATUS_WRONG_DEVICE);
    expect_audit(c, AUDIT_LICENSE_FILE, 1, "");
    expect_audit(c, AUDIT_ACTIVATED, 0, "");
    pl_buf_reset(&file);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(two_machines_from_one_image_become_two_devices_and_the_copy_is_noted),
        STORY(an_image_on_more_machines_than_seats_opens_none_of_them),
        STORY(a_second_machine_that_was_set_up_by_itself_is_not_suspected),
        STORY(machines_that_are_alike_are_one_device_whose_instances_change_in_the_audit),
        STORY(a_system_installed_anew_is_one_change_and_no_suspicion),
        STORY(a_copied_directory_opens_nothing_and_its_vault_stays),
        STORY(a_directory_that_moved_after_its_seat_was_given_back_is_not_suspected),
        STORY(a_restored_snapshot_holds_its_own_lease_and_hears_the_denial_again),
        STORY(a_snapshot_from_before_the_activation_gets_the_seat_back_and_is_noted),
        STORY(a_license_file_counts_on_its_own_device_and_on_no_second_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
