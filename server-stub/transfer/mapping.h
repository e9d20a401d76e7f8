/* SPDX-License-Identifier: Apache-2.0
 *
 * Mappings: which column of somebody else's file is which field of ours. A mapping is lines of NAME = VALUE; docs/IMPORTING.md has the
 * format. Read whole and checked before anything is imported.
 */
#ifndef TRANSFER_MAPPING_H
#define TRANSFER_MAPPING_H

#include "license/status.h"
#include "store/licenses.h"
#include "transfer/rows.h"

enum { MAPPING_FILE_MAX = 65536, MAPPING_WORDS_MAX = 1000 };

typedef enum { IMPORT_CUSTOMERS, IMPORT_LICENSES, IMPORT_ACTIVATIONS } import_kind;

typedef enum {
    FIELD_EMAIL,
    FIELD_NAME,
    FIELD_KEY,
    FIELD_PRODUCT,
    FIELD_STATUS,
    FIELD_REASON,
    FIELD_SEATS,
    FIELD_STARTS_AT,
    FIELD_EXPIRES_AT,
    FIELD_RENEWS,
    FIELD_PLAN,
    FIELD_ENTITLEMENTS,
    FIELD_INSTANCE,
    FIELD_KIND,
    FIELD_DURATION_DAYS,
    FIELD_METADATA,
    FIELD_POLICY,
    FIELD_SUSPEND_AT,
    FIELD_CANCEL_AT,
    FIELD_STATUS_REASON,
    FIELD_CUSTOMER_METADATA,
    FIELD_COUNT
} field_name;

typedef enum { TIMES_RFC3339, TIMES_SQL, TIMES_UNIX, TIMES_UNIX_MS } times_form;

/* A word of theirs and ours. "*" stands for any other. */
typedef struct {
    field_name field;
    const char *theirs;
    const char *ours;
} word_t;

typedef struct {
    import_kind kind;
    char separator;
    times_form times;
    const char *nothing;              /* a word that means that there is no value; NULL: none but the empty text */
    const char *columns[FIELD_COUNT]; /* NULL: not from the file */
    const char *constants[FIELD_COUNT];
    word_t *words;
    size_t word_count;
} mapping_t;

/* A row in our words. Texts live in the arena. */
typedef struct {
    int64_t line;
    const char *email; /* NULL: none; so are the others */
    const char *name;
    const char *key;
    const char *product;
    const char *plan;
    const char *entitlements;
    const char *metadata; /* JSON */
    const char *policy;   /* JSON */
    const char *status_reason;
    const char *customer_metadata; /* JSON */
    const char *instance;          /* of a seat: URL, host name or machine id */
    const char *kind;              /* of which of them; NULL: told by the form */
    license_status status;
    pl_reason reason;
    int64_t seats;
    int64_t starts_at_ms;
    int64_t expires_at_ms;
    int64_t duration_days; /* until its end, from the first activation on, where there is no end yet */
    int64_t suspend_at_ms;
    int64_t cancel_at_ms;
    bool renews;
    bool tells_metadata; /* the mapping has the field; else what is here stays */
    bool tells_policy;
    bool tells_suspend_at;
    bool tells_cancel_at;
    bool tells_status_reason;
} import_row_t;

/* PL_ERR_INVALID, PL_ERR_TOO_LARGE: the detail names the line. */
pl_err mapping_read(pl_arena *arena, pl_span text, mapping_t *mapping);
/* PL_ERR_INVALID naming the column that the file does not have. */
pl_err mapping_check(const mapping_t *mapping, const rows_t *rows);
/* PL_ERR_INVALID: the detail says what is wrong with the row. */
pl_err mapping_apply(const mapping_t *mapping, pl_arena *arena, const row_t *row, import_row_t *out);
const char *field_text(field_name field); /* "expires_at" */

#endif
