/* SPDX-License-Identifier: Apache-2.0
 *
 * From raw findings to pseudonyms (fp1) and to the keys that open the sealed state. Reading the findings is in the probes, telling
 * people about them in explain.c.
 */
#include "device/device.h"

#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "license/claims.h"

static const char KEY_LABEL[] = "pospal fp1"; /* with its NUL */

static pl_err check_product(const char *product)
{
    size_t size = product ? strlen(product) : 0;

    if (size == 0 || size > PL_CLAIMS_SLUG_MAX)
        return pl_fail(PL_ERR_INVALID, "a product's name has 1 to %d characters", PL_CLAIMS_SLUG_MAX);
    return PL_OK;
}

/* SHA-256("pospal fp1" NUL product): each product knows the same machine by another name. */
static void product_key(const char *product, uint8_t key[PL_DIGEST_SIZE])
{
    char message[sizeof KEY_LABEL + PL_CLAIMS_SLUG_MAX];
    pl_span name = pl_span_text(product);

    memcpy(message, KEY_LABEL, sizeof KEY_LABEL);
    memcpy(message + sizeof KEY_LABEL, name.data, name.size);
    pl_digest(pl_span_of(message, sizeof KEY_LABEL + name.size), key);
}

/* HMAC over letter NUL value, the first half of it. */
static void blind(const uint8_t key[PL_DIGEST_SIZE], const pl_finding *finding, uint8_t value[PL_FINGERPRINT_VALUE_SIZE])
{
    char message[2 + PL_PROBE_VALUE_MAX];
    uint8_t mac[PL_MAC_SIZE];
    pl_span raw = pl_span_text(finding->value);

    message[0] = pl_component_letter(finding->component);
    message[1] = '\0';
    memcpy(message + 2, raw.data, raw.size);
    pl_mac(key, pl_span_of(message, 2 + raw.size), mac);
    memcpy(value, mac, PL_FINGERPRINT_VALUE_SIZE);
    pl_wipe(message, sizeof message);
    pl_wipe(mac, sizeof mac);
}

/* In ascending order and each once, so that one machine has one text. */
static void insert(pl_fingerprint *fingerprint, pl_component component, const uint8_t value[PL_FINGERPRINT_VALUE_SIZE])
{
    uint8_t(*values)[PL_FINGERPRINT_VALUE_SIZE] = fingerprint->value[component];
    size_t count = fingerprint->count[component];
    size_t at = 0;

    while (at < count && memcmp(values[at], value, PL_FINGERPRINT_VALUE_SIZE) < 0)
        at++;
    if (count == PL_COMPONENT_VALUES_MAX || (at < count && memcmp(values[at], value, PL_FINGERPRINT_VALUE_SIZE) == 0))
        return;
    memmove(values[at + 1], values[at], (count - at) * PL_FINGERPRINT_VALUE_SIZE);
    memcpy(values[at], value, PL_FINGERPRINT_VALUE_SIZE);
    fingerprint->count[component]++;
}

static void names_found(const pl_fingerprint *fingerprint, char text[128])
{
    size_t size = 0;

    text[0] = '\0';
    for (int c = 0; c < PL_COMPONENT_COUNT; c++) {
        if (fingerprint->count[c] > 0)
            size += (size_t)snprintf(text + size, 128 - size, "%s%s", size ? ", " : "", pl_component_name((pl_component)c));
    }
}

static pl_err fail_too_little(const pl_probe_report *report, const pl_fingerprint *fingerprint)
{
    bool is_container = strncmp(report->environment, "container:", 10) == 0;
    char found[128];

    names_found(fingerprint, found);
    return pl_fail(PL_ERR_NO_FINGERPRINT, "readable: %s; needed: two components, one of them hardware%s",
                   found[0] ? found : "nothing",
                   is_container ? "; mount the host's /etc/machine-id into the container, read-only" : "");
}

pl_err pl_device_fingerprint(const pl_probe_report *report, const char *product, pl_fingerprint *fingerprint)
{
    uint8_t key[PL_DIGEST_SIZE];
    uint8_t value[PL_FINGERPRINT_VALUE_SIZE];
    pl_err err;

    memset(fingerprint, 0, sizeof *fingerprint);
    if ((err = pl_crypto_ready()) || (err = check_product(product)))
        return err;
    product_key(product, key);
    for (size_t i = 0; i < report->count; i++) {
        if (report->findings[i].state != PL_FINDING_USED)
            continue;
        blind(key, &report->findings[i], value);
        insert(fingerprint, report->findings[i].component, value);
    }
    if (!pl_fingerprint_is_enough(fingerprint))
        return fail_too_little(report, fingerprint);
    return PL_OK;
}

static pl_err wrap_key(const pl_finding *finding, const char *product, pl_device_wrap_key *key)
{
    char info[32 + PL_CLAIMS_SLUG_MAX];

    (void)snprintf(info, sizeof info, "pospal state wrap fp1 %c %s", pl_component_letter(finding->component), product);
    key->component = finding->component;
    return pl_derive(pl_span_text(finding->value), info, key->key);
}

pl_err pl_device_wrap_keys(const pl_probe_report *report, const char *product, pl_device_wrap_key *keys, size_t *count)
{
    size_t room = *count;
    pl_err err;

    *count = 0;
    if ((err = pl_crypto_ready()) || (err = check_product(product)))
        return err;
    for (size_t i = 0; i < report->count; i++) {
        if (report->findings[i].state != PL_FINDING_USED)
            continue;
        if (*count == room)
            return pl_fail(PL_ERR_TOO_LARGE, "room for %u keys is not enough", (unsigned)room);
        if ((err = wrap_key(&report->findings[i], product, &keys[*count])))
            return err;
        (*count)++;
    }
    if (*count == 0)
        return pl_fail(PL_ERR_NO_FINGERPRINT, "no component of this machine can be read");
    return PL_OK;
}
