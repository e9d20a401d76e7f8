/* SPDX-License-Identifier: Apache-2.0
 *
 * The client of Stripe's API over a line that says what it is told to: what is asked again, what replies mean, what is sent.
 */
#include "billing/stripe_calls.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "crypto/crypto.h"
#include "support/fake_stripe.h"

typedef struct {
    fake_stripe_t fake;
    pl_arena arena;
    stripe_t stripe;
    int64_t paused_ms;
} scene_t;

static void note_pause(void *context, int64_t ms)
{
    ((scene_t *)context)->paused_ms += ms;
}

static stripe_options_t options(scene_t *scene, const char *api, const char *secret)
{
    return (stripe_options_t){fake_stripe_transport(&scene->fake), api, secret, &scene->arena, note_pause, scene};
}

static scene_t *open_scene(scene_t *scene)
{
    stripe_options_t o;

    *scene = (scene_t){.paused_ms = 0};
    pl_arena_init(&scene->arena);
    o = options(scene, "https://api.stripe.com/", "sk_test_1234");
    assert_int_equal(stripe_open(&o, &scene->stripe), PL_OK);
    return scene;
}

static void close_scene(scene_t *scene)
{
    stripe_close(&scene->stripe);
    assert_int_equal(scene->fake.lines, 0);
    pl_arena_reset(&scene->arena);
}

static pl_err ask(scene_t *scene)
{
    const pl_json *reply;

    return stripe_get(&scene->stripe, "/v1/prices/price_1", NULL, &reply);
}

static void a_secret_goes_nowhere_but_over_tls_or_on_this_machine(void **state)
{
    static const struct {
        const char *api;
        pl_err err;
    } cases[] = {
        {"https://api.stripe.com", PL_OK},
        {"http://127.0.0.1:4010", PL_OK},
        {"http://localhost", PL_OK},
        {"http://[::1]:4010/", PL_OK},
        {"http://api.stripe.com", PL_ERR_PAYMENTS_UNSET},
        {"http://127.0.0.1.example.com", PL_ERR_PAYMENTS_UNSET},
        {"http://localhost.example", PL_ERR_PAYMENTS_UNSET},
    };
    scene_t scene = {.paused_ms = 0};
    stripe_t stripe;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const stripe_options_t o = options(&scene, cases[i].api, "sk_test_1234");

        assert_int_equal(stripe_open(&o, &stripe), cases[i].err);
        stripe_close(&stripe);
    }
    assert_int_equal(stripe_open(&(stripe_options_t){.api = "https://api.stripe.com"}, &stripe), PL_ERR_PAYMENTS_UNSET);
}

static void what_may_pass_is_asked_three_times_with_growing_pauses(void **state)
{
    static const int statuses[] = {0, 429, 409, 500, 503};
    scene_t scene;

    (void)state;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        open_scene(&scene);
        fake_stripe_add(&scene.fake, (fake_reply_t){"", statuses[i], "{}", -1, 0, false});
        assert_int_equal(ask(&scene), statuses[i] == 409 ? PL_ERR_PAYMENTS_REFUSED : PL_ERR_PAYMENTS_DOWN);
        assert_int_equal(scene.fake.asked, STRIPE_ATTEMPTS);
        assert_in_range(scene.paused_ms, 3 * STRIPE_PAUSE_MS, 4 * STRIPE_PAUSE_MS);
        close_scene(&scene);
    }
}

static void it_says_itself_whether_to_ask_again_and_when(void **state)
{
    static const struct {
        fake_reply_t reply;
        size_t asked;
        int64_t least_ms;
    } cases[] = {
        {{"", 500, "{}", 0, 0, false}, 1, 0},     {{"", 400, "{}", 1, 0, false}, 3, 1000},
        {{"", 429, "{}", -1, 3, false}, 3, 6000}, {{"", 429, "{}", -1, 60, false}, 1, 0}, /* nobody waits so long */
        {{"", 402, "{}", -1, 0, false}, 1, 0},
    };
    scene_t scene;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        open_scene(&scene);
        fake_stripe_add(&scene.fake, cases[i].reply);
        assert_int_not_equal(ask(&scene), PL_OK);
        assert_int_equal(scene.fake.asked, cases[i].asked);
        assert_true(scene.paused_ms >= cases[i].least_ms);
        close_scene(&scene);
    }
}

static void the_second_answer_counts(void **state)
{
    scene_t scene;
    stripe_price_t price;

    (void)state;
    open_scene(&scene);
    fake_stripe_add(&scene.fake, (fake_reply_t){"", 503, "", -1, 0, true});
    fake_stripe_add(&scene.fake, (fake_reply_t){"/v1/prices/price_1", 200,
                                                "{\"id\":\"price_1\",\"unit_amount\":2900,\"currency\":\"eur\",\"active\":true,"
                                                "\"tax\":19.5}",
                                                -1, 0, false});
    assert_int_equal(stripe_fetch_price(&scene.stripe, "price_1", &price), PL_OK);
    assert_int_equal(price.amount, 2900);
    assert_true(price.is_active);
    assert_string_equal(scene.fake.urls[0], "https://api.stripe.com/v1/prices/price_1");
    close_scene(&scene);
}

