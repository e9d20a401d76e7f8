/* SPDX-License-Identifier: Apache-2.0
 *
 * A fingerprint's text form, both ways, and the match rules. Reading hardware is in device/; the rules need no cryptography, so the
 * 22 characters of a value are coded here: license/ and crypto/ do not know each other, and both ends want exactly this one form.
 */
#include "license/fingerprint.h"

#include <string.h>

enum { VALUE_TEXT_SIZE = 22 };

static const char SCHEME[] = "fp1:";
static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static const struct {
    char letter;
    const char *name;
    bool is_hardware;
} COMPONENTS[PL_COMPONENT_COUNT] = {
    [PL_COMPONENT_MACHINE_ID] = {'m', "machine_id", false},
    [PL_COMPONENT_FIRMWARE] = {'f', "firmware", true},
    [PL_COMPONENT_BOARD] = {'b', "board", true},
    [PL_COMPONENT_DISK] = {'d', "disk", true},
    [PL_COMPONENT_NIC] = {'n', "nic", true},
    [PL_COMPONENT_CPU] = {'c', "cpu", true},
};

static const struct {
    pl_match_rule rule;
    const char *text;
} RULE_TEXTS[] = {
    {PL_MATCH_TWO, "two"},
    {PL_MATCH_ANY, "any"},
    {PL_MATCH_MOST, "most"},
    {PL_MATCH_ALL, "all"},
    {PL_MATCH_COUNT_1, "1"},
    {(pl_match_rule)(PL_MATCH_COUNT_1 + 1), "2"},
    {(pl_match_rule)(PL_MATCH_COUNT_1 + 2), "3"},
    {(pl_match_rule)(PL_MATCH_COUNT_1 + 3), "4"},
    {(pl_match_rule)(PL_MATCH_COUNT_1 + 4), "5"},
    {(pl_match_rule)(PL_MATCH_COUNT_1 + 5), "6"},
};

enum { RULE_COUNT = sizeof RULE_TEXTS / sizeof RULE_TEXTS[0] };

char pl_component_letter(pl_component component)
{
    return (unsigned)component < PL_COMPONENT_COUNT ? COMPONENTS[component].letter : '?';
}

const char *pl_component_name(pl_component component)
{
    return (unsigned)component < PL_COMPONENT_COUNT ? COMPONENTS[component].name : "?";
}

bool pl_component_is_hardware(pl_component component)
{
    return (unsigned)component < PL_COMPONENT_COUNT && COMPONENTS[component].is_hardware;
}

/* Three bytes make four characters; the sixteenth byte makes two, the second of which carries its last two bits. */
static char *put_value(char *text, const uint8_t value[PL_FINGERPRINT_VALUE_SIZE])
{
    for (size_t i = 0; i < 15; i += 3) {
        *text++ = ALPHABET[value[i] >> 2];
        *text++ = ALPHABET[(value[i] & 3) << 4 | value[i + 1] >> 4];
        *text++ = ALPHABET[(value[i + 1] & 15) << 2 | value[i + 2] >> 6];
        *text++ = ALPHABET[value[i + 2] & 63];
    }
    *text++ = ALPHABET[value[15] >> 2];
    *text++ = ALPHABET[(value[15] & 3) << 4];
    return text;
}

static bool take_sextet(char c, unsigned *sextet)
{
    if (c >= 'A' && c <= 'Z')
        *sextet = (unsigned)(c - 'A');
    else if (c >= 'a' && c <= 'z')
        *sextet = (unsigned)(c - 'a') + 26;
    else if (c >= '0' && c <= '9')
        *sextet = (unsigned)(c - '0') + 52;
    else
        *sextet = c == '-' ? 62 : 63;
    return *sextet < 63 || c == '_';
}

/* Refuses other alphabets and a last character whose four spare bits are not zero: each value has one text. */
static bool take_value(const char *text, uint8_t value[PL_FINGERPRINT_VALUE_SIZE])
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t size = 0;

    for (size_t i = 0; i < VALUE_TEXT_SIZE; i++) {
        unsigned sextet;

        if (!take_sextet(text[i], &sextet))
            return false;
        bits = bits << 6 | sextet;
        held += 6;
        if (held >= 8) {
            held -= 8;
            value[size++] = (uint8_t)(bits >> held);
            bits &= (1u << held) - 1;
        }
    }
    return bits == 0;
}

