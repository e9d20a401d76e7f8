/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/api/form.c
 */
#include "api/form.h"

#include <stdio.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

typedef struct {
    pl_arena arena;
    faults_t faults;
    route_t route;
    request_t request;
    form_t form;
} desk;

static const char *of_query(const request_t *request, const char *name)
{
    const char *const *pairs = request->connection;

    for (; *pairs; pairs += 2)
        if (strcmp(pairs[0], name) == 0)
            return pairs[1];
    return NULL;
}

static void each_of_query(const request_t *request, void (*see)(void *context, const char *name), void *context)
{
    for (const char *const *pairs = request->connection; *pairs; pairs += 2)
        see(context, pairs[0]);
}

static int set_up(void **state)
{
    static desk d;

    d = (desk){.route = {.body_max = 1024}};
    pl_arena_init(&d.arena);
    d.request =
        (request_t){.arena = &d.arena, .route = &d.route, .faults = &d.faults, .query = of_query, .each_query = each_of_query};
    *state = &d;
    return 0;
}

static int tear_down(void **state)
{
    pl_arena_reset(&((desk *)*state)->arena);
    return 0;
}

static form_t *open_body(desk *d, const char *body)
{
    d->faults = (faults_t){NULL, NULL};
    d->request.body = pl_span_text(body);
    form_open(&d->form, &d->request);
    return &d->form;
}

/* The members at fault, with commas between. */
static const char *named(desk *d)
{
    static char text[512];
    size_t used = 0;

    text[0] = '\0';
    for (const fault_t *fault = d->faults.first; fault && used < sizeof text; fault = fault->next)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", fault->member, fault->next ? "," : "");
    return text;
}

static void reads_every_type(void **state)
{
    static const char *const words[] = {"red", "blue", NULL};
    desk *d = *state;
    form_t *f = open_body(
        d, "{\"t\":\"x\",\"e\":\"a@b.c\",\"s\":\"a-1\",\"i\":-3,\"b\":true,\"at\":\"1970-01-01T00:00:01Z\",\"w\":\"blue\","
           "\"u\":\"0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f\",\"l\":[\"p\",\"q\"],\"o\":{\"a\":[1.50,null],\"b\":\"\\u00e9\"}}");
    const char *t = NULL, *e = NULL, *s = NULL, *o = NULL;
    form_list l = {NULL, 0};
    int64_t i = 0, at = 0;
    size_t w = 0;
    bool b = false;
    pl_uuid u = {{0}};

    form_text(f, "t", FORM_REQUIRED, 1, &t);
    form_email(f, "e", FORM_REQUIRED, &e);
    form_slug(f, "s", FORM_REQUIRED, &s);
    form_int(f, "i", FORM_REQUIRED, (form_range){-3, 3}, &i);
    form_bool(f, "b", &b);
    form_time(f, "at", FORM_REQUIRED, &at);
    form_word(f, "w", FORM_REQUIRED, words, &w);
    form_uuid(f, "u", FORM_REQUIRED, &u);
    form_texts(f, "l", 2, 1, &l);
    form_object(f, "o", 64, &o);
    assert_int_equal(form_close(f), PL_OK);
    assert_string_equal(t, "x");
    assert_string_equal(e, "a@b.c");
    assert_string_equal(s, "a-1");
    assert_int_equal(i, -3);
    assert_true(b);
    assert_int_equal(at, 1000);
    assert_int_equal(w, 1);
    assert_int_equal(u.bytes[15], 0x6f);
    assert_int_equal(l.count, 2);
    assert_string_equal(l.values[1], "q");
    assert_string_equal(o, "{\"a\":[1.50,null],\"b\":\"\xc3\xa9\"}");
}

static void what_is_absent_or_null_leaves_what_was_there(void **state)
{
    desk *d = *state;
    form_t *f = open_body(d, "{\"i\":null,\"t\":null}");
    const char *t = "before";
    int64_t i = 7, at = 9;

    form_int(f, "i", FORM_OPTIONAL, (form_range){0, 1}, &i);
    form_text(f, "t", FORM_OPTIONAL, 9, &t);
    form_time(f, "at", FORM_OPTIONAL, &at);
    assert_true(form_has(f, "i"));
    assert_false(form_has(f, "at"));
    assert_int_equal(form_close(f), PL_OK);
    assert_int_equal(i, 7);
    assert_int_equal(at, 9);
    assert_string_equal(t, "before");
}

