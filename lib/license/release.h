/* SPDX-License-Identifier: Apache-2.0
 *
 * A release of a program as it stands in an answer. How it is encoded is in token/release_json.h.
 */
#ifndef PL_LICENSE_RELEASE_H
#define PL_LICENSE_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

#define PL_RELEASES_UNTIL "releases.until" /* entitlement: releases up to that day or second are the license's */
#define PL_RELEASES_MAX   "releases.max"   /* the same: and up to that version */

enum { PL_RELEASE_VERSION_MAX = 64, PL_RELEASE_CHANNEL_MAX = 32, PL_RELEASE_URL_MAX = 512, PL_RELEASE_SHA256_TEXT = 64 };

typedef struct {
    const char *version;
    const char *channel;
    const char *url;
    const char *notes_url; /* NULL: none */
    const char *sha256;    /* of what the URL gives, lower-case hex */
    int64_t published_at;  /* Unix seconds */
    bool is_allowed;       /* by the license */
} pl_release_claims;

/* 1 to PL_RELEASE_CHANNEL_MAX of a-z 0-9 . _ -; accepts NULL. */
bool pl_release_channel_is_valid(const char *channel);
/* 64 digits 0-9 a-f; accepts NULL. */
bool pl_release_sha256_is_valid(const char *text);

#endif
