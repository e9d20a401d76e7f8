/* SPDX-License-Identifier: Apache-2.0
 *
 * Binding and finding. The bindings are read together with the keys, so that a request knows them without the database.
 */
#include "licensing/facades.h"

#include "licensing/keyring_state.h"
#include "store/audit.h"
#include "store/meta.h"

#include <string.h>

static const char any_host[] = "*";

static bool is_host(const char *host)
{
    size_t size = strlen(host);

    if (size == 0 || size > FACADE_HOST_MAX)
        return false;
    return strcmp(host, any_host) == 0 || strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-_:[]") == size;
}

static char *fold(pl_arena *arena, const char *host)
{
    char *text = pl_arena_text(arena, pl_span_text(host));

    for (char *at = text; at && *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    return text;
}

pl_err facade_host_read(pl_arena *arena, const char *host, const char **text)
{
    if (!(*text = fold(arena, host)))
        return PL_ERR_MEMORY;
    return is_host(*text) ? PL_OK : pl_fail(PL_ERR_INVALID, "\"%s\" is no host: a name or an address is needed, or *", host);
}

static pl_err note(tx_t *tx, pl_uuid brand_id, const facade_t *facade, audit_action action)
{
    audit_t entry = {.brand_id = brand_id, .action = action, .target = facade->product_id};
    pl_err err;

    if (!(entry.metadata = pl_arena_format(tx->arena, "{\"host\":\"%s\"}", facade->host)))
        return PL_ERR_MEMORY;
    return (err = audit_append(tx, &entry)) ? err : meta_raise_generation(tx);
}

pl_err facade_bind(tx_t *tx, const facade_t *facade)
{
    pl_err err = facades_bind(tx, facade);

    return err ? err : note(tx, facade->brand_id, facade, AUDIT_FACADE_BOUND);
}

pl_err facade_unbind(tx_t *tx, const char *host)
{
    facade_t *bound;
    size_t count;
    pl_err err = facades_list(tx, &bound, &count);

    if (err)
        return err;
    for (size_t i = 0; i < count; i++)
        if (strcmp(bound[i].host, host) == 0)
            return (err = facades_unbind(tx, &bound[i])) ? err : note(tx, bound[i].brand_id, &bound[i], AUDIT_FACADE_UNBOUND);
    return pl_fail(PL_ERR_NOT_FOUND, "the host %s is bound to nothing", host);
}

/* ---- finding ---- */

/* ASCII case does not count in names of hosts. */
static bool is_same(const char *bound, const char *host, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char at = host[i] >= 'A' && host[i] <= 'Z' ? (char)(host[i] - 'A' + 'a') : host[i];

        if (bound[i] != at)
            return false;
    }
    return bound[size] == '\0';
}

static const facade_t *find(const keyring_t *keyring, const char *host, size_t size)
{
    for (size_t i = 0; i < keyring->facade_count; i++)
        if (is_same(keyring->facades[i].host, host, size))
            return &keyring->facades[i];
    return NULL;
}

/* "name:8080", "[::1]:8080", "[::1]" */
static size_t name_size(const char *host)
{
    const char *colon = strrchr(host, ':');
    const char *bracket = strrchr(host, ']');

    return colon && (!bracket || colon > bracket) ? (size_t)(colon - host) : strlen(host);
}

const facade_t *facade_find(const keyring_t *keyring, const char *host)
{
    const facade_t *found = NULL;

    if (!keyring || keyring->facade_count == 0)
        return NULL;
    if (host && strlen(host) <= FACADE_HOST_MAX && !(found = find(keyring, host, strlen(host))))
        found = find(keyring, host, name_size(host));
    return found ? found : find(keyring, any_host, sizeof(any_host) - 1);
}
