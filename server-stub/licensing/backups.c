/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread, and one backup. Names of files are "validator-20270131T120000Z.db": what is named otherwise is nobody's of ours.
 */
#include "licensing/backups.h"

#include "base/mem.h"
#include "base/timestamp.h"
#include "licensing/secret_file.h"
#include "platform/file.h"
#include "platform/thread.h"
#include "store/chores.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_MS = 10 * 1000, KEPT_MAX = 10000, NAME_SIZE = sizeof "validator-20270131T120000Z.db" };

static const int64_t HOUR_MS = 3600 * 1000;
static const int64_t MINUTE_MS = 60 * 1000;
static const char BEGIN[] = "validator-";
static const char END[] = ".db";
static const char PART[] = ".part";

struct backups {
    backups_options_t options;
    store_t *store;
    pl_thread *thread;
    pl_mutex *mutex;
    pl_cond *wake;
    bool is_ending;
    int64_t next_ms; /* 0: the database says when */
    atomic_int_least64_t done_at_ms;
    atomic_int_least64_t failures;
};

/* ---- names ---- */

static void name_at(int64_t now_ms, char name[NAME_SIZE])
{
    char time[PL_TIMESTAMP_SIZE];
    char *out = name + sizeof BEGIN - 1;

    pl_timestamp_format(now_ms / 1000, time);
    memcpy(name, BEGIN, sizeof BEGIN - 1);
    for (const char *c = time; *c; c++)
        if (*c != '-' && *c != ':')
            *out++ = *c;
    memcpy(out, END, sizeof END);
}

static bool is_name(const char *name)
{
    const char *time = name + sizeof BEGIN - 1;

    return strlen(name) == NAME_SIZE - 1 && strncmp(name, BEGIN, sizeof BEGIN - 1) == 0 && strspn(time, "0123456789") == 8 &&
           time[8] == 'T' && strspn(time + 9, "0123456789") == 6 && strcmp(time + 15, "Z.db") == 0;
}

/* ---- the old ones ---- */

typedef struct {
    char (*names)[NAME_SIZE];
    size_t count;
} kept_t;

