/* SPDX-License-Identifier: Apache-2.0
 *
 * A vendor's validator before it is started: a data directory with brand, product and licenses, and the requests that its tills send.
 * Made in this process with the server's own use cases, because a command per license would take longer than what is measured.
 */
#ifndef BENCH_SHOP_H
#define BENCH_SHOP_H

#include "licensing/admin_licenses.h"
#include "licensing/instance.h"
#include "scratch.h"
#include "wire/device_request.h"

#define SHOP_PRODUCT "till"

typedef struct {
    pl_uuid id;
    char key[PL_LICENSE_KEY_MAX + 1];
    char activation[PL_UUID_TEXT_SIZE]; /* of the device with the license's own number; "" before shop_activate */
} shop_license_t;

typedef struct {
    char directory[DIRECTORY_SIZE];
    pl_uuid brand_id;
    pl_roots roots; /* what the tills pin */
    instance_t *instance;
    shop_license_t *licenses;
    size_t license_count;
} shop_t;

/* A device, the same for the same number: four components, a key of its own. */
typedef struct {
    pl_fingerprint fingerprint;
    char fingerprint_text[PL_FINGERPRINT_TEXT_SIZE];
    pl_uuid instance_id;
    char instance_text[PL_UUID_TEXT_SIZE];
    uint8_t key[PL_DEVICE_PUBLIC_SIZE];
    char name[32];
} device_t;

void device_make(uint64_t number, device_t *device);

/* In a directory of its own in scratch, with a product of as many seats as a license may have. Close it in any case. */
pl_err shop_open(const scratch_t *scratch, shop_t *shop);
void shop_close(shop_t *shop);
/* count licenses, each for a customer of its own; shop_open makes none. */
pl_err shop_issue(shop_t *shop, size_t count);
/* Gives license i to device i, for all of them. */
pl_err shop_activate(shop_t *shop);
/* The order for one license; email is of at least SHOP_EMAIL_SIZE bytes and must outlive it. */
enum { SHOP_EMAIL_SIZE = 64 };
license_order_t shop_order(const shop_t *shop, uint64_t number, char email[SHOP_EMAIL_SIZE]);

/* The body that the library sends for that act on that license, from that device. */
pl_err shop_body(const shop_t *shop, pl_act act, size_t license, uint64_t device_number, pl_buf *body);

#endif
