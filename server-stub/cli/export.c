/* SPDX-License-Identifier: Apache-2.0
 *
 * `export`: a brand's data as CSV or JSON lines, to a file or the standard output.
 */
#include <string.h>

#include "cli/fields.h"
#include "licensing/secret_file.h"
#include "transfer/export.h"

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *what;
    const char *format;
    const char *out;
} export_t;

static const option_t options[] = {
    {"brand", OPTION_TEXT, offsetof(export_t, brand), true, "SLUG", "the brand", 0, 0},
    {"what", OPTION_TEXT, offsetof(export_t, what), true, "WHAT", "customers, licenses, activations, or all (JSON lines alone)",
     0, 0},
    {"format", OPTION_TEXT, offsetof(export_t, format), false, "FORMAT", "csv (default) or jsonl", 0, 0},
    {"out", OPTION_TEXT, offsetof(export_t, out), false, "FILE", "a new file, mode 0600; else the standard output", 0, 0},
};

static pl_err read_what(const char *text, unsigned *what)
{
    static const struct {
        const char *word;
        unsigned what;
    } words[] = {{"customers", EXPORT_CUSTOMERS},
                 {"licenses", EXPORT_LICENSES},
                 {"activations", EXPORT_ACTIVATIONS},
                 {"all", EXPORT_CUSTOMERS | EXPORT_LICENSES | EXPORT_ACTIVATIONS}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, text) == 0) {
            *what = words[i].what;
            return PL_OK;
        }
    return pl_fail(PL_ERR_INVALID, "--what is \"%s\"; customers, licenses, activations or all is needed", text);
}

static pl_err write_out(void *context, pl_span bytes)
{
    FILE *out = context;

    if (fwrite(bytes.data, 1, bytes.size, out) != bytes.size)
        return pl_fail(PL_ERR_IO, "the export could not be written; is the disk full?");
    return PL_OK;
}

/* Made first, for its mode: license keys go into it. */
static pl_err open_out(const char *path, FILE **out)
{
    pl_err err = secret_file_create(path, pl_span_of("", 0));

    if (err)
        return err == PL_ERR_CONFLICT ? pl_fail(err, "%s is there already; an export never overwrites", path) : err;
    *out = fopen(path, "ab");
    return *out ? PL_OK : pl_fail(PL_ERR_IO, "%s cannot be written", path);
}

static pl_err run_export(cli_t *cli, const void *values)
{
    const export_t *export = values;
    export_order_t order = {.instance = cli->instance, .brand = export->brand, .write = write_out, .context = cli->out};
    export_report_t report;
    FILE *file = NULL;
    pl_err err;

    order.is_json = export->format && strcmp(export->format, "jsonl") == 0;
    if (export->format && !order.is_json && strcmp(export->format, "csv") != 0)
        return pl_fail(PL_ERR_INVALID, "--format is \"%s\"; csv or jsonl is needed", export->format);
    if ((err = read_what(export->what, &order.what)) || (export->out && (err = open_out(export->out, &file))))
        return err;
    if (file)
        order.context = file;
    err = export_run(&order, &report);
    if (file && fclose(file) != 0 && !err)
        err = pl_fail(PL_ERR_IO, "%s could not be written to its end", export->out);
    if (err && file)
        (void)remove(export->out); /* half an export is none */
    if (err || !export->out)
        return err;
    pl_json_put_text(&cli->json, "file", export->out);
    pl_json_put_int(&cli->json, "customers", report.customers);
    pl_json_put_int(&cli->json, "licenses", report.licenses);
    pl_json_put_int(&cli->json, "activations", report.activations);
    return PL_OK;
}

const command_t command_export = {
    .name = "export",
    .summary = "write a brand's customers, licenses or activations as CSV or JSON lines",
    .example = "export --data /var/lib/pospal --brand acme --what licenses --out licenses.csv",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_export,
    .prints_itself = true,
};
