/* SPDX-License-Identifier: Apache-2.0
 *
 * A server whose disk is full: a small one that this program mounts for itself and its children alone, which only root may do.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/device_client.h"

enum { SKIPPED = 77, DEVICES = 400, ID_SIZE = 64 };

static const char *program;
static char directory[] = "/tmp/pospal-small-XXXXXX";
static server_t server;
static http_client_t client;
static char ballast[96];
static device_t devices[DEVICES];
static int count; /* devices that were told that they have a seat */

static bool mount_small_disk(void)
{
    return mkdtemp(directory) && unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", directory, "tmpfs", 0, "size=4m,mode=700") == 0;
}

static void fill_disk(void)
{
    static const char block[4096] = "ballast";
    int fd = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ssize_t written;

    assert_true(fd >= 0);
    do
        written = write(fd, block, sizeof block);
    while (written > 0);
    assert_int_equal(errno, ENOSPC);
    close(fd);
}

/* NULL: the next device has a seat. Else the code of the problem document; nothing else may come. */
static const char *activate_next(const char *key)
{
    static char code[64];
    device_t *device = &devices[count];
    answer_t answer;
    bool is_active;

    device_make(device, &server, key, count);
    device_call(device, &client, PL_ACT_ACTIVATE, &answer);
    is_active = answer.is_verified && answer.verdict == PL_VERDICT_ACTIVE;
    if (!is_active) {
        assert_int_equal(answer.status, 503);
        (void)snprintf(code, sizeof code, "%s", answer.code);
    }
    answer_reset(&answer);
    count += is_active;
    return is_active ? NULL : code;
}

static void each_that_was_told_so_has_its_seat(void)
{
    for (int i = 0; i < count; i++) {
        char id[ID_SIZE];
        answer_t answer;

        memcpy(id, devices[i].activation_id, sizeof id);
        device_call(&devices[i], &client, PL_ACT_VALIDATE, &answer);
        assert_true(answer.is_verified);
        assert_int_equal(answer.verdict, PL_VERDICT_ACTIVE);
        assert_string_equal(devices[i].activation_id, id);
        answer_reset(&answer);
    }
}

static void a_full_disk_refuses_seats_loses_none_and_denies_nobody(void **state)
{
    const char *code = NULL;
    char key[64];
    char id[64];

    (void)state;
    assert_true(server_create_in(&server, program, "1000", directory));
    (void)snprintf(ballast, sizeof ballast, "%s/ballast", directory);
    assert_true(server_issue(&server, key, id));
    assert_true(server_start(&server, NULL));
    assert_true(http_open(&client, server.port));
    assert_null(activate_next(key));
    fill_disk();
    while (!code && count < DEVICES - 2) /* there is room yet in the files that it has */
        code = activate_next(key);
    assert_string_equal(code, "disk_full");
    each_that_was_told_so_has_its_seat(); /* reading goes on */
    assert_int_equal(unlink(ballast), 0);
    assert_null(activate_next(key));
    each_that_was_told_so_has_its_seat();
    http_close(&client);
    server_kill(&server);
    assert_true(server_start(&server, NULL));
    assert_true(http_open(&client, server.port));
    each_that_was_told_so_has_its_seat();
    http_close(&client);
    assert_int_equal(server_stop(&server), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_refuses_seats_loses_none_and_denies_nobody),
    };
    int failed;

    if (argc != 2 || pl_crypto_ready())
        return 2;
    program = argv[1];
    if (!mount_small_disk()) {
        (void)rmdir(directory);
        (void)puts("skipped: this account may not mount");
        return SKIPPED;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    server_kill(&server);
    (void)umount2(directory, MNT_DETACH);
    (void)rmdir(directory);
    return failed;
}
