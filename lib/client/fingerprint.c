/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_fingerprint and pospal_client_explain. The probes are in device/.
 */
#include "client/client.h"
#include "client/guard.h"
#include "client/view.h"
#include "crypto/crypto.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "platform/clock.h"

enum { CACHE_US = 60 * 1000 * 1000 };

/* The last fingerprint told, for a program that asks often: pseudonyms, no serials. Hardware does not change within a minute. */
static struct {
    pl_mutex *mutex;
    char product[PL_CLAIMS_SLUG_MAX + 1];
    char text[PL_FINGERPRINT_TEXT_SIZE];
    int64_t told_at_us;
} cache;

static pl_once cache_once = PL_ONCE_INIT;

static void make_cache(void)
{
    cache.mutex = pl_mutex_new();
}

static bool recall(const char *product, char text[PL_FINGERPRINT_TEXT_SIZE])
{
    bool is_known;

    pl_once_run(&cache_once, make_cache);
    if (!cache.mutex)
        return false;
    pl_mutex_lock(cache.mutex);
    is_known = strcmp(cache.product, product) == 0 && pl_clock_monotonic_us() - cache.told_at_us < CACHE_US;
    if (is_known)
        memcpy(text, cache.text, PL_FINGERPRINT_TEXT_SIZE);
    pl_mutex_unlock(cache.mutex);
    return is_known;
}

static void remember(const char *product, const char text[PL_FINGERPRINT_TEXT_SIZE])
{
    if (!cache.mutex)
        return;
    pl_mutex_lock(cache.mutex);
    snprintf(cache.product, sizeof cache.product, "%s", product);
    memcpy(cache.text, text, PL_FINGERPRINT_TEXT_SIZE);
    cache.told_at_us = pl_clock_monotonic_us();
    pl_mutex_unlock(cache.mutex);
}

static pl_err find_fingerprint(const char *product, char text[PL_FINGERPRINT_TEXT_SIZE])
{
    pl_fingerprint fingerprint;
    pl_probe_report report;
    pl_err err;

    if (recall(product, text))
        return PL_OK;
    if ((err = pl_crypto_ready()) || (err = pl_probe_read("", &report)))
        return err;
    err = pl_device_fingerprint(&report, product, &fingerprint);
    pl_probe_wipe(&report);
    if (err)
        return err;
    pl_fingerprint_format(&fingerprint, text);
    remember(product, text);
    return PL_OK;
}

pospal_result_t pospal_fingerprint(const char *product, char **text)
{
    char formatted[PL_FINGERPRINT_TEXT_SIZE] = "";
    pl_err err;

    if (!product || !product[0] || strlen(product) > PL_CLAIMS_SLUG_MAX || !text)
        return pl_report(
            pl_fail(PL_ERR_INVALID, "product or text is NULL, or product has more than %d characters", PL_CLAIMS_SLUG_MAX));
    *text = NULL;
    if ((err = find_fingerprint(product, formatted)))
        return pl_report(err);
    *text = pl_copy_text(formatted);
    return pl_report(*text ? PL_OK : pl_fail(PL_ERR_MEMORY, "no memory for the fingerprint"));
}

/* The device of the newest document that is bound to one. */
static bool find_known(pospal_client *client, pl_fingerprint *known)
{
    bool is_found = false;
    int64_t newest = 0;
    size_t i;

    pl_mutex_lock(client->mutex);
    for (i = 0; client->holding && i < client->holding->count; i++) {
        const pl_claims *claims = &client->holding->claims[i];

        if (!claims->has_device || claims->issued_at < newest)
            continue;
        *known = claims->device;
        newest = claims->issued_at;
        is_found = true;
    }
    pl_mutex_unlock(client->mutex);
    return is_found;
}

pospal_result_t pospal_client_explain(pospal_client *client, int as_json, char **text)
{
    const char *root;
    pl_fingerprint known;
    pl_probe_report report;
    pl_buf out;
    pl_err err;

    if (!client || !text)
        return pl_report(pl_fail(PL_ERR_INVALID, "client or text is NULL"));
    if ((err = pl_guard(client)))
        return pl_report(err);
    *text = NULL;
    root = client->options.text[PL_OPTION_HARDWARE_ROOT];
    if ((err = pl_probe_read(root ? root : "", &report)))
        return pl_report(err);
    pl_buf_init(&out);
    pl_device_explain(&report, client->options.text[PL_OPTION_PRODUCT], find_known(client, &known) ? &known : NULL, as_json != 0,
                      &out);
    pl_probe_wipe(&report);
    *text = pl_buf_detach(&out);
    err = out.err;
    pl_buf_reset(&out);
    return pl_report(err);
}
