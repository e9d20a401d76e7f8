/* SPDX-License-Identifier: Apache-2.0
 *
 * What answers of mail servers mean, and an API's JSON.
 */
#include "mail/verdict.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "base/json.h"
#include "mail/resend.h"

static void a_command_tells_the_stage(void **state)
{
    static const char *const commands[] = {"EHLO x", "AUTH PLAIN AGFuZAB5", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA"};
    static const smtp_stage stages[] = {STAGE_GREETING, STAGE_GREETING, STAGE_SENDER, STAGE_RECIPIENT, STAGE_CONTENT};
    smtp_stage stage = STAGE_GREETING;

    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        stage = smtp_stage_after(stage, commands[i], strlen(commands[i]));
        assert_int_equal(stage, stages[i]);
    }
    assert_int_equal(smtp_stage_after(STAGE_RECIPIENT, "QUIT", 4), STAGE_RECIPIENT);
    assert_int_equal(smtp_stage_after(STAGE_SENDER, "RC", 2), STAGE_SENDER);
}

static void only_what_is_refused_to_the_recipient_is_final(void **state)
{
    static const struct {
        smtp_stage stage;
        int status;
        carrier_outcome outcome;
    } each[] = {
        {STAGE_GREETING, 0, DOWN},       {STAGE_GREETING, 554, DOWN},      {STAGE_GREETING, 535, DOWN},
        {STAGE_SENDER, 550, DOWN},       {STAGE_SENDER, 530, DOWN},        {STAGE_SENDER, 451, DEFERRED},
        {STAGE_RECIPIENT, 550, REFUSED}, {STAGE_RECIPIENT, 450, DEFERRED}, {STAGE_RECIPIENT, 421, DOWN},
        {STAGE_CONTENT, 554, REFUSED},   {STAGE_CONTENT, 452, DEFERRED},   {STAGE_CONTENT, 0, DEFERRED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        assert_int_equal(smtp_verdict(each[i].stage, each[i].status), each[i].outcome);
}

static void an_apis_answer_has_its_meaning(void **state)
{
    static const struct {
        int status;
        carrier_outcome outcome;
    } each[] = {{200, CARRIED}, {201, CARRIED}, {400, REFUSED}, {401, DOWN}, {403, DOWN}, {404, DOWN}, {409, DEFERRED},
                {413, REFUSED}, {422, REFUSED}, {429, DOWN},    {500, DOWN}, {503, DOWN}, {301, DOWN}, {0, DOWN}};

    (void)state;
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        assert_int_equal(http_verdict(each[i].status), each[i].outcome);
}

static void a_mail_is_json_with_all_its_parts(void **state)
{
    const message_t message = {.id = {{1}},
                               .from = {"hello@acme.example", "Acme"},
                               .to = {"ada@example.com", "Ada"},
                               .unsubscribe = "help@acme.example",
                               .subject = "A \"subject\"",
                               .text = "one\ntwo",
                               .html = "<p>one</p>"};
    const pl_json *json, *headers = NULL;
    pl_arena arena;
    pl_buf body;

    (void)state;
    pl_arena_init(&arena);
    pl_buf_init(&body);
    assert_int_equal(resend_write(&message, &body), PL_OK);
    assert_int_equal(pl_json_parse(&arena, pl_buf_span(&body), 10000, &json), PL_OK);
    assert_string_equal(pl_json_text(pl_json_get(json, "from")), "Acme <hello@acme.example>");
    assert_string_equal(pl_json_text(pl_json_at(pl_json_get(json, "to"), 0)), "ada@example.com");
    assert_string_equal(pl_json_text(pl_json_get(json, "subject")), "A \"subject\"");
    assert_string_equal(pl_json_text(pl_json_get(json, "text")), "one\ntwo");
    assert_false(pl_json_has(json, "reply_to"));
    assert_int_equal(pl_json_may_object(json, "headers", &headers), PL_OK);
    assert_string_equal(pl_json_text(pl_json_get(headers, "Message-ID")), "<01000000-0000-0000-0000-000000000000@acme.example>");
    assert_string_equal(pl_json_text(pl_json_get(headers, "List-Unsubscribe")), "<mailto:help@acme.example?subject=unsubscribe>");
    pl_buf_reset(&body);
    pl_arena_reset(&arena);
}

static void whatever_an_api_answers_is_short_and_printable(void **state)
{
    static const struct {
        const char *answer;
        const char *read;
    } each[] = {
        {"{\"id\":\"49a3999c\"}", "49a3999c"},
        {"{\"id\":7}", ""},
        {"{}", ""},
        {"", ""},
        {"<html>", ""},
        {"{\"id\":\"a\\nb\\u00e9\"}", "a?b??"},
        {"{\"id\":\"0123456789\"}", "0123456"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        char text[8];
        pl_arena arena;

        pl_arena_init(&arena);
        resend_read(&arena, pl_span_text(each[i].answer), "id", text, sizeof text);
        assert_true(strncmp(text, each[i].read, 7) == 0);
        pl_arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_tells_the_stage),
        cmocka_unit_test(only_what_is_refused_to_the_recipient_is_final),
        cmocka_unit_test(an_apis_answer_has_its_meaning),
        cmocka_unit_test(a_mail_is_json_with_all_its_parts),
        cmocka_unit_test(whatever_an_api_answers_is_short_and_printable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
