/* SPDX-License-Identifier: Apache-2.0
 *
 * The shapes, and which path has which.
 */
#include "api/pospal_shape.h"

#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "crypto/crypto.h"

static const struct {
    const char *path;
    pospal_shape shape;
} paths[] = {
    {"/validate-unified", POSPAL_UNIFIED},        {"/validate", POSPAL_LEGACY},
    {"/instant-validate", POSPAL_LEGACY},         {"/pricing", POSPAL_LEGACY},
    {"/trial/register", POSPAL_LEGACY},           {"/trial/status", POSPAL_LEGACY},
    {"/verify/email/start", POSPAL_LEGACY},       {"/verify/email/confirm", POSPAL_LEGACY},
    {"/create-portal-session", POSPAL_LEGACY},    {"/session/start", POSPAL_SIMPLE},
    {"/session/heartbeat", POSPAL_SIMPLE},        {"/session/end", POSPAL_SIMPLE},
    {"/session/takeover", POSPAL_SIMPLE},         {"/session/disconnect-email", POSPAL_SIMPLE},
    {"/license/activation-email", POSPAL_SIMPLE}, {"/refund-request", POSPAL_SIMPLE},
    {"/invoice-refund", POSPAL_SIMPLE},           {"/recover-license", POSPAL_SIMPLE},
    {"/check-duplicate", POSPAL_PLAIN},           {"/create-checkout-session", POSPAL_PLAIN},
    {"/customer-portal", POSPAL_PLAIN},           {"/webhook", POSPAL_PLAIN},
};

bool pospal_shape_of(const char *path, pospal_shape *shape)
{
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (strcmp(paths[i].path, path) == 0) {
            *shape = paths[i].shape;
            return true;
        }
    return false;
}

/* ---- who and when ---- */

static void write_base36(uint64_t number, char text[16])
{
    char reversed[16];
    size_t size = 0;

    do {
        reversed[size++] = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
    } while ((number /= 36) > 0 && size < sizeof reversed - 1);
    for (size_t i = 0; i < size; i++)
        text[i] = reversed[size - 1 - i];
    text[size] = '\0';
}

void pospal_request_id(int64_t now_ms, const char *request_id, char text[POSPAL_REQUEST_ID_SIZE])
{
    uint8_t digest[PL_DIGEST_SIZE];
    char own[10] = "", time[16];

    pl_digest(pl_span_text(request_id ? request_id : ""), digest);
    for (size_t i = 0; i < sizeof own - 1; i++)
        own[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[digest[i] % 36];
    write_base36((uint64_t)(now_ms < 0 ? 0 : now_ms), time);
    (void)snprintf(text, POSPAL_REQUEST_ID_SIZE, "req_%s%s", own, time);
}

static void put_time(pl_json_writer *json, const char *name, int64_t now_ms)
{
    char text[PL_TIMESTAMP_SIZE];

    pl_timestamp_format_ms(now_ms, text);
    pl_json_put_text(json, name, text);
}

void pospal_put_stamp(pl_json_writer *json, int64_t now_ms, const char *request_id)
{
    char id[POSPAL_REQUEST_ID_SIZE];

    pospal_request_id(now_ms, request_id, id);
    put_time(json, "timestamp", now_ms);
    pl_json_put_text(json, "requestId", id);
}

/* ---- refusals ---- */

/* By what is in the code: the first that fits. */
static const char *find_word(const char *code, const char *const (*words)[2], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(code, words[i][0]))
            return words[i][1];
    return NULL;
}

static const char *category(const char *code)
{
    static const char *const words[][2] = {
        {"CREDENTIALS", "authentication"},
        {"INVALID", "authentication"},
        {"SUBSCRIPTION", "subscription"},
        {"SESSION", "session"},
        {"SYSTEM", "system"},
        {"ERROR", "system"},
    };
    const char *word = find_word(code, words, sizeof words / sizeof *words);

    return word ? word : "general";
}

static const char *severity(const char *code)
{
    static const char *const words[][2] = {
        {"SUBSCRIPTION_INACTIVE", "high"}, {"INVALID_CREDENTIALS", "high"}, {"SESSION", "medium"}, {"TIMEOUT", "medium"}};
    const char *word = find_word(code, words, sizeof words / sizeof *words);

    return word ? word : "low";
}

static bool is_retryable(const char *code)
{
    static const char *const words[][2] = {
        {"TIMEOUT_ERROR", ""}, {"SERVICE_UNAVAILABLE", ""}, {"DATABASE_ERROR", ""}, {"CIRCUIT_BREAKER_OPEN", ""}};

    return find_word(code, words, sizeof words / sizeof *words) != NULL;
}

static void put_messages(pl_json_writer *json, const char *const *messages, size_t count)
{
    pl_json_open(json, "message", '[');
    for (size_t i = 0; i < count; i++)
        pl_json_put_text(json, NULL, messages[i]);
    pl_json_close(json);
}

void pospal_put_refusals(pl_json_writer *json, const pospal_refusal_t *refusal, const char *const *messages, size_t count)
{
    pl_json_put_bool(json, "success", false);
    pospal_put_stamp(json, refusal->now_ms, refusal->request_id);
    pl_json_open(json, "error", '{');
    pl_json_put_text(json, "code", refusal->code);
    if (refusal->is_list)
        put_messages(json, messages, count);
    else
        pl_json_put_text(json, "message", refusal->message);
    pl_json_put_text(json, "category", category(refusal->code));
    pl_json_put_text(json, "severity", severity(refusal->code));
    pl_json_put_bool(json, "retryable", is_retryable(refusal->code));
    pl_json_close(json);
}

void pospal_put_refusal(pl_json_writer *json, pospal_shape shape, const pospal_refusal_t *refusal)
{
    if (shape == POSPAL_UNIFIED) {
        pospal_put_refusals(json, refusal, &refusal->message, 1);
        return;
    }
    if (shape != POSPAL_PLAIN)
        pl_json_put_bool(json, "success", false);
    pl_json_put_text(json, "error", refusal->message);
    if (shape == POSPAL_LEGACY)
        pl_json_put_text(json, "errorCode", refusal->code ? refusal->code : "UNKNOWN_ERROR");
    pl_json_put_text(json, "code", refusal->code);
    if (shape == POSPAL_LEGACY)
        put_time(json, "timestamp", refusal->now_ms);
}

void pospal_put_metadata(pl_json_writer *json, bool is_success)
{
    pl_json_open(json, "metadata", '{');
    pl_json_put_text(json, "apiVersion", "2.0");
    if (is_success)
        pl_json_put_text(json, "operation", "unified");
    pl_json_put_text(json, "endpoint", "/validate-unified");
    pl_json_close(json);
}

void pospal_put_offline(pl_json_writer *json, int64_t now_ms, int retry_after_s)
{
    pl_json_put_bool(json, "success", false);
    pl_json_put_bool(json, "offline", true);
    pl_json_put_text(json, "error", "Service temporarily unavailable");
    pl_json_put_text(json, "errorCode", "SERVICE_OFFLINE");
    put_time(json, "timestamp", now_ms);
    pl_json_open(json, "fallbackData", '{');
    pl_json_put_text(json, "lastKnownStatus", "unknown");
    pl_json_open(json, "cacheData", '{');
    pl_json_put_text(json, "error", "Service temporarily unavailable");
    pl_json_put_text(json, "circuitBreaker", "OPEN");
    pl_json_close(json);
    pl_json_put_text(json, "recommendation", "use_cached_license");
    pl_json_close(json);
    pl_json_put_int(json, "retryAfter", retry_after_s);
}
