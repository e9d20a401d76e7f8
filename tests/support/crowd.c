/* SPDX-License-Identifier: Apache-2.0
 *
 * A crowd of processes and threads; see crowd.h. What they do is a test's.
 */
#include "support/crowd.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/clock.h"

enum { PROCESSES = 3, THREADS = 4, ROUNDS = 16, PRINTED = 5, TIMEOUT_MS = 5000, WAIT_MS = 20000 };
enum { LOSSES = 16 /* one exchange of so many is lost */ };
enum { CODE_FAILED = 1, CODE_NO_VALIDATOR = 2 };

static size_t throw_dice(uint64_t *seed, size_t sides)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (size_t)(*seed % sides);
}

void crowd_expect(crowd *c, bool is_good, const char *what)
{
    if (is_good || atomic_fetch_add(&c->failures, 1) >= PRINTED)
        return;
    (void)fprintf(stderr, "process %d: %s: %s: %s\n", c->number, what, pospal_error_code(), pospal_error_detail());
}

/* ---- the line and the clock ---- */

static pospal_result_t exchange_or_lose(void *context, const pospal_exchange_t *exchange, pospal_reply *reply)
{
    crowd *c = context;
    int number = atomic_fetch_add(&c->exchanges, 1);

    if ((number + c->number) % LOSSES == LOSSES - 1)
        return POSPAL_ERROR_UNREACHABLE;
    return licensing_line_exchange(&c->line, exchange, reply);
}

static void read_clock(void *context, pospal_time_t *now)
{
    crowd_hall *h = context;

    now->wall_ms = atomic_load(&h->clock.wall_ms);
    now->boot_ms = atomic_load(&h->clock.boot_ms);
    now->boot_id = atomic_load(&h->clock.boot_id);
}

pospal_client *crowd_open_client(crowd *c)
{
    pospal_options *options = shop_options(&c->s);
    pospal_client *client = NULL;

    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, c->line.v.made.root_public_jwks);
    pospal_options_set_transport(options, exchange_or_lose, c);
    pospal_options_set_clock(options, read_clock, c->hall);
    pospal_options_set_timeout_ms(options, TIMEOUT_MS);
    crowd_expect(c, pospal_client_open(options, &client) == POSPAL_OK, "open");
    pospal_options_free(options);
    return client;
}

/* ---- threads and processes ---- */

typedef struct {
    crowd *c;
    const crowd_deeds *d;
} job;

static void work(void *context)
{
    const job *j = context;
    crowd *c = j->c;
    int number = atomic_fetch_add(&c->threads, 1);
    uint64_t seed = c->seed * (uint64_t)(PROCESSES * THREADS) + (uint64_t)(c->number * THREADS + number) + 1;

    for (int i = 0; i < ROUNDS && j->d->count > 0; i++)
        j->d->list[throw_dice(&seed, j->d->count)](c, c->client);
}

/* All begin together, and whoever's first exchange is lost tries again. */
static void begin(crowd *c)
{
    pospal_result_t result = POSPAL_ERROR_UNREACHABLE;

    c->client = crowd_open_client(c);
    atomic_fetch_add(&c->hall->ready, 1);
    for (int i = 0; i < WAIT_MS && atomic_load(&c->hall->ready) < PROCESSES; i++)
        pl_clock_sleep_ms(1); /* one that could not start is not waited for for ever */
    for (int i = 0; i < CROWD_TRIES && result == POSPAL_ERROR_UNREACHABLE; i++)
        result = pospal_client_activate(c->client, c->key, NULL);
    crowd_expect(c, result == POSPAL_OK, "first activation");
}

static int run_process(crowd *c, const crowd_deeds *d)
{
    pl_thread *threads[THREADS];
    job j = {c, d};

    if (licensing_line_join(&c->line))
        return CODE_NO_VALIDATOR;
    begin(c);
    for (int i = 0; i < THREADS; i++)
        if (pl_thread_start(work, &j, &threads[i]))
            return CODE_NO_VALIDATOR;
    for (int i = 0; i < THREADS; i++)
        pl_thread_join(threads[i]);
    pospal_client_close(c->client);
    licensing_line_leave(&c->line);
    return atomic_load(&c->failures) ? CODE_FAILED : 0;
}

void crowd_run(crowd *c, const crowd_deeds *d)
{
    pid_t children[PROCESSES];
    int ends[PROCESSES] = {0};

    licensing_line_leave(&c->line);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            c->number = i;
            _exit(run_process(c, d));
        }
    }
    for (int i = 0; i < PROCESSES; i++) /* all, before anything is cleared away */
        assert_true(waitpid(children[i], &ends[i], 0) == children[i]);
    for (int i = 0; i < PROCESSES; i++)
        assert_true(WIFEXITED(ends[i]) && WEXITSTATUS(ends[i]) == 0);
    assert_int_equal(licensing_line_join(&c->line), PL_OK);
}

typedef struct {
    const license_t *license;
    int64_t live;
} seats;

static pl_err count_seats(void *context, tx_t *tx)
{
    seats *of = context;

    return activations_count_live(tx, of->license->brand_id, of->license->id, &of->live);
}

int64_t crowd_seats_taken(crowd *c)
{
    seats of = {&c->sold.license, -1};

    assert_int_equal(validator_do(&c->line.v, count_seats, &of), PL_OK);
    return of.live;
}

int crowd_setup(void **state)
{
    const char *seed = getenv("POSPAL_STRESS_SEED");
    void *hall = mmap(NULL, sizeof(crowd_hall), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    crowd *c = calloc(1, sizeof *c);

    assert_true(c && hall != MAP_FAILED);
    c->hall = hall;
    shop_open(&c->s);
    licensing_line_open(&c->line, &c->hall->clock);
    c->sold = validator_issue(&c->line.v, &(license_order_t){.seats = 1}, &c->key);
    c->seed = seed ? strtoull(seed, NULL, 10) : (uint64_t)pl_clock_monotonic_us() % 1000000;
    print_message("POSPAL_STRESS_SEED=%llu\n", (unsigned long long)c->seed);
    pl_buf_init(&c->file);
    *state = c;
    return 0;
}

int crowd_teardown(void **state)
{
    crowd *c = *state;

    pl_buf_reset(&c->file);
    licensing_line_close(&c->line);
    shop_close(&c->s);
    (void)munmap(c->hall, sizeof *c->hall);
    free(c);
    return 0;
}
