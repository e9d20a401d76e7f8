/* SPDX-License-Identifier: Apache-2.0
 *
 * Places of the usage log: which reports are bound to which activation. A place without an activation waits for the next one of its
 * license.
 */
#include <string.h>

#include "state/usage_rows.h"

pl_err pl_usage_place_read(pl_db_statement *select, pl_usage_parcel *parcel)
{
    pl_db_result result = pl_db_step(select);
    pl_err err = result == DB_DONE ? PL_ERR_NOT_FOUND : pl_db_err(result);

    if (!err) {
        memset(parcel, 0, sizeof *parcel);
        parcel->place = pl_db_column_int(select, 0);
        (void)pl_db_column_bytes(select, 1, parcel->license_id, sizeof parcel->license_id - 1);
        (void)pl_db_column_bytes(select, 2, parcel->activation_id, sizeof parcel->activation_id - 1);
    }
    pl_db_reset(select);
    return err;
}

static pl_err make(pl_usage_log *log, const pl_usage_holder *holder, int64_t place)
{
    pl_db_statement *insert = log->statements[PL_USAGE_MAKE_PLACE];

    pl_db_bind_int(insert, 1, place);
    pl_db_bind_text(insert, 2, holder->license_id);
    pl_db_bind_text(insert, 3, holder->activation_id);
    return pl_db_err(pl_db_run(insert));
}

static bool is_held(const pl_usage_holder *holder)
{
    return holder->license_id && holder->activation_id && strlen(holder->license_id) < PL_USAGE_UUID_SIZE &&
           strlen(holder->activation_id) < PL_USAGE_UUID_SIZE;
}

/* The last place where it is for this activation, else a new one: so that numbers in one have no gap. */
pl_err pl_usage_place_choose(pl_usage_log *log, const pl_usage_holder *holder, int64_t *place)
{
    pl_db_statement *update = log->statements[PL_USAGE_BIND];
    pl_usage_parcel last = {.place = 0};
    pl_err err;

    *place = 0;
    if (!is_held(holder))
        return PL_OK;
    err = pl_usage_place_read(log->statements[PL_USAGE_FIND_LAST_PLACE], &last);
    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    if (err || strcmp(last.license_id, holder->license_id) != 0 || strcmp(last.activation_id, holder->activation_id) != 0) {
        last.place++;
        if ((err = make(log, holder, last.place)))
            return err;
    }
    *place = last.place;
    pl_db_bind_int(update, 1, last.place);
    return pl_db_err(pl_db_run(update));
}

pl_err pl_usage_place_wait(pl_usage_log *log, const char *license_id, int64_t *place)
{
    const pl_usage_holder next = {license_id, ""};
    pl_usage_parcel last = {.place = 0};
    pl_err err = pl_usage_place_read(log->statements[PL_USAGE_FIND_LAST_PLACE], &last);

    if (err && err != PL_ERR_NOT_FOUND)
        return err;
    *place = last.place + 1;
    return make(log, &next, *place);
}

pl_err pl_usage_place_bind(pl_usage_log *log, const pl_usage_holder *holder)
{
    pl_db_statement *move = log->statements[PL_USAGE_MOVE_PLACE];
    int64_t number;
    pl_err err;

    if (!is_held(holder))
        return PL_OK;
    pl_db_bind_text(move, 1, holder->activation_id);
    pl_db_bind_text(move, 2, holder->license_id);
    if ((err = pl_db_err(pl_db_run(move))))
        return err;
    if ((err = pl_usage_number(log->statements[PL_USAGE_FIND_UNBOUND], &number)))
        return err == PL_ERR_NOT_FOUND ? PL_OK : err;
    return pl_usage_place_choose(log, holder, &number);
}
