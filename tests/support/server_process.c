/* SPDX-License-Identifier: Apache-2.0
 *
 * Running pospal-validator.
 */
#include "support/server_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "support/postgres_server.h"

enum { WAIT_MS = 30000, LINE_MAX_SIZE = 256 };

static const char ready[] = "listening on http";

/* ---- processes ---- */

static pid_t start(const char *program, const char *const *words, int out, int err)
{
    char *argv[COMMAND_WORDS + 2] = {(char *)(size_t)program};
    pid_t pid;

    for (size_t i = 0; words[i] && i < COMMAND_WORDS; i++)
        argv[i + 1] = (char *)(size_t)words[i];
    pid = fork();
    if (pid == 0) {
        if (dup2(out, 1) >= 0 && dup2(err, 2) >= 0)
            (void)execv(program, argv);
        _exit(127);
    }
    return pid;
}

/* Reads until the other end closes; false when it is silent for too long. */
static bool read_all(int fd, char *text, size_t room)
{
    struct pollfd ready_fd = {fd, POLLIN, 0};
    size_t size = 0;
    ssize_t got = 1;

    while (got > 0 && size + 1 < room) {
        if (poll(&ready_fd, 1, WAIT_MS) <= 0)
            return false;
        got = read(fd, text + size, room - 1 - size);
        size += got > 0 ? (size_t)got : 0;
    }
    text[size] = '\0';
    return true;
}

