/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading the body or the query of a request, strictly: every member is asked for by name, type and bounds; what is wrong is noted
 * and reading goes on, so that one reply names every member at fault; members nobody asked for are faults too.
 *
 *   form_open(&form, request);
 *   form_text(&form, "name", FORM_REQUIRED, 256, &name);
 *   form_int(&form, "seats", FORM_OPTIONAL, (form_range){1, SEATS_MAX}, &seats);
 *   return form_close(&form);
 *
 * A value that is absent, null or at fault leaves what the caller had. Texts live in the request's arena.
 */
#ifndef POSPAL_API_FORM_H
#define POSPAL_API_FORM_H

#include "api/endpoint.h"
#include "base/json.h"

enum { FORM_MEMBERS_MAX = 48 /* that one form asks for */ };

typedef enum { FORM_OPTIONAL, FORM_REQUIRED } form_need;

typedef struct {
    int64_t min;
    int64_t max;
} form_range;

typedef struct {
    const char *const *values;
    size_t count;
} form_list;

typedef struct {
    const request_t *request;
    const pl_json *object; /* the body; NULL: the query */
    bool is_lenient;       /* to be set after opening: members and parameters that nobody asks for are passed over */
    pl_err err;            /* malformed, memory: then nothing more is read */
    size_t faults;
    const char *first; /* of the faults, for the detail */
    const char *asked[FORM_MEMBERS_MAX];
    bool seen[FORM_MEMBERS_MAX]; /* of the query: it stands there */
    size_t asked_count;
} form_t;

/* The body: a JSON object, or nothing at all, which reads as {}. */
void form_open(form_t *form, const request_t *request);
void form_open_query(form_t *form, const request_t *request);

/* Given, and be it null: for what a PATCH may take away. */
bool form_has(const form_t *form, const char *name);

/* UTF-8 without control characters, 1 to max bytes. */
void form_text(form_t *form, const char *name, form_need need, size_t max, const char **value);
void form_email(form_t *form, const char *name, form_need need, const char **value);
void form_slug(form_t *form, const char *name, form_need need, const char **value);
void form_int(form_t *form, const char *name, form_need need, form_range range, int64_t *value);
void form_bool(form_t *form, const char *name, bool *value);
/* RFC 3339 to Unix milliseconds. */
void form_time(form_t *form, const char *name, form_need need, int64_t *value_ms);
void form_uuid(form_t *form, const char *name, form_need need, pl_uuid *value);
/* An array of at most count_max texts, each as form_text has it; where one is at fault the list stays as it was. Borrowed from the arena. */
void form_texts(form_t *form, const char *name, size_t count_max, size_t max, form_list *list);
/* One of words, NULL-terminated: its index. */
void form_word(form_t *form, const char *name, form_need need, const char *const *words, size_t *index);
/* An object of at most max bytes, kept as JSON text. */
void form_object(form_t *form, const char *name, size_t max, const char **json);

/* A fault of the caller's own finding. */
void form_fault(form_t *form, const char *name, const char *format, ...) PL_PRINTF(3, 4);
/* PL_ERR_INVALID when anything was at fault, which the request's faults say in full; PL_ERR_MALFORMED, _MEMORY. */
pl_err form_close(form_t *form);

#endif
