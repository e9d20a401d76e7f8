/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of usage that one report, one license or one moment must not keep from being told: what stands in the way is set aside, and what
 * was used counts for the license it was used under.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <stdio.h>
#include <string.h>

#include "client/usage_send.h"
#include "client/worker.h"

enum { MORE_THAN_A_BATCH = PL_USAGE_REPORTS_MAX + 5, BAD = 13 };

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

/* Of which license's allowance the validator counts how much. */
static int64_t used_of(const shop *s, size_t license)
{
    for (size_t i = 0; i < FAKE_METERS_MAX; i++)
        if (s->validator.meters[i].license_id == s->validator.licenses[license].license_id)
            return s->validator.meters[i].used;
    return 0;
}

/* As a bad sector, or somebody with an editor. */
static void change_vault(const shop *s, const char *sql)
{
    pl_db_sqlite_options options = {.path = NULL, .mode = DB_READ_WRITE, .busy_timeout_ms = 100};
    char path[SHOP_PATH_SIZE + 16];
    pl_db *db = NULL;

    (void)snprintf(path, sizeof path, "%s/vault.db", s->data);
    options.path = path;
    assert_int_equal(pl_db_open_sqlite(&options, &db), PL_OK);
    assert_int_equal(pl_db_script(db, sql), PL_OK);
    pl_db_close(db);
}

static int64_t count_rows(const shop *s)
{
    pl_db_sqlite_options options = {.path = NULL, .mode = DB_READ_WRITE, .busy_timeout_ms = 100};
    char path[SHOP_PATH_SIZE + 16];
    pl_db_statement *select;
    pl_db *db = NULL;
    int64_t count;

    (void)snprintf(path, sizeof path, "%s/vault.db", s->data);
    options.path = path;
    assert_int_equal(pl_db_open_sqlite(&options, &db), PL_OK);
    assert_int_equal(pl_db_prepare(db, "SELECT count(*) FROM usage_report", &select), PL_OK);
    assert_int_equal(pl_db_step(select), DB_ROW);
    count = pl_db_column_int(select, 0);
    pl_db_close(db);
    return count;
}

static void expect_report(pospal_client *client, const char *text)
{
    char *report = NULL;

    assert_int_equal(pospal_client_support_report(client, &report), POSPAL_OK);
    if (!strstr(report, text))
        fail_msg("no \"%s\" in: %s", text, report);
    pospal_text_free(report);
}

/* ---- what can't be opened ---- */

static void a_report_that_cannot_be_opened_is_set_aside_and_those_around_it_are_told(void **state)
{
    static const char *const harms[] = {"UPDATE usage_report SET sealed = x'00' WHERE seq = 2",
                                        "UPDATE usage_report SET sealed = x'00' WHERE seq = 1",
                                        "UPDATE usage_report SET sealed = x'00' WHERE seq = 4"};

    for (size_t i = 0; i < sizeof harms / sizeof *harms; i++) {
        shop s = {0};
        pospal_client *client;

        shop_open(&s);
        client = shop_active_client(&s);
        for (int n = 0; n < 4; n++)
            use(client, 1);
        change_vault(&s, harms[i]);
        assert_int_equal(pl_usage_send(client), PL_OK);
        assert_int_equal(used_of(&s, 0), 3);
        assert_int_equal(pending(client), 0);
        use(client, 10);
        assert_int_equal(pl_usage_send(client), PL_OK);
        assert_int_equal(used_of(&s, 0), 13);
        assert_int_equal(pending(client), 0);
        assert_int_equal(s.validator.repeats + s.validator.forks, 0);
        assert_int_equal(count_rows(&s), 5); /* none was deleted */
        expect_report(client, "1 can't be opened");
        pospal_client_close(client);
        shop_close(&s);
    }
    (void)state;
}