static void names_every_member_at_fault_once(void **state)
{
    static const char *const words[] = {"red", NULL};
    desk *d = *state;
    form_t *f = open_body(
        d, "{\"t\":\"\",\"long\":\"xxx\",\"dirty\":\"a\\u0001\",\"e\":\"ab\",\"s\":\"A\",\"i\":4,\"r\":1.5,\"b\":1,\"at\":\"x\","
           "\"w\":\"green\",\"u\":\"x\",\"l\":[\"\",7],\"o\":[],\"k\":7,\"more\":1,\"and\":null}");
    const char *t = NULL, *o = NULL;
    form_list l = {NULL, 0};
    int64_t i = 0;
    size_t w = 0;
    bool b = false;
    pl_uuid u;

    form_text(f, "t", FORM_REQUIRED, 9, &t);
    form_text(f, "long", FORM_REQUIRED, 2, &t);
    form_text(f, "dirty", FORM_REQUIRED, 9, &t);
    form_email(f, "e", FORM_REQUIRED, &t);
    form_slug(f, "s", FORM_REQUIRED, &t);
    form_int(f, "i", FORM_REQUIRED, (form_range){0, 3}, &i);
    form_int(f, "r", FORM_REQUIRED, (form_range){0, 3}, &i);
    form_bool(f, "b", &b);
    form_time(f, "at", FORM_REQUIRED, &i);
    form_word(f, "w", FORM_REQUIRED, words, &w);
    form_uuid(f, "u", FORM_REQUIRED, &u);
    form_texts(f, "l", 9, 9, &l);
    form_object(f, "o", 9, &o);
    form_text(f, "k", FORM_OPTIONAL, 9, &t);
    form_text(f, "absent", FORM_REQUIRED, 9, &t);
    form_int(f, "nothing", FORM_REQUIRED, (form_range){0, 1}, &i);
    assert_int_equal(form_close(f), PL_ERR_INVALID);
    assert_string_equal(named(d), "t,long,dirty,e,s,i,r,b,at,w,u,l/0,l/1,o,k,absent,nothing,more,and");
    assert_null(t);
    assert_null(o);
    assert_null(l.values); /* a list with holes is none */
    assert_int_equal(i, 0);
    assert_non_null(strstr(pl_err_detail(), "t: must have 1 to 9 bytes (and 18 more)"));
}

static void limits_hold(void **state)
{
    desk *d = *state;
    const char *o = NULL;
    form_list l = {NULL, 0};
    form_t *f = open_body(d, "{\"o\":{\"a\":12345},\"l\":[\"a\",\"b\"]}");

    form_object(f, "o", 10, &o);
    form_texts(f, "l", 1, 9, &l);
    assert_int_equal(form_close(f), PL_ERR_INVALID);
    assert_string_equal(named(d), "o,l");
    d->route.body_max = 4;
    f = open_body(d, "{\"a\":1}");
    assert_int_equal(form_close(f), PL_ERR_TOO_LARGE);
}

static void a_body_that_is_no_object_is_told_as_such(void **state)
{
    static const char *const wrong[] = {"[]", "7", "{", "{\"a\":1,\"a\":1}", "{} {}"};
    desk *d = *state;
    const char *t = NULL;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        form_t *f = open_body(d, wrong[i]);

        form_text(f, "t", FORM_REQUIRED, 9, &t);
        assert_int_equal(form_close(f), PL_ERR_MALFORMED);
        assert_null(d->faults.first);
    }
    assert_int_equal(form_close(open_body(d, "")), PL_OK);
}

static void reads_a_query(void **state)
{
    static const char *const pairs[] = {"limit", "20", "wrong", "2x", "email", "a@b.c", "empty", "", NULL};
    desk *d = *state;
    form_t *f = &d->form;
    int64_t limit = 0, wrong = 0;
    const char *email = NULL;

    d->request.connection = (void *)(uintptr_t)pairs;
    form_open_query(f, &d->request);
    form_int(f, "limit", FORM_REQUIRED, (form_range){1, 50}, &limit);
    form_int(f, "wrong", FORM_OPTIONAL, (form_range){1, 50}, &wrong);
    form_int(f, "empty", FORM_OPTIONAL, (form_range){0, 50}, &wrong);
    form_email(f, "email", FORM_REQUIRED, &email);
    form_text(f, "absent", FORM_REQUIRED, 9, &email);
    assert_int_equal(form_close(f), PL_ERR_INVALID);
    assert_string_equal(named(d), "wrong,empty,absent");
    assert_int_equal(limit, 20);
    assert_string_equal(email, "a@b.c");
}

static void a_query_has_what_is_known_and_once(void **state)
{
    static const char *const pairs[] = {"limit", "20", "limt", "3", "limit", "30", "", "", NULL};
    desk *d = *state;
    int64_t limit = 0;

    d->request.connection = (void *)(uintptr_t)pairs;
    form_open_query(&d->form, &d->request);
    form_int(&d->form, "limit", FORM_REQUIRED, (form_range){1, 50}, &limit);
    assert_int_equal(form_close(&d->form), PL_ERR_INVALID);
    assert_string_equal(named(d), "limt,limit");
    d->faults = (faults_t){NULL, NULL};
    form_open_query(&d->form, &d->request);
    d->form.is_lenient = true;
    form_int(&d->form, "limit", FORM_REQUIRED, (form_range){1, 50}, &limit);
    assert_int_equal(form_close(&d->form), PL_OK);
}

static void many_faults_are_counted_and_the_first_are_told(void **state)
{
    desk *d = *state;
    char body[1024];
    size_t used = 0;
    size_t told = 0;

    for (int i = 0; i < 40; i++)
        used += (size_t)snprintf(body + used, sizeof body - used, "%s\"m%d\":1%s", i ? "," : "{", i, i < 39 ? "" : "}");
    assert_int_equal(form_close(open_body(d, body)), PL_ERR_INVALID);
    for (const fault_t *fault = d->faults.first; fault; fault = fault->next)
        told++;
    assert_int_equal(told, 32);
    assert_non_null(strstr(pl_err_detail(), "(and 39 more)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_every_type, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_absent_or_null_leaves_what_was_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_every_member_at_fault_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_hold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_body_that_is_no_object_is_told_as_such, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_a_query, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_query_has_what_is_known_and_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_faults_are_counted_and_the_first_are_told, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
