/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/base/buf.c
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/mem.h"
#include "support/failing_memory.h"

static size_t secrets_released;

static void *resize(void *context, void *block, size_t size)
{
    (void)context;
    return realloc(block, size);
}

static void release_and_look(void *context, void *block)
{
    (void)context;
    secrets_released += memcmp(block, "secret", 6) == 0;
    free(block);
}

static void an_empty_buffer_is_an_empty_text(void **state)
{
    pl_buf buf;

    (void)state;
    pl_buf_init(&buf);
    assert_string_equal(buf.data, "");
    assert_int_equal(pl_buf_span(&buf).size, 0);
    pl_buf_add(&buf, "", 0);
    assert_string_equal(buf.data, "");
    pl_buf_reset(&buf);
}

static void what_is_added_stands_in_order_and_ends_with_nul(void **state)
{
    pl_buf buf;

    (void)state;
    pl_buf_init(&buf);
    pl_buf_add(&buf, "one\0", 4);
    pl_buf_add_text(&buf, "two");
    pl_buf_add_format(&buf, "%03d%s", 7, "");
    memcpy(pl_buf_grow(&buf, 2), "ok", 2);
    assert_int_equal(buf.size, 12);
    assert_memory_equal(buf.data, "one\0two007ok", 13);
    pl_buf_clear(&buf);
    assert_int_equal(buf.size, 0);
    assert_string_equal(buf.data, "");
    pl_buf_reset(&buf);
}

static void it_grows_over_many_sizes(void **state)
{
    pl_buf buf;

    (void)state;
    pl_buf_init(&buf);
    for (unsigned i = 0; i < 5000; i++)
        pl_buf_add_format(&buf, "%04u", i);
    assert_int_equal(buf.err, PL_OK);
    assert_int_equal(buf.size, 20000);
    assert_memory_equal(buf.data + 4 * 4321, "4321", 4);
    pl_buf_reset(&buf);
}

static void beyond_the_limit_it_fails_and_stays_failed(void **state)
{
    pl_buf buf;

    (void)state;
    pl_buf_init(&buf);
    buf.limit = 5;
    pl_buf_add_text(&buf, "12345");
    assert_int_equal(buf.err, PL_OK);
    pl_buf_add_text(&buf, "6");
    assert_int_equal(buf.err, PL_ERR_TOO_LARGE);
    assert_string_equal(buf.data, "12345");
    pl_buf_clear(&buf);
    pl_buf_add_text(&buf, "123456");
    assert_int_equal(buf.err, PL_ERR_TOO_LARGE);
    pl_buf_add_text(&buf, "1");
    pl_buf_add_format(&buf, "1");
    assert_null(pl_buf_grow(&buf, 1));
    assert_int_equal(buf.size, 0);
    assert_null(pl_buf_detach(&buf));
    pl_buf_reset(&buf);
    assert_int_equal(buf.err, PL_OK);
    assert_null(pl_buf_grow(&buf, SIZE_MAX));
    assert_int_equal(buf.err, PL_ERR_TOO_LARGE);
    pl_buf_reset(&buf);
}

static void detached_bytes_are_the_callers(void **state)
{
    pl_buf buf;
    char *data;

    (void)state;
    pl_buf_init(&buf);
    pl_buf_add_text(&buf, "mine");
    data = pl_buf_detach(&buf);
    assert_string_equal(data, "mine");
    assert_int_equal(buf.size, 0);
    pl_free(data);
    data = pl_buf_detach(&buf);
    assert_string_equal(data, "");
    pl_free(data);
}

static void bytes_are_wiped_when_it_moves_and_when_it_ends(void **state)
{
    const pl_allocator looking = {resize, release_and_look, NULL};
    pl_buf buf;

    (void)state;
    pl_mem_set(&looking);
    pl_buf_init(&buf);
    pl_buf_add_text(&buf, "secret");
    (void)pl_buf_grow(&buf, 10000);
    assert_memory_equal(buf.data, "secret", 6);
    pl_buf_reset(&buf);
    pl_mem_set(NULL);
    assert_int_equal(secrets_released, 0);
}

static pl_err fill(void *context)
{
    pl_err err;
    pl_buf buf;

    (void)context;
    pl_buf_init(&buf);
    pl_buf_add_text(&buf, "x");
    pl_buf_add_format(&buf, "%1000d", 1);
    (void)pl_buf_grow(&buf, 5000);
    err = buf.err;
    pl_buf_reset(&buf);
    return err;
}

static void exhaustion_is_remembered(void **state)
{
    (void)state;
    assert_true(fail_every_allocation(fill, NULL) >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_is_an_empty_text), cmocka_unit_test(what_is_added_stands_in_order_and_ends_with_nul),
        cmocka_unit_test(it_grows_over_many_sizes),         cmocka_unit_test(beyond_the_limit_it_fails_and_stays_failed),
        cmocka_unit_test(detached_bytes_are_the_callers),   cmocka_unit_test(bytes_are_wiped_when_it_moves_and_when_it_ends),
        cmocka_unit_test(exhaustion_is_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