/* A process that never began has no id; kill() takes such numbers for many processes at once. */
static int exit_code(pid_t pid, bool has_ended)
{
    int status = 0;

    if (pid <= 0)
        return -1;
    if (!has_ended)
        (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    return has_ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void command_run(const char *program, const char *const *words, command_result_t *result)
{
    char name[] = "/tmp/pospal-stderr-XXXXXX";
    int err = mkstemp(name);
    int ends[2];
    bool has_ended;
    pid_t pid;

    memset(result, 0, sizeof *result);
    result->code = -1;
    (void)unlink(name);
    if (err < 0 || pipe2(ends, O_CLOEXEC) != 0)
        return;
    pid = start(program, words, ends[1], err);
    (void)close(ends[1]);
    has_ended = read_all(ends[0], result->out, sizeof result->out);
    (void)close(ends[0]);
    result->code = exit_code(pid, has_ended);
    if (lseek(err, 0, SEEK_SET) == 0)
        (void)read_all(err, result->err, sizeof result->err);
    (void)close(err);
}

bool command_member(const command_result_t *result, const char *name, char *text, size_t size)
{
    const pl_json *object;
    const char *value = NULL;
    pl_arena arena;

    pl_arena_init(&arena);
    if (!pl_json_parse(&arena, pl_span_text(result->out), COMMAND_OUTPUT, &object))
        value = pl_json_text(pl_json_get(object, name));
    if (value)
        (void)snprintf(text, size, "%s", value);
    pl_arena_reset(&arena);
    return value != NULL;
}

/* ---- a data directory ---- */

void server_command(const server_t *server, const char *const *words, command_result_t *result)
{
    const char *all[COMMAND_WORDS] = {NULL};
    size_t count = 0;

    for (; words[count] && count + 6 < COMMAND_WORDS; count++)
        all[count] = words[count];
    all[count++] = "--data";
    all[count++] = server->data;
    if (server->db[0]) {
        all[count++] = "--db";
        all[count++] = server->db;
    }
    all[count] = "--json";
    command_run(server->program, all, result);
    if (result->code != 0)
        (void)fprintf(stderr, "%s %s: exit code %d: %s\n", words[0], words[1] ? words[1] : "", result->code, result->err);
}

/* The file with the public roots is what a vendor pastes into the program. */
static bool read_roots(server_t *server, const command_result_t *result)
{
    char path[512];
    int fd;
    bool done;

    if (!command_member(result, "root_public_jwks_file", path, sizeof path))
        return false;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    done = fd >= 0 && read_all(fd, server->roots, sizeof server->roots);
    if (fd >= 0)
        (void)close(fd);
    return done;
}

static bool make(server_t *server, const char *seats)
{
    const char *const init[] = {"init", "--brand", "Acme Till", "--slug", "acme", NULL};
    const char *const add[] = {"product", "add", "--brand", "acme", "--slug", "till", "--seats", seats, NULL};
    command_result_t *result = malloc(sizeof *result);
    bool done;

    if (!result)
        return false;
    if (server->db[0])
        (void)setenv("POSPAL_DB", server->db, 1); /* for commands that a test runs by itself */
    server_command(server, init, result);
    done = result->code == 0 && command_member(result, "brand_id", server->brand_id, sizeof server->brand_id) &&
           command_member(result, "api_key", server->api_key, sizeof server->api_key) &&
           command_member(result, "root_key_file", server->root_key_file, sizeof server->root_key_file) &&
           read_roots(server, result);
    if (done) {
        server_command(server, add, result);
        done = result->code == 0 && command_member(result, "product_id", server->product_id, sizeof server->product_id);
    }
    free(result);
    return done;
}

static void name_files(server_t *server, const char *program, const char *directory)
{
    memset(server, 0, sizeof *server);
    server->program = program;
    (void)snprintf(server->directory, sizeof server->directory, "%s", directory);
    (void)snprintf(server->data, sizeof server->data, "%s/data", server->directory);
    (void)snprintf(server->log, sizeof server->log, "%s/log", server->directory);
}

bool server_create_in(server_t *server, const char *program, const char *seats, const char *directory)
{
    name_files(server, program, directory);
    if (postgres_is_tested())
        postgres_schema_make(server->db);
    return make(server, seats);
}

bool server_create_on(server_t *server, const char *program, const char *seats, const char *url)
{
    char directory[] = "/tmp/pospal-server-XXXXXX";

    if (!mkdtemp(directory))
        return false;
    name_files(server, program, directory);
    (void)snprintf(server->db, sizeof server->db, "%s", url);
    return make(server, seats);
}

bool server_create(server_t *server, const char *program, const char *seats)
{
    char directory[] = "/tmp/pospal-server-XXXXXX";

    return mkdtemp(directory) && server_create_in(server, program, seats, directory);
}

static void remove_tree(const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;
    char inside[512];

    while (directory && (entry = readdir(directory))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        if (unlink(inside) != 0)
            remove_tree(inside);
    }
    if (directory)
        (void)closedir(directory);
    (void)rmdir(path);
}

void server_remove(server_t *server)
{
    server_kill(server);
    remove_tree(server->directory);
}

bool server_issue(const server_t *server, char *key, char *id)
{
    const char *const words[] = {"license", "issue", "--brand", "acme", "--product", "till", "--email", "ann@example.com", NULL};
    command_result_t *result = malloc(sizeof *result);
    bool done;

    if (!result)
        return false;
    server_command(server, words, result);
    done = result->code == 0 && command_member(result, "license_key", key, 64) && command_member(result, "license_id", id, 64);
    free(result);
    return done;
}

/* ---- the server ---- */

static bool read_port(server_t *server)
{
    struct pollfd ready_fd = {server->out_fd, POLLIN, 0};
    char line[LINE_MAX_SIZE];
    size_t size = 0;
    const char *colon;

    while (size + 1 < sizeof line && (size == 0 || line[size - 1] != '\n')) {
        if (poll(&ready_fd, 1, WAIT_MS) <= 0 || read(server->out_fd, line + size, 1) != 1)
            return false;
        size++;
    }
    line[size] = '\0';
    colon = strrchr(line, ':');
    if (strncmp(line, ready, sizeof ready - 1) != 0 || !colon)
        return false;
    server->port = (int)strtol(colon + 1, NULL, 10);
    return true;
}

bool server_start(server_t *server, const char *const *words)
{
    const char *all[COMMAND_WORDS] = {"serve", "--data", server->data, "--listen", "127.0.0.1:0"};
    int log = open(server->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    size_t count = 5;
    int ends[2];

    if (server->db[0]) {
        all[count++] = "--db";
        all[count++] = server->db;
    }
    for (; words && *words && count + 1 < COMMAND_WORDS; words++)
        all[count++] = *words;
    if (log < 0 || pipe2(ends, O_CLOEXEC) != 0)
        return false;
    server->pid = start(server->program, all, ends[1], log);
    server->out_fd = ends[0];
    (void)close(ends[1]);
    (void)close(log);
    if (read_port(server))
        return true;
    (void)fprintf(stderr, "the server did not start; its log is %s\n", server->log);
    server_kill(server);
    return false;
}

int server_stop(server_t *server)
{
    char rest[LINE_MAX_SIZE];
    int code;

    if (server->pid <= 0)
        return -1;
    (void)kill(server->pid, SIGTERM);
    code = exit_code(server->pid, read_all(server->out_fd, rest, sizeof rest));
    (void)close(server->out_fd);
    server->pid = 0;
    return code;
}

void server_kill(server_t *server)
{
    if (server->pid <= 0)
        return;
    (void)exit_code(server->pid, false);
    (void)close(server->out_fd);
    server->pid = 0;
}
