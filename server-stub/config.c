/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the settings. What they do is decided where they are used (app.c).
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_line/nearest.h"

typedef struct {
    const char *name;
    size_t offset;
    const char *initial; /* NULL: not set */
    int64_t min;         /* min == max: a text */
    int64_t max;
} setting_t;

static const setting_t settings[CONFIG_COUNT] = {
    [CONFIG_DATA] = {"data", offsetof(config_t, data), NULL, 0, 0},
    [CONFIG_DB] = {"db", offsetof(config_t, db), NULL, 0, 0},
    [CONFIG_DB_POOL] = {"db_pool", offsetof(config_t, db_pool), "8", 1, 64},
    [CONFIG_DB_CONNECT_TIMEOUT_S] = {"db_connect_timeout_s", offsetof(config_t, db_connect_timeout_s), "5", 2, 60},
    [CONFIG_DB_STATEMENT_TIMEOUT_MS] = {"db_statement_timeout_ms", offsetof(config_t, db_statement_timeout_ms), "10000", 100,
                                        600000},
    [CONFIG_LISTEN] = {"listen", offsetof(config_t, listen), "127.0.0.1:8470", 0, 0},
    [CONFIG_TLS_CERT] = {"tls_cert", offsetof(config_t, tls_cert), NULL, 0, 0},
    [CONFIG_TLS_KEY] = {"tls_key", offsetof(config_t, tls_key), NULL, 0, 0},
    [CONFIG_LOOPS] = {"loops", offsetof(config_t, loops), "0", 0, 64},
    [CONFIG_WORKERS] = {"workers", offsetof(config_t, workers), "4", 1, 64},
    [CONFIG_QUEUE] = {"queue", offsetof(config_t, queue), "4096", 1, 65536},
    [CONFIG_CONNECTIONS] = {"connections", offsetof(config_t, connections), "10000", 1, 1000000},
    [CONFIG_TIMEOUT_S] = {"timeout_s", offsetof(config_t, timeout_s), "30", 1, 3600},
    [CONFIG_REFUSALS_PER_MINUTE] = {"refusals_per_minute", offsetof(config_t, refusals_per_minute), "300", 0, 1000000},
    [CONFIG_TRUSTED_PROXY] = {"trusted_proxy", offsetof(config_t, trusted_proxy), NULL, 0, 0},
    [CONFIG_LOG_LEVEL] = {"log_level", offsetof(config_t, log_level), "info", 0, 0},
    [CONFIG_DOCS] = {"docs", offsetof(config_t, docs), "1", 0, 1},
    [CONFIG_API_REQUESTS_PER_MINUTE] = {"api_requests_per_minute", offsetof(config_t, api_requests_per_minute), "6000", 0,
                                        1000000},
    [CONFIG_CORS_ORIGINS] = {"cors_origins", offsetof(config_t, cors_origins), NULL, 0, 0},
    [CONFIG_METRICS_TOKEN] = {"metrics_token", offsetof(config_t, metrics_token), NULL, 0, 0},
    [CONFIG_WEBHOOK_ALLOW] = {"webhook_allow", offsetof(config_t, webhook_allow), NULL, 0, 0},
    [CONFIG_WEBHOOK_CA] = {"webhook_ca", offsetof(config_t, webhook_ca), NULL, 0, 0},
    [CONFIG_WEBHOOK_THREADS] = {"webhook_threads", offsetof(config_t, webhook_threads), "4", 0, 16},
    [CONFIG_WEBHOOK_TIMEOUT_S] = {"webhook_timeout_s", offsetof(config_t, webhook_timeout_s), "15", 1, 120},
    [CONFIG_WEBHOOK_RETRY_MS] = {"webhook_retry_ms", offsetof(config_t, webhook_retry_ms), "5000", 100, 600000},
    [CONFIG_BILLING_RECONCILE_MINUTES] = {"billing_reconcile_minutes", offsetof(config_t, billing_reconcile_minutes), "60", 0,
                                          10080},
    [CONFIG_BILLING_TIMEOUT_S] = {"billing_timeout_s", offsetof(config_t, billing_timeout_s), "10", 1, 25},
    [CONFIG_DISK_MIN_FREE_MB] = {"disk_min_free_mb", offsetof(config_t, disk_min_free_mb), "64", 0, 1000000000},
    [CONFIG_DISK_MIN_FREE_PERCENT] = {"disk_min_free_percent", offsetof(config_t, disk_min_free_percent), "0", 0, 99},
    [CONFIG_MAIL_URL] = {"mail_url", offsetof(config_t, mail_url), NULL, 0, 0},
    [CONFIG_MAIL_USER] = {"mail_user", offsetof(config_t, mail_user), NULL, 0, 0},
    [CONFIG_MAIL_SECRET_FILE] = {"mail_secret_file", offsetof(config_t, mail_secret_file), NULL, 0, 0},
    [CONFIG_MAIL_CA] = {"mail_ca", offsetof(config_t, mail_ca), NULL, 0, 0},
    [CONFIG_MAIL_PLAIN_LOOPBACK] = {"mail_plain_loopback", offsetof(config_t, mail_plain_loopback), "0", 0, 1},
    [CONFIG_MAIL_THREADS] = {"mail_threads", offsetof(config_t, mail_threads), "2", 0, 8},
    [CONFIG_MAIL_TIMEOUT_S] = {"mail_timeout_s", offsetof(config_t, mail_timeout_s), "30", 1, 300},
    [CONFIG_MAIL_RETRY_MS] = {"mail_retry_ms", offsetof(config_t, mail_retry_ms), "30000", 100, 3600000},
    [CONFIG_MAIL_TEMPLATES] = {"mail_templates", offsetof(config_t, mail_templates), NULL, 0, 0},
    [CONFIG_BACKUP_DIR] = {"backup_dir", offsetof(config_t, backup_dir), NULL, 0, 0},
    [CONFIG_BACKUP_HOURS] = {"backup_hours", offsetof(config_t, backup_hours), "24", 1, 720},
    [CONFIG_BACKUP_KEEP] = {"backup_keep", offsetof(config_t, backup_keep), "14", 1, 1000},
};

