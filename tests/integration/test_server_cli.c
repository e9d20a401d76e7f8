/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands of the real program: what scripts rely on, what is refused and how, and that they work while the server runs.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "crypto/crypto.h"
#include "support/http_client.h"
#include "support/server_database.h"
#include "support/server_process.h"
#include "token/claims_json.h"
#include "token/keyring.h"

static const char *program;
static server_t server;
static char key[64];
static char license_id[64];
static command_result_t result;

static int set_up(void **state)
{
    (void)state;
    return !pl_crypto_ready() && server_create(&server, program, "2") && server_issue(&server, key, license_id) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    server_remove(&server);
    return 0;
}

/* Words separated by single spaces; "@" stands for the data directory, "#" for the license. */
static int run(const char *line)
{
    static char text[1024];
    const char *words[COMMAND_WORDS] = {NULL};
    size_t count = 0;

    (void)snprintf(text, sizeof text, "%s", line);
    for (char *word = text; *word; count++) {
        words[count] = strncmp(word, "@", 1) == 0 ? server.data : strncmp(word, "#", 1) == 0 ? license_id : word;
        word += strcspn(word, " ");
        if (*word)
            *word++ = '\0';
    }
    command_run(program, words, &result);
    return result.code;
}

static bool says(const char *text)
{
    return strstr(result.out, text) || strstr(result.err, text);
}

