/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions among many threads, with the library's own thread at work; the thread sanitizer watches. Threads count their own failures,
 * since an assertion may end the main thread only.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/session_shop.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/clock.h"
#include "platform/file.h"

enum { TILLS = 6, RACES = 8, THREADS = 4, TURNS = 6, PATIENCE_MS = 60000 };

typedef struct {
    session_shop shop;
    session_till tills[TILLS];
    atomic_int served, winners, losers, failures;
    pl_mutex *mutex;
    pl_cond *changed;
    bool is_inside, may_go_on; /* of an exchange that takes long */
    unsigned told;
} street;

static int open_street(void **state)
{
    street *s = calloc(1, sizeof *s);

    if (!s || !(s->mutex = pl_mutex_new()) || !(s->changed = pl_cond_new()))
        return -1;
    session_shop_open(&s->shop, 1, TAKEOVER_ANY);
    for (int i = 0; i < TILLS; i++)
        session_till_open(&s->tills[i], &s->shop, i + 1);
    *state = s;
    return 0;
}

static int close_street(void **state)
{
    street *s = *state;

    for (int i = 0; i < TILLS; i++)
        session_till_close(&s->tills[i]);
    session_shop_close(&s->shop);
    pl_cond_free(s->changed);
    pl_mutex_free(s->mutex);
    free(s);
    return 0;
}

static void run_threads(street *s, int count, void (*work)(void *context))
{
    pl_thread *threads[TILLS];

    atomic_store(&s->served, 0);
    for (int i = 0; i < count; i++)
        assert_int_equal(pl_thread_start(work, s, &threads[i]), PL_OK);
    for (int i = 0; i < count; i++)
        pl_thread_join(threads[i]);
    assert_int_equal(atomic_load(&s->failures), 0);
}

/* ---- the last seat ---- */

static void start_one(void *context)
{
    street *s = context;
    session_till *t = &s->tills[atomic_fetch_add(&s->served, 1)];
    pospal_result_t result = pospal_session_start(t->client, &t->session, NULL);

    atomic_fetch_add(&s->winners, result == POSPAL_OK);
    atomic_fetch_add(&s->losers, result == POSPAL_ERROR_CONFLICT);
}

static void of_all_threads_that_want_the_last_seat_exactly_one_gets_it(void **state)
{
    street *s = *state;

    for (int race = 1; race <= RACES; race++) {
        run_threads(s, TILLS, start_one);
        assert_int_equal(atomic_load(&s->winners), race);
        assert_int_equal(atomic_load(&s->losers), race * (TILLS - 1));
        for (int i = 0; i < TILLS; i++) {
            pospal_session_end(s->tills[i].session);
            s->tills[i].session = NULL;
        }
    }
}

/* ---- one client ---- */

static void use_one(void *context)
{
    street *s = context;
    session_till *t = &s->tills[0];
    pospal_holder_t holder = {.size = sizeof holder};

    atomic_fetch_add(&s->served, 1);
    for (int i = 0; i < TURNS; i++) {
        pospal_session *session = NULL;
        size_t count = 0;

        atomic_fetch_add(&s->failures, pospal_session_start(t->client, &session, NULL) != POSPAL_OK);
        /* the others move the clock: a lease may end before the background has beaten for it */
        atomic_fetch_add(&s->failures, pospal_session_state(session) != POSPAL_SESSION_HELD &&
                                           pospal_session_state(session) != POSPAL_SESSION_UNCONFIRMED);
        atomic_fetch_add(&s->failures, pospal_session_evictor(session, &holder) != POSPAL_ERROR_NOT_FOUND);
        atomic_fetch_add(&s->failures, pospal_session_holders(t->client, &holder, 1, &count) != POSPAL_OK || count != 1);
        fake_clock_advance(&t->place.clock, SHOP_BEAT_S * 1000);
        atomic_fetch_add(&s->failures, pospal_session_state(session) == POSPAL_SESSION_NONE);
        pospal_session_end(session);
    }
}

static void many_threads_may_start_and_end_on_one_client(void **state)
{
    street *s = *state;

    session_till_let_run(&s->tills[0]);
    run_threads(s, THREADS, use_one);
    assert_int_equal(session_shop_count_live(&s->shop), 0);
}

/* ---- the library's own thread ---- */

static void note_told(void *context)
{
    street *s = context;

    pl_mutex_lock(s->mutex);
    s->told++;
    pl_cond_wake_all(s->changed);
    pl_mutex_unlock(s->mutex);
}

static bool wait_until_told(street *s, unsigned times)
{
    bool is_told;

    pl_mutex_lock(s->mutex);
    while (s->told < times && pl_cond_wait(s->changed, s->mutex, PATIENCE_MS))
        ;
    is_told = s->told >= times;
    pl_mutex_unlock(s->mutex);
    return is_told;
}

static void watch(street *s, session_till *t, void (*told)(void *context))
{
    t->told = told;
    t->context = s;
    session_till_let_run(t);
}

static void the_background_tells_an_eviction_by_the_callback(void **state)
{
    street *s = *state;
    session_till *a = &s->tills[0], *b = &s->tills[1];
    pospal_holder_t by = {.size = sizeof by};

    session_till_start(a, POSPAL_OK);
    watch(s, a, note_told);
    assert_int_equal(pospal_session_take_over(b->client, NULL, "mine", &b->session, NULL), POSPAL_OK);
    fake_clock_advance(&a->place.clock, SHOP_BEAT_S * 1000);
    assert_true(wait_until_told(s, 1));
    assert_int_equal(session_till_state(a), POSPAL_SESSION_EVICTED);
    assert_int_equal(pospal_session_evictor(a->session, &by), POSPAL_OK);
    assert_string_equal(by.device_name, "Till 2");
}

