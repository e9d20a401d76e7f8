/* SPDX-License-Identifier: Apache-2.0
 *
 * The first root key is stolen: the real validator moves to the reserve, the real library goes on, and the thief is heard by nobody who
 * heard of it. The thief is real too: what he makes with the stolen key is believed where the move was not heard of yet.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>
#include <cmocka.h>

#include <pospal/license.h>

#include "client/client.h"
#include "licensing/admin_keys.h"
#include "support/http_client.h"
#include "support/server_process.h"
#include "token/issue.h"
#include "token/license_file.h"
#include "unit/fake_root.h"
#include "wire/device_reply.h"
#include "wire/device_request.h"

enum { YEAR_S = 366 * 86400, FIRST = 0, RESERVE = 1, FRESH = 1 /* of the next build */, NEWS_IN_TRIES = 20000 };

static const char *program;
static server_t server;
static fake_root hardware;
static char key[64];
static char license_id[64];

/* ---- the thief ---- */

/* He has the first root's file and signs with keys of his own, under the highest numbers there are. */
typedef struct {
    pl_key_pair signer;
    char kid[PL_KID_SIZE];
    pl_buf keyset;
    pl_verdict verdict; /* of his answers */
    int asked;
} thief_t;

static void steal_root(thief_t *thief)
{
    pl_keyset keyset = {.epoch = INT64_MAX, .sequence = INT64_MAX, .issued_at = (int64_t)time(NULL), .count = 1};
    root_key_t root;

    memset(thief, 0, sizeof *thief);
    pl_buf_init(&thief->keyset);
    assert_int_equal(root_key_load(server.root_key_file, &root), PL_OK);
    assert_int_equal(pl_key_pair_new(PL_ALG_EDDSA, &thief->signer), PL_OK);
    memcpy(keyset.issuer, server.brand_id, PL_UUID_TEXT_SIZE);
    keyset.keys[0].jwk.key = thief->signer.public_key;
    pl_jwk_thumbprint(&keyset.keys[0].jwk.key, keyset.keys[0].jwk.kid);
    keyset.keys[0].docs = 1u << PL_DOC_ANSWER | 1u << PL_DOC_LICENSE;
    memcpy(thief->kid, keyset.keys[0].jwk.kid, sizeof thief->kid);
    assert_int_equal(pl_keyset_sign(&keyset, &root.pair, &thief->keyset), PL_OK);
    pl_key_pair_wipe(&root.pair);
}

static pl_claims forged_claims(pl_claims_kind kind)
{
    return (pl_claims){.kind = kind,
                       .issuer = server.brand_id,
                       .license_id = license_id,
                       .product_id = server.product_id,
                       .product = "till",
                       .token_id = server.brand_id,
                       .issued_at = (int64_t)time(NULL),
                       .epoch = INT64_MAX,
                       .sequence = INT64_MAX,
                       .verdict = PL_VERDICT_ACTIVE,
                       .plan = "forged"};
}

static void forge_file(const thief_t *thief, pl_buf *text)
{
    const pl_claims claims = forged_claims(PL_CLAIMS_LICENSE);
    pl_buf token;

    pl_buf_init(&token);
    assert_int_equal(pl_claims_sign(&claims, &thief->signer, thief->kid, &token), PL_OK);
    pl_license_file_join(text, pl_buf_span(&token), pl_buf_span(&thief->keyset));
    pl_buf_reset(&token);
}

static pl_claims forged_answer(const thief_t *thief, const pl_device_request *request, pl_span body)
{
    pl_claims claims = forged_claims(PL_CLAIMS_ANSWER);

    claims.verdict = thief->verdict;
    claims.has_nonce = true;
    memcpy(claims.nonce, request->nonce, sizeof claims.nonce);
    pl_digest(body, claims.request_digest);
    claims.check_by = claims.grace_until = claims.issued_at + YEAR_S;
    if (thief->verdict != PL_VERDICT_ACTIVE)
        return claims;
    claims.has_device = true;
    (void)pl_fingerprint_parse(pl_span_text(request->fingerprint), &claims.device);
    claims.activation_id = server.product_id;
    return claims;
}