/* Counting anew what waits says nothing of what the server said. */
static void what_the_server_said_last_stays_where_what_waits_is_counted_anew(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_usage_t usage = {.size = sizeof usage};

    shop_hold_worker(client);
    use(client, 40);
    assert_int_equal(pl_usage_send(client), PL_OK);
    use(client, 1);
    use(client, 2);
    change_vault(s, "UPDATE usage_report SET sealed = x'00' WHERE seq = 2");
    s->validator.line = LINE_OFFLINE;
    (void)pl_usage_send(client);
    assert_int_equal(pospal_usage_balance(client, "hours", &usage), POSPAL_OK);
    assert_int_equal(usage.used, 40);
    assert_int_equal(usage.pending, 2);
    shop_close_held(client);
}

static void a_batch_of_them_does_not_end_the_telling(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    char sql[96];

    for (int i = 0; i < MORE_THAN_A_BATCH; i++)
        use(client, 1);
    use(client, 500);
    (void)snprintf(sql, sizeof sql, "UPDATE usage_report SET sealed = x'00' WHERE seq <= %d", (int)MORE_THAN_A_BATCH);
    change_vault(s, sql);
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(used_of(s, 0), 500);
    assert_int_equal(s->validator.usages, 1);
    pospal_client_close(client);
}

static void a_report_that_is_gone_is_passed_over(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    for (int i = 0; i < 3; i++)
        use(client, 1);
    change_vault(s, "DELETE FROM usage_report WHERE seq = 2");
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(used_of(s, 0), 2);
    use(client, 1);
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(used_of(s, 0), 3);
    assert_int_equal(s->validator.repeats, 0);
    pospal_client_close(client);
}

/* ---- what the server refuses ---- */

static void a_report_that_the_server_refuses_does_not_keep_the_others(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    for (int i = 0; i < 9; i++)
        use(client, i == 2 || i == 6 ? BAD : 1);
    s->validator.refused_amount = BAD;
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(used_of(s, 0), 7);
    assert_int_equal(pending(client), 2 * BAD); /* it is known, and not lost */
    expect_report(client, "2 were refused");
    pospal_client_close(client);
    s->validator.refused_amount = 0; /* the vendor brought his server up to date */
    client = shop_client(s);
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(used_of(s, 0), 7 + 2 * BAD);
    assert_int_equal(pending(client), 0);
    pospal_client_close(client);
}

/* A proxy may refuse everything: nothing signed says that it is the reports. */
static void without_a_signed_word_none_is_set_aside(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    for (int i = 0; i < 5; i++)
        use(client, 1);
    s->validator.line = LINE_PROBLEM;
    s->validator.http_status = 400;
    assert_int_not_equal(pl_usage_send(client), PL_OK);
    s->validator.line = LINE_FINE;
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(used_of(s, 0), 5);
    assert_int_equal(pending(client), 0);
    pospal_client_close(client);
}

/* ---- whose it is ---- */

static void what_was_used_before_the_seat_was_given_back_is_told_first(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, 4);
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    assert_int_equal(used_of(s, 0), 4);
    assert_int_equal(pending(client), 0);
    pospal_client_close(client);
}

static void what_could_not_be_told_then_counts_for_the_license_it_was_used_under(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, BAD);
    s->validator.refused_amount = BAD;
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    assert_int_equal(used_of(s, 0), 0);
    s->validator.refused_amount = 0;
    assert_int_equal(pospal_client_activate(client, FAKE_OTHER_KEY, NULL), POSPAL_OK);
    use(client, 5);
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(used_of(s, 0), BAD);
    assert_int_equal(used_of(s, 1), 5);
    pospal_client_close(client);
}

static void another_key_does_not_take_over_what_was_used_before(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, 4);
    assert_int_equal(pospal_client_activate(client, FAKE_OTHER_KEY, NULL), POSPAL_OK);
    use(client, 5);
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(used_of(s, 0), 4);
    assert_int_equal(used_of(s, 1), 5);
    pospal_client_close(client);
}

