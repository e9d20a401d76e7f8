/* SPDX-License-Identifier: Apache-2.0
 *
 * POST /trial/register, and GET or POST /trial/status, whose members may stand in the query.
 */
#include <string.h>

#include "api/pospal.h"
#include "api/pospal_routes.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "licensing/hardware_trial.h"

enum { DATE_SIZE = 11 };

typedef struct {
    const char *hardware_id; /* NULL: not told */
    const char *first_run;   /* the same */
} trial_in_t;

/* ---- reading ---- */

static const char *read_one(const pospal_call_t *call, const char *name, size_t max)
{
    const char *text = pospal_text(call->body, name, max);
    const char *asked = text ? NULL : call->request->query(call->request, name);

    if (asked && *asked && strlen(asked) <= max && pl_text_is_clean(asked))
        text = pl_arena_text(call->request->arena, pl_span_text(asked));
    return text;
}

static pl_err parse(const api_t *api, const request_t *request, pospal_work work, void **in)
{
    pospal_call_t *call;
    trial_in_t *trial;
    pl_err err = pospal_parse(api, request, work, in);

    if (err)
        return err;
    call = *in;
    if (!(trial = pl_arena_take(request->arena, sizeof *trial)))
        return PL_ERR_MEMORY;
    trial->hardware_id = read_one(call, "hardwareId", HARDWARE_ID_MAX);
    trial->first_run = read_one(call, "firstRunDate", PL_TIMESTAMP_SIZE);
    call->in = trial;
    return PL_OK;
}

/* 0: none was told, or it is no date. */
static int64_t read_day(const char *text)
{
    int64_t seconds = 0;

    if (text && pl_timestamp_parse(pl_span_text(text), &seconds)) {
        pl_err_clear();
        return 0;
    }
    return text && seconds > 0 ? seconds * 1000 : 0;
}

/* ---- answering ---- */

static void put_date(pl_json_writer *json, const char *name, int64_t time_ms)
{
    char text[PL_TIMESTAMP_SIZE];

    pl_timestamp_format(time_ms / 1000, text);
    text[DATE_SIZE - 1] = '\0';
    pl_json_put_text(json, name, text);
}

static pl_err answer(const hardware_trial_t *trial, pospal_reply_t *reply)
{
    static const int64_t DAY_MS = INT64_C(86400000);
    int64_t left_ms = trial->expires_at_ms - reply->now_ms;
    bool is_over = left_ms <= 0;
    pl_json_writer *json = pospal_answer(reply, 200);

    put_date(json, "firstRunDate", trial->first_run_ms);
    put_date(json, "expiresAt", trial->expires_at_ms);
    pl_json_put_int(json, "daysLeft", is_over ? 0 : (left_ms + DAY_MS - 1) / DAY_MS);
    pl_json_put_bool(json, "expired", is_over);
    pl_json_put_text(json, "status", trial->is_blocked ? "blocked" : is_over ? "expired" : "active");
    pl_json_put_bool(json, "tamperFlag", trial->is_contradicted);
    return PL_OK;
}

static pl_err work(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply, bool registers)
{
    const trial_in_t *in = call->in;
    int64_t told_ms = read_day(in->first_run);
    trial_device_t device = {.facade = call->facade};
    hardware_trial_t trial;
    pl_err err;

    if (!in->hardware_id)
        return pospal_refuse(reply, 400, "TRIAL_HW_REQUIRED", "Hardware ID is required");
    if ((err = hardware_trial_hash(tx, call->keyring, call->facade->brand_id, in->hardware_id, device.hash)))
        return err;
    err = registers ? hardware_trial_register(tx, call->keyring, &device, told_ms, &trial)
                    : hardware_trial_look(tx, &device, told_ms, &trial);
    return err ? err : answer(&trial, reply);
}

static pl_err work_register(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    return work(tx, call, reply, true);
}

static pl_err work_status(tx_t *tx, const pospal_call_t *call, pospal_reply_t *reply)
{
    return work(tx, call, reply, false);
}

static pl_err parse_register(const api_t *api, const request_t *request, void **in)
{
    return parse(api, request, work_register, in);
}

static pl_err parse_status(const api_t *api, const request_t *request, void **in)
{
    return parse(api, request, work_status, in);
}

const endpoint_t pospal_trial_register = {parse_register, pospal_act, pospal_reply, NULL};
const endpoint_t pospal_trial_status = {parse_status, pospal_act, pospal_reply, NULL};
