/* SPDX-License-Identifier: Apache-2.0
 *
 * What is served as it was built in: the contract (docs/openapi.json), and at /docs the files of its viewer. embed_builtin.cmake makes
 * the list from builtin.cmake. Nothing of a request's path ever reaches the file system.
 */
#ifndef POSPAL_API_BUILTIN_H
#define POSPAL_API_BUILTIN_H

#include <stddef.h>

typedef struct {
    const char *path; /* the route's */
    const char *media_type;
    const char *encoding; /* "gzip"; NULL: none */
    const char *etag;     /* with its quotes */
    const unsigned char *bytes;
    size_t size;
} builtin_t;

extern const builtin_t builtins[];
extern const size_t builtins_count;

#endif
