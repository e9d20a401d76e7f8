/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of mishaps around a till: somebody looks at its state with another view of the hardware, the disk is away for a while or comes
 * late. Nothing that was stored is lost, and nothing is said to be recorded that is not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/worker.h"

static void use(pospal_client *client, int64_t amount)
{
    if (pospal_usage_add(client, "hours", amount, NULL) != POSPAL_OK)
        fail_msg("usage is not recorded: %s", pospal_error_detail());
}

static int64_t pending(pospal_client *client)
{
    pospal_usage_t usage = {.size = sizeof usage};

    assert_int_equal(pospal_usage_balance(client, "hours", &usage), POSPAL_OK);
    return usage.pending;
}

/* ---- another view of the hardware ---- */

static void one_look_with_another_view_of_the_hardware_takes_nothing_from_the_till(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_hold_worker(client);
    use(client, 900);
    shop_close_held(client);
    for (int i = 0; i < 2; i++) {
        shop_set_machine(s, &MACHINE_B);
        client = shop_client(s);
        assert_int_equal(shop_status(client), POSPAL_STATUS_WRONG_DEVICE);
        assert_int_equal(pending(client), 0);
        pospal_client_close(client);
        shop_set_machine(s, &MACHINE_A);
        client = shop_client(s);
        assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
        assert_int_equal(pending(client), 900);
        pospal_client_close(client);
    }
    client = shop_client(s);
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_OK); /* with the stored key */
    pospal_client_close(client);
}

/* ---- rights ---- */

static const char *unreadable;

static pl_err refuse_one(void *context, const char *path, size_t limit, pl_buf *out)
{
    if (unreadable && strstr(path, unreadable))
        return pl_fail(PL_ERR_IO, "cannot read %s: this account has no permission", path);
    return pl_fs_system()->read(context, path, limit, out);
}

static void a_lease_that_may_not_be_read_is_not_a_till_without_one(void **state)
{
    shop *s = *state;
    pl_fs fs = *pl_fs_system();
    pospal_client *client;
    pospal_license *license = NULL;

    pospal_client_close(shop_active_client(s));
    fs.read = refuse_one;
    unreadable = "/lease";
    s->fs = &fs;
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_LOCAL, &license), POSPAL_ERROR_STORAGE);
    assert_non_null(strstr(pospal_error_detail(), "lease"));
    assert_int_equal(pospal_license_status(license), POSPAL_STATUS_NONE);
    pospal_license_free(license);
    unreadable = NULL;
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    shop_close_held(client);
    s->fs = NULL;
}

/* ---- the reason of AUTO ---- */

static void auto_tells_why_it_had_no_answer(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->key = "K6V6-Z5P8-F8WQ-4R25-W1HZ-WB0H-DBPZ";
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_NONE);
    assert_string_equal(pospal_error_code(), "license_key_typo");
    shop_close_held(client);
    s->key = FAKE_KEY;
    s->validator.line = LINE_OFFLINE;
    client = shop_client(s);
    shop_hold_worker(client);
    for (int i = 0; i < 2; i++) { /* asked, and too early to ask again */
        assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_NONE);
        assert_string_equal(pospal_error_code(), "offline");
        assert_int_equal(pospal_client_forget(NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    }
    shop_close_held(client);
}

/* ---- two products in one directory ---- */

static pospal_client *other_product(const shop *s)
{
    pospal_options *options = shop_options(s);
    pospal_client *client = NULL;

    pospal_options_set_product(options, "kiosk", "1");
    assert_int_equal(pospal_client_open(options, &client), POSPAL_OK);
    pospal_options_free(options);
    return client;
}

static void two_products_that_are_given_one_directory_keep_apart(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_client *other = other_product(s);

    shop_hold_worker(client);
    shop_hold_worker(other);
    use(client, 5);
    use(other, 7);
    assert_int_equal(shop_status(other), POSPAL_STATUS_NONE);
    assert_int_equal(pospal_client_forget(other), POSPAL_OK);
    use(other, 8);
    shop_close_held(other);
    shop_close_held(client);
    other = other_product(s); /* whoever comes first */
    shop_hold_worker(other);
    assert_int_equal(pending(other), 8);
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(pending(client), 5);
    assert_true(shop_has_file(s, "lease"));
    assert_true(shop_has_file(s, "kiosk.product"));
    shop_close_held(other);
    shop_close_held(client);
}

