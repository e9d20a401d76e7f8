/* SPDX-License-Identifier: Apache-2.0
 *
 * Temporary directories; see scratch.h.
 */
#include "scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPEN_DIRECTORIES = 8 };

pl_err scratch_make(const bench_t *bench, scratch_t *scratch)
{
    (void)snprintf(scratch->path, sizeof scratch->path, "%s/pospal-bench-XXXXXX", bench->directory);
    if (mkdtemp(scratch->path))
        return PL_OK;
    scratch->path[0] = '\0';
    return pl_fail(PL_ERR_IO, "no temporary directory can be made in %s", bench->directory);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    (void)at;
    (void)remove(path);
    return 0;
}

void scratch_remove(scratch_t *scratch)
{
    if (scratch->path[0])
        (void)nftw(scratch->path, remove_entry, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS);
    scratch->path[0] = '\0';
}

void scratch_file(const scratch_t *scratch, const char *name, char path[DIRECTORY_SIZE])
{
    size_t size = strlen(scratch->path);

    memcpy(path, scratch->path, size);
    (void)snprintf(path + size, DIRECTORY_SIZE - size, "/%s", name);
}
