/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of usage: what a till records is told once, whatever happens to the line, the process, the disk or the data directory.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/usage_send.h"
#include "client/worker.h"

enum { THREADS = 100, PROCESSES = 2, EACH = 30, MANY = 450 };

static void use(pospal_client *client, int64_t amount)
{
    if (pospal_usage_add(client, "hours", amount, NULL) != POSPAL_OK)
        fail_msg("usage is not recorded: %s", pospal_error_detail());
}

static pospal_usage_t balance(pospal_client *client, const char *meter)
{
    pospal_usage_t usage = {.size = sizeof usage};

    assert_int_equal(pospal_usage_balance(client, meter, &usage), POSPAL_OK);
    return usage;
}

static void tell(pospal_client *client)
{
    assert_int_equal(pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL), POSPAL_OK);
}

static void what_is_recorded_is_told_and_acknowledged(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, 5);
    use(client, 7);
    assert_int_equal(balance(client, "hours").pending, 12);
    assert_int_equal(balance(client, "hours").used, 0);
    assert_int_equal(balance(client, "hours").allowed, -1);
    assert_int_equal(balance(client, "covers").pending, 0);
    tell(client);
    assert_int_equal(s->validator.meters[0].used, 12);
    assert_int_equal(balance(client, "hours").pending, 0);
    assert_int_equal(balance(client, "hours").used, 12);
    tell(client);
    assert_int_equal(s->validator.usages, 1); /* there was nothing more to tell */
    pospal_client_close(client);
}

static void the_background_gathers_and_sends(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_hold_worker(client);
    use(client, 5);
    pl_worker_round(client);
    assert_int_equal(s->validator.usages, 0);
    use(client, 6);
    shop_pass(s, 11);
    pl_worker_round(client);
    pl_worker_round(client);
    assert_int_equal(s->validator.usages, 1);
    assert_int_equal(s->validator.meters[0].used, 11);
    shop_close_held(client);
}

