/* SPDX-License-Identifier: Apache-2.0
 *
 * The routes of POSPal's licensing API that ask for licenses, sessions, trials and mail. Those about money are api/pospal_money.h's.
 */
#ifndef POSPAL_API_POSPAL_ROUTES_H
#define POSPAL_API_POSPAL_ROUTES_H

#include "api/endpoint.h"

extern const endpoint_t pospal_validate_unified;
extern const endpoint_t pospal_validate;
extern const endpoint_t pospal_instant_validate;
extern const endpoint_t pospal_session_start;
extern const endpoint_t pospal_session_heartbeat;
extern const endpoint_t pospal_session_end;
extern const endpoint_t pospal_session_takeover;
extern const endpoint_t pospal_session_disconnect_email;
extern const endpoint_t pospal_activation_email;
extern const endpoint_t pospal_recover_license;
extern const endpoint_t pospal_refund_request;
extern const endpoint_t pospal_verify_start;
extern const endpoint_t pospal_verify_confirm;
extern const endpoint_t pospal_check_duplicate;
extern const endpoint_t pospal_trial_register;
extern const endpoint_t pospal_trial_status;

#endif
