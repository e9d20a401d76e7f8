/* SPDX-License-Identifier: Apache-2.0
 *
 * This machine as a fingerprint: product-keyed pseudonyms of its components, the keys that open the sealed state on it, and the
 * explanation for humans.
 */
#ifndef PL_DEVICE_DEVICE_H
#define PL_DEVICE_DEVICE_H

#include "base/buf.h"
#include "device/probe.h"
#include "license/fingerprint.h"

/* One key per component value: whoever can read the hardware can derive it, the validator and the wire cannot. */
typedef struct {
    pl_component component;
    uint8_t key[32];
} pl_device_wrap_key;

enum { PL_DEVICE_WRAP_KEYS_MAX = PL_COMPONENT_COUNT * PL_COMPONENT_VALUES_MAX };

/* fp1: HMAC-SHA-256 keyed by product, 128 bits kept. PL_ERR_NO_FINGERPRINT when too little is left. */
pl_err pl_device_fingerprint(const pl_probe_report *report, const char *product, pl_fingerprint *fingerprint);
/* HKDF over the raw values, keyed by product. *count: in, the room; out, the keys. */
pl_err pl_device_wrap_keys(const pl_probe_report *report, const char *product, pl_device_wrap_key *keys, size_t *count);
/*
 * Text or JSON: per component what was read from where, its state, whether it survives cloning of the disk, and, against a known
 * fingerprint (NULL: none), whether it changed. No raw value.
 */
void pl_device_explain(const pl_probe_report *report, const char *product, const pl_fingerprint *known, bool as_json,
                       pl_buf *out);

#endif
