/* SPDX-License-Identifier: Apache-2.0
 *
 * The chaos server without HTTP: requests and replies as values. It answers the device API as a validator does, with signed answers of a
 * throw-away brand, under the faults that are on, and `/chaos`, by which the faults are seen and changed. Any thread.
 */
#ifndef POSPAL_CHAOS_SERVICE_H
#define POSPAL_CHAOS_SERVICE_H

#include "chaos/fake_validator.h"
#include "chaos/fault.h"

enum { SERVICE_BODY_MAX = PL_USAGE_REQUEST_MAX, SERVICE_NAME_MAX = 100, SERVICE_TRIAL_DAYS = 14 };

typedef struct {
    fake_validator validator;
    char product[SERVICE_NAME_MAX + 1];
    char keys[FAKE_LICENSES][SERVICE_NAME_MAX + 1];
    fault_set faults;
    fault_plan plan; /* of the request under way */
} service;

typedef struct {
    const char *method;
    const char *path;
    pl_span body;
} service_request;

typedef struct {
    bool closes;      /* says nothing */
    int64_t delay_ms; /* before it says anything */
    int64_t bytes_s;  /* speed of the body; 0: at once */
    int64_t cut_at;   /* bytes of the body that leave; negative: all */
    int status;
    const char *content_type;
    const char *location; /* NULL: none */
    pl_buf body;
} service_reply;

/* key NULL: one of its own making. PL_ERR_INVALID for a product or key that can be none. */
pl_err service_init(service *s, const char *product, const char *key, uint64_t seed);
void service_reset(service *s);
void service_answer(service *s, const service_request *request, service_reply *reply);
void service_reply_reset(service_reply *reply);

/* Changes by a line of text: a fault, "off NAME" or "clear". PL_ERR_INVALID. */
pl_err service_command(service *s, const char *line);
/* The state as `GET /chaos` shows it. */
void service_describe(service *s, pl_buf *json);

#endif
