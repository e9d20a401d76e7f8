/* SPDX-License-Identifier: Apache-2.0
 *
 * server-stub/config.c
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static const char *listen_variable; /* what the environment says */
static pl_arena arena;
static config_t config;

static const char *environment(const char *name)
{
    return strcmp(name, "POSPAL_LISTEN") == 0 ? listen_variable : NULL;
}

static int set_up(void **state)
{
    (void)state;
    listen_variable = NULL;
    pl_arena_init(&arena);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pl_arena_reset(&arena);
    return 0;
}

static pl_err load(const char *file, const char *listen_flag)
{
    const char *flags[CONFIG_COUNT] = {[CONFIG_LISTEN] = listen_flag};
    config_sources_t sources = {"serve.conf", pl_span_text(file), environment, flags};

    return config_load(&arena, &sources, &config);
}

static void fails(const char *file, const char *message)
{
    assert_int_equal(load(file, NULL), PL_ERR_INVALID);
    assert_string_equal(pl_err_detail(), message);
}

static void has_defaults_for_all_but_the_data_directory(void **state)
{
    (void)state;
    assert_int_equal(load("data = /d\n", NULL), PL_OK);
    assert_string_equal(config.data, "/d");
    assert_string_equal(config.listen, "127.0.0.1:8470");
    assert_int_equal(config.loops, 0);
    assert_int_equal(config.queue, 4096);
    assert_string_equal(config.log_level, "info");
    assert_null(config.tls_cert);
    fails("", "no data directory: give --data DIR, POSPAL_DATA or \"data = DIR\" in the file");
}

static void flags_beat_the_environment_which_beats_the_file(void **state)
{
    static const char file[] = "data = /d\nlisten = 1.1.1.1:1\n";

    (void)state;
    assert_int_equal(load(file, NULL), PL_OK);
    assert_string_equal(config.listen, "1.1.1.1:1");
    listen_variable = "2.2.2.2:2";
    assert_int_equal(load(file, NULL), PL_OK);
    assert_string_equal(config.listen, "2.2.2.2:2");
    assert_int_equal(load(file, "3.3.3.3:3"), PL_OK);
    assert_string_equal(config.listen, "3.3.3.3:3");
}

static void reads_comments_blanks_and_any_line_end(void **state)
{
    (void)state;
    assert_int_equal(load("# settings\r\n\r\n  data=/a b = c  \r\n\tqueue =7", NULL), PL_OK);
    assert_string_equal(config.data, "/a b = c");
    assert_int_equal(config.queue, 7);
}

static void names_the_line_of_a_mistake(void **state)
{
    (void)state;
    fails("data = /d\nlisten 1\n", "serve.conf:2: a line is NAME = VALUE");
    fails("data = /d\n\nlisen = 1\n", "serve.conf:3: there is no setting \"lisen\"; did you mean \"listen\"?");
    fails("colour = red\n", "serve.conf:1: there is no setting \"colour\"");
    fails("data = /d\ndata = /e\n", "serve.conf:2: data is set a second time");
    fails("data =\n", "serve.conf:1: data is empty or too long");
    fails("data = /d\nqueue = many\n", "serve.conf:2: queue is \"many\"; a number from 1 to 65536 is needed");
    fails("data = /d\nqueue = 0\n", "serve.conf:2: queue is \"0\"; a number from 1 to 65536 is needed");
    fails("data = /d\nqueue = 7 \x01\n", "serve.conf:2: queue is \"7 \x01\"; a number from 1 to 65536 is needed");
}

static void refuses_half_of_tls(void **state)
{
    (void)state;
    fails("data = /d\ntls_cert = c.pem\n", "tls_cert and tls_key go together; tls_key is missing");
    fails("data = /d\ntls_key = k.pem\n", "tls_cert and tls_key go together; tls_cert is missing");
    assert_int_equal(load("data = /d\ntls_key = k.pem\ntls_cert = c.pem\n", NULL), PL_OK);
}

static void refuses_oversize(void **state)
{
    static char file[CONFIG_FILE_MAX + 2];

    (void)state;
    memset(file, '#', CONFIG_FILE_MAX + 1);
    assert_int_equal(load(file, NULL), PL_ERR_TOO_LARGE);
    memcpy(file, "data=", 5);
    file[6 + CONFIG_VALUE_MAX] = '\n';
    file[7 + CONFIG_VALUE_MAX] = '\0';
    fails(file, "serve.conf:1: data is empty or too long");
    file[5 + CONFIG_VALUE_MAX] = '\n';
    assert_int_equal(load(file, NULL), PL_OK);
}

static void names_the_variable_or_flag_of_a_mistake(void **state)
{
    const char *flags[CONFIG_COUNT] = {[CONFIG_DATA] = "/d", [CONFIG_TIMEOUT_S] = "soon"};
    config_sources_t sources = {NULL, {NULL, 0}, environment, flags};

    (void)state;
    assert_int_equal(config_load(&arena, &sources, &config), PL_ERR_INVALID);
    assert_string_equal(pl_err_detail(), "--timeout-s: timeout_s is \"soon\"; a number from 1 to 3600 is needed");
    listen_variable = "";
    fails("data = /d\n", "POSPAL_LISTEN: listen is empty or too long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(has_defaults_for_all_but_the_data_directory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(flags_beat_the_environment_which_beats_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_comments_blanks_and_any_line_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_the_line_of_a_mistake, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_half_of_tls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_oversize, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_the_variable_or_flag_of_a_mistake, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
