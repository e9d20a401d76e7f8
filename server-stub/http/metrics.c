/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing metrics.
 */
#include "http/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "platform/clock.h"

typedef struct {
    const char *name;
    const char *type;
    const char *help;
} metric_t;

static void announce(pl_buf *out, const metric_t *metric)
{
    pl_buf_add_format(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name, metric->type);
}

static void write_one(pl_buf *out, metric_t metric, double value)
{
    announce(out, &metric);
    pl_buf_add_format(out, "%s %.17g\n", metric.name, value);
}

static void write_gauge(pl_buf *out, const char *name, const char *help, double value)
{
    write_one(out, (metric_t){name, "gauge", help}, value);
}

static void write_counter(pl_buf *out, const char *name, const char *help, double value)
{
    write_one(out, (metric_t){name, "counter", help}, value);
}

static void write_verdicts(tally_t *tally, pl_buf *out)
{
    static const metric_t metric = {"pospal_verdicts_total", "counter", "Answers to devices, by verdict and reason."};

    announce(out, &metric);
    for (int verdict = 0; verdict < PL_VERDICT_COUNT; verdict++)
        for (int reason = 0; reason < PL_REASON_COUNT; reason++) {
            uint64_t given = tally_read(tally, (pl_verdict)verdict, (pl_reason)reason);

            if (given)
                pl_buf_add_format(out, "pospal_verdicts_total{verdict=\"%s\",reason=\"%s\"} %" PRIu64 "\n",
                                  pl_verdict_text((pl_verdict)verdict), pl_reason_text((pl_reason)reason), given);
        }
}

static void write_database(engine_t *engine, pl_buf *out)
{
    int64_t monotonic_ms = pl_clock_monotonic_us() / 1000;
    writer_state_t writer = writer_state(engine->writer);
    int64_t now_ms;

    write_gauge(out, "pospal_writer_queue", "Writes that wait for the writer.", (double)writer.waiting);
    write_gauge(out, "pospal_writer_stalled_seconds", "Since the writer took up work without finishing a transaction.",
                (double)writer.stalled_ms / 1e3);
    write_counter(out, "pospal_writer_groups_total",
                  "Transactions of the writer; writes by it divided by these is the batch size.", (double)writer.groups);
    write_counter(out, "pospal_writer_jobs_total", "Writes in those transactions.", (double)writer.jobs);
    write_gauge(out, "pospal_database_reading_pause_seconds", "Until a database that failed is asked again.",
                breaker_retry_s(&engine->reading, monotonic_ms));
    write_gauge(out, "pospal_database_writing_pause_seconds", "Until a database that failed is written again.",
                breaker_retry_s(&engine->writing, monotonic_ms));
    write_gauge(out, "pospal_clock_trusted",
                "1 while the clock agrees with the newest time in the database; else nothing is signed.",
                trusted_time_now(engine->time, &now_ms) ? 0 : 1);
    pl_err_clear();
}

static double resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long long all = 0;
    unsigned long long resident = 0;
    bool is_read = false;
    char line[128];

    if (file && fgets(line, sizeof line, file)) {
        char *end;

        all = strtoull(line, &end, 10);
        is_read = end != line && all > 0;
        resident = strtoull(end, NULL, 10);
    }
    if (file)
        (void)fclose(file);
    return is_read ? (double)resident * (double)sysconf(_SC_PAGESIZE) : 0;
}

static void write_process(pl_buf *out)
{
    static const metric_t build = {"pospal_build_info", "gauge", "The version that runs."};
    struct rusage usage;

    announce(out, &build);
    pl_buf_add_format(out, "pospal_build_info{version=\"%s\"} 1\n", POSPAL_VERSION_STRING);
    write_gauge(out, "process_resident_memory_bytes", "Memory in use.", resident_bytes());
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        write_counter(out, "process_cpu_seconds_total", "Processor time, user and system.",
                      (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                          (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
}

void metrics_write(engine_t *engine, pl_buf *out)
{
    request_counts_write(engine->counts, engine->counts_count, out);
    write_verdicts(engine->api->tally, out);
    write_gauge(out, "pospal_sessions_alive", "Sessions that this process keeps in memory.",
                (double)sessions_count(engine->api->sessions));
    write_database(engine, out);
    write_process(out);
}

void metrics_write_outbox(const outbox_t *outbox, pl_buf *out)
{
    write_gauge(out, "pospal_outbox_waiting", "Webhook messages that are not delivered yet, 10000 at most are counted.",
                (double)outbox->waiting);
    write_gauge(out, "pospal_outbox_lag_seconds", "Since the oldest of them was recorded.", (double)outbox->lag_ms / 1e3);
}

void metrics_write_capacity(int64_t database_bytes, const pl_disk_room *disk, pl_buf *out)
{
    if (database_bytes > 0)
        write_gauge(out, "pospal_database_size_bytes", "Size of the database, with its log.", (double)database_bytes);
    if (disk->total_bytes == 0)
        return;
    write_gauge(out, "pospal_database_disk_free_bytes", "What may still be written to the disk of the database.",
                (double)disk->free_bytes);
    write_gauge(out, "pospal_database_disk_bytes", "Size of that disk.", (double)disk->total_bytes);
}

void metrics_write_mail(const mail_queue_t *queue, const mail_counts_t *counts, bool is_on, pl_buf *out)
{
    static const metric_t metric = {"pospal_mail_attempts_total", "counter",
                                    "What became of mail, since the start of this process; waiting: it is tried again."};

    write_gauge(out, "pospal_mail_on", "1 where this process sends mail; 0: no mail_url is set, and mail waits.", is_on);
    write_gauge(out, "pospal_mail_waiting", "Mail that is not sent yet, 10000 at most are counted.", (double)queue->waiting);
    write_gauge(out, "pospal_mail_lag_seconds", "Since the first of it was due.", (double)queue->lag_ms / 1e3);
    announce(out, &metric);
    pl_buf_add_format(out, "%s{state=\"sent\"} %lld\n", metric.name, (long long)counts->sent);
    pl_buf_add_format(out, "%s{state=\"failed\"} %lld\n", metric.name, (long long)counts->failed);
    pl_buf_add_format(out, "%s{state=\"suppressed\"} %lld\n", metric.name, (long long)counts->suppressed);
    pl_buf_add_format(out, "%s{state=\"waiting\"} %lld\n", metric.name, (long long)counts->retried);
}

void metrics_write_inbox(const inbound_count_t *inbox, int64_t lag_ms, pl_buf *out)
{
    write_gauge(out, "pospal_payment_events_waiting", "Events of payment providers that are to be worked on.",
                (double)inbox->waiting);
    write_gauge(out, "pospal_payment_events_failed", "Events of payment providers that were given up; see billing events.",
                (double)inbox->failed);
    write_gauge(out, "pospal_payment_events_lag_seconds", "Age of the oldest that waits.", (double)lag_ms / 1e3);
}

void metrics_write_backups(const backups_state_t *backups, int64_t now_ms, pl_buf *out)
{
    if (backups->done_at_ms && backups->done_at_ms <= now_ms) /* else the clock was ahead then: its age is not known */
        write_gauge(out, "pospal_backup_age_seconds", "Since the last scheduled backup that is whole.",
                    (double)(now_ms - backups->done_at_ms) / 1e3);
    write_gauge(out, "pospal_backup_failures", "Scheduled backups that failed since, one after the other.",
                (double)backups->failures);
}
