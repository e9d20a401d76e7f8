/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding a mount point in the kernel's text.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device/sysfs_linux.h"

static void finds_device_type_and_source_of_a_mount_point(void **state)
{
    static const struct {
        const char *mounts;
        const char *device; /* NULL: not found */
        const char *type;
        const char *source;
    } ROWS[] = {
        {"27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n", "254:0", "ext4", "/dev/vda"},
        {"27 1 8:2 / / rw shared:1 master:2 propagate_from:3 - xfs /dev/sda2 rw\n", "8:2", "xfs", "/dev/sda2"},
        {"1 1 0:2 / / rw - rootfs rootfs rw\n27 1 8:2 / / rw - ext4 /dev/sda2 rw\n", "8:2", "ext4", "/dev/sda2"},
        {"28 1 8:3 / /home rw - ext4 /dev/sda3 rw\n", NULL, NULL, NULL},
        {"27 1 8:2 /root / rw - ext4\n", NULL, NULL, NULL},
        {"27 1 8:2 / / rw ext4 /dev/sda2 rw\n", NULL, NULL, NULL},
        {"27 1 8:2 / / rw - ext4 /dev/sda2 rw", NULL, NULL, NULL}, /* cut off: what follows is not known */
        {"27 1 8:2 / \n", NULL, NULL, NULL},
        {"\n\n \n-\n- - - - - - - -\n", NULL, NULL, NULL},
        {"", NULL, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        pl_mount mount;
        bool is_found = pl_mounts_find(ROWS[i].mounts, "/", &mount);

        if (is_found != (ROWS[i].device != NULL))
            fail_msg("%s", ROWS[i].mounts);
        if (!is_found)
            continue;
        assert_string_equal(mount.device, ROWS[i].device);
        assert_string_equal(mount.type, ROWS[i].type);
        assert_string_equal(mount.source, ROWS[i].source);
    }
}

static void a_field_that_does_not_fit_is_empty(void **state)
{
    char line[512] = "27 1 8:2 / / rw - ext4 /dev/";
    pl_mount mount;

    (void)state;
    memset(line + strlen(line), 'x', 300);
    memcpy(line + 328, " rw\n", 5);
    assert_true(pl_mounts_find(line, "/", &mount));
    assert_string_equal(mount.device, "8:2");
    assert_string_equal(mount.source, "");
}

/* On a machine whose root is an overlay there is no short list to compare. */
static void the_short_list_names_the_device_that_the_kernel_names(void **state)
{
    char brief[128];
    char whole[16384];
    pl_mount wanted;
    pl_mount mount;
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

    (void)state;
    if (pl_mounts_abridge(root, NULL, 0, brief, sizeof brief)) {
        pl_mounts_read(root, whole, sizeof whole);
        assert_true(pl_mounts_find(whole, "/", &wanted));
        assert_true(pl_mounts_find(brief, "/", &mount));
        assert_string_equal(mount.device, wanted.device);
    }
    assert_int_equal(close(root), 0);
}

static void there_is_no_short_list_for_files_on_another_device_nor_where_nothing_is_mounted(void **state)
{
    static const char *const FILES[] = {"/nowhere/at/all", "/proc/self/mountinfo"};
    char brief[128];
    char path[] = "/tmp/pospal-mounts-XXXXXX";
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int directory;

    (void)state;
    assert_false(pl_mounts_abridge(root, FILES, 2, brief, sizeof brief));
    assert_non_null(mkdtemp(path));
    directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_false(pl_mounts_abridge(directory, NULL, 0, brief, sizeof brief));
    assert_int_equal(close(directory), 0);
    assert_int_equal(close(root), 0);
    assert_int_equal(rmdir(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_device_type_and_source_of_a_mount_point),
        cmocka_unit_test(a_field_that_does_not_fit_is_empty),
        cmocka_unit_test(the_short_list_names_the_device_that_the_kernel_names),
        cmocka_unit_test(there_is_no_short_list_for_files_on_another_device_nor_where_nothing_is_mounted),
    };

    return cmocka_run_group_tests_name("mounts_linux", tests, NULL, NULL);
}
