/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading policies of licenses.
 */
#include "api/license_policy_form.h"

#include <stdio.h>

static void note_fault(void *context, const char *member, const char *detail)
{
    char place[96];

    (void)snprintf(place, sizeof place, "policy/%.64s", member);
    form_fault(context, place, "%s", detail);
}

void license_policy_read_form(form_t *form, const char **json)
{
    const char *text = NULL;
    pl_err err;

    form_object(form, "policy", LICENSE_POLICY_MAX, &text);
    if (!text)
        return;
    *json = text;
    if ((err = license_policy_look(form->request->arena, text, note_fault, form)))
        form->err = err;
}
