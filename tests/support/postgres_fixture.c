/* SPDX-License-Identifier: Apache-2.0
 *
 * postgres_fixture start|stop|schema FILE: the PostgreSQL that all tests of one run of CTest share. `start` leaves a process behind that has the
 * server and ends it at `stop`, or when CTest itself is gone, however it ended. FILE tells the tests where the server is, and `stop` whom
 * to tell. `schema` prints the address of an empty schema in it, for tests that are scripts.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support/postgres_server.h"

enum { LOOK_EVERY_MS = 500, STOP_WAIT_MS = 110000 };

static bool write_file(const char *path, const postgres_server_t *server)
{
    char aside[512];
    FILE *file;

    (void)snprintf(aside, sizeof aside, "%s.%d", path, (int)getpid());
    file = fopen(aside, "we");
    if (!file)
        return false;
    (void)fprintf(file, "%s\n%d\n", server->directory, (int)getpid());
    return fclose(file) == 0 && rename(aside, path) == 0;
}

static void watch(pid_t run_of_ctest, const sigset_t *awaited)
{
    const struct timespec pause = {0, LOOK_EVERY_MS * 1000000L};

    while (kill(run_of_ctest, 0) == 0 && sigtimedwait(awaited, NULL, &pause) < 0)
        ;
}

static void forget(const char *path, const postgres_server_t *server)
{
    char line[sizeof server->directory + 1] = "";
    FILE *file = fopen(path, "re");
    bool is_mine = file && fgets(line, sizeof line, file) && strncmp(line, server->directory, strlen(server->directory)) == 0;

    if (file)
        (void)fclose(file);
    if (is_mine) /* and not a later run's */
        (void)unlink(path);
}

/* CTest waits for the end of a test's output, so that what stays behind must have none. */
static void leave_terminal(void)
{
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

    (void)setsid();
    if (nowhere >= 0)
        for (int fd = 0; fd < 3; fd++)
            (void)dup2(nowhere, fd);
}

static int serve(const char *path, pid_t run_of_ctest, int ready)
{
    static const char *const careless[] = {"fsync=off", "full_page_writes=off", "synchronous_commit=off", NULL};
    postgres_server_t server;
    sigset_t awaited;
    bool is_ready;

    sigemptyset(&awaited);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &awaited, NULL);
    is_ready = postgres_server_create(&server, careless, false) && write_file(path, &server);
    if (is_ready) {
        is_ready = write(ready, "1", 1) == 1;
        (void)close(ready);
        leave_terminal();
        watch(run_of_ctest, &awaited);
        forget(path, &server);
    }
    postgres_server_stop(&server, SIGQUIT); /* nothing in it is worth being written to the disk */
    postgres_server_remove(&server);
    return is_ready ? 0 : 1;
}

static int start(const char *path)
{
    pid_t run_of_ctest = getppid();
    int ends[2];
    char word;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return 1;
    pid = fork();
    if (pid == 0) {
        (void)close(ends[0]);
        return serve(path, run_of_ctest, ends[1]);
    }
    (void)close(ends[1]);
    return pid > 0 && read(ends[0], &word, 1) == 1 ? 0 : 1;
}

static int stop(const char *path)
{
    FILE *file = fopen(path, "re");
    char directory[128];
    int pid = 0;
    struct pollfd end = {.events = POLLIN};
    bool is_told;

    if (!file)
        return 1;
    is_told = fgets(directory, sizeof directory, file) && fscanf(file, "%d", &pid) == 1 && pid > 1;
    (void)fclose(file);
    end.fd = is_told ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (end.fd < 0 || kill(pid, SIGTERM) != 0)
        return 1;
    return poll(&end, 1, STOP_WAIT_MS) == 1 && access(path, F_OK) != 0 ? 0 : 1;
}

static int print_schema(const char *path)
{
    char url[POSTGRES_URL_SIZE];

    if (setenv("POSPAL_TEST_POSTGRES", path, 1) != 0)
        return 1;
    postgres_schema_make(url);
    (void)puts(url);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "start") == 0)
        return start(argv[2]);
    if (argc == 3 && strcmp(argv[1], "stop") == 0)
        return stop(argv[2]);
    if (argc == 3 && strcmp(argv[1], "schema") == 0)
        return print_schema(argv[2]);
    (void)fputs("usage: postgres_fixture start|stop|schema FILE\n", stderr);
    return 2;
}