static void its_words_are_kept_for_who_may_see_them(void **state)
{
    scene_t scene;

    (void)state;
    open_scene(&scene);
    fake_stripe_add(&scene.fake, (fake_reply_t){"", 400,
                                                "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"parameter_missing\","
                                                "\"message\":\"Missing required param: price.\"}}",
                                                -1, 0, false});
    assert_int_equal(ask(&scene), PL_ERR_PAYMENTS_REFUSED);
    assert_string_equal(scene.stripe.error.type, "invalid_request_error");
    assert_string_equal(scene.stripe.error.code, "parameter_missing");
    assert_string_equal(scene.stripe.error.message, "Missing required param: price.");
    close_scene(&scene);
}

static void a_reply_that_is_none_is_their_failure(void **state)
{
    static const char *const bodies[] = {"", "<html>", "[]", "{\"object\":\"price\"}"};
    scene_t scene;
    stripe_price_t price;

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        open_scene(&scene);
        fake_stripe_add(&scene.fake, (fake_reply_t){"", 200, bodies[i], -1, 0, false});
        assert_int_equal(stripe_fetch_price(&scene.stripe, "price_1", &price), PL_ERR_PAYMENTS_DOWN);
        close_scene(&scene);
    }
}

static void an_id_of_others_cannot_lead_elsewhere(void **state)
{
    static const char *const ids[] = {"", "../customers", "a/b", "a?b", "a b", "price_1#"};
    scene_t scene;
    stripe_price_t price;

    (void)state;
    open_scene(&scene);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        assert_int_equal(stripe_fetch_price(&scene.stripe, ids[i], &price), PL_ERR_NOT_FOUND);
    assert_int_equal(scene.fake.asked, 0);
    close_scene(&scene);
}

static void a_checkout_is_asked_for_with_a_key_and_escaped_values(void **state)
{
    const checkout_order_t order = {.price = "price_1",
                                    .email = "ada+1@example.com",
                                    .name = "Ada & Söhne",
                                    .success_url = "https://shop.example/?ok=1&session_id={CHECKOUT_SESSION_ID}",
                                    .cancel_url = "https://shop.example/",
                                    .origin = {"b", "p"},
                                    .idempotency_key = "checkout-1"};
    scene_t scene;
    stripe_checkout_t checkout;

    (void)state;
    open_scene(&scene);
    fake_stripe_add(&scene.fake,
                    (fake_reply_t){"/v1/checkout/sessions", 200, "{\"id\":\"cs_1\",\"url\":\"https://pay\"}", -1, 0, false});
    assert_int_equal(stripe_create_checkout(&scene.stripe, &order, &checkout), PL_OK);
    assert_string_equal(checkout.url, "https://pay");
    assert_string_equal(scene.fake.keys[0], "checkout-1");
    assert_non_null(strstr(scene.fake.forms[0], "customer_email=ada%2B1%40example.com"));
    assert_non_null(strstr(scene.fake.forms[0], "metadata%5Bname%5D=Ada%20%26%20S%C3%B6hne"));
    assert_non_null(strstr(scene.fake.forms[0], "session_id%3D%7BCHECKOUT_SESSION_ID%7D"));
    assert_null(strstr(scene.fake.forms[0], "sk_test"));
    close_scene(&scene);
}

static void a_refund_is_of_what_was_paid_and_of_nothing_else(void **state)
{
    scene_t scene;
    const char *refund;
    int64_t amount;

    (void)state;
    open_scene(&scene);
    fake_stripe_add(&scene.fake, (fake_reply_t){"/v1/invoices/in_1", 200,
                                                "{\"id\":\"in_1\",\"status\":\"paid\",\"amount_paid\":2900,\"charge\":\"ch_1\"}",
                                                -1, 0, false});
    fake_stripe_add(&scene.fake, (fake_reply_t){"/v1/invoices/in_2", 200,
                                                "{\"id\":\"in_2\",\"status\":\"open\",\"amount_due\":2900}", -1, 0, false});
    fake_stripe_add(&scene.fake, (fake_reply_t){"/v1/refunds", 200, "{\"id\":\"re_1\",\"amount\":2900}", -1, 0, false});
    assert_int_equal(stripe_refund_invoice(&scene.stripe, "in_1", "refund-1", &refund, &amount), PL_OK);
    assert_string_equal(refund, "re_1");
    assert_int_equal(amount, 2900);
    assert_non_null(strstr(scene.fake.forms[1], "charge=ch_1"));
    assert_string_equal(scene.fake.keys[1], "refund-1");
    assert_int_equal(stripe_refund_invoice(&scene.stripe, "in_2", "refund-2", &refund, &amount), PL_ERR_STATE);
    assert_int_equal(scene.fake.asked, 3);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_goes_nowhere_but_over_tls_or_on_this_machine),
        cmocka_unit_test(what_may_pass_is_asked_three_times_with_growing_pauses),
        cmocka_unit_test(it_says_itself_whether_to_ask_again_and_when),
        cmocka_unit_test(the_second_answer_counts),
        cmocka_unit_test(its_words_are_kept_for_who_may_see_them),
        cmocka_unit_test(a_reply_that_is_none_is_their_failure),
        cmocka_unit_test(an_id_of_others_cannot_lead_elsewhere),
        cmocka_unit_test(a_checkout_is_asked_for_with_a_key_and_escaped_values),
        cmocka_unit_test(a_refund_is_of_what_was_paid_and_of_nothing_else),
    };

    if (pl_crypto_ready())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