static void wrong_arguments_record_nothing(void **state)
{
    pospal_client *client = shop_active_client(*state);
    char long_text[66];
    pospal_usage_t usage = {.size = sizeof usage - 1};

    memset(long_text, 'x', 65);
    long_text[65] = '\0';
    assert_int_equal(pospal_usage_add(NULL, "hours", 1, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_usage_add(client, NULL, 1, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_usage_add(client, "a b", 1, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_usage_add(client, long_text, 1, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_usage_add(client, "hours", 0, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_usage_add(client, "hours", -1, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_usage_add(client, "hours", INT64_MAX, NULL), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_usage_add(client, "hours", 1, long_text), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_usage_add(client, "hours", 1, ""), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(pospal_usage_balance(client, "hours", &usage), POSPAL_ERROR_INVALID_ARGUMENT);
    assert_int_equal(balance(client, "hours").pending, 0);
    pospal_client_close(client);
}

static void the_same_receipt_again_is_not_counted_again(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    for (int i = 0; i < 3; i++)
        assert_int_equal(pospal_usage_add(client, "hours", 5, "receipt 17"), POSPAL_OK);
    assert_int_equal(balance(client, "hours").pending, 5);
    tell(client);
    assert_int_equal(pospal_usage_add(client, "hours", 5, "receipt 17"), POSPAL_OK);
    assert_int_equal(balance(client, "hours").pending, 0);
    pospal_client_close(client);
    shop_pass(s, 6 * DAY_S);
    client = shop_client(s);
    assert_int_equal(pospal_usage_add(client, "hours", 5, "receipt 17"), POSPAL_OK);
    assert_int_equal(pospal_usage_add(client, "hours", 5, "receipt 18"), POSPAL_OK);
    assert_int_equal(balance(client, "hours").pending, 5);
    pospal_client_close(client);
}

static void beyond_the_allowance_it_is_recorded_as_overdraft(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.allowed = 10;
    use(client, 8);
    tell(client);
    use(client, 5);
    /* the lease's entitlements name no limit "usage.hours", so it has the last word over what came with a report */
    assert_int_equal(balance(client, "hours").allowed, -1);
    assert_int_equal(balance(client, "hours").overdraft, 0);
    assert_int_equal(pospal_usage_add(client, "covers", 9, NULL), POSPAL_OK);
    assert_int_equal(balance(client, "covers").allowed, 4);
    assert_int_equal(balance(client, "covers").overdraft, 5);
    tell(client);
    assert_int_equal(s->validator.meters[0].used, 13);
    assert_int_equal(s->validator.meters[1].used, 9);
    pospal_client_close(client);
}

static void a_lost_reply_is_made_good_by_sending_again(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, 5);
    s->validator.cut_at = 10;
    assert_int_not_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(s->validator.meters[0].used, 5);
    assert_int_equal(balance(client, "hours").pending, 5);
    s->validator.cut_at = SIZE_MAX;
    use(client, 6);
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(s->validator.meters[0].used, 11);
    assert_true(s->validator.repeats > 0);
    assert_int_equal(balance(client, "hours").pending, 0);
    pospal_client_close(client);
}

static void an_answer_that_is_not_believed_acknowledges_nothing(void **state)
{
    static const fake_line lines[] = {LINE_STRANGER, LINE_FORGED,      LINE_OTHER_NONCE, LINE_OTHER_REQUEST,  LINE_OTHER_PRODUCT,
                                      LINE_HTML,     LINE_LICENSE_KEY, LINE_EMPTY,       LINE_UNSIGNED_DENIAL};
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, 5);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        s->validator.line = lines[i];
        assert_int_not_equal(pl_usage_send(client), PL_OK);
        assert_int_equal(balance(client, "hours").pending, 5);
    }
    s->validator.line = LINE_FINE;
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(s->validator.meters[0].used, 5);
    pospal_client_close(client);
}

static void what_waits_outlives_the_program(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    s->validator.line = LINE_OFFLINE;
    for (int i = 0; i < 5; i++)
        use(client, 1);
    pospal_client_close(client);
    shop_pass(s, 20 * DAY_S);
    s->validator.line = LINE_FINE;
    client = shop_client(s);
    assert_int_equal(balance(client, "hours").pending, 5);
    tell(client);
    assert_int_equal(s->validator.meters[0].used, 5);
    pospal_client_close(client);
}

static void many_reports_go_in_batches(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->is_in_memory = true; /* for speed */
    client = shop_active_client(s);
    for (int i = 0; i < MANY; i++)
        use(client, 2);
    tell(client);
    assert_int_equal(s->validator.meters[0].used, 2 * MANY);
    assert_int_equal(s->validator.usages, 3);
    assert_int_equal(balance(client, "hours").pending, 0);
    pospal_client_close(client);
}

/* ---- sudden ends ---- */

static void die(void *context)
{
    (void)context;
    (void)raise(SIGKILL);
}

static void run_killed(shop *s, bool before_the_server)
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        pospal_client *client = shop_client(s);

        if (before_the_server)
            s->validator.during = die;
        else
            s->validator.after = die;
        (void)pospal_usage_add(client, "hours", 7, NULL);
        (void)pl_usage_send(client);
        _exit(0);
    }
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFSIGNALED(status));
}

static void killed_before_sending_nothing_is_lost(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, 5);
    pospal_client_close(client);
    run_killed(s, true);
    client = shop_client(s);
    assert_int_equal(balance(client, "hours").pending, 12);
    tell(client);
    assert_int_equal(s->validator.meters[0].used, 12);
    pospal_client_close(client);
}

/* ---- copies ---- */

static void a_copied_data_directory_is_seen_and_nothing_counts_twice(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    char own[SHOP_PATH_SIZE], copy[SHOP_PATH_SIZE];

    use(client, 1);
    tell(client);
    use(client, 10); /* waits in both */
    pospal_client_close(client);
    memcpy(own, s->data, sizeof own);
    (void)snprintf(copy, sizeof copy, "%.80s/copy", s->root);
    shop_copy_data(own, copy);
    client = shop_client(s);
    use(client, 100);
    tell(client);
    assert_int_equal(s->validator.forks, 0);
    pospal_client_close(client);
    memcpy(s->data, copy, sizeof copy);
    client = shop_client(s);
    use(client, 1000);
    tell(client);
    assert_int_equal(s->validator.forks, 1);
    assert_int_equal(s->validator.meters[0].used, 1111);
    assert_int_equal(balance(client, "hours").pending, 0);
    pospal_client_close(client);
}

static void a_state_made_anew_is_no_copy(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, 1);
    tell(client);
    assert_int_equal(pospal_client_forget(client), POSPAL_OK);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    use(client, 2);
    tell(client);
    assert_int_equal(s->validator.meters[0].used, 3);
    assert_int_equal(s->validator.forks, 0);
    pospal_client_close(client);
}

/* ---- the server's memory ---- */

static void what_a_restored_validator_lacks_is_told_again(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    for (int i = 0; i < 4; i++) {
        use(client, 1);
        tell(client);
    }
    s->validator.report_count = 2; /* the backup is older than the last two */
    s->validator.meters[0].used = 2;
    use(client, 1);
    tell(client);
    tell(client);
    assert_int_equal(s->validator.meters[0].used, 5);
    assert_int_equal(balance(client, "hours").pending, 0);
    pospal_client_close(client);
}

