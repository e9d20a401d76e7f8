/* SPDX-License-Identifier: Apache-2.0
 *
 * Any JSON as the claims of a license and of an answer. What is read can be written, and the written form reads as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "token/claims_json.h"

static void require(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(pl_buf *text, const pl_claims *claims)
{
    pl_json_writer writer;

    pl_buf_clear(text);
    pl_json_writer_init(&writer, text);
    pl_claims_write(&writer, claims);
    require(text->err == PL_OK);
}

/* Written twice, with a reading between: the second writing must equal the first. */
static void compare_writings(const pl_jws *jws, const pl_claims *claims)
{
    pl_jws again = *jws;
    pl_claims reread;
    pl_arena arena;
    pl_buf first, second;

    pl_buf_init(&first);
    pl_buf_init(&second);
    pl_arena_init(&arena);
    write_again(&first, claims);
    require(pl_json_parse(&arena, pl_buf_span(&first), 16 * PL_JWS_MAX, &again.claims) == PL_OK);
    require(pl_claims_read(&arena, &again, &reread) == PL_OK);
    write_again(&second, &reread);
    require(pl_span_equal(pl_buf_span(&first), pl_buf_span(&second)));
    pl_arena_reset(&arena);
    pl_buf_reset(&first);
    pl_buf_reset(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pl_claims claims;
    pl_arena arena;
    pl_jws jws;

    memset(&jws, 0, sizeof(jws));
    pl_arena_init(&arena);
    if (pl_json_parse(&arena, pl_span_of(data, size), PL_JWS_MAX, &jws.claims) == PL_OK) {
        for (int i = 0; i < 2; i++) {
            jws.doc = i ? PL_DOC_ANSWER : PL_DOC_LICENSE;
            if (pl_claims_read(&arena, &jws, &claims) == PL_OK && (!i || claims.verdict != PL_VERDICT_NONE))
                compare_writings(&jws, &claims);
        }
    }
    pl_arena_reset(&arena);
    return 0;
}
