/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of the data directory as anybody may have left them. The first byte chooses: 'm' the time mark, 'v' the vault, 'l' the lease,
 * 'k' the keyset, 'f' a license file, 't' the trial's note; the rest is the file.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/holding.h"
#include "state/mark.h"
#include "state/trial_note.h"
#include "state/vault.h"
#include "support/documents.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t KEY[32] = "the key of the fuzzed machine";

/* ---- a disk that holds one file ---- */

typedef struct {
    const char *name;
    pl_span bytes;
} one_file;

static pl_err read_one(void *context, const char *path, size_t limit, pl_buf *out)
{
    const one_file *file = context;
    const char *name = strrchr(path, '/');

    if (!name || strcmp(name + 1, file->name) != 0)
        return PL_ERR_NOT_FOUND;
    if (file->bytes.size > limit)
        return PL_ERR_TOO_LARGE;
    pl_buf_add(out, file->bytes.data, file->bytes.size);
    return out->err;
}

static pl_err rename_one(void *context, const char *from, const char *to)
{
    (void)context;
    (void)from;
    (void)to;
    return PL_OK;
}

static pl_err list_one(void *context, const char *path, pl_err (*visit)(void *visitor, const char *name), void *visitor)
{
    const one_file *file = context;

    (void)path;
    return visit(visitor, file->name);
}

static void load(const char *name, pl_span bytes)
{
    static documents d;
    one_file file = {name, bytes};
    pl_fs fs = {.context = &file, .read = read_one, .rename = rename_one, .list = list_one};
    pl_fingerprint nobody = {.count = {0}};
    pl_judge judge = {&d.roots, "till", &nobody, NULL};
    pl_holding *holding = NULL;
    pl_shelf shelf;

    if (d.roots.count == 0)
        documents_init(&d);
    pl_shelf_init(&shelf, &fs, "/data", false);
    if (pl_holding_load(&shelf, &judge, NULL, &holding) == PL_OK)
        (void)pl_policy_decide(holding->held, holding->count, ISSUED_AT);
    pl_holding_drop(holding);
    pl_shelf_reset(&shelf);
}

static void decode_mark(pl_span bytes)
{
    pl_time now = {INT64_C(1000) * ISSUED_AT, 60000, 1};
    pl_extension_note extension;
    pl_time_mark mark;

    if (pl_mark_decode(bytes, KEY, &mark, &extension))
        return;
    pl_timeline_observe(&mark, now);
    (void)pl_timeline_effective(&mark, now);
}

static void decode_trial_note(pl_span bytes)
{
    pl_device_wrap_key key = {PL_COMPONENT_MACHINE_ID, {0}};
    pl_trial_note_keys keys = {&key, 1};
    pl_trial_note note;

    memcpy(key.key, KEY, sizeof key.key);
    (void)pl_trial_note_decode(bytes, keys, &note);
}

static char directory[] = "/tmp/pospal-fuzz-XXXXXX";

static void remove_directory(void)
{
    (void)rmdir(directory);
}

static void open_vault(pl_span bytes)
{
    static const char *const leavings[] = {"vault.db", "vault.db-journal", "vault.db.1.bad", "vault.db.1.bad-journal",
                                           "vault.db.lock"};
    static bool is_made;
    pl_device_wrap_key key = {PL_COMPONENT_MACHINE_ID, {0}};
    pl_vault_options options = {.fs = pl_fs_system(), .directory = directory, .keys = &key, .key_count = 1, .now_ms = 1};
    char path[64];
    pl_vault *vault = NULL;
    bool was_set_aside;
    pl_err storage;
    pl_buf value;

    if (!is_made && (!mkdtemp(directory) || atexit(remove_directory)))
        abort();
    is_made = true;
    memcpy(key.key, KEY, sizeof key.key);
    (void)snprintf(path, sizeof path, "%s/vault.db", directory);
    if (options.fs->write(NULL, path, bytes))
        abort();
    pl_buf_init(&value);
    if (pl_vault_open(&options, &vault, &storage, &was_set_aside) == PL_OK) {
        (void)pl_vault_get(vault, "license_key", &value);
        (void)pl_vault_put(vault, "license_key", pl_span_text("x"));
    }
    pl_vault_close(vault);
    pl_buf_reset(&value);
    for (size_t i = 0; i < sizeof leavings / sizeof *leavings; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", directory, leavings[i]);
        (void)unlink(path);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pl_span rest;

    if (size == 0 || pl_crypto_ready())
        return 0;
    rest = pl_span_of(data + 1, size - 1);
    switch (data[0]) {
    case 'm':
        decode_mark(rest);
        break;
    case 'v':
        open_vault(rest);
        break;
    case 'l':
        load(PL_DOCUMENT_LEASE, rest);
        break;
    case 'k':
        load(PL_DOCUMENT_KEYSET, rest);
        break;
    case 't':
        decode_trial_note(rest);
        break;
    case 'f':
        load(PL_DOCUMENT_LICENSE_PREFIX "x", rest);
        break;
    default:
        break;
    }
    return 0;
}
