/* SPDX-License-Identifier: Apache-2.0
 *
 * How the server is, in Prometheus' text format (version 0.0.4): requests, verdicts, sessions, the writer, the database, the process.
 */
#ifndef POSPAL_HTTP_METRICS_H
#define POSPAL_HTTP_METRICS_H

#include "http/loop.h"
#include "licensing/backups.h"
#include "mail/sender.h"
#include "store/inbound_events.h"
#include "store/deliveries.h"

/* Any thread, without waiting for anybody. */
void metrics_write(engine_t *engine, pl_buf *out);
/* Bytes of the database, and of the disk that holds it; 0: not known. */
void metrics_write_capacity(int64_t database_bytes, const pl_disk_room *disk, pl_buf *out);
/* Webhooks that wait, as last measured. */
void metrics_write_outbox(const outbox_t *outbox, pl_buf *out);
/* Mail that waits, as last measured, and what became of the rest; is_on: a mail server is set. */
void metrics_write_mail(const mail_queue_t *queue, const mail_counts_t *counts, bool is_on, pl_buf *out);
/* Events of payment providers. */
void metrics_write_inbox(const inbound_count_t *inbox, int64_t lag_ms, pl_buf *out);
/* Nothing where none was ever made. */
void metrics_write_backups(const backups_state_t *backups, int64_t now_ms, pl_buf *out);

#endif
