/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of a validate request; see parts.h.
 */
#include "parts.h"

#include <sodium.h>
#include <string.h>

#include "platform/clock.h"
#include "wire/device_reply.h"

enum { TIMES = 20 };

static pl_err run_parse(void *context)
{
    parts_t *parts = context;
    device_call_t call;
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    err = licensing_read_call(&arena, parts->keyring, PL_ACT_VALIDATE, parts->body, &call);
    pl_arena_reset(&arena);
    return err;
}

typedef struct {
    const device_call_t *call;
    outcome_t *outcome;
} question_t;

static pl_err validate(void *context, tx_t *tx)
{
    const question_t *question = context;

    return licensing_validate(tx, question->call, question->outcome);
}

static pl_err look_up(parts_t *parts, pl_arena *arena, outcome_t *outcome)
{
    tx_t about = {.arena = arena, .now_ms = pl_clock_coarse_wall_ms(), .actor = "device"};
    question_t question = {&parts->call, outcome};

    return store_read(parts->store, &about, validate, &question);
}

static pl_err run_look_up(void *context)
{
    outcome_t outcome;
    pl_arena arena;
    pl_err err;

    pl_arena_init(&arena);
    err = look_up(context, &arena, &outcome);
    pl_arena_reset(&arena);
    return err;
}

static pl_err run_answer(void *context)
{
    parts_t *parts = context;
    pl_arena arena;
    pl_buf body;
    pl_err err;

    pl_arena_init(&arena);
    pl_buf_init(&body);
    err = answer_sign(&arena, parts->keyring, &parts->call, &parts->outcome, &body);
    pl_buf_reset(&body);
    pl_arena_reset(&arena);
    return err;
}

static pl_err run_sign(void *context)
{
    parts_t *parts = context;
    unsigned char signature[crypto_sign_BYTES];

    return crypto_sign_detached(signature, NULL, parts->message, parts->signing_input, parts->secret) ? PL_ERR_INTERNAL : PL_OK;
}

/* How much of an answer is signed: up to the last dot of the token. */
static pl_err learn_size(parts_t *parts)
{
    pl_device_reply reply;
    pl_buf body;
    pl_err err;

    pl_buf_init(&body);
    if (!(err = answer_sign(&parts->arena, parts->keyring, &parts->call, &parts->outcome, &body)) &&
        !(err = pl_device_reply_read(&parts->arena, pl_buf_span(&body), &reply))) {
        const char *dot = memrchr(reply.answer.data, '.', reply.answer.size);

        parts->signing_input = dot ? (size_t)(dot - reply.answer.data) : 0;
        if (!dot || parts->signing_input > sizeof parts->message)
            err = pl_fail(PL_ERR_MALFORMED, "an answer of %zu bytes", reply.answer.size);
        else
            memcpy(parts->message, reply.answer.data, parts->signing_input);
    }
    pl_buf_reset(&body);
    return err;
}

pl_err parts_open(const shop_t *shop, pl_span body, parts_t *parts)
{
    uint8_t public_key[PL_DEVICE_PUBLIC_SIZE];
    pl_err err;

    memset(parts, 0, sizeof *parts);
    pl_device_key_new(public_key, parts->secret);
    pl_arena_init(&parts->arena);
    parts->body = body;
    if (!(parts->keyring = keys_pin(instance_keys(shop->instance), &parts->arena)))
        return pl_fail(PL_ERR_MEMORY, "the keyring");
    if ((err = instance_open_store(shop->instance, DB_READ_ONLY, &parts->store)) ||
        (err = licensing_read_call(&parts->arena, parts->keyring, PL_ACT_VALIDATE, body, &parts->call)) ||
        (err = look_up(parts, &parts->arena, &parts->outcome)))
        return err;
    if (parts->outcome.verdict != PL_VERDICT_ACTIVE)
        return pl_fail(PL_ERR_STATE, "the device measured with is refused");
    return learn_size(parts);
}

void parts_close(parts_t *parts)
{
    store_close(parts->store);
    pl_arena_reset(&parts->arena);
}

pl_err parts_measure(parts_t *parts, int rounds, parts_cost_t *cost)
{
    work_t parse = {run_parse, parts, TIMES}, look = {run_look_up, parts, TIMES}, answer = {run_answer, parts, TIMES},
           sign = {run_sign, parts, TIMES};
    pl_err err;

    if ((err = measure_one(&parse, rounds, &cost->parse)) || (err = measure_one(&look, rounds, &cost->look_up)) ||
        (err = measure_one(&answer, rounds, &cost->build_and_sign)))
        return err;
    return measure_one(&sign, rounds, &cost->bare_sign);
}
