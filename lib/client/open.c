/* SPDX-License-Identifier: Apache-2.0
 *
 * Opening a client: options made real, the machine looked at, the place for state found. Reading what is stored is view.c's, closing
 * close.c's.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "client/close.h"
#include "client/place.h"
#include "client/transport_custom.h"
#include "client/view.h"
#include "crypto/crypto.h"
#include "platform/clock.h"
#include "state/mark.h"

static void read_custom_clock(void *context, pl_time *now)
{
    const pospal_options *options = context;
    pospal_time_t time = {0, 0, 0};

    options->clock(options->clock_context, &time);
    now->wall_ms = time.wall_ms;
    now->boot_ms = time.boot_ms;
    now->boot_id = time.boot_id;
}

static void write_custom_log(void *context, pl_log_level level, const char *message)
{
    const pospal_options *options = context;

    options->log(options->log_context, (pospal_log_level_t)level, message);
}

static void connect_seams(pospal_client *client)
{
    pl_clock custom = {read_custom_clock, &client->options};

    client->clock = client->options.clock ? custom : pl_clock_system();
    if (client->options.log) {
        client->log.write = write_custom_log;
        client->log.context = &client->options;
        client->log.level = (pl_log_level)client->options.log_level;
    }
}

static pl_err look_at_machine(pospal_client *client)
{
    const char *product = client->options.text[PL_OPTION_PRODUCT];
    const char *root = client->options.text[PL_OPTION_HARDWARE_ROOT];
    pl_probe_report report = {0};
    pl_err err;

    client->wrap_key_count = PL_DEVICE_WRAP_KEYS_MAX;
    if ((err = pl_probe_read(root ? root : "", &report)) == PL_OK) {
        client->fingerprint_err = pl_device_fingerprint(&report, product, &client->fingerprint);
        err = pl_device_wrap_keys(&report, product, client->wrap_keys, &client->wrap_key_count);
    }
    snprintf(client->environment, sizeof client->environment, "%s", report.environment);
    pl_probe_wipe(&report);
    if (err)
        client->wrap_key_count = 0;
    if (err && !client->fingerprint_err)
        client->fingerprint_err = err == PL_ERR_MEMORY ? err : PL_ERR_NO_FINGERPRINT;
    pl_fingerprint_format(&client->fingerprint, client->fingerprint_text);
    if (client->wrap_key_count > 0)
        pl_mac(client->wrap_keys[0].key, pl_span_text("pospal time mark"), client->mark_key);
    return err == PL_ERR_MEMORY ? err : PL_OK;
}

/* The file is for speed; where it is lost or altered the sealed copy counts, if there is a vault at all: see view.c. */
static void recall_mark(pospal_client *client)
{
    pl_time_mark mark = {0};

    client->mark_stored = pl_clock_read(&client->clock);
    if (!client->directory[0])
        return;
    if (pl_mark_load(&client->shelf.disk, client->mark_key, &mark, &client->extension))
        client->is_mark_owed = pl_vault_is_there(client->options.fs, client->directory);
    else
        client->mark = mark;
}

static void name_device(pospal_client *client)
{
    const char *given = client->options.text[PL_OPTION_DEVICE_NAME];

    if (given)
        snprintf(client->device_name, sizeof client->device_name, "%s", given);
    else
        pl_host_name(client->device_name, sizeof client->device_name);
    if (!pl_text_is_clean(client->device_name))
        client->device_name[0] = '\0'; /* a host name may be anything; the server takes clean text only */
}

static pl_err make_parts(pospal_client *client)
{
    client->mutex = pl_mutex_new();
    client->changed = pl_cond_new();
    client->transport = client->options.transport
                            ? pl_transport_custom_new(client->options.transport, client->options.transport_context)
                            : pl_transport_curl_new();
    if (!client->mutex || !client->changed || !client->transport)
        return pl_fail(PL_ERR_MEMORY, "no memory for the client");
    return pl_seat_init(&client->seat);
}

/* The commonest mistake with a text that mostly lies in a file. */
static bool is_path(const char *text)
{
    return text[strspn(text, " \t\r\n")] != '{' && !strchr(text, '\n') &&
           (strchr(text, '/') || strchr(text, '\\') || strstr(text, ".json"));
}

static pl_err take_roots(pospal_client *client)
{
    const char *text = client->options.text[PL_OPTION_ROOT_KEYS];
    pl_err err = pl_roots_parse(pl_span_text(text), &client->roots);

    if (err && err != PL_ERR_MEMORY && is_path(text))
        return pl_fail(PL_ERR_INVALID, "the root keys: %s is a path; pass the file's text", text);
    if (!err || err == PL_ERR_MEMORY)
        return err;
    return pl_fail(PL_ERR_INVALID, "the root keys: %s", pl_err_detail()[0] ? pl_err_detail() : pl_err_sentence(err));
}

static pl_err open_client(pospal_client *client)
{
    pl_view view;
    pl_err err;

    client->process_id = pl_process_id();
    connect_seams(client);
    if ((err = pl_crypto_ready()) || (err = take_roots(client)) || (err = make_parts(client)) ||
        (err = look_at_machine(client)) || (err = pl_place_prepare(client)))
        return err;
    name_device(client);
    recall_mark(client);
    if ((err = pl_view_update(client, &view)) == PL_OK)
        client->notified = view.decision.status;
    pl_place_own(client);
    return err;
}

pospal_result_t pospal_client_open(const pospal_options *options, pospal_client **client)
{
    pospal_client *fresh;
    pl_err err;

    if (!client)
        return pl_report(pl_fail(PL_ERR_INVALID, "client is NULL"));
    *client = NULL;
    if (!options)
        return pl_report(pl_fail(PL_ERR_INVALID, "options is NULL"));
    if ((err = pl_options_check(options)))
        return pl_report(err);
    if ((fresh = pl_alloc(sizeof *fresh)) == NULL)
        return pl_report(pl_fail(PL_ERR_MEMORY, "no memory for the client"));
    if ((err = pl_options_copy(options, &fresh->options)) || (err = open_client(fresh))) {
        pl_client_free(fresh);
        return pl_report(err);
    }
    *client = fresh;
    return POSPAL_OK;
}
