/* SPDX-License-Identifier: Apache-2.0
 *
 * What --version of our programs tells of SQLite, which knows its version as a statement only.
 */
#ifndef COMMAND_LINE_VERSIONS_H
#define COMMAND_LINE_VERSIONS_H

#include "crypto/crypto.h"

/* Empty where SQLite is missing. */
void versions_sqlite(char text[PL_VERSION_TEXT_SIZE]);

#endif
