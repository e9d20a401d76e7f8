/* SPDX-License-Identifier: Apache-2.0
 *
 * Clusters of PostgreSQL. Where its programs are is told by the build: POSPAL_POSTGRES_BIN.
 */
#include "support/postgres_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "support/temp_dir.h"

enum { WORDS_MAX = 40, START_TRIES = 3000, TRY_MS = 20, PATH_SIZE = 128 };

static bool fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "PostgreSQL for the tests: %s: %s\n", what, why);
    return false;
}

/* ---- processes ---- */

static const struct passwd *account(void)
{
    const struct passwd *entry = getpwnam("postgres");

    return entry ? entry : getpwnam("nobody");
}

/* Not root any more, and gone when the process that started us is. */
static void become_server(pid_t parent)
{
    const struct passwd *entry = geteuid() == 0 ? account() : NULL;

    if (entry && (setgroups(0, NULL) != 0 || setgid(entry->pw_gid) != 0 || setuid(entry->pw_uid) != 0))
        _exit(126);
    if (prctl(PR_SET_PDEATHSIG, SIGINT) != 0 || getppid() != parent)
        _exit(126);
}

static pid_t start(const postgres_server_t *server, const char *program, const char *const *words)
{
    char path[PATH_SIZE], log_path[PATH_SIZE];
    pid_t parent = getpid();
    pid_t pid;

    (void)snprintf(path, sizeof path, "%s/%s", POSPAL_POSTGRES_BIN, program);
    (void)snprintf(log_path, sizeof log_path, "%s/log", server->directory);
    pid = fork();
    if (pid == 0) {
        sigset_t none;
        int log;

        become_server(parent);
        sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
        log = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (log >= 0 && dup2(log, 1) >= 0 && dup2(log, 2) >= 0 && chdir("/") == 0 && setpgid(0, 0) == 0) {
            (void)signal(SIGPIPE, SIG_DFL);
            closefrom(3);
            (void)execv(path, (char *const *)(size_t)words);
        }
        _exit(127);
    }
    return pid;
}

static bool run(const postgres_server_t *server, const char *program, const char *const *words)
{
    pid_t pid = start(server, program, words);
    int status = 0;

    if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return fail(program, server->directory);
}

/* ---- a cluster ---- */

static bool make_directory(postgres_server_t *server)
{
    const struct passwd *entry = geteuid() == 0 ? account() : NULL;

    (void)snprintf(server->directory, sizeof server->directory, "/tmp/pospal-postgres-XXXXXX");
    if (!mkdtemp(server->directory))
        return fail("mkdtemp", "/tmp cannot be written");
    if (geteuid() == 0 && (!entry || chown(server->directory, entry->pw_uid, entry->pw_gid) != 0))
        return fail("chown", "there is neither an account postgres nor nobody");
    return true;
}

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_bound =
        fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0 && getsockname(fd, (struct sockaddr *)&address, &size) == 0;

    if (fd >= 0)
        (void)close(fd);
    return is_bound ? ntohs(address.sin_port) : 0;
}

static void write_url(const postgres_server_t *server, char url[POSTGRES_URL_SIZE])
{
    (void)snprintf(url, POSTGRES_URL_SIZE, "postgres://postgres@/postgres?host=%s&port=%d", server->directory,
                   server->port ? server->port : 5432);
}

static bool await(const postgres_server_t *server)
{
    const struct timespec pause = {0, TRY_MS * 1000000L};
    char url[POSTGRES_URL_SIZE];

    write_url(server, url);
    for (int i = 0; i < START_TRIES; i++) {
        if (PQping(url) == PQPING_OK)
            return true;
        if (waitpid(server->pid, NULL, WNOHANG) != 0)
            return fail("the server ended at once; see the log in", server->directory);
        (void)nanosleep(&pause, NULL);
    }
    return fail("the server does not answer", server->directory);
}