void pl_fingerprint_format(const pl_fingerprint *fingerprint, char text[PL_FINGERPRINT_TEXT_SIZE])
{
    char *end = text;
    bool comma = false;

    memcpy(end, SCHEME, sizeof SCHEME - 1);
    end += sizeof SCHEME - 1;
    for (size_t c = 0; c < PL_COMPONENT_COUNT; c++) {
        for (size_t i = 0; i < fingerprint->count[c] && i < PL_COMPONENT_VALUES_MAX; i++) {
            if (i == 0) {
                if (comma)
                    *end++ = ',';
                *end++ = COMPONENTS[c].letter;
            }
            *end++ = i == 0 ? '=' : '+';
            end = put_value(end, fingerprint->value[c][i]);
            comma = true;
        }
    }
    *end = '\0';
}

/* One "d=<22>+<22>" at the head of text; the components come in their order, each at most once. */
static pl_err take_component(pl_span *text, size_t *next, pl_fingerprint *fingerprint)
{
    size_t c = 0;
    size_t count = 0;

    if (text->size < 2 || text->data[1] != '=')
        return PL_ERR_MALFORMED;
    while (c < PL_COMPONENT_COUNT && COMPONENTS[c].letter != text->data[0])
        c++;
    if (c == PL_COMPONENT_COUNT)
        return text->data[0] >= 'a' && text->data[0] <= 'z' ? PL_ERR_UNSUPPORTED : PL_ERR_MALFORMED;
    if (c < *next)
        return PL_ERR_MALFORMED;
    *text = pl_span_of(text->data + 1, text->size - 1);
    while (text->size > VALUE_TEXT_SIZE && text->data[0] == (count == 0 ? '=' : '+')) {
        if (count == PL_COMPONENT_VALUES_MAX || !take_value(text->data + 1, fingerprint->value[c][count]))
            return PL_ERR_MALFORMED;
        count++;
        *text = pl_span_of(text->data + 1 + VALUE_TEXT_SIZE, text->size - 1 - VALUE_TEXT_SIZE);
    }
    fingerprint->count[c] = (uint8_t)count;
    *next = c + 1;
    return count > 0 ? PL_OK : PL_ERR_MALFORMED;
}

static pl_err take_components(pl_span text, pl_fingerprint *fingerprint)
{
    size_t next = 0;
    pl_err err;

    for (;;) {
        if ((err = take_component(&text, &next, fingerprint)) || text.size == 0)
            return err;
        if (text.data[0] != ',')
            return PL_ERR_MALFORMED;
        text = pl_span_of(text.data + 1, text.size - 1);
    }
}

/* "fp" and a number and a colon. */
static bool is_other_scheme(pl_span text)
{
    size_t at = 2;

    if (text.size < 4 || memcmp(text.data, "fp", 2) != 0)
        return false;
    while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9')
        at++;
    return at > 2 && at < text.size && text.data[at] == ':';
}

pl_err pl_fingerprint_parse(pl_span text, pl_fingerprint *fingerprint)
{
    const size_t scheme_size = sizeof SCHEME - 1;
    pl_err err;

    memset(fingerprint, 0, sizeof *fingerprint);
    if (text.size >= PL_FINGERPRINT_TEXT_SIZE)
        return pl_fail(PL_ERR_MALFORMED, "a fingerprint has less than %d characters", PL_FINGERPRINT_TEXT_SIZE);
    if (text.size < scheme_size || memcmp(text.data, SCHEME, scheme_size) != 0)
        err = is_other_scheme(text) ? PL_ERR_UNSUPPORTED : PL_ERR_MALFORMED;
    else
        err = take_components(pl_span_of(text.data + scheme_size, text.size - scheme_size), fingerprint);
    if (!err)
        return PL_OK;
    memset(fingerprint, 0, sizeof *fingerprint);
    if (err == PL_ERR_UNSUPPORTED)
        return pl_fail(err, "the fingerprint has a scheme or a component that this version does not know");
    return pl_fail(err, "the text is not a fingerprint of the form fp1:m=...,d=...");
}

