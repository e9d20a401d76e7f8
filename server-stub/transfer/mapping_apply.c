/* SPDX-License-Identifier: Apache-2.0
 *
 * A row in our words: the mapping's columns, constants and words, then numbers, times and states out of texts.
 */
#include "transfer/mapping.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "licensing/license_policy.h"
#include "store/customers.h"
#include "store/products.h"

enum { MS = 1000, DAYS_MAX = 3660, SQL_TIME_SIZE = sizeof "2026-11-22 18:00:00" - 1 };

static const char *translate(const mapping_t *mapping, field_name field, const char *theirs)
{
    const char *other = theirs;

    for (size_t i = 0; i < mapping->word_count; i++) {
        const word_t *word = &mapping->words[i];

        if (word->field != field)
            continue;
        if (strcmp(word->theirs, theirs) == 0)
            return word->ours;
        if (strcmp(word->theirs, "*") == 0)
            other = word->ours;
    }
    return other;
}

/* Constants are ours already. */
static pl_err take(const mapping_t *mapping, pl_arena *arena, const row_t *row, field_name field, const char **text)
{
    pl_err err;

    *text = mapping->constants[field];
    if (!mapping->columns[field])
        return PL_OK;
    if ((err = row_text(row, arena, mapping->columns[field], text)))
        return err;
    if (*text && mapping->nothing && strcmp(*text, mapping->nothing) == 0)
        *text = NULL;
    if (*text)
        *text = translate(mapping, field, *text);
    return PL_OK;
}

static pl_err read_number(const char *text, field_name field, int64_t max, int64_t *number)
{
    char *end;
    long long value;

    *number = 0;
    if (!text)
        return PL_OK;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno || end == text || *end || value < 0 || value > max)
        return pl_fail(PL_ERR_INVALID, "%s is \"%.40s\"; a number up to %lld is needed", field_text(field), text, (long long)max);
    *number = value;
    return PL_OK;
}

/* "2026-11-22 18:00:00", with a fraction and a zone or without: databases print it so. Without a zone it is UTC. */
static pl_err read_sql_time(pl_arena *arena, const char *text, int64_t *seconds)
{
    char *copy =
        pl_arena_format(arena, "%s%s", text, strlen(text) > SQL_TIME_SIZE && strpbrk(text + SQL_TIME_SIZE, "Z+-") ? "" : "Z");
    size_t size;

    if (!copy)
        return PL_ERR_MEMORY;
    size = strlen(copy);
    if (size <= SQL_TIME_SIZE)
        return pl_timestamp_parse(pl_span_text(text), seconds); /* a date */
    if (copy[10] == ' ')
        copy[10] = 'T';
    if (size > 3 && (copy[size - 3] == '+' || copy[size - 3] == '-')) { /* PostgreSQL's +00 */
        copy = pl_arena_format(arena, "%s:00", copy);
        if (!copy)
            return PL_ERR_MEMORY;
    }
    return pl_timestamp_parse(pl_span_text(copy), seconds);
}

static pl_err read_time(const mapping_t *mapping, pl_arena *arena, const char *text, field_name field, int64_t *time_ms)
{
    int64_t number = 0;
    pl_err err = PL_OK;

    *time_ms = 0;
    if (!text)
        return PL_OK;
    switch (mapping->times) {
    case TIMES_UNIX:
        err = read_number(text, field, PL_TIME_MAX, &number);
        break;
    case TIMES_UNIX_MS:
        err = read_number(text, field, PL_TIME_MAX * MS, &number);
        number /= MS;
        break;
    case TIMES_SQL:
        err = read_sql_time(arena, text, &number);
        break;
    case TIMES_RFC3339:
        err = pl_timestamp_parse(pl_span_text(text), &number);
        break;
    }
    if (err == PL_ERR_MALFORMED || (!err && number <= 0))
        return pl_fail(PL_ERR_INVALID, "%s is \"%.40s\", which is no time as the mapping says they are", field_text(field), text);
    *time_ms = number * MS;
    return err;
}

static pl_err read_status(const char *text, license_status *status)
{
    static const char *const words[] = {
        [LICENSE_ACTIVE] = "active", [LICENSE_SUSPENDED] = "suspended", [LICENSE_CANCELLED] = "cancelled"};

    *status = LICENSE_ACTIVE;
    if (!text)
        return PL_OK;
    for (int i = LICENSE_ACTIVE; i <= LICENSE_CANCELLED; i++)
        if (strcmp(words[i], text) == 0) {
            *status = (license_status)i;
            return PL_OK;
        }
    return pl_fail(PL_ERR_INVALID, "status is \"%.40s\"; the mapping does not say which of active, suspended, cancelled that is",
                   text);
}

static pl_err read_reason(const char *text, import_row_t *out)
{
    out->reason = out->status == LICENSE_ACTIVE ? PL_REASON_NONE : PL_REASON_VENDOR;
    if (!text || out->status == LICENSE_ACTIVE)
        return PL_OK;
    out->reason = pl_reason_parse(text);
    if (out->reason == PL_REASON_PAYMENT_FAILED || out->reason == PL_REASON_VENDOR || out->reason == PL_REASON_REFUND ||
        out->reason == PL_REASON_DISPUTE)
        return PL_OK;
    return pl_fail(PL_ERR_INVALID, "reason is \"%.40s\"; payment_failed, vendor, refund or dispute is needed", text);
}

static pl_err read_bool(const char *text, bool *value)
{
    *value = text && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0 || strcmp(text, "t") == 0);
    if (!text || *value || strcmp(text, "false") == 0 || strcmp(text, "0") == 0 || strcmp(text, "f") == 0)
        return PL_OK;
    return pl_fail(PL_ERR_INVALID, "renews is \"%.40s\"; true or false is needed", text);
}