static void init_makes_what_is_kept_offline(void **state)
{
    struct stat facts;
    pl_roots roots;

    (void)state;
    assert_int_equal(stat(server.root_key_file, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(pl_roots_parse(pl_span_text(server.roots), &roots), PL_OK);
    assert_int_equal(roots.count, 2);
    assert_true(strlen(server.api_key) >= 20);
}

static void init_refuses_a_directory_in_use(void **state)
{
    (void)state;
    assert_int_equal(run("init --data @ --brand Acme --slug acme"), 4);
    assert_string_equal(result.out, "");
    assert_int_equal(run("init --data /dev/null/x --brand Acme --slug acme"), 5);
}

static void a_license_file_verifies_with_the_exported_keys(void **state)
{
    pl_jwk keys[PL_JWKS_KEYS_MAX];
    size_t count = PL_JWKS_KEYS_MAX;
    pl_claims claims;
    pl_arena arena;
    pl_jws jws;
    bool is_verified = false;

    (void)state;
    assert_int_equal(run("keys export --data @ --brand acme"), 0);
    assert_int_equal(pl_jwks_parse(pl_span_text(result.out), keys, &count), PL_OK);
    assert_int_equal(run("license file --data @ --license #"), 0);
    assert_non_null(strstr(result.err, "bound to no device"));
    pl_arena_init(&arena);
    assert_int_equal(pl_jws_parse(&arena, pl_span_of(result.out, strcspn(result.out, "\n")), &jws), PL_OK);
    for (size_t i = 0; i < count; i++)
        is_verified |= strcmp(keys[i].kid, jws.kid) == 0 && pl_jws_verify(&jws, &keys[i].key) == PL_OK;
    assert_true(is_verified);
    assert_int_equal(pl_claims_read(&arena, &jws, &claims), PL_OK);
    assert_string_equal(claims.issuer, server.brand_id);
    assert_string_equal(claims.license_id, license_id);
    assert_string_equal(claims.product_id, server.product_id);
    pl_arena_reset(&arena);
}

static void a_license_file_has_its_keyset_on_the_second_line(void **state)
{
    pl_roots roots;
    pl_keyset keyset;
    char *second;

    (void)state;
    assert_int_equal(pl_roots_parse(pl_span_text(server.roots), &roots), PL_OK);
    assert_int_equal(run("license file --data @ --license # --fingerprint fp1:m=AAAAAAAAAAAAAAAAAAAAAA,f=BBBBBBBBBBBBBBBBBBBBBA"),
                     0);
    assert_string_equal(result.err, "");
    second = strchr(result.out, '\n') + 1;
    assert_int_equal(pl_keyset_verify(&roots, pl_span_of(second, strcspn(second, "\n")), &keyset), PL_OK);
    assert_int_equal(run("license file --data @ --license # --fingerprint nonsense"), 2);
}

static void a_license_goes_through_its_states(void **state)
{
    (void)state;
    assert_int_equal(run("license suspend --data @ --license # --reason payment_failed --json"), 0);
    assert_true(says("\"status\":\"suspended\",\"reason\":\"payment_failed\""));
    assert_int_equal(run("license file --data @ --license #"), 4);
    assert_int_equal(run("license resume --data @ --license # --json"), 0);
    assert_true(says("\"status\":\"active\""));
    assert_int_equal(run("license renew --data @ --license # --expires 2098-01-01 --json"), 0);
    assert_true(says("\"expires_at\":\"2098-01-01T00:00:00Z\""));
    assert_int_equal(run("license renew --data @ --license #"), 2);
    assert_int_equal(run("license renew --data @ --license # --perpetual --json"), 0);
    assert_false(says("expires_at"));
    assert_int_equal(run("license cancel --data @ --license # --json"), 0);
    assert_int_equal(run("license resume --data @ --license #"), 4);
}

static void exit_codes_say_what_kind_of_failure_it_was(void **state)
{
    (void)state;
    assert_int_equal(run("license show --data @ --license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f"), 3);
    assert_true(says("there is no license 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f"));
    assert_int_equal(run("product list --data @ --brand nobody"), 3);
    assert_int_equal(run("product add --data @ --brand acme --slug till --seats 1"), 4);
    assert_int_equal(run("license list --data /nowhere --brand acme"), 3);
    assert_int_equal(run("license show --data @ --license 7"), 2);
    assert_true(says("--license is \"7\""));
    assert_int_equal(run("license issue --data @ --brand acme --product till --email a@b.c --expries 2027-01-01"), 2);
    assert_true(says("did you mean --expires?"));
    assert_int_equal(run("license isue"), 2);
    assert_true(says("did you mean \"license issue\"?"));
    assert_int_equal(run("license"), 2);
    assert_int_equal(run(""), 2);
    assert_int_equal(run("brand list"), 2);
    assert_true(says("--data DIR is missing"));
}

static void a_failure_can_be_had_as_json(void **state)
{
    (void)state;
    assert_int_equal(run("product list --data @ --brand nobody --json"), 3);
    assert_true(strstr(result.err, "{\"error\":{\"code\":\"not_found\",\"detail\":") == result.err);
    assert_string_equal(result.out, "");
    assert_int_equal(run("product lits --json"), 2);
    assert_true(strstr(result.err, "{\"error\":{\"code\":\"invalid_request\"") == result.err);
}

/* Where the command stands in `help`. */
static const char *listed(const char *command)
{
    char line[64];
    const char *found;

    (void)snprintf(line, sizeof line, "\n  %s ", command);
    found = strstr(result.out, line);
    assert_non_null(found);
    return found;
}

static void help_lists_the_commands_by_subject(void **state)
{
    static const char *const inside[][3] = {
        {"license issue", "license answer", "activation list"},
        {"license issue", "license release", "activation list"},
        {"keys list", "keys add-root", "audit list"},
        {"activation release", "revocations export", "audit list"},
    };

    (void)state;
    assert_int_equal(run("help"), 0);
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        assert_true(listed(inside[i][0]) < listed(inside[i][1]));
        assert_true(listed(inside[i][1]) < listed(inside[i][2]));
    }
}

static void every_command_explains_itself(void **state)
{
    static const char *const commands[] = {
        "init",          "serve",        "brand add",       "brand list",         "product add",    "product list",
        "license issue", "license show", "license list",    "license suspend",    "license resume", "license cancel",
        "license renew", "license file", "activation list", "activation release", "keys list",      "keys rotate",
        "keys retire",   "keys revoke",  "keys export",     "keys rewrap",        "backup",         "restore",
        "audit list",    "version",      "keys add-root",
    };
    char line[64];

    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        (void)snprintf(line, sizeof line, "%s --help", commands[i]);
        assert_int_equal(run(line), 0);
        assert_true(says("example:\n  pospal-validator "));
        assert_true(says("--json"));
        assert_int_equal(run("help"), 0);
        assert_true(says(commands[i]));
    }
    assert_int_equal(run("version --json"), 0);
    assert_true(says("{\"version\":\"" POSPAL_VERSION_STRING "\",\"libraries\":{\"libsodium\":\""));
    assert_int_equal(run("--version"), 0); /* as the other program */
    assert_true(strstr(result.out, "pospal-validator " POSPAL_VERSION_STRING "\nlibsodium ") == result.out);
    assert_true(says("\nsqlite 3."));
}

static void lists_can_be_read_by_people(void **state)
{
    (void)state;
    assert_int_equal(run("license list --data @ --brand acme --email ann@example.com"), 0);
    assert_true(says(license_id));
    assert_true(says("license_id"));
    assert_false(says(key));
    assert_int_equal(run("license show --data @ --license # --reveal"), 0);
    assert_true(says(key));
    assert_int_equal(run("brand list --data @"), 0);
    assert_true(says("acme"));
    assert_int_equal(run("activation list --data @ --license # --all --json"), 0);
    assert_string_equal(result.out, "{\"activations\":[]}\n");
}

