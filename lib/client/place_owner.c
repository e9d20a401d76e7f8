/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose a data directory is; see place_owner.h.
 */
#include "client/place_owner.h"

#include <stdio.h>
#include <string.h>

#include "client/holding.h"
#include "license/claims.h"

enum { PATH_SIZE = 1100 };

static pl_err make_path(const char *directory, const char *name, char path[PATH_SIZE])
{
    int length = snprintf(path, PATH_SIZE, "%s/%s", directory, name);

    return length >= 0 && length < PATH_SIZE ? PL_OK : pl_fail(PL_ERR_IO, "the path of the data directory is too long");
}

/* Into owner, "" where nobody is noted. */
static void read_owner(const pl_fs *fs, const char *directory, char owner[PL_CLAIMS_SLUG_MAX + 1])
{
    char path[PATH_SIZE];
    size_t size = 0;
    pl_buf text;

    pl_buf_init(&text);
    if (!make_path(directory, "product", path) && !fs->read(fs->context, path, PL_CLAIMS_SLUG_MAX + 1, &text) && text.size > 0)
        size = strspn(text.data, "abcdefghijklmnopqrstuvwxyz0123456789-_.");
    if (size > PL_CLAIMS_SLUG_MAX)
        size = 0;
    if (size > 0)
        memcpy(owner, text.data, size);
    owner[size] = '\0';
    pl_buf_reset(&text);
}

pl_err pl_place_choose(const pl_fs *fs, const char *given, const char *product, pl_buf *path)
{
    char owner[PL_CLAIMS_SLUG_MAX + 1], beneath[PATH_SIZE], owner_beneath[PL_CLAIMS_SLUG_MAX + 1] = "";
    char name[PL_CLAIMS_SLUG_MAX + 16];

    (void)snprintf(name, sizeof name, "%s.product", product); /* no product is called as a file of ours, nor ".." */
    read_owner(fs, given, owner);
    if (!owner[0] && !make_path(given, name, beneath)) /* was its owner's note lost, the others go on where they are */
        read_owner(fs, beneath, owner_beneath);
    pl_buf_add_text(path, given);
    if ((owner[0] && strcmp(owner, product) != 0) || strcmp(owner_beneath, product) == 0)
        pl_buf_add_format(path, "/%s", name);
    return path->err;
}

static pl_err look_for_state(void *context, const char *name)
{
    bool *has_state = context;

    *has_state = *has_state || pl_document_is_ours(name) || strncmp(name, "vault", 5) == 0 || strcmp(name, "mark") == 0 ||
                 strcmp(name, "trial") == 0;
    return PL_OK;
}

void pl_place_claim(const pl_fs *fs, const char *directory, const char *product, bool is_ours)
{
    char owner[PL_CLAIMS_SLUG_MAX + 1], path[PATH_SIZE];
    pl_file_lock *lock = NULL;
    bool has_state = false;

    read_owner(fs, directory, owner);
    if (owner[0] || fs->list(fs->context, directory, look_for_state, &has_state) || (has_state && !is_ours) ||
        make_path(directory, "lock", path) || pl_file_lock_take(path, 0, &lock))
        return;
    read_owner(fs, directory, owner);
    if (!owner[0] && !make_path(directory, "product", path))
        (void)fs->write(fs->context, path, pl_span_text(product));
    pl_file_lock_release(lock);
}
