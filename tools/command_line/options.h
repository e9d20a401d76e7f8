/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of a command as a table: what the parser fills a struct from and what the help prints.
 */
#ifndef POSPAL_COMMAND_LINE_OPTIONS_H
#define POSPAL_COMMAND_LINE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

typedef enum {
    OPTION_TEXT,    /* const char * */
    OPTION_FLAG,    /* bool; takes no value */
    OPTION_NUMBER,  /* int64_t within min..max */
    OPTION_TIME,    /* int64_t, Unix seconds, from RFC 3339 or a date; 0 where absent */
    OPTION_OPERAND, /* const char *; a word without name */
    OPTION_LIST     /* option_list_t; may be given often */
} option_kind_t;

typedef struct {
    const char *name;
    option_kind_t kind;
    size_t offset; /* of the value in the struct */
    bool is_required;
    const char *value; /* how the help calls the value: "DIR" */
    const char *help;
    int64_t min;
    int64_t max;
} option_t;

enum { OPTIONS_MAX = 48, OPTION_LIST_MAX = 16 };

typedef struct {
    const char *items[OPTION_LIST_MAX];
    size_t count;
} option_list_t;

/* values is zeroed or holds defaults. PL_ERR_INVALID; the detail names the option, and the one that was probably meant. */
pl_err options_parse(const option_t *options, size_t count, char *const *words, void *values);
void options_print(const option_t *options, size_t count, FILE *out);

#endif
