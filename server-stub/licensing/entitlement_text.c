/* SPDX-License-Identifier: Apache-2.0
 *
 * Stored entitlements: reading and laying one set over another.
 */
#include "licensing/entitlement_text.h"

#include "base/json.h"
#include "base/timestamp.h"
#include "store/products.h"

#include <string.h>

typedef struct {
    pl_entitlement *items;
    size_t room;
    size_t count;
} collection;

typedef struct {
    collection *all;
    const pl_json *object;
} text_reading;

static pl_entitlement *slot_of(collection *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->items[i].name, name) == 0)
            return &all->items[i];
    return all->count < all->room ? &all->items[all->count++] : NULL;
}

/* The value is the member of that name of the object: of the whole set, or of {"value":...,"exp":...}. */
static pl_err read_value(const pl_json *object, const char *name, pl_entitlement *item)
{
    const pl_json *value = pl_json_get(object, name);
    size_t size;

    if ((item->text = pl_json_text(value))) {
        item->kind = PL_ENTITLEMENT_TEXT;
        size = strlen(item->text);
        return size <= PL_ENTITLEMENT_TEXT_MAX ? PL_OK
                                               : pl_fail(PL_ERR_MALFORMED, "the text of entitlement %s is too long", item->name);
    }
    if (pl_json_int(value, &item->number)) {
        item->kind = PL_ENTITLEMENT_LIMIT;
        return PL_OK;
    }
    item->kind = PL_ENTITLEMENT_FEATURE;
    if (!value || pl_json_may_bool(object, name, &item->is_on))
        return pl_fail(PL_ERR_MALFORMED, "entitlement %s is neither true or false, nor an integer, nor a text", item->name);
    return PL_OK;
}

static pl_err visit(void *context, const char *name, const pl_json *member)
{
    text_reading *reading = context;
    pl_entitlement *item;
    pl_err err;

    if (!pl_entitlement_name_is_valid(name))
        return pl_fail(PL_ERR_MALFORMED, "\"%s\" is no name for an entitlement", name);
    if (!(item = slot_of(reading->all, name)))
        return pl_fail(PL_ERR_TOO_LARGE, "more than %d entitlements", (int)PL_ENTITLEMENTS_MAX);
    *item = (pl_entitlement){.name = name};
    if (!pl_json_is_object(member))
        return read_value(reading->object, name, item);
    if ((err = pl_json_may_int(member, "exp", 1, PL_TIME_MAX, &item->ends_at)))
        return err;
    return read_value(member, "value", item);
}

static pl_err parse(pl_arena *arena, const char *text, const pl_json **object)
{
    *object = NULL;
    return text ? pl_json_parse(arena, pl_span_text(text), PRODUCT_ENTITLEMENTS_MAX, object) : PL_OK;
}

static pl_err take_all(const pl_json *object, collection *all)
{
    text_reading reading = {all, object};

    return object ? pl_json_each(object, visit, &reading) : PL_OK;
}

/* Room for as many as there are: most sets are of a few, and this is done for every answer. */
static pl_err make_room(pl_arena *arena, size_t wanted, collection *all)
{
    all->room = wanted < PL_ENTITLEMENTS_MAX ? wanted : PL_ENTITLEMENTS_MAX;
    all->items = pl_arena_take(arena, all->room * sizeof(*all->items));
    return all->items ? PL_OK : PL_ERR_MEMORY;
}

pl_err entitlement_text_read(pl_arena *arena, const char *of_product, const char *of_license, pl_entitlements *set)
{
    collection all = {NULL, 0, 0};
    const pl_json *product, *license;
    pl_err err;

    *set = (pl_entitlements){NULL, 0};
    if ((err = parse(arena, of_product, &product)) || (err = parse(arena, of_license, &license)) ||
        (err = make_room(arena, pl_json_count(product) + pl_json_count(license), &all)) || (err = take_all(product, &all)) ||
        (err = take_all(license, &all)))
        return err;
    *set = (pl_entitlements){all.items, all.count};
    return PL_OK;
}
