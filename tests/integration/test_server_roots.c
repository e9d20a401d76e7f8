/* SPDX-License-Identifier: Apache-2.0
 *
 * `keys add-root` and what `keys list` says of roots, with the real program. What programs make of a further root: test_root_reserve.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <setjmp.h>
#include <cmocka.h>

#include "crypto/crypto.h"
#include "platform/file.h"
#include "support/server_process.h"
#include "token/keyring.h"

static const char *program;
static server_t server;
static command_result_t result;

static int set_up(void **state)
{
    (void)state;
    return !pl_crypto_ready() && server_create(&server, program, "1") ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    server_remove(&server);
    return 0;
}

static int add_root(const char *brand, const char *root_key_file, const char *directory)
{
    const char *const words[] = {"keys",        "add-root",   "--brand",
                                 brand,         "--root-key", root_key_file,
                                 "--algorithm", "ES256",      directory ? "--key-directory" : NULL,
                                 directory,     NULL};

    server_command(&server, words, &result);
    return result.code;
}

static int keys(const char *verb, const char *root_key_file)
{
    const char *const words[] = {"keys", verb, "--brand", "acme", root_key_file ? "--root-key" : NULL, root_key_file, NULL};

    server_command(&server, words, &result);
    return result.code;
}

static const char *reserve_file(void)
{
    static char path[512];

    (void)snprintf(path, sizeof path, "%s/acme.reserve.jwk", server.data);
    return path;
}

static size_t count_public_roots(void)
{
    const pl_fs *fs = pl_fs_system();
    char path[512];
    pl_roots roots;
    pl_buf text;

    (void)snprintf(path, sizeof path, "%s/acme.root-public.jwks.json", server.data);
    pl_buf_init(&text);
    assert_int_equal(fs->read(fs->context, path, PL_JWKS_MAX, &text), PL_OK);
    assert_null(strstr(text.data, "\"d\""));
    assert_int_equal(pl_roots_parse(pl_buf_span(&text), &roots), PL_OK);
    pl_buf_reset(&text);
    return roots.count;
}

static void a_root_is_added_by_who_holds_the_one_in_use(void **state)
{
    char path[512];
    struct stat facts;

    (void)state;
    assert_int_equal(add_root("acme", server.root_key_file, NULL), 0);
    assert_non_null(strstr(result.out, "\"rank\":2"));
    assert_null(strstr(result.out, "\"d\":"));
    assert_true(command_member(&result, "root_key_file", path, sizeof path));
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(count_public_roots(), 3);
    assert_int_equal(keys("list", NULL), 0);
    assert_non_null(strstr(result.out, "\"state\":\"root in use\",\"rank\":0,\"signs_the_keyset\":true"));
    assert_non_null(strstr(result.out, "\"state\":\"reserve root\",\"rank\":2,\"signs_the_keyset\":false"));
    assert_int_equal(keys("rotate", reserve_file()), 0);
    assert_non_null(strstr(result.out, "\"state\":\"outranked root\",\"rank\":0,\"signs_the_keyset\":false"));
    assert_int_equal(add_root("acme", reserve_file(), NULL), 0);
    assert_int_equal(count_public_roots(), 3); /* without the outranked one */
}

static void a_root_is_not_added(void **state)
{
    char path[512];

    (void)state;
    assert_int_equal(add_root("acme", reserve_file(), NULL), 4);
    assert_int_equal(add_root("nobody", server.root_key_file, NULL), 3);
    assert_int_equal(add_root("acme", "/nowhere", NULL), 3);
    assert_int_equal(add_root("acme", server.root_key_file, "/nowhere"), 3);
    (void)snprintf(path, sizeof path, "%s/acme.root-public.jwks.json", server.data);
    assert_int_equal(add_root("acme", path, NULL), 1); /* no private half */
    (void)snprintf(path, sizeof path, "%s/acme.root-2.jwk", server.data);
    assert_int_equal(pl_fs_system()->write(NULL, path, pl_span_text("mine")), PL_OK);
    assert_int_equal(add_root("acme", server.root_key_file, NULL), 4);
    assert_int_equal(remove(path), 0);
    assert_int_equal(count_public_roots(), 2);
    assert_int_equal(keys("list", NULL), 0);
    assert_null(strstr(result.out, "\"rank\":2"));
}

static void there_are_four_at_most(void **state)
{
    (void)state;
    assert_int_equal(add_root("acme", server.root_key_file, NULL), 0);
    assert_int_equal(add_root("acme", server.root_key_file, NULL), 0);
    assert_int_equal(add_root("acme", server.root_key_file, NULL), 4);
    assert_int_equal(count_public_roots(), 4);
    assert_int_equal(keys("rotate", server.root_key_file), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(a_root_is_added_by_who_holds_the_one_in_use),
        TEST(a_root_is_not_added),
        TEST(there_are_four_at_most),
    };

    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
