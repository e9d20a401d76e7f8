/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license chaos: a validator of a throw-away brand whose faults are chosen, for trying how a program behaves on bad days.
 */
#include "chaos_server.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "platform/file.h"

typedef struct {
    common_t common;
    const char *listen;
    const char *key;
    const char *roots_out;
    int64_t seed;
    int64_t seats;
    int64_t sessions;
    int64_t lease_s;
    int64_t beat_s;
    int64_t trial_days;
    option_list_t faults;
    bool allow_remote;
    bool without_trials;
} chaos_t;

_Static_assert(sizeof(chaos_t) <= TOOL_VALUES_MAX, "the values have room");

static const option_t options[] = {
    {"listen", OPTION_TEXT, offsetof(chaos_t, listen), false, "ADDRESS:PORT", "127.0.0.1:0 if not said: a free port", 0, 0},
    {"key", OPTION_TEXT, offsetof(chaos_t, key), false, "KEY", "the license key to know; else one of its own making", 0, 0},
    {"roots-out", OPTION_TEXT, offsetof(chaos_t, roots_out), false, "FILE", "write the root public keys there too", 0, 0},
    {"seed", OPTION_NUMBER, offsetof(chaos_t, seed), false, "N", "of chance; the same seed gives the same run", 0, INT64_MAX},
    {"seats", OPTION_NUMBER, offsetof(chaos_t, seats), false, "N", "devices per license, 2 if not said", 1, FAKE_SEATS_EACH_MAX},
    {"sessions", OPTION_NUMBER, offsetof(chaos_t, sessions), false, "N", "used at once, as many as seats if not said", 1,
     FAKE_SEATS_EACH_MAX},
    {"session-lease-s", OPTION_NUMBER, offsetof(chaos_t, lease_s), false, "S",
     "without a beat for so long the seat is free (120)", 1, PL_SESSION_LEASE_S_MAX},
    {"session-beat-s", OPTION_NUMBER, offsetof(chaos_t, beat_s), false, "S", "from one beat to the next (30)", 1,
     PL_SESSION_LEASE_S_MAX},
    {"trial-days", OPTION_NUMBER, offsetof(chaos_t, trial_days), false, "N", "of a trial, 14 if not said", 1, 3650},
    {"without-trials", OPTION_FLAG, offsetof(chaos_t, without_trials), false, NULL, "there are no trials of the product", 0, 0},
    {"fault", OPTION_LIST, offsetof(chaos_t, faults), false, "FAULT", "NAME[=VALUE][@PROBABILITY]; may be given often", 0, 0},
    {"allow-remote", OPTION_FLAG, offsetof(chaos_t, allow_remote), false, NULL, "listen where other machines can reach it", 0, 0},
};

static pl_err write_roots(const char *path, const char *jwks)
{
    const pl_fs *fs = pl_fs_system();
    pl_err err = path ? fs->write(fs->context, path, pl_span_text(jwks)) : PL_OK;

    return err ? pl_fail(err, "%s cannot be written", path) : PL_OK;
}

static uint64_t choose_seed(const chaos_t *chaos)
{
    uint32_t seed;

    pl_random(&seed, sizeof seed);
    return chaos->seed ? (uint64_t)chaos->seed : seed;
}

