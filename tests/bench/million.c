/* SPDX-License-Identifier: Apache-2.0
 *
 * million_licenses_mb: the size of the validator's database with a million licenses, each with customer, license key, one activation
 * and one audit row, written by the store's own statements; after the write-ahead log went into it. 1 MB is 1,000,000 bytes.
 */
#include <sys/stat.h>

#include "figures.h"
#include "measure.h"
#include "shop.h"

enum { GROUP = 2000 /* licenses in a transaction */, MILLION = 1000000 };

typedef struct {
    const shop_t *shop;
    uint64_t first, end;
} part_t;

static pl_err take_seat(tx_t *tx, const license_t *license, uint64_t number)
{
    activation_t activation = {.id = store_new_id(tx), .brand_id = license->brand_id, .license_id = license->id};
    bool taken = false;
    device_t device;
    pl_err err;

    device_make(number, &device);
    activation.instance_id = device.instance_id;
    activation.fingerprint = device.fingerprint;
    activation.device_name = device.name;
    activation.activated_at_ms = activation.validated_at_ms = tx->now_ms;
    memcpy(activation.device_key, device.key, sizeof activation.device_key);
    err = activations_take(tx, &activation, SEATS_MAX, &taken);
    return err || taken ? err : pl_fail(PL_ERR_STATE, "no seat");
}

/* The issue writes the audit row; the seat is taken by the statement alone, so that there is one. */
static pl_err fill_part(void *context, tx_t *tx)
{
    const part_t *part = context;
    const keyring_t *keyring = keys_pin(instance_keys(part->shop->instance), tx->arena);
    char email[SHOP_EMAIL_SIZE];
    pl_err err = keyring ? PL_OK : PL_ERR_MEMORY;

    for (uint64_t i = part->first; i < part->end && !err; i++) {
        license_order_t order = shop_order(part->shop, i, email);
        license_view_t view;
        const char *key;

        if (!(err = admin_license_issue(tx, keyring, &order, &view, &key)))
            err = take_seat(tx, &view.license, i);
    }
    return err;
}

static pl_err fill(const shop_t *shop, uint64_t count)
{
    pl_err err = PL_OK;

    for (uint64_t first = 0; first < count && !err; first += GROUP) {
        part_t part = {shop, first, first + GROUP < count ? first + GROUP : count};
        pl_arena arena;

        pl_arena_init(&arena);
        err = instance_write(shop->instance, &arena, fill_part, &part);
        pl_arena_reset(&arena);
    }
    return err;
}

/* What is there before the first license: an empty database's pages are not the licenses'. */
static pl_err file_bytes(const shop_t *shop, double *bytes)
{
    scratch_t directory;
    char path[DIRECTORY_SIZE];
    struct stat status;
    pl_err err;

    (void)snprintf(directory.path, sizeof directory.path, "%s", shop->directory);
    scratch_file(&directory, "validator.db", path);
    if ((err = pl_db_script(store_db(instance_store(shop->instance)), "PRAGMA wal_checkpoint(TRUNCATE)")))
        return err;
    if (stat(path, &status))
        return pl_fail(PL_ERR_IO, "%s is not there", path);
    *bytes = (double)status.st_size;
    return PL_OK;
}

pl_err bench_million(bench_t *bench)
{
    uint64_t count = (uint64_t)bench->licenses;
    double before, after, began;
    scratch_t scratch = {""};
    shop_t shop = {.instance = NULL};
    pl_err err;

    began = wall_ns();
    if (!(err = scratch_make(bench, &scratch)) && !(err = shop_open(&scratch, &shop)) && !(err = file_bytes(&shop, &before)) &&
        !(err = fill(&shop, count)) && !(err = file_bytes(&shop, &after)))
        figure_set(bench, MILLION_LICENSES_MB, (after - before) / (double)count * MILLION / 1e6,
                   "%llu licenses in %.0f s, %.0f bytes each%s", (unsigned long long)count, (wall_ns() - began) / 1e9,
                   (after - before) / (double)count, count == MILLION ? "" : ", scaled");
    shop_close(&shop);
    scratch_remove(&scratch);
    return err;
}
