/* SPDX-License-Identifier: Apache-2.0
 *
 * A line to a real validator's domain: a transport for the library on which licensing/ judges, in transactions of a real database, and signs,
 * without HTTP and by the clock of a test. With the shop of tests/support it lets whole machines meet whole validators.
 */
#ifndef TESTS_SUPPORT_LICENSING_LINE_H
#define TESTS_SUPPORT_LICENSING_LINE_H

#include <pospal/license.h>

#include "licensing/sightings.h"
#include "platform/thread.h"
#include "store/audit.h"
#include "support/validator.h"

typedef struct {
    validator v;
    fake_clock *clock; /* the machines'; the validator goes by it */
    sightings_t *sightings;
    pl_mutex *mutex; /* held during an exchange */
    bool is_cut;     /* the network is: no reply */
    unsigned exchanges;
} licensing_line;

/* Sets the clock to the validator's time. */
void licensing_line_open(licensing_line *line, fake_clock *clock);
void licensing_line_close(licensing_line *line);
/* For several processes on one validator: it is left before the fork and joined again by each, the parent last. */
void licensing_line_leave(licensing_line *line);
pl_err licensing_line_join(licensing_line *line);
/* For pospal_options_set_transport, with the line as context. */
pospal_result_t licensing_line_exchange(void *context, const pospal_exchange_t *exchange, pospal_reply *reply);
/* Writes what the server writes once a second. */
void licensing_line_flush(licensing_line *line);
/* How many rows of that action the brand's audit has, and the newest one's metadata ("" for none; lives until the line is closed). */
size_t licensing_line_audited(licensing_line *line, audit_action action, const char **metadata);

#endif
