/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of faults, their text and their chance; see fault.h.
 */
#include "chaos/fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    const char *value; /* what the value is; NULL: it has none */
    int64_t min, max, otherwise;
} table[FAULT_COUNT] = {
    [FAULT_LATENCY] = {"latency", "MS", 0, 600000, 1000},
    [FAULT_CUT] = {"cut", "BYTES", 0, 131072, 100},
    [FAULT_SLOW_BODY] = {"slow-body", "BYTES/S", 1, 1000000, 100},
    [FAULT_OFFLINE] = {"offline", NULL, 0, 0, 0},
    [FAULT_5XX] = {"5xx", "STATUS", 500, 599, 503},
    [FAULT_REDIRECT] = {"redirect", NULL, 0, 0, 0},
    [FAULT_HTML] = {"html", NULL, 0, 0, 0},
    [FAULT_GARBAGE] = {"garbage", NULL, 0, 0, 0},
    [FAULT_EMPTY] = {"empty", NULL, 0, 0, 0},
    [FAULT_UNSIGNED_DENIAL] = {"unsigned-denial", NULL, 0, 0, 0},
    [FAULT_REPLAY] = {"replay", NULL, 0, 0, 0},
    [FAULT_WRONG_SIGNATURE] = {"wrong-signature", NULL, 0, 0, 0},
    [FAULT_OTHER_NONCE] = {"other-nonce", NULL, 0, 0, 0},
    [FAULT_SKEWED_CLOCK] = {"skewed-clock", "SECONDS", -INT64_C(4000000000), INT64_C(4000000000), 86400},
    [FAULT_SUSPENDED] = {"suspended", NULL, 0, 0, 0},
    [FAULT_REVOKED] = {"revoked", NULL, 0, 0, 0},
    [FAULT_EXPIRED] = {"expired", NULL, 0, 0, 0},
    [FAULT_NO_SEAT] = {"no-seat", NULL, 0, 0, 0},
    [FAULT_SESSION_TAKEN] = {"session-taken", NULL, 0, 0, 0},
};

const char *fault_name(fault_kind kind)
{
    return table[kind].name;
}

bool fault_has_value(fault_kind kind)
{
    return table[kind].value != NULL;
}

static pl_err find(const char *name, size_t size, fault_kind *kind)
{
    for (unsigned i = 0; i < FAULT_COUNT; i++)
        if (strlen(table[i].name) == size && memcmp(table[i].name, name, size) == 0) {
            *kind = (fault_kind)i;
            return PL_OK;
        }
    return pl_fail(PL_ERR_INVALID, "there is no fault \"%.*s\"; `pospal-license chaos --help` lists them", (int)size, name);
}

/* Digits without floating point, which goes by the locale: "1", "0.25", "25%". */
static bool read_chance(const char *text, unsigned *chance)
{
    unsigned long scale = FAULT_CERTAIN, number = 0;
    bool is_fraction = false;
    const char *at = text;

    for (; (*at >= '0' && *at <= '9') || (*at == '.' && !is_fraction); at++) {
        if (*at == '.') {
            is_fraction = true;
            continue;
        }
        if (!is_fraction)
            number = number * 10 + (unsigned long)(*at - '0') * FAULT_CERTAIN;
        else
            number += (unsigned long)(*at - '0') * (scale /= 10);
        if (number > 100ul * FAULT_CERTAIN)
            return false;
    }
    if (at == text)
        return false;
    if (*at == '%') {
        at++;
        number /= 100;
    }
    *chance = (unsigned)number;
    return *at == '\0' && number <= FAULT_CERTAIN;
}

static pl_err read_value(fault_kind kind, const char *text, size_t size, int64_t *value)
{
    char digits[24];
    char *end = digits;

    if (!fault_has_value(kind))
        return pl_fail(PL_ERR_INVALID, "the fault %s takes no value", fault_name(kind));
    (void)snprintf(digits, sizeof digits, "%.*s", (int)size, text);
    errno = 0;
    *value = strtoll(digits, &end, 10);
    if (errno || end == digits || *end || size >= sizeof digits || *value < table[kind].min || *value > table[kind].max)
        return pl_fail(PL_ERR_INVALID, "the fault is written %s=%s, from %lld to %lld", fault_name(kind), table[kind].value,
                       (long long)table[kind].min, (long long)table[kind].max);
    return PL_OK;
}

pl_err fault_set_text(fault_set *set, const char *text)
{
    size_t size = strlen(text);
    const char *chance = strchr(text, '@');
    size_t body = chance ? (size_t)(chance - text) : size;
    const char *equals = memchr(text, '=', body);
    size_t name = equals ? (size_t)(equals - text) : body;
    fault fresh = {true, 0, FAULT_CERTAIN, 0};
    fault_kind kind = FAULT_LATENCY;
    pl_err err;

    if (size > FAULT_TEXT_MAX)
        return pl_fail(PL_ERR_INVALID, "a fault is written with %d characters at most", (int)FAULT_TEXT_MAX);
    if ((err = find(text, name, &kind)))
        return err;
    fresh.value = table[kind].otherwise;
    fresh.applied = set->faults[kind].applied;
    if (equals && (err = read_value(kind, equals + 1, body - name - 1, &fresh.value)))
        return err;
    if (chance && !read_chance(chance + 1, &fresh.chance))
        return pl_fail(PL_ERR_INVALID, "the probability \"%s\" is none: write 0.25 or 25%%", chance + 1);
    set->faults[kind] = fresh;
    return PL_OK;
}

pl_err fault_set_off(fault_set *set, const char *name)
{
    fault_kind kind = FAULT_LATENCY;
    pl_err err = find(name, strlen(name), &kind);

    if (!err)
        set->faults[kind].is_on = false;
    return err;
}

void fault_set_clear(fault_set *set)
{
    for (unsigned i = 0; i < FAULT_COUNT; i++)
        set->faults[i].is_on = false;
}

/* SplitMix64: a good mixture of its input, and the same everywhere. */
static uint64_t mix(uint64_t z)
{
    z += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Each fault has a series of its own: switching one on or off does not change what the others do. */
void fault_set_roll(fault_set *set, fault_plan *plan)
{
    memset(plan, 0, sizeof *plan);
    set->requests++;
    for (unsigned i = 0; i < FAULT_COUNT; i++) {
        fault *one = &set->faults[i];

        if (!one->is_on || mix(mix(set->seed + i) + set->requests) % FAULT_CERTAIN >= one->chance)
            continue;
        plan->is_hit[i] = true;
        plan->value[i] = one->value;
        one->applied++;
    }
}
