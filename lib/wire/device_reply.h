/* SPDX-License-Identifier: Apache-2.0
 *
 * The reply to every decided device request: {"answer": JWS, "keyset": JWS where the client lacks it}. Always HTTP 200; nothing but
 * the signature is believed. Also the reply of /api/v1/device/keyset: {"keyset": JWS, "revocations": JWS where there is a list}.
 */
#ifndef PL_WIRE_DEVICE_REPLY_H
#define PL_WIRE_DEVICE_REPLY_H

#include "base/json.h"

enum { PL_REPLY_MAX = 128 * 1024 };

typedef struct {
    pl_span answer;      /* empty in the keyset route's reply */
    pl_span keyset;      /* empty where none is sent */
    pl_span revocations; /* empty where none is sent */
} pl_device_reply;

void pl_device_reply_write(const pl_device_reply *reply, pl_buf *body);
/* PL_ERR_UNSIGNED when it is JSON without the members; PL_ERR_MALFORMED, _TOO_LARGE when it is no JSON. */
pl_err pl_device_reply_read(pl_arena *arena, pl_span body, pl_device_reply *reply);

#endif
