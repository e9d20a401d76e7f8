/* SPDX-License-Identifier: Apache-2.0
 *
 * The client as the verbs see it. Everything below "guarded" is read and written with the mutex held; an exchange with the server runs
 * without it, one at a time (is_asking). Callbacks run without it too.
 */
#ifndef PL_CLIENT_CLIENT_H
#define PL_CLIENT_CLIENT_H

#include <pospal/license.h>

#include "base/clock.h"
#include "base/log.h"
#include "client/holding.h"
#include "client/hot.h"
#include "client/options.h"
#include "client/session_seat.h"
#include "device/device.h"
#include "license/timeline.h"
#include "platform/thread.h"
#include "state/mark.h"
#include "state/usage_log.h"
#include "state/vault.h"
#include "transport/transport.h"

enum {
    PL_QUIET_AFTER_ASK_MS = 60 * 1000,        /* AUTO does not block again for so long */
    PL_REFRESH_PAUSE_MAX_MS = 15 * 60 * 1000, /* the background's pause after failures grows up to this */
    PL_REFRESH_JITTER_MS = 20 * 1000,         /* tills behind one line do not come back in one second */
    PL_WATCH_INTERVAL_MS = 1000,              /* how often the background looks whether another process wrote */
    PL_MARK_INTERVAL_MS = 10 * 60 * 1000,     /* how often the time mark is written while nothing else happens */
    PL_MARK_CLOSE_MS = 60 * 1000              /* a client that lived shorter does not write it at close */
};

typedef struct pl_task_queue pl_task_queue;

struct pospal_client {
    pospal_options options;
    pl_roots roots;
    pl_clock clock;
    pl_log log;
    char *directory; /* "": in memory */
    char device_name[PL_DEVICE_NAME_MAX + 1];
    pl_transport *transport;

    pl_fingerprint fingerprint;
    pl_err fingerprint_err; /* PL_OK, or why there is too little of it */
    char fingerprint_text[PL_FINGERPRINT_TEXT_SIZE];
    pl_device_wrap_key wrap_keys[PL_DEVICE_WRAP_KEYS_MAX];
    size_t wrap_key_count;
    uint8_t mark_key[32];
    char environment[32];

    pl_mutex *mutex;
    pl_cond *changed;
    uint64_t process_id; /* where it was opened: it does not live on in a fork */
    pl_hot hot;
    atomic_bool is_watched; /* the background was asked for once: the hot path need not ask again */

    /* guarded */
    pl_shelf shelf;
    pl_err storage; /* why nothing can be stored; PL_OK: it can */
    char storage_detail[PL_ERR_DETAIL_MAX];
    pl_vault *vault;      /* NULL until first needed */
    pl_err vault_storage; /* the same of the vault */
    char vault_detail[PL_ERR_DETAIL_MAX];
    int64_t place_retry_ms; /* boot_ms before which a place that could not be used is not tried again */
    int64_t vault_retry_ms; /* boot_ms before which what stands in for it is not replaced, but for a busy one */
    pl_usage_log *usage;    /* NULL until first needed; closed before the vault */
    int64_t usage_after_ms; /* boot_ms after which the background sends what waits; 0: nothing is known to wait */
    int usage_failures;     /* in a row */
    bool is_usage_known;    /* whether an earlier run left some, where nothing is held that would be refreshed */
    bool is_usage_anew;     /* what was refused to an earlier run was tried again */
    bool was_set_aside;
    pl_holding *holding;
    char online_token[PL_CLAIMS_ID_MAX + 1]; /* jti of the answer this process received itself */
    uint64_t notice;
    pl_time_mark mark;
    bool is_mark_owed;           /* its file is lost, and the vault, which has a copy, was not yet to be had */
    int64_t trial_begun_at;      /* of the offline trial, Unix seconds, once it was read; 0: not begun, or not known */
    pl_extension_note extension; /* in the mark's file */
    pl_time mark_stored;         /* when it was last written */
    bool has_asked;
    pl_time last_ask; /* when the last exchange ended, well or not */
    int failures;     /* in a row */
    char failure[PL_ERR_DETAIL_MAX];
    pl_err failure_err;
    pl_reason server_reason;  /* what the last decided answer said that is kept nowhere: unknown key, not activated */
    int64_t refresh_after_ms; /* boot_ms before which the background stays quiet */
    pl_status notified;       /* of the last call of the change callback, or at open */
    pospal_license *news;     /* the newest change that is still to be told; NULL: none */
    bool is_session_news;     /* the state of the session is among it */
    bool is_telling;          /* a thread is in the change callback, and tells what comes meanwhile */
    bool is_asking;
    bool is_closing;
    pl_thread *worker;
    pl_task_queue *tasks; /* NULL until the first task */
    pl_seat seat;         /* of the session; its turn is not guarded */
};

struct pospal_license {
    pl_holding *holding;
    pl_decision decision;
    int64_t at; /* effective time of the decision */
    bool clock_is_wrong;
};

/* The public result for an error, noting it with its detail for pospal_error_detail in this thread. */
pospal_result_t pl_report(pl_err err);
/* The same for an error noted before other calls of ours ran, whose detail must not take its place. */
pospal_result_t pl_report_again(pl_err err);
/* What this thread reported last: kept while the application's own code runs inside a call of ours, or carried to another thread. */
enum { PL_REPORT_SIZE = PL_ERR_DETAIL_MAX + 256 };
typedef struct {
    pl_err err;
    char text[PL_REPORT_SIZE];
} pl_report_note;
void pl_report_keep(pl_report_note *note);
void pl_report_recall(const pl_report_note *note);

#endif
