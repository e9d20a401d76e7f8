/* SPDX-License-Identifier: Apache-2.0
 *
 * Health in those programs' words.
 */
#include "api/pospal_health.h"

#include "api/pospal.h"
#include "platform/clock.h"

enum { SLOW_MS = 1000, RETRY_S = 30 };

bool pospal_health_is_asked(const api_t *api, const request_t *request)
{
    const keyring_t *keyring = keys_pin(api->keys, request->arena);

    return facade_find(keyring, request->header(request, "Host")) != NULL;
}

const char *pospal_breaker_word(const vitals_t *vitals)
{
    if (vitals->is_database_tried)
        return "HALF_OPEN";
    return vitals->database_pause_s > 0 ? "OPEN" : "CLOSED";
}

static bool is_open(const pospal_health_t *health)
{
    return health->vitals.database_pause_s > 0 && !health->vitals.is_database_tried;
}

static const char *status(const pospal_health_t *health)
{
    if (!health->is_database_there || is_open(health))
        return "unhealthy";
    return health->is_well && health->database_ms < SLOW_MS ? "healthy" : "degraded";
}

static void put_breaker(pl_json_writer *json, const vitals_t *vitals, int64_t now_ms)
{
    int64_t pause_ms = (int64_t)vitals->database_pause_s * 1000;

    pl_json_open(json, "circuitBreaker", '{');
    pl_json_put_text(json, "state", pospal_breaker_word(vitals));
    pl_json_put_int(json, "failureCount", vitals->database_failures);
    pospal_put_time(json, "lastFailureTime", vitals->database_failed_ms < 0 ? 0 : now_ms - vitals->database_failed_ms);
    pospal_put_time(json, "nextAttempt", pause_ms ? now_ms + pause_ms : 0);
    pl_json_close(json);
}

static void put_system(pl_json_writer *json)
{
    pl_json_open(json, "system", '{');
    pl_json_put_text(json, "worker", "pospal-validator");
    pl_json_put_text(json, "version", "2.0.0");
    pl_json_put_text(json, "environment", "production");
    pl_json_close(json);
}

static void put_services(pl_json_writer *json, const pospal_health_t *health)
{
    pl_json_open(json, "services", '{');
    pl_json_open(json, "database", '{');
    pl_json_put_text(json, "status", health->is_database_there ? "healthy" : "unhealthy");
    pl_json_put_int(json, "responseTime", health->database_ms);
    pl_json_close(json);
    pl_json_close(json);
    pl_json_open(json, "performance", '{');
    pl_json_put_int(json, "totalTime", health->total_ms);
    pl_json_close(json);
}

/* While the breaker is open it is the offline body too, for programs that ask here whether to go on alone. */
pl_err pospal_health_reply(pl_arena *arena, const pospal_health_t *health, reply_t *reply)
{
    bool is_offline = !health->is_database_there || is_open(health);
    int64_t now_ms = pl_clock_coarse_wall_ms();
    pl_json_writer json;

    (void)arena;
    reply->status = is_offline ? 503 : 200;
    reply->cache_control = "no-cache";
    reply->headers[0].name = "Access-Control-Allow-Origin";
    reply->headers[0].value = "*";
    reply->headers[1].name = is_offline ? "Retry-After" : NULL;
    reply->headers[1].value = "30";
    pl_json_writer_init(&json, reply->body);
    pl_json_open(&json, NULL, '{');
    if (is_offline)
        pospal_put_offline(&json, now_ms, RETRY_S);
    else
        pospal_put_time(&json, "timestamp", now_ms);
    pl_json_put_text(&json, "status", status(health));
    put_services(&json, health);
    put_breaker(&json, &health->vitals, now_ms);
    put_system(&json);
    pl_json_close(&json);
    return PL_OK;
}
