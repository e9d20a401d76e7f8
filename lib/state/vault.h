/* SPDX-License-Identifier: Apache-2.0
 *
 * The vault: named secrets and records of one product on one machine (license key, device key, time mark, extensions taken), sealed in
 * one small SQLite file that all processes of the product share. It is opened when first needed, since most starts never need it. The
 * random sealing key is wrapped once per hardware component: any that still fits opens it. Without storage it works in memory.
 * No call waits for another process: PL_ERR_BUSY, and whether to try again is for the caller to choose. What was put or removed while it
 * was busy holds in memory, and goes to the disk with pl_vault_settle.
 */
#ifndef PL_STATE_VAULT_H
#define PL_STATE_VAULT_H

#include "base/buf.h"
#include "base/log.h"
#include "device/device.h"
#include "platform/file.h"
#include "storage/db.h"

enum { PL_VAULT_NAME_MAX = 96, PL_VAULT_VALUE_MAX = 4096, PL_VAULT_MEMORY_ITEMS_MAX = 32 };

typedef struct pl_vault pl_vault;

typedef struct {
    const pl_fs *fs;
    const char *directory; /* NULL or "": in memory */
    const pl_device_wrap_key *keys;
    size_t key_count;
    int64_t now_ms; /* names a file that is set aside */
    const pl_log *log;
    int wait_ms;     /* for another process */
    pl_err refusal;  /* why the directory is not to be used now; PL_OK: it is */
    const char *why; /* in words */
} pl_vault_options;

/*
 * Opens or makes the vault of this machine. A damaged file is set aside as vault.db.TIME.bad and a new one is made; *set_aside tells. One
 * that no component opens is another machine's: it stays, and this one's lies beside it (vault_file.h). A vault that can be read and not
 * written is read, and what is put holds in memory. Where the place can never be used (a network share, a newer version's vault) all is in
 * memory. Where it can't be used now it is a stand-in: what is not put here and may be on the disk can't be read (PL_ERR_BUSY, _IO, ...),
 * and a vault opened later inherits. *storage tells why (PL_OK: on disk, or in memory by choice). PL_ERR_MEMORY.
 */
pl_err pl_vault_open(const pl_vault_options *options, pl_vault **vault, pl_err *storage, bool *set_aside);
void pl_vault_close(pl_vault *vault); /* accepts NULL */

bool pl_vault_is_durable(const pl_vault *vault);  /* what is put goes to disk */
bool pl_vault_is_stand_in(const pl_vault *vault); /* for one that can't be used, or not be written, for the moment */
bool pl_vault_is_readable(const pl_vault *vault); /* on disk */
pl_err pl_vault_refusal(const pl_vault *vault);   /* why it is not durable; PL_OK: it is, or is in memory by choice */
/* Takes over what was put into a stand-in; pl_vault_settle writes it. */
void pl_vault_inherit(pl_vault *vault, pl_vault *stand_in);
/* Writes what a busy or full disk left in memory, of a durable one. PL_OK: nothing is left there. */
pl_err pl_vault_settle(pl_vault *vault);
/* Lets go of what memory holds under the name, as if it had never been put. */
void pl_vault_disown(pl_vault *vault, const char *name);
/* For what lies in the same file in tables of its own (usage_log.h): NULL where it is not durable. Valid until the vault is closed. */
pl_db *pl_vault_db(pl_vault *vault);
pl_err pl_vault_derive(const pl_vault *vault, const char *purpose, uint8_t key[32]); /* of a durable one's key */

/* Appends the value. PL_ERR_NOT_FOUND; PL_ERR_SIGNATURE for a record that was tampered with. */
pl_err pl_vault_get(pl_vault *vault, const char *name, pl_buf *value);
/* What the disk refuses is kept in memory, and the disk's error is returned. PL_ERR_TOO_LARGE, PL_ERR_MEMORY: it is not. */
pl_err pl_vault_put(pl_vault *vault, const char *name, pl_span value);
pl_err pl_vault_remove(pl_vault *vault, const char *name);
/* Removes and overwrites every record. The empty file stays: other processes may have it open, and must see that it is empty. */
pl_err pl_vault_clear(pl_vault *vault);
/* Whether there is a vault's file in the directory; it is looked for and not opened. */
bool pl_vault_is_there(const pl_fs *fs, const char *directory);

#endif
