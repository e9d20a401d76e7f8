/* SPDX-License-Identifier: Apache-2.0
 *
 * An application's own memory: all of ours comes from it and goes back to it, and where it has none left a call says so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Blocks carry whose they are; one of somebody else is counted as strange. */
typedef union {
    struct {
        void *owner;
        size_t size;
    } of;
    max_align_t align;
} label;

typedef struct {
    atomic_size_t calls, live, strange;
    atomic_size_t fail_at; /* 0: never */
} store;

static bool refuses(store *m)
{
    return atomic_fetch_add(&m->calls, 1) + 1 == atomic_load(&m->fail_at);
}

static void *take(void *context, size_t size)
{
    store *m = context;
    label *block;

    assert_int_not_equal(size, 0);
    if (refuses(m) || (block = malloc(sizeof *block + size)) == NULL)
        return NULL;
    block->of.owner = m;
    block->of.size = size;
    atomic_fetch_add(&m->live, 1);
    return block + 1;
}

static label *label_of(store *m, void *block)
{
    label *found = (label *)block - 1;

    if (!block || found->of.owner != m)
        atomic_fetch_add(&m->strange, 1);
    return found;
}

static void *extend(void *context, void *block, size_t size)
{
    store *m = context;
    label *old = label_of(m, block);
    label *moved;

    if (refuses(m) || (moved = realloc(old, sizeof *moved + size)) == NULL)
        return NULL;
    moved->of.size = size;
    return moved + 1;
}

static void give_back(void *context, void *block)
{
    store *m = context;
    label *old = label_of(m, block);

    memset(old + 1, 0xDD, old->of.size); /* what is still read afterwards shows */
    old->of.owner = NULL;
    atomic_fetch_sub(&m->live, 1);
    free(old);
}

static pospal_allocator_t allocator_of(store *m)
{
    pospal_allocator_t allocator = {sizeof allocator, m, take, extend, give_back};

    return allocator;
}

/* Each test begins as a process does: nothing allocated. */
static int begin(void **state)
{
    (void)state;
    pl_mem_set(NULL);
    return 0;
}

/* A till's day: open, activate, look, report, close. */
static pospal_result_t live_a_day(shop *s)
{
    pospal_options *options = shop_options(s);
    pospal_client *client = NULL;
    pospal_license *license = NULL;
    char *report = NULL;
    pospal_result_t result;

    if (!options)
        return POSPAL_ERROR_OUT_OF_MEMORY;
    if ((result = pospal_client_open(options, &client)) == POSPAL_OK) {
        result = pospal_client_activate(client, FAKE_KEY, &license);
        if (pospal_client_support_report(client, &report) == POSPAL_OK)
            pospal_text_free(report);
        (void)pospal_client_status(client);
    }
    pospal_license_free(license);
    pospal_client_close(client);
    pospal_options_free(options);
    return result;
}

/* The same without a server: the one of the tests takes its memory from us as well. */
static pospal_result_t start_offline(shop *s)
{
    pospal_options *options = shop_options(s);
    pospal_client *client = NULL;
    pospal_license *license = NULL;
    char *text = NULL;
    pospal_result_t result;

    if (!options)
        return POSPAL_ERROR_OUT_OF_MEMORY;
    if ((result = pospal_client_open(options, &client)) == POSPAL_OK &&
        (result = pospal_client_check(client, POSPAL_CHECK_LOCAL, &license)) == POSPAL_OK)
        result = pospal_client_support_report(client, &text);
    pospal_text_free(text);
    pospal_license_free(license);
    pospal_client_close(client);
    pospal_options_free(options);
    return result;
}

static void all_of_our_memory_comes_from_it_and_goes_back(void **state)
{
    store m = {0};
    pospal_allocator_t allocator = allocator_of(&m);
    shop s;

    (void)state;
    assert_int_equal(pospal_set_allocator(&allocator), POSPAL_OK);
    memset(&allocator, 0, sizeof allocator); /* it was copied */
    shop_open(&s);
    assert_int_equal(live_a_day(&s), POSPAL_OK);
    shop_close(&s);
    assert_true(atomic_load(&m.calls) > 50);
    assert_int_equal(atomic_load(&m.live), 0);
    assert_int_equal(atomic_load(&m.strange), 0);
}