/* An object, in the spelling that the API keeps. */
static pl_err read_metadata(pl_arena *arena, field_name field, const char *text, const char **metadata)
{
    const pl_json *object;
    pl_json_writer json;
    pl_buf out;
    pl_err err;

    if (!text)
        return PL_OK;
    if ((err = pl_json_parse(arena, pl_span_text(text), METADATA_MAX, &object)) == PL_ERR_MEMORY)
        return err;
    if (err || !pl_json_is_object(object))
        return pl_fail(PL_ERR_INVALID, "%s is no JSON object of at most %d bytes", field_text(field), (int)METADATA_MAX);
    pl_buf_init(&out);
    pl_json_writer_init(&json, &out);
    pl_json_put_value(&json, NULL, object);
    err = out.err;
    if (!err && !(*metadata = pl_arena_text(arena, pl_buf_span(&out))))
        err = PL_ERR_MEMORY;
    pl_buf_reset(&out);
    return err;
}

static bool tells(const mapping_t *mapping, field_name field)
{
    return mapping->columns[field] || mapping->constants[field];
}

/* What is foreseen, and the vendor's words for its state. */
static pl_err read_outlook(const mapping_t *mapping, pl_arena *arena, const char *const *texts, import_row_t *out)
{
    const char *words = texts[FIELD_STATUS_REASON];
    pl_err err;

    out->tells_suspend_at = tells(mapping, FIELD_SUSPEND_AT);
    out->tells_cancel_at = tells(mapping, FIELD_CANCEL_AT);
    out->tells_status_reason = tells(mapping, FIELD_STATUS_REASON);
    if ((err = read_time(mapping, arena, texts[FIELD_SUSPEND_AT], FIELD_SUSPEND_AT, &out->suspend_at_ms)) ||
        (err = read_time(mapping, arena, texts[FIELD_CANCEL_AT], FIELD_CANCEL_AT, &out->cancel_at_ms)))
        return err;
    if (words && (strlen(words) > LICENSE_REASON_MAX || !pl_text_is_clean(words)))
        return pl_fail(PL_ERR_INVALID, "status_reason has more than %d bytes, or control characters", (int)LICENSE_REASON_MAX);
    out->status_reason = words;
    return PL_OK;
}

/* What a license has of its own. */
static pl_err read_own(const mapping_t *mapping, pl_arena *arena, const char *const *texts, import_row_t *out)
{
    pl_err err;

    out->tells_metadata = tells(mapping, FIELD_METADATA);
    out->tells_policy = tells(mapping, FIELD_POLICY);
    if ((err = read_number(texts[FIELD_DURATION_DAYS], FIELD_DURATION_DAYS, DAYS_MAX, &out->duration_days)) ||
        (err = read_metadata(arena, FIELD_METADATA, texts[FIELD_METADATA], &out->metadata)))
        return err;
    err = texts[FIELD_POLICY] ? license_policy_merge(arena, NULL, texts[FIELD_POLICY], &out->policy) : PL_OK;
    return err && err != PL_ERR_MEMORY ? PL_ERR_INVALID : err;
}

static pl_err read_terms(const mapping_t *mapping, pl_arena *arena, const char *const *texts, import_row_t *out)
{
    pl_err err;

    if ((err = read_status(texts[FIELD_STATUS], &out->status)) || (err = read_reason(texts[FIELD_REASON], out)) ||
        (err = read_number(texts[FIELD_SEATS], FIELD_SEATS, SEATS_MAX, &out->seats)) ||
        (err = read_time(mapping, arena, texts[FIELD_STARTS_AT], FIELD_STARTS_AT, &out->starts_at_ms)) ||
        (err = read_time(mapping, arena, texts[FIELD_EXPIRES_AT], FIELD_EXPIRES_AT, &out->expires_at_ms)))
        return err;
    if ((err = read_bool(texts[FIELD_RENEWS], &out->renews)) || (err = read_outlook(mapping, arena, texts, out)))
        return err;
    return read_own(mapping, arena, texts, out);
}

pl_err mapping_apply(const mapping_t *mapping, pl_arena *arena, const row_t *row, import_row_t *out)
{
    const char *texts[FIELD_COUNT];
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < FIELD_COUNT; i++)
        err = take(mapping, arena, row, (field_name)i, &texts[i]);
    if (err)
        return err;
    *out = (import_row_t){.line = row->line,
                          .email = texts[FIELD_EMAIL],
                          .name = texts[FIELD_NAME],
                          .key = texts[FIELD_KEY],
                          .product = texts[FIELD_PRODUCT],
                          .plan = texts[FIELD_PLAN],
                          .entitlements = texts[FIELD_ENTITLEMENTS],
                          .instance = texts[FIELD_INSTANCE],
                          .kind = texts[FIELD_KIND]};
    if (mapping->kind != IMPORT_ACTIVATIONS &&
        (err = read_metadata(arena, FIELD_CUSTOMER_METADATA, texts[FIELD_CUSTOMER_METADATA], &out->customer_metadata)))
        return err;
    if (mapping->kind == IMPORT_CUSTOMERS)
        return out->email ? PL_OK : pl_fail(PL_ERR_INVALID, "there is no email");
    if (!out->key || !out->product)
        return pl_fail(PL_ERR_INVALID, "there is no %s", out->key ? "product" : "key");
    if (mapping->kind == IMPORT_ACTIVATIONS)
        return out->instance ? PL_OK : pl_fail(PL_ERR_INVALID, "there is no instance; seats of devices are not imported");
    return read_terms(mapping, arena, texts, out);
}
