/* SPDX-License-Identifier: Apache-2.0
 *
 * Temporary directories, small disks and other accounts.
 */
#include "support/temp_dir.h"

#include <errno.h>
#include <ftw.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CRASHED = 76, MEMORY_NEEDED = 48 * 1024 * 1024 };

void temp_dir_prefer_memory(void)
{
    static const char memory[] = "/dev/shm";
    struct statvfs room;

    if (statvfs(memory, &room) == 0 && room.f_bavail >= MEMORY_NEEDED / room.f_frsize && access(memory, W_OK | X_OK) == 0 &&
        setenv("TMPDIR", memory, 0) != 0)
        abort();
}

void temp_dir_make(char path[TEMP_DIR_SIZE])
{
    const char *root = getenv("TMPDIR");

    snprintf(path, TEMP_DIR_SIZE, "%s/pospal-test-XXXXXX", root ? root : "/tmp");
    if (!mkdtemp(path))
        abort();
}

static int remove_one(const char *path, const struct stat *file, int type, struct FTW *walk)
{
    (void)file;
    (void)type;
    (void)walk;
    return remove(path);
}

void temp_dir_remove(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int wait_for(pid_t child)
{
    int status;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            abort();
    return WIFEXITED(status) ? WEXITSTATUS(status) : CRASHED;
}

int run_on_small_disk(const char *directory, const char *options, int (*work)(const char *directory))
{
    pid_t child = fork();
    int result;

    if (child != 0)
        return wait_for(child);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", directory, "tmpfs", strcmp(options, "ro") == 0 ? MS_RDONLY : 0, "size=64k,mode=700") != 0)
        _exit(ASIDE_SKIPPED);
    result = work(directory);
    _exit(result);
}

int run_as(unsigned user, unsigned group, int (*work)(const char *directory), const char *directory)
{
    pid_t child;
    int result;

    if (geteuid() != 0)
        return ASIDE_SKIPPED;
    child = fork();
    if (child != 0)
        return wait_for(child);
    if (setgroups(0, NULL) != 0 || setgid(group) != 0 || setuid(user) != 0)
        _exit(ASIDE_SKIPPED);
    result = work(directory);
    _exit(result);
}