static const char *setting_word(const void *context, size_t index)
{
    const setting_t *list = context;

    return list[index].name;
}

static const setting_t *find_setting(pl_span name)
{
    for (size_t i = 0; i < CONFIG_COUNT; i++)
        if (pl_span_is(name, settings[i].name))
            return &settings[i];
    return NULL;
}

static pl_err set_number(const setting_t *setting, const char *value, const char *place, config_t *config)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(value, &end, 10);
    if (errno || end == value || *end || number < setting->min || number > setting->max)
        return pl_fail(PL_ERR_INVALID, "%s: %s is \"%s\"; a number from %lld to %lld is needed", place, setting->name, value,
                       (long long)setting->min, (long long)setting->max);
    *(int64_t *)(void *)((char *)config + setting->offset) = number;
    return PL_OK;
}

static pl_err set(pl_arena *arena, const setting_t *setting, pl_span value, const char *place, config_t *config)
{
    char *text = pl_arena_text(arena, value);

    if (!text)
        return PL_ERR_MEMORY;
    if (value.size == 0 || value.size > CONFIG_VALUE_MAX || strlen(text) != value.size)
        return pl_fail(PL_ERR_INVALID, "%s: %s is empty or too long", place, setting->name);
    if (setting->min != setting->max)
        return set_number(setting, text, place, config);
    *(const char **)(void *)((char *)config + setting->offset) = text;
    return PL_OK;
}

static pl_span trim(pl_span text)
{
    while (text.size > 0 && isspace((unsigned char)text.data[0]))
        text = pl_span_of(text.data + 1, text.size - 1);
    while (text.size > 0 && isspace((unsigned char)text.data[text.size - 1]))
        text.size--;
    return text;
}

static pl_err fail_unknown(pl_span name, const char *place)
{
    char typed[CONFIG_VALUE_MAX];
    const char *near;

    (void)snprintf(typed, sizeof typed, "%.*s", (int)(name.size < sizeof typed ? name.size : sizeof typed - 1), name.data);
    near = nearest_word(typed, setting_word, settings, CONFIG_COUNT);
    if (near)
        return pl_fail(PL_ERR_INVALID, "%s: there is no setting \"%s\"; did you mean \"%s\"?", place, typed, near);
    return pl_fail(PL_ERR_INVALID, "%s: there is no setting \"%s\"", place, typed);
}

