/* SPDX-License-Identifier: Apache-2.0
 *
 * The words for a session's state.
 */
#include "license/session.h"

#include <string.h>

static const char *const texts[] = {
    [PL_SESSION_NONE] = "none",     [PL_SESSION_HELD] = "held",     [PL_SESSION_TAKEN] = "taken",
    [PL_SESSION_ENDED] = "ended",   [PL_SESSION_LISTED] = "listed", [PL_SESSION_EVICTED] = "evicted",
    [PL_SESSION_LAPSED] = "lapsed",
};

enum { STATE_COUNT = sizeof(texts) / sizeof(texts[0]) };

const char *pl_session_state_text(pl_session_state state)
{
    return (unsigned)state < STATE_COUNT ? texts[state] : texts[PL_SESSION_NONE];
}

pl_session_state pl_session_state_parse(const char *text)
{
    for (size_t i = 0; i < STATE_COUNT; i++)
        if (strcmp(texts[i], text) == 0)
            return (pl_session_state)i;
    return PL_SESSION_NONE;
}
