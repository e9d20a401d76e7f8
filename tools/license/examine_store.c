/* SPDX-License-Identifier: Apache-2.0
 *
 * The data directory and the keys: looked at without changing anything. The vault is opened to read, never by the library's way, which
 * would wrap its key for components that it does not know yet.
 */
#include "examination.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "client/holding.h"
#include "crypto/crypto.h"
#include "device/device.h"
#include "platform/file.h"
#include "state/vault_file.h"

enum { LOCK_WAIT_MS = 500, VAULT_WAIT_MS = 500, SPACE_SHORT_MB = 16 };

static const char permissions[] = "run this as the account that runs the program, or give it the rights on the directory";

/* ---- the store ---- */

/* By writing a small file: to ask for the rights would be wrong for some read-only mounts, for quotas and for a full disk. */
static pl_err try_write(const examination_t *e)
{
    const pl_fs *fs = pl_fs_system();
    char path[DIRECTORY_SIZE + 48];
    uint64_t number;
    pl_err err, removed;

    pl_random(&number, sizeof number); /* a name that nobody else uses */
    (void)snprintf(path, sizeof path, "%s/.write-test-%016" PRIx64, e->directory, number);
    err = fs->write(fs->context, path, pl_span_text("x"));
    removed = fs->remove(fs->context, path);
    return err ? err : removed;
}

static pl_err try_lock(const examination_t *e)
{
    char path[DIRECTORY_SIZE + 16];
    pl_file_lock *lock = NULL;
    pl_buf content;
    pl_err err;

    (void)snprintf(path, sizeof path, "%s/lock", e->directory);
    pl_buf_init(&content);
    err = pl_fs_system()->read(pl_fs_system()->context, path, 1, &content);
    pl_buf_reset(&content);
    if (err) /* it was never needed yet, and is not made here */
        return PL_OK;
    err = pl_file_lock_take(path, LOCK_WAIT_MS, &lock);
    pl_file_lock_release(lock);
    return err;
}