static void what_was_told_of_a_forgotten_seat_is_told_again_for_the_next(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, 4);
    tell(client);
    fake_validator_restore(&s->validator);
    s->validator.report_count = 0;
    s->validator.meters[0].used = 0;
    use(client, 3);
    assert_int_equal(pl_usage_send(client), PL_OK); /* NOT_ACTIVATED */
    assert_int_equal(balance(client, "hours").pending, 7);
    tell(client); /* takes a seat again */
    assert_int_equal(s->validator.meters[0].used, 7);
    assert_int_equal(balance(client, "hours").pending, 0);
    pospal_client_close(client);
}

static void without_an_activation_it_waits(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_client(s);

    use(client, 4);
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(s->validator.usages, 0);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    tell(client);
    assert_int_equal(s->validator.meters[0].used, 4);
    pospal_client_close(client);
}

/* ---- many at once ---- */

static void use_often(void *context)
{
    for (int i = 0; i < 3; i++)
        (void)pospal_usage_add(context, "hours", 1, NULL);
}

static void a_hundred_threads_lose_and_double_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_thread *threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pl_thread_start(use_often, client, &threads[i]), PL_OK);
    for (int i = 0; i < THREADS; i++)
        pl_thread_join(threads[i]);
    assert_int_equal(balance(client, "hours").pending, 3 * THREADS);
    tell(client);
    assert_int_equal(s->validator.meters[0].used, 3 * THREADS);
    pospal_client_close(client);
}

static void use_in_child(const shop *s)
{
    pospal_client *client = shop_client(s);
    int done = 0;

    while (done < EACH)
        done += pospal_usage_add(client, "hours", 1, NULL) == POSPAL_OK;
    pospal_client_close(client);
    _exit(0);
}

static void two_processes_lose_and_double_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pid_t children[PROCESSES];
    int status;

    pospal_client_close(client);
    for (int i = 0; i < PROCESSES; i++)
        if ((children[i] = fork()) == 0)
            use_in_child(s);
    for (int i = 0; i < PROCESSES; i++) {
        assert_true(waitpid(children[i], &status, 0) == children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    client = shop_client(s);
    assert_int_equal(balance(client, "hours").pending, PROCESSES * EACH);
    tell(client);
    assert_int_equal(s->validator.meters[0].used, PROCESSES * EACH);
    pospal_client_close(client);
}

/* ---- the disk ---- */

static void a_locked_disk_records_nothing_and_says_so(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_db *other;

    use(client, 1);
    other = shop_lock_vault(s);
    assert_int_equal(pospal_usage_add(client, "hours", 1, "receipt 1"), POSPAL_ERROR_STORAGE);
    pl_db_close(other);
    assert_int_equal(balance(client, "hours").pending, 1);
    assert_int_equal(pospal_usage_add(client, "hours", 1, "receipt 1"), POSPAL_OK);
    assert_int_equal(balance(client, "hours").pending, 2);
    pospal_client_close(client);
}

static void what_is_stored_does_not_show_what_was_used(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_buf bytes;

    assert_int_equal(pospal_usage_add(client, "kitchen-hours", 1, "receipt-4711"), POSPAL_OK);
    pospal_client_close(client);
    pl_buf_init(&bytes);
    shop_read_file(s, "vault.db", &bytes);
    for (size_t i = 0; i + 13 < bytes.size; i++) {
        assert_memory_not_equal(bytes.data + i, "kitchen-hours", 13);
        assert_memory_not_equal(bytes.data + i, "receipt-4711", 12);
    }
    pl_buf_reset(&bytes);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_recorded_is_told_and_acknowledged),
        CASE(the_background_gathers_and_sends),
        CASE(wrong_arguments_record_nothing),
        CASE(the_same_receipt_again_is_not_counted_again),
        CASE(beyond_the_allowance_it_is_recorded_as_overdraft),
        CASE(a_lost_reply_is_made_good_by_sending_again),
        CASE(an_answer_that_is_not_believed_acknowledges_nothing),
        CASE(what_waits_outlives_the_program),
        CASE(many_reports_go_in_batches),
        CASE(killed_before_sending_nothing_is_lost),
        CASE(a_copied_data_directory_is_seen_and_nothing_counts_twice),
        CASE(a_state_made_anew_is_no_copy),
        CASE(what_a_restored_validator_lacks_is_told_again),
        CASE(what_was_told_of_a_forgotten_seat_is_told_again_for_the_next),
        CASE(without_an_activation_it_waits),
        CASE(a_hundred_threads_lose_and_double_nothing),
        CASE(two_processes_lose_and_double_nothing),
        CASE(a_locked_disk_records_nothing_and_says_so),
        CASE(what_is_stored_does_not_show_what_was_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
