/* SPDX-License-Identifier: Apache-2.0
 *
 * Results, their details per thread, and the names of the public enums. The errors themselves are in base/errors.def.
 */
#include "client/client.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* The last failure of this thread, as the application sees it. */
static _Thread_local pl_report_note last;

/* The enums inside are the public ones: a snapshot is read by a cast. */
_Static_assert((int)POSPAL_STATUS_WRONG_DEVICE == (int)PL_STATUS_WRONG_DEVICE && PL_STATUS_COUNT == 10, "statuses differ");
_Static_assert((int)POSPAL_SOURCE_EMERGENCY == (int)PL_SOURCE_EMERGENCY, "sources differ");
_Static_assert((int)POSPAL_REASON_NO_TRIAL == (int)PL_REASON_NO_TRIAL && PL_REASON_COUNT == 16, "reasons differ");
_Static_assert((int)POSPAL_LOG_DEBUG == (int)PL_LOG_DEBUG, "log levels differ");

static const char *const result_names[] = {
    "OK",       "INVALID_ARGUMENT", "OUT_OF_MEMORY",  "STORAGE",      "UNREACHABLE",
    "DENIED",   "NO_LICENSE_KEY",   "NO_FINGERPRINT", "BAD_DOCUMENT", "NOT_FOUND",
    "CONFLICT", "UNSUPPORTED",      "CLOSED",         "INTERNAL",     "NOT_YET_VALID",
};

static pospal_result_t result_of(pl_err err)
{
    switch (err) {
    case PL_OK:
        return POSPAL_OK;
#define PL_ERROR(name, code, http, result, sentence) \
    case PL_ERR_##name:                              \
        return POSPAL_ERROR_##result;
#include "base/errors.def"
#undef PL_ERROR
    }
    return POSPAL_ERROR_INTERNAL;
}

pospal_result_t pl_report(pl_err err)
{
    const char *detail = pl_err_detail();

    if (!err)
        return POSPAL_OK;
    last.err = err;
    if (detail[0] && err == PL_ERR_INVALID) /* the sentence is for requests to the server; here it is a call or an option */
        snprintf(last.text, sizeof last.text, "%s", detail);
    else if (detail[0])
        snprintf(last.text, sizeof last.text, "%s (%s)", pl_err_sentence(err), detail);
    else
        snprintf(last.text, sizeof last.text, "%s", pl_err_sentence(err));
    return result_of(err);
}

pospal_result_t pl_report_again(pl_err err)
{
    return result_of(err);
}

void pl_report_keep(pl_report_note *note)
{
    *note = last;
}

void pl_report_recall(const pl_report_note *note)
{
    last = *note;
}

const char *pospal_error_detail(void)
{
    return last.text;
}

const char *pospal_error_code(void)
{
    return pl_err_code(last.err);
}

const char *pospal_result_name(pospal_result_t result)
{
    size_t index = (size_t)result;

    return index < sizeof result_names / sizeof *result_names ? result_names[index] : "UNKNOWN";
}

const char *pospal_status_name(pospal_status_t status)
{
    return (unsigned)status < PL_STATUS_COUNT ? pl_status_text((pl_status)status) : "UNKNOWN";
}

const char *pospal_source_name(pospal_source_t source)
{
    return (unsigned)source <= (unsigned)PL_SOURCE_EMERGENCY ? pl_source_text((pl_source)source) : "UNKNOWN";
}

const char *pospal_reason_name(pospal_reason_t reason)
{
    return (unsigned)reason < PL_REASON_COUNT ? pl_reason_text((pl_reason)reason) : "unknown";
}

const char *pospal_version(void)
{
    return POSPAL_VERSION_STRING;
}

void pospal_text_free(char *text)
{
    pl_free(text);
}
