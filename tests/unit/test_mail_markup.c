/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates: what is written, what is refused, what is left out, and that values are text whatever stands in them.
 */
#include "mail/markup.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/mail.h"
#include "mail/render.h"
#include "mail/shipped.h"
#include "mail/templates.h"

typedef struct {
    pl_arena arena;
    values_t values;
    template_t template;
    rendering_t rendering;
} scene_t;

static int set_up(void **state)
{
    static scene_t scene;

    scene = (scene_t){.values = {.language = "en", .arena = &scene.arena}};
    pl_arena_init(&scene.arena);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    pl_arena_reset(&((scene_t *)*state)->arena);
    return 0;
}

static pl_err parse(scene_t *s, const char *source)
{
    return markup_parse(&s->arena, pl_span_text(source), "test", &s->template);
}

static void put(scene_t *s, const char *name, const char *value)
{
    assert_int_equal(values_put(&s->values, name, value), PL_OK);
}

static pl_err render(scene_t *s, const char *source)
{
    pl_err err = parse(s, source);

    return err ? err : template_render(&s->template, &s->values, &s->rendering);
}

static void markup_becomes_text_and_html(void **state)
{
    scene_t *s = *state;

    put(s, "customer_name", "Ada");
    put(s, "license_key", "ABCD-1234");
    put(s, "invoice_url", "https://pay.example/?a=1&b=2");
    assert_int_equal(
        render(s, "Subject: Hello {{customer_name}}\n\n# Title\n\nOne **bold**\nline, \\*\\*plain\\*\\*.\n\n> {{license_key!}}\n"
                  "- first\n- second\n\n[[Pay]]({{invoice_url}})\n\nSee [us](https://acme.example).\n\n---\n\nFoot\n"),
        PL_OK);
    assert_string_equal(s->rendering.subject, "Hello Ada");
    assert_string_equal(s->rendering.text, "Title\n\nOne bold line, **plain**.\n\n    ABCD-1234\n\n- first\n- second\n\nPay:\n"
                                           "https://pay.example/?a=1&b=2\n\nSee us (https://acme.example).\n\n-- \nFoot\n");
    assert_non_null(strstr(s->rendering.html, "One <strong>bold</strong> line, **plain**.</p>"));
    assert_non_null(strstr(s->rendering.html, "<a href=\"https://pay.example/?a=1&amp;b=2\""));
    assert_non_null(strstr(s->rendering.html, ">ABCD-1234</p>"));
    assert_non_null(strstr(s->rendering.html, "<title>Hello Ada</title>"));
}

static void values_are_never_markup(void **state)
{
    static const char *const attempts[] = {
        "<script>alert(1)</script>",    "\"><img src=x onerror=alert(1)>", "**bold** [x](https://evil.example) {{license_key}}",
        "one\r\nBcc: all@example.com",  "\xe2\x80\xae>drow\xe2\x81\xa6",   "a\xff\xfe\xc3",
        "\xc2\x85next\xe2\x80\xa8line",
    };

    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        scene_t *s = *state;

        s->values.count = 0;
        put(s, "customer_name", attempts[i]);
        put(s, "license_key", "SECRET");
        assert_int_equal(render(s, "Subject: {{customer_name}}\n\nHello {{customer_name}}, [{{customer_name}}](mailto:a@b)\n"),
                         PL_OK);
        assert_null(strpbrk(s->rendering.subject, "\r\n\v\f"));
        assert_null(strstr(s->rendering.html, "<script"));
        assert_null(strstr(s->rendering.html, "<img"));
        assert_null(strstr(s->rendering.html, "evil.example\""));
        assert_null(strstr(s->rendering.html, "SECRET"));
        assert_null(strstr(s->rendering.text, "\nBcc"));
        assert_null(strstr(s->rendering.html, "\xe2\x80\xae"));
        assert_null(strstr(s->rendering.html, "\xe2\x81\xa6"));
        assert_null(strstr(s->rendering.html, "\xff"));
        assert_null(strstr(s->rendering.subject, "\xc2\x85"));
    }
}

