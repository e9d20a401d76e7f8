/* SPDX-License-Identifier: Apache-2.0
 *
 * A program with an event loop: activation runs as a task, and a pipe wakes the loop when it is done. The loop never waits for the
 * network; here it rings a bell meanwhile. Environment as in minimal.c.
 */
#define _POSIX_C_SOURCE 200809L
#include <poll.h>
#include <pospal/license.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* On a thread of the library: no more than a word to the loop. */
static void wake_loop(void *context, pospal_task *task)
{
    const int *pipe_ends = context;
    (void)task;
    if (write(pipe_ends[1], "x", 1) != 1)
        perror("pipe");
}

/* Returns when the task is done; a real loop has its own events in it. */
static void run_loop(const int *pipe_ends)
{
    struct pollfd events[1] = {{.fd = pipe_ends[0], .events = POLLIN}};
    while (poll(events, 1, 250) == 0)
        printf("still selling\n");
}

int main(void)
{
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;
    pospal_license *license = NULL;
    pospal_task *task = NULL;
    pospal_result_t result = POSPAL_ERROR_INTERNAL;
    int pipe_ends[2];

    pospal_options_set_product(options, "till", "1.0.0");
    pospal_options_set(options, POSPAL_OPTION_SERVER, getenv("TILL_SERVER"));
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, getenv("TILL_ROOT_KEYS"));
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, getenv("TILL_DATA"));
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, getenv("TILL_HARDWARE"));
    if (pipe(pipe_ends) != 0 || pospal_client_open(options, &client) != POSPAL_OK ||
        pospal_task_start(client, POSPAL_VERB_ACTIVATE, getenv("TILL_LICENSE_KEY"), wake_loop, pipe_ends, &task) != POSPAL_OK) {
        fprintf(stderr, "license: %s\n", pospal_error_detail());
    } else {
        run_loop(pipe_ends);
        pospal_task_poll(task, &result, &license);
        printf("%s: %s\n", pospal_result_name(result), pospal_status_name(pospal_license_status(license)));
        if (result != POSPAL_OK)
            fprintf(stderr, "license: %s\n", pospal_error_detail());
    }
    pospal_license_free(license);
    pospal_task_free(task);
    pospal_client_close(client);
    pospal_options_free(options);
    return result == POSPAL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
