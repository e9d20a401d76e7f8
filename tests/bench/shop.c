/* SPDX-License-Identifier: Apache-2.0
 *
 * Making a vendor's data directory and its tills' requests; see shop.h.
 */
#include "shop.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "licensing/admin.h"
#include "licensing/device.h"
#include "platform/clock.h"

enum { GROUP = 500 /* licenses per transaction */ };

void device_make(uint64_t number, device_t *device)
{
    static const pl_component present[] = {PL_COMPONENT_MACHINE_ID, PL_COMPONENT_FIRMWARE, PL_COMPONENT_DISK, PL_COMPONENT_NIC};
    uint64_t seed[2] = {number, 0};
    uint8_t digest[PL_DIGEST_SIZE];
    pl_key_pair pair;

    memset(device, 0, sizeof *device);
    for (size_t i = 0; i < sizeof present / sizeof present[0]; i++) {
        seed[1] = i;
        pl_digest(pl_span_of(seed, sizeof seed), digest);
        device->fingerprint.count[present[i]] = 1;
        memcpy(device->fingerprint.value[present[i]][0], digest, PL_FINGERPRINT_VALUE_SIZE);
    }
    seed[1] = PL_COMPONENT_COUNT;
    pl_digest(pl_span_of(seed, sizeof seed), digest);
    pl_fingerprint_format(&device->fingerprint, device->fingerprint_text);
    device->instance_id = pl_uuid_v4(digest);
    pl_uuid_format(device->instance_id, device->instance_text);
    (void)pl_key_pair_from_secret(PL_ALG_EDDSA, digest, &pair);
    memcpy(device->key, pair.public_key.point, sizeof device->key);
    (void)snprintf(device->name, sizeof device->name, "Till %u", (unsigned)(number % 100));
}

static pl_err add_product(void *context, tx_t *tx)
{
    const shop_t *shop = context;
    product_t product = {.slug = SHOP_PRODUCT,
                         .name = "Till",
                         .policy = admin_default_policy(),
                         .entitlements = "{\"kds\":true,\"loyalty\":false,\"tills\":3,\"tier\":\"gold\"}"};

    product.policy.seats = SEATS_MAX;
    return admin_product_add(tx, shop->brand_id, &product);
}

pl_err shop_open(const scratch_t *scratch, shop_t *shop)
{
    instance_order_t order = {{.directory = shop->directory}, "acme", "Acme Till", PL_ALG_NONE, pl_clock_system()};
    instance_made_t made;
    pl_arena arena;
    pl_err err;

    memset(shop, 0, sizeof *shop);
    scratch_file(scratch, "validator", shop->directory);
    pl_arena_init(&arena);
    if (!(err = pl_crypto_ready()) && !(err = instance_init(&arena, &order, &made)) &&
        !(err = pl_roots_parse(pl_span_text(made.root_public_jwks), &shop->roots))) {
        shop->brand_id = made.brand_id;
        if (!(err = instance_open(&order.place, &order.clock, &shop->instance)))
            err = instance_write(shop->instance, &arena, add_product, shop);
    }
    pl_arena_reset(&arena);
    return err;
}

void shop_close(shop_t *shop)
{
    instance_close(shop->instance);
    pl_free(shop->licenses);
    shop->instance = NULL;
    shop->licenses = NULL;
}

license_order_t shop_order(const shop_t *shop, uint64_t number, char email[SHOP_EMAIL_SIZE])
{
    license_order_t order = {.brand_id = shop->brand_id, .product = SHOP_PRODUCT, .email = email, .name = "Ada Lovelace"};

    /* addresses come in no order: scattered by an odd factor, which gives each number its own */
    (void)snprintf(email, SHOP_EMAIL_SIZE, "c%08x@shop.example.com", (unsigned)(number * 2654435761u));
    order.plan = "pro";
    order.expires_at_ms = instance_now_ms(shop->instance) + INT64_C(365) * 86400 * 1000;
    return order;
}

/* One transaction's worth of licenses. */
typedef struct {
    shop_t *shop;
    size_t first, end;
} part_t;

static pl_err issue_part(void *context, tx_t *tx)
{
    const part_t *part = context;
    shop_t *shop = part->shop;
    const keyring_t *keyring = keys_pin(instance_keys(shop->instance), tx->arena);
    char email[SHOP_EMAIL_SIZE];
    pl_err err = keyring ? PL_OK : PL_ERR_MEMORY;

    for (size_t i = part->first; i < part->end && !err; i++) {
        license_order_t order = shop_order(shop, i, email);
        license_view_t view;
        const char *key;

        if ((err = admin_license_issue(tx, keyring, &order, &view, &key)))
            return err;
        shop->licenses[i].id = view.license.id;
        (void)snprintf(shop->licenses[i].key, sizeof shop->licenses[i].key, "%s", key);
    }
    return err;
}