static void the_audit_can_be_read(void **state)
{
    (void)state;
    assert_int_equal(run("license suspend --data @ --license #"), 0);
    assert_int_equal(run("audit list --data @ --brand acme"), 0);
    assert_true(says("license.suspended"));
    assert_true(says(license_id));
    assert_true(says("product.added"));
    assert_true(says("cli"));
    assert_false(says(key));
    assert_int_equal(run("keys rewrap --data @"), 0);
    assert_int_equal(run("audit list --data @ --json"), 0);
    assert_true(says("\"action\":\"instance.rewrapped\""));
    assert_false(says("license.suspended"));
    assert_int_equal(run("audit list --data @ --brand acme --before 00000000-0000-7000-8000-000000000000 --json"), 0);
    assert_string_equal(result.out, "{\"entries\":[]}\n");
    assert_int_equal(run("audit list --data @ --brand nobody"), 3);
    assert_int_equal(run("audit list --data @ --before yesterday"), 2);
}

static void keys_rotate_with_the_root_and_not_without(void **state)
{
    char line[512];

    (void)state;
    (void)snprintf(line, sizeof line, "keys rotate --data @ --brand acme --root-key %s --json", server.root_key_file);
    assert_int_equal(run(line), 0);
    assert_true(says("\"state\":\"retired\""));
    assert_int_equal(run("keys list --data @ --brand acme --json"), 0);
    assert_true(says("\"state\":\"reserve root\""));
    (void)snprintf(line, sizeof line, "keys rotate --data @ --brand acme --root-key %s/acme.root-public.jwks.json", server.data);
    assert_int_equal(run(line), 1);
    assert_int_equal(run("keys rotate --data @ --brand acme --root-key /nowhere"), 3);
}

static size_t served_keys(void)
{
    static http_response_t response;
    pl_jwk keys[PL_JWKS_KEYS_MAX];
    size_t count = PL_JWKS_KEYS_MAX;

    assert_true(http_get(server.port, "/.well-known/jwks.json?brand=acme", &response));
    assert_int_equal(pl_jwks_parse(pl_span_of(response.body, response.body_size), keys, &count), PL_OK);
    return count;
}

static void the_running_server_notices_new_keys(void **state)
{
    char line[512];
    size_t before;
    size_t now;

    (void)state;
    assert_true(server_start(&server, NULL));
    before = now = served_keys();
    (void)snprintf(line, sizeof line, "keys rotate --data @ --brand acme --root-key %s", server.root_key_file);
    assert_int_equal(run(line), 0);
    /* Within a second or so; each command takes some milliseconds. */
    for (int i = 0; i < 2000 && now == before; i++) {
        assert_int_equal(run("version"), 0);
        now = served_keys();
    }
    assert_int_equal(now, before + 2);
    assert_int_equal(server_stop(&server), 0);
}

static void a_backup_is_taken_while_the_server_runs_and_restored_when_it_does_not(void **state)
{
    char line[512];

    (void)state;
    assert_true(server_start(&server, NULL));
    (void)snprintf(line, sizeof line, "backup --data @ %s/copy.db", server.directory);
    assert_int_equal(run(line), 0);
    assert_int_equal(run(line), 4); /* exists */
    assert_int_equal(run("license suspend --data @ --license #"), 0);
    (void)snprintf(line, sizeof line, "restore --data @ %s/copy.db --json", server.directory);
    assert_int_equal(run(line), 5); /* busy */
    assert_int_equal(server_stop(&server), 0);
    assert_int_equal(run(line), 0);
    assert_true(says("\"epoch\":"));
    assert_int_equal(run("license show --data @ --license # --json"), 0);
    assert_true(says("\"status\":\"active\""));
}

/* PostgreSQL has its own means for copies. Nothing is pretended, and what must follow them is there. */
static void a_copy_of_postgresql_is_left_to_postgresql(void **state)
{
    char line[512];

    (void)state;
    (void)snprintf(line, sizeof line, "backup --data @ %s/copy.db", server.directory);
    assert_int_equal(run(line), 1);
    assert_non_null(strstr(result.err, "pg_dump"));
    assert_int_equal(access(line + sizeof "backup --data @ " - 1, F_OK), -1);
    (void)snprintf(line, sizeof line, "restore --data @ %s/copy.db", server.directory);
    assert_int_equal(run(line), 1);
    assert_non_null(strstr(result.err, "epoch raise"));
    assert_int_equal(run("epoch raise --data @ --json"), 0);
    assert_true(says("\"epoch\":2"));
    (void)snprintf(line, sizeof line, "init --data %s/again --brand Again --slug again", server.directory);
    assert_int_equal(run(line), 4);
    assert_non_null(strstr(result.err, "holds an installation already"));
}

