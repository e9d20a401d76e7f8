/* SPDX-License-Identifier: Apache-2.0
 *
 * Building and clearing away the shop of tests.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/fake_root.h"

enum { LONG_PATH = SHOP_PATH_SIZE + 64, FILE_MAX = 1 << 20, TIMEOUT_MS = 100 };

#define ID_A   "3f1c5e7a9b2d4f60817263544536a7b8"
#define FIRM_A "9c1f2d3e-4a5b-6c7d-8e9f-0a1b2c3d4e5f"
#define DISK_A "S4EVNX0N123456"
#define NIC_A  "3c:ec:ef:12:34:56"

const machine MACHINE_A = {ID_A, FIRM_A, "BRD-77-4711", DISK_A, NIC_A};
const machine MACHINE_B = {"11b2c3d4e5f60718293a4b5c6d7e8f90", "1b2c3d4e-5f60-4182-93a4-b5c6d7e8f901", "BRD-99-0815",
                           "WD-WX41A19", "3c:ec:ef:99:88:77"};
const machine MACHINE_A_NIC = {ID_A, FIRM_A, "BRD-77-4711", DISK_A, "3c:ec:ef:55:44:33"};
const machine MACHINE_A_OS = {"77aa77bb77cc77dd77ee77ff77a077b1", FIRM_A, "BRD-77-4711", DISK_A, NIC_A};
const machine MACHINE_A_CLONE = {ID_A, "1b2c3d4e-5f60-4182-93a4-b5c6d7e8f901", "BRD-99-0815", "WD-WX41A19", "3c:ec:ef:99:88:77"};
const machine MACHINE_CASHIER = {ID_A, NULL, NULL, DISK_A, NIC_A};
const machine MACHINE_BARE = {ID_A, NULL, NULL, NULL, NULL};

static void add_text(const fake_root *root, const char *path, const char *text)
{
    fake_entry entry = {FILE_OF, path, text};

    if (text)
        fake_root_add(root, &entry, 1);
}

static void add_nic(const fake_root *root, const char *address)
{
    static const fake_entry card[] = {
        {CARD, "eth0", "pci0000:00/0000:00:1f.6/net/eth0"},
        {FILE_OF, "/sys/devices/pci0000:00/0000:00:1f.6/net/eth0/addr_assign_type", "0\n"},
    };

    if (!address)
        return;
    fake_root_add(root, card, FAKE_COUNT(card));
    add_text(root, "/sys/devices/pci0000:00/0000:00:1f.6/net/eth0/address", address);
}

static void add_disk(const fake_root *root, const char *serial)
{
    static const fake_entry disk[] = {
        {FILE_OF, "/proc/self/mountinfo", "22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw\n"},
        {DISK, "sda", "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda"},
        {PART, "sda2", "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda/sda2"},
        {DEVICE, "8:2", "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda/sda2"},
        {FILE_OF, "/sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda/sda2/partition", "2\n"},
    };

    if (!serial)
        return;
    fake_root_add(root, disk, FAKE_COUNT(disk));
    add_text(root, "/sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda/device/wwid", serial);
}

void shop_set_machine(shop *s, const machine *m)
{
    fake_root root;

    if (s->hardware[0])
        temp_dir_remove(s->hardware);
    fake_root_make(&root);
    (void)snprintf(s->hardware, sizeof s->hardware, "%s", root.path);
    add_text(&root, "/etc/machine-id", m->machine_id);
    add_text(&root, "/sys/class/dmi/id/product_uuid", m->firmware);
    add_text(&root, "/sys/class/dmi/id/board_serial", m->board);
    add_disk(&root, m->disk);
    add_nic(&root, m->nic);
}

void shop_open(shop *s)
{
    memset(s, 0, sizeof *s);
    fake_clock_init(&s->clock, SHOP_OPENS_AT * 1000);
    fake_validator_init(&s->validator, fake_clock_seam(&s->clock));
    temp_dir_make(s->root);
    (void)snprintf(s->data, sizeof s->data, "%s/data", s->root);
    shop_set_machine(s, &MACHINE_A);
}

void shop_close(shop *s)
{
    temp_dir_remove(s->root);
    temp_dir_remove(s->hardware);
    fake_validator_reset(&s->validator);
}

int shop_setup(void **state)
{
    shop *s = malloc(sizeof *s);

    if (!s)
        return -1;
    shop_open(s);
    *state = s;
    return 0;
}

int shop_teardown(void **state)
{
    shop_close(*state);
    free(*state);
    return 0;
}

static void read_clock(void *context, pospal_time_t *now)
{
    fake_clock *clock = context;

    now->wall_ms = atomic_load(&clock->wall_ms);
    now->boot_ms = atomic_load(&clock->boot_ms);
    now->boot_id = atomic_load(&clock->boot_id);
}

pospal_options *shop_options(const shop *s)
{
    pospal_options *options = pospal_options_new();

    if (!options)
        return NULL;
    pospal_options_set_product(options, FAKE_PRODUCT, "2.4.0");
    pospal_options_set(options, POSPAL_OPTION_SERVER, s->is_without_server ? NULL : FAKE_SERVER);
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, s->validator.roots_json);
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, s->is_in_memory ? "" : s->data);
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, s->hardware);
    pospal_options_set_timeout_ms(options, TIMEOUT_MS);
    pospal_options_set(options, POSPAL_OPTION_DEVICE_NAME, "Till 3");
    pospal_options_set_transport(options, fake_validator_exchange, (void *)&s->validator);
    pospal_options_set_clock(options, read_clock, (void *)&s->clock);
    pospal_options_set_change_callback(options, s->changed, s->changed_context);
    pospal_options_set_license_key(options, s->key_source, s->key);
    if (s->fs)
        options->fs = s->fs;
    if (s->log)
        pospal_options_set_log(options, s->log, s->log_context, POSPAL_LOG_DEBUG);
    return options;
}

pospal_client *shop_client(const shop *s)
{
    pospal_options *options = shop_options(s);
    pospal_client *client = NULL;
    pospal_result_t result = pospal_client_open(options, &client);

    pospal_options_free(options);
    if (result != POSPAL_OK)
        fail_msg("the client does not open: %s", pospal_error_detail());
    return client;
}

pospal_client *shop_active_client(shop *s)
{
    pospal_client *client = shop_client(s);
    pospal_result_t result = pospal_client_activate(client, FAKE_KEY, NULL);

    if (result != POSPAL_OK)
        fail_msg("the client does not activate: %s", pospal_error_detail());
    return client;
}

void shop_pass(shop *s, int64_t seconds)
{
    fake_clock_advance(&s->clock, seconds * 1000);
}

void shop_reboot(shop *s, int64_t off_seconds)
{
    fake_clock_reboot(&s->clock, off_seconds * 1000);
    fake_clock_advance(&s->clock, MINUTE_S * 1000);
}

pospal_status_t shop_check(pospal_client *client, pospal_check_mode_t mode, pospal_result_t result)
{
    pospal_license *license = NULL;
    pospal_status_t status;

    assert_int_equal(pospal_client_check(client, mode, &license), result);
    assert_non_null(license);
    status = pospal_license_status(license);
    pospal_license_free(license);
    return status;
}

pospal_status_t shop_status(pospal_client *client)
{
    return shop_check(client, POSPAL_CHECK_LOCAL, POSPAL_OK);
}

pospal_result_t shop_import(shop *s, pospal_client *client, const fake_file *file, pospal_license **license)
{
    pospal_result_t result;
    pl_buf text;

    pl_buf_init(&text);
    fake_validator_file(&s->validator, file, &text);
    result = pospal_client_import(client, text.data, text.size, license);
    pl_buf_reset(&text);
    return result;
}

void shop_hold_worker(pospal_client *client)
{
    static int nobody;

    client->worker = (pl_thread *)(void *)&nobody;
}

void shop_release_worker(pospal_client *client)
{
    client->worker = NULL;
}

void shop_close_held(pospal_client *client)
{
    shop_release_worker(client);
    pospal_client_close(client);
}

static void path_of(const shop *s, const char *name, char path[LONG_PATH])
{
    (void)snprintf(path, LONG_PATH, "%s/%s", s->data, name);
}

bool shop_has_file(const shop *s, const char *name)
{
    char path[LONG_PATH];

    path_of(s, name, path);
    return access(path, F_OK) == 0;
}

typedef struct {
    const char *part;
    size_t count;
} tally;

static pl_err count_name(void *context, const char *name)
{
    tally *t = context;

    t->count += strstr(name, t->part) != NULL;
    return PL_OK;
}

size_t shop_count_files(const shop *s, const char *part_of_name)
{
    const pl_fs *fs = pl_fs_system();
    tally t = {part_of_name, 0};

    (void)fs->list(fs->context, s->data, count_name, &t);
    return t.count;
}

void shop_read_file(const shop *s, const char *name, pl_buf *bytes)
{
    const pl_fs *fs = pl_fs_system();
    char path[LONG_PATH];

    path_of(s, name, path);
    assert_int_equal(fs->read(fs->context, path, FILE_MAX, bytes), PL_OK);
}

void shop_write_file(const shop *s, const char *name, pl_span bytes)
{
    const pl_fs *fs = pl_fs_system();
    char path[LONG_PATH];

    path_of(s, name, path);
    assert_int_equal(fs->make_directory(fs->context, s->data), PL_OK);
    assert_int_equal(fs->write(fs->context, path, bytes), PL_OK);
}

void shop_delete_file(const shop *s, const char *name)
{
    char path[LONG_PATH];

    path_of(s, name, path);
    assert_int_equal(unlink(path), 0);
}

pl_file_lock *shop_take_lock(const shop *s)
{
    pl_file_lock *lock = NULL;
    char path[LONG_PATH];

    assert_int_equal(pl_fs_system()->make_directory(NULL, s->data), PL_OK);
    path_of(s, "lock", path);
    assert_int_equal(pl_file_lock_take(path, 0, &lock), PL_OK);
    return lock;
}

static pl_db *begin_in_vault(const shop *s, const char *sql)
{
    char path[LONG_PATH];
    pl_db_sqlite_options options = {path, DB_READ_WRITE, 0, true, false};
    pl_db *db = NULL;

    path_of(s, "vault.db", path);
    assert_int_equal(pl_db_open_sqlite(&options, &db), PL_OK);
    assert_int_equal(pl_db_script(db, sql), PL_OK);
    return db;
}

pl_db *shop_lock_vault(const shop *s)
{
    return begin_in_vault(s, "BEGIN EXCLUSIVE");
}

pl_db *shop_read_vault(const shop *s)
{
    return begin_in_vault(s, "BEGIN; SELECT count(*) FROM item");
}

typedef struct {
    const char *from, *to;
} copy_job;

static pl_err copy_one(void *context, const char *name)
{
    const pl_fs *fs = pl_fs_system();
    const copy_job *job = context;
    char from[LONG_PATH], to[LONG_PATH];
    pl_buf bytes;
    pl_err err;

    (void)snprintf(from, sizeof from, "%s/%s", job->from, name);
    (void)snprintf(to, sizeof to, "%s/%s", job->to, name);
    pl_buf_init(&bytes);
    if ((err = fs->read(fs->context, from, FILE_MAX, &bytes)) == PL_OK)
        err = fs->write(fs->context, to, pl_buf_span(&bytes));
    pl_buf_reset(&bytes);
    return err;
}

void shop_copy_data(const char *from, const char *to)
{
    const pl_fs *fs = pl_fs_system();
    copy_job job = {from, to};

    assert_int_equal(fs->make_directory(fs->context, to), PL_OK);
    assert_int_equal(fs->list(fs->context, from, copy_one, &job), PL_OK);
}
