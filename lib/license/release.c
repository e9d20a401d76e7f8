/* SPDX-License-Identifier: Apache-2.0
 *
 * The forms of a release's texts.
 */
#include "license/release.h"

#include <stddef.h>
#include <string.h>

bool pl_release_channel_is_valid(const char *channel)
{
    size_t size = channel ? strspn(channel, "abcdefghijklmnopqrstuvwxyz0123456789._-") : 0;

    return size > 0 && size <= PL_RELEASE_CHANNEL_MAX && channel[size] == '\0';
}

bool pl_release_sha256_is_valid(const char *text)
{
    return text && strspn(text, "0123456789abcdef") == PL_RELEASE_SHA256_TEXT && text[PL_RELEASE_SHA256_TEXT] == '\0';
}