/* A transport: the thief sits on the line and answers in the validator's place. */
static pospal_result_t answer_as_thief(void *context, const pospal_exchange_t *exchange, pospal_reply *reply)
{
    thief_t *thief = context;
    const pl_span body = pl_span_of(exchange->body, exchange->body_size);
    pl_device_request request;
    pl_claims claims;
    pl_arena arena;
    pl_buf token, text;
    pospal_result_t result = POSPAL_ERROR_UNREACHABLE;

    thief->asked++;
    pl_arena_init(&arena);
    pl_buf_init(&token);
    pl_buf_init(&text);
    if (!pl_device_request_read(&arena, PL_ACT_VALIDATE, body, &request)) {
        claims = forged_answer(thief, &request, body);
        if (!pl_claims_sign(&claims, &thief->signer, thief->kid, &token)) {
            pl_device_reply_write(&(pl_device_reply){.answer = pl_buf_span(&token), .keyset = pl_buf_span(&thief->keyset)},
                                  &text);
            result = pospal_reply_set(reply, 200, "Content-Type: application/json\r\n", text.data, text.size);
        }
    }
    pl_buf_reset(&token);
    pl_buf_reset(&text);
    pl_arena_reset(&arena);
    return result;
}

/* ---- the shop ---- */

/* A client of that data directory; asks the thief where there is one, else the server. */
static pospal_client *open_client(const char *name, thief_t *thief)
{
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;
    char url[64];
    char data[128];

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", server.port);
    (void)snprintf(data, sizeof data, "%s/%s", server.directory, name);
    pospal_options_set_product(options, "till", "1.0.0");
    pospal_options_set(options, POSPAL_OPTION_SERVER, url);
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, server.roots);
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, data);
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, hardware.path);
    if (thief)
        pospal_options_set_transport(options, answer_as_thief, thief);
    assert_int_equal(pospal_client_open(options, &client), POSPAL_OK);
    pospal_options_free(options);
    return client;
}

/* What the license is worth; plan is its plan. */
static pospal_status_t check(pospal_client *client, pospal_check_mode_t mode, pospal_result_t result, char plan[32])
{
    pospal_license *license = NULL;
    pospal_status_t status;

    assert_string_equal(pospal_result_name(pospal_client_check(client, mode, &license)), pospal_result_name(result));
    status = pospal_license_status(license);
    (void)snprintf(plan, 32, "%s", pospal_license_field(license, POSPAL_FIELD_PLAN));
    pospal_license_free(license);
    return status;
}

static void expect_active(pospal_client *client, pospal_check_mode_t mode, pospal_result_t result, size_t root_rank)
{
    char plan[32];

    assert_string_equal(pospal_status_name(check(client, mode, result, plan)), "ACTIVE");
    assert_string_equal(plan, "");
    assert_int_equal(client->holding->trust.keyset.root_rank, root_rank);
}

static pospal_result_t import(pospal_client *client, const thief_t *thief)
{
    pospal_result_t result;
    pl_buf text;

    pl_buf_init(&text);
    forge_file(thief, &text);
    result = pospal_client_import(client, text.data, text.size, NULL);
    pl_buf_reset(&text);
    return result;
}

/* ---- the vendor ---- */

static int rotate(const char *root_key_file)
{
    const char *const words[] = {"keys", "rotate", "--brand", "acme", "--root-key", root_key_file, NULL};
    static command_result_t result;

    server_command(&server, words, &result);
    return result.code;
}

