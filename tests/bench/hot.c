/* SPDX-License-Identifier: Apache-2.0
 *
 * hot_check_ns: pospal_client_status on an open client with a stored lease. That it takes no lock, makes no system call and allocates
 * nothing is shown first, by a child process in which each of these ends the process.
 */
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "client/client.h"
#include "figures.h"
#include "measure.h"
#include "till.h"

enum { CALLS = 1000, ROUNDS = 1000, ROUNDS_QUICK = 5, PROOF_CALLS = 1000000 };

static pl_err call_status(void *context)
{
    for (int i = 0; i < CALLS; i++)
        if (pospal_client_status(context) != POSPAL_STATUS_ACTIVE)
            return pl_fail(PL_ERR_STATE, "the lease is not ACTIVE");
    return PL_OK;
}

static void *refuse_memory(void *context, void *block, size_t size)
{
    (void)context;
    (void)block;
    (void)size;
    abort();
}

/*
 * With the client's mutex held already, no allocation allowed, and strict seccomp (only read, write and exit of a thread): whoever locks
 * deadlocks in a system call, and a system call is death.
 */
static void prove_in_child(pospal_client *client)
{
    static const pl_allocator refusing = {refuse_memory, NULL, NULL};
    long code = 0;

    pl_mem_set(&refusing);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
        _exit(1);
    for (int i = 0; i < PROOF_CALLS && !code; i++)
        code = pospal_client_status(client) != POSPAL_STATUS_ACTIVE;
    (void)syscall(SYS_exit, code);
}

static pl_err prove(pospal_client *client)
{
    int status = -1;
    pid_t pid;

    pl_mutex_lock(client->mutex); /* before the fork: afterwards the child would wait for ever if the worker had it just then */
    pid = fork();
    if (pid == 0)
        prove_in_child(client);
    pl_mutex_unlock(client->mutex);
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return pl_fail(PL_ERR_IO, "no child process");
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        return pl_fail(PL_ERR_STATE, "a hot check locked, allocated or made a system call (wait status %#x)", (unsigned)status);
    return PL_OK;
}

static pl_err measure(bench_t *bench, pospal_client *client)
{
    work_t work = {call_status, client, 1};
    double ns;
    pl_err err;

    if ((err = call_status(client)) || (err = prove(client)) ||
        (err = measure_one(&work, bench->is_quick ? ROUNDS_QUICK : ROUNDS, &ns)))
        return err;
    figure_set(bench, HOT_CHECK_NS, ns / CALLS, "no lock, system call or allocation in %d calls", PROOF_CALLS);
    return PL_OK;
}

pl_err bench_hot(bench_t *bench)
{
    pospal_client *client = NULL;
    till_t till;
    pl_err err;

    if (!(err = till_make(bench, &till)) && !(err = till_open(&till, &client)))
        err = measure(bench, client);
    pospal_client_close(client);
    till_remove(&till);
    return err;
}
