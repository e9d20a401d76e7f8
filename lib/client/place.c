/* SPDX-License-Identifier: Apache-2.0
 *
 * The data directory; see place.h. A disk that is mounted late, or a moment without descriptors, is no reason to forget everything for good.
 */
#include "client/place.h"

#include <stdio.h>

enum { RETRY_MS = 5000 };

static pl_err try_directory(const pospal_client *client)
{
    const pl_fs *fs = client->options.fs;

    if (fs->make_directory(fs->context, client->directory))
        return pl_fail(PL_ERR_READ_ONLY, "%s can't be made or entered by this account", client->directory);
    if (fs->kind(fs->context, client->directory) == PL_FS_NETWORK)
        return pl_fail(PL_ERR_NETWORK_SHARE, "%s is on a network share, where locks can't be trusted", client->directory);
    return PL_OK; /* whether it can be written shows at the first write, which most starts never make */
}

static void note_storage(pospal_client *client, pl_err err)
{
    client->storage = err;
    snprintf(client->storage_detail, sizeof client->storage_detail, "%s", pl_err_detail());
    pl_log_write(&client->log, PL_LOG_WARN, "the data directory can't be used: %s", client->storage_detail);
}

void pl_place_prepare(pospal_client *client)
{
    pl_err err = client->directory[0] ? try_directory(client) : PL_OK;

    if (err)
        note_storage(client, err);
    pl_shelf_init(&client->shelf, client->options.fs, client->directory, err != PL_OK);
}

static void note_usable(pospal_client *client)
{
    client->shelf.is_read_only = false;
    client->storage = PL_OK;
    client->storage_detail[0] = '\0';
    pl_log_write(&client->log, PL_LOG_INFO, "the data directory can be used now");
}

bool pl_place_is_usable(pospal_client *client)
{
    if (client->directory[0] && client->shelf.is_read_only && client->storage != PL_ERR_NETWORK_SHARE && !try_directory(client))
        note_usable(client);
    return !client->shelf.is_read_only;
}

void pl_place_settle(pospal_client *client)
{
    pl_file_lock *lock = NULL;

    int64_t now_ms = pl_clock_read(&client->clock).boot_ms;

    if (!client->directory[0] || (client->shelf.is_read_only && client->storage == PL_ERR_NETWORK_SHARE) ||
        now_ms < client->place_retry_ms)
        return;
    client->place_retry_ms = now_ms + RETRY_MS;
    if (!pl_place_is_usable(client) || !pl_shelf_has_unwritten(&client->shelf) || pl_shelf_lock(&client->shelf, &lock))
        return;
    if (pl_shelf_settle(&client->shelf)) {
        pl_shelf_announce(&client->shelf);
        client->storage = PL_OK;
        client->storage_detail[0] = '\0';
    }
    pl_file_lock_release(lock);
}
