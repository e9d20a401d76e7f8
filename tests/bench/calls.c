/* SPDX-License-Identifier: Apache-2.0
 *
 * The requests of a load; see load.h. Their heads are those that libcurl sends for the library.
 */
#include <string.h>

#include "base/mem.h"
#include "load.h"

static pl_err set_item(calls_t *calls, size_t index, const char *head, pl_span body)
{
    pl_buf text;
    size_t size;

    pl_buf_init(&text);
    pl_buf_add_text(&text, head);
    pl_buf_add_text(&text, " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: libpospal-license/0.1.0\r\nAccept: application/json\r\n");
    if (body.size)
        pl_buf_add_format(&text, "Content-Type: application/json\r\nContent-Length: %zu\r\n", body.size);
    pl_buf_add_text(&text, "\r\n");
    pl_buf_add(&text, body.data, body.size);
    size = text.size;
    calls->items[index] = pl_span_of(pl_buf_detach(&text), size);
    return calls->items[index].data ? PL_OK : pl_fail(PL_ERR_MEMORY, "a request");
}

pl_err calls_room(calls_t *calls, size_t count)
{
    *calls = (calls_t){.items = pl_alloc(count * sizeof *calls->items)};
    if (!calls->items)
        return pl_fail(PL_ERR_MEMORY, "%zu requests", count);
    calls->count = count;
    return PL_OK;
}

pl_err calls_trivial(calls_t *calls)
{
    pl_err err = calls_room(calls, 1);

    return err ? err : set_item(calls, 0, "GET /livez", pl_span_of(NULL, 0));
}

pl_err calls_post(calls_t *calls, size_t index, const char *path, pl_span body)
{
    char head[64];

    (void)snprintf(head, sizeof head, "POST %s", path);
    return set_item(calls, index, head, body);
}

/* Device first + i asks about license i, and again from the first license when these run out. */
static pl_err make_device_calls(const shop_t *shop, pl_act act, uint64_t first, calls_t *calls)
{
    pl_err err = PL_OK;
    pl_buf body;

    pl_buf_init(&body);
    for (size_t i = 0; i < calls->count && !err; i++) {
        pl_buf_clear(&body);
        if (!(err = shop_body(shop, act, i % shop->license_count, first + i, &body)))
            err = calls_post(calls, i, pl_act_path(act), pl_buf_span(&body));
    }
    pl_buf_reset(&body);
    return err;
}

pl_err calls_validate(const shop_t *shop, calls_t *calls)
{
    pl_err err = calls_room(calls, shop->license_count);

    return err ? err : make_device_calls(shop, PL_ACT_VALIDATE, 0, calls);
}

pl_err calls_activate(const shop_t *shop, uint64_t first, size_t count, calls_t *calls)
{
    pl_err err = calls_room(calls, count);

    calls->is_once = true;
    return err ? err : make_device_calls(shop, PL_ACT_ACTIVATE, first, calls);
}

void calls_free(calls_t *calls)
{
    for (size_t i = 0; i < calls->count; i++)
        pl_free((void *)calls->items[i].data);
    pl_free(calls->items);
    *calls = (calls_t){.items = NULL};
}
