/* SPDX-License-Identifier: Apache-2.0
 *
 * The chaos server on libmicrohttpd, which in the tool only this file knows. A thread for each connection, so that a delay is a wait.
 */
#include "chaos_server.h"

#include <microhttpd.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "platform/thread.h"

enum { CONNECTIONS_MAX = 256, IDLE_S = 60, STEPS_A_SECOND = 10, STEP_MS = 1000 / STEPS_A_SECOND, BLOCK = 4096 };

struct chaos_server {
    service *service;
    struct MHD_Daemon *daemon;
    pl_mutex *mutex; /* guards is_stopping */
    pl_cond *stopped;
    bool is_stopping;
};

/* One request under way, then the reply that is being read out. */
typedef struct {
    chaos_server *server;
    pl_buf body;
    service_reply reply;
} visit;

/* False when the server is being stopped. */
static bool wait_ms(chaos_server *server, int64_t ms)
{
    bool goes_on = true;

    pl_mutex_lock(server->mutex);
    while (!server->is_stopping && goes_on)
        goes_on = pl_cond_wait(server->stopped, server->mutex, ms);
    goes_on = !server->is_stopping;
    pl_mutex_unlock(server->mutex);
    return goes_on;
}

static ssize_t read_out(void *context, uint64_t position, char *room, size_t max)
{
    visit *v = context;
    const service_reply *reply = &v->reply;
    uint64_t end = reply->cut_at >= 0 && (size_t)reply->cut_at < reply->body.size ? (uint64_t)reply->cut_at : reply->body.size;
    size_t size;

    if (position >= end)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size = end - position < max ? (size_t)(end - position) : max;
    if (reply->bytes_s > 0) {
        size_t step = reply->bytes_s >= STEPS_A_SECOND ? (size_t)reply->bytes_s / STEPS_A_SECOND : 1;

        size = size < step ? size : step;
        if (!wait_ms(v->server, reply->bytes_s >= STEPS_A_SECOND ? STEP_MS : 1000 / reply->bytes_s))
            return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    memcpy(room, reply->body.data + position, size);
    return (ssize_t)size;
}

/* The visit outlives the response: the library lets go of the one before it says that the request is completed. */
static struct MHD_Response *make_response(visit *v)
{
    const service_reply *reply = &v->reply;
    bool is_plain = reply->cut_at < 0 && reply->bytes_s == 0;
    struct MHD_Response *response =
        is_plain ? MHD_create_response_from_buffer(reply->body.size, reply->body.data, MHD_RESPMEM_MUST_COPY)
                 : MHD_create_response_from_callback(reply->body.size, BLOCK, read_out, v, NULL);
    bool is_whole = response && MHD_add_response_header(response, "Content-Type", reply->content_type) == MHD_YES;

    if (is_whole && reply->location)
        is_whole = MHD_add_response_header(response, "Location", reply->location) == MHD_YES;
    if (response && !is_whole)
        MHD_destroy_response(response);
    return is_whole ? response : NULL;
}

static enum MHD_Result answer(visit *v, struct MHD_Connection *connection, const char *method, const char *path)
{
    service_request request = {method, path, pl_buf_span(&v->body)};
    struct MHD_Response *response;
    enum MHD_Result queued;

    service_answer(v->server->service, &request, &v->reply);
    if (v->reply.closes || (v->reply.delay_ms > 0 && !wait_ms(v->server, v->reply.delay_ms)))
        return MHD_NO;
    if (!(response = make_response(v)))
        return MHD_NO;
    queued = MHD_queue_response(connection, (unsigned)v->reply.status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result serve(void *context, struct MHD_Connection *connection, const char *path, const char *method,
                             const char *version, const char *data, size_t *size, void **state)
{
    visit *v = *state;

    (void)version;
    if (!v) {
        *state = v = pl_alloc(sizeof *v);
        if (!v)
            return MHD_NO;
        v->server = context;
        pl_buf_init(&v->body);
        pl_buf_init(&v->reply.body);
        v->body.limit = SERVICE_BODY_MAX;
        return MHD_YES;
    }
    if (*size > 0) {
        pl_buf_add(&v->body, data, *size);
        *size = 0;
        return v->body.err ? MHD_NO : MHD_YES;
    }
    return answer(v, connection, method, path);
}

static void complete(void *context, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code)
{
    visit *v = *state;

    (void)context;
    (void)connection;
    (void)code;
    if (!v)
        return;
    pl_buf_reset(&v->body);
    service_reply_reset(&v->reply);
    pl_free(v);
    *state = NULL;
}

static void release(chaos_server *server)
{
    pl_cond_free(server->stopped);
    pl_mutex_free(server->mutex);
    pl_free(server);
}

pl_err chaos_server_start(service *s, int listener, chaos_server **server)
{
    chaos_server *fresh = pl_alloc(sizeof *fresh);

    if (!fresh || !(fresh->mutex = pl_mutex_new()) || !(fresh->stopped = pl_cond_new())) {
        if (fresh)
            release(fresh);
        (void)close(listener);
        return pl_fail(PL_ERR_MEMORY, "no memory for the server");
    }
    fresh->service = s;
    fresh->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL, NULL, serve, fresh,
                                     MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_NOTIFY_COMPLETED, complete, NULL,
                                     MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
                                     (unsigned)IDLE_S, MHD_OPTION_END);
    if (!fresh->daemon) {
        release(fresh);
        (void)close(listener);
        return pl_fail(PL_ERR_IO, "the HTTP server does not start");
    }
    *server = fresh;
    return PL_OK;
}

void chaos_server_stop(chaos_server *server)
{
    if (!server)
        return;
    pl_mutex_lock(server->mutex);
    server->is_stopping = true;
    pl_cond_wake_all(server->stopped);
    pl_mutex_unlock(server->mutex);
    MHD_stop_daemon(server->daemon);
    release(server);
}

const char *chaos_server_version(void)
{
    return MHD_get_version();
}
