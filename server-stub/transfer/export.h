/* SPDX-License-Identifier: Apache-2.0
 *
 * Export: a brand's customers, licenses with their keys in full, and activations, as CSV or JSON lines. docs/mappings/pospal-validator.conf
 * reads its licenses again. Page by page: what is sold meanwhile may be in it or not.
 */
#ifndef TRANSFER_EXPORT_H
#define TRANSFER_EXPORT_H

#include "licensing/instance.h"

typedef enum { EXPORT_CUSTOMERS = 1, EXPORT_LICENSES = 2, EXPORT_ACTIVATIONS = 4 } export_what; /* bits */

typedef struct {
    instance_t *instance;
    const char *brand; /* slug */
    unsigned what;     /* of export_what; CSV takes one alone */
    bool is_json;
    pl_err (*write)(void *context, pl_span bytes);
    void *context;
} export_order_t;

typedef struct {
    int64_t customers;
    int64_t licenses;
    int64_t activations;
} export_report_t;

/* In the audit before the first row goes out. PL_ERR_NOT_FOUND (brand), PL_ERR_INVALID, PL_ERR_SIGNATURE (another master key). */
pl_err export_run(const export_order_t *order, export_report_t *report);

#endif
