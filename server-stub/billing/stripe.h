/* SPDX-License-Identifier: Apache-2.0
 *
 * A client of Stripe's API: requests with the version that we are written for, asked again where that is safe, replies as parsed JSON, and
 * failures as stable codes with Stripe's own words beside them. Which requests there are is in stripe_calls.h.
 */
#ifndef BILLING_STRIPE_H
#define BILLING_STRIPE_H

#include "base/arena.h"
#include "base/json.h"
#include "billing/stripe_exchange.h"

/* The one place where it stands. Events come in the version of the endpoint; stripe_objects.c reads both older and newer ones. */
#define STRIPE_VERSION "2025-02-24.acacia"

enum { STRIPE_ID_MAX = 255, STRIPE_ATTEMPTS = 3, STRIPE_PAUSE_MS = 500, STRIPE_PAUSE_MAX_MS = 5000 };

/* What Stripe said; texts are NULL where it said nothing. */
typedef struct {
    int status; /* HTTP; 0: no answer */
    const char *type;
    const char *code;
    const char *message;
    const char *request_id;
} stripe_error_t;

typedef struct {
    stripe_transport_t transport;
    const char *api;                          /* https://...; http:// for this machine alone */
    const char *secret;                       /* the API key */
    pl_arena *arena;                          /* of replies and errors */
    void (*pause)(void *context, int64_t ms); /* NULL: nothing is asked twice */
    void *context;
} stripe_options_t;

typedef struct {
    stripe_options_t options;
    stripe_line_t *line;
    stripe_error_t error; /* of the last request, if it failed */
} stripe_t;

/* PL_ERR_PAYMENTS_UNSET (no secret, or an address that a secret may not go to), PL_ERR_MEMORY. */
pl_err stripe_open(const stripe_options_t *options, stripe_t *stripe);
void stripe_close(stripe_t *stripe);

/* The body of a POST, or a query: names and values, escaped. */
typedef struct {
    pl_buf text;
} stripe_form_t;

void stripe_form_init(stripe_form_t *form);
void stripe_form_reset(stripe_form_t *form);
void stripe_form_add(stripe_form_t *form, const char *name, const char *value); /* value NULL: left out */

/*
 * PL_ERR_NOT_FOUND: Stripe has none of that id. PL_ERR_PAYMENTS_DOWN: no answer, too many requests, a failure of its own; also after the
 * further attempts. PL_ERR_PAYMENTS_REFUSED: anything else; stripe->error has its words. PL_ERR_MEMORY.
 */
pl_err stripe_get(stripe_t *stripe, const char *path, const stripe_form_t *query, const pl_json **reply);
/* The same key and form again: the same reply, and nothing is done twice. */
pl_err stripe_post(stripe_t *stripe, const char *path, const stripe_form_t *form, const char *idempotency_key,
                   const pl_json **reply);
/* "/v1/customers/cus_1", for an id that others told. PL_ERR_NOT_FOUND where it cannot be one. */
pl_err stripe_path(stripe_t *stripe, const char *collection, const char *id, const char **path);

#endif
