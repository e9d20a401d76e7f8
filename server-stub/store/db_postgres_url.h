/* SPDX-License-Identifier: Apache-2.0
 *
 * The address of a database. Parsing it is libpq's; here it is told from others, and made fit to be shown.
 */
#ifndef STORE_DB_POSTGRES_URL_H
#define STORE_DB_POSTGRES_URL_H

#include <stdbool.h>

/* postgres:// or postgresql:// */
bool postgres_url_is(const char *url);
/* Overwrites the password, in "user:password@" and in "password=", with stars. */
void postgres_url_hide(char *url);

#endif
