/* SPDX-License-Identifier: Apache-2.0
 *
 * What the setters of the public header gather: texts copied, the first failure kept.
 */
#ifndef PL_CLIENT_OPTIONS_H
#define PL_CLIENT_OPTIONS_H

#include <pospal/license.h>

#include "base/err.h"
#include "platform/file.h"

typedef enum {
    PL_OPTION_PRODUCT,
    PL_OPTION_VERSION,
    PL_OPTION_SERVER,
    PL_OPTION_ROOT_KEYS,
    PL_OPTION_DIRECTORY,
    PL_OPTION_PROXY,
    PL_OPTION_CA_FILE,
    PL_OPTION_KEY,
    PL_OPTION_DEVICE_NAME,
    PL_OPTION_HARDWARE_ROOT,
    PL_OPTION_PINNED_KEYS,
    PL_OPTION_TEXTS
} pl_option_text;

struct pospal_options {
    pl_err err; /* the first failure of a setter */
    char detail[PL_ERR_DETAIL_MAX];
    char *text[PL_OPTION_TEXTS]; /* NULL: not set */
    pospal_key_source_t key_source;
    int64_t timeout_ms;
    pospal_transport_fn transport;
    void *transport_context;
    pospal_clock_fn clock;
    void *clock_context;
    pospal_log_fn log;
    void *log_context;
    pospal_log_level_t log_level;
    pospal_change_fn changed;
    void *changed_context;
    const pl_fs *fs; /* the disk; tests put another in its place */
};

/* to starts empty. PL_ERR_MEMORY. */
pl_err pl_options_copy(const pospal_options *from, pospal_options *to);
void pl_options_reset(pospal_options *options);
/* The setters' first failure, or what is missing. */
pl_err pl_options_check(const pospal_options *options);

#endif
