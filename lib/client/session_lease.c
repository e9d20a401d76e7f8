/* SPDX-License-Identifier: Apache-2.0
 *
 * The note of the lease; see session_lease.h.
 */
#include "client/session_lease.h"

#include <stdio.h>

#include "crypto/crypto.h"
#include "platform/note.h"

enum { PATH_SIZE = 1024 };

/* As it lies there: read by processes of this machine only. */
typedef struct {
    int64_t until_ms; /* boot clock */
    uint64_t boot_id;
    uint8_t mac[PL_MAC_SIZE];
} lease_note;

static void make_path(const pospal_client *client, char path[PATH_SIZE])
{
    (void)snprintf(path, PATH_SIZE, "%s/session.lease", client->directory);
}

static void make_mac(const pl_session_record *record, const lease_note *note, uint8_t mac[PL_MAC_SIZE])
{
    struct {
        char label[16];
        pl_uuid session_id;
        int64_t until_ms;
        uint64_t boot_id;
    } told = {"session lease", record->session_id, note->until_ms, note->boot_id};

    pl_mac(record->key, pl_span_of(&told, sizeof told), mac);
}

static bool is_told(const pospal_client *client)
{
    return client->directory[0] && !client->shelf.is_read_only && !pl_uuid_is_nil(client->seat.record.session_id);
}

void pl_lease_tell(pospal_client *client)
{
    lease_note note = {.until_ms = client->seat.lease_until_ms, .boot_id = pl_clock_read(&client->clock).boot_id};
    char path[PATH_SIZE];

    if (!is_told(client))
        return;
    make_path(client, path);
    make_mac(&client->seat.record, &note, note.mac);
    if (pl_note_write(path, pl_span_of(&note, sizeof note)))
        pl_log_write(&client->log, PL_LOG_WARN, "other programs of this machine can't be told of the seat's lease: %s",
                     pl_err_detail());
}

void pl_lease_look(pospal_client *client)
{
    uint8_t mac[PL_MAC_SIZE];
    char path[PATH_SIZE];
    lease_note note;

    if (!is_told(client))
        return;
    make_path(client, path);
    if (pl_note_read(path, &note, sizeof note) || note.boot_id != pl_clock_read(&client->clock).boot_id)
        return;
    make_mac(&client->seat.record, &note, mac);
    if (pl_equal(mac, note.mac, sizeof mac))
        client->seat.lease_until_ms = note.until_ms;
}
