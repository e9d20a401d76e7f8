/* SPDX-License-Identifier: Apache-2.0
 *
 * The device's log of usage: reports numbered without gaps, each recorded in one transaction before anything else happens to it, kept until
 * the validator has acknowledged it and a while after, so that the same one told again is known and an older validator can be told again.
 * It lies in the vault's file, sealed, and is shared by all processes of the product; where the vault is in memory by choice it is
 * in memory too, and goes with the process.
 *
 * A report is bound to the activation that is held when it is recorded, else to the first one after, and stays bound: a batch whose reply
 * was lost must not be sent under another one, where it would count again. What is bound to one activation is a log of its own on the
 * wire. Where the validator does not know the activation, what is bound to it waits for the next one of the same license.
 *
 * A report that can't be opened, or that the validator can't take in, is set aside: it stays, and those after it are sent.
 *
 * PL_ERR_BUSY while another process is at the vault; nothing has happened then.
 */
#ifndef PL_STATE_USAGE_LOG_H
#define PL_STATE_USAGE_LOG_H

#include "license/usage.h"
#include "state/vault.h"

enum {
    PL_USAGE_IDEMPOTENCY_MAX = 64,
    PL_USAGE_KEPT = 1000,           /* acknowledged reports that are kept at least */
    PL_USAGE_KEPT_S = 7 * 86400,    /* and so long */
    PL_USAGE_KEPT_MAX = 100 * 1000, /* but never more */
    PL_USAGE_UUID_SIZE = 40
};

typedef struct pl_usage_log pl_usage_log;

/* The license that usage is for, and its activation; NULLs where none is held. */
typedef struct {
    const char *license_id;
    const char *activation_id;
} pl_usage_holder;

typedef struct {
    pl_usage_holder holder;
    const char *meter;
    int64_t amount;
    const char *idempotency; /* NULL: none */
    int64_t at;
} pl_usage_entry;

typedef struct {
    int64_t used; /* as the validator said last of this license */
    int64_t allowed;
    int64_t pending; /* recorded here and not acknowledged */
} pl_usage_sum;

/* Which reports to pack. */
typedef struct {
    pl_usage_holder holder; /* for what is bound to nothing yet */
    int64_t after;          /* only of higher numbers */
    size_t most;            /* 0: as many as there may be */
    bool is_anew;           /* what the validator refused before is tried again */
} pl_usage_order;

/* Reports on their way. */
typedef struct {
    char license_id[PL_USAGE_UUID_SIZE];
    char activation_id[PL_USAGE_UUID_SIZE];
    int64_t place;
    pl_usage_batch batch; /* lives in the arena */
    size_t set_aside;     /* that could not be opened just now */
} pl_usage_parcel;

/*
 * The vault outlives it. PL_ERR_MEMORY; PL_ERR_UNSUPPORTED where there is no SQLite; why the vault is not durable, but for one that is in
 * memory by choice: usage is not kept there.
 */
pl_err pl_usage_log_open(pl_vault *vault, pl_usage_log **log);
void pl_usage_log_close(pl_usage_log *log); /* accepts NULL */

/* PL_OK for an entry whose idempotency is known: it is not recorded again. PL_ERR_DISK_FULL, _IO, ...: it is not recorded. */
pl_err pl_usage_log_add(pl_usage_log *log, const pl_usage_entry *entry);
/* license_id: whose balance it is; NULL: none is held. */
pl_err pl_usage_log_sum(pl_usage_log *log, const char *meter, const char *license_id, pl_usage_sum *sum);
/*
 * Names of meters in the reports that are kept, the one used last first, at most room; a meter's name stands nowhere else. A report that
 * was altered is passed over. Texts live in the arena.
 */
pl_err pl_usage_log_meters(pl_usage_log *log, pl_arena *arena, const char **names, size_t room, size_t *count);
/* How many wait, can't be opened, were refused. */
typedef struct {
    int64_t waiting, unreadable, refused;
} pl_usage_counts;
pl_err pl_usage_log_count(pl_usage_log *log, pl_usage_counts *counts);
pl_err pl_usage_log_clear(pl_usage_log *log);

/*
 * The next reports to send, all of one activation and numbered without a gap. PL_ERR_NOT_FOUND where there is nothing, or nothing that is
 * bound.
 */
pl_err pl_usage_log_pack(pl_usage_log *log, pl_arena *arena, const pl_usage_order *order, pl_usage_parcel *parcel);
/* Sets a report aside that the validator refuses, until one is packed anew. */
pl_err pl_usage_log_refuse(pl_usage_log *log, int64_t sequence);
/* What the validator said to it. claims NULL: it does not know the activation, so nothing of it is stored there. */
pl_err pl_usage_log_settle(pl_usage_log *log, const pl_usage_parcel *parcel, const pl_usage_claims *claims, int64_t now);

#endif
