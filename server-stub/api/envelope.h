/* SPDX-License-Identifier: Apache-2.0
 *
 * /api/v1/licenses/: the routes of a license service for WordPress brands, documented and real ones, with their own replies,
 * {"message", "success", "data"}. They translate to the same use cases as the vendor's and the product API and back; new clients take
 * those. Members that nobody asks for are passed over, as those clients are used to. Refusals are in api/refusal_envelope.c, what differs
 * from that service on purpose in docs/MIGRATING.md.
 */
#ifndef POSPAL_API_ENVELOPE_H
#define POSPAL_API_ENVELOPE_H

#include "api/endpoint.h"

extern const endpoint_t envelope_provision; /* with an API key, as the next six */
extern const endpoint_t envelope_suspend;
extern const endpoint_t envelope_revoke;
extern const endpoint_t envelope_reinstate;
extern const endpoint_t envelope_by_email;
extern const endpoint_t envelope_email_listing;
extern const endpoint_t envelope_validate; /* with a license key, as the next two */
extern const endpoint_t envelope_deactivate;
extern const endpoint_t envelope_status;
extern const endpoint_t envelope_signup;

#endif
