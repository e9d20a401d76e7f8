/* SPDX-License-Identifier: Apache-2.0
 *
 * Measuring disk and database.
 */
#include "capacity.h"

#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/mem.h"

enum { PATH_SIZE = 4096 };

struct capacity {
    capacity_options_t options;
    int64_t next_disk_ms;
    int64_t next_size_ms;
    atomic_int_least64_t free_bytes;
    atomic_int_least64_t total_bytes;
    atomic_int_least64_t database_bytes;
};

capacity_t *capacity_new(const capacity_options_t *options)
{
    capacity_t *capacity = pl_alloc(sizeof *capacity);

    if (capacity)
        capacity->options = *options;
    return capacity;
}

void capacity_free(capacity_t *capacity)
{
    pl_free(capacity);
}

static void measure_disk(capacity_t *capacity)
{
    pl_disk_room room;

    if (capacity->options.measure(capacity->options.directory, &room)) {
        pl_err_clear();
        return;
    }
    atomic_store(&capacity->free_bytes, room.free_bytes);
    atomic_store(&capacity->total_bytes, room.total_bytes);
}

/* SQLite's log grows until it is taken over, and its end is where the disk is met first. */
static int64_t log_bytes(const char *directory)
{
    char path[PATH_SIZE];
    struct stat found;

    if (!directory || snprintf(path, sizeof path, "%s/validator.db-wal", directory) >= PATH_SIZE)
        return 0;
    return stat(path, &found) == 0 ? (int64_t)found.st_size : 0;
}

static void measure_size(capacity_t *capacity, store_t *store)
{
    int64_t bytes = 0;

    if (pl_db_size(store_db(store), &bytes))
        pl_err_clear();
    else
        atomic_store(&capacity->database_bytes, bytes + log_bytes(capacity->options.directory));
}

void capacity_measure(capacity_t *capacity, store_t *store, int64_t now_ms)
{
    if (capacity->options.directory && now_ms >= capacity->next_disk_ms) {
        capacity->next_disk_ms = now_ms + CAPACITY_DISK_MS;
        measure_disk(capacity);
    }
    if (store && now_ms >= capacity->next_size_ms) {
        capacity->next_size_ms = now_ms + CAPACITY_SIZE_MS;
        measure_size(capacity, store);
    }
}

static bool is_low(const capacity_options_t *options, const pl_disk_room *disk)
{
    if (disk->total_bytes <= 0)
        return false;
    return disk->free_bytes < options->min_free_bytes ||
           disk->free_bytes / 100 < disk->total_bytes / 10000 * options->min_free_percent;
}

capacity_view_t capacity_view(const capacity_t *capacity)
{
    capacity_view_t view = {.disk = {atomic_load(&capacity->free_bytes), atomic_load(&capacity->total_bytes)},
                            .database_bytes = atomic_load(&capacity->database_bytes)};

    view.is_low = is_low(&capacity->options, &view.disk);
    return view;
}
