/* SPDX-License-Identifier: Apache-2.0
 *
 * What the subcommands share besides options: files, this machine's fingerprint, a client opened as the options say, a license
 * shown.
 */
#ifndef POSPAL_TOOL_SESSION_H
#define POSPAL_TOOL_SESSION_H

#include "base/buf.h"
#include "command.h"
#include "device/device.h"
#include "token/keyring.h"

/* A whole file, or standard input for "-". PL_ERR_NOT_FOUND, _TOO_LARGE, _IO, _MEMORY; the detail names the file. */
pl_err session_read_file(const tool_t *tool, const char *path, size_t limit, pl_buf *out);
/* The text of a root JWKS file, and parsed: a file with an error in it is told as one. */
pl_err session_read_roots(const tool_t *tool, const char *path, pl_buf *jwks, pl_roots *roots);
/* hardware_root NULL: this machine as it stands. */
pl_err session_fingerprint(const char *hardware_root, const char *product, pl_fingerprint *fingerprint);

/* A failure is printed already; the caller closes *client. */
tool_exit session_open(tool_t *tool, const common_t *common, const char *device_name, pospal_client **client);
/* The same with a license key for where none is stored; NULL: none. */
tool_exit session_open_with_key(tool_t *tool, const common_t *common, const char *key, pospal_client **client);
/* Whether what was learned is on the disk. TOOL_STORAGE, and it is printed, where it is lost with this program. */
tool_exit session_check_stored(tool_t *tool, pospal_client *client);
/* Puts the license on the sheet. TOOL_OK, or TOOL_NOT_USABLE. */
tool_exit session_show(tool_t *tool, const pospal_license *license);
/* The same after a call that wanted something of it; a denial, which is printed already, takes nothing away that is good: TOOL_DENIED. */
tool_exit session_tell(tool_t *tool, pospal_result_t result, const pospal_license *license);
/* Opens a client, takes in what came by hand, and shows what the license is worth then. */
tool_exit session_import(tool_t *tool, const common_t *common, const pl_buf *text);

#endif