static void after_a_restart_without_a_license_it_is_told_by_the_background(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, BAD);
    s->validator.refused_amount = BAD;
    assert_int_equal(pospal_client_deactivate(client), POSPAL_OK);
    pospal_client_close(client);
    s->validator.refused_amount = 0;
    client = shop_client(s);
    shop_hold_worker(client);
    pl_worker_round(client);
    assert_int_equal(used_of(s, 0), BAD);
    shop_close_held(client);
}

/* The server lost the activation, and another license came: what was used waits for its own. */
static void what_waits_for_a_seat_waits_for_one_of_its_license(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, 4);
    fake_validator_restore(&s->validator);
    assert_int_equal(pl_usage_send(client), PL_OK); /* NOT_ACTIVATED */
    assert_int_equal(pospal_client_activate(client, FAKE_OTHER_KEY, NULL), POSPAL_OK);
    use(client, 5);
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(used_of(s, 0), 0);
    assert_int_equal(used_of(s, 1), 5);
    assert_int_equal(pending(client), 4);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(used_of(s, 0), 4);
    assert_int_equal(pending(client), 0);
    pospal_client_close(client);
}

static void what_a_closed_seat_takes_no_more_waits_for_the_next_of_its_license(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    use(client, 3);
    s->validator.usage_refusal = PL_USAGE_CLOSED;
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(s->validator.usages, 1); /* it is not asked again at once */
    s->validator.usage_refusal = PL_USAGE_TAKEN;
    assert_int_equal(pospal_client_activate(client, FAKE_OTHER_KEY, NULL), POSPAL_OK);
    use(client, 5);
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(used_of(s, 0), 0);
    assert_int_equal(used_of(s, 1), 5);
    assert_int_equal(pospal_client_activate(client, FAKE_KEY, NULL), POSPAL_OK);
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_int_equal(used_of(s, 0), 3);
    assert_int_equal(pending(client), 0);
    pospal_client_close(client);
}

/* ---- the moment ---- */

static void use_more(void *context)
{
    pospal_client *client = *(pospal_client **)context;

    if (client)
        use(client, 3);
    *(pospal_client **)context = NULL;
}

static void what_is_recorded_while_the_last_is_told_is_planned_too(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_client *user = client;

    shop_hold_worker(client);
    use(client, 4);
    fake_validator_restore(&s->validator); /* the answer ends this go */
    s->validator.during = use_more;
    s->validator.during_context = &user;
    assert_int_equal(pl_usage_send(client), PL_OK);
    assert_true(client->usage_after_ms != 0);
    s->validator.during = NULL;
    shop_close_held(client);
}

static void after_a_line_that_failed_the_background_tries_again(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_hold_worker(client);
    use(client, 4);
    s->validator.line = LINE_OFFLINE;
    assert_int_not_equal(pl_usage_send(client), PL_OK); /* as a check does */
    s->validator.line = LINE_FINE;
    pl_worker_round(client);
    assert_int_equal(used_of(s, 0), 4);
    assert_int_equal(client->usage_after_ms, 0);
    shop_close_held(client);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_that_cannot_be_opened_is_set_aside_and_those_around_it_are_told),
        CASE(a_batch_of_them_does_not_end_the_telling),
        CASE(a_report_that_is_gone_is_passed_over),
        CASE(a_report_that_the_server_refuses_does_not_keep_the_others),
        CASE(without_a_signed_word_none_is_set_aside),
        CASE(what_the_server_said_last_stays_where_what_waits_is_counted_anew),
        CASE(what_was_used_before_the_seat_was_given_back_is_told_first),
        CASE(what_could_not_be_told_then_counts_for_the_license_it_was_used_under),
        CASE(another_key_does_not_take_over_what_was_used_before),
        CASE(after_a_restart_without_a_license_it_is_told_by_the_background),
        CASE(what_waits_for_a_seat_waits_for_one_of_its_license),
        CASE(what_a_closed_seat_takes_no_more_waits_for_the_next_of_its_license),
        CASE(what_is_recorded_while_the_last_is_told_is_planned_too),
        CASE(after_a_line_that_failed_the_background_tries_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
