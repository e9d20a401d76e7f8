/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/api/listing.c
 */
#include "api/listing.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void fields_are_quoted_and_no_formula_is_left(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"plain", "plain"},
        {"a,b", "\"a,b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {" blank", "\" blank\""},
        {"=1+1", "'=1+1"},
        {"+49 30", "'+49 30"},
        {"-2", "'-2"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\tx", "'\tx"},
        {"\r=1", "\"'\r=1\""},
        {"=a,b", "\"'=a,b\""},
        {"a=b", "a=b"},
        {"\xc3\xa4", "\xc3\xa4"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pl_buf out;

        pl_buf_init(&out);
        listing_put_field(&out, rows[i][0]);
        assert_int_equal(out.err, PL_OK);
        assert_string_equal(out.size ? out.data : "", rows[i][1]);
        pl_buf_reset(&out);
    }
}

static pl_err put(void *context, pl_json_writer *json, size_t index)
{
    pl_json_put_raw(json, NULL, pl_span_text(((const char *const *)context)[index]));
    return PL_OK;
}

static void a_list_has_the_form_that_is_asked_for_first(void **state)
{
    static const char *const items[] = {"{\"id\":-1,\"who\":{\"name\":\"=x\"},\"more\":{\"a\":[1,true]}}",
                                        "{\"id\":2,\"who\":null,\"more\":null}"};
    static const char *const columns[] = {"id", "who.name", "more", "none", NULL};
    static const struct {
        const char *accept;
        bool is_first;
        const char *media_type;
        const char *text;
    } rows[] = {
        {NULL, true, "application/json", "[{\"id\":-1"},
        {"*/*", true, "application/json", "[{\"id\":-1"},
        {"application/json, text/csv", true, "application/json", "[{\"id\":-1"},
        {"text/html, application/jsonl;q=0.8, text/csv", true, "application/jsonl", "{\"id\":-1"},
        {"text/csv;q=0, application/jsonl", true, "application/jsonl", "{\"id\":-1"},
        {"text/csv; charset=utf-8 ; q=0.000,application/jsonl;q=0.001", true, "application/jsonl", "{\"id\":-1"},
        {"text/csv;q=0", true, "application/json", "[{\"id\":-1"},
        {"text/csv", true, "text/csv; charset=utf-8; header=present",
         "id,who.name,more,none\r\n-1,'=x,\"{\"\"a\"\":[1,true]}\",\r\n2,,,\r\n"},
        {"text/csv", false, "text/csv; charset=utf-8; header=absent", "-1,'=x,\"{\"\"a\"\":[1,true]}\",\r\n2,,,\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const brand_call_t call = {.accept = rows[i].accept};
        const listing_t listing = {columns, 2, rows[i].is_first, put, (void *)(uintptr_t)items};
        brand_reply_t reply = {.media_type = "application/json"};
        pl_arena arena;
        tx_t tx = {.arena = &arena};

        pl_arena_init(&arena);
        pl_buf_init(&reply.body);
        pl_json_writer_init(&reply.json, &reply.body);
        assert_int_equal(listing_write(&tx, &call, &reply, &listing), PL_OK);
        assert_string_equal(reply.media_type, rows[i].media_type);
        assert_memory_equal(reply.body.data, rows[i].text, strlen(rows[i].text));
        pl_buf_reset(&reply.body);
        pl_arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_quoted_and_no_formula_is_left),
        cmocka_unit_test(a_list_has_the_form_that_is_asked_for_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
