/* SPDX-License-Identifier: Apache-2.0
 *
 * Hosts that are bound: by name and port, by name alone, by *; whatever the case, and whatever stands in a header.
 */
#include "licensing/facades.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "support/validator.h"

typedef struct {
    validator *v;
    const char *host;
} job;

static pl_err bind_host(void *context, tx_t *tx)
{
    const job *j = context;
    facade_t facade = {.brand_id = j->v->made.brand_id, .product_id = j->v->product.id};
    pl_err err = facade_host_read(tx->arena, j->host, &facade.host);

    return err ? err : facade_bind(tx, &facade);
}

static pl_err unbind_host(void *context, tx_t *tx)
{
    const job *j = context;

    return facade_unbind(tx, j->host);
}

static void change(validator *v, store_work work, const char *host)
{
    job j = {v, host};

    assert_int_equal(validator_do(v, work, &j), PL_OK);
    validator_reopen(v);
}

static bool is_bound(validator *v, const char *host)
{
    return facade_find(validator_keyring(v), host) != NULL;
}

static void a_host_is_found_as_it_was_bound(void **state)
{
    validator *v = *state;

    assert_false(is_bound(v, "license.acme.example"));
    assert_false(is_bound(v, NULL));
    change(v, bind_host, "License.ACME.example");
    change(v, bind_host, "10.0.0.1:8443");
    change(v, bind_host, "[::1]");
    assert_true(is_bound(v, "license.acme.example"));
    assert_true(is_bound(v, "LICENSE.acme.EXAMPLE:8080"));
    assert_true(is_bound(v, "10.0.0.1:8443"));
    assert_true(is_bound(v, "[::1]:80"));
    assert_true(is_bound(v, "[::1]"));
    assert_false(is_bound(v, "10.0.0.1"));
    assert_false(is_bound(v, "10.0.0.1:844"));
    assert_false(is_bound(v, "10.0.0.1:84430"));
    assert_false(is_bound(v, "license.acme.example.evil.example"));
    assert_false(is_bound(v, "license.acme"));
    assert_false(is_bound(v, ""));
    assert_false(is_bound(v, ":"));
    assert_false(is_bound(v, NULL));
    change(v, bind_host, "*");
    assert_true(is_bound(v, "anything"));
    assert_true(is_bound(v, NULL));
    change(v, unbind_host, "*");
    change(v, unbind_host, "license.acme.example");
    assert_false(is_bound(v, "license.acme.example"));
}

static void what_is_no_host_is_not_bound(void **state)
{
    static const char *const texts[] = {"", "a b", "a/b", "https://a.example", "a.example\r\n", "a\"b", "**"};
    validator *v = *state;
    char longer[FACADE_HOST_MAX + 2];

    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        job j = {v, texts[i]};

        assert_int_equal(validator_do(v, bind_host, &j), PL_ERR_INVALID);
    }
    assert_int_equal(validator_do(v, bind_host, &(job){v, longer}), PL_ERR_INVALID);
    assert_int_equal(validator_do(v, unbind_host, &(job){v, "never.example"}), PL_ERR_NOT_FOUND);
    assert_false(is_bound(v, longer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_host_is_found_as_it_was_bound, validator_set_up, validator_tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_host_is_not_bound, validator_set_up, validator_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
