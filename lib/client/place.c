/* SPDX-License-Identifier: Apache-2.0
 *
 * The data directory; see place.h. A disk that is mounted late, or a moment without descriptors, is no reason to forget everything for good.
 */
#include "client/place.h"

#include "base/mem.h"
#include "base/text.h"
#include "client/place_owner.h"

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

static pl_err set_directory(pospal_client *client, const char *path)
{
    char *copy = pl_copy_text(path);

    if (!copy)
        return pl_fail(PL_ERR_MEMORY, "no memory for the data directory's path");
    pl_free(client->directory);
    client->directory = copy;
    return PL_OK;
}

/* "": in memory, by choice or because no place is known. */
static pl_err choose_given(pospal_client *client)
{
    const char *given = client->options.text[PL_OPTION_DIRECTORY];
    pl_buf path;
    pl_err err = PL_OK;

    pl_buf_init(&path);
    if (given)
        pl_buf_add_text(&path, given);
    else if ((client->storage = pl_data_home(&path)) == PL_OK)
        pl_buf_add_format(&path, "/pospal/%s", client->options.text[PL_OPTION_PRODUCT]);
    else
        pl_buf_clear(&path);
    if (!(err = path.err))
        err = set_directory(client, path.data ? path.data : "");
    pl_buf_reset(&path);
    return err;
}

/* Beneath another product's, where the given one is that. */
static pl_err choose_own(pospal_client *client)
{
    pl_buf path;
    pl_err err;

    pl_buf_init(&path);
    err = pl_place_choose(client->options.fs, client->directory, client->options.text[PL_OPTION_PRODUCT], &path);
    if (!err)
        err = set_directory(client, path.data);
    pl_buf_reset(&path);
    return err;
}

pl_err pl_place_prepare(pospal_client *client)
{
    pl_err err = choose_given(client);
    pl_err usable = PL_OK;

    if (!err && client->directory[0] && !(usable = try_directory(client))) {
        pl_place_claim(client->options.fs, client->directory, client->options.text[PL_OPTION_PRODUCT], false);
        err = choose_own(client);
        usable = err ? PL_OK : try_directory(client);
    }
    if (err)
        return err;
    if (usable)
        note_storage(client, usable);
    pl_shelf_init(&client->shelf, client->options.fs, client->directory, usable != PL_OK);
    return PL_OK;
}

void pl_place_own(const pospal_client *client)
{
    const pl_holding *holding = client->holding;
    size_t count = holding && client->directory[0] && !client->shelf.is_read_only ? holding->count : 0;
    bool is_ours = count > 0;

    for (size_t i = 0; i < count; i++)
        is_ours = is_ours && !holding->held[i].is_other_product;
    if (is_ours)
        pl_place_claim(client->options.fs, client->directory, client->options.text[PL_OPTION_PRODUCT], true);
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
