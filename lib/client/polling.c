/* SPDX-License-Identifier: Apache-2.0
 *
 * Trying again and again; see polling.h. Others keep what is waited for only for milliseconds, so the first pauses are short.
 */
#include "client/polling.h"

#include "platform/clock.h"

enum { PAUSE_FIRST_MS = 1, PAUSE_LAST_MS = 32 };

pl_polling pl_polling_begin(int64_t patience_ms)
{
    return (pl_polling){patience_ms ? pl_clock_monotonic_us() + patience_ms * 1000 : 0, PAUSE_FIRST_MS, false};
}

bool pl_polling_wait(pospal_client *client, pl_polling *polling, const char *what)
{
    if (polling->until_us == 0)
        return false;
    if (client->is_closing) {
        pl_log_write(&client->log, PL_LOG_DEBUG, "not waiting for another process at %s: the client is being closed", what);
        return false;
    }
    if (pl_clock_monotonic_us() >= polling->until_us)
        return false;
    if (!polling->has_waited)
        pl_log_write(&client->log, PL_LOG_DEBUG, "waiting for another process at %s", what);
    polling->has_waited = true;
    (void)pl_cond_wait(client->changed, client->mutex, polling->pause_ms);
    polling->pause_ms = polling->pause_ms < PAUSE_LAST_MS ? polling->pause_ms * 2 : PAUSE_LAST_MS;
    return true;
}