static pl_err in_parts(shop_t *shop, store_work work)
{
    pl_err err = PL_OK;

    for (size_t first = 0; first < shop->license_count && !err; first += GROUP) {
        part_t part = {shop, first, first + GROUP < shop->license_count ? first + GROUP : shop->license_count};
        pl_arena arena;

        pl_arena_init(&arena);
        err = instance_write(shop->instance, &arena, work, &part);
        pl_arena_reset(&arena);
    }
    return err;
}

pl_err shop_issue(shop_t *shop, size_t count)
{
    if (!(shop->licenses = pl_alloc(count * sizeof *shop->licenses)))
        return pl_fail(PL_ERR_MEMORY, "%zu licenses", count);
    shop->license_count = count;
    return in_parts(shop, issue_part);
}

static pl_err activate_one(shop_t *shop, const keyring_t *keyring, size_t i, tx_t *tx)
{
    device_call_t call;
    outcome_t outcome;
    pl_buf body;
    pl_err err;

    pl_buf_init(&body);
    if (!(err = shop_body(shop, PL_ACT_ACTIVATE, i, i, &body)) &&
        !(err = licensing_read_call(tx->arena, keyring, PL_ACT_ACTIVATE, pl_buf_span(&body), &call)))
        err = licensing_activate(tx, &call, &outcome);
    pl_buf_reset(&body);
    if (err)
        return err;
    if (outcome.verdict != PL_VERDICT_ACTIVE)
        return pl_fail(PL_ERR_STATE, "a device is refused: %s", pl_verdict_text(outcome.verdict));
    pl_uuid_format(outcome.activation.id, shop->licenses[i].activation);
    return PL_OK;
}

static pl_err activate_part(void *context, tx_t *tx)
{
    const part_t *part = context;
    const keyring_t *keyring = keys_pin(instance_keys(part->shop->instance), tx->arena);
    pl_err err = keyring ? PL_OK : PL_ERR_MEMORY;

    for (size_t i = part->first; i < part->end && !err; i++)
        err = activate_one(part->shop, keyring, i, tx);
    return err;
}

pl_err shop_activate(shop_t *shop)
{
    return in_parts(shop, activate_part);
}

/* So that answers do not carry the keyset: the tills hold the newest. */
static pl_err tell_keyset(const shop_t *shop, pl_device_request *request)
{
    const keyring_t *keyring;
    const brand_keys_t *brand;
    pl_arena arena;

    pl_arena_init(&arena);
    keyring = keys_pin(instance_keys(shop->instance), &arena);
    brand = keyring ? keyring_find_brand(keyring, shop->brand_id) : NULL;
    if (brand) {
        request->keyset_epoch = brand->keyset.epoch;
        request->keyset_sequence = brand->keyset.sequence;
        request->keyset_root = shop->roots.keys[brand->keyset.root_rank].kid;
    }
    pl_arena_reset(&arena);
    return brand ? PL_OK : pl_fail(PL_ERR_STATE, "the brand has no keys");
}

pl_err shop_body(const shop_t *shop, pl_act act, size_t license, uint64_t device_number, pl_buf *body)
{
    const shop_license_t *held = &shop->licenses[license];
    pl_device_request request = {.product = SHOP_PRODUCT, .key = held->key, .has_device_key = true};
    device_t device;
    pl_err err;

    device_make(device_number, &device);
    for (; request.root_count < shop->roots.count; request.root_count++)
        request.roots[request.root_count] = shop->roots.keys[request.root_count].kid;
    pl_random(request.nonce, sizeof request.nonce);
    request.fingerprint = device.fingerprint_text;
    request.instance_id = device.instance_text;
    request.activation_id = act != PL_ACT_ACTIVATE && held->activation[0] ? held->activation : NULL;
    memcpy(request.device_key, device.key, sizeof request.device_key);
    request.device_name = device.name;
    request.app_version = "2.4.0";
    request.sdk_version = "0.1.0";
    request.platform = "linux/x86_64";
    if ((err = tell_keyset(shop, &request)))
        return err;
    pl_device_request_write(&request, body);
    return body->err;
}
