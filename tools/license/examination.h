/* SPDX-License-Identifier: Apache-2.0
 *
 * What `doctor` looks at and what it found: one finding for each check, in the order in which they are told. Nothing here changes state,
 * and no finding holds a secret.
 */
#ifndef POSPAL_TOOL_EXAMINATION_H
#define POSPAL_TOOL_EXAMINATION_H

#include "session.h"

typedef enum { FINDING_OK, FINDING_WARNING, FINDING_PROBLEM } severity_t;

enum { FINDINGS_MAX = 16, DIRECTORY_SIZE = 1024 };

typedef struct {
    const char *check; /* "network" */
    severity_t severity;
    char says[PL_ERR_DETAIL_MAX + 256];
    char remedy[256]; /* "" where nothing is to be done */
} finding_t;

/* What the server told, as far as it was reached. */
typedef struct {
    pl_err err; /* of the exchange with /livez; PL_OK: a reply was had */
    char failure[PL_ERR_DETAIL_MAX];
    pl_err judged; /* whether it was our server's reply */
    char judgement[PL_ERR_DETAIL_MAX];
    int64_t date_s;              /* its clock; 0: not told */
    int64_t asked_at;            /* ours at that moment */
    int64_t certificate_ends_at; /* 0: not known */
} server_reply_t;

typedef struct {
    const tool_t *tool;
    const common_t *common;
    pl_roots roots;
    pl_err roots_err; /* why they could not be read */
    char roots_failure[PL_ERR_DETAIL_MAX];
    pl_buf jwks;
    char directory[DIRECTORY_SIZE]; /* "": none is known */
    bool has_directory;             /* it exists */
    server_reply_t server;
    pl_keyset server_keyset; /* count 0: none was had */
    pospal_license *license; /* by what is stored; NULL: could not be asked */
    int64_t effective_at;    /* what the library takes the time for, Unix seconds; 0: not known */
    int64_t jump_ms;         /* how much of it is a lead of the clock that was believed after a day of uptime */
    finding_t findings[FINDINGS_MAX];
    size_t count;
} examination_t;

void examination_add(examination_t *examination, const char *check, severity_t severity, const char *remedy, const char *format,
                     ...) PL_PRINTF(5, 6);
/* A failure by its general sentence, whose second half is the remedy, and the detail that was noted with it. */
void examination_add_failure(examination_t *examination, const char *check, pl_err err, const char *detail);
size_t examination_count(const examination_t *examination, severity_t severity);
void examination_show(const examination_t *examination, sheet_t *sheet);

/* examine_line.c: one exchange, then what it tells. */
void examine_ask_server(examination_t *examination);
void examine_clock(examination_t *examination);
void examine_network(examination_t *examination);
void examine_tls(examination_t *examination);
void examine_proxy(examination_t *examination);
void examine_server(examination_t *examination);
/* examine_store.c */
void examine_store(examination_t *examination);
void examine_keys(examination_t *examination);
/* examine_license.c: reads the license with a disk that cannot be written, then tells of it. */
void examine_read_license(examination_t *examination);
void examine_license(examination_t *examination);
/* examine_machine.c */
void examine_versions(examination_t *examination);
void examine_hardware(examination_t *examination);

#endif
