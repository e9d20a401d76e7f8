/* SPDX-License-Identifier: Apache-2.0
 *
 * A subcommand of pospal-license as a row of the table in tool.c: how it is written, what it says of itself, what it runs. One
 * file each.
 */
#ifndef POSPAL_TOOL_COMMAND_H
#define POSPAL_TOOL_COMMAND_H

#include "command_line/options.h"
#include "sheet.h"
#include "tool.h"

/* The options that many subcommands share; the first member of every subcommand's values. */
typedef struct {
    const char *product;
    const char *server;
    const char *roots;
    const char *data;
    const char *proxy;
    const char *ca;
    const char *hardware_root;
    int64_t timeout_ms;
    bool json;
    bool help;
} common_t;

/* Which of them a subcommand takes; --json and --help are taken by all. */
enum {
    USES_PRODUCT = 1 << 0,  /* --product, required */
    USES_ROOTS = 1 << 1,    /* --roots, required */
    USES_STATE = 1 << 2,    /* --data */
    USES_HARDWARE = 1 << 3, /* --hardware-root */
    USES_SERVER = 1 << 4,   /* --server, required, and what goes with it */
    USES_NETWORK = 1 << 5,  /* what goes with it alone; --server is the subcommand's own */
    USES_CLIENT = USES_PRODUCT | USES_ROOTS | USES_STATE | USES_HARDWARE
};

/* One invocation. */
typedef struct {
    FILE *in;
    FILE *out;
    FILE *err;
    sheet_t sheet;         /* the result; printed when the subcommand has returned, also when it failed */
    bool has_told_storage; /* that nothing can be stored, once */
} tool_t;

typedef struct {
    const char *name;
    const char *summary;
    const char *notes;   /* further lines of the help, each with its end; NULL: none */
    const char *example; /* what follows "pospal-license " */
    unsigned uses;
    const option_t *options; /* besides the common ones */
    size_t option_count;
    tool_exit (*run)(tool_t *tool, const void *values);
} command_t;

enum { TOOL_VALUES_MAX = 320 };

extern const command_t command_fingerprint, command_explain, command_status, command_activate, command_deactivate, command_import,
    command_sessions, command_verify, command_version;
extern const command_t command_request, command_release, command_qr;
extern const command_t command_usage, command_answer;
extern const command_t command_inspect, command_doctor, command_chaos;

/* Print why it failed, to people or as JSON, and tell the exit code. */
tool_exit tool_fail(tool_t *tool, pl_err err);
/* The same by the detail alone, where the error's general sentence would only confuse: words of the command line, files. */
tool_exit tool_fail_plainly(tool_t *tool, pl_err err);
/* For a call of the public interface. */
tool_exit tool_fail_result(tool_t *tool, pospal_result_t result);

#endif
