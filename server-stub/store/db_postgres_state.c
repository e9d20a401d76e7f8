/* SPDX-License-Identifier: Apache-2.0
 *
 * States by class and by name, the longer first.
 */
#include "store/db_postgres_state.h"

#include <stddef.h>
#include <string.h>

typedef struct {
    const char *prefix;
    pl_err err;
} row_t;

static const row_t rows[] = {
    {"40001", PL_ERR_BUSY},                               /* serialization_failure */
    {"40P01", PL_ERR_BUSY},                               /* deadlock_detected */
    {"55P03", PL_ERR_BUSY},                               /* lock_not_available: lock_timeout */
    {"3D000", PL_ERR_NOT_FOUND},                          /* no such database */
    {"25006", PL_ERR_READ_ONLY},                          /* a standby, or a connection for reading */
    {"53100", PL_ERR_DISK_FULL}, {"23", PL_ERR_CONFLICT}, /* integrity constraints */
    {"58", PL_ERR_IO},                                    /* the server's operating system */
};

pl_err postgres_state_err(const char *state)
{
    for (size_t i = 0; state && i < sizeof rows / sizeof *rows; i++)
        if (strncmp(state, rows[i].prefix, strlen(rows[i].prefix)) == 0)
            return rows[i].err;
    return PL_ERR_DATABASE;
}
