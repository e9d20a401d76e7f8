/* SPDX-License-Identifier: Apache-2.0
 *
 * Files, fingerprint, client and license for the subcommands; see session.h.
 */
#include "session.h"

#include <string.h>

#include "client/client.h"
#include "platform/file.h"

enum { READ_STEP = 4096 };

static pl_err read_stream(FILE *in, size_t limit, pl_buf *out)
{
    char step[READ_STEP];
    size_t size;

    while ((size = fread(step, 1, sizeof step, in)) > 0) {
        if (out->size + size > limit)
            return pl_fail(PL_ERR_TOO_LARGE, "standard input has more than %zu bytes", limit);
        pl_buf_add(out, step, size);
    }
    pl_wipe(step, sizeof step);
    return ferror(in) ? pl_fail(PL_ERR_IO, "standard input cannot be read") : out->err;
}

pl_err session_read_file(const tool_t *tool, const char *path, size_t limit, pl_buf *out)
{
    const pl_fs *fs = pl_fs_system();
    pl_err err;

    if (strcmp(path, "-") == 0)
        return read_stream(tool->in, limit, out);
    err = fs->read(fs->context, path, limit, out);
    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(err, "there is no file %s", path);
    if (err == PL_ERR_TOO_LARGE)
        return pl_fail(err, "%s has more than %zu bytes", path, limit);
    return err ? pl_fail(err, "%s cannot be read", path) : out->err;
}

pl_err session_read_roots(const tool_t *tool, const char *path, pl_buf *jwks, pl_roots *roots)
{
    char reason[PL_ERR_DETAIL_MAX];
    pl_err err;

    if ((err = session_read_file(tool, path, PL_JWKS_MAX, jwks)))
        return err;
    pl_err_clear();
    if ((err = pl_roots_parse(pl_buf_span(jwks), roots)) == PL_OK)
        return PL_OK;
    (void)snprintf(reason, sizeof reason, "%s", pl_err_detail());
    return pl_fail(PL_ERR_INVALID, "--roots: %s holds no root public keys%s%s", path, reason[0] ? ": " : "", reason);
}

pl_err session_fingerprint(const char *hardware_root, const char *product, pl_fingerprint *fingerprint)
{
    pl_probe_report report;
    pl_err err;

    if ((err = pl_probe_read(hardware_root ? hardware_root : "", &report)))
        return err;
    err = pl_device_fingerprint(&report, product, fingerprint);
    pl_probe_wipe(&report);
    return err;
}

/* What the library can work without, and people should know: a directory that can't be used, a document that is not believed. */
static void print_warning(void *context, pospal_log_level_t level, const char *message)
{
    tool_t *tool = context;
    bool is_of_storage = strstr(message, "in memory only") || strstr(message, "data directory");

    (void)level;
    if (is_of_storage && tool->has_told_storage) /* one directory, one complaint */
        return;
    tool->has_told_storage = tool->has_told_storage || is_of_storage;
    if (!tool->sheet.is_json) /* whose failures are one object */
        (void)fprintf(tool->err, "pospal-license: %s\n", message);
}

/* NULL: none. */
typedef struct {
    const char *device_name;
    const char *key;
} session_more;

static void set_options(pospal_options *options, const common_t *common)
{
    pospal_options_set_product(options, common->product, NULL);
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, common->data);
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, common->hardware_root);
    pospal_options_set(options, POSPAL_OPTION_SERVER, common->server);
    pospal_options_set(options, POSPAL_OPTION_PROXY, common->proxy);
    pospal_options_set(options, POSPAL_OPTION_CA_FILE, common->ca);
    if (common->timeout_ms)
        pospal_options_set_timeout_ms(options, common->timeout_ms);
}

static tool_exit open_client(tool_t *tool, const common_t *common, const session_more *more, pospal_client **client)
{
    pospal_options *options = pospal_options_new();
    pospal_result_t result;
    tool_exit code = TOOL_OK;
    pl_roots roots;
    pl_buf jwks;
    pl_err err;

    *client = NULL;
    pl_buf_init(&jwks);
    err = options ? session_read_roots(tool, common->roots, &jwks, &roots) : pl_fail(PL_ERR_MEMORY, "no memory for the options");
    if (err) {
        code = tool_fail_plainly(tool, err);
        goto done;
    }
    set_options(options, common);
    pospal_options_set(options, POSPAL_OPTION_DEVICE_NAME, more->device_name);
    pospal_options_set_license_key(options, POSPAL_KEY_TEXT, more->key);
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, jwks.data);
    pospal_options_set_log(options, print_warning, tool, POSPAL_LOG_WARNING);
    if ((result = pospal_client_open(options, client)) != POSPAL_OK)
        code = tool_fail_result(tool, result);