static void names_that_are_written_from_the_right_stay(void **state)
{
    scene_t *s = *state;

    put(s, "customer_name", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d");
    assert_int_equal(render(s, "Subject: {{customer_name}}\n\nx\n"), PL_OK);
    assert_string_equal(s->rendering.subject, "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d");
}

static void links_go_to_web_and_mail_alone(void **state)
{
    scene_t *s = *state;

    put(s, "invoice_url", "javascript:alert(1)");
    put(s, "website", "https://acme.example/\" onclick=\"x");
    assert_int_equal(s->values.count, 0);
    put(s, "customer_name", "javascript:alert(1)");
    assert_int_equal(parse(s, "Subject: x\n\n[x](javascript:alert)\n"), PL_ERR_INVALID);
    assert_int_equal(parse(s, "Subject: x\n\n[x]({{customer_name}})\n"), PL_ERR_INVALID);
    assert_int_equal(parse(s, "Subject: x\n\n[x]({{website}}{{customer_name}})\n"), PL_ERR_INVALID);
    assert_int_equal(parse(s, "Subject: x\n\n[x](/there)\n"), PL_ERR_INVALID);
    assert_int_equal(parse(s, "Subject: x\n\n[x](HTTPS://there)\n"), PL_ERR_INVALID);
}

static void what_has_no_value_is_left_out(void **state)
{
    scene_t *s = *state;
    static const char source[] =
        "Subject: {{amount}} due\nSubject: Payment\n\nHello {{customer_name}},\n\nstays\n\n[[Pay]]({{invoice_url}})\n\n"
        "Due: {{amount}} of [us]({{website}})\n";

    put(s, "customer_name", "");
    put(s, "amount", "no amount");
    assert_int_equal(render(s, source), PL_OK);
    assert_string_equal(s->rendering.subject, "Payment");
    assert_string_equal(s->rendering.text, "stays\n");
    put(s, "amount", "2900 eur");
    put(s, "website", "https://acme.example/");
    assert_int_equal(render(s, source), PL_OK);
    assert_string_equal(s->rendering.subject, "\xe2\x82\xac"
                                              "29.00 due");
    assert_non_null(strstr(s->rendering.text, "Due: \xe2\x82\xac"
                                              "29.00 of us (https://acme.example/)\n"));
}

static void what_must_be_there_is_asked_for(void **state)
{
    scene_t *s = *state;

    assert_int_equal(render(s, "Subject: x\n\n> {{license_key!}}\n"), PL_ERR_INVALID);
    assert_non_null(strstr(pl_err_detail(), "license_key"));
    assert_int_equal(render(s, "Subject: {{amount}}\n\nx\n"), PL_ERR_INVALID);
}

static void faults_are_told_by_line(void **state)
{
    static const struct {
        const char *source;
        const char *told;
    } each[] = {
        {"Subject: x\n\n{{nobody}}\n", "test:3: there is no value \"nobody\""},
        {"Subject: x\n\n\n\n{{amount\n", "test:5: "},
        {"Subject: x\n\na **b\n", "test:3: \"**\""},
        {"Subject: x\n\n[a]b\n", "test:3: a link"},
        {"Subject: x\n\n[a](https://b\n", "test:3: a link's target"},
        {"Subject: x\n\n[a [b](https://c)](https://d)\n", "test:3: a link"},
        {"Subject: x\n\ny\n\nSubject: z\n", "test:5: subjects"},
        {"Subject: [x](https://y)\n\ny\n", "test:1: a subject holds no link"},
        {"Subject:\n\ny\n", "test:1: a subject is empty"},
        {"Subject: x\n\n[[a]](https://b) c\n", "test:3: nothing stands behind"},
        {"y\n", "\"Subject:\""},
        {"Subject: x\n", "\"Subject:\""},
        {"Subject: x\n\n\x01\n", "control"},
        {"Subject: x\n\n\xff\n", "UTF-8"},
    };

    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        assert_int_equal(parse(*state, each[i].source), PL_ERR_INVALID);
        if (!strstr(pl_err_detail(), each[i].told))
            fail_msg("%s: %s", each[i].source, pl_err_detail());
    }
}

