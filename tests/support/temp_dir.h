/* SPDX-License-Identifier: Apache-2.0
 *
 * A directory that a test fills and that is gone afterwards, and work in a place of its own that only root can make.
 */
#ifndef TESTS_SUPPORT_TEMP_DIR_H
#define TESTS_SUPPORT_TEMP_DIR_H

enum { TEMP_DIR_SIZE = 256, ASIDE_SKIPPED = 77 };

/*
 * From now on in memory, where the machine has such a file system with room and TMPDIR does not say otherwise. For programs in which an
 * injected disk decides what is kept, so that thousands of flushes of the real one would be waited for in vain.
 */
void temp_dir_prefer_memory(void);
/* Empty, mode 0700, absolute. */
void temp_dir_make(char path[TEMP_DIR_SIZE]);
/* With all that is in it. */
void temp_dir_remove(const char *path);

/*
 * Runs work in a child process with mounts of its own, where directory is a tmpfs of 64 KB (mounted read-only when options says "ro").
 * Returns what work returned (0 to 76), or ASIDE_SKIPPED where this account may not mount.
 */
int run_on_small_disk(const char *directory, const char *options, int (*work)(const char *directory));
/* Runs work in a child process with this user and group and no other; ASIDE_SKIPPED unless we are root. */
int run_as(unsigned user, unsigned group, int (*work)(const char *directory), const char *directory);

#endif
