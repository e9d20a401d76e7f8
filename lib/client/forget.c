/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_forget: everything stored for the product on this machine is removed.
 */
#include "client/apply.h"
#include "client/client.h"
#include "client/identity.h"
#include "client/view.h"

#include <string.h>

typedef struct {
    char names[PL_HELD_MAX * 4][PL_DOCUMENT_NAME_MAX];
    size_t count;
} name_list;

static pl_err gather(void *context, const char *name)
{
    name_list *list = context;
    size_t i;

    for (i = 0; i < list->count; i++)
        if (strcmp(list->names[i], name) == 0)
            return PL_OK;
    if (list->count < sizeof list->names / sizeof *list->names)
        memcpy(list->names[list->count++], name, strlen(name) + 1);
    return PL_OK;
}

static pl_err remove_documents(pospal_client *client)
{
    static const char *const fixed[] = {PL_DOCUMENT_LEASE, PL_DOCUMENT_KEYSET, "mark"};
    name_list list = {.count = 0};
    pl_err first = PL_OK;
    size_t i;

    for (i = 0; i < sizeof fixed / sizeof *fixed; i++)
        (void)gather(&list, fixed[i]);
    (void)pl_shelf_each(&client->shelf, PL_DOCUMENT_DENIAL_PREFIX, gather, &list);
    (void)pl_shelf_each(&client->shelf, PL_DOCUMENT_LICENSE_PREFIX, gather, &list);
    for (i = 0; i < list.count; i++) {
        pl_err err = pl_shelf_remove(&client->shelf, list.names[i]);

        if (err && !first)
            first = err;
    }
    return first;
}

static pl_err clear_vault(pospal_client *client)
{
    pl_err err = pl_identity_open_vault(client);

    return err ? err : pl_vault_clear(client->vault);
}

pospal_result_t pospal_client_forget(pospal_client *client)
{
    pl_file_lock *lock;
    pl_err err, err_vault;

    if (!client)
        return pl_report(pl_fail(PL_ERR_INVALID, "client is NULL"));
    pl_mutex_lock(client->mutex);
    if ((err = pl_ask_begin(client)) == PL_OK) {
        lock = pl_apply_lock(client);
        err = remove_documents(client);
        err_vault = clear_vault(client);
        err = err ? err : err_vault;
        memset(&client->mark, 0, sizeof client->mark);
        client->server_reason = PL_REASON_NONE;
        client->online_token[0] = '\0';
        pl_shelf_announce(&client->shelf);
        pl_file_lock_release(lock);
        if (!err)
            err = pl_view_reload(client);
        client->is_asking = false;
        pl_cond_wake_all(client->changed);
    }
    pl_mutex_unlock(client->mutex);
    pl_report(err);
    (void)pl_view_finish(client, NULL);
    return pl_report_again(err);
}
