/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids, times, brands and licenses, as the command line writes and reads them.
 */
#include "cli/fields.h"

#include "base/timestamp.h"
#include "licensing/admin.h"

static const char *status_text(const license_view_t *view)
{
    if (view->is_overdue)
        return "check_in_overdue";
    return view->status == LICENSE_ACTIVE && view->is_expired ? "expired" : license_state_text(view->status);
}

void put_id(cli_t *cli, const char *name, pl_uuid id)
{
    char text[PL_UUID_TEXT_SIZE];

    pl_uuid_format(id, text);
    pl_json_put_text(&cli->json, name, text);
}

void put_time(cli_t *cli, const char *name, int64_t unix_ms)
{
    char text[PL_TIMESTAMP_SIZE];

    if (unix_ms == 0)
        return;
    pl_timestamp_format(unix_ms / 1000, text);
    pl_json_put_text(&cli->json, name, text);
}

void put_license(cli_t *cli, const license_view_t *view)
{
    const license_t *license = &view->license;

    put_id(cli, "license_id", license->id);
    pl_json_put_text(&cli->json, "product", view->product.slug);
    pl_json_put_text(&cli->json, "status", status_text(view));
    if (view->reason != PL_REASON_NONE)
        pl_json_put_text(&cli->json, "reason", pl_reason_text(view->reason));
    pl_json_put_text(&cli->json, "status_reason", license->status_reason);
    pl_json_put_text(&cli->json, "email", view->customer.email);
    pl_json_put_text(&cli->json, "key_tail", view->key_tail);
    pl_json_put_int(&cli->json, "seats", view->seats);
    pl_json_put_int(&cli->json, "seats_taken", view->seats_taken);
    pl_json_put_text(&cli->json, "plan", license->plan);
    put_time(cli, "starts_at", license->starts_at_ms);
    put_time(cli, "expires_at", license->expires_at_ms);
    pl_json_put_bool(&cli->json, "renews", license->renews);
    put_time(cli, "suspend_at", license->suspend_at_ms);
    put_time(cli, "cancel_at", license->cancel_at_ms);
    put_time(cli, "check_in_by", view->check_in_by_ms);
    pl_json_put_int(&cli->json, "version", license->version);
}

pl_err read_id(const char *option, const char *text, pl_uuid *id)
{
    if (pl_uuid_parse(pl_span_text(text), id))
        return pl_fail(PL_ERR_INVALID, "--%s is \"%s\"; an id like 0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f is needed", option, text);
    return PL_OK;
}

pl_err check_object(pl_arena *arena, const char *option, const char *text, size_t max)
{
    const pl_json *object;

    if (!text || !pl_json_parse(arena, pl_span_text(text), max, &object))
        return PL_OK;
    return pl_fail(PL_ERR_INVALID, "--%s is no JSON object of at most %zu bytes", option, max);
}

pl_err find_brand(tx_t *tx, const char *slug, brand_t *brand)
{
    pl_err err = brands_find_by_slug(tx, slug, brand);

    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "there is no brand \"%s\"; `brand list` shows those there are", slug) : err;
}

pl_err find_license(tx_t *tx, pl_uuid id, license_view_t *view)
{
    pl_err err = admin_license_show(tx, id, view);
    char text[PL_UUID_TEXT_SIZE];

    if (err != PL_ERR_NOT_FOUND)
        return err;
    pl_uuid_format(id, text);
    return pl_fail(err, "there is no license %s; `license list` shows those there are", text);
}
