/* SPDX-License-Identifier: Apache-2.0
 *
 * SMTP's and HTTP's classes of answers.
 */
#include "mail/verdict.h"

#include <stdbool.h>
#include <strings.h>

static bool begins(const char *command, size_t size, const char *with, size_t with_size)
{
    return size >= with_size && strncasecmp(command, with, with_size) == 0;
}

smtp_stage smtp_stage_after(smtp_stage stage, const char *command, size_t size)
{
    if (begins(command, size, "MAIL FROM", 9))
        return STAGE_SENDER;
    if (begins(command, size, "RCPT TO", 7))
        return STAGE_RECIPIENT;
    if (begins(command, size, "DATA", 4))
        return STAGE_CONTENT;
    return stage;
}

/*
 * A refusal of the greeting, the password or the sender is about us, not about the recipient: it holds until the operator mends it. What is refused
 * later is refused for this mail alone.
 */
carrier_outcome smtp_verdict(smtp_stage stage, int status)
{
    int kind = status / 100;

    if (status == 421 || stage == STAGE_GREETING)
        return DOWN;
    if (kind == 5)
        return stage == STAGE_SENDER ? DOWN : REFUSED;
    return DEFERRED;
}

carrier_outcome http_verdict(int status)
{
    switch (status) {
    case 400:
    case 413:
    case 422:
        return REFUSED;
    case 409: /* the same mail is under way there */
        return DEFERRED;
    default:
        return status >= 200 && status < 300 ? CARRIED : DOWN;
    }
}