bool postgres_server_start(postgres_server_t *server, const char *const *settings)
{
    char data[PATH_SIZE], sockets[PATH_SIZE], port[32], listen_on[64];
    const char *words[WORDS_MAX] = {"postgres",
                                    "-D",
                                    data,
                                    "-c",
                                    sockets,
                                    "-c",
                                    port,
                                    "-c",
                                    listen_on,
                                    "-c",
                                    "max_connections=400",
                                    "-c",
                                    "shared_buffers=64MB",
                                    "-c",
                                    "logging_collector=off"};
    size_t count = 15;

    (void)snprintf(data, sizeof data, "%s/data", server->directory);
    (void)snprintf(sockets, sizeof sockets, "unix_socket_directories=%s", server->directory);
    (void)snprintf(port, sizeof port, "port=%d", server->port ? server->port : 5432);
    (void)snprintf(listen_on, sizeof listen_on, "listen_addresses=%s", server->port ? "127.0.0.1" : "");
    for (; settings && *settings && count + 2 < WORDS_MAX; settings++) {
        words[count++] = "-c";
        words[count++] = *settings;
    }
    server->pid = start(server, "postgres", words);
    return server->pid > 0 ? await(server) : fail("fork", "");
}

bool postgres_server_create(postgres_server_t *server, const char *const *settings, bool has_port)
{
    char data[PATH_SIZE];
    const char *const words[] = {"initdb", "-D",   data,         "-U",        "postgres",          "-A", "trust",
                                 "-E",     "UTF8", "--locale=C", "--no-sync", "--no-instructions", NULL};

    memset(server, 0, sizeof *server);
    if (!make_directory(server))
        return false;
    (void)snprintf(data, sizeof data, "%s/data", server->directory);
    server->port = has_port ? free_port() : 0;
    return run(server, "initdb", words) && postgres_server_start(server, settings);
}

void postgres_server_stop(postgres_server_t *server, int signal)
{
    if (server->pid > 0) {
        (void)kill(server->pid, signal);
        (void)waitpid(server->pid, NULL, 0);
    }
    server->pid = 0;
}

void postgres_server_remove(postgres_server_t *server)
{
    postgres_server_stop(server, SIGINT);
    if (server->directory[0])
        temp_dir_remove(server->directory);
    server->directory[0] = '\0';
}

/* ---- schemas ---- */

void postgres_server_schema(const postgres_server_t *server, char url[POSTGRES_URL_SIZE])
{
    static int made;
    char name[64], sql[96];
    struct timespec now;
    PGconn *connection;
    PGresult *result;

    write_url(server, url);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)snprintf(name, sizeof name, "t_%d_%d_%ld", (int)getpid(), ++made, now.tv_nsec); /* process ids come back */
    (void)snprintf(sql, sizeof sql, "CREATE SCHEMA %s", name);
    connection = PQconnectdb(url);
    result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        (void)fail(sql, PQerrorMessage(connection));
        abort();
    }
    PQclear(result);
    PQfinish(connection);
    (void)snprintf(url + strlen(url), POSTGRES_URL_SIZE - strlen(url), "&options=-csearch_path%%3D%s", name);
}

static postgres_server_t own;
static pid_t owner;

static void remove_own(void)
{
    if (getpid() == owner)
        postgres_server_remove(&own);
}

bool postgres_is_tested(void)
{
    const char *engine = getenv("POSPAL_TEST_ENGINE");

    return engine && strcmp(engine, "postgres") == 0;
}

/* What the fixture wrote: the directory, then a line break. */
static bool find_fixture(postgres_server_t *server)
{
    const char *path = getenv("POSPAL_TEST_POSTGRES");
    FILE *file = path ? fopen(path, "re") : NULL;
    bool found = file && fgets(server->directory, sizeof server->directory, file);

    if (file)
        (void)fclose(file);
    server->directory[strcspn(server->directory, "\n")] = '\0';
    return found && access(server->directory, F_OK) == 0;
}

void postgres_schema_make(char url[POSTGRES_URL_SIZE])
{
    static const char *const careless[] = {"fsync=off", "full_page_writes=off", NULL};
    postgres_server_t fixture = {.directory = ""};

    if (find_fixture(&fixture)) {
        postgres_server_schema(&fixture, url);
        return;
    }
    if (!own.pid) {
        owner = getpid();
        (void)atexit(remove_own);
        if (!postgres_server_create(&own, careless, false))
            abort();
    }
    postgres_server_schema(&own, url);
}
