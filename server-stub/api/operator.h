/* SPDX-License-Identifier: Apache-2.0
 *
 * The routes for operators and their machines: liveness, readiness, health, public keys.
 */
#ifndef POSPAL_API_OPERATOR_H
#define POSPAL_API_OPERATOR_H

#include "api/endpoint.h"

extern const endpoint_t operator_livez;
extern const endpoint_t operator_readyz;
extern const endpoint_t operator_health;
extern const endpoint_t operator_jwks;
extern const endpoint_t operator_metrics;
extern const endpoint_t operator_openapi;
extern const endpoint_t operator_docs; /* all files of the viewer */

#endif
