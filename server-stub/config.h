/* SPDX-License-Identifier: Apache-2.0
 *
 * The settings of `pospal-validator serve`: one table, read from a file, the environment (POSPAL_LISTEN for "listen") and flags
 * (--listen), the later beating the earlier.
 */
#ifndef POSPAL_CONFIG_H
#define POSPAL_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

typedef enum {
    CONFIG_DATA,
    CONFIG_DB,
    CONFIG_DB_POOL,
    CONFIG_DB_CONNECT_TIMEOUT_S,
    CONFIG_DB_STATEMENT_TIMEOUT_MS,
    CONFIG_LISTEN,
    CONFIG_TLS_CERT,
    CONFIG_TLS_KEY,
    CONFIG_LOOPS,
    CONFIG_WORKERS,
    CONFIG_QUEUE,
    CONFIG_CONNECTIONS,
    CONFIG_TIMEOUT_S,
    CONFIG_REFUSALS_PER_MINUTE,
    CONFIG_TRUSTED_PROXY,
    CONFIG_LOG_LEVEL,
    CONFIG_METRICS_TOKEN,
    CONFIG_DOCS,
    CONFIG_API_REQUESTS_PER_MINUTE,
    CONFIG_CORS_ORIGINS,
    CONFIG_WEBHOOK_ALLOW,
    CONFIG_WEBHOOK_CA,
    CONFIG_WEBHOOK_THREADS,
    CONFIG_WEBHOOK_TIMEOUT_S,
    CONFIG_WEBHOOK_RETRY_MS,
    CONFIG_BILLING_RECONCILE_MINUTES,
    CONFIG_BILLING_TIMEOUT_S,
    CONFIG_DISK_MIN_FREE_MB,
    CONFIG_DISK_MIN_FREE_PERCENT,
    CONFIG_MAIL_URL,
    CONFIG_MAIL_USER,
    CONFIG_MAIL_SECRET_FILE,
    CONFIG_MAIL_CA,
    CONFIG_MAIL_PLAIN_LOOPBACK,
    CONFIG_MAIL_THREADS,
    CONFIG_MAIL_TIMEOUT_S,
    CONFIG_MAIL_RETRY_MS,
    CONFIG_MAIL_TEMPLATES,
    CONFIG_BACKUP_DIR,
    CONFIG_BACKUP_HOURS,
    CONFIG_BACKUP_KEEP,
    CONFIG_COUNT
} config_name_t;

enum { CONFIG_FILE_MAX = 64 * 1024, CONFIG_VALUE_MAX = 1024 };

/* Texts are NULL where not set. */
typedef struct {
    const char *data;
    const char *db;                  /* postgres://...; NULL: SQLite's in data */
    int64_t db_pool;                 /* PostgreSQL: connections, each with a thread, that serve requests */
    int64_t db_connect_timeout_s;    /* PostgreSQL */
    int64_t db_statement_timeout_ms; /* PostgreSQL: of one statement, and of silence on the line */
    const char *listen;
    const char *tls_cert;
    const char *tls_key;
    int64_t loops;               /* event loops; 0: one per processor */
    int64_t workers;             /* threads for what may take long */
    int64_t queue;               /* writes that may wait; beyond that 503 */
    int64_t connections;         /* in all */
    int64_t timeout_s;           /* of a connection on which nothing moves */
    int64_t refusals_per_minute; /* of one address; 0: no limit */
    const char *trusted_proxy;   /* an address; its X-Forwarded-For is believed */
    const char *log_level;
    int64_t docs;                      /* 1: the contract is shown at /docs; 0: there is nothing */
    int64_t api_requests_per_minute;   /* of one API key; 0: no limit */
    const char *cors_origins;          /* see http/cors.h; NULL: none */
    const char *metrics_token;         /* who sends it may read /metrics; NULL: this machine may */
    const char *webhook_allow;         /* networks that webhooks may go to besides what is public */
    const char *webhook_ca;            /* certificates, PEM, in place of the system's */
    int64_t webhook_threads;           /* that send; 0: this server sends none */
    int64_t webhook_timeout_s;         /* of one attempt */
    int64_t webhook_retry_ms;          /* the first pause after a failure; it doubles */
    int64_t disk_min_free_mb;          /* SQLite: with less the server is not ready */
    int64_t disk_min_free_percent;     /* the same, of the file system; 0: not looked at */
    const char *mail_url;              /* smtps://host:465, smtp://host:587, https://api.resend.com; NULL: mail waits */
    const char *mail_user;             /* SMTP's */
    const char *mail_secret_file;      /* holds its password, or the API's key */
    const char *mail_ca;               /* certificates, PEM, in place of the system's */
    int64_t mail_plain_loopback;       /* 1: without TLS to a server on this machine */
    int64_t mail_threads;              /* that send; 0: this server sends none */
    int64_t mail_timeout_s;            /* of one attempt */
    int64_t mail_retry_ms;             /* the first pause after a failure; it doubles */
    const char *mail_templates;        /* directory of brands' own templates */
    int64_t billing_reconcile_minutes; /* between two comparisons with the payment provider; 0: only what must be is compared */
    int64_t billing_timeout_s;         /* of one exchange with it */
    const char *backup_dir;            /* SQLite: copies of the database go there; NULL: none are made */
    int64_t backup_hours;              /* between two */
    int64_t backup_keep;               /* so many */
} config_t;

/* Where values come from; file and flags may be NULL or hold NULLs. */
typedef struct {
    const char *file_name; /* for messages */
    pl_span file;
    const char *(*environment)(const char *name);
    const char *const *flags; /* by config_name_t */
} config_sources_t;

/* PL_ERR_INVALID; the detail names the setting and where it stands. Texts live in the arena. */
pl_err config_load(pl_arena *arena, const config_sources_t *sources, config_t *config);

#endif