/* Which an earlier version left, that noted nothing. */
static void a_directory_with_state_stays_its_products(void **state)
{
    shop *s = *state;

    pospal_client_close(shop_active_client(s));
    shop_delete_file(s, "product");
    pospal_client_close(shop_client(s));
    pospal_client_close(other_product(s));
    assert_true(shop_has_file(s, "kiosk.product"));
    shop_delete_file(s, "product");
    pospal_client_close(other_product(s)); /* which is nobody to note what is another's */
    assert_false(shop_has_file(s, "product"));
    pospal_client *client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

/* ---- a disk that is away ---- */

static void put_vault(const shop *s, bool is_there)
{
    char path[SHOP_PATH_SIZE + 16], away[SHOP_PATH_SIZE + 16];

    (void)snprintf(path, sizeof path, "%s/vault.db", s->data);
    (void)snprintf(away, sizeof away, "%s/away", s->data);
    if (is_there) {
        assert_int_equal(rmdir(path), 0);
        assert_int_equal(rename(away, path), 0);
    } else {
        assert_int_equal(rename(path, away), 0);
        assert_int_equal(mkdir(path, 0700), 0); /* which SQLite cannot open */
    }
}

static void a_vault_that_can_not_be_opened_at_first_is_used_when_it_can(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_usage_t usage = {.size = sizeof usage};

    shop_hold_worker(client);
    use(client, 5);
    shop_close_held(client);
    put_vault(s, false);
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(pospal_usage_add(client, "hours", 1, NULL), POSPAL_ERROR_STORAGE);
    assert_int_equal(pospal_usage_balance(client, "hours", &usage), POSPAL_ERROR_STORAGE);
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL), POSPAL_ERROR_STORAGE); /* there may be a key */
    put_vault(s, true);
    shop_pass(s, 2);
    use(client, 7);
    assert_int_equal(pending(client), 12);
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL), POSPAL_OK);
    assert_int_equal(s->validator.meters[0].used, 12);
    shop_close_held(client);
}

/* A broken disk is no reason not to sell: the key that the program was given is enough. */
static void with_a_key_of_the_programs_a_vault_that_never_opens_locks_nobody_out(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_hold_worker(client);
    use(client, 5);
    shop_close_held(client);
    put_vault(s, false);
    s->key = FAKE_KEY;
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    put_vault(s, true);
    shop_pass(s, 2);
    assert_int_equal(pending(client), 5);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(pending(client), 0);
    shop_close_held(client);
    client = shop_client(s);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

/* ---- a disk that comes late ---- */

static bool is_mounted;

static pl_err make_directory_when_mounted(void *context, const char *path)
{
    return is_mounted ? pl_fs_system()->make_directory(context, path) : pl_fail(PL_ERR_IO, "not mounted");
}

static void what_was_learned_before_the_directory_was_there_is_in_it_afterwards(void **state)
{
    shop *s = *state;
    pl_fs fs = *pl_fs_system();
    pospal_client *client;

    fs.make_directory = make_directory_when_mounted;
    is_mounted = false;
    s->fs = &fs;
    client = shop_active_client(s);
    shop_hold_worker(client);
    assert_false(shop_has_file(s, "lease"));
    assert_int_equal(pospal_usage_add(client, "hours", 1, NULL), POSPAL_ERROR_STORAGE);
    is_mounted = true;
    shop_pass(s, 10);
    pl_worker_round(client);
    assert_true(shop_has_file(s, "lease"));
    use(client, 7);
    shop_close_held(client);
    s->validator.line = LINE_OFFLINE;
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(pending(client), 7);
    s->validator.line = LINE_FINE;
    assert_int_equal(pospal_client_activate(client, NULL, NULL), POSPAL_OK);
    shop_close_held(client);
    s->fs = NULL;
}

static void where_the_directory_never_comes_the_till_works_and_says_so(void **state)
{
    shop *s = *state;
    pl_fs fs = *pl_fs_system();
    pospal_client *client;

    fs.make_directory = make_directory_when_mounted;
    is_mounted = false;
    s->fs = &fs;
    client = shop_active_client(s);
    shop_hold_worker(client);
    shop_pass(s, 10);
    pl_worker_round(client);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(pospal_usage_add(client, "hours", 1, NULL), POSPAL_ERROR_STORAGE);
    shop_close_held(client);
    s->fs = NULL;
}

/* ---- a clock that was far ahead for a day ---- */

static void a_file_issued_anew_puts_a_till_right_whose_clock_was_believed(void **state)
{
    shop *s = *state;
    const int64_t end = SHOP_OPENS_AT + 400 * DAY_S;
    fake_file file = {.sequence = 1, .issued_at = SHOP_OPENS_AT, .expires_at = end};
    pospal_client *client;

    s->is_without_server = true;
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_import(s, client, &file, NULL), POSPAL_OK);
    s->clock.wall_ms += 800 * DAY_S * INT64_C(1000);
    for (int hour = 0; hour < 26; hour++) {
        shop_pass(s, HOUR_S);
        (void)shop_status(client);
    }
    s->clock.wall_ms -= 800 * DAY_S * INT64_C(1000);
    assert_int_equal(shop_status(client), POSPAL_STATUS_EXPIRED);
    assert_int_equal(shop_import(s, client, &file, NULL), POSPAL_OK); /* the same one proves nothing */
    assert_int_equal(shop_status(client), POSPAL_STATUS_EXPIRED);
    file.sequence = 2;
    file.issued_at = SHOP_OPENS_AT + DAY_S;
    assert_int_equal(shop_import(s, client, &file, NULL), POSPAL_OK);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    shop_close_held(client);
    shop_reboot(s, HOUR_S);
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    shop_pass(s, 400 * DAY_S);
    assert_int_equal(shop_status(client), POSPAL_STATUS_EXPIRED);
    pospal_client_close(client);
}

