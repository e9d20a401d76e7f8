/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of sudden ends: the program killed and the power cut at each step of writing what a check learned. Afterwards the old state or
 * the new one is there whole, and the till goes on.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/fault_fs.h"
#include "support/shop.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STEPS_MAX = 200 };

/* ---- a disk that kills its program ---- */

typedef struct {
    pl_fs table;
    int left;     /* changes until the end */
    bool is_torn; /* the fatal write gets half of its bytes down */
} deadly_disk;

static void step(deadly_disk *disk)
{
    if (disk->left-- == 0)
        (void)raise(SIGKILL);
}

static pl_err deadly_read(void *context, const char *path, size_t limit, pl_buf *out)
{
    (void)context;
    return pl_fs_system()->read(NULL, path, limit, out);
}

static pl_err deadly_write(void *context, const char *path, pl_span bytes)
{
    deadly_disk *disk = context;

    if (disk->left == 0 && disk->is_torn)
        (void)pl_fs_system()->write(NULL, path, pl_span_of(bytes.data, bytes.size / 2));
    step(disk);
    return pl_fs_system()->write(NULL, path, bytes);
}

static pl_err deadly_rename(void *context, const char *from, const char *to)
{
    step(context);
    return pl_fs_system()->rename(NULL, from, to);
}

static pl_err deadly_remove(void *context, const char *path)
{
    step(context);
    return pl_fs_system()->remove(NULL, path);
}

static pl_err deadly_sync(void *context, const char *path)
{
    step(context);
    return pl_fs_system()->sync_directory(NULL, path);
}

static void make_deadly(deadly_disk *disk, int left, bool is_torn)
{
    disk->table = *pl_fs_system();
    disk->table.context = disk;
    disk->table.read = deadly_read;
    disk->table.write = deadly_write;
    disk->table.rename = deadly_rename;
    disk->table.remove = deadly_remove;
    disk->table.sync_directory = deadly_sync;
    disk->left = left;
    disk->is_torn = is_torn;
}

/* ---- the story: what the till held, what it is told, and what it may hold afterwards ---- */

typedef struct {
    pl_verdict held, told;
    pospal_status_t before, after;
} story;

static const story STORIES[] = {
    {PL_VERDICT_ACTIVE, PL_VERDICT_ACTIVE, POSPAL_STATUS_ACTIVE, POSPAL_STATUS_ACTIVE},
    {PL_VERDICT_ACTIVE, PL_VERDICT_SUSPENDED, POSPAL_STATUS_ACTIVE, POSPAL_STATUS_SUSPENDED},
    {PL_VERDICT_ACTIVE, PL_VERDICT_NO_SEAT, POSPAL_STATUS_ACTIVE, POSPAL_STATUS_NO_SEAT},
    {PL_VERDICT_SUSPENDED, PL_VERDICT_ACTIVE, POSPAL_STATUS_SUSPENDED, POSPAL_STATUS_ACTIVE},
};

enum { STORY_COUNT = sizeof STORIES / sizeof *STORIES };

/* The till as it was before the check, in a directory that each attempt starts from; the validator has changed its mind since. */
static void prepare(shop *s, const story *told, char origin[SHOP_PATH_SIZE + 8])
{
    pospal_client *client;

    shop_open(s);
    client = shop_active_client(s);
    fake_validator_decide(&s->validator, told->held, PL_REASON_NONE);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), told->before);
    shop_pass(s, HOUR_S);
    pospal_client_close(client);
    fake_validator_decide(&s->validator, told->told, PL_REASON_NONE);
    memcpy(origin, s->data, SHOP_PATH_SIZE);
}

static void next_attempt(shop *s, const char *origin, int number)
{
    (void)snprintf(s->data, sizeof s->data, "%s/try%d", s->root, number);
    shop_copy_data(origin, s->data);
}

static void expect_whole(shop *s, const story *told)
{
    pospal_client *client = shop_client(s);
    pospal_status_t status = shop_status(client);

    if (status != told->before && status != told->after)
        fail_msg("after the end in %s the status is %s", s->data, pospal_status_name(status));
    assert_false(client->was_set_aside);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), told->after);
    pospal_client_close(client);
    client = shop_client(s);
    assert_int_equal(shop_status(client), told->after);
    pospal_client_close(client);
}

