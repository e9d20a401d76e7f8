/* SPDX-License-Identifier: Apache-2.0
 *
 * `import`: customers and licenses from a file of another system, by a mapping.
 */
#include "transfer/import.h"

#include "cli/fields.h"
#include "platform/file.h"

static const size_t FILE_MAX = (size_t)64 << 20;

typedef struct {
    cli_common_t common;
    const char *file;
    const char *brand;
    const char *mapping;
    bool dry_run;
    bool update;
    bool no_backup;
    bool no_events;
} import_t;

static const option_t options[] = {
    {"FILE", OPTION_OPERAND, offsetof(import_t, file), true, "FILE", "CSV, or JSON lines; UTF-8, at most 64 MB", 0, 0},
    {"brand", OPTION_TEXT, offsetof(import_t, brand), true, "SLUG", "the brand", 0, 0},
    {"mapping", OPTION_TEXT, offsetof(import_t, mapping), true, "FILE", "which column is which field", 0, 0},
    {"dry-run", OPTION_FLAG, offsetof(import_t, dry_run), false, NULL, "try it, report, and change nothing", 0, 0},
    {"update", OPTION_FLAG, offsetof(import_t, update), false, NULL,
     "change licenses and names that differ to what the file says", 0, 0},
    {"no-backup", OPTION_FLAG, offsetof(import_t, no_backup), false, NULL, "make no backup first", 0, 0},
    {"no-events", OPTION_FLAG, offsetof(import_t, no_events), false, NULL, "let no webhook hear of it; the audit does", 0, 0},
};

static pl_err read_file(const char *path, size_t limit, pl_buf *out)
{
    const pl_fs *fs = pl_fs_system();
    pl_err err = fs->read(fs->context, path, limit, out);

    if (err == PL_ERR_TOO_LARGE)
        return pl_fail(err, "%s has more than %zu MB; split it, every part with the first line", path, limit >> 20);
    if (err == PL_ERR_NOT_FOUND)
        return pl_fail(err, "there is no file %s", path);
    return err ? pl_fail(err, "%s cannot be read: %s", path, pl_err_sentence(err)) : PL_OK;
}

/* What is kept elsewhere is copied by other means: then it says so, and nothing is imported. */
static pl_err make_backup(cli_t *cli, const import_t *import)
{
    const char *path;
    pl_err err;

    if (import->dry_run || import->no_backup)
        return PL_OK;
    if ((err = cli_backup_before(cli, import->common.data, "import", &path)))
        return err;
    pl_json_put_text(&cli->json, "backup", path);
    return PL_OK;
}

static void put_report(cli_t *cli, const import_t *import, const import_report_t *report)
{
    pl_json_put_bool(&cli->json, "dry_run", import->dry_run);
    pl_json_put_int(&cli->json, "rows", report->rows);
    pl_json_put_int(&cli->json, "new", report->added);
    pl_json_put_int(&cli->json, "same", report->same);
    pl_json_put_int(&cli->json, import->update ? "changed" : "different", report->changed);
    pl_json_put_int(&cli->json, "refused", report->refused);
    if (report->shared > 0)
        pl_json_put_int(&cli->json, "keys_of_other_brands", report->shared);
    pl_json_open(&cli->json, "refusals", '[');
    for (size_t i = 0; i < report->refusal_count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        pl_json_put_int(&cli->json, "line", report->refusals[i].line);
        pl_json_put_text(&cli->json, "reason", report->refusals[i].reason);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
}

/* An import that ends in between says how far it came: with that many rows in the database, it can be started again. */
static pl_err fail_between(cli_t *cli, pl_err err, const import_report_t *report)
{
    const char *detail = pl_arena_text(&cli->arena, pl_span_text(pl_err_detail()[0] ? pl_err_detail() : pl_err_sentence(err)));

    if (!detail || report->rows == 0)
        return err;
    return pl_fail(err, "%s (%lld rows are done; the same command goes on)", detail, (long long)report->rows);
}

static pl_err import_file(cli_t *cli, const import_t *import, const mapping_t *mapping, pl_span text)
{
    import_order_t order = {cli->instance, import->brand, mapping, text, import->dry_run, import->update, import->no_events};
    import_report_t report;
    pl_err err = make_backup(cli, import);

    if (err)
        return err;
    if ((err = import_run(&cli->arena, &order, &report)))
        return fail_between(cli, err, &report);
    put_report(cli, import, &report);
    cli->is_partial = report.refused > 0;
    return PL_OK;
}

static pl_err run_import(cli_t *cli, const void *values)
{
    const import_t *import = values;
    mapping_t mapping;
    pl_buf words;
    pl_buf file;
    pl_err err;

    pl_buf_init(&words);
    pl_buf_init(&file);
    if (!(err = read_file(import->mapping, MAPPING_FILE_MAX, &words)) &&
        !(err = mapping_read(&cli->arena, pl_buf_span(&words), &mapping)) && !(err = read_file(import->file, FILE_MAX, &file)))
        err = import_file(cli, import, &mapping, pl_buf_span(&file));
    pl_buf_reset(&words);
    pl_buf_reset(&file);
    return err;
}

const command_t command_import = {
    .name = "import",
    .summary = "take customers and licenses over from another system's file",
    .example = "import licenses.csv --data /var/lib/pospal --brand acme --mapping docs/mappings/keygen.conf --dry-run",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_import,
};
