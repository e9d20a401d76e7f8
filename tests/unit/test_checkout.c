/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /create-checkout-session by its endpoint, with a provider in memory: whoever read the mail gets a checkout, once; where it returns to;
 * what the provider refuses. The refusals of its form are in tests/integration/billing.
 */
#include "api/pospal_money.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/email_verification.h"
#include "licensing/mail.h"
#include "licensing/settings.h"
#include "store/facades.h"
#include "support/taverna.h"

#define HOST "license.acme.example"

typedef struct {
    taverna_t *taverna;
    api_t api;
    const char *email;
    const char *token;
    const char *origin;
    int status;
    pl_span body;
} desk_t;

static pl_err work_open(void *context, tx_t *tx)
{
    const desk_t *desk = context;
    const validator *v = desk->taverna->v;
    const facade_t facade = {HOST, v->made.brand_id, v->product.id, 0};
    const keyring_t *keyring = validator_keyring(desk->taverna->v);
    pl_err err;

    if ((err = facade_bind(tx, &facade)) ||
        (err = setting_write(tx, keyring, v->made.brand_id, SETTING_WEBSITE, "https://shop.example/pos")))
        return err;
    return setting_write(tx, keyring, v->made.brand_id, SETTING_RETURN_ORIGINS, "https://app.example http://localhost:5173");
}

static pl_err work_refresh(void *context, tx_t *tx)
{
    return keys_refresh(context, tx);
}

/* ---- whoever reads the mail ---- */

static pl_err read_code(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, const char **code)
{
    mail_t mail = {.brand_id = brand_id};
    pl_db_statement *select;
    const pl_json *json;
    pl_span content;
    pl_err err = pl_db_prepare(store_db(tx->store),
                               "SELECT id, content FROM mail WHERE template = 'verification_code' ORDER BY id DESC", &select);

    if (err || pl_db_step(select) != DB_ROW)
        return PL_ERR_NOT_FOUND;
    mail.id = pl_db_column_uuid(select, 0);
    mail.content = pl_db_column_blob(select, 1, tx->arena);
    pl_db_reset(select);
    if ((err = mail_content(tx, keyring, &mail, &content)) || (err = pl_json_parse(tx->arena, content, MAIL_CONTENT_MAX, &json)))
        return err;
    *code = pl_json_text(pl_json_get(json, "code"));
    return PL_OK;
}

static pl_err work_verify(void *context, tx_t *tx)
{
    desk_t *desk = context;
    const keyring_t *keyring = validator_keyring(desk->taverna->v);
    const verification_order_t order = {desk->taverna->v->made.brand_id, desk->email, "subscription_signup"};
    verification_answer_t answer = {.brand_id = order.brand_id, .email = desk->email};
    verification_outcome_t outcome;
    int64_t wait_s;
    pl_err err;

    if ((err = email_verification_start(tx, keyring, &order, &answer.id, &wait_s)) ||
        (err = read_code(tx, keyring, order.brand_id, &answer.code)) ||
        (err = email_verification_confirm(tx, keyring, &answer, &outcome)))
        return err;
    assert_int_equal(outcome.result, VERIFICATION_CONFIRMED);
    desk->token = pl_arena_text(&desk->taverna->v->arena, pl_span_text(outcome.token));
    return PL_OK;
}

static desk_t open_desk(void **state, const char *email)
{
    desk_t desk = {.taverna = taverna_open_scene(state), .email = email};
    validator *v = desk.taverna->v;

    desk.api.keys = instance_keys(v->instance);
    desk.api.billing = desk.taverna->billing;
    assert_int_equal(validator_do(v, work_open, &desk), PL_OK);
    assert_int_equal(instance_read(v->instance, &v->arena, work_refresh, desk.api.keys), PL_OK);
    assert_int_equal(validator_do(v, work_verify, &desk), PL_OK);
    return desk;
}

/* ---- the request ---- */

static const char *header(const request_t *request, const char *name)
{
    const desk_t *desk = request->connection;

    if (strcmp(name, "Host") == 0)
        return HOST;
    return strcmp(name, "Origin") == 0 ? desk->origin : NULL;
}

static int ask(desk_t *desk)
{
    pl_arena *arena = &desk->taverna->v->arena;
    const char *body =
        pl_arena_format(arena, "{\"restaurantName\":\"T\",\"name\":\"M\",\"email\":\"%s\",\"verificationToken\":\"%s\"}",
                        desk->email, desk->token);
    const request_t request = {.arena = arena,
                               .body = pl_span_text(body),
                               .id = "r1",
                               .path = "/create-checkout-session",
                               .header = header,
                               .connection = desk};
    tx_t tx = {.store = instance_store(desk->taverna->v->instance),
               .arena = arena,
               .now_ms = instance_now_ms(desk->taverna->v->instance),
               .actor = "facade"};
    void *in, *out;
    const pospal_reply_t *reply;

    assert_int_equal(pospal_create_checkout.parse(&desk->api, &request, &in), PL_OK);
    assert_int_equal(pospal_create_checkout.act(&desk->api, &tx, in, &out), PL_OK);
    reply = out;
    desk->body = pl_buf_span(&reply->body);
    return reply->status;
}