static void a_copy_is_made_and_put_back_where_that_is_ours_to_do(void **state)
{
    if (server.db[0])
        a_copy_of_postgresql_is_left_to_postgresql(state);
    else
        a_backup_is_taken_while_the_server_runs_and_restored_when_it_does_not(state);
}

static void a_hangup_stops_the_server_cleanly(void **state)
{
    (void)state;
    assert_true(server_start(&server, NULL));
    assert_int_equal(kill(server.pid, SIGHUP), 0);
    assert_int_equal(server_stop(&server), 0);
}

static void the_operators_word_about_the_clock_outlives_the_server(void **state)
{
    static const char *const accept[] = {"--accept-clock", NULL};

    (void)state;
    assert_int_equal(run("license file --data @ --license #"), 0);
    server_database_set_time(&server, (int64_t)(time(NULL) + 365 * 86400) * 1000);
    assert_int_equal(run("license file --data @ --license #"), 1);
    assert_true(says("behind the newest time"));
    assert_true(server_start(&server, accept));
    assert_int_equal(server_stop(&server), 0);
    assert_true(server_start(&server, NULL));
    assert_int_equal(run("license file --data @ --license #"), 0);
    assert_int_equal(server_stop(&server), 0);
}

static void master_keys_can_be_changed_by_several_at_a_time(void **state)
{
    enum { TOGETHER = 3, ROUNDS = 5 };
    pid_t children[TOGETHER];
    int status;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < TOGETHER; i++)
            if ((children[i] = fork()) == 0) {
                execl(program, program, "keys", "rewrap", "--data", server.data, "--json", (char *)NULL);
                _exit(127);
            }
        for (size_t i = 0; i < TOGETHER; i++) {
            assert_int_equal(waitpid(children[i], &status, 0), children[i]);
            assert_int_equal(status, 0);
        }
        assert_int_equal(run("keys list --data @ --brand acme"), 0);
    }
}

static void serve_reads_a_file_and_names_its_mistakes(void **state)
{
    char path[128];
    const char *const words[] = {"--config", path, NULL};
    char line[256];
    FILE *file;

    (void)state;
    (void)snprintf(path, sizeof path, "%s/serve.conf", server.directory);
    file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("# for the test\nloops = 1\nlog_level = warn\n", file);
    (void)fclose(file);
    assert_true(server_start(&server, words));
    assert_int_equal(server_stop(&server), 0);
    file = fopen(path, "a");
    assert_non_null(file);
    (void)fputs("que = 7\nqueu = 7\n", file);
    (void)fclose(file);
    (void)snprintf(line, sizeof line, "serve --data @ --config %s", path);
    assert_int_equal(run(line), 2);
    assert_true(says("serve.conf:4: there is no setting \"que\""));
    assert_int_equal(run("serve --data @ --loops many"), 2);
    assert_true(says("--loops: loops is \"many\"; a number from 0 to 64 is needed"));
    assert_int_equal(run("serve --data @ --log-level loud"), 2);
    assert_int_equal(run("serve --data @ --listen nowhere"), 2);
    assert_int_equal(run("serve --data @ --config /nowhere"), 3);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(init_makes_what_is_kept_offline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(init_refuses_a_directory_in_use, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_license_file_verifies_with_the_exported_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_license_file_has_its_keyset_on_the_second_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_license_goes_through_its_states, set_up, tear_down),
        cmocka_unit_test_setup_teardown(exit_codes_say_what_kind_of_failure_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_can_be_had_as_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(help_lists_the_commands_by_subject, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_command_explains_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_can_be_read_by_people, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_audit_can_be_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(serve_reads_a_file_and_names_its_mistakes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_rotate_with_the_root_and_not_without, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_running_server_notices_new_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_is_made_and_put_back_where_that_is_ours_to_do, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hangup_stops_the_server_cleanly, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_operators_word_about_the_clock_outlives_the_server, set_up, tear_down),
        cmocka_unit_test_setup_teardown(master_keys_can_be_changed_by_several_at_a_time, set_up, tear_down),
    };

    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
