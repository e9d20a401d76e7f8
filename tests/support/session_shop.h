/* SPDX-License-Identifier: Apache-2.0
 *
 * The validator's real code behind the transport of real clients, in one process: a license whose seats tills share, each till a
 * machine with a clock and a line of its own. No network, no system clock.
 */
#ifndef TESTS_SUPPORT_SESSION_SHOP_H
#define TESTS_SUPPORT_SESSION_SHOP_H

#include <pospal/license.h>
#include <stdatomic.h>

#include "licensing/session.h"
#include "platform/thread.h"
#include "support/shop.h"
#include "support/validator.h"

#define SESSION_PRODUCT "pos"

enum { SHOP_LEASE_S = 120, SHOP_BEAT_S = 30, SHOP_COOLDOWN_S = 300, SHOP_DEVICES = 2000 };

/* What the server promised, as it happens. */
typedef struct {
    bool is_end;
    pl_uuid license_id; /* of a promise by a start */
    pl_uuid session_id;
    int64_t until_ms; /* by the server's clock */
} session_event;

typedef struct {
    validator v;
    sessions_t *sessions;
    pl_mutex *mutex; /* one exchange at a time */
    product_t product;
    const char *key; /* of the license */
    license_view_t license;
    bool is_down;
    void (*observe)(void *context, const session_event *event); /* NULL: nobody looks */
    void *context;
    unsigned beats, starts, takeovers, ends;
} session_shop;

/* A license for so many devices, of which so many may be used at once. */
void session_shop_open(session_shop *vendor, int64_t sessions, takeover_rule takeover);
void session_shop_close(session_shop *vendor);
/* What memory knew and the last flush did not write is gone; who lived gets amnesty. */
void session_shop_restart(session_shop *vendor);
/* The second's work of a server. */
void session_shop_flush(session_shop *vendor);
/* An orderly end: also the time is written down, by which a restart knows whose seat lived. */
void session_shop_stop(session_shop *vendor);
/* One request as it came over the line. The HTTP status; 0: no reply. */
int session_shop_serve(session_shop *vendor, const char *url, pl_span body, pl_buf *reply);
/* A further license of the same product. */
license_view_t session_shop_sell(session_shop *vendor, const char **key);
/* What is done to the license by the vendor. */
void session_shop_change(session_shop *vendor, license_change change, pl_reason reason);
/* How many sessions the database and the server's memory count as alive. */
size_t session_shop_count_live(session_shop *vendor);

typedef enum {
    TILL_LINE_FINE,
    TILL_LINE_CUT,        /* nothing gets through */
    TILL_LINE_LOST_REPLY, /* requests do, replies do not */
    TILL_LINE_FORGED,     /* replies to beats say evicted, by somebody without the key */
    TILL_LINE_REPLAYED    /* replies to beats are those of the beat before */
} till_line;

typedef struct {
    shop place; /* machine, clock, data directory; its own validator plays no part */
    session_shop *server;
    _Atomic till_line line;
    pospal_client *client;
    bool is_running; /* by the library's own thread */
    pospal_session *session;
    pl_buf last_reply;
    atomic_uint news;              /* calls of the change callback */
    void (*during)(void *context); /* called in every exchange; NULL: nothing */
    void (*told)(void *context);   /* called by the change callback; NULL: nothing */
    void *context;
} session_till;

/* A machine of that number with a client that was activated. Its thread is held: rounds are the test's. */
void session_till_open(session_till *t, session_shop *server, int number);
void session_till_close(session_till *t);
/* Another client on the same machine and directory: another process, as far as the library can see. */
pospal_client *session_till_client(session_till *t);
pospal_options *session_till_options(session_till *t);
/* Ends the client as a power cut does: nothing is written or sent. */
void session_till_cut_power(session_till *t);
/* Starts; the result must be that. */
void session_till_start(session_till *t, pospal_result_t result);
void session_till_round(session_till *t);
pospal_session_state_t session_till_state(const session_till *t);
/* Seconds pass for server and tills, with a flush and a round of each till in every one of them. */
void session_shop_pass(session_shop *vendor, session_till *const *tills, size_t count, int64_t seconds);
/* Lets the library's own thread do the rounds from now on. */
void session_till_let_run(session_till *t);
pospal_result_t session_till_exchange(void *context, const pospal_exchange_t *exchange, pospal_reply *reply);

#endif
