/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license doctor: looks at everything a license depends on and says, a line each, what to do. It changes nothing.
 */
#include "examination.h"

#include <string.h>

#include "client/place_owner.h"
#include "platform/file.h"

typedef struct {
    common_t common;
    const char *server;
} doctor_t;

static const option_t options[] = {
    {"server", OPTION_TEXT, offsetof(doctor_t, server), false, "URL", "the validator, https://host[:port][/path]", 0, 0},
};

static void choose_directory(examination_t *e)
{
    pl_buf path;

    pl_buf_init(&path);
    if (e->common->data)
        (void)pl_place_choose(pl_fs_system(), e->common->data, e->common->product, &path);
    else if (pl_data_home(&path) == PL_OK)
        pl_buf_add_format(&path, "/pospal/%s", e->common->product);
    else
        pl_buf_clear(&path);
    if (!path.err && path.size < sizeof e->directory)
        (void)snprintf(e->directory, sizeof e->directory, "%s", path.data ? path.data : "");
    pl_buf_reset(&path);
}

static pl_err see_nothing(void *visitor, const char *name)
{
    (void)visitor;
    (void)name;
    return PL_OK;
}

static void begin(examination_t *e)
{
    const pl_fs *fs = pl_fs_system();

    pl_buf_init(&e->jwks);
    choose_directory(e);
    e->has_directory = e->directory[0] && fs->list(fs->context, e->directory, see_nothing, NULL) == PL_OK;
    e->roots_err = session_read_roots(e->tool, e->common->roots, &e->jwks, &e->roots);
    (void)snprintf(e->roots_failure, sizeof e->roots_failure, "%s", e->roots_err ? pl_err_detail() : "");
}

static void examine(examination_t *e)
{
    examine_ask_server(e);
    examine_read_license(e);
    examine_versions(e);
    examine_clock(e);
    examine_network(e);
    examine_tls(e);
    examine_proxy(e);
    examine_server(e);
    examine_store(e);
    examine_keys(e);
    examine_license(e);
    examine_hardware(e);
}

static tool_exit run(tool_t *tool, const void *values)
{
    const doctor_t *doctor = values;
    common_t common = doctor->common;
    pl_arena arena;
    examination_t *e;
    tool_exit code;

    pl_arena_init(&arena);
    e = pl_arena_take(&arena, sizeof *e);
    if (!e)
        return tool_fail(tool, pl_fail(PL_ERR_MEMORY, "no memory for the findings"));
    common.server = doctor->server;
    e->tool = tool;
    e->common = &common;
    begin(e);
    examine(e);
    examination_show(e, &tool->sheet);
    code = examination_count(e, FINDING_PROBLEM) > 0 ? TOOL_FAILED : TOOL_OK;
    pospal_license_free(e->license);
    pl_buf_reset(&e->jwks);
    pl_arena_reset(&arena);
    return code;
}

const command_t command_doctor = {
    .name = "doctor",
    .summary = "look at clock, network, server, store, keys and license, and say what to do",
    .notes = "Nothing is changed, and no secret is printed; whether the directory can be written is tried with a small file.\n"
             "Without --server the network is not touched.\n"
             "Exit code 0: no problem, though there may be warnings; 1: a problem.\n",
    .example = "doctor --product till --roots root-keys.json --server https://license.example.com",
    .uses = USES_CLIENT | USES_NETWORK,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
