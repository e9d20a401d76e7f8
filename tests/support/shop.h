/* SPDX-License-Identifier: Apache-2.0
 *
 * A shop for the tests of the library: a vendor's validator, a clock, machines made of files, and a data directory. Clients opened in it
 * never meet the network, the system's clock or this machine's hardware.
 */
#ifndef TESTS_SUPPORT_SHOP_H
#define TESTS_SUPPORT_SHOP_H

#include <pospal/license.h>

#include "client/client.h"
#include "storage/db.h"
#include "support/fake_clock.h"
#include "support/fake_exchange.h"
#include "support/fake_file.h"
#include "support/temp_dir.h"

#define SHOP_OPENS_AT INT64_C(1795370400) /* 2026-11-22T18:00:00Z, a Sunday */

enum { SHOP_PATH_SIZE = TEMP_DIR_SIZE + 64, MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

/* What of a computer can be read; NULL: nothing. */
typedef struct {
    const char *machine_id, *firmware, *board, *disk, *nic;
} machine;

extern const machine MACHINE_A;       /* the shop's till */
extern const machine MACHINE_B;       /* another computer */
extern const machine MACHINE_A_NIC;   /* the till with a new network card */
extern const machine MACHINE_A_OS;    /* the till after its system was installed anew */
extern const machine MACHINE_A_CLONE; /* the till's disk image on other hardware */
extern const machine MACHINE_CASHIER; /* the till as an account without rights sees it */
extern const machine MACHINE_BARE;    /* too little to tell it from others */

typedef struct {
    fake_clock clock;
    fake_validator validator;
    char root[TEMP_DIR_SIZE];
    char data[SHOP_PATH_SIZE];
    char hardware[SHOP_PATH_SIZE];
    const pl_fs *fs; /* NULL: the system's */
    const char *key; /* license key in the options; NULL: none */
    pospal_key_source_t key_source;
    pospal_change_fn changed;
    void *changed_context;
    pospal_log_fn log; /* NULL: none; gets everything */
    void *log_context;
    bool is_in_memory, is_without_server;
} shop;

void shop_open(shop *s);
void shop_close(shop *s);
/* For cmocka's setup and teardown. */
int shop_setup(void **state);
int shop_teardown(void **state);

void shop_set_machine(shop *s, const machine *m);
pospal_options *shop_options(const shop *s);
pospal_client *shop_client(const shop *s);
/* Opens a client that holds a lease of the shop's license. */
pospal_client *shop_active_client(shop *s);

void shop_pass(shop *s, int64_t seconds);
/* Off for so long, then on again. */
void shop_reboot(shop *s, int64_t off_seconds);

/* Checks in one mode and returns the status; fails the test when the call does not return result. */
pospal_status_t shop_check(pospal_client *client, pospal_check_mode_t mode, pospal_result_t result);
pospal_status_t shop_status(pospal_client *client); /* LOCAL */
/* Makes a license file and imports it. license may be NULL. */
pospal_result_t shop_import(shop *s, pospal_client *client, const fake_file *file, pospal_license **license);
/* Keeps the client from starting a thread: the test drives pl_worker_round itself. Ends with shop_release_worker, before closing. */
void shop_hold_worker(pospal_client *client);
void shop_release_worker(pospal_client *client);
void shop_close_held(pospal_client *client);

/* Files of the data directory. */
bool shop_has_file(const shop *s, const char *name);
size_t shop_count_files(const shop *s, const char *part_of_name);
void shop_read_file(const shop *s, const char *name, pl_buf *bytes);
void shop_write_file(const shop *s, const char *name, pl_span bytes);
void shop_delete_file(const shop *s, const char *name);
/* As another process of the product that is in the middle of writing: documents, and the vault. End with release and close. */
pl_file_lock *shop_take_lock(const shop *s);
pl_db *shop_lock_vault(const shop *s);
pl_db *shop_read_vault(const shop *s); /* others may read and not write */
/* All of them, as a thief or a backup would. */
void shop_copy_data(const char *from, const char *to);

#endif
