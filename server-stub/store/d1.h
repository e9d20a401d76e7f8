/* SPDX-License-Identifier: Apache-2.0
 *
 * The SQLite database of POSPal's licensing API before this one, as it is read for an import: a foreign file, in one of several
 * variants. It is opened read only and looked through by SQLite first; a column that a variant lacks reads as NULL, a table as empty,
 * and what is there beyond is told and passed over. What a row comes to is transfer/d1_import.h's.
 */
#ifndef STORE_D1_H
#define STORE_D1_H

#include "base/arena.h"
#include "storage/db.h"

enum { D1_VALUES_MAX = 20, D1_VALUE_MAX = 64 * 1024 };

typedef enum { D1_CUSTOMERS, D1_AUDIT, D1_MAILS, D1_EVENTS, D1_REFUNDS, D1_SESSIONS, D1_TRIALS, D1_TABLES } d1_table;

/* The values of a row, in the order of their names. */
enum { D1_ID = 0, D1_OWNER = 1 /* customer_id, where the table has one */ };
enum {
    CUSTOMER_EMAIL = 1,
    CUSTOMER_TOKEN,
    CUSTOMER_NAME,
    CUSTOMER_PROVIDER_ID,
    CUSTOMER_CHECKOUT,
    CUSTOMER_MACHINE,
    CUSTOMER_STATUS,
    CUSTOMER_SUBSCRIPTION,
    CUSTOMER_NEXT_BILLING,
    CUSTOMER_PERIOD_START,
    CUSTOMER_PERIOD_END,
    CUSTOMER_CREATED,
    CUSTOMER_LAST_SEEN,
    CUSTOMER_LAST_VALIDATION,
    CUSTOMER_FAILURES,
    CUSTOMER_AMOUNT,
    CUSTOMER_CURRENCY
};
enum { AUDIT_ROW_ACTION = 2, AUDIT_ROW_CREATED };
enum {
    MAIL_ROW_TYPE = 2,
    MAIL_ROW_RECIPIENT,
    MAIL_ROW_STATUS,
    MAIL_ROW_PROVIDER_ID,
    MAIL_ROW_ERROR,
    MAIL_ROW_CREATED,
    MAIL_ROW_SETTLED
};
enum { EVENT_ROW_ID = 2, EVENT_ROW_TYPE, EVENT_ROW_STATUS, EVENT_ROW_CREATED, EVENT_ROW_SETTLED };
enum {
    REFUND_ROW_INVOICE = 2,
    REFUND_ROW_REASON,
    REFUND_ROW_DETAILS,
    REFUND_ROW_STATUS,
    REFUND_ROW_AMOUNT,
    REFUND_ROW_REFUND,
    REFUND_ROW_NOTES,
    REFUND_ROW_CREATED,
    REFUND_ROW_SETTLED
};
enum { SESSION_ROW_ID = 2, SESSION_ROW_MACHINE, SESSION_ROW_STATUS, SESSION_ROW_CREATED, SESSION_ROW_BEAT };
enum { TRIAL_ROW_FIRST_RUN = 1, TRIAL_ROW_EXPIRES, TRIAL_ROW_STATUS, TRIAL_ROW_TAMPER };

typedef struct {
    d1_table table;
    const char *values[D1_VALUES_MAX]; /* NULL: NULL, or the table has no such column */
    const char *fault;                 /* a value that cannot be taken: too long, no UTF-8; NULL: none */
} d1_row_t;

typedef struct d1 d1_t;

const char *d1_table_text(d1_table table); /* "customers" */
size_t d1_value_count(d1_table table);
const char *d1_value_name(d1_table table, size_t index); /* "unlock_token" */

/*
 * PL_ERR_NOT_FOUND; PL_ERR_DATABASE: no database, or damaged; PL_ERR_INVALID: it has no table of customers, or one that lacks a column
 * without which nothing can be done.
 */
pl_err d1_open(pl_arena *arena, const char *path, d1_t **d1);
void d1_close(d1_t *d1); /* accepts NULL */
/* Tables and columns that are not known here, "tables qr_menus; customers.vat", for the report; NULL: none. */
const char *d1_strangers(const d1_t *d1);

/* Begins with a table; then its rows, in the order of their ids. A table that is not there has none. */
pl_err d1_begin(d1_t *d1, d1_table table);
pl_err d1_next(d1_t *d1, pl_arena *arena, d1_row_t *row, bool *more);
/* The customer of an id of theirs. PL_ERR_NOT_FOUND; also for NULL. */
pl_err d1_find_customer(d1_t *d1, pl_arena *arena, const char *id, d1_row_t *row);
/* Whether several customers have an address, which is given in lower case. */
bool d1_is_double(const d1_t *d1, const char *folded);
/* All customers whose address differs from this one's in case alone, this one among them: by id. */
pl_err d1_list_alike(d1_t *d1, pl_arena *arena, const char *email, d1_row_t **rows, size_t *count);

#endif
