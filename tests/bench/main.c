/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-bench: measures what docs/PERFORMANCE.md lists, prints a table, and writes the figures as JSON where asked. It ends with 0 when
 * everything could be measured, whether or not a goal was missed.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "storage/sqlite_alone.h"

enum { LICENSES = 1000000, LICENSES_QUICK = 2000 };

typedef struct {
    const char *name;
    pl_err (*run)(bench_t *bench);
    figure_t first, last;
} group_t;

static const group_t groups[] = {
    {"verify", bench_verify, VERIFY_VS_SODIUM, VERIFY_VS_SODIUM},
    {"hot", bench_hot, HOT_CHECK_NS, HOT_CHECK_NS},
    {"cold", bench_cold, COLD_START_VS_EMPTY, COLD_START_VS_EMPTY},
    {"fingerprint", bench_fingerprint, FINGERPRINT_FIRST_US, FINGERPRINT_AGAIN_US},
    {"library", bench_library, LIBRARY_TEXT_KB, LIBRARY_TEXT_KB},
    {"cpu", bench_cpu, VALIDATE_CPU_VS_SIGN, VALIDATE_CPU_VS_PARTS},
    {"throughput", bench_throughput, VALIDATE_VS_TRIVIAL_64, VALIDATE_VS_TRIVIAL_512},
    {"beats", bench_beats, BEAT_VS_TRIVIAL_64, BEAT_CPU_VS_TRIVIAL},
    {"activations", bench_activations, ACTIVATIONS_VS_SINGLE_COMMITS, ACTIVATIONS_VS_SINGLE_COMMITS},
    {"idle", bench_idle, IDLE_CONNECTION_KB, IDLE_CONNECTION_KB},
    {"million", bench_million, MILLION_LICENSES_MB, MILLION_LICENSES_MB},
};

enum { GROUP_COUNT = sizeof groups / sizeof groups[0] };

static void print_usage(FILE *out)
{
    (void)fprintf(out, "usage: pospal-bench [--json FILE] [--only NAME] [--quick] [--licenses N] [--dir DIR]\n\n"
                       "  --json FILE    write the figures there, as one JSON object\n"
                       "  --only NAME    one group or figure; repeat for more\n"
                       "  --quick        little work: shows that everything runs, the figures mean nothing\n"
                       "  --licenses N   measure million_licenses_mb with N licenses and scale (1000000)\n"
                       "  --dir DIR      where databases are made, on a real disk (TMPDIR, else /var/tmp)\n\ngroups:\n");
    for (size_t g = 0; g < GROUP_COUNT; g++) {
        (void)fprintf(out, "  %-12s", groups[g].name);
        for (figure_t figure = groups[g].first; figure <= groups[g].last; figure++)
            (void)fprintf(out, " %s", figure_name(figure));
        (void)fprintf(out, "\n");
    }
}

/* Marks the groups that the name stands for. */
static bool choose(const char *name, bool chosen[GROUP_COUNT])
{
    bool is_known = false;

    for (size_t g = 0; g < GROUP_COUNT; g++) {
        bool is_it = strcmp(name, groups[g].name) == 0;

        for (figure_t figure = groups[g].first; figure <= groups[g].last; figure++)
            is_it = is_it || strcmp(name, figure_name(figure)) == 0;
        chosen[g] = chosen[g] || is_it;
        is_known = is_known || is_it;
    }
    return is_known;
}

static bool run_groups(bench_t *bench, const bool chosen[GROUP_COUNT])
{
    bool is_whole = true;

    for (size_t g = 0; g < GROUP_COUNT; g++) {
        pl_err err;

        if (!chosen[g])
            continue;
        (void)fprintf(stderr, "measuring %s ...\n", groups[g].name);
        pl_err_clear();
        if ((err = groups[g].run(bench))) {
            (void)fprintf(stderr, "pospal-bench: %s: %s (%s)\n", groups[g].name, pl_err_detail(), pl_err_name(err));
            is_whole = false;
        }
    }
    return is_whole;
}

typedef struct {
    bench_t bench;
    const char *json;
    bool chosen[GROUP_COUNT];
    bool has_choice;
} run_t;

/* -1: go on; else the exit status. */
static int read_arguments(int argc, char **argv, run_t *run)
{
    static const struct option options[] = {
        {"json", required_argument, NULL, 'j'},
        {"only", required_argument, NULL, 'o'},
        {"quick", no_argument, NULL, 'q'},
        {"licenses", required_argument, NULL, 'l'},
        {"dir", required_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h') {
            print_usage(stdout);
            return EXIT_SUCCESS;
        } else if (option == 'j') {
            run->json = optarg;
        } else if (option == 'o' && choose(optarg, run->chosen)) {
            run->has_choice = true;
        } else if (option == 'q') {
            run->bench.is_quick = true;
        } else if (option == 'l' && strtoll(optarg, NULL, 10) > 0) {
            run->bench.licenses = strtoll(optarg, NULL, 10);
        } else if (option == 'd') {
            run->bench.directory = optarg;
        } else {
            print_usage(stderr);
            return 2;
        }
    }
    return -1;
}

int main(int argc, char **argv)
{
    static run_t run;
    const char *temporary = getenv("TMPDIR");
    bool is_whole;
    int code;

    run.bench.directory = temporary && temporary[0] ? temporary : "/var/tmp";
    if ((code = read_arguments(argc, argv, &run)) >= 0)
        return code;
    pl_sqlite_alone(); /* as the server does, whose parts are measured here */
    if (!run.bench.licenses)
        run.bench.licenses = run.bench.is_quick ? LICENSES_QUICK : LICENSES;
    for (size_t g = 0; g < GROUP_COUNT && !run.has_choice; g++)
        run.chosen[g] = true;
    is_whole = run_groups(&run.bench, run.chosen);
    figures_print(&run.bench, stdout);
    if (run.json && figures_write_json(&run.bench, run.json)) {
        (void)fprintf(stderr, "pospal-bench: %s\n", pl_err_detail());
        return EXIT_FAILURE;
    }
    return is_whole ? EXIT_SUCCESS : EXIT_FAILURE;
}