static bool says(const desk_t *desk, const char *text)
{
    return strstr(pl_arena_text(&desk->taverna->v->arena, desk->body), text) != NULL;
}

static void provider_makes(desk_t *desk)
{
    fake_stripe_add(&desk->taverna->fake,
                    (fake_reply_t){"/v1/checkout/sessions", 200, "{\"id\":\"cs_9\",\"url\":\"https://checkout.stripe.com/cs_9\"}",
                                   -1, 0, false});
}

/* ---- tests ---- */

static const char *key_of(const desk_t *desk, size_t i)
{
    return desk->taverna->fake.keys[i];
}

static void whoever_read_the_mail_gets_a_checkout_and_again_the_same(void **state)
{
    desk_t desk = open_desk(state, "ada@example.com");

    provider_makes(&desk);
    assert_int_equal(ask(&desk), 200);
    assert_true(says(&desk, "\"checkoutUrl\":\"https://checkout.stripe.com/cs_9\""));
    assert_true(says(&desk, "\"sessionId\":\"cs_9\""));
    assert_int_equal(ask(&desk), 200); /* the reply was lost */
    assert_true(says(&desk, "\"sessionId\":\"cs_9\""));
    desk.origin = "https://app.example";
    assert_int_equal(ask(&desk), 200);
    assert_string_equal(key_of(&desk, 0), key_of(&desk, 1)); /* by which the provider knows that it is the same */
    assert_string_not_equal(key_of(&desk, 0), key_of(&desk, 2));
    taverna_close_scene(desk.taverna);
}

static void a_token_is_good_for_its_own_address_alone(void **state)
{
    desk_t desk = open_desk(state, "ada@example.com");

    provider_makes(&desk);
    desk.email = "eve@example.com";
    assert_int_equal(ask(&desk), 401);
    assert_int_equal(desk.taverna->fake.asked, 0);
    taverna_close_scene(desk.taverna);
}

static void it_returns_to_pages_that_the_brand_knows_and_to_no_other(void **state)
{
    static const struct {
        const char *origin;
        const char *returns_to;
    } cases[] = {
        {NULL, "https%3A%2F%2Fshop.example%2FUISelect.html"},
        {"https://shop.example", "https%3A%2F%2Fshop.example%2FUISelect.html"},
        {"https://app.example", "https%3A%2F%2Fapp.example%2FUISelect.html"},
        {"http://localhost:5173", "http%3A%2F%2Flocalhost%3A5173%2FUISelect.html"},
        {"https://evil.example", "https%3A%2F%2Fshop.example%2FUISelect.html"},
        {"https://app.example.evil.example", "https%3A%2F%2Fshop.example%2FUISelect.html"},
        {"https://app", "https%3A%2F%2Fshop.example%2FUISelect.html"},
    };
    desk_t desk = open_desk(state, "ada@example.com");

    fake_stripe_add(&desk.taverna->fake, (fake_reply_t){"/v1/checkout/sessions", 400, "{\"error\":{}}", -1, 0, false});
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        desk.origin = cases[i].origin;
        assert_int_equal(ask(&desk), 400); /* refused, so the token is not used up */
        assert_non_null(
            strstr(desk.taverna->fake.forms[i], pl_arena_format(&desk.taverna->v->arena, "success_url=%s", cases[i].returns_to)));
    }
    taverna_close_scene(desk.taverna);
}

static void what_the_provider_says_is_told_and_the_token_is_kept(void **state)
{
    desk_t desk = open_desk(state, "ada@example.com");

    fake_stripe_add(
        &desk.taverna->fake,
        (fake_reply_t){
            "/v1/checkout", 400,
            "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"resource_missing\",\"message\":\"No such price\"}}", -1, 0,
            true});
    fake_stripe_add(&desk.taverna->fake, (fake_reply_t){"/v1/checkout", 500, "{}", 0, 0, true});
    provider_makes(&desk);
    assert_int_equal(ask(&desk), 400);
    assert_true(says(&desk, "\"details\":\"No such price\"") && says(&desk, "\"code\":\"resource_missing\""));
    assert_int_equal(ask(&desk), 500);
    assert_int_equal(ask(&desk), 200);
    assert_string_equal(desk.taverna->fake.keys[0], desk.taverna->fake.keys[2]); /* one checkout, however often it is asked for */
    taverna_close_scene(desk.taverna);
}

static void who_has_an_active_subscription_is_sent_to_the_portal(void **state)
{
    desk_t desk = open_desk(state, "ada@example.com");

    taverna_buy(desk.taverna);
    assert_int_equal(ask(&desk), 409);
    assert_true(says(&desk, "\"duplicate\":true") && says(&desk, "\"redirectTo\":\"customer-portal\""));
    assert_true(says(&desk, "\"subscriptionStatus\":\"active\""));
    taverna_close_scene(desk.taverna);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, validator_set_up, validator_tear_down)
        TEST(whoever_read_the_mail_gets_a_checkout_and_again_the_same),
        TEST(a_token_is_good_for_its_own_address_alone),
        TEST(it_returns_to_pages_that_the_brand_knows_and_to_no_other),
        TEST(what_the_provider_says_is_told_and_the_token_is_kept),
        TEST(who_has_an_active_subscription_is_sent_to_the_portal),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