static void dates_and_amounts_are_of_the_language(void **state)
{
    static const struct {
        const char *language;
        const char *name;
        const char *raw;
        const char *shown;
    } each[] = {
        {"en", "ends_at", "1793577600000", "2 November 2026"},
        {"el-GR", "ends_at", "1793577600000", "2 \xce\x9d\xce\xbf\xce\xb5\xce\xbc\xce\xb2\xcf\x81\xce\xaf\xce\xbf\xcf\x85 2026"},
        {"fr", "ends_at", "1793577600000", "2026-11-02"},
        {"en", "amount", "2905 usd", "$29.05"},
        {"el", "amount", "2905 eur", "29,05\xc2\xa0\xe2\x82\xac"},
        {"en", "amount", "500 jpy", "500\xc2\xa0JPY"},
        {"en", "amount", "1500 kwd", "1.500\xc2\xa0KWD"},
        {"en", "amount", "5 CHF",
         "0.05\xc2\xa0"
         "CHF"},
    };

    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        scene_t *s = *state;
        pl_err err = PL_OK;

        s->values.count = 0;
        s->values.language = each[i].language;
        put(s, each[i].name, each[i].raw);
        assert_string_equal(values_show(&s->values, pl_span_text(each[i].name), &err), each[i].shown);
        assert_int_equal(err, PL_OK);
    }
}

static void values_of_no_kind_are_none(void **state)
{
    scene_t *s = *state;

    put(s, "ends_at", "tomorrow");
    put(s, "ends_at", "-5");
    put(s, "ends_at", "99999999999999999999");
    put(s, "amount", "-5 eur");
    put(s, "amount", "5 euro");
    put(s, "amount", "5");
    put(s, "nobody", "x");
    assert_int_equal(s->values.count, 0);
    assert_int_equal(values_put_json(&s->values, pl_span_text("{\"code\":\"402917\",\"minutes\":15,\"code2\":\"x\"}")), PL_OK);
    assert_int_equal(s->values.count, 1);
}

/* All fifteen, in both languages, each without anything but what it must have, and with everything. */
static void every_shipped_template_is_whole(void **state)
{
    static const char *const languages[] = {"en", "el"};
    scene_t *s = *state;

    assert_int_equal(shipped_template_count, 2 * MAIL_TEMPLATES);
    for (size_t i = 0; i < (size_t)2 * MAIL_TEMPLATES; i++) {
        const template_wish_t wish = {.name = mail_template_text((mail_template)(i / 2)), .languages = {languages[i % 2]}};

        assert_int_equal(template_find(&s->arena, &wish, &s->template, &s->values.language), PL_OK);
        assert_string_equal(s->values.language, languages[i % 2]);
        s->values.count = 0;
        for (size_t n = 0; value_name(n); n++)
            put(s, value_name(n), value_sample(pl_span_text(value_name(n))));
        assert_int_equal(template_render(&s->template, &s->values, &s->rendering), PL_OK);
        s->values.count = 0;
        for (size_t n = 0; value_name(n); n++)
            if (strstr(" brand_name license_key renews_at ends_at code minutes customer_email reason endpoint_url matter ",
                       value_name(n)))
                put(s, value_name(n), value_sample(pl_span_text(value_name(n))));
        assert_int_equal(template_render(&s->template, &s->values, &s->rendering), PL_OK);
        assert_true(strlen(s->rendering.text) > 60);
    }
}

static void the_nearest_language_is_taken(void **state)
{
    static const struct {
        const char *wanted[2];
        const char *found;
    } each[] = {
        {{"el-GR", NULL}, "el"}, {{"fr", "el"}, "el"},    {{"fr", NULL}, "en"},
        {{NULL, "el"}, "el"},    {{"../en", NULL}, "en"}, {{"el_GR.UTF-8", NULL}, "en"},
    };

    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        scene_t *s = *state;
        const template_wish_t wish = {.name = "welcome", .languages = {each[i].wanted[0], each[i].wanted[1]}};
        const char *found;

        assert_int_equal(template_find(&s->arena, &wish, &s->template, &found), PL_OK);
        assert_string_equal(found, each[i].found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(markup_becomes_text_and_html, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_are_never_markup, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_that_are_written_from_the_right_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_go_to_web_and_mail_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_has_no_value_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_must_be_there_is_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(faults_are_told_by_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(dates_and_amounts_are_of_the_language, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_of_no_kind_are_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_shipped_template_is_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_nearest_language_is_taken, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