/* Each file but the databases, which SQLite opens, is read: it is the program's account that must be able to. */
static pl_err try_file(void *context, const char *name)
{
    const examination_t *e = context;
    char path[DIRECTORY_SIZE + 300];
    pl_buf bytes;
    pl_err err;

    if (strncmp(name, "vault", 5) == 0 || strstr(name, ".product"))
        return PL_OK;
    (void)snprintf(path, sizeof path, "%s/%s", e->directory, name);
    pl_buf_init(&bytes);
    err = pl_fs_system()->read(pl_fs_system()->context, path, 0, &bytes);
    pl_buf_reset(&bytes);
    return err == PL_ERR_TOO_LARGE || err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

static pl_err try_documents(examination_t *e)
{
    const pl_fs *fs = pl_fs_system();

    return fs->list(fs->context, e->directory, try_file, e);
}

static pl_err open_vault(const examination_t *e, const pl_device_wrap_key *keys, size_t count)
{
    const pl_vault_options options = {
        .fs = pl_fs_system(), .directory = e->directory, .keys = keys, .key_count = count, .wait_ms = VAULT_WAIT_MS};
    pl_vault_file file = {.db = NULL};
    pl_err err = pl_vault_file_open_to_read(&options, &file);

    pl_vault_file_close(&file);
    pl_wipe(file.key, sizeof file.key);
    return err;
}

static pl_err try_vault(const examination_t *e)
{
    pl_device_wrap_key keys[PL_DEVICE_WRAP_KEYS_MAX];
    const char *root = e->common->hardware_root;
    size_t count = PL_DEVICE_WRAP_KEYS_MAX;
    pl_probe_report report;
    pl_err err;

    if (!pl_vault_is_there(pl_fs_system(), e->directory))
        return PL_OK;
    if ((err = pl_probe_read(root ? root : "", &report)))
        return err;
    if (!(err = pl_device_wrap_keys(&report, e->common->product, keys, &count)))
        err = open_vault(e, keys, count);
    pl_probe_wipe(&report);
    pl_wipe(keys, sizeof keys);
    return err == PL_ERR_NOT_FOUND ? PL_OK : err; /* nothing was ever put into it */
}

static void add_vault_failure(examination_t *e, pl_err err)
{
    if (err == PL_ERR_OTHER_DEVICE)
        examination_add(e, "store", FINDING_PROBLEM,
                        "give --hardware-root as the program does; on another machine activate with the license key: it "
                        "gets a vault of its own",
                        "the vault in %s was sealed on other hardware than this", e->directory);
    else
        examination_add_failure(e, "store", err, pl_err_detail());
}

static void examine_space(examination_t *e)
{
    int64_t bytes = 0;

    if (pl_free_space(e->directory, &bytes))
        examination_add(e, "store", FINDING_OK, NULL, "%s can be written, locked and opened", e->directory);
    else if (bytes / (1024 * 1024) < SPACE_SHORT_MB)
        examination_add(e, "store", FINDING_WARNING, "free some space", "%s has %" PRId64 " MB left", e->directory,
                        bytes / (1024 * 1024));
    else
        examination_add(e, "store", FINDING_OK, NULL, "%s can be written, locked and opened; %" PRId64 " MB are free",
                        e->directory, bytes / (1024 * 1024));
}

void examine_store(examination_t *e)
{
    const pl_fs *fs = pl_fs_system();
    pl_err err;

    pl_err_clear();
    if (!e->directory[0])
        examination_add(e, "store", FINDING_PROBLEM, "give --data DIR, or set HOME", "no place for the state is known");
    else if (!e->has_directory)
        examination_add(e, "store", FINDING_WARNING, "it is made when the program runs; if it did, the path is another",
                        "%s does not exist, or may not be entered", e->directory);
    else if (fs->kind(fs->context, e->directory) == PL_FS_NETWORK)
        examination_add_failure(e, "store", PL_ERR_NETWORK_SHARE, e->directory);
    else if ((err = try_write(e)) == PL_ERR_READ_ONLY)
        examination_add(e, "store", FINDING_PROBLEM, permissions, "%s cannot be written by this account", e->directory);
    else if (err)
        examination_add_failure(e, "store", err, e->directory);
    else if ((err = try_lock(e)))
        examination_add_failure(e, "store", err, pl_err_detail());
    else if ((err = try_documents(e)))
        examination_add(e, "store", FINDING_PROBLEM, permissions, "%s", pl_err_detail());
    else if ((err = try_vault(e)))
        add_vault_failure(e, err);
    else
        examine_space(e);
}

/* ---- the keys ---- */

static void count_keys(const pl_keyset *keyset, size_t counts[3])
{
    for (size_t i = 0; i < keyset->count; i++)
        counts[keyset->keys[i].state]++;
}

static void examine_keyset(examination_t *e, pl_span token)
{
    pl_keyset *held = &(pl_keyset){.count = 0};
    size_t counts[3] = {0};
    bool is_older;
    pl_err err;

    pl_err_clear();
    if ((err = pl_keyset_verify(&e->roots, token, held))) {
        examination_add_failure(e, "keys", err, pl_err_detail());
        return;
    }
    count_keys(held, counts);
    is_older = e->server_keyset.count > 0 && pl_keyset_compare(held, &e->server_keyset) < 0;
    examination_add(e, "keys", FINDING_OK, NULL,
                    "%zu root keys pinned; keyset epoch %" PRId64 " sequence %" PRId64
                    " held: %zu keys current, %zu retired, %zu revoked%s",
                    e->roots.count, held->epoch, held->sequence, counts[PL_KEY_CURRENT], counts[PL_KEY_RETIRED],
                    counts[PL_KEY_REVOKED], is_older ? "; the server's is newer and comes with the next answer" : "");
}

void examine_keys(examination_t *e)
{
    pl_documents documents = {pl_fs_system(), e->directory};
    pl_buf token;

    if (e->roots_err) {
        examination_add(e, "keys", FINDING_PROBLEM, "give the JWKS that `pospal-validator init` printed", "%s", e->roots_failure);
        return;
    }
    pl_buf_init(&token);
    token.limit = PL_KEYSET_MAX;
    if (!e->has_directory || pl_documents_read(&documents, PL_DOCUMENT_KEYSET, 0, &token))
        examination_add(e, "keys", FINDING_OK, NULL, "%zu root keys pinned; no keyset held yet", e->roots.count);
    else
        examine_keyset(e, pl_buf_span(&token));
    pl_buf_reset(&token);
}
