/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of figures and the two ways of reporting them.
 */
#include "figures.h"

#include <stdarg.h>

#include "base/json.h"

typedef struct {
    const char *name;
    double goal;
    bool is_least; /* the goal is "at least", else "at most" */
    const char *unit;
    int decimals;
} row_t;

/* clang-format off */
static const row_t rows[FIGURE_COUNT] = {
    [VERIFY_VS_SODIUM]              = {"verify_vs_sodium",              1.15, false, "times", 3},
    [HOT_CHECK_NS]                  = {"hot_check_ns",                    40, false, "ns",    1},
    [COLD_START_VS_EMPTY]           = {"cold_start_vs_empty",            2.5, false, "times", 2},
    [FINGERPRINT_FIRST_US]          = {"fingerprint_first_us",           300, false, "us",    1},
    [FINGERPRINT_AGAIN_US]          = {"fingerprint_again_us",            30, false, "us",    1},
    [LIBRARY_TEXT_KB]               = {"library_text_kb",                150, false, "KB",    1},
    [VALIDATE_CPU_VS_SIGN]          = {"validate_cpu_vs_sign",           2.2, false, "times", 2},
    [VALIDATE_CPU_VS_PARTS]         = {"validate_cpu_vs_parts",         1.35, false, "times", 2},
    [VALIDATE_VS_TRIVIAL_64]        = {"validate_vs_trivial_64",        0.22, true,  "times", 3},
    [VALIDATE_VS_TRIVIAL_128]       = {"validate_vs_trivial_128",       0.22, true,  "times", 3},
    [VALIDATE_VS_TRIVIAL_256]       = {"validate_vs_trivial_256",       0.22, true,  "times", 3},
    [VALIDATE_VS_TRIVIAL_512]       = {"validate_vs_trivial_512",       0.22, true,  "times", 3},
    [BEAT_VS_TRIVIAL_64]            = {"beat_vs_trivial_64",             0.5, true,  "times", 3},
    [BEAT_VS_TRIVIAL_512]           = {"beat_vs_trivial_512",            0.5, true,  "times", 3},
    [BEAT_CPU_VS_TRIVIAL]           = {"beat_cpu_vs_trivial",            2.5, false, "times", 2},
    [ACTIVATIONS_VS_SINGLE_COMMITS] = {"activations_vs_single_commits",   20, true,  "times", 1},
    [IDLE_CONNECTION_KB]            = {"idle_connection_kb",              12, false, "KB",    2},
    [MILLION_LICENSES_MB]           = {"million_licenses_mb",           1100, false, "MB",    0},
};
/* clang-format on */

const char *figure_name(figure_t figure)
{
    return rows[figure].name;
}

void figure_set(bench_t *bench, figure_t figure, double value, const char *format, ...)
{
    va_list args;

    bench->value[figure] = value;
    bench->is_measured[figure] = true;
    va_start(args, format);
    (void)vsnprintf(bench->note[figure], NOTE_SIZE, format, args);
    va_end(args);
}

static void print_row(const bench_t *bench, figure_t figure, FILE *out)
{
    const row_t *row = &rows[figure];
    double value = bench->value[figure];
    double off = row->is_least ? row->goal / value - 1 : value / row->goal - 1;
    char verdict[32] = "met";

    if (off > 0)
        (void)snprintf(verdict, sizeof verdict, "missed by %.0f %%", off * 100);
    if (bench->is_quick)
        (void)snprintf(verdict, sizeof verdict, "(quick)");
    (void)fprintf(out, "%-30s %10.*f  %s %6g %-6s %-16s %s\n", row->name, row->decimals, value,
                  row->is_least ? ">=" : "<=", row->goal, row->unit, verdict, bench->note[figure]);
}

void figures_print(const bench_t *bench, FILE *out)
{
    (void)fprintf(out, "%-30s %10s  %-16s %-16s %s\n", "figure", "measured", "goal", "verdict", "from");
    for (figure_t figure = 0; figure < FIGURE_COUNT; figure++)
        if (bench->is_measured[figure])
            print_row(bench, figure, out);
}

pl_err figures_write_json(const bench_t *bench, const char *path)
{
    pl_json_writer writer;
    pl_buf text;
    FILE *file;
    pl_err err;

    pl_buf_init(&text);
    pl_json_writer_init(&writer, &text);
    pl_json_open(&writer, NULL, '{');
    for (figure_t figure = 0; figure < FIGURE_COUNT; figure++) {
        char number[64];

        if (!bench->is_measured[figure])
            continue;
        (void)snprintf(number, sizeof number, "%.4f", bench->value[figure]);
        pl_json_put_raw(&writer, rows[figure].name, pl_span_text(number));
    }
    pl_json_close(&writer);
    pl_buf_add_text(&text, "\n");
    err = text.err;
    if (!err && ((file = fopen(path, "w")) == NULL || fwrite(text.data, 1, text.size, file) != text.size || fclose(file)))
        err = pl_fail(PL_ERR_IO, "%s can't be written", path);
    pl_buf_reset(&text);
    return err;
}
