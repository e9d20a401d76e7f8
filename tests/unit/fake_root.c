/* SPDX-License-Identifier: Apache-2.0
 *
 * Builds and removes the trees of fake_root.h.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/fake_root.h"

enum { PATH_ROOM = 1024 };

static void make_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
}

static void place(const fake_root *root, const char *path, char room[PATH_ROOM])
{
    assert_true((size_t)snprintf(room, PATH_ROOM, "%s%s", root->path, path) < PATH_ROOM);
    make_parents(room);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void fake_root_make(fake_root *root)
{
    (void)snprintf(root->path, sizeof root->path, "/tmp/pospal-root-XXXXXX");
    assert_non_null(mkdtemp(root->path));
}

void fake_root_remove(fake_root *root)
{
    remove_tree(root->path);
}

void fake_root_delete(const fake_root *root, const char *path)
{
    char room[PATH_ROOM];

    place(root, path, room);
    remove_tree(room);
}

void fake_root_add_bytes(const fake_root *root, const char *path, const void *bytes, size_t size)
{
    char room[PATH_ROOM];
    int fd;

    place(root, path, room);
    fd = open(room, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(close(fd), 0);
}

static void add_link(const fake_root *root, const char *directory, const char *name, const char *target)
{
    char path[PATH_ROOM];
    char room[PATH_ROOM];

    (void)snprintf(path, sizeof path, "%s%s", directory, name);
    place(root, path, room);
    (void)unlink(room);
    assert_int_equal(symlink(target, room), 0);
}

static void add_directory(const fake_root *root, const char *path)
{
    char room[PATH_ROOM];

    place(root, path, room);
    (void)mkdir(room, 0700);
}

/* A directory under /sys/devices and the relative link to it, as the kernel makes them. */
static void add_device(const fake_root *root, const char *directory, const char *up, const fake_entry *entry)
{
    char text[PATH_ROOM];

    (void)snprintf(text, sizeof text, "/sys/devices/%s", entry->text);
    add_directory(root, text);
    (void)snprintf(text, sizeof text, "%sdevices/%s", up, entry->text);
    add_link(root, directory, entry->path, text);
}

static void add_card(const fake_root *root, const fake_entry *entry)
{
    char path[PATH_ROOM];

    add_device(root, "/sys/class/net/", "../../", entry);
    (void)snprintf(path, sizeof path, "/sys/devices/%s/device", entry->text);
    add_directory(root, path);
}

void fake_root_add(const fake_root *root, const fake_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const fake_entry *entry = &entries[i];

        switch (entry->kind) {
        case FILE_OF:
            fake_root_delete(root, entry->path);
            fake_root_add_bytes(root, entry->path, entry->text, strlen(entry->text));
            break;
        case LINK_TO:
            add_link(root, "", entry->path, entry->text);
            break;
        case LOCKED:
            fake_root_delete(root, entry->path);
            add_directory(root, entry->path);
            break;
        case DISK:
            add_device(root, "/sys/block/", "../", entry);
            add_device(root, "/sys/class/block/", "../../", entry);
            break;
        case PART:
            add_device(root, "/sys/class/block/", "../../", entry);
            break;
        case DEVICE:
            add_device(root, "/sys/dev/block/", "../../", entry);
            break;
        case CARD:
            add_card(root, entry);
            break;
        }
    }
}

const pl_finding *fake_root_finding(const pl_probe_report *report, pl_component component)
{
    const pl_finding *first = NULL;

    for (size_t i = report->count; i > 0; i--) {
        const pl_finding *finding = &report->findings[i - 1];

        if (finding->component != component)
            continue;
        if (!first || finding->state == PL_FINDING_USED || first->state != PL_FINDING_USED)
            first = finding;
    }
    assert_non_null(first);
    return first;
}

size_t fake_root_count(const pl_probe_report *report, pl_component component, pl_finding_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < report->count; i++)
        count += report->findings[i].component == component && report->findings[i].state == state;
    return count;
}

void fake_root_probe(const fake_entry *first, size_t first_count, const fake_entry *second, size_t second_count,
                     pl_probe_report *report)
{
    fake_root root;

    fake_root_make(&root);
    fake_root_add(&root, first, first_count);
    fake_root_add(&root, second, second_count);
    assert_int_equal(pl_probe_read(root.path, report), PL_OK);
    fake_root_remove(&root);
}
