/* SPDX-License-Identifier: Apache-2.0
 *
 * Backups on a schedule: the server copies SQLite's database while it goes on, opens the copy to see that it is whole, and keeps the newest
 * ones. A thread of its own, with a connection of its own: neither a request nor the writer waits for it. By hand: instance_backup.
 */
#ifndef LICENSING_BACKUPS_H
#define LICENSING_BACKUPS_H

#include "base/log.h"
#include "licensing/instance.h"
#include "platform/file.h"

enum { BACKUP_RETRY_MINUTES = 60 /* after one that failed */ };

typedef struct {
    instance_t *instance;
    const char *directory;                         /* made where it is not there */
    int64_t hours;                                 /* between two */
    int64_t keep;                                  /* so many of them; the rest goes, the oldest first */
    pl_err (*now)(void *context, int64_t *now_ms); /* a time that is trusted */
    void *context;
    int64_t min_free_bytes;                                       /* what the copy must leave on its disk */
    pl_err (*measure)(const char *directory, pl_disk_room *room); /* pl_disk_measure, but in tests */
    pl_log log;
} backups_options_t;

typedef struct backups backups_t;

/* PL_ERR_UNSUPPORTED for PostgreSQL, which has its own means. */
pl_err backups_start(const backups_options_t *options, backups_t **backups);
void backups_stop(backups_t *backups); /* waits for one under way; accepts NULL */

typedef struct {
    int64_t done_at_ms; /* 0: never */
    int64_t failures;   /* since the start, one after the other */
} backups_state_t;

backups_state_t backups_state(const backups_t *backups); /* any thread; accepts NULL */

/*
 * One of them, now: *path is where it lies. Copies under another name first, so that what bears the name of a backup is one. Notes in the
 * database that it was made, or why not; PL_ERR_DISK_FULL before a byte is written where the copy would not leave min_free_bytes, for the disk
 * may be the database's own. store: of the instance, for writing, and this thread's.
 */
pl_err backups_make(const backups_options_t *options, store_t *store, const tx_t *about, const char **path);

#endif