/* The server looks for new keys once a second. */
static void await_keyset_of(size_t root_rank)
{
    static http_response_t response;
    char path[128];
    pl_device_reply reply;
    pl_keyset keyset = {.root_rank = SIZE_MAX};
    pl_roots roots;
    pl_arena arena;

    assert_int_equal(pl_roots_parse(pl_span_text(server.roots), &roots), PL_OK);
    (void)snprintf(path, sizeof path, "/api/v1/device/keyset?root=%s", roots.keys[FIRST].kid);
    pl_arena_init(&arena);
    for (int i = 0; i < NEWS_IN_TRIES && keyset.root_rank != root_rank; i++) {
        pl_arena_reset(&arena);
        assert_true(http_get(server.port, path, &response));
        assert_int_equal(response.status, 200);
        assert_int_equal(pl_device_reply_read(&arena, pl_span_of(response.body, response.body_size), &reply), PL_OK);
        assert_int_equal(pl_keyset_verify(&roots, reply.keyset, &keyset), PL_OK);
    }
    assert_int_equal(keyset.root_rank, root_rank);
    pl_arena_reset(&arena);
}

static void move_to_reserve(void)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/acme.reserve.jwk", server.data);
    assert_int_equal(rotate(path), 0);
    await_keyset_of(RESERVE);
}

/* A fresh root, and from then on what the next build pins. */
static void add_root(char fresh_file[128])
{
    char reserve[128], path[128];
    const char *const words[] = {"keys", "add-root", "--brand", "acme", "--root-key", reserve, NULL};
    static command_result_t result;
    pl_buf jwks;

    (void)snprintf(reserve, sizeof reserve, "%s/acme.reserve.jwk", server.data);
    server_command(&server, words, &result);
    assert_int_equal(result.code, 0);
    assert_true(command_member(&result, "root_key_file", fresh_file, 128));
    assert_true(command_member(&result, "root_public_jwks_file", path, sizeof path));
    pl_buf_init(&jwks);
    assert_int_equal(pl_fs_system()->read(NULL, path, sizeof server.roots - 1, &jwks), PL_OK);
    (void)snprintf(server.roots, sizeof server.roots, "%s", jwks.data);
    pl_buf_reset(&jwks);
}

/* ---- the stories ---- */

static int set_up(void **state)
{
    static const fake_entry files[] = {
        {FILE_OF, "/etc/machine-id", "0123456789abcdef0123456789abcdef\n"},
        {FILE_OF, "/sys/class/dmi/id/product_uuid", "4c4c4544-0044-4a10-8053-b7c04f4e3132\n"},
        {FILE_OF, "/sys/class/dmi/id/board_serial", "BRD-4711\n"},
    };

    (void)state;
    fake_root_make(&hardware);
    fake_root_add(&hardware, files, FAKE_COUNT(files));
    return !pl_crypto_ready() && server_create(&server, program, "1") && server_issue(&server, key, license_id) &&
                   server_start(&server, NULL)
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    int code = server_stop(&server);

    (void)state;
    server_remove(&server);
    fake_root_remove(&hardware);
    return code;
}

static void a_till_goes_on_under_the_reserve(void **state)
{
    pospal_client *client = open_client("till", NULL);

    (void)state;
    assert_int_equal(pospal_client_activate(client, key, NULL), POSPAL_OK);
    expect_active(client, POSPAL_CHECK_LOCAL, POSPAL_OK, FIRST);
    move_to_reserve();
    expect_active(client, POSPAL_CHECK_ONLINE, POSPAL_OK, RESERVE);
    expect_active(client, POSPAL_CHECK_ONLINE, POSPAL_OK, RESERVE); /* the one seat there is was its own all the time */
    pospal_client_close(client);
    client = open_client("till", NULL); /* remembered on the disk */
    expect_active(client, POSPAL_CHECK_LOCAL, POSPAL_OK, RESERVE);
    pospal_client_close(client);
}

