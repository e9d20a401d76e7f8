/* SPDX-License-Identifier: Apache-2.0
 *
 * A disk that misbehaves: a pl_fs over a real directory which fails a chosen call, runs full, or loses power. It remembers what a disk
 * would have kept: a file's bytes once they were flushed, and a name only once its directory was flushed too. Files that were never
 * touched through it (a database beside them) are left alone.
 */
#ifndef TESTS_SUPPORT_FAULT_FS_H
#define TESTS_SUPPORT_FAULT_FS_H

#include "platform/file.h"

typedef struct fault_fs fault_fs;

fault_fs *fault_fs_new(void);
void fault_fs_free(fault_fs *faulty);
const pl_fs *fault_fs_table(fault_fs *faulty);

/* Calls of the table so far (kind is none), and beginning to count anew. */
size_t fault_fs_calls(fault_fs *faulty);
void fault_fs_restart_count(fault_fs *faulty);

/* The nth call, counted from 1, fails with err; a write leaves half of its bytes behind. 0: none. */
void fault_fs_fail_at(fault_fs *faulty, size_t nth, pl_err err);
/* Writing beyond so many bytes in all fails with PL_ERR_DISK_FULL and leaves what fitted; SIZE_MAX: never. */
void fault_fs_fill_after(fault_fs *faulty, size_t bytes);
/* The power goes in the nth call: a write gets as far as torn_bytes; that call and all later ones fail, until fault_fs_power_cut. */
void fault_fs_cut_at(fault_fs *faulty, size_t nth, size_t torn_bytes);

typedef enum { FAULT_NAMES_LOST, FAULT_NAMES_KEPT } fault_fs_names;
/* The power was cut and is back: names that were not flushed are lost, or kept by luck. Both happen, so test both. */
void fault_fs_power_cut(fault_fs *faulty, fault_fs_names names);

void fault_fs_set_kind(fault_fs *faulty, pl_fs_kind kind);
/* All that would change something fails with PL_ERR_READ_ONLY. */
void fault_fs_set_read_only(fault_fs *faulty, bool is_read_only);

#endif
