/* SPDX-License-Identifier: Apache-2.0
 *
 * Many processes, threads and clients of one product on one data directory, doing everything at once against a real validator's rules, on a
 * line that fails now and then. In the end there is one identity, one activation, a readable state, and no status was lost on the way.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/crowd.h"

#include <string.h>

#include "platform/clock.h"

/* A call that needs the line may find it down. */
static void expect_done(crowd *c, pospal_result_t result, const char *what)
{
    crowd_expect(c, result == POSPAL_OK || result == POSPAL_ERROR_UNREACHABLE, what);
}

static void expect_active(crowd *c, pospal_license *license, const char *what)
{
    crowd_expect(c, pospal_license_status(license) == POSPAL_STATUS_ACTIVE, what);
    pospal_license_free(license);
}

/* ---- deeds ---- */

static void look(crowd *c, pospal_client *client)
{
    pospal_license *license = NULL;

    crowd_expect(c, pospal_client_check(client, POSPAL_CHECK_LOCAL, &license) == POSPAL_OK, "check, local");
    expect_active(c, license, "status of a local check");
    crowd_expect(c, pospal_client_status(client) == POSPAL_STATUS_ACTIVE, "status");
}

static void look_quietly(crowd *c, pospal_client *client)
{
    pospal_license *license = NULL;

    expect_done(c, pospal_client_check(client, POSPAL_CHECK_AUTO, &license), "check, auto");
    expect_active(c, license, "status of an automatic check");
}

static void ask(crowd *c, pospal_client *client)
{
    pospal_license *license = NULL;

    expect_done(c, pospal_client_check(client, POSPAL_CHECK_ONLINE, &license), "check, online");
    expect_active(c, license, "status of an online check");
}

static void activate(crowd *c, pospal_client *client)
{
    pospal_license *license = NULL;

    expect_done(c, pospal_client_activate(client, NULL, &license), "activate");
    expect_active(c, license, "status of an activation");
}

static void import_file(crowd *c, pospal_client *client)
{
    pospal_license *license = NULL;

    crowd_expect(c, pospal_client_import(client, c->file.data, c->file.size, &license) == POSPAL_OK, "import");
    expect_active(c, license, "status of an import");
}

static void import_garbage(crowd *c, pospal_client *client)
{
    crowd_expect(c, pospal_client_import(client, c->file.data, c->file.size / 4, NULL) == POSPAL_ERROR_BAD_DOCUMENT,
                 "import of a part");
}

static void report(crowd *c, pospal_client *client)
{
    char *text = NULL;

    crowd_expect(c, pospal_client_support_report(client, &text) == POSPAL_OK, "report");
    pospal_text_free(text);
    look(c, client);
}

static void come_and_go(crowd *c, pospal_client *unused)
{
    pospal_client *client = crowd_open_client(c);

    (void)unused;
    look(c, client);
    pospal_client_close(client);
}

static void count_done(void *context, pospal_task *task)
{
    (void)task;
    atomic_fetch_add((atomic_int *)context, 1);
}

static void run_task(crowd *c, pospal_client *client)
{
    pospal_result_t result = POSPAL_OK;
    pospal_license *license = NULL;
    pospal_task *task = NULL;
    atomic_int done = 0;

    crowd_expect(c, pospal_task_start(client, POSPAL_VERB_CHECK_ONLINE, NULL, count_done, &done, &task) == POSPAL_OK, "task");
    while (task && !pospal_task_poll(task, &result, &license))
        pl_clock_sleep_ms(1);
    expect_done(c, result, "result of a task");
    expect_active(c, license, "status of a task");
    pospal_task_free(task); /* waits for done, which is told once at most */
    crowd_expect(c, atomic_load(&done) <= 1, "told more than once");
}

static void drop_tasks(crowd *c, pospal_client *unused)
{
    pospal_client *client = crowd_open_client(c);
    pospal_task *tasks[3] = {NULL};
    atomic_int done = 0;

    (void)unused;
    for (int i = 0; i < 3; i++)
        crowd_expect(c, pospal_task_start(client, POSPAL_VERB_CHECK_AUTO, NULL, count_done, &done, &tasks[i]) == POSPAL_OK,
                     "task");
    pospal_task_free(tasks[1]);
    pospal_client_close(client);
    pospal_task_free(tasks[0]);
    pospal_task_free(tasks[2]);
}