static void a_till_that_heard_of_the_reserve_hears_the_thief_no_more(void **state)
{
    pospal_client *client = open_client("till", NULL);
    thief_t thief;

    (void)state;
    steal_root(&thief);
    assert_int_equal(pospal_client_activate(client, key, NULL), POSPAL_OK);
    move_to_reserve();
    expect_active(client, POSPAL_CHECK_ONLINE, POSPAL_OK, RESERVE);
    assert_int_equal(import(client, &thief), POSPAL_ERROR_BAD_DOCUMENT);
    pospal_client_close(client);
    client = open_client("till", &thief);
    thief.verdict = PL_VERDICT_REVOKED; /* closes no shop */
    expect_active(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_UNREACHABLE, RESERVE);
    thief.verdict = PL_VERDICT_ACTIVE; /* and gives nothing away */
    expect_active(client, POSPAL_CHECK_ONLINE, POSPAL_ERROR_UNREACHABLE, RESERVE);
    assert_true(thief.asked >= 2);
    pospal_client_close(client);
    client = open_client("till", NULL);
    expect_active(client, POSPAL_CHECK_ONLINE, POSPAL_OK, RESERVE);
    pospal_client_close(client);
    pl_buf_reset(&thief.keyset);
}

/* So that what is refused above is refused for the root it is signed with, and for nothing else. One answer ends it for good. */
static void a_till_that_did_not_hear_of_it_believes_the_thief_until_it_does(void **state)
{
    char plan[32];
    pospal_client *client;
    thief_t thief;

    (void)state;
    steal_root(&thief);
    thief.verdict = PL_VERDICT_ACTIVE;
    move_to_reserve();
    client = open_client("deaf", &thief);
    assert_int_equal(pospal_client_activate(client, key, NULL), POSPAL_OK);
    assert_int_equal(check(client, POSPAL_CHECK_LOCAL, POSPAL_OK, plan), POSPAL_STATUS_ACTIVE);
    assert_string_equal(plan, "forged");
    pospal_client_close(client);
    client = open_client("deaf", NULL);
    assert_int_equal(import(client, &thief), POSPAL_OK);
    assert_int_equal(pospal_client_activate(client, key, NULL), POSPAL_OK);
    expect_active(client, POSPAL_CHECK_ONLINE, POSPAL_OK, RESERVE);
    assert_int_equal(import(client, &thief), POSPAL_ERROR_BAD_DOCUMENT);
    pospal_client_close(client);
    pl_buf_reset(&thief.keyset);
}

/* The reserve is lost too, after a build was shipped that pins it and a fresh root. */
static void a_till_with_the_next_build_goes_on_under_a_fresh_root(void **state)
{
    pospal_client *old = open_client("till", NULL), *next;
    char fresh_file[128];

    (void)state;
    assert_int_equal(pospal_client_activate(old, key, NULL), POSPAL_OK);
    move_to_reserve();
    add_root(fresh_file);
    expect_active(old, POSPAL_CHECK_ONLINE, POSPAL_OK, RESERVE); /* notices nothing */
    pospal_client_close(old);
    next = open_client("till", NULL);
    expect_active(next, POSPAL_CHECK_LOCAL, POSPAL_OK, RESERVE - 1); /* what the build before stored */
    expect_active(next, POSPAL_CHECK_ONLINE, POSPAL_OK, RESERVE - 1);
    assert_int_equal(rotate(fresh_file), 0);
    await_keyset_of(FRESH);
    expect_active(next, POSPAL_CHECK_ONLINE, POSPAL_OK, FRESH);
    pospal_client_close(next);
    next = open_client("till", NULL);
    expect_active(next, POSPAL_CHECK_LOCAL, POSPAL_OK, FRESH);
    pospal_client_close(next);
}

static void the_vendor_can_sign_with_the_first_root_no_more(void **state)
{
    (void)state;
    assert_int_equal(rotate(server.root_key_file), 0);
    move_to_reserve();
    assert_int_equal(rotate(server.root_key_file), 4);
    await_keyset_of(RESERVE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(a_till_goes_on_under_the_reserve),
        TEST(a_till_that_heard_of_the_reserve_hears_the_thief_no_more),
        TEST(a_till_that_did_not_hear_of_it_believes_the_thief_until_it_does),
        TEST(a_till_with_the_next_build_goes_on_under_a_fresh_root),
        TEST(the_vendor_can_sign_with_the_first_root_no_more),
    };

    if (argc != 2)
        return 2;
    program = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
