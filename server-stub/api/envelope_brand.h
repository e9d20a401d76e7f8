/* SPDX-License-Identifier: Apache-2.0
 *
 * What the routes of api/envelope.h with an API key share.
 */
#ifndef POSPAL_API_ENVELOPE_BRAND_H
#define POSPAL_API_ENVELOPE_BRAND_H

#include "api/brand.h"
#include "api/envelope.h"
#include "licensing/admin_licenses.h"

/* brand_open and brand_act with that service's words for a missing and a wrong API key. */
pl_err envelope_open(const api_t *api, const request_t *request, size_t form_size, brand_call_t **call);
pl_err envelope_act(const api_t *api, tx_t *tx, const void *in, void **out);

/* Opens the reply and writes message and success; what follows is "data", and then the object is to be closed. */
void envelope_begin(pl_json_writer *json, const char *message);
/* "valid", "suspended", "cancelled": that service has no status for the end, which is_active and expires_at tell. */
const char *envelope_status_word(const license_view_t *view);

#endif
