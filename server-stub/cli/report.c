/* SPDX-License-Identifier: Apache-2.0
 *
 * `report`: the weekly and monthly checks. Exit code 1 where something needs a look.
 */
#include "licensing/report.h"

#include "cli/fields.h"
#include "licensing/instance.h"

#include <string.h>
#include <sys/stat.h>

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *period;
} report_values_t;

static const option_t options[] = {
    {"brand", OPTION_TEXT, offsetof(report_values_t, brand), false, "SLUG", "of this brand; else of all", 0, 0},
    {"period", OPTION_TEXT, offsetof(report_values_t, period), false, "PERIOD", "day, week (default) or month", 0, 0},
};

enum { BRANDS_SHOWN = 100 };

typedef struct {
    const char *slug; /* NULL: the installation */
    report_t report;
} part_t;

typedef struct {
    const report_values_t *given;
    const cli_t *cli;
    int64_t since_ms;
    int64_t days;
    int64_t size_bytes;
    part_t *parts;
    size_t count;
    bool is_cut;
} work_t;

static pl_err read_period(const char *text, int64_t *days)
{
    static const struct {
        const char *word;
        int64_t days;
    } periods[] = {{"day", 1}, {"week", 7}, {"month", 30}};

    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
        if (strcmp(periods[i].word, text ? text : "week") == 0) {
            *days = periods[i].days;
            return PL_OK;
        }
    return pl_fail(PL_ERR_INVALID, "--period is \"%s\"; day, week or month is needed", text);
}

static pl_err list_brands(work_t *work, tx_t *tx, brand_t **brands, size_t *count)
{
    pl_err err;

    if (!work->given->brand)
        return brands_list(tx, brands, count);
    *count = 1;
    if (!(*brands = pl_arena_take(tx->arena, sizeof **brands)))
        return PL_ERR_MEMORY;
    err = find_brand(tx, work->given->brand, *brands);
    return err;
}

static pl_err work_report(void *context, tx_t *tx)
{
    work_t *work = context;
    brand_t *brands;
    size_t count;
    pl_err err = list_brands(work, tx, &brands, &count);

    if (err)
        return err;
    work->is_cut = count > BRANDS_SHOWN;
    count = work->is_cut ? BRANDS_SHOWN : count;
    work->since_ms = tx->now_ms - work->days * 24 * 3600 * 1000;
    if (!(work->parts = pl_arena_take(tx->arena, (count + 1) * sizeof *work->parts)))
        return PL_ERR_MEMORY;
    work->count = count + 1;
    err = report_installation(tx, work->size_bytes, instance_is_shared(work->cli->instance), &work->parts[0].report);
    for (size_t i = 0; !err && i < count; i++) {
        work->parts[i + 1].slug = brands[i].slug;
        err = report_brand(tx, &brands[i], work->since_ms, &work->parts[i + 1].report);
    }
    return err;
}

/* With its log. */
static int64_t size_of_database(cli_t *cli, const cli_common_t *common)
{
    static const char *const ends[] = {"", "-wal"};
    int64_t size = 0;

    if (instance_is_shared(cli->instance))
        return -1;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const char *path = pl_arena_format(&cli->arena, "%s/validator.db%s", common->data, ends[i]);
        struct stat about;

        if (path && stat(path, &about) == 0)
            size += (int64_t)about.st_size;
    }
    return size;
}

/* Numbers are for programs: a table has the same columns in every row. */
static void put_line(cli_t *cli, const work_t *work, const char *slug, const report_line_t *line)
{
    pl_json_open(&cli->json, NULL, '{');
    pl_json_put_text(&cli->json, "brand", slug ? slug : "");
    pl_json_put_text(&cli->json, "check", line->check);
    pl_json_put_text(&cli->json, "verdict", line->advice ? "look" : "ok");
    pl_json_put_text(&cli->json, "value", line->value);
    if (work->given->common.json && line->number >= 0)
        pl_json_put_int(&cli->json, "number", line->number);
    pl_json_put_text(&cli->json, "advice", line->advice ? line->advice : "");
    pl_json_close(&cli->json);
}

static pl_err run_report(cli_t *cli, const void *values)
{
    work_t work = {.given = values, .cli = cli};
    size_t attention = 0;
    pl_err err;

    work.size_bytes = size_of_database(cli, &work.given->common);
    if ((err = read_period(work.given->period, &work.days)) ||
        (err = instance_read(cli->instance, &cli->arena, work_report, &work)))
        return err;
    put_time(cli, "since", work.since_ms);
    pl_json_open(&cli->json, "checks", '[');
    for (size_t i = 0; i < work.count; i++) {
        attention += work.parts[i].report.attention;
        for (size_t k = 0; k < work.parts[i].report.count; k++)
            put_line(cli, &work, work.parts[i].slug, &work.parts[i].report.lines[k]);
    }
    pl_json_close(&cli->json);
    pl_json_put_int(&cli->json, "to_look_at", (int64_t)attention);
    if (work.is_cut)
        pl_json_put_text(&cli->json, "note", "there are more brands: name one with --brand");
    cli->needs_attention = attention > 0;
    return PL_OK;
}

const command_t command_report = {
    .name = "report",
    .summary = "tell how it goes, and what needs a look: the weekly and monthly checks",
    .example = "report --data /var/lib/pospal --period week",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_report,
};
