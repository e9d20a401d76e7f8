/* SPDX-License-Identifier: Apache-2.0
 *
 * `serve`: runs the validator until SIGTERM, SIGINT or SIGHUP. Settings come from flags, the environment and a file; see config.h.
 */
#include <signal.h>

#include "app.h"
#include "cli/serve_config.h"

enum { STDERR_FD = 2 };

typedef struct {
    cli_common_t common;
    const char *config;
    const char *flags[CONFIG_COUNT];
    bool accept_clock;
} serve_t;

/* clang-format off */
static const option_t options[] = {
    {"config", OPTION_TEXT, offsetof(serve_t, config), false, "FILE", "settings as NAME = VALUE lines; else POSPAL_CONFIG", 0, 0},
    {"listen", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_LISTEN]), false, "HOST:PORT", "the address (127.0.0.1:8470); port 0: any", 0, 0},
    {"db-pool", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_DB_POOL]), false, "N", "connections to PostgreSQL for requests (8)", 0, 0},
    {"db-connect-timeout-s", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_DB_CONNECT_TIMEOUT_S]), false, "S", "to PostgreSQL (5)", 0, 0},
    {"db-statement-timeout-ms", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_DB_STATEMENT_TIMEOUT_MS]), false, "MS", "of PostgreSQL (10000)", 0, 0},
    {"tls-cert", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_TLS_CERT]), false, "FILE", "certificate chain, PEM", 0, 0},
    {"tls-key", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_TLS_KEY]), false, "FILE", "its private key, PEM", 0, 0},
    {"loops", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_LOOPS]), false, "N", "event loops (0: one per processor)", 0, 0},
    {"workers", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_WORKERS]), false, "N", "threads for slow requests (4)", 0, 0},
    {"queue", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_QUEUE]), false, "N", "writes that may wait (4096); then 503", 0, 0},
    {"connections", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_CONNECTIONS]), false, "N", "connections at a time (10000)", 0, 0},
    {"timeout-s", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_TIMEOUT_S]), false, "S", "for a connection that is idle (30)", 0, 0},
    {"refusals-per-minute", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_REFUSALS_PER_MINUTE]), false, "N", "of one address (300; 0: no limit)", 0, 0},
    {"trusted-proxy", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_TRUSTED_PROXY]), false, "ADDRESS", "its X-Forwarded-For names the client (none)", 0, 0},
    {"api-requests-per-minute", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_API_REQUESTS_PER_MINUTE]), false, "N", "of one API key (6000; 0: no limit)", 0, 0},
    {"cors-origins", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_CORS_ORIGINS]), false, "LIST", "origins whose pages may call, with spaces between (none)", 0, 0},
    {"metrics-token", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_METRICS_TOKEN]), false, "TOKEN", "who sends it as Bearer may read /metrics (none: this machine alone)", 0, 0},
    {"docs", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_DOCS]), false, "N", "1: the API can be read in a browser at /docs (default); 0: not", 0, 0},
    {"log-level", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_LOG_LEVEL]), false, "LEVEL", "error, warn, info (default) or debug", 0, 0},
    {"webhook-allow", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_WEBHOOK_ALLOW]), false, "NETWORKS", "where webhooks may go besides public addresses, also by http (nowhere)", 0, 0},
    {"webhook-ca", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_WEBHOOK_CA]), false, "FILE", "certificates that webhooks trust, PEM (the system's)", 0, 0},
    {"webhook-threads", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_WEBHOOK_THREADS]), false, "N", "threads that send webhooks (4; 0: none are sent)", 0, 0},
    {"webhook-timeout-s", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_WEBHOOK_TIMEOUT_S]), false, "S", "for one attempt to send a webhook (15)", 0, 0},
    {"webhook-retry-ms", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_WEBHOOK_RETRY_MS]), false, "MS", "the first pause after a webhook failed (5000); it doubles", 0, 0},
    {"billing-reconcile-minutes", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_BILLING_RECONCILE_MINUTES]), false, "N", "between comparisons with the payment provider (60; 0: only what must be)", 0, 0},
    {"billing-timeout-s", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_BILLING_TIMEOUT_S]), false, "S", "for one answer of the payment provider (10)", 0, 0},
    {"disk-min-free-mb", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_DISK_MIN_FREE_MB]), false, "N", "megabytes of the database's disk without which the server is not ready (64)", 0, 0},
    {"disk-min-free-percent", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_DISK_MIN_FREE_PERCENT]), false, "N", "the same, of the disk (0: not looked at)", 0, 0},
    {"mail-url", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_MAIL_URL]), false, "URL", "mail goes there: smtps://host:465, smtp://host:587 (STARTTLS), https://api.resend.com (none: mail waits)", 0, 0},
    {"mail-user", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_MAIL_USER]), false, "NAME", "of the account there, by SMTP", 0, 0},
    {"mail-secret-file", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_MAIL_SECRET_FILE]), false, "FILE", "holds its password, or the API's key", 0, 0},
    {"mail-ca", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_MAIL_CA]), false, "FILE", "certificates that mail trusts, PEM (the system's)", 0, 0},
    {"mail-plain-loopback", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_MAIL_PLAIN_LOOPBACK]), false, "0|1", "1: without TLS to a server on this machine (0)", 0, 0},
    {"mail-threads", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_MAIL_THREADS]), false, "N", "threads that send mail (2; 0: none is sent)", 0, 0},
    {"mail-timeout-s", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_MAIL_TIMEOUT_S]), false, "S", "for one attempt to send a mail (30)", 0, 0},
    {"mail-retry-ms", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_MAIL_RETRY_MS]), false, "MS", "the first pause after a mail failed (30000); it doubles", 0, 0},
    {"mail-templates", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_MAIL_TEMPLATES]), false, "DIR", "brands' own templates: DIR/BRAND/LANGUAGE/NAME.mail (none)", 0, 0},
    {"backup-dir", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_BACKUP_DIR]), false, "DIR", "where copies of SQLite's database go (none are made)", 0, 0},
    {"backup-hours", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_BACKUP_HOURS]), false, "H", "between two copies (24)", 0, 0},
    {"backup-keep", OPTION_TEXT, offsetof(serve_t, flags[CONFIG_BACKUP_KEEP]), false, "N", "how many copies are kept (14)", 0, 0},
    {"accept-clock", OPTION_FLAG, offsetof(serve_t, accept_clock), false, NULL, "this machine's time is right, whatever the database says", 0, 0},
};
/* clang-format on */