static void where_it_has_none_left_a_call_says_so_and_nothing_is_lost(void **state)
{
    store m = {0};
    pospal_allocator_t allocator = allocator_of(&m);
    pospal_result_t result = POSPAL_ERROR_OUT_OF_MEMORY;
    size_t before, failures = 0;
    shop s;

    (void)state;
    assert_int_equal(pospal_set_allocator(&allocator), POSPAL_OK);
    shop_open(&s);
    s.is_without_server = true;
    before = atomic_load(&m.live);
    for (size_t n = 1; atomic_load(&m.calls) == 0 || atomic_load(&m.calls) >= n - 1; n++) {
        atomic_store(&m.calls, 0);
        atomic_store(&m.fail_at, n);
        result = start_offline(&s);
        atomic_store(&m.fail_at, 0);
        failures += result == POSPAL_ERROR_OUT_OF_MEMORY;
        assert_true(result == POSPAL_OK || result == POSPAL_ERROR_OUT_OF_MEMORY);
        assert_int_equal(atomic_load(&m.live), before);
    }
    assert_int_equal(result, POSPAL_OK); /* the last had all it asked for */
    assert_true(failures > 10);
    shop_close(&s);
    assert_int_equal(atomic_load(&m.live), 0);
    assert_int_equal(atomic_load(&m.strange), 0);
}

static void after_the_first_allocation_it_is_too_late(void **state)
{
    store m = {0};
    const pospal_allocator_t allocator = allocator_of(&m);
    pospal_options *options = pospal_options_new();

    (void)state;
    assert_int_equal(pospal_set_allocator(&allocator), POSPAL_ERROR_CONFLICT);
    assert_string_equal(pospal_error_code(), "wrong_state");
    assert_int_equal(pospal_set_allocator(NULL), POSPAL_ERROR_CONFLICT);
    pospal_options_free(options);
    assert_int_equal(pospal_set_allocator(&allocator), POSPAL_ERROR_CONFLICT); /* also when all was given back */
    assert_int_equal(atomic_load(&m.calls), 0);
}

static void before_it_the_last_choice_counts(void **state)
{
    store first = {0}, second = {0};
    const pospal_allocator_t a = allocator_of(&first), b = allocator_of(&second);

    (void)state;
    assert_int_equal(pospal_set_allocator(&a), POSPAL_OK);
    assert_int_equal(pospal_set_allocator(&b), POSPAL_OK);
    pospal_options_free(pospal_options_new());
    assert_int_equal(atomic_load(&first.calls), 0);
    assert_int_equal(atomic_load(&second.calls), 1);
    pl_mem_set(NULL);
    assert_int_equal(pospal_set_allocator(&a), POSPAL_OK);
    assert_int_equal(pospal_set_allocator(NULL), POSPAL_OK);
    pospal_options_free(pospal_options_new());
    assert_int_equal(atomic_load(&first.calls), 0);
}

static void one_that_lacks_something_is_refused(void **state)
{
    store m = {0};
    const pospal_allocator_t good = allocator_of(&m);
    pospal_allocator_t bad[4] = {good, good, good, good};

    (void)state;
    bad[0].size = 0;
    bad[1].alloc = NULL;
    bad[2].resize = NULL;
    bad[3].free = NULL;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pospal_set_allocator(&bad[i]), POSPAL_ERROR_INVALID_ARGUMENT);
    pospal_options_free(pospal_options_new());
    assert_int_equal(atomic_load(&m.calls), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(all_of_our_memory_comes_from_it_and_goes_back), CASE(where_it_has_none_left_a_call_says_so_and_nothing_is_lost),
        CASE(after_the_first_allocation_it_is_too_late),     CASE(before_it_the_last_choice_counts),
        CASE(one_that_lacks_something_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