static void pass_time(crowd *c, pospal_client *client)
{
    fake_clock_advance(&c->hall->clock, 61 * 1000);
    look_quietly(c, client);
}

static void give_back(crowd *c, pospal_client *client)
{
    pospal_result_t result = pospal_client_deactivate(client);

    crowd_expect(c, result != POSPAL_ERROR_INTERNAL && result != POSPAL_ERROR_OUT_OF_MEMORY, "deactivate");
}

static void take_again(crowd *c, pospal_client *client)
{
    expect_done(c, pospal_client_activate(client, c->key, NULL), "activate");
}

static void ask_for_any(crowd *c, pospal_client *client)
{
    pospal_result_t result = pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL);

    crowd_expect(c, result == POSPAL_ERROR_NO_LICENSE_KEY || result == POSPAL_OK || result == POSPAL_ERROR_UNREACHABLE, "check");
    crowd_expect(c, pospal_client_check(client, POSPAL_CHECK_LOCAL, NULL) == POSPAL_OK, "check, local");
}

static const crowd_deed STEADY[] = {look,     look_quietly, ask,    activate,    import_file, import_garbage,
                                    run_task, drop_tasks,   report, come_and_go, pass_time};
static const crowd_deed RESTLESS[] = {give_back, take_again, ask_for_any};

/* ---- the end ---- */

/* One identity and one activation for all, whoever began. */
static void expect_one_device(crowd *c, size_t activations)
{
    licensing_line_flush(&c->line);
    if (activations > 0)
        assert_int_equal(licensing_line_audited(&c->line, AUDIT_ACTIVATED, NULL), activations);
    assert_int_equal(licensing_line_audited(&c->line, AUDIT_REACTIVATED, NULL), 0);
    assert_int_equal(licensing_line_audited(&c->line, AUDIT_CLONE_SUSPECTED, NULL), 0);
    assert_int_equal(licensing_line_audited(&c->line, AUDIT_OTHER_INSTANCE, NULL), 0);
    assert_int_equal(shop_count_files(&c->s, ".bad"), 0);
}

static pl_err write_file(void *context, tx_t *tx)
{
    crowd *c = context;

    return admin_license_file(tx, validator_keyring(&c->line.v), &c->sold.license, NULL, &c->file);
}

static void everything_at_once_leaves_one_device_with_its_license(void **state)
{
    static const crowd_deeds steady = {STEADY, sizeof STEADY / sizeof *STEADY};
    crowd *c = *state;
    pospal_client *client;
    char name[PL_UUID_TEXT_SIZE + 16] = "license-";

    assert_int_equal(validator_do(&c->line.v, write_file, c), PL_OK);
    crowd_run(c, &steady);
    expect_one_device(c, 1);
    assert_int_equal(crowd_seats_taken(c), 1);
    pl_uuid_format(c->sold.license.id, name + strlen(name));
    if (shop_has_file(&c->s, name))
        shop_delete_file(&c->s, name); /* the lease is good by itself */
    client = crowd_open_client(c);
    look(c, client);
    pospal_client_close(client);
    assert_int_equal(atomic_load(&c->failures), 0);
}

static void seats_that_come_and_go_are_never_two_and_can_be_had_again(void **state)
{
    static const crowd_deeds restless = {RESTLESS, sizeof RESTLESS / sizeof *RESTLESS};
    crowd *c = *state;
    pospal_client *client;

    crowd_run(c, &restless);
    expect_one_device(c, 0);
    assert_in_range(crowd_seats_taken(c), 0, 1);
    client = crowd_open_client(c);
    for (int i = 0; i < CROWD_TRIES && pospal_client_status(client) != POSPAL_STATUS_ACTIVE; i++)
        take_again(c, client);
    look(c, client);
    pospal_client_close(client);
    assert_int_equal(crowd_seats_taken(c), 1);
    assert_int_equal(atomic_load(&c->failures), 0);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, crowd_setup, crowd_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(everything_at_once_leaves_one_device_with_its_license),
        STORY(seats_that_come_and_go_are_never_two_and_can_be_had_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
