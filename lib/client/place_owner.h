/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose a data directory is. The first product in it notes its name there ("product"); another one that is given the same directory has
 * one of its own beneath it, so that neither overwrites the other's documents.
 */
#ifndef PL_CLIENT_PLACE_OWNER_H
#define PL_CLIENT_PLACE_OWNER_H

#include "platform/file.h"

/* Appends where the product's state is when it is given the directory. Changes nothing. */
pl_err pl_place_choose(const pl_fs *fs, const char *given, const char *product, pl_buf *path);
/*
 * Notes the product in a directory that is nobody's and has no state, or where is_ours tells that the state is its own. Best effort: what
 * can't be noted stays as it was.
 */
void pl_place_claim(const pl_fs *fs, const char *directory, const char *product, bool is_ours);

#endif