/* ---- what a mistake is told as ---- */

static void a_mistake_of_the_program_is_told_in_its_own_words(void **state)
{
    static const struct {
        pospal_option_t option;
        const char *value, *detail;
    } rows[] = {
        {POSPAL_OPTION_SERVER, "license.example.com", "server must be https://"},
        {POSPAL_OPTION_ROOT_KEYS, "/etc/till/root-keys.json",
         "the root keys: /etc/till/root-keys.json is a path; pass the file's text"},
        {POSPAL_OPTION_ROOT_KEYS, "root-keys.json", "the root keys: root-keys.json is a path"},
    };
    pospal_client *client = NULL;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pospal_options *options = shop_options(*state);

        pospal_options_set(options, rows[i].option, rows[i].value);
        assert_int_equal(pospal_client_open(options, &client), POSPAL_ERROR_INVALID_ARGUMENT);
        assert_ptr_equal(strstr(pospal_error_detail(), rows[i].detail), pospal_error_detail());
        pospal_options_free(options);
    }
}

/* ---- a fork ---- */

/* It has the parent's locks and database, and none of its threads. */
static void every_call_of_a_forked_child_is_closed(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_session *session;
    pospal_usage_t usage = {.size = sizeof usage};
    pospal_release_t release = {.size = sizeof release};
    char *text;
    size_t count;
    int status;
    pid_t child;

    use(client, 1);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        const pospal_result_t results[] = {
            pospal_client_activate(client, NULL, NULL),
            pospal_client_check(client, POSPAL_CHECK_LOCAL, NULL),
            pospal_client_check(client, POSPAL_CHECK_AUTO, NULL),
            pospal_client_deactivate(client),
            pospal_client_import(client, "x", 1, NULL),
            pospal_client_export_request(client, NULL, &text),
            pospal_client_export_release(client, &text),
            pospal_client_extend(client, NULL),
            pospal_client_forget(client),
            pospal_client_support_report(client, &text),
            pospal_client_explain(client, 0, &text),
            pospal_client_start_trial(client, NULL),
            pospal_usage_add(client, "hours", 1, NULL),
            pospal_usage_balance(client, "hours", &usage),
            pospal_client_check_release(client, NULL, &release),
            pospal_session_start(client, &session, NULL),
            pospal_session_take_over(client, NULL, "why", &session, NULL),
            pospal_session_holders(client, NULL, 0, &count),
        };
        int closed = 0;

        (void)alarm(5);
        for (size_t i = 0; i < sizeof results / sizeof *results; i++)
            closed += results[i] == POSPAL_ERROR_CLOSED;
        pospal_client_close(client);
        _exit(closed);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 18);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(one_look_with_another_view_of_the_hardware_takes_nothing_from_the_till),
        STORY(a_lease_that_may_not_be_read_is_not_a_till_without_one),
        STORY(auto_tells_why_it_had_no_answer),
        STORY(a_file_issued_anew_puts_a_till_right_whose_clock_was_believed),
        STORY(a_mistake_of_the_program_is_told_in_its_own_words),
        STORY(every_call_of_a_forked_child_is_closed),
        STORY(two_products_that_are_given_one_directory_keep_apart),
        STORY(a_directory_with_state_stays_its_products),
        STORY(a_vault_that_can_not_be_opened_at_first_is_used_when_it_can),
        STORY(with_a_key_of_the_programs_a_vault_that_never_opens_locks_nobody_out),
        STORY(what_was_learned_before_the_directory_was_there_is_in_it_afterwards),
        STORY(where_the_directory_never_comes_the_till_works_and_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
