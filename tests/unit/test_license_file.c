/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/token/license_file.c
 */
#include "token/license_file.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/failing_memory.h"

static pl_err split(const char *text, pl_span *document, pl_span *keyset)
{
    return pl_license_file_split(pl_span_text(text), document, keyset);
}

static void what_was_joined_is_split_again(void **state)
{
    pl_span document, keyset;
    pl_buf text;

    (void)state;
    pl_buf_init(&text);
    pl_license_file_join(&text, pl_span_text("a.b.c"), pl_span_text("d.e.f"));
    assert_string_equal(text.data, "a.b.c\nd.e.f\n");
    assert_int_equal(pl_license_file_split(pl_buf_span(&text), &document, &keyset), PL_OK);
    assert_true(pl_span_is(document, "a.b.c") && pl_span_is(keyset, "d.e.f"));
    pl_buf_clear(&text);
    pl_license_file_join(&text, pl_span_text("a.b.c"), pl_span_of(NULL, 0));
    assert_string_equal(text.data, "a.b.c\n");
    pl_buf_reset(&text);
}

static void mailed_and_pasted_files_are_read(void **state)
{
    static const char *const texts[] = {
        "a.b.c\nd.e.f",
        "a.b.c\r\nd.e.f\r\n",
        "a.b.c\rd.e.f\r",
        ("\xEF\xBB\xBF"
         "a.b.c\nd.e.f\n"),
        "\n\n  \t a.b.c \t \n\n\n\t d.e.f\n\n  \n",
        "# License of Cafe Ada\n#\na.b.c\n # the keys\nd.e.f\n# end",
    };
    pl_span document, keyset;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(split(texts[i], &document, &keyset), PL_OK);
        assert_true(pl_span_is(document, "a.b.c"));
        assert_true(pl_span_is(keyset, "d.e.f"));
    }
}

static void the_keyset_may_be_absent(void **state)
{
    pl_span document, keyset = pl_span_text("before");

    (void)state;
    assert_int_equal(split("a.b.c", &document, &keyset), PL_OK);
    assert_true(pl_span_is(document, "a.b.c"));
    assert_int_equal(keyset.size, 0);
}

static void what_is_no_license_file_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "\n",
        "   ",
        "# only words\n",
        "\xEF\xBB\xBF",
        "a.b.c\nd.e.f\ng.h.i\n",
        "a.b.c d.e.f\n",
        "<html></html>",
        "{\"a\":1}",
        "a.b.c=\n",
        "a.b.c\nd.e.f;\n",
        ("\xFF\xFE"
         "a"),
        "caf\xC3\xA9",
        "a\"b",
        "a+b",
        "a/b",
    };
    pl_span document = pl_span_text("before"), keyset = document;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (split(texts[i], &document, &keyset) != PL_ERR_MALFORMED)
            fail_msg("accepted: %s", texts[i]);
    assert_int_equal(pl_license_file_split(pl_span_of("a\0b", 3), &document, &keyset), PL_ERR_MALFORMED);
    assert_int_equal(pl_license_file_split(pl_span_of(NULL, 0), &document, &keyset), PL_ERR_MALFORMED);
    assert_true(pl_span_is(document, "before"));
}

static void a_file_beyond_its_limit_is_refused(void **state)
{
    char *text = malloc(PL_LICENSE_FILE_MAX + 1);
    pl_span document, keyset;

    (void)state;
    assert_non_null(text);
    memset(text, 'a', PL_LICENSE_FILE_MAX + 1);
    assert_int_equal(pl_license_file_split(pl_span_of(text, PL_LICENSE_FILE_MAX), &document, &keyset), PL_OK);
    assert_int_equal(pl_license_file_split(pl_span_of(text, PL_LICENSE_FILE_MAX + 1), &document, &keyset), PL_ERR_TOO_LARGE);
    free(text);
}

static pl_err join(void *context)
{
    pl_buf text;
    pl_err err;

    (void)context;
    pl_buf_init(&text);
    pl_license_file_join(&text, pl_span_text("a.b.c"), pl_span_text("d.e.f"));
    err = text.err;
    pl_buf_reset(&text);
    return err;
}

static void exhaustion_is_remembered_in_the_buffer(void **state)
{
    (void)state;
    (void)fail_every_allocation(join, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_joined_is_split_again),     cmocka_unit_test(mailed_and_pasted_files_are_read),
        cmocka_unit_test(the_keyset_may_be_absent),           cmocka_unit_test(what_is_no_license_file_is_refused),
        cmocka_unit_test(a_file_beyond_its_limit_is_refused), cmocka_unit_test(exhaustion_is_remembered_in_the_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
