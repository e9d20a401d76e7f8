/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a customer.
 */
#include "transfer/d1_taken.h"

#include <string.h>

#include "base/text.h"
#include "transfer/d1_value.h"

static pl_err read_status(const d1_row_t *row, taken_t *taken)
{
    static const struct {
        const char *theirs;
        license_status status;
        pl_reason reason;
    } words[] = {{"active", LICENSE_ACTIVE, PL_REASON_NONE},
                 {"inactive", LICENSE_SUSPENDED, PL_REASON_PAYMENT_FAILED},
                 {"cancelled", LICENSE_CANCELLED, PL_REASON_LICENSE_ENDED}};
    const char *theirs = d1_text(row, CUSTOMER_STATUS);

    theirs = theirs ? theirs : "active"; /* as that table's default has it */
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].theirs, theirs) == 0) {
            taken->status = words[i].status;
            taken->cause.reason = words[i].reason;
            return PL_OK;
        }
    return pl_fail(PL_ERR_INVALID, "subscription_status is \"%.40s\"; active, inactive or cancelled is needed", theirs);
}

/* Who pays comes first, then who paid last, then who was first. */
static bool goes_before(pl_arena *arena, const d1_row_t *a, const d1_row_t *b)
{
    taken_t of_a = {.row = a}, of_b = {.row = b};
    int64_t end_a = d1_time_if_any(arena, a, CUSTOMER_PERIOD_END);
    int64_t end_b = d1_time_if_any(arena, b, CUSTOMER_PERIOD_END);
    bool is_paying_a = !read_status(a, &of_a) && of_a.status == LICENSE_ACTIVE;
    bool is_paying_b = !read_status(b, &of_b) && of_b.status == LICENSE_ACTIVE;

    pl_err_clear();
    return is_paying_a != is_paying_b ? is_paying_a : end_a > end_b;
}

static pl_err choose_face(tx_t *tx, const d1_place_t *place, taken_t *taken)
{
    const char *email = taken->row->values[CUSTOMER_EMAIL];
    const char *folded = customers_fold_email(tx->arena, email);
    d1_row_t *rows;
    size_t count;
    pl_err err;
    taken->face = taken->row;
    if (!folded)
        return PL_ERR_MEMORY;
    if (!d1_is_double(place->d1, folded))
        return PL_OK;
    if ((err = d1_list_alike(place->d1, tx->arena, email, &rows, &count)))
        return err;
    for (size_t i = 0; i < count; i++)
        if (!rows[i].fault && (i == 0 || goes_before(tx->arena, &rows[i], taken->face)))
            taken->face = &rows[i];
    return PL_OK;
}

/* A line break in it is a space here. */
static pl_err read_name(pl_arena *arena, taken_t *taken)
{
    const char *name = d1_text(taken->face, CUSTOMER_NAME);
    char *clean = name ? pl_arena_text(arena, pl_span_text(name)) : NULL;

    if (!name)
        return PL_OK;
    if (!clean)
        return PL_ERR_MEMORY;
    for (char *c = clean; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            *c = ' ';
    if (strlen(clean) > CUSTOMER_NAME_MAX || !pl_text_is_clean(clean))
        return pl_fail(PL_ERR_INVALID, "name has more than %d bytes, or control characters", (int)CUSTOMER_NAME_MAX);
    taken->name = clean;
    return PL_OK;
}

pl_err d1_take(tx_t *tx, const d1_place_t *place, const d1_row_t *row, taken_t *taken)
{
    pl_err err;

    *taken = (taken_t){.row = row};
    if (!row->values[CUSTOMER_EMAIL] || !customers_email_is_valid(row->values[CUSTOMER_EMAIL]))
        return pl_fail(PL_ERR_INVALID, "email is \"%.80s\", which is no e-mail address",
                       row->values[CUSTOMER_EMAIL] ? row->values[CUSTOMER_EMAIL] : "");
    if (!d1_text(row, CUSTOMER_TOKEN))
        return pl_fail(PL_ERR_INVALID, "there is no unlock_token");
    if ((err = read_status(row, taken)) || (err = d1_time(tx->arena, row, CUSTOMER_PERIOD_START, &taken->period_start_ms)) ||
        (err = d1_time(tx->arena, row, CUSTOMER_PERIOD_END, &taken->period_end_ms)) ||
        (err = d1_time(tx->arena, row, CUSTOMER_NEXT_BILLING, &taken->next_billing_ms)) ||
        (err = d1_time(tx->arena, row, CUSTOMER_CREATED, &taken->created_ms)) ||
        (err = d1_number(row, CUSTOMER_FAILURES, 0, &taken->failures)) ||
        (err = d1_number(row, CUSTOMER_AMOUNT, -1, &taken->amount)) || (err = choose_face(tx, place, taken)))
        return err;
    if ((err = d1_number(taken->face, D1_ID, 0, &taken->number)))
        return err;
    return read_name(tx->arena, taken);
}
