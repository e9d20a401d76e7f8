/* SPDX-License-Identifier: Apache-2.0
 *
 * Other programs; see child.h.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static pl_err spawn(const char *const *arguments, int out, const char *errors, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int code;

    if (posix_spawn_file_actions_init(&actions))
        return pl_fail(PL_ERR_MEMORY, "file actions");
    if (out >= 0)
        (void)posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (errors)
        (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_APPEND, 0600);
    code = posix_spawn(pid, arguments[0], &actions, NULL, (char *const *)arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return code ? pl_fail(PL_ERR_NOT_FOUND, "%s can't be run: %s", arguments[0], strerror(code)) : PL_OK;
}

pl_err child_start(const char *const *arguments, bool takes_output, const char *errors, child_t *child)
{
    int ends[2] = {-1, -1};
    pl_err err;

    if (takes_output && pipe2(ends, O_CLOEXEC))
        return pl_fail(PL_ERR_IO, "no pipe: %s", strerror(errno));
    err = spawn(arguments, ends[1], errors, &child->pid);
    child->out = ends[0];
    if (takes_output)
        (void)close(ends[1]);
    if (err && takes_output)
        (void)close(ends[0]);
    return err;
}

pl_err child_wait(child_t *child)
{
    int status = -1;

    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (child->out >= 0)
        (void)close(child->out);
    child->out = -1;
    if (WIFSIGNALED(status))
        return pl_fail(PL_ERR_STATE, "a child process was ended by signal %d", WTERMSIG(status));
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        return pl_fail(PL_ERR_STATE, "a child process ended with %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return PL_OK;
}

pl_err child_run(const char *const *arguments, pl_buf *out)
{
    char part[4096];
    child_t child;
    ssize_t got;
    pl_err err = child_start(arguments, out != NULL, NULL, &child);

    if (err)
        return err;
    while (out && (got = read(child.out, part, sizeof part)) > 0)
        pl_buf_add(out, part, (size_t)got);
    err = child_wait(&child);
    return err ? err : (out ? out->err : PL_OK);
}
