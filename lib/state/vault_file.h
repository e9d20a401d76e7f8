/* SPDX-License-Identifier: Apache-2.0
 *
 * The vault's file: which one of a data directory is this machine's, and opening it with its key. What lies in it is vault.c's.
 *
 * The first machine's is vault.db. Whoever it does not open for (a copied directory, a program that was shown other hardware) has a file
 * of its own beside it, vault-HEX.db: none is renamed or written by another machine, so that the rightful one finds its own again.
 */
#ifndef PL_STATE_VAULT_FILE_H
#define PL_STATE_VAULT_FILE_H

#include "state/vault.h"

enum { PL_VAULT_PATH_SIZE = 1024 };

typedef struct {
    pl_db *db; /* NULL: not open */
    bool is_read_only;
    uint8_t key[32];
    char path[PL_VAULT_PATH_SIZE];
} pl_vault_file;

/*
 * Opens or makes it. A file that is damaged is set aside as vault.db.TIME.bad and a new one is made; *set_aside tells. PL_ERR_READ_ONLY with
 * a db: it can be read. Other errors: nothing is open, and nothing was changed.
 */
pl_err pl_vault_file_open(const pl_vault_options *options, pl_vault_file *file, bool *set_aside);
/* Opens it as it is, changing nothing. PL_ERR_NOT_FOUND: nothing was ever put into it; PL_ERR_OTHER_DEVICE: there are only others'. */
pl_err pl_vault_file_open_to_read(const pl_vault_options *options, pl_vault_file *file);
void pl_vault_file_close(pl_vault_file *file); /* statements go with their connection */

#endif