static void ask_and_die(shop *s, int left, bool is_torn)
{
    deadly_disk disk;
    pospal_client *client;

    make_deadly(&disk, left, is_torn);
    s->fs = &disk.table;
    client = shop_client(s);
    (void)pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL);
    pospal_client_close(client);
    _exit(0);
}

/* True when the program came to its own end. */
static bool run_and_kill(shop *s, int left, bool is_torn)
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        ask_and_die(s, left, is_torn);
    assert_true(waitpid(child, &status, 0) == child);
    if (WIFEXITED(status)) {
        assert_int_equal(WEXITSTATUS(status), 0);
        return true;
    }
    assert_int_equal(WTERMSIG(status), SIGKILL);
    return false;
}

static void kill_at_every_step(const story *told, bool is_torn)
{
    char origin[SHOP_PATH_SIZE + 8];
    bool is_over = false;
    int steps;
    shop s;

    prepare(&s, told, origin);
    for (steps = 0; !is_over && steps < STEPS_MAX; steps++) {
        next_attempt(&s, origin, steps);
        is_over = run_and_kill(&s, steps, is_torn);
        expect_whole(&s, told);
    }
    assert_in_range(steps, 8, STEPS_MAX - 1);
    shop_close(&s);
}

static void killed_at_any_moment_the_till_holds_the_old_or_the_new(void **state)
{
    (void)state;
    for (size_t i = 0; i < STORY_COUNT; i++) {
        kill_at_every_step(&STORIES[i], false);
        kill_at_every_step(&STORIES[i], true);
    }
}

/* ---- the power ---- */

static void cut_at_every_step(const story *told, size_t torn_bytes, fault_fs_names names)
{
    char origin[SHOP_PATH_SIZE + 8];
    bool is_over = false;
    size_t steps;
    shop s;

    prepare(&s, told, origin);
    for (steps = 1; !is_over && steps < STEPS_MAX; steps++) {
        fault_fs *disk = fault_fs_new();
        pospal_client *client;

        next_attempt(&s, origin, (int)steps);
        s.fs = fault_fs_table(disk);
        fault_fs_cut_at(disk, steps, torn_bytes);
        client = shop_client(&s);
        (void)pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL);
        pospal_client_close(client);
        is_over = fault_fs_calls(disk) < steps;
        fault_fs_power_cut(disk, names);
        s.fs = NULL;
        fault_fs_free(disk);
        expect_whole(&s, told);
    }
    assert_in_range(steps, 20, STEPS_MAX - 1);
    shop_close(&s);
}

static void after_a_power_cut_the_till_holds_the_old_or_the_new(void **state)
{
    (void)state;
    for (size_t i = 0; i < STORY_COUNT; i++) {
        cut_at_every_step(&STORIES[i], 0, FAULT_NAMES_LOST);
        cut_at_every_step(&STORIES[i], 100, FAULT_NAMES_KEPT);
    }
}

/* ---- a disk that fails once ---- */

static void fail_at_every_step(const story *told)
{
    char origin[SHOP_PATH_SIZE + 8];
    bool is_over = false;
    size_t n;
    shop s;

    prepare(&s, told, origin);
    for (n = 1; !is_over && n < STEPS_MAX; n++) {
        fault_fs *disk = fault_fs_new();
        pospal_client *client;

        next_attempt(&s, origin, (int)n);
        s.fs = fault_fs_table(disk);
        client = shop_client(&s);
        fault_fs_restart_count(disk);
        fault_fs_fail_at(disk, n, PL_ERR_IO);
        assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), told->after);
        assert_int_equal(pospal_client_status(client), told->after);
        is_over = fault_fs_calls(disk) < n;
        pospal_client_close(client);
        s.fs = NULL;
        fault_fs_free(disk);
        expect_whole(&s, told);
    }
    shop_close(&s);
}

static void a_disk_that_fails_once_costs_nothing_that_was_learned(void **state)
{
    (void)state;
    for (size_t i = 0; i < STORY_COUNT; i++)
        fail_at_every_step(&STORIES[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_any_moment_the_till_holds_the_old_or_the_new),
        cmocka_unit_test(after_a_power_cut_the_till_holds_the_old_or_the_new),
        cmocka_unit_test(a_disk_that_fails_once_costs_nothing_that_was_learned),
    };

    temp_dir_prefer_memory();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