static void end_from_callback(void *context)
{
    street *s = context;

    pospal_session_end(s->tills[0].session);
    s->tills[0].session = NULL;
    note_told(s);
}

static void the_callback_may_end_the_session(void **state)
{
    street *s = *state;
    session_till *a = &s->tills[0], *b = &s->tills[1];

    session_till_start(a, POSPAL_OK);
    watch(s, a, end_from_callback);
    assert_int_equal(pospal_session_take_over(b->client, NULL, "mine", &b->session, NULL), POSPAL_OK);
    fake_clock_advance(&a->place.clock, SHOP_BEAT_S * 1000);
    assert_true(wait_until_told(s, 1));
    assert_int_equal(s->shop.ends, 0);
}

static void take_long(void *context)
{
    street *s = context;

    pl_mutex_lock(s->mutex);
    s->is_inside = true;
    pl_cond_wake_all(s->changed);
    while (!s->may_go_on && pl_cond_wait(s->changed, s->mutex, PATIENCE_MS))
        ;
    pl_mutex_unlock(s->mutex);
}

static void a_beat_that_takes_long_holds_nobody_up(void **state)
{
    street *s = *state;
    session_till *a = &s->tills[0];

    session_till_start(a, POSPAL_OK);
    a->context = s;
    a->during = take_long;
    session_till_let_run(a);
    fake_clock_advance(&a->place.clock, SHOP_BEAT_S * 1000);
    pl_mutex_lock(s->mutex);
    while (!s->is_inside && pl_cond_wait(s->changed, s->mutex, PATIENCE_MS))
        ;
    assert_true(s->is_inside);
    pl_mutex_unlock(s->mutex);
    assert_int_equal(session_till_state(a), POSPAL_SESSION_HELD);
    assert_int_equal(shop_status(a->client), POSPAL_STATUS_ACTIVE);
    pl_mutex_lock(s->mutex);
    s->may_go_on = true;
    pl_cond_wake_all(s->changed);
    pl_mutex_unlock(s->mutex);
}

/* ---- while another process asks for the seat ---- */

typedef struct {
    atomic_bool waits, gave_up; /* for the close, not for the time */
} listener;

static void listen_for_waits(void *context, pospal_log_level_t level, const char *message)
{
    listener *l = context;

    (void)level;
    if (strstr(message, "waiting for another process at the session") == message)
        atomic_store(&l->waits, true);
    if (strncmp(message, "not waiting for", 15) == 0)
        atomic_store(&l->gave_up, true);
}

static void a_close_ends_the_backgrounds_wait_for_who_asks_for_the_seat(void **state)
{
    street *s = *state;
    session_till *a = &s->tills[0];
    listener l = {false, false};
    pl_file_lock *asking = NULL;
    char path[SHOP_PATH_SIZE + 32];

    shop_close_held(a->client);
    a->place.log = listen_for_waits;
    a->place.log_context = &l;
    a->client = session_till_client(a);
    s->shop.is_down = true;
    session_till_start(a, POSPAL_OK); /* UNCONFIRMED: the background asks again */
    (void)snprintf(path, sizeof path, "%s/session.asking", a->place.data);
    assert_int_equal(pl_file_lock_take(path, 0, &asking), PL_OK);
    session_till_let_run(a);
    while (!atomic_load(&l.waits)) {
        fake_clock_advance(&a->place.clock, SHOP_BEAT_S * 1000);
        pl_clock_sleep_ms(1);
    }
    pospal_client_close(a->client);
    a->client = NULL;
    a->is_running = false;
    pl_file_lock_release(asking);
    assert_true(atomic_load(&l.gave_up));
}

static void a_forked_child_leaves_the_session_to_its_parent(void **state)
{
    street *s = *state;
    session_till *a = &s->tills[0];
    int code = -1;
    pid_t child;

    session_till_start(a, POSPAL_OK);
    if ((child = fork()) == 0) {
        bool is_held = pospal_session_state(a->session) == POSPAL_SESSION_HELD;

        pospal_session_end(a->session);
        pospal_client_close(a->client);
        _exit(is_held ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(code, 0);
    assert_int_equal(s->shop.ends, 0);
    fake_clock_advance(&a->place.clock, SHOP_BEAT_S * 1000);
    session_till_round(a);
    assert_int_equal(session_till_state(a), POSPAL_SESSION_HELD);
    assert_int_equal(s->shop.beats, 1);
}

#define STREET(name) cmocka_unit_test_setup_teardown(name, open_street, close_street)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREET(of_all_threads_that_want_the_last_seat_exactly_one_gets_it),
        STREET(many_threads_may_start_and_end_on_one_client),
        STREET(the_background_tells_an_eviction_by_the_callback),
        STREET(the_callback_may_end_the_session),
        STREET(a_beat_that_takes_long_holds_nobody_up),
        STREET(a_close_ends_the_backgrounds_wait_for_who_asks_for_the_seat),
        STREET(a_forked_child_leaves_the_session_to_its_parent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