static pl_err read_line(pl_arena *arena, pl_span line, const char *place, bool *seen, config_t *config)
{
    const char *equals;
    const setting_t *setting;
    pl_span name;

    line = trim(line);
    if (line.size == 0 || line.data[0] == '#')
        return PL_OK;
    equals = memchr(line.data, '=', line.size);
    if (!equals)
        return pl_fail(PL_ERR_INVALID, "%s: a line is NAME = VALUE", place);
    name = trim(pl_span_of(line.data, (size_t)(equals - line.data)));
    setting = find_setting(name);
    if (!setting)
        return fail_unknown(name, place);
    if (seen[setting - settings])
        return pl_fail(PL_ERR_INVALID, "%s: %s is set a second time", place, setting->name);
    seen[setting - settings] = true;
    return set(arena, setting, trim(pl_span_of(equals + 1, (size_t)(line.data + line.size - equals - 1))), place, config);
}

static pl_err read_file(pl_arena *arena, const config_sources_t *sources, config_t *config)
{
    bool seen[CONFIG_COUNT] = {false};
    pl_span rest = sources->file;
    char place[CONFIG_VALUE_MAX];
    pl_err err;

    if (rest.size > CONFIG_FILE_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "%s is larger than %d bytes", sources->file_name, CONFIG_FILE_MAX);
    for (int number = 1; rest.size > 0; number++) {
        const char *end = memchr(rest.data, '\n', rest.size);
        size_t size = end ? (size_t)(end - rest.data) : rest.size;

        (void)snprintf(place, sizeof place, "%s:%d", sources->file_name, number);
        if ((err = read_line(arena, pl_span_of(rest.data, size), place, seen, config)))
            return err;
        size += end ? 1 : 0;
        rest = pl_span_of(rest.data + size, rest.size - size);
    }
    return PL_OK;
}

static pl_err read_environment(pl_arena *arena, const config_sources_t *sources, config_t *config)
{
    char name[64];
    pl_err err;

    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        const char *value;

        (void)snprintf(name, sizeof name, "POSPAL_%s", settings[i].name);
        for (char *letter = name; *letter; letter++)
            *letter = (char)toupper((unsigned char)*letter);
        value = sources->environment ? sources->environment(name) : NULL;
        if (value && (err = set(arena, &settings[i], pl_span_text(value), name, config)))
            return err;
    }
    return PL_OK;
}

static pl_err read_flags(pl_arena *arena, const config_sources_t *sources, config_t *config)
{
    char place[64];
    pl_err err;

    for (size_t i = 0; sources->flags && i < CONFIG_COUNT; i++) {
        (void)snprintf(place, sizeof place, "--%s", settings[i].name);
        for (char *letter = place; *letter; letter++)
            *letter = *letter == '_' ? '-' : *letter;
        if (sources->flags[i] && (err = set(arena, &settings[i], pl_span_text(sources->flags[i]), place, config)))
            return err;
    }
    return PL_OK;
}

static pl_err check(const config_t *config)
{
    if (!config->data)
        return pl_fail(PL_ERR_INVALID, "no data directory: give --data DIR, POSPAL_DATA or \"data = DIR\" in the file");
    if (!config->tls_cert != !config->tls_key)
        return pl_fail(PL_ERR_INVALID, "tls_cert and tls_key go together; %s is missing",
                       config->tls_cert ? "tls_key" : "tls_cert");
    return PL_OK;
}

pl_err config_load(pl_arena *arena, const config_sources_t *sources, config_t *config)
{
    pl_err err;

    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < CONFIG_COUNT; i++)
        if (settings[i].initial && (err = set(arena, &settings[i], pl_span_text(settings[i].initial), "default", config)))
            return err;
    if ((err = read_file(arena, sources, config)) || (err = read_environment(arena, sources, config)) ||
        (err = read_flags(arena, sources, config)))
        return err;
    return check(config);
}
