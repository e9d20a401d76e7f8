/* SPDX-License-Identifier: Apache-2.0
 *
 * Tills as processes. A message is a kind, a size and so many bytes; both ends are this program, so numbers are sent as they lie.
 */
#include "support/till_process.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/worker.h"

enum { MESSAGE_MAX = 256 * 1024, MOST_PROCESSES = 16, POLL_MS = 60000 };

typedef enum { MESSAGE_COMMAND, MESSAGE_ANSWER, MESSAGE_REQUEST, MESSAGE_REPLY } message_kind;

typedef struct {
    message_kind kind;
    int number; /* a command, an answer, an HTTP status */
    size_t url_size;
    size_t size;
} message_head;

static void die(void)
{
    (void)fprintf(stderr, "a process of the test is cut off\n");
    _exit(1);
}

static bool move_all(int line, void *bytes, size_t size, bool is_write)
{
    char *at = bytes;

    while (size > 0) {
        ssize_t moved = is_write ? send(line, at, size, MSG_NOSIGNAL) : read(line, at, size);

        if (moved <= 0 && !(moved < 0 && errno == EINTR))
            return false;
        at += moved > 0 ? moved : 0;
        size -= moved > 0 ? (size_t)moved : 0;
    }
    return true;
}

static bool put_message(int line, message_head head, const char *url, const void *bytes)
{
    return move_all(line, &head, sizeof head, true) && move_all(line, (void *)(uintptr_t)url, head.url_size, true) &&
           move_all(line, (void *)(uintptr_t)bytes, head.size, true);
}

/* The url's bytes come first in out. */
static bool get_message(int line, message_head *head, pl_buf *out)
{
    char *bytes;
    bool is_good;

    pl_buf_clear(out);
    if (!move_all(line, head, sizeof *head, false) || head->size + head->url_size > MESSAGE_MAX)
        return false;
    bytes = malloc(head->size + head->url_size + 1);
    is_good = bytes && move_all(line, bytes, head->size + head->url_size, false);
    if (is_good)
        pl_buf_add(out, bytes, head->size + head->url_size);
    free(bytes);
    return is_good;
}

/* ---- the child ---- */

static int child_line;

static pospal_result_t exchange_by_parent(void *context, const pospal_exchange_t *exchange, pospal_reply *reply)
{
    message_head head = {MESSAGE_REQUEST, 0, strlen(exchange->url), exchange->body_size};
    pospal_result_t result = POSPAL_ERROR_UNREACHABLE;
    pl_buf body;

    (void)context;
    pl_buf_init(&body);
    if (!put_message(child_line, head, exchange->url, exchange->body) || !get_message(child_line, &head, &body))
        die();
    if (head.number != 0)
        result = pospal_reply_set(reply, head.number, "Content-Type: application/json\r\n", body.data, body.size);
    pl_buf_reset(&body);
    return result;
}

static int obey(pospal_client *client, pospal_session **session, till_command command)
{
    switch (command) {
    case DO_START:
        return (int)pospal_session_start(client, session, NULL);
    case DO_TAKE_OVER:
        return (int)pospal_session_take_over(client, NULL, "a test", session, NULL);
    case DO_ROUND:
        pl_worker_round(client);
        return (int)pospal_session_state(*session);
    case DO_STATE:
        return (int)pospal_session_state(*session);
    case DO_END:
    case DO_QUIT:
        break;
    }
    pospal_session_end(*session);
    *session = NULL;
    return 0;
}

static void live(pospal_client *client)
{
    pospal_session *session = NULL;
    message_head head = {MESSAGE_COMMAND, DO_STATE, 0, 0};
    pl_buf bytes;

    pl_buf_init(&bytes);
    while (head.number != DO_QUIT) {
        if (!get_message(child_line, &head, &bytes))
            die();
        if (head.number == DO_QUIT)
            break;
        head = (message_head){MESSAGE_ANSWER, obey(client, &session, (till_command)head.number), 0, 0};
        if (!put_message(child_line, head, NULL, NULL))
            die();
    }
    pospal_session_end(session);
    pl_buf_reset(&bytes);
    shop_close_held(client);
}

