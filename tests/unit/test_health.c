/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/api/health.c
 */
#include "api/operator.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/json.h"
#include "support/validator.h"

static validator world;
static vitals_t vitals;

static void read_vitals(void *context, vitals_t *out)
{
    assert_ptr_equal(context, &vitals);
    *out = vitals;
}

static const api_t api = {.read_vitals = read_vitals, .context = &vitals};

static int set_up(void **state)
{
    (void)state;
    vitals = (vitals_t){.is_clock_trusted = true};
    validator_open(&world);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    validator_close(&world);
    return 0;
}

/* The status of /health and its report, which lives in the arena of the validator. */
static int ask(const pl_json **report)
{
    tx_t tx = {.store = instance_store(world.instance), .arena = &world.arena, .now_ms = VALIDATOR_NOW_MS};
    reply_t reply = {.status = 200};
    void *out = NULL;
    pl_buf body;

    pl_buf_init(&body);
    reply.body = &body;
    assert_int_equal(operator_health.act(&api, &tx, NULL, &out), PL_OK);
    assert_int_equal(operator_health.reply(&api, &world.arena, NULL, out, &reply), PL_OK);
    assert_int_equal(pl_json_parse(&world.arena, pl_buf_span(&body), body.size, report), PL_OK);
    assert_string_equal(reply.cache_control, "no-store");
    pl_buf_reset(&body);
    return reply.status;
}

static const char *status_of(const pl_json *report, const char *part)
{
    return pl_json_text(pl_json_get(part ? pl_json_get(report, part) : report, "status"));
}

static void all_is_well(void **state)
{
    const pl_json *report;

    (void)state;
    vitals.writes_waiting = 7;
    vitals.writer_stalled_ms = 9999; /* another program may hold the lock for a while */
    assert_int_equal(ask(&report), 200);
    assert_string_equal(status_of(report, NULL), "ok");
    assert_string_equal(status_of(report, "database"), "ok");
    assert_string_equal(status_of(report, "writer"), "ok");
    assert_string_equal(status_of(report, "clock"), "ok");
    assert_non_null(pl_json_get(pl_json_get(report, "database"), "response_us"));
}

static void each_part_that_is_not_well_makes_it_503(void **state)
{
    static const struct {
        vitals_t vitals;
        const char *part;
        const char *status;
    } cases[] = {
        {{.is_clock_trusted = false}, "clock", "untrusted"},
        {{.is_clock_trusted = true, .database_pause_s = 30}, "database", "paused"},
        {{.is_clock_trusted = true, .writer_stalled_ms = 10000}, "writer", "stalled"},
        {{.is_clock_trusted = true, .disk = {1, 1000}, .is_disk_low = true}, "disk", "low"},
    };
    const pl_json *report;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        vitals = cases[i].vitals;
        assert_int_equal(ask(&report), 503);
        assert_string_equal(status_of(report, NULL), "failing");
        assert_string_equal(status_of(report, cases[i].part), cases[i].status);
    }
}

static void a_database_that_does_not_answer_is_named_and_is_no_error_of_the_report(void **state)
{
    const pl_json *report;

    (void)state;
    assert_int_equal(pl_db_script(store_db(instance_store(world.instance)), "ALTER TABLE brand RENAME TO elsewhere"), PL_OK);
    assert_int_equal(ask(&report), 503);
    assert_string_equal(status_of(report, "database"), "database_error");
    assert_string_equal(status_of(report, "writer"), "ok");
}

static int ask_ready(const pl_json **report)
{
    reply_t reply = {.status = 200};
    pl_buf body;

    pl_buf_init(&body);
    reply.body = &body;
    assert_int_equal(operator_readyz.reply(&api, &world.arena, NULL, NULL, &reply), PL_OK);
    assert_int_equal(pl_json_parse(&world.arena, pl_buf_span(&body), body.size, report), PL_OK);
    pl_buf_reset(&body);
    return reply.status;
}

static void who_is_not_ready_says_which_check_failed(void **state)
{
    static const struct {
        vitals_t vitals;
        const char *code; /* NULL: ready */
        const char *check;
        const char *status;
    } cases[] = {
        {{.is_clock_trusted = true}, NULL, "writer", "ok"},
        {{.is_clock_trusted = true, .disk = {900, 1000}}, NULL, "disk", "ok"},
        {{.is_clock_trusted = true, .disk = {1, 1000}, .is_disk_low = true}, "disk_full", "disk", "low"},
        {{.is_clock_trusted = true, .writer_stalled_ms = 10000}, "overloaded", "writer", "stalled"},
    };
    const pl_json *report;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        vitals = cases[i].vitals;
        assert_int_equal(ask_ready(&report), cases[i].code ? 503 : 200);
        assert_string_equal(pl_json_text(pl_json_get(pl_json_get(report, "checks"), cases[i].check)), cases[i].status);
        if (cases[i].code) {
            assert_string_equal(pl_json_text(pl_json_get(report, "code")), cases[i].code);
            assert_non_null(strstr(pl_json_text(pl_json_get(report, "detail")), cases[i].check));
        }
    }
}

static pl_err ready(void *context, tx_t *tx)
{
    (void)context;
    return operator_readyz.act(&api, tx, NULL, &(void *){NULL});
}

static void ready_means_that_the_database_answers(void **state)
{
    (void)state;
    assert_int_equal(instance_read(world.instance, &world.arena, ready, NULL), PL_OK);
    assert_int_equal(pl_db_script(store_db(instance_store(world.instance)), "ALTER TABLE brand RENAME TO elsewhere"), PL_OK);
    assert_int_equal(instance_read(world.instance, &world.arena, ready, NULL), PL_ERR_DATABASE);
    assert_null(operator_livez.act); /* the process alone */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_is_well, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_part_that_is_not_well_makes_it_503, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_database_that_does_not_answer_is_named_and_is_no_error_of_the_report, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_is_not_ready_says_which_check_failed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ready_means_that_the_database_answers, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
