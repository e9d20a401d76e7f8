/* SPDX-License-Identifier: Apache-2.0
 *
 * What the routes of the vendor's API share. A route's parse fills in a form and says which work to do; brand_act then admits the API
 * key, runs the work in the same transaction, and keeps its reply where an Idempotency-Key came along. The reply is written by the
 * work itself, inside the transaction, for it must be kept with what it tells.
 *
 *   static pl_err parse_renew(const api_t *api, const request_t *request, void **in)
 *   {
 *       brand_call_t *call;
 *       form_t form;
 *       pl_err err = brand_open(api, request, sizeof(renew_t), &call);
 *
 *       if (err)
 *           return err;
 *       form_open(&form, request);
 *       ...
 *       return brand_parsed(call, &form, work_renew, in);
 *   }
 *   const endpoint_t brand_license_renew = {parse_renew, brand_act, brand_reply, NULL};
 */
#ifndef POSPAL_API_BRAND_H
#define POSPAL_API_BRAND_H

#include "api/form.h"
#include "licensing/api_access.h"

enum { BRAND_BODY_MAX = 64 * 1024, BRAND_PAGE_MAX = 500, BRAND_PAGE = 100 };

typedef struct brand_call brand_call_t;

/* A reply in the making; it starts as 200 with an empty JSON text. */
typedef struct {
    int status;
    pl_json_writer json;
    pl_buf body;
    const char *media_type;
    const char *etag;       /* NULL: none */
    const char *location;   /* NULL: none */
    const char *link;       /* NULL: none */
    const session_t *ended; /* memory is told after the commit; NULL: none */
    bool is_replay;         /* of an earlier request with the same Idempotency-Key */
} brand_reply_t;

/* Inside a transaction; may be run again. */
typedef pl_err (*brand_work)(tx_t *tx, const brand_call_t *call, brand_reply_t *reply);

struct brand_call {
    const route_t *route;
    const keyring_t *keyring;
    uint8_t api_key_hash[PL_DIGEST_SIZE];
    const char *word;     /* Idempotency-Key; NULL: none */
    const char *if_match; /* NULL: none */
    const char *accept;   /* NULL: none; for lists, see api/listing.h */
    const char *path;
    uint8_t request[PL_DIGEST_SIZE]; /* method, path and body */
    pl_uuid id;                      /* of the path; nil: it has none */
    pl_uuid part;                    /* what of it: {activation_id}, {session_id}; nil: it has none */
    brand_work work;
    void *form; /* what the route read */
    pl_err err; /* of reading, told once the API key is admitted */
    const char *detail;
    pl_uuid brand_id; /* from here on: filled in by brand_act */
    api_key_t key;
};

/* Credentials, id and headers; form_size zeroed bytes for call->form. PL_ERR_UNAUTHORIZED where no API key is given. */
pl_err brand_open(const api_t *api, const request_t *request, size_t form_size, brand_call_t **call);
/* An Idempotency-Key that stands elsewhere than in its header; that one goes before it. NULL: none. */
pl_err brand_take_word(brand_call_t *call, const request_t *request, const char *word);
pl_err brand_parsed(brand_call_t *call, form_t *form, brand_work work, void **in);
/* For routes without body and query. */
pl_err brand_parsed_plain(brand_call_t *call, brand_work work, void **in);

/* Whether brand_act would admit the API key, or why not: read only. */
pl_err brand_screen(tx_t *tx, const void *in);
pl_err brand_act(const api_t *api, tx_t *tx, const void *in, void **out);
pl_err brand_reply(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply);

/* A reply for work of another frame than this one; NULL when memory is exhausted. */
brand_reply_t *brand_reply_begin(pl_arena *arena);

/* Whether the object is still as the caller has seen it (If-Match): PL_ERR_CHANGED. And its ETag for the reply. */
pl_err brand_check_version(const brand_call_t *call, int64_t version);
pl_err brand_put_version(tx_t *tx, brand_reply_t *reply, int64_t version);

/* A page of a list: what ?cursor= and ?limit= say, and the Link to the next one (RFC 8288). */
typedef struct {
    pl_uuid after; /* nil: the first page */
    int64_t limit;
} brand_page_t;
void brand_read_page(form_t *form, brand_page_t *page);
/* A list was asked for one item more than a page has: takes that one off and says whether it was there. */
bool brand_cut_page(const brand_page_t *page, size_t *count);
/* The filters are to be given again with it. */
pl_err brand_link_next(tx_t *tx, const brand_call_t *call, brand_reply_t *reply, pl_uuid last);

/* The new object's path, which is that of the list with its id behind. */
pl_err brand_put_location(tx_t *tx, const brand_call_t *call, brand_reply_t *reply, pl_uuid id);

/* Members of the open object; 0 and nil write null, so that a reader sees all members. */
void brand_put_id(pl_json_writer *json, const char *name, pl_uuid id);
void brand_put_time(pl_json_writer *json, const char *name, int64_t unix_ms);
void brand_put_text(pl_json_writer *json, const char *name, const char *text);
void brand_put_json(pl_json_writer *json, const char *name, const char *text);

#endif
