/* SPDX-License-Identifier: Apache-2.0
 *
 * What a brand sets: kinds of values, secrets sealed, each brand its own; and mail ordered once for a purpose.
 */
#include "licensing/settings.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "licensing/mail.h"
#include "store/settings.h"
#include "support/validator.h"

typedef struct {
    validator *v;
    pl_uuid brand_id;
    setting_name name;
    const char *value;
    mail_order_t order;
    bool is_new;
    setting_row_t row;
} job;

static pl_err put(void *context, tx_t *tx)
{
    job *j = context;

    return setting_write(tx, validator_keyring(j->v), j->brand_id, j->name, j->value);
}

static pl_err get(void *context, tx_t *tx)
{
    job *j = context;

    return setting_read(tx, validator_keyring(j->v), j->brand_id, j->name, &j->value);
}

static pl_err look(void *context, tx_t *tx)
{
    job *j = context;

    return settings_find(tx, j->brand_id, setting_text(j->name), &j->row);
}

static pl_err post(void *context, tx_t *tx)
{
    job *j = context;

    return mail_order(tx, validator_keyring(j->v), &j->order, &j->is_new);
}

static pl_err write_value(validator *v, setting_name name, const char *value)
{
    job j = {.v = v, .brand_id = v->made.brand_id, .name = name, .value = value};

    return validator_do(v, put, &j);
}

static const char *read_value(validator *v, setting_name name)
{
    job j = {.v = v, .brand_id = v->made.brand_id, .name = name};

    assert_int_equal(instance_read(v->instance, &v->arena, get, &j), PL_OK);
    return j.value;
}

static void values_are_of_their_kind(void **state)
{
    static const struct {
        setting_name name;
        const char *good;
        const char *bad;
    } each[] = {
        {SETTING_SUPPORT_EMAIL, "help@acme.example", "Acme <help@acme.example>"},
        {SETTING_MAIL_FROM, "Acme Tills <hello@acme.example>", "Acme, Inc <hello@acme.example>"},
        {SETTING_MAIL_FROM, "hello@acme.example", "Acme <hello@acme.example"},
        {SETTING_MAIL_FROM, "A <a@b.example>", "A <a@b.example>\r\nBcc: all@b.example"},
        {SETTING_WEBSITE, "https://acme.example/tills", "acme.example"},
        {SETTING_MAIL_LANGUAGE, "el", "../../etc"},
        {SETTING_STRIPE_PRICE, "price_1Abc", "price 1/../x"},
        {SETTING_STRIPE_API, "http://127.0.0.1:1234", "ftp://stripe.example"},
        {SETTING_STRIPE_SECRET_KEY, "sk_test_1234567890", "short"},
        {SETTING_STRIPE_WEBHOOK_SECRETS, "whsec_abcdefgh whsec_ijklmnop", ""},
    };
    validator v;

    (void)state;
    validator_open(&v);
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        assert_int_equal(write_value(&v, each[i].name, each[i].good), PL_OK);
        assert_int_equal(write_value(&v, each[i].name, each[i].bad), PL_ERR_INVALID);
        assert_string_equal(read_value(&v, each[i].name), each[i].good);
        assert_int_equal(write_value(&v, each[i].name, NULL), PL_OK);
    }
    assert_null(read_value(&v, SETTING_SUPPORT_EMAIL));
    assert_string_equal(read_value(&v, SETTING_STRIPE_API), "https://api.stripe.com");
    assert_int_equal(write_value(&v, SETTING_SUPPORT_EMAIL, NULL), PL_OK); /* nothing is set */
    validator_close(&v);
}

static void a_secret_lies_sealed_and_belongs_to_its_place(void **state)
{
    job j;
    validator v;

    (void)state;
    validator_open(&v);
    assert_int_equal(write_value(&v, SETTING_STRIPE_SECRET_KEY, "sk_test_of_acme"), PL_OK);
    assert_string_equal(read_value(&v, SETTING_STRIPE_SECRET_KEY), "sk_test_of_acme");
    j = (job){.v = &v, .brand_id = v.made.brand_id, .name = SETTING_STRIPE_SECRET_KEY};
    assert_int_equal(instance_read(v.instance, &v.arena, look, &j), PL_OK);
    assert_null(j.row.value);
    assert_null(memmem(j.row.sealed.data, j.row.sealed.size, "of_acme", 7));

    /* moved to another name it opens nothing */
    assert_int_equal(
        pl_db_script(store_db(instance_store(v.instance)), "UPDATE brand_setting SET name = 'stripe_webhook_secrets'"), PL_OK);
    j.name = SETTING_STRIPE_WEBHOOK_SECRETS;
    assert_int_equal(instance_read(v.instance, &v.arena, get, &j), PL_ERR_SIGNATURE);
    validator_close(&v);
}

static void a_purpose_is_mailed_once(void **state)
{
    const mail_value_t values[] = {{"license_key", "POSPAL-AAAA"}, {"name", NULL}};
    validator v;
    job j;

    (void)state;
    validator_open(&v);
    j = (job){.v = &v,
              .order = {.brand_id = v.made.brand_id,
                        .template = MAIL_WELCOME,
                        .purpose = "cs_1",
                        .recipient = "anna@shop.example",
                        .values = values,
                        .count = 2}};
    assert_int_equal(validator_do(&v, post, &j), PL_OK);
    assert_true(j.is_new);
    assert_int_equal(validator_do(&v, post, &j), PL_OK);
    assert_false(j.is_new);
    j.order.purpose = "cs_2";
    assert_int_equal(validator_do(&v, post, &j), PL_OK);
    assert_true(j.is_new);
    j.order.template = MAIL_REACTIVATED; /* another template is another purpose */
    assert_int_equal(validator_do(&v, post, &j), PL_OK);
    assert_true(j.is_new);
    j.order.recipient = "anna@shop.example\r\nBcc: all@shop.example";
    assert_int_equal(validator_do(&v, post, &j), PL_ERR_INVALID);
    validator_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_of_their_kind),
        cmocka_unit_test(a_secret_lies_sealed_and_belongs_to_its_place),
        cmocka_unit_test(a_purpose_is_mailed_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