static pl_err note_kept(void *visitor, const char *name)
{
    kept_t *kept = visitor;

    if (is_name(name) && kept->count < KEPT_MAX)
        memcpy(kept->names[kept->count++], name, NAME_SIZE);
    return PL_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

static pl_err rotate(const backups_options_t *options, pl_arena *arena)
{
    const pl_fs *fs = pl_fs_system();
    kept_t kept = {pl_arena_take(arena, (size_t)KEPT_MAX * NAME_SIZE), 0};
    pl_err err;

    if (!kept.names)
        return PL_ERR_MEMORY;
    if ((err = fs->list(fs->context, options->directory, note_kept, &kept)))
        return err;
    qsort(kept.names, kept.count, NAME_SIZE, compare_names);
    for (size_t i = 0; !err && i + (size_t)options->keep < kept.count; i++) {
        const char *path = pl_arena_format(arena, "%s/%s", options->directory, kept.names[i]);

        err = path ? fs->remove(fs->context, path) : PL_ERR_MEMORY;
    }
    return err;
}

/* ---- one ---- */

/* As a server would open it, and every page of it. */
static pl_err verify(const char *path)
{
    const store_options_t options = {.database = path, .mode = DB_READ_ONLY};
    store_t *copy;
    pl_err err = store_open(&options, 0, &copy);

    if (err)
        return err;
    err = store_check(copy);
    store_close(copy);
    return err;
}

/* A copy that filled the disk of the database would stop the server for which it is made. */
static pl_err check_room(const backups_options_t *options, store_t *store)
{
    pl_disk_room room;
    int64_t bytes;
    pl_err err;

    if ((err = pl_db_size(store_db(store), &bytes)) || (err = options->measure(options->directory, &room)))
        return err;
    if (room.free_bytes - bytes >= options->min_free_bytes)
        return PL_OK;
    return pl_fail(PL_ERR_DISK_FULL,
                   "the copy takes %lld MB and %lld MB are to stay free (disk-min-free-mb), but only %lld MB are free",
                   (long long)(bytes >> 20), (long long)(options->min_free_bytes >> 20), (long long)(room.free_bytes >> 20));
}

static pl_err copy(const backups_options_t *options, store_t *store, const char *part, const char *path)
{
    const pl_fs *fs = pl_fs_system();
    pl_err err;

    (void)fs->remove(fs->context, part); /* of one that was cut */
    if ((err = check_room(options, store)))
        return err;
    if ((err = secret_file_create(part, pl_span_of("", 0))))
        return err;
    if ((err = pl_db_backup(store_db(store), part)) || (err = verify(part)) || (err = fs->rename(fs->context, part, path))) {
        (void)fs->remove(fs->context, part);
        return err;
    }
    return fs->sync_directory(fs->context, options->directory);
}

typedef struct {
    const char *detail;
    bool is_done;
} note_t;

static pl_err work_note(void *context, tx_t *tx)
{
    const note_t *note = context;

    return (note->is_done ? chores_note_done : chores_note_failure)(tx, CHORE_BACKUP, note->detail);
}

pl_err backups_make(const backups_options_t *options, store_t *store, const tx_t *about, const char **path)
{
    const pl_fs *fs = pl_fs_system();
    char name[NAME_SIZE];
    const char *part;
    note_t note;
    pl_err err;

    name_at(about->now_ms, name);
    *path = pl_arena_format(about->arena, "%s/%s", options->directory, name);
    part = pl_arena_format(about->arena, "%s/%s%s", options->directory, "validator", PART);
    if (!*path || !part)
        return PL_ERR_MEMORY;
    if (!(err = fs->make_directory(fs->context, options->directory)) && !(err = copy(options, store, part, *path)))
        err = rotate(options, about->arena);
    note = (note_t){err ? pl_arena_text(about->arena, pl_span_text(pl_err_detail()[0] ? pl_err_detail() : pl_err_sentence(err)))
                        : *path,
                    !err};
    if (!err)
        return store_write(store, about, work_note, &note);
    (void)store_write(store, about, work_note, &note);
    return pl_fail(err, "the backup in %s failed: %s", options->directory, note.detail ? note.detail : "");
}

/* ---- the thread ---- */

static pl_err work_find(void *context, tx_t *tx)
{
    return chores_find(tx, CHORE_BACKUP, context);
}

static int64_t most_wait_ms(const backups_t *backups)
{
    const int64_t retry_ms = BACKUP_RETRY_MINUTES * MINUTE_MS;
    const int64_t wait_ms = backups->options.hours * HOUR_MS;

    return wait_ms > retry_ms ? wait_ms : retry_ms;
}

/* A clock that was ahead for a while has put the next one, or the last one, where it can't be: then it is due. */
static pl_err check_next(const backups_t *backups, int64_t now_ms)
{
    const int64_t wait_ms = backups->next_ms - now_ms;

    return wait_ms > 0 && wait_ms <= most_wait_ms(backups) ? PL_ERR_BUSY : PL_OK;
}

/* PL_ERR_BUSY: not yet. */
static pl_err check_due(backups_t *backups, const tx_t *about)
{
    chore_t chore;
    pl_err err;

    if (backups->next_ms)
        return check_next(backups, about->now_ms);
    if ((err = store_read(backups->store, about, work_find, &chore)))
        return err;
    atomic_store(&backups->done_at_ms, chore.done_at_ms);
    backups->next_ms = chore.done_at_ms + backups->options.hours * HOUR_MS;
    return check_next(backups, about->now_ms);
}

static void look(backups_t *backups)
{
    tx_t about = {.actor = "server"};
    const char *path;
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    about.arena = &arena;
    if (!backups->options.now(backups->options.context, &about.now_ms) && !check_due(backups, &about)) {
        err = backups_make(&backups->options, backups->store, &about, &path);
        backups->next_ms = about.now_ms + (err ? BACKUP_RETRY_MINUTES * MINUTE_MS : backups->options.hours * HOUR_MS);
        if (err) {
            atomic_fetch_add(&backups->failures, 1);
            pl_log_write(&backups->options.log, PL_LOG_ERROR, "%s", pl_err_detail());
        } else {
            atomic_store(&backups->failures, 0);
            atomic_store(&backups->done_at_ms, about.now_ms);
            pl_log_write(&backups->options.log, PL_LOG_INFO, "made the backup %s", path);
        }
    }
    pl_arena_reset(&arena);
}

static void run(void *context)
{
    backups_t *backups = context;

    pl_mutex_lock(backups->mutex);
    while (!backups->is_ending) {
        pl_mutex_unlock(backups->mutex);
        look(backups);
        pl_mutex_lock(backups->mutex);
        if (!backups->is_ending)
            (void)pl_cond_wait(backups->wake, backups->mutex, LOOK_MS);
    }
    pl_mutex_unlock(backups->mutex);
}

void backups_stop(backups_t *backups)
{
    if (!backups)
        return;
    if (backups->thread) {
        pl_mutex_lock(backups->mutex);
        backups->is_ending = true;
        pl_cond_wake_all(backups->wake);
        pl_mutex_unlock(backups->mutex);
        pl_thread_join(backups->thread);
    }
    store_close(backups->store);
    pl_cond_free(backups->wake);
    pl_mutex_free(backups->mutex);
    pl_free(backups);
}

backups_state_t backups_state(const backups_t *backups)
{
    if (!backups)
        return (backups_state_t){0, 0};
    return (backups_state_t){atomic_load(&backups->done_at_ms), atomic_load(&backups->failures)};
}

pl_err backups_start(const backups_options_t *options, backups_t **backups)
{
    backups_t *made;
    pl_err err;

    if (instance_is_shared(options->instance))
        return pl_fail(PL_ERR_UNSUPPORTED,
                       "backup_dir is for SQLite; back PostgreSQL up by its own means, such as pg_dump by a timer");
    if (!(made = pl_alloc(sizeof *made)))
        return PL_ERR_MEMORY;
    made->options = *options;
    made->mutex = pl_mutex_new();
    made->wake = pl_cond_new();
    err = made->mutex && made->wake ? instance_open_store(options->instance, DB_READ_WRITE, &made->store) : PL_ERR_MEMORY;
    if (!err)
        err = pl_thread_start(run, made, &made->thread);
    if (err)
        backups_stop(made);
    else
        *backups = made;
    return err;
}