/* What a program under test needs comes first, a line each; nothing is kept back until the end. */
static void print_start(tool_t *tool, const service *s, const char *url)
{
    (void)fprintf(tool->err,
                  "chaos: the licenses of this server are WORTHLESS: its keys were made a moment ago and go with it\n");
    if (tool->sheet.is_json) {
        sheet_text(&tool->sheet, "url", url);
        pl_json_put_raw(sheet_json(&tool->sheet), "roots", pl_span_text(s->validator.roots_json));
        sheet_open_list(&tool->sheet, "keys");
        for (size_t i = 0; i < FAKE_LICENSES; i++)
            sheet_add_item(&tool->sheet, "keys", s->keys[i]);
        sheet_close_list(&tool->sheet);
        sheet_text(&tool->sheet, "product", s->product);
        sheet_int(&tool->sheet, "seed", (int64_t)s->faults.seed);
        (void)fputs(sheet_finish(&tool->sheet), tool->out);
        sheet_reset(&tool->sheet);
        sheet_init(&tool->sheet, true);
    } else {
        (void)fprintf(tool->out, "url: %s\nroots: %s\n", url, s->validator.roots_json);
        for (size_t i = 0; i < FAKE_LICENSES; i++)
            (void)fprintf(tool->out, "key: %s\n", s->keys[i]);
        (void)fprintf(tool->out, "seed: %" PRIu64 "\n", s->faults.seed);
    }
    (void)fflush(tool->out);
}

static pl_err set_faults(service *s, const option_list_t *faults)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < faults->count; i++)
        err = fault_set_text(&s->faults, faults->items[i]);
    return err;
}

static void set_policy(fake_validator *v, const chaos_t *chaos)
{
    for (size_t i = 0; chaos->seats && i < FAKE_LICENSES; i++)
        v->licenses[i].seats = (size_t)chaos->seats;
    v->sessions_max = (size_t)chaos->sessions;
    v->lease_s = chaos->lease_s ? chaos->lease_s : v->lease_s;
    v->beat_s = chaos->beat_s ? chaos->beat_s : v->beat_s;
    v->trial_days = chaos->without_trials ? 0 : chaos->trial_days ? chaos->trial_days : v->trial_days;
}

static pl_err run_server(tool_t *tool, const chaos_t *chaos, service *s)
{
    chaos_server *server = NULL;
    char url[CHAOS_URL_SIZE];
    int listener = -1;
    pl_err err;

    set_policy(&s->validator, chaos);
    if ((err = set_faults(s, &chaos->faults)) || (err = write_roots(chaos->roots_out, s->validator.roots_json)) ||
        (err = chaos_listen(chaos->listen ? chaos->listen : "127.0.0.1:0", chaos->allow_remote, &listener, url)) ||
        (err = chaos_server_start(s, listener, &server)))
        return err;
    print_start(tool, s, url);
    err = chaos_console_run(tool, s);
    chaos_server_stop(server);
    return err;
}

static tool_exit run(tool_t *tool, const void *values)
{
    const chaos_t *chaos = values;
    service *s = pl_alloc(sizeof *s);
    tool_exit code = TOOL_OK;
    pl_err err;

    if (!s)
        return tool_fail(tool, pl_fail(PL_ERR_MEMORY, "no memory for the server"));
    if ((err = service_init(s, chaos->common.product, chaos->key, choose_seed(chaos))) || (err = run_server(tool, chaos, s)))
        code = tool_fail_plainly(tool, err);
    service_reset(s);
    pl_free(s);
    return code;
}

const command_t command_chaos = {
    .name = "chaos",
    .summary = "run a validator that misbehaves as it is told, to try a program's behaviour",
    .notes =
        "Faults: latency=MS cut=BYTES slow-body=BYTES/S offline 5xx=STATUS redirect html garbage empty unsigned-denial replay\n"
        "wrong-signature other-nonce skewed-clock=SECONDS suspended revoked expired no-seat session-taken\n"
        "They befall sessions, usage and trials as well: whatever a device can ask is answered here.\n\n"
        "Its first lines are the URL, the root public keys and license keys to use. Faults change while it runs: by a line on\n"
        "standard input (a fault, \"off NAME\", \"clear\", \"show\", \"quit\"), or by POST /chaos "
        "{\"fault\":\"latency\",\"value\":2000};\n"
        "GET /chaos shows them and what they did. Its licenses are worthless: the root keys live in this process alone.\n",
    .example = "chaos --product till --fault latency=2000@0.3 --fault 5xx@10% --seed 7",
    .uses = USES_PRODUCT,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