done:
    pospal_options_free(options);
    pl_buf_reset(&jwks);
    return code;
}

tool_exit session_open(tool_t *tool, const common_t *common, const char *device_name, pospal_client **client)
{
    return open_client(tool, common, &(session_more){.device_name = device_name}, client);
}

tool_exit session_open_with_key(tool_t *tool, const common_t *common, const char *key, pospal_client **client)
{
    return open_client(tool, common, &(session_more){.key = key}, client);
}

tool_exit session_check_stored(tool_t *tool, pospal_client *client)
{
    pl_err err;

    pl_mutex_lock(client->mutex);
    err = client->storage
              ? pl_fail(client->storage, "it holds in memory only, and is lost with this program: %s", client->storage_detail)
          : client->vault_storage
              ? pl_fail(client->vault_storage, "the license key is in memory only, and lost with this program: %s",
                        client->vault_detail)
              : PL_OK;
    pl_mutex_unlock(client->mutex);
    return err ? tool_fail_plainly(tool, err) : TOOL_OK;
}

static void show_features(sheet_t *sheet, const pospal_license *license)
{
    pospal_entitlement_t item = {.size = sizeof item};

    sheet_open_list(sheet, "features");
    for (size_t i = 0; pospal_license_entitlement(license, i, &item); i++)
        if (item.is_on)
            sheet_add_item(sheet, "features", item.name);
    sheet_close_list(sheet);
}

tool_exit session_show(tool_t *tool, const pospal_license *license)
{
    sheet_t *sheet = &tool->sheet;
    bool is_usable = pospal_license_is_usable(license) != 0;

    sheet_text(sheet, "status", pospal_status_name(pospal_license_status(license)));
    sheet_bool(sheet, "usable", is_usable);
    sheet_text(sheet, "reason", pospal_reason_name(pospal_license_reason(license)));
    sheet_text(sheet, "source", pospal_source_name(pospal_license_source(license)));
    sheet_text(sheet, "license_id", pospal_license_field(license, POSPAL_FIELD_LICENSE_ID));
    sheet_text(sheet, "plan", pospal_license_field(license, POSPAL_FIELD_PLAN));
    sheet_text(sheet, "customer", pospal_license_field(license, POSPAL_FIELD_CUSTOMER));
    sheet_text(sheet, "device_name", pospal_license_field(license, POSPAL_FIELD_DEVICE_NAME));
    sheet_text(sheet, "activation_id", pospal_license_field(license, POSPAL_FIELD_ACTIVATION_ID));
    show_features(sheet, license);
    sheet_time(sheet, "signed_at", pospal_license_time(license, POSPAL_MOMENT_ISSUED_AT));
    sheet_time(sheet, "refresh_at", pospal_license_time(license, POSPAL_MOMENT_REFRESH_AT));
    sheet_time(sheet, "check_by", pospal_license_time(license, POSPAL_MOMENT_CHECK_BY));
    sheet_time(sheet, "grace_until", pospal_license_time(license, POSPAL_MOMENT_GRACE_UNTIL));
    sheet_time(sheet, "expires_at", pospal_license_time(license, POSPAL_MOMENT_EXPIRES_AT));
    if (pospal_license_clock_is_wrong(license) || sheet->is_json)
        sheet_bool(sheet, "clock_is_wrong", pospal_license_clock_is_wrong(license) != 0);
    if (pospal_license_can_extend(license) || sheet->is_json)
        sheet_bool(sheet, "can_extend", pospal_license_can_extend(license) != 0);
    return is_usable ? TOOL_OK : TOOL_NOT_USABLE;
}

tool_exit session_tell(tool_t *tool, pospal_result_t result, const pospal_license *license)
{
    tool_exit worth = session_show(tool, license);

    if (result == POSPAL_OK || worth != TOOL_OK)
        return worth;
    if (!tool->sheet.is_json) /* where it is told by the license beside the failure */
        (void)fprintf(tool->err, "pospal-license: nothing changed: the license held before goes on (%s)\n",
                      pospal_status_name(pospal_license_status(license)));
    return TOOL_DENIED;
}

tool_exit session_import(tool_t *tool, const common_t *common, const pl_buf *text)
{
    pospal_license *license = NULL;
    pospal_client *client;
    pospal_result_t result;
    tool_exit code = session_open(tool, common, NULL, &client);

    if (code)
        return code;
    result = pospal_client_import(client, text->data ? text->data : "", text->size, &license);
    if (result != POSPAL_OK)
        code = tool_fail_result(tool, result);
    if (result == POSPAL_OK || (result == POSPAL_ERROR_DENIED && pospal_license_is_usable(license)))
        code = session_tell(tool, result, license);
    pospal_license_free(license);
    pospal_client_close(client);
    return code;
}
