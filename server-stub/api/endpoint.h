/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of a route: parse, act, reply. A request and a reply as values; HTTP itself is known in http/ only, SQL in store/ only.
 */
#ifndef POSPAL_API_ENDPOINT_H
#define POSPAL_API_ENDPOINT_H

#include <stdbool.h>

#include "api/fault.h"
#include "api/vitals.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "licensing/key_uses.h"
#include "licensing/keys.h"
#include "licensing/sessions.h"
#include "licensing/sightings.h"
#include "licensing/tally.h"
#include "notify/address.h"
#include "store/store.h"

/* What all requests share. */
typedef struct {
    keys_t *keys;
    sightings_t *sightings;
    sessions_t *sessions;
    tally_t *tally;
    const char *metrics_token; /* NULL: metrics are for this machine alone */
    bool shows_docs;
    key_uses_t *key_uses;
    struct billing *billing;                              /* see billing/accounts.h */
    const address_list_t *webhook_allowed;                /* by the operator, besides what is public */
    void (*read_vitals)(void *context, vitals_t *vitals); /* any thread, without waiting */
    void (*write_metrics)(void *context, pl_buf *out);    /* the same */
    void *context;
} api_t;

/* The license key that a request goes by, by a digest, wherever it stood: each has a bucket of its own. */
typedef struct {
    uint8_t name[16];
    bool is_set;
} rated_t;

typedef struct route route_t;

/* What parse reads from. Everything lives as long as the request's arena. */
typedef struct request request_t;
struct request {
    pl_arena *arena;
    pl_span body;
    const char *id;
    const route_t *route;
    const char *path;
    bool is_local;    /* from this machine itself, and not by a proxy on it */
    faults_t *faults; /* parse notes them here, see api/form.h */
    rated_t *rated;   /* and the license key here; NULL: nobody asks */
    /* The value of a query parameter, NULL where absent; and of a header. */
    const char *(*query)(const request_t *request, const char *name);
    const char *(*header)(const request_t *request, const char *name);
    /* Each name in the query, as often as it stands there. */
    void (*each_query)(const request_t *request, void (*see)(void *context, const char *name), void *context);
    void *connection; /* for these three */
};

enum { REPLY_HEADERS_MAX = 4 };

/* What reply fills in; it starts as status 200, application/json. */
typedef struct {
    int status;
    const char *media_type;
    const char *cache_control; /* NULL: none */
    const char *brand;         /* for the log; NULL: not known */
    const char *refusal;       /* what it declines, by a code that lives as long as the program, for the metrics; NULL: nothing */
    bool is_refusal;           /* counted against the address, see rate_t */
    bool is_tired;             /* given: the address was refused too often; what would refuse it fails with PL_ERR_RATE_LIMITED */
    pl_buf *body;
    pl_span constant; /* in place of body where it is not empty: lives as long as the program */
    struct {
        const char *name;
        const char *value;
    } headers[REPLY_HEADERS_MAX]; /* further ones; name NULL: none */
} reply_t;

/*
 * parse   decodes and authorises, on the event loop. NULL: nothing to decode.
 * act     inside a transaction; may be run again, so it has no effect outside of it. KIND_SLOW: once, and with a transaction only
 *         where it makes one, by store_read or store_write on tx->store, which it does not keep while it waits for somebody else.
 * recall  KIND_CACHED: answers from memory if it can, on the event loop; false: act must be run. It may write to what parse made.
 * reply   after the commit, on the event loop: encodes and signs.
 */
typedef struct {
    pl_err (*parse)(const api_t *api, const request_t *request, void **in);
    pl_err (*act)(const api_t *api, tx_t *tx, const void *in, void **out);
    pl_err (*reply)(const api_t *api, pl_arena *arena, const void *in, const void *out, reply_t *reply);
    bool (*recall)(const api_t *api, int64_t now_ms, void *in); /* NULL but for KIND_CACHED */
} endpoint_t;

typedef enum {
    METHOD_GET, /* answers HEAD too */
    METHOD_POST,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_COUNT
} method_t;

typedef enum {
    ROLE_PUBLIC,   /* anybody */
    ROLE_DEVICE,   /* the library: authorised by the license key in the body */
    ROLE_PRODUCT,  /* a product without the library: authorised by the license key */
    ROLE_BRAND,    /* a vendor's back end: authorised by an API key that has the route's scope */
    ROLE_FACADE,   /* a program written for another system: by what its body holds, see api/pospal.h */
    ROLE_OPERATOR, /* who runs the server, looking across brands: authorised by an operator key */
    ROLE_OBSERVER  /* anybody who asks how the server is: heard also when the clock is doubted or the database is given a pause */
} role_t;

typedef enum {
    RATE_NONE,   /* not counted */
    RATE_DEVICE, /* counted against the address while the answers are refusals */
    RATE_KEY /* the same, and only an unknown API or license key is a refusal: who has a good one may ask for what is not there */
} rate_t;

typedef enum {
    KIND_MEMORY, /* no database: act is NULL */
    KIND_CACHED, /* recalls; where that says no, acts like KIND_READ */
    KIND_READ,   /* acts at once on the loop, with the loop's own connection */
    KIND_WRITE,  /* acts in the writer's next group */
    KIND_SLOW    /* acts on a worker's thread, with that worker's own connection: whatever may take long */
} kind_t;

struct route {
    method_t method;
    const char *path; /* api/path.h */
    role_t role;
    rate_t rate;
    kind_t kind;
    size_t body_max;
    const endpoint_t *endpoint;
    const char *scope; /* ROLE_BRAND: what the API key must be good for, see licensing/api_access.h */
};

#endif
