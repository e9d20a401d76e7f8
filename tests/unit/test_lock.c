/* SPDX-License-Identifier: Apache-2.0
 *
 * lib/platform/lock_posix.c
 */
#include "platform/file.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/thread.h"
#include "support/fail_alloc.h"
#include "support/temp_dir.h"

enum { LONG_MS = 60000 };

static char directory[TEMP_DIR_SIZE];
static char path[TEMP_DIR_SIZE + 16];

static int setup(void **state)
{
    (void)state;
    temp_dir_make(directory);
    snprintf(path, sizeof path, "%s/lock", directory);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    temp_dir_remove(directory);
    return 0;
}

static pl_err try_once(void)
{
    pl_file_lock *lock;
    pl_err err = pl_file_lock_take(path, 0, &lock);

    if (!err)
        pl_file_lock_release(lock);
    return err;
}

static void a_held_lock_keeps_out_the_same_process_until_released(void **state)
{
    pl_file_lock *lock;

    (void)state;
    assert_int_equal(pl_file_lock_take(path, 0, &lock), PL_OK);
    assert_int_equal(try_once(), PL_ERR_BUSY);
    pl_file_lock_release(lock);
    assert_int_equal(try_once(), PL_OK);
    pl_file_lock_release(NULL);
}

static void many_share_it_and_together_keep_out_who_wants_it_alone(void **state)
{
    pl_file_lock *first, *second;

    (void)state;
    assert_int_equal(pl_file_lock_share(path, 0, &first), PL_OK);
    assert_int_equal(pl_file_lock_share(path, 0, &second), PL_OK);
    assert_int_equal(try_once(), PL_ERR_BUSY);
    pl_file_lock_release(first);
    assert_int_equal(try_once(), PL_ERR_BUSY);
    pl_file_lock_release(second);
    assert_int_equal(try_once(), PL_OK);
}

static void who_has_it_alone_keeps_out_those_who_would_share_it(void **state)
{
    pl_file_lock *alone, *shared;

    (void)state;
    assert_int_equal(pl_file_lock_take(path, 0, &alone), PL_OK);
    assert_int_equal(pl_file_lock_share(path, 0, &shared), PL_ERR_BUSY);
    pl_file_lock_release(alone);
    assert_int_equal(pl_file_lock_share(path, 0, &shared), PL_OK);
    pl_file_lock_release(shared);
}

static void closing_another_descriptor_of_the_file_does_not_drop_it(void **state)
{
    pl_file_lock *lock;

    (void)state;
    assert_int_equal(pl_file_lock_take(path, 0, &lock), PL_OK);
    close(open(path, O_RDWR | O_CLOEXEC));
    assert_int_equal(try_once(), PL_ERR_BUSY);
    pl_file_lock_release(lock);
}

static void another_process_is_kept_out(void **state)
{
    pl_file_lock *lock;
    pid_t child;
    int status;

    (void)state;
    assert_int_equal(pl_file_lock_take(path, 0, &lock), PL_OK);
    child = fork();
    if (child == 0)
        _exit(try_once() == PL_ERR_BUSY ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    pl_file_lock_release(lock);
}

static void a_holder_that_is_killed_frees_it(void **state)
{
    pl_file_lock *lock;
    int ends[2];
    char byte;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        byte = pl_file_lock_take(path, 0, &lock) ? 'n' : 'y';
        (void)!write(ends[1], &byte, 1);
        pause();
        _exit(1);
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_int_equal(try_once(), PL_ERR_BUSY);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(try_once(), PL_OK);
    close(ends[0]);
    close(ends[1]);
}

static void releasing_frees_it_though_a_forked_child_has_the_file_open(void **state)
{
    pl_file_lock *lock;
    pid_t child;

    (void)state;
    assert_int_equal(pl_file_lock_take(path, 0, &lock), PL_OK);
    child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    pl_file_lock_release(lock);
    assert_int_equal(try_once(), PL_OK);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void take_with_patience(void *context)
{
    pl_file_lock *lock;

    *(pl_err *)context = pl_file_lock_take(path, LONG_MS, &lock);
    if (!*(pl_err *)context)
        pl_file_lock_release(lock);
}

static void a_waiting_thread_gets_it_when_it_is_released(void **state)
{
    pl_err err = PL_ERR_INTERNAL;
    pl_file_lock *lock;
    pl_thread *thread;

    (void)state;
    assert_int_equal(pl_file_lock_take(path, 0, &lock), PL_OK);
    assert_int_equal(pl_thread_start(take_with_patience, &err, &thread), PL_OK);
    pl_file_lock_release(lock);
    pl_thread_join(thread);
    assert_int_equal(err, PL_OK);
}

static void waiting_ends_at_the_time_out(void **state)
{
    pl_file_lock *lock;
    pl_file_lock *second;

    (void)state;
    assert_int_equal(pl_file_lock_take(path, 0, &lock), PL_OK);
    assert_int_equal(pl_file_lock_take(path, 5, &second), PL_ERR_BUSY);
    pl_file_lock_release(lock);
}

static void programs_that_are_started_do_not_inherit_it(void **state)
{
    pl_file_lock *lock;
    struct stat wanted, found;
    int seen = 0;

    (void)state;
    assert_int_equal(pl_file_lock_take(path, 0, &lock), PL_OK);
    assert_int_equal(stat(path, &wanted), 0);
    for (int fd = 0; fd < 256; fd++)
        if (fstat(fd, &found) == 0 && found.st_ino == wanted.st_ino && found.st_dev == wanted.st_dev) {
            seen++;
            assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
        }
    assert_int_equal(seen, 1);
    pl_file_lock_release(lock);
}

static void a_lock_that_cannot_be_opened_is_an_error_of_its_own(void **state)
{
    char missing[sizeof path + 16];
    pl_file_lock *lock;

    (void)state;
    snprintf(missing, sizeof missing, "%s/none/lock", directory);
    assert_int_equal(pl_file_lock_take(missing, 0, &lock), PL_ERR_NOT_FOUND);
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_int_equal(pl_file_lock_take(path, 0, &lock), PL_ERR_IO);
}

static void without_memory_nothing_is_locked(void **state)
{
    pl_file_lock *lock;

    (void)state;
    for (size_t n = 1; n <= 2; n++) {
        fail_alloc_start(n);
        assert_int_equal(pl_file_lock_take(path, 0, &lock), PL_ERR_MEMORY);
        assert_int_equal(fail_alloc_live(), 0);
        fail_alloc_stop();
        assert_int_equal(try_once(), PL_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_held_lock_keeps_out_the_same_process_until_released, setup, teardown),
        cmocka_unit_test_setup_teardown(many_share_it_and_together_keep_out_who_wants_it_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(who_has_it_alone_keeps_out_those_who_would_share_it, setup, teardown),
        cmocka_unit_test_setup_teardown(closing_another_descriptor_of_the_file_does_not_drop_it, setup, teardown),
        cmocka_unit_test_setup_teardown(another_process_is_kept_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_holder_that_is_killed_frees_it, setup, teardown),
        cmocka_unit_test_setup_teardown(releasing_frees_it_though_a_forked_child_has_the_file_open, setup, teardown),
        cmocka_unit_test_setup_teardown(a_waiting_thread_gets_it_when_it_is_released, setup, teardown),
        cmocka_unit_test_setup_teardown(waiting_ends_at_the_time_out, setup, teardown),
        cmocka_unit_test_setup_teardown(programs_that_are_started_do_not_inherit_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_lock_that_cannot_be_opened_is_an_error_of_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(without_memory_nothing_is_locked, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
