/* SPDX-License-Identifier: Apache-2.0
 *
 * The fingerprint told to people: what was read from where, what changed, what a copy of the disk would carry along. It knows the raw
 * values only through device.h and prints none.
 */
#include "device/device.h"

#include <string.h>

#include "base/json.h"

typedef enum { SAME, CHANGED, APPEARED, MISSING, UNCOMPARED } change;

static const char *const CHANGE_WORDS[] = {
    [SAME] = "same", [CHANGED] = "changed", [APPEARED] = "new", [MISSING] = "missing", [UNCOMPARED] = "",
};

static const struct {
    const char *word;
    const char *sentence;
} STATES[] = {
    [PL_FINDING_USED] = {"used", "used"},
    [PL_FINDING_ABSENT] = {"absent", "this machine has none"},
    [PL_FINDING_UNREADABLE] = {"unreadable", "this account may not read it, or it is damaged"},
    [PL_FINDING_PLACEHOLDER] = {"placeholder", "a placeholder of the maker, identifies nothing"},
    [PL_FINDING_VIRTUAL] = {"virtual", "virtual, removable or temporary, does not count"},
    [PL_FINDING_SHARED] = {"shared", "the same on many machines (from an image), does not count"},
};

/* What both forms tell. */
typedef struct {
    const pl_probe_report *report;
    const pl_fingerprint *known; /* NULL: nothing to compare with */
    pl_fingerprint seen;
    pl_match match;
    bool is_enough;
    char text[PL_FINGERPRINT_TEXT_SIZE];
} story;

static change change_of(const story *s, size_t component)
{
    unsigned bit = 1u << component;

    if (!s->known || (s->known->count[component] == 0 && s->seen.count[component] == 0))
        return UNCOMPARED;
    if (s->seen.count[component] == 0)
        return MISSING;
    if (s->known->count[component] == 0)
        return APPEARED;
    return s->match.matched & bit ? SAME : CHANGED;
}

static void tell_component(const story *s, size_t component, pl_buf *out)
{
    bool is_hardware = pl_component_is_hardware((pl_component)component);
    change changed = change_of(s, component);

    pl_buf_add_format(out, "%s", pl_component_name((pl_component)component));
    if (s->seen.count[component] > 0)
        pl_buf_add_text(out, is_hardware ? ": stays with the hardware" : ": carried along by a copy of the disk");
    if (changed != UNCOMPARED)
        pl_buf_add_format(out, "%s%s since activation", s->seen.count[component] > 0 ? ", " : ": ", CHANGE_WORDS[changed]);
    pl_buf_add_text(out, "\n");
    for (size_t i = 0; i < s->report->count; i++) {
        const pl_finding *finding = &s->report->findings[i];

        if ((size_t)finding->component == component)
            pl_buf_add_format(out, "    %s%s%s\n", finding->source, finding->source[0] ? ": " : "",
                              STATES[finding->state].sentence);
    }
}

static void tell_text(const story *s, pl_buf *out)
{
    pl_buf_add_format(out, "fingerprint: %s\n", s->is_enough ? s->text : "none, too little can be read");
    pl_buf_add_format(out, "environment: %s\n", s->report->environment[0] ? s->report->environment : "a computer of its own");
    if (s->known)
        pl_buf_add_format(out, "against the activation: %s\n", s->match.is_same ? "the same device" : "another device");
    for (size_t c = 0; c < PL_COMPONENT_COUNT; c++)
        tell_component(s, c, out);
}

static void put_component(const story *s, size_t component, pl_json_writer *w)
{
    change changed = change_of(s, component);

    pl_json_open(w, NULL, '{');
    pl_json_put_text(w, "component", pl_component_name((pl_component)component));
    pl_json_put_int(w, "values", s->seen.count[component]);
    pl_json_put_bool(w, "survives_cloning", !pl_component_is_hardware((pl_component)component));
    pl_json_put_text(w, "since_activation", changed == UNCOMPARED ? NULL : CHANGE_WORDS[changed]);
    pl_json_open(w, "findings", '[');
    for (size_t i = 0; i < s->report->count; i++) {
        const pl_finding *finding = &s->report->findings[i];

        if ((size_t)finding->component != component)
            continue;
        pl_json_open(w, NULL, '{');
        pl_json_put_text(w, "state", STATES[finding->state].word);
        pl_json_put_text(w, "source", finding->source[0] ? finding->source : NULL);
        pl_json_close(w);
    }
    pl_json_close(w);
    pl_json_close(w);
}

static void tell_json(const story *s, pl_buf *out)
{
    pl_json_writer w;

    pl_json_writer_init(&w, out);
    pl_json_open(&w, NULL, '{');
    pl_json_put_text(&w, "fingerprint", s->is_enough ? s->text : NULL);
    pl_json_put_bool(&w, "enough", s->is_enough);
    pl_json_put_text(&w, "environment", s->report->environment);
    if (s->known)
        pl_json_put_bool(&w, "same_device", s->match.is_same);
    pl_json_open(&w, "components", '[');
    for (size_t c = 0; c < PL_COMPONENT_COUNT; c++)
        put_component(s, c, &w);
    pl_json_close(&w);
    pl_json_close(&w);
}

void pl_device_explain(const pl_probe_report *report, const char *product, const pl_fingerprint *known, bool as_json, pl_buf *out)
{
    story s;

    memset(&s, 0, sizeof s);
    s.report = report;
    s.known = known;
    s.is_enough = pl_device_fingerprint(report, product, &s.seen) == PL_OK;
    if (known)
        s.match = pl_fingerprint_match(known, &s.seen, PL_MATCH_TWO);
    pl_fingerprint_format(&s.seen, s.text);
    if (as_json)
        tell_json(&s, out);
    else
        tell_text(&s, out);
}
