/* SPDX-License-Identifier: Apache-2.0
 *
 * `import pospal-d1`: a database of POSPal's licensing API before this one.
 */
#include "transfer/d1_import.h"

#include "cli/fields.h"

typedef struct {
    cli_common_t common;
    const char *file;
    const char *brand;
    const char *product;
    bool dry_run;
    bool update;
    bool no_backup;
} import_t;

static const option_t options[] = {
    {"FILE", OPTION_OPERAND, offsetof(import_t, file), true, "FILE", "the SQLite database; it is read only", 0, 0},
    {"brand", OPTION_TEXT, offsetof(import_t, brand), true, "SLUG", "the brand", 0, 0},
    {"product", OPTION_TEXT, offsetof(import_t, product), true, "SLUG", "what its licenses are of", 0, 0},
    {"dry-run", OPTION_FLAG, offsetof(import_t, dry_run), false, NULL, "try it, report, and change nothing", 0, 0},
    {"update", OPTION_FLAG, offsetof(import_t, update), false, NULL, "change licenses that differ to what the file says", 0, 0},
    {"no-backup", OPTION_FLAG, offsetof(import_t, no_backup), false, NULL, "make no backup first", 0, 0},
};

static pl_err make_backup(cli_t *cli, const import_t *import)
{
    const char *path = NULL;
    pl_err err;

    if (import->dry_run || import->no_backup)
        return PL_OK;
    if ((err = cli_backup_before(cli, import->common.data, "import", &path)))
        return err;
    pl_json_put_text(&cli->json, "backup", path);
    return PL_OK;
}

static void put_counts(cli_t *cli, const import_t *import, const d1_report_t *report)
{
    pl_json_open(&cli->json, "tables", '[');
    for (size_t i = 0; i < D1_TABLES; i++) {
        const d1_count_t *counts = &report->counts[i];

        pl_json_open(&cli->json, NULL, '{');
        pl_json_put_text(&cli->json, "table", d1_table_text((d1_table)i));
        pl_json_put_int(&cli->json, "rows", counts->rows);
        pl_json_put_int(&cli->json, "new", counts->added);
        pl_json_put_int(&cli->json, "same", counts->same);
        pl_json_put_int(&cli->json, import->update ? "changed" : "different", counts->changed);
        pl_json_put_int(&cli->json, "left", counts->left);
        pl_json_put_int(&cli->json, "refused", counts->refused);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
}

static void put_remarks(cli_t *cli, const char *name, const d1_remark_t *remarks, size_t count)
{
    pl_json_open(&cli->json, name, '[');
    for (size_t i = 0; i < count; i++) {
        pl_json_open(&cli->json, NULL, '{');
        pl_json_put_text(&cli->json, "table", d1_table_text(remarks[i].table));
        pl_json_put_text(&cli->json, "row", remarks[i].row);
        pl_json_put_text(&cli->json, name[0] == 'r' ? "reason" : "note", remarks[i].text);
        pl_json_close(&cli->json);
    }
    pl_json_close(&cli->json);
}

static void put_report(cli_t *cli, const import_t *import, const d1_report_t *report)
{
    pl_json_put_bool(&cli->json, "dry_run", import->dry_run);
    pl_json_put_int(&cli->json, "refused", d1_report_refused(report));
    pl_json_put_text(&cli->json, "passed_over", report->strangers);
    put_counts(cli, import, report);
    put_remarks(cli, "refusals", report->refusals, report->refusal_count);
    put_remarks(cli, "notes", report->notes, report->note_count);
}

static pl_err run_import(cli_t *cli, const void *values)
{
    const import_t *import = values;
    const d1_order_t order = {cli->instance, import->brand, import->product, import->file, import->dry_run, import->update};
    d1_report_t report;
    pl_err err = make_backup(cli, import);

    if (err || (err = d1_import_run(&cli->arena, &order, &report)))
        return err;
    put_report(cli, import, &report);
    cli->is_partial = d1_report_refused(&report) > 0;
    return PL_OK;
}

const command_t command_import_d1 = {
    .name = "import pospal-d1",
    .summary = "take customers, licenses and logs over from the database of POSPal's licensing API",
    .example = "import pospal-d1 pospal.sqlite --data /var/lib/pospal --brand pospal --product pospal --dry-run",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_import,
};
