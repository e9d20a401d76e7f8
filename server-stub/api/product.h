/* SPDX-License-Identifier: Apache-2.0
 *
 * What the routes of the product API share: /api/v1/product/, for products without the library. Whoever has the license key may call
 * them. It stands in the body (license_key), the query (?license_key=), X-License-Key or Authorization: Bearer. A route's parse fills in
 * the call and names its work; product_act finds the key and runs the work in the same transaction. A key that is not known is looked
 * for like one that is, and what else is wrong with a request is told to those with a good key only.
 */
#ifndef POSPAL_API_PRODUCT_H
#define POSPAL_API_PRODUCT_H

#include "api/brand.h"
#include "licensing/instance_seat.h"

enum { PRODUCT_BODY_MAX = 16 * 1024, PRODUCT_SPELLINGS_MAX = 3 };

typedef struct product_call product_call_t;

typedef struct {
    brand_reply_t *reply;
    sighting_t seen;     /* activation_id nil: nobody was seen */
    const char *refusal; /* why the license is not in order, as reply_t has it */
} product_out_t;

/* Inside a transaction; may be run again. */
typedef pl_err (*product_work)(tx_t *tx, const product_call_t *call, const key_access_t *key, product_out_t *out);

struct product_call {
    const char *license_key; /* as given */
    key_question_t question;
    bool is_strict; /* a wrong key is 404 here, as the document of those paths has it; else 401 */
    instance_identifier_t spellings[PRODUCT_SPELLINGS_MAX];
    seat_name_t name;
    const char *metadata;
    product_work work;
    pl_err err; /* of reading, told once the key is known */
    const char *detail;
};

pl_err product_open(const request_t *request, form_t *form, product_call_t **call);
/* instance_identifier and instance_type. is_one: the kind that is not told is guessed; else every spelling it may have is looked for. */
void product_read_instance(form_t *form, product_call_t *call, form_need need, bool is_one);
/* license_key, brand and product_slug are read here. PL_ERR_UNAUTHORIZED without a key. */
pl_err product_parsed(const api_t *api, product_call_t *call, form_t *form, product_work work);

/* Whether product_act would know the key, or why not: read only. */
pl_err product_screen(tx_t *tx, const void *in);
pl_err product_act(const api_t *api, tx_t *tx, const void *in, void **out);
pl_err product_reply(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply);

/* seat_limit, seats_used, seats_remaining. */
void product_put_seats(pl_json_writer *json, const license_view_t *view);
/* What a key holder may see of a license: nothing of the customer. */
void product_put_license(pl_json_writer *json, const char *name, const license_view_t *view);
/* The instance of the seat, its id nil for none, was heard of: noted where that is worth a write. */
void product_note_seen(const tx_t *tx, const instance_seat_t *seat, product_out_t *out);
/* The views of all licenses of the key, in the arena. */
pl_err product_views(tx_t *tx, const key_access_t *key, license_view_t **views);

extern const endpoint_t product_activate;
extern const endpoint_t product_check;
extern const endpoint_t product_deactivate;
extern const endpoint_t product_deactivate_by_id;

#endif
