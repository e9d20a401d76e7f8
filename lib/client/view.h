/* SPDX-License-Identifier: Apache-2.0
 *
 * From what is held to an answer: reading again what other processes changed, judging, publishing the hot status, telling changes.
 */
#ifndef PL_CLIENT_VIEW_H
#define PL_CLIENT_VIEW_H

#include "client/client.h"

typedef struct {
    pl_decision decision;
    pl_time now;
    int64_t t; /* effective time, Unix seconds */
    bool clock_is_wrong;
} pl_view;

/* Mutex held. Reads from the shelf if it changed (or must be read), judges and publishes. PL_ERR_MEMORY. */
pl_err pl_view_update(pospal_client *client, pl_view *view);
/* Mutex held: what is held must be read again. */
pl_err pl_view_reload(pospal_client *client);
/* Mutex held: a snapshot; PL_ERR_MEMORY. */
pl_err pl_view_snapshot(pospal_client *client, const pl_view *view, pospal_license **license);
/* Mutex held: tells the session's handles what is true. Whether that is another state than the one told last. */
bool pl_view_publish_session(pospal_client *client, const pl_view *view);
/* Mutex held: writes the time mark where the one written last is at least so old. */
void pl_view_store_mark(pospal_client *client, pl_time now, int64_t min_age_ms);
/*
 * Mutex NOT held: the end of every verb, after which it leaves the client alone: the callback may have closed it. Updates, makes the
 * snapshot if license is not NULL, and calls the change callback when the status is another than the one told last; where another thread
 * is in the callback, that thread tells. PL_ERR_MEMORY.
 */
pl_err pl_view_finish(pospal_client *client, pospal_license **license);

#endif
