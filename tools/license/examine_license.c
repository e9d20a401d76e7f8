/* SPDX-License-Identifier: Apache-2.0
 *
 * What the license is worth, by what is stored: asked of the library through its public interface, over a disk that refuses every write.
 * To the library it is a network share, which it reads and never writes; so even what it would set aside stays where it is.
 */
#include "examination.h"

#include <string.h>

#include "base/timestamp.h"
#include "client/client.h"
#include "moment.h"
#include "platform/clock.h"
#include "platform/file.h"

/* ---- a disk that cannot be written ---- */

static pl_err refuse(const char *path)
{
    return pl_fail(PL_ERR_READ_ONLY, "%s is only looked at", path);
}

static pl_err read_file(void *context, const char *path, size_t limit, pl_buf *out)
{
    (void)context;
    return pl_fs_system()->read(pl_fs_system()->context, path, limit, out);
}

static pl_err list(void *context, const char *path, pl_err (*visit)(void *visitor, const char *name), void *visitor)
{
    (void)context;
    return pl_fs_system()->list(pl_fs_system()->context, path, visit, visitor);
}

static pl_err refuse_write(void *context, const char *path, pl_span bytes)
{
    (void)context;
    (void)bytes;
    return refuse(path);
}

static pl_err refuse_rename(void *context, const char *from, const char *to)
{
    (void)context;
    (void)to;
    return refuse(from);
}

static pl_err refuse_path(void *context, const char *path)
{
    (void)context;
    return refuse(path);
}

static pl_err accept_directory(void *context, const char *path)
{
    const examination_t *e = context;

    return e->has_directory ? PL_OK : refuse(path);
}

static pl_fs_kind call_it_a_share(void *context, const char *directory)
{
    (void)context;
    (void)directory;
    return PL_FS_NETWORK;
}

static pl_err look(void *context, const char *path)
{
    (void)context;
    return pl_fs_system()->look(pl_fs_system()->context, path);
}

/* ---- the license ---- */

void examine_read_license(examination_t *e)
{
    const pl_fs fs = {e,           read_file,        refuse_write, refuse_rename,   refuse_path,
                      refuse_path, accept_directory, list,         call_it_a_share, look};
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;

    if (!options || e->roots_err) {
        pospal_options_free(options);
        return;
    }
    pospal_options_set_product(options, e->common->product, NULL);
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, e->jwks.data);
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, e->directory);
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, e->common->hardware_root);
    options->fs = &fs;
    if (pospal_client_open(options, &client) == POSPAL_OK)
        (void)pospal_client_check(client, POSPAL_CHECK_LOCAL, &e->license);
    if (client) {
        pl_time now = pl_clock_read(&client->clock);

        e->effective_at = pl_timeline_effective(&client->mark, now);
        e->jump_ms = client->mark.jump_ms;
    }
    pospal_client_close(client);
    pospal_options_free(options);
}

static severity_t severity_of(pospal_status_t status)
{
    return status == POSPAL_STATUS_ACTIVE ? FINDING_OK : status == POSPAL_STATUS_GRACE ? FINDING_WARNING : FINDING_PROBLEM;
}

static const char *remedy_for(pospal_status_t status)
{
    switch (status) {
    case POSPAL_STATUS_ACTIVE:
        return NULL;
    case POSPAL_STATUS_GRACE:
    case POSPAL_STATUS_STALE:
        return "bring this machine online and run `pospal-license status --online`";
    case POSPAL_STATUS_NONE:
        return "activate with the license key, or import a license file";
    case POSPAL_STATUS_EXPIRED:
    case POSPAL_STATUS_SUSPENDED:
    case POSPAL_STATUS_REVOKED:
        return "ask the vendor, then run `pospal-license status --online`";
    case POSPAL_STATUS_NO_SEAT:
        return "free a seat on another device, or ask the vendor for one more";
    case POSPAL_STATUS_WRONG_PRODUCT:
        return "check --product and --roots";
    case POSPAL_STATUS_WRONG_DEVICE:
        return "activate this machine with the license key";
    }
    return NULL;
}

static void add_time(char *text, size_t size, const char *label, int64_t seconds)
{
    pl_clock clock = pl_clock_system();
    char exact[PL_TIMESTAMP_SIZE], relative[MOMENT_SIZE];
    size_t used = strlen(text);

    if (seconds == 0)
        return;
    pl_timestamp_format(seconds, exact);
    moment_text(seconds, pl_clock_read(&clock).wall_ms / 1000, relative);
    (void)snprintf(text + used, size - used, "; %s %s (%s)", label, exact, relative);
}

void examine_license(examination_t *e)
{
    pospal_status_t status = pospal_license_status(e->license);
    char times[400] = "";

    if (!e->license) {
        examination_add(e, "license", FINDING_PROBLEM, "mend what is told above first", "it could not be read");
        return;
    }
    add_time(times, sizeof times, "asks again", pospal_license_time(e->license, POSPAL_MOMENT_REFRESH_AT));
    add_time(times, sizeof times, "to be checked by", pospal_license_time(e->license, POSPAL_MOMENT_CHECK_BY));
    add_time(times, sizeof times, "grace until", pospal_license_time(e->license, POSPAL_MOMENT_GRACE_UNTIL));
    add_time(times, sizeof times, "ends", pospal_license_time(e->license, POSPAL_MOMENT_EXPIRES_AT));
    examination_add(e, "license", severity_of(status), remedy_for(status), "%s (%s, from %s)%s", pospal_status_name(status),
                    pospal_reason_name(pospal_license_reason(e->license)), pospal_source_name(pospal_license_source(e->license)),
                    times);
}
