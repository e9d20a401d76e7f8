/* SPDX-License-Identifier: Apache-2.0
 *
 * A validator's domain without its server: an installation in a directory of its own, one brand, products, licenses, and devices that
 * call the verbs. Aborts the test where the making itself fails.
 */
#ifndef TESTS_SUPPORT_VALIDATOR_H
#define TESTS_SUPPORT_VALIDATOR_H

#include "licensing/admin.h"
#include "licensing/admin_keys.h"
#include "licensing/admin_licenses.h"
#include "licensing/device.h"
#include "licensing/instance.h"
#include "support/fake_clock.h"
#include "support/postgres_server.h"
#include "support/temp_dir.h"

enum { VALIDATOR_PATH = 512 };

#define VALIDATOR_NOW_MS INT64_C(1760000000000)

typedef struct {
    char dir[TEMP_DIR_SIZE];
    char data[VALIDATOR_PATH];
    char database[POSTGRES_URL_SIZE]; /* of its own, where PostgreSQL is tested */
    instance_place_t place;
    fake_clock time;
    pl_clock clock;
    pl_arena arena;
    instance_made_t made;
    instance_t *instance;
    pl_roots roots;
    product_t product; /* "till", two seats */
} validator;

void validator_open(validator *v);
void validator_close(validator *v);
/* For cmocka's setup and teardown. */
int validator_set_up(void **state);
int validator_tear_down(void **state);
/* Closes the instance and opens it anew: what was not written is gone. */
void validator_reopen(validator *v);
/* The instance's own connection waits for no disk from here on. */
void validator_hurry(validator *v);
/* Whether rows may refer to others that are not there. */
void validator_check_references(validator *v, bool does);
void validator_advance(validator *v, int64_t seconds);             /* both clocks */
const keyring_t *validator_keyring(validator *v);                  /* the newest, pinned in v->arena */
pl_err validator_do(validator *v, store_work work, void *context); /* one writing transaction */

/* A second brand with a product "till" of its own. */
void validator_add_brand(validator *v, const char *slug, brand_made_t *made);
product_t validator_add_product(validator *v, pl_uuid brand_id, const char *slug, int64_t seats);
/* A license of v->product for ada@example.com; the rest as in order (may be NULL). */
license_view_t validator_issue(validator *v, const license_order_t *order, const char **key);
void validator_change(validator *v, pl_uuid license_id, license_change change, pl_reason reason);

/* A device: what a library on one machine would send. */
typedef struct {
    char fingerprint[PL_FINGERPRINT_TEXT_SIZE];
    char instance_id[PL_UUID_TEXT_SIZE];
    char activation_id[PL_UUID_TEXT_SIZE]; /* "" for none */
    uint8_t public_key[PL_DEVICE_PUBLIC_SIZE];
    uint8_t secret[PL_DEVICE_SECRET_SIZE];
    const char *key;
    const char *product;
    const char *name;
    int64_t keyset_epoch;
    int64_t keyset_sequence;
    const char *keyset_root; /* NULL: not told */
    const char *session_id;  /* to be taken over or ended; NULL: not told */
    const char *license_id;  /* of usage, with the batch */
    const pl_usage_batch *usage;
    const char *channel; /* of a release check */
    const char *app_version;
} till;

/* Tills of different numbers have no hardware in common. */
till till_make(int number, const char *key);
/* The body of a request with a fresh nonce. */
void till_write(const till *t, const pl_roots *roots, pl_act act, pl_buf *body, uint8_t nonce[PL_NONCE_SIZE]);
/* Reads the call and runs the verb in a transaction. */
pl_err till_call(validator *v, const till *t, pl_act act, device_call_t *call, outcome_t *outcome);
/* The verdict, where the call must succeed; remembers the activation. */
pl_verdict till_verdict(validator *v, till *t, pl_act act);

#endif