static void read_shared_clock(void *context, pospal_time_t *now)
{
    fake_clock *clock = context;

    now->wall_ms = atomic_load(&clock->wall_ms);
    now->boot_ms = atomic_load(&clock->boot_ms);
    now->boot_id = atomic_load(&clock->boot_id);
}

static void be_till(const session_till *model, fake_clock *clock)
{
    session_till copy = *model;
    pospal_options *options = session_till_options(&copy);
    pospal_client *client = NULL;

    pospal_options_set_transport(options, exchange_by_parent, NULL);
    pospal_options_set_clock(options, read_shared_clock, clock);
    pospal_options_set_change_callback(options, NULL, NULL);
    if (pospal_client_open(options, &client) != POSPAL_OK)
        die();
    pospal_options_free(options);
    shop_hold_worker(client);
    live(client);
    _exit(0);
}

/* ---- the parent ---- */

fake_clock *till_process_clock_new(int64_t wall_ms)
{
    fake_clock *clock = mmap(NULL, sizeof *clock, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(clock, MAP_FAILED);
    fake_clock_init(clock, wall_ms);
    return clock;
}

void till_process_clock_free(fake_clock *clock)
{
    (void)munmap(clock, sizeof *clock);
}

void till_process_open(till_process *p, const session_till *model, fake_clock *clock)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    p->server = model->server;
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        close(pair[0]);
        child_line = pair[1];
        be_till(model, clock);
    }
    close(pair[1]);
    p->line = pair[0];
}

void till_process_send(const till_process *p, till_command command)
{
    assert_true(put_message(p->line, (message_head){MESSAGE_COMMAND, (int)command, 0, 0}, NULL, NULL));
}

/* False: it asked something, which was answered; true: *answer is there. */
static bool serve_once(till_process *p, int *answer)
{
    message_head head;
    char url[256];
    pl_buf bytes, reply;

    pl_buf_init(&bytes);
    pl_buf_init(&reply);
    assert_true(get_message(p->line, &head, &bytes));
    if (head.kind == MESSAGE_REQUEST) {
        (void)snprintf(url, sizeof url, "%.*s", (int)head.url_size, bytes.data);
        head.number = session_shop_serve(p->server, url, pl_span_of(bytes.data + head.url_size, head.size), &reply);
        assert_true(put_message(p->line, (message_head){MESSAGE_REPLY, head.number, 0, reply.size}, NULL, reply.data));
    }
    *answer = head.number;
    pl_buf_reset(&bytes);
    pl_buf_reset(&reply);
    return head.kind == MESSAGE_ANSWER;
}

int till_process_wait(till_process *p)
{
    int answer = -1;

    while (!serve_once(p, &answer))
        ;
    return answer;
}

int till_process_do(till_process *p, till_command command)
{
    till_process_send(p, command);
    return till_process_wait(p);
}

void till_process_wait_all(till_process *const *all, size_t count, int *answers)
{
    struct pollfd lines[MOST_PROCESSES];
    size_t left = count;

    assert_in_range(count, 1, MOST_PROCESSES);
    for (size_t i = 0; i < count; i++)
        lines[i] = (struct pollfd){all[i]->line, POLLIN, 0};
    while (left > 0) {
        assert_true(poll(lines, count, POLL_MS) > 0);
        for (size_t i = 0; i < count; i++)
            if (lines[i].revents && serve_once(all[i], &answers[i])) {
                lines[i].fd = -1;
                left--;
            }
    }
}

static void bury(till_process *p)
{
    (void)waitpid(p->pid, NULL, 0);
    close(p->line);
    p->pid = 0;
}

void till_process_kill(till_process *p)
{
    assert_int_equal(kill(p->pid, SIGKILL), 0);
    bury(p);
}

void till_process_close(till_process *p)
{
    message_head head = {MESSAGE_COMMAND, DO_QUIT, 0, 0};
    int ignored;

    if (p->pid == 0)
        return;
    if (put_message(p->line, head, NULL, NULL)) {
        struct pollfd line = {p->line, POLLIN, 0};
        char byte;

        /* what it asks at its end is answered; then the line is closed */
        while (poll(&line, 1, POLL_MS) > 0 && recv(p->line, &byte, 1, MSG_PEEK) == 1)
            (void)serve_once(p, &ignored);
    }
    bury(p);
}