static size_t bits_in(unsigned set)
{
    size_t count = 0;

    for (; set; set &= set - 1)
        count++;
    return count;
}

static unsigned hardware_bits(void)
{
    unsigned bits = 0;

    for (size_t c = 0; c < PL_COMPONENT_COUNT; c++)
        bits |= (COMPONENTS[c].is_hardware ? 1u : 0u) << c;
    return bits;
}

static bool have_common_value(const pl_fingerprint *a, const pl_fingerprint *b, size_t c)
{
    for (size_t i = 0; i < a->count[c] && i < PL_COMPONENT_VALUES_MAX; i++) {
        for (size_t j = 0; j < b->count[c] && j < PL_COMPONENT_VALUES_MAX; j++) {
            if (memcmp(a->value[c][i], b->value[c][j], PL_FINGERPRINT_VALUE_SIZE) == 0)
                return true;
        }
    }
    return false;
}

/* An unknown rule matches nothing: it came from a newer or damaged policy. */
static bool satisfies(unsigned compared, unsigned matched, pl_match_rule rule)
{
    size_t among = bits_in(compared);
    size_t fits = bits_in(matched);
    bool has_hardware = (matched & hardware_bits()) != 0;

    if (rule >= PL_MATCH_COUNT_1)
        return (unsigned)rule < PL_MATCH_COUNT_1 + PL_COMPONENT_COUNT && fits >= (unsigned)rule - PL_MATCH_COUNT_1 + 1u;
    if (rule == PL_MATCH_ANY)
        return fits >= 1;
    if (rule == PL_MATCH_TWO)
        return fits >= 2 && has_hardware;
    if (rule == PL_MATCH_MOST)
        return fits >= (among + 1) / 2 && has_hardware;
    return rule == PL_MATCH_ALL && among >= 2 && fits == among;
}

pl_match pl_fingerprint_match(const pl_fingerprint *known, const pl_fingerprint *seen, pl_match_rule rule)
{
    pl_match match = {false, 0, 0};

    for (size_t c = 0; c < PL_COMPONENT_COUNT; c++) {
        if (known->count[c] == 0 || seen->count[c] == 0)
            continue;
        match.compared = (uint8_t)(match.compared | 1u << c);
        if (have_common_value(known, seen, c))
            match.matched = (uint8_t)(match.matched | 1u << c);
    }
    match.is_same = satisfies(match.compared, match.matched, rule);
    return match;
}

bool pl_fingerprint_is_other_hardware(const pl_fingerprint *known, const pl_fingerprint *seen)
{
    pl_match match = pl_fingerprint_match(known, seen, PL_MATCH_ANY);
    unsigned hardware = 0;

    for (unsigned c = 0; c < PL_COMPONENT_COUNT; c++)
        if (pl_component_is_hardware((pl_component)c))
            hardware |= 1u << c;
    return (match.compared & hardware) != 0 && (match.matched & hardware) == 0;
}

bool pl_fingerprint_is_of_one_machine(const pl_fingerprint *fingerprint)
{
    for (size_t c = 0; c < PL_COMPONENT_COUNT; c++)
        if (fingerprint->count[c] > 1 && c != PL_COMPONENT_DISK && c != PL_COMPONENT_NIC)
            return false;
    return true;
}

bool pl_fingerprint_is_enough(const pl_fingerprint *fingerprint)
{
    return pl_fingerprint_match(fingerprint, fingerprint, PL_MATCH_TWO).is_same;
}

const char *pl_match_rule_text(pl_match_rule rule, char buffer[8])
{
    buffer[0] = '\0';
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (RULE_TEXTS[i].rule == rule)
            memcpy(buffer, RULE_TEXTS[i].text, strlen(RULE_TEXTS[i].text) + 1);
    }
    return buffer;
}

pl_err pl_match_rule_parse(pl_span text, pl_match_rule *rule)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (pl_span_is(text, RULE_TEXTS[i].text)) {
            *rule = RULE_TEXTS[i].rule;
            return PL_OK;
        }
    }
    return pl_fail(PL_ERR_MALFORMED, "a match rule is any, two, most, all or a number from 1 to %d", PL_COMPONENT_COUNT);
}
