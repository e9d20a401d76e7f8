/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of a till on which another process of the product is in the middle of writing: checks answer at once from what is held, and only
 * who writes waits for his turn. The other process is this one, through a lock and a database of its own.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <stdatomic.h>
#include <string.h>

#include "platform/clock.h"

enum { LOOKS = 10 };

/* What waits for another process logs it: on the test's own thread that must not happen where an answer at once is promised. */
static _Thread_local bool is_watched;
static atomic_uint waits, waits_watched;

static void count_waits(void *context, pospal_log_level_t level, const char *message)
{
    (void)context;
    (void)level;
    if (strncmp(message, "waiting for another process", 27) != 0)
        return;
    atomic_fetch_add(&waits, 1);
    if (is_watched)
        atomic_fetch_add(&waits_watched, 1);
}

static int setup(void **state)
{
    int result = shop_setup(state);
    shop *s = *state;

    s->log = count_waits;
    is_watched = true;
    return result;
}

/* Before it is another process's turn: the background may have been one of ours. */
static void begin_counting(void)
{
    atomic_store(&waits, 0);
    atomic_store(&waits_watched, 0);
}

static void expect_no_waits(void)
{
    assert_int_equal(atomic_load(&waits_watched), 0);
}

typedef struct {
    shop *s;
    pospal_client *client;
    pl_buf file;
    pospal_result_t result;
} writer;

static void ask(void *context)
{
    writer *w = context;

    w->result = pospal_client_check(w->client, POSPAL_CHECK_ONLINE, NULL);
}

static void import(void *context)
{
    writer *w = context;

    w->result = pospal_client_import(w->client, w->file.data, w->file.size, NULL);
}

static void extend(void *context)
{
    writer *w = context;

    w->result = pospal_client_extend(w->client, NULL);
}

static void forget(void *context)
{
    writer *w = context;

    w->result = pospal_client_forget(w->client);
}

static void look(pospal_client *client, pospal_status_t status)
{
    assert_int_equal(shop_status(client), status);
    assert_int_equal(pospal_client_status(client), status);
}

/* Another process has the lock while work waits for it: whoever looks meanwhile sees what is held. */
static void expect_story(writer *w, void (*work)(void *context), pospal_status_t before, pospal_status_t after)
{
    pl_file_lock *lock = shop_take_lock(w->s);
    pl_thread *thread;

    begin_counting();
    assert_int_equal(pl_thread_start(work, w, &thread), PL_OK);
    while (atomic_load(&waits) == 0) /* it is at the lock */
        pl_clock_sleep_ms(1);
    for (int i = 0; i < LOOKS; i++)
        look(w->client, before);
    expect_no_waits();
    pl_file_lock_release(lock);
    pl_thread_join(thread);
    assert_int_equal(w->result, POSPAL_OK);
    look(w->client, after);
}

static void while_an_answer_waits_for_the_lock_checks_answer_at_once(void **state)
{
    writer w = {.s = *state, .client = shop_active_client(*state)};

    shop_hold_worker(w.client);
    fake_validator_decide(&w.s->validator, PL_VERDICT_SUSPENDED, PL_REASON_NONE);
    expect_story(&w, ask, POSPAL_STATUS_ACTIVE, POSPAL_STATUS_SUSPENDED);
    shop_close_held(w.client);
}

static void while_a_license_file_waits_for_the_lock_checks_answer_at_once(void **state)
{
    writer w = {.s = *state, .client = shop_client(*state)};

    shop_hold_worker(w.client);
    pl_buf_init(&w.file);
    fake_validator_file(&w.s->validator, &(fake_file){0}, &w.file);
    expect_story(&w, import, POSPAL_STATUS_NONE, POSPAL_STATUS_ACTIVE);
    pl_buf_reset(&w.file);
    shop_close_held(w.client);
}

static void while_an_extension_or_forgetting_waits_for_the_lock_checks_answer_at_once(void **state)
{
    writer w = {.s = *state, .client = shop_active_client(*state)};

    shop_hold_worker(w.client);
    shop_pass(w.s, 10 * DAY_S);
    expect_story(&w, extend, POSPAL_STATUS_STALE, POSPAL_STATUS_GRACE);
    expect_story(&w, forget, POSPAL_STATUS_GRACE, POSPAL_STATUS_NONE);
    shop_close_held(w.client);
}

static void a_program_starts_and_checks_at_once_while_another_process_writes(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pl_file_lock *lock;
    pl_db *other;

    pospal_client_close(shop_active_client(s));
    lock = shop_take_lock(s);
    other = shop_lock_vault(s);
    begin_counting();
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    expect_no_waits();
    pl_db_close(other);
    pl_file_lock_release(lock);
    shop_close_held(client);
}

/* Without the mark's file both the time and the extension are in the vault only. */
static void what_only_the_vault_knows_is_learned_when_it_is_free(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_db *other;

    shop_pass(s, 10 * DAY_S);
    assert_int_equal(pospal_client_extend(client, NULL), POSPAL_OK);
    shop_pass(s, HOUR_S);
    assert_int_equal(shop_status(client), POSPAL_STATUS_GRACE);
    pospal_client_close(client);
    shop_delete_file(s, "mark");
    shop_delete_file(s, "mark.old");
    other = shop_lock_vault(s);
    begin_counting();
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_STALE);
    fake_clock_set_wall(&s->clock, SHOP_OPENS_AT * 1000);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    shop_pass(s, HOUR_S); /* a mark would be due: it must not be written over the copy */
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    expect_no_waits();
    pl_db_close(other);
    assert_int_equal(shop_status(client), POSPAL_STATUS_GRACE);
    assert_int_equal(client->vault_storage, PL_OK);
    pospal_client_close(client);
}

static void a_time_mark_is_written_at_once_while_another_process_has_the_vault(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pl_db *other = shop_lock_vault(s);

    assert_non_null(client->vault);
    begin_counting();
    shop_pass(s, HOUR_S); /* another mark is due */
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_true(client->mark_stored.boot_ms == atomic_load(&s->clock.boot_ms));
    expect_no_waits();
    assert_int_equal(client->vault_storage, PL_OK);
    pl_db_close(other);
    pospal_client_close(client);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(while_an_answer_waits_for_the_lock_checks_answer_at_once),
        STORY(while_a_license_file_waits_for_the_lock_checks_answer_at_once),
        STORY(while_an_extension_or_forgetting_waits_for_the_lock_checks_answer_at_once),
        STORY(a_program_starts_and_checks_at_once_while_another_process_writes),
        STORY(what_only_the_vault_knows_is_learned_when_it_is_free),
        STORY(a_time_mark_is_written_at_once_while_another_process_has_the_vault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
