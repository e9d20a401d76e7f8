/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line of pospal-license.
 */
#ifndef POSPAL_TOOL_TOOL_H
#define POSPAL_TOOL_TOOL_H

#include <stdio.h>

#include <pospal/license.h>

/* The exit codes; `pospal-license help` lists them. */
typedef enum {
    TOOL_OK = 0,
    TOOL_FAILED = 1,
    TOOL_USAGE = 2,
    TOOL_NOT_USABLE = 3,  /* an answer was had, and the license is not good */
    TOOL_UNREACHABLE = 4, /* the server gave no signed answer; nothing was decided */
    TOOL_STORAGE = 5,
    TOOL_REFUSED = 6, /* a license file is damaged, forged, or meant for another product or device */
    TOOL_DENIED = 7   /* what was asked for was denied, and the license that is held is good as before */
} tool_exit;

typedef struct {
    FILE *in;
    FILE *out;
    FILE *err;
} tool_streams_t;

/* words: without the program's name, NULL at the end. */
tool_exit tool_run(const tool_streams_t *streams, char *const *words);

#endif
