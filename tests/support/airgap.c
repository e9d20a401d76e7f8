/* SPDX-License-Identifier: Apache-2.0
 *
 * Carrying texts; see airgap.h.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/airgap.h"

#include <string.h>

enum { YEAR_S = 366 * DAY_S };

char *airgap_ask(pospal_client *client, const char *key)
{
    char *text = NULL;

    if (pospal_client_export_request(client, key, &text) != POSPAL_OK)
        fail_msg("no request: %s", pospal_error_detail());
    assert_non_null(text);
    return text;
}

void airgap_answer(shop *s, pospal_client *client, pl_buf *text)
{
    char *request = airgap_ask(client, FAKE_KEY);

    pl_buf_init(text);
    fake_validator_answer_carried(&s->validator, request, text);
    pospal_text_free(request);
}

pospal_status_t airgap_import_text(pospal_client *client, const char *text, pospal_result_t result)
{
    pospal_license *license = NULL;
    pospal_status_t status;

    assert_string_equal(pospal_result_name(pospal_client_import(client, text, strlen(text), &license)),
                        pospal_result_name(result));
    status = pospal_license_status(license);
    pospal_license_free(license);
    return status;
}

pospal_status_t airgap_import(pospal_client *client, pl_buf *text, pospal_result_t result)
{
    pospal_status_t status = airgap_import_text(client, text->data, result);

    pl_buf_reset(text);
    return status;
}

void airgap_close_off(shop *s)
{
    s->is_without_server = true;
    s->validator.check_s = YEAR_S;
    s->validator.grace_s = YEAR_S;
    s->validator.refresh_s = 0;
}

void airgap_retype(const char *text, size_t width, char *typed)
{
    size_t count = 0;

    for (; *text; text++) {
        if (*text == '\n')
            continue;
        *typed++ = *text;
        if (width && ++count % width == 0) {
            memcpy(typed, " \r\n\t", 4);
            typed += 4;
        }
    }
    *typed = '\0';
}
