/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license import: what came from the vendor by hand (a license file, the answer to a request, a keyset, a revocation list) is
 * verified and stored; no server is needed.
 */
#include "session.h"

#include "token/license_file.h"

typedef struct {
    common_t common;
    const char *file;
} import_t;

static const option_t options[] = {
    {"FILE", OPTION_OPERAND, offsetof(import_t, file), true, "FILE", "what the vendor gave; - reads standard input", 0, 0},
};

static tool_exit run(tool_t *tool, const void *values)
{
    const import_t *import = values;
    tool_exit code;
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    err = session_read_file(tool, import->file, PL_LICENSE_FILE_MAX, &text);
    code = err ? tool_fail_plainly(tool, err) : session_import(tool, &import->common, &text);
    pl_buf_reset(&text);
    return code;
}

const command_t command_import = {
    .name = "import",
    .summary = "take in a license file, an answer, a keyset or a revocation list",
    .notes = "It may be typed, scanned or wrapped: white space does not matter. To look at a license file without taking it in, "
             "use `verify`.\n",
    .example = "import till.license --product till --roots root-keys.json",
    .uses = USES_CLIENT,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