static pl_err read_config(cli_t *cli, const serve_t *serve, config_t *config)
{
    const char *flags[CONFIG_COUNT];

    for (size_t i = 0; i < CONFIG_COUNT; i++)
        flags[i] = serve->flags[i];
    flags[CONFIG_DATA] = serve->common.data;
    flags[CONFIG_DB] = serve->common.db;
    return read_serve_config(cli, serve->config, flags, config);
}

/* Blocked before the first thread starts, so that every thread inherits it and sigwait alone sees them. */
static void block_signals(sigset_t *awaited)
{
    sigemptyset(awaited);
    sigaddset(awaited, SIGTERM);
    sigaddset(awaited, SIGINT);
    sigaddset(awaited, SIGHUP); /* nothing is read anew while running: a restart does */
    (void)sigprocmask(SIG_BLOCK, awaited, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static pl_err run_serve(cli_t *cli, const void *values)
{
    const serve_t *serve = values;
    config_t config;
    app_options_t app_options = {&config, cli->clock, serve->accept_clock, STDERR_FD};
    sigset_t awaited;
    app_t *app;
    int got;
    pl_err err;

    if ((err = read_config(cli, serve, &config)))
        return err;
    block_signals(&awaited);
    if ((err = app_open(&app_options, &app)))
        return err;
    (void)fprintf(cli->out, "listening on %s\n", app_url(app));
    (void)fflush(cli->out);
    (void)sigwait(&awaited, &got);
    app_close(app);
    return PL_OK;
}

const command_t command_serve = {
    .name = "serve",
    .summary = "run the server",
    .example = "serve --data /var/lib/pospal --listen 0.0.0.0:8443 --tls-cert chain.pem --tls-key key.pem",
    .needs = CLI_OPTIONAL,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_serve,
    .prints_itself = true,
};
