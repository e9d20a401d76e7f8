/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_close, from outside and from a callback.
 */
#include "client/close.h"

#include "base/mem.h"
#include "client/callback.h"
#include "client/records.h"
#include "client/task_queue.h"
#include "client/view.h"
#include "client/worker.h"
#include "crypto/crypto.h"

void pl_client_free(pospal_client *client)
{
    pl_seat_reset(&client->seat);
    if (client->transport)
        client->transport->free(client->transport);
    pospal_license_free(client->news);
    pl_holding_drop(client->holding);
    pl_usage_log_close(client->usage);
    pl_vault_close(client->vault);
    pl_shelf_reset(&client->shelf);
    pl_cond_free(client->changed);
    pl_mutex_free(client->mutex);
    pl_free(client->directory);
    pl_options_reset(&client->options);
    pl_wipe(client, sizeof *client);
    pl_free(client);
}

void pl_client_end(pospal_client *client)
{
    pl_task_queue_end(client->tasks);
    pl_worker_stop(client);
    pl_records_settle(client);
    pl_timeline_observe(&client->mark, pl_clock_read(&client->clock));
    pl_view_store_mark(client, pl_clock_read(&client->clock), PL_MARK_CLOSE_MS);
    pl_client_free(client);
}

void pospal_client_close(pospal_client *client)
{
    pl_task_queue *tasks;

    if (!client || client->process_id != pl_process_id())
        return; /* in a forked child its threads, its locks and its database are the parent's: nothing here may touch them */
    pl_mutex_lock(client->mutex);
    client->is_closing = true;
    tasks = client->tasks;
    pl_cond_wake_all(client->changed);
    pl_mutex_unlock(client->mutex);
    pl_task_queue_close(tasks);
    client->transport->cancel(client->transport);
    if (!pl_callback_postpone_end(client))
        pl_client_end(client);
}
