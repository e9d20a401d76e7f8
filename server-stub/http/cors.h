/* SPDX-License-Identifier: Apache-2.0
 *
 * Pages of other origins that may read our replies (the Fetch standard's CORS): those on the operator's list, and no other.
 */
#ifndef POSPAL_HTTP_CORS_H
#define POSPAL_HTTP_CORS_H

#include <stdbool.h>

#include "http/reply.h"

/* A list of origins, scheme://host[:port], with spaces between; no "*": API keys are not for every page. */
bool cors_list_is_valid(const char *list);
/* The origin if it is on the list; NULL: it is not, or there is no list. */
const char *cors_find(const char *list, const char *origin);
/* origin: of cors_find, must live as long as the reply. allow: the path's methods, for a preflight; NULL: this is none. */
void cors_add_headers(http_reply_t *reply, const char *origin, const char *allow);

/*
 * What POSPal's licensing API sends with every reply: any page may read it. Credentials stand in the body there, so that a page gets
 * nothing that it does not know the key to.
 */
void cors_add_open_headers(http_reply_t *reply);

#endif
