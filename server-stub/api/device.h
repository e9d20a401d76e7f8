/* SPDX-License-Identifier: Apache-2.0
 *
 * What the routes of the library have in common: reading a call and replying with a signed answer. The verbs are in device_*.c.
 */
#ifndef POSPAL_API_DEVICE_H
#define POSPAL_API_DEVICE_H

#include "api/endpoint.h"
#include "licensing/device.h"

/* The keyring is the one that the call was read with, whatever changes meanwhile. */
typedef struct {
    const keyring_t *keyring;
    device_call_t call;
} device_in_t;

extern const endpoint_t device_activate;
extern const endpoint_t device_validate;
extern const endpoint_t device_deactivate;
extern const endpoint_t device_keyset;
extern const endpoint_t device_session_start;
extern const endpoint_t device_session_takeover;
extern const endpoint_t device_session_end;
extern const endpoint_t device_session_list;
extern const endpoint_t device_session_beat;
extern const endpoint_t device_request;
extern const endpoint_t device_release;
extern const endpoint_t device_release_check;
extern const endpoint_t device_trial;
extern const endpoint_t device_usage;

/* Reads the body into a device_in_t. */
pl_err device_parse(const api_t *api, const request_t *request, pl_act act, void **in);
/* Makes room for an outcome and lets verb fill it. */
pl_err device_act(tx_t *tx, const void *in, void **out, pl_err (*verb)(tx_t *tx, const device_call_t *call, outcome_t *out));
/* Signs the outcome. */
pl_err device_reply(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply);

#endif
