/* SPDX-License-Identifier: Apache-2.0
 *
 * What the routes of POSPal's licensing API share. They serve the brand and product that the request's Host is bound to; where it is bound
 * to none there is nothing here. A route's parse opens the call and names its work; the work reads members of the body as far as it needs
 * them, passes over those it does not know, and writes its reply, also where that refuses. What fails (returns an error) is a fault of
 * ours or of the transport, and told in the shape of the path (api/refusal.h); while the database is away that is the offline body.
 *
 *   static pl_err work_start(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
 *   {
 *       if (!pospal_text(call->body, "email", CUSTOMER_EMAIL_MAX))
 *           return pospal_refuse(reply, 400, NULL, "Missing required fields");
 *       pl_json_put_bool(pospal_answer(reply, 200), "success", true);
 *       return PL_OK;
 *   }
 *
 *   static pl_err parse_start(const api_t *api, const request_t *request, void **in)
 *   {
 *       return pospal_parse(api, request, work_start, in);
 *   }
 *
 *   const endpoint_t pospal_session_start = {parse_start, pospal_act, pospal_reply, NULL};
 */
#ifndef POSPAL_API_POSPAL_H
#define POSPAL_API_POSPAL_H

#include "api/endpoint.h"
#include "api/pospal_shape.h"
#include "licensing/facades.h"

enum { POSPAL_BODY_MAX = 16 * 1024, POSPAL_EVENT_MAX = 256 * 1024, POSPAL_TEXT_MAX = 4000 };

typedef struct pospal_call pospal_call_t;

/* What the work makes; the frame opens and closes the object. */
typedef struct {
    const pospal_call_t *call;
    int64_t now_ms;
    int status;
    bool is_refusal; /* counted against the address; set by a 400, 401, 403 or 404, and by the work where it refuses with 200 */
    const char *refusal;  /* its code, which lives as long as the program, for the metrics; NULL: nothing is declined */
    int64_t cache_s;      /* the client may keep it so long; -1: not at all */
    const char *strategy; /* X-Cache-Strategy; NULL: no such header */
    pl_buf body;
    pl_json_writer json;
    pl_uuid ended[2]; /* sessions that this ended, for licensing/sessions.h; nil: none */
} pospal_reply_t;

/* Inside a transaction, may be run again; of KIND_SLOW once, without one. */
typedef pl_err (*pospal_work)(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply);

struct pospal_call {
    const api_t *api;
    const request_t *request; /* in parse; its headers not on other threads */
    const facade_t *facade;   /* brand and product */
    const keyring_t *keyring;
    const char *brand; /* its id as text, for the log */
    pospal_shape shape;
    const pl_json *body; /* what came, an object; without a body an empty one */
    pl_span raw;         /* its bytes */
    const char *origin;  /* the header, NULL: none */
    const char *request_id;
    int64_t began_us;
    pospal_work work;
    void *in; /* what the route's own parse has made */
};

/* PL_ERR_NOT_FOUND: the host is bound to nothing. The body is not looked at. */
pl_err pospal_open(const api_t *api, const request_t *request, pospal_call_t **call);
/* Also reads the body. PL_ERR_MALFORMED: no JSON object. */
pl_err pospal_parse(const api_t *api, const request_t *request, pospal_work work, void **in);
pl_err pospal_act(const api_t *api, tx_t *tx, const void *in, void **out);
pl_err pospal_reply(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply);

/* ---- reading ---- */

/* NULL: absent, empty, too long, no text, or not clean UTF-8. */
const char *pospal_text(const pl_json *object, const char *name, size_t max);
const pl_json *pospal_object(const pl_json *object, const char *name); /* NULL: absent, or none */
/* E-mail address in the form of one. */
const char *pospal_email(const pl_json *object, const char *name);
/* Milliseconds since the request came. */
int64_t pospal_spent_ms(const pospal_call_t *call);

/* ---- replying ---- */

/* Opens the answer: members follow. In the unified shape "success", "timestamp" and "requestId" stand there already. */
pl_json_writer *pospal_answer(pospal_reply_t *reply, int status);
/* Opens a refusal in the path's shape; members may follow by reply->json. code, a constant, NULL: none. Always PL_OK. */
pl_err pospal_refuse(pospal_reply_t *reply, int status, const char *code, const char *message);
/* The same in the unified shape, with several messages. */
pl_err pospal_refuse_list(pospal_reply_t *reply, const char *code, const char *const *messages, size_t count);
void pospal_put_null(pl_json_writer *json, const char *name);
/* ISO 8601 with milliseconds; null for 0. */
void pospal_put_time(pl_json_writer *json, const char *name, int64_t unix_ms);
void pospal_put_text(pl_json_writer *json, const char *name, const char *text); /* null for NULL */

#endif
