/* SPDX-License-Identifier: Apache-2.0
 *
 * What a license has otherwise than its product, in requests.
 */
#ifndef POSPAL_API_LICENSE_POLICY_FORM_H
#define POSPAL_API_LICENSE_POLICY_FORM_H

#include "api/form.h"
#include "licensing/license_policy.h"

/* The member "policy", an object: *json is what license_policy_merge takes. Each of its members at fault is noted as "policy/NAME". */
void license_policy_read_form(form_t *form, const char **json);

#endif
