/* SPDX-License-Identifier: Apache-2.0
 *
 * A license as the vendor's API writes it.
 */
#ifndef POSPAL_API_LICENSE_JSON_H
#define POSPAL_API_LICENSE_JSON_H

#include "api/brand.h"
#include "licensing/admin_licenses.h"

/* "valid", "suspended", "cancelled", "expired", "check_in_overdue"; the last two are computed. */
const char *license_status_word(const license_view_t *view);
/* An object; name NULL in an array. key: the license key in full, NULL: its tail only. */
void license_put_members(pl_json_writer *json, const license_view_t *view, const char *key); /* of an object that is open */
void license_put(pl_json_writer *json, const char *name, const license_view_t *view, const char *key);

#endif
