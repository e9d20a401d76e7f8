/* SPDX-License-Identifier: Apache-2.0
 *
 * Batches of usage on the wire, and the claim that answers them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "token/usage_json.h"
#include "wire/usage_batch.h"

static const pl_usage_report REPORTS[] = {
    {7, "hours", 3600, 1760000000, {1}},
    {8, "covers", 12, 1760000060, {2}},
    {11, "hours", 60, 1760000120, {3}},
};
static const pl_usage_batch BATCH = {{9}, 5, REPORTS, 3};

static pl_err read_text(pl_arena *arena, const char *text, const pl_usage_batch **batch)
{
    const pl_json *object;

    assert_int_equal(pl_json_parse(arena, pl_span_text(text), 1 << 20, &object), PL_OK);
    return pl_usage_batch_read(arena, object, batch);
}

static void write_batch(const pl_usage_batch *batch, pl_buf *text)
{
    pl_json_writer writer;

    pl_json_writer_init(&writer, text);
    pl_json_open(&writer, NULL, '{');
    pl_usage_batch_write(&writer, batch);
    pl_json_close(&writer);
}

static void what_is_written_is_read(void **state)
{
    const pl_usage_batch *read;
    uint8_t before[PL_DIGEST_SIZE], after[PL_DIGEST_SIZE];
    pl_arena arena;
    pl_buf text;

    (void)state;
    pl_arena_init(&arena);
    pl_buf_init(&text);
    write_batch(&BATCH, &text);
    assert_int_equal(read_text(&arena, text.data, &read), PL_OK);
    assert_int_equal(read->from, 5);
    assert_int_equal(read->count, 3);
    assert_string_equal(read->reports[1].meter, "covers");
    assert_int_equal(read->reports[2].sequence, 11);
    assert_int_equal(pl_usage_batch_digest(&BATCH, before), PL_OK);
    assert_int_equal(pl_usage_batch_digest(read, after), PL_OK);
    assert_memory_equal(before, after, sizeof before);
    pl_buf_reset(&text);
    pl_arena_reset(&arena);
}

static void whatever_changes_changes_the_digest(void **state)
{
    uint8_t digest[PL_DIGEST_SIZE], other[PL_DIGEST_SIZE];
    pl_usage_report changed[3];
    pl_usage_batch batch = {{9}, 5, changed, 3};

    (void)state;
    assert_int_equal(pl_usage_batch_digest(&BATCH, digest), PL_OK);
    for (int i = 0; i < 7; i++) {
        memcpy(changed, REPORTS, sizeof changed);
        batch = (pl_usage_batch){{9}, 5, changed, 3};
        changed[0].sequence -= i == 0;
        changed[1].amount += i == 1;
        changed[2].at += i == 2;
        changed[0].meter = i == 3 ? "hour" : changed[0].meter;
        changed[1].id[15] = (uint8_t)(i == 4);
        batch.count -= i == 5;
        batch.log[0] = (uint8_t)(i == 6 ? 8 : 9);
        assert_int_equal(pl_usage_batch_digest(&batch, other), PL_OK);
        assert_memory_not_equal(digest, other, sizeof digest);
    }
}

static void what_is_no_batch_is_refused(void **state)
{
#define LOG "\"log\":\"AAAAAAAAAAAAAAAAAAAAAA\""
#define REPORT(seq, meter, amount) \
    "{\"seq\":" seq ",\"meter\":\"" meter "\",\"amount\":" amount ",\"at\":1,\"id\":\"AAAAAAAAAAAAAAAAAAAAAA\"}"
    static const char *const wrong[] = {
        "{\"usage\":[]}",
        "{\"usage\":{" LOG ",\"from\":1}}",
        "{\"usage\":{" LOG ",\"from\":1,\"reports\":[]}}",
        "{\"usage\":{" LOG ",\"from\":0,\"reports\":[" REPORT("1", "h", "1") "]}}",
        "{\"usage\":{\"log\":\"AAAA\",\"from\":1,\"reports\":[" REPORT("1", "h", "1") "]}}",
        "{\"usage\":{" LOG ",\"from\":2,\"reports\":[" REPORT("1", "h", "1") "]}}",
        "{\"usage\":{" LOG ",\"from\":1,\"reports\":[" REPORT("2", "h", "1") "," REPORT("2", "h", "1") "]}}",
        "{\"usage\":{" LOG ",\"from\":1,\"reports\":[" REPORT("2", "h", "1") "," REPORT("1", "h", "1") "]}}",
        "{\"usage\":{" LOG ",\"from\":1,\"reports\":[" REPORT("1", "h", "0") "]}}",
        "{\"usage\":{" LOG ",\"from\":1,\"reports\":[" REPORT("1", "h", "-5") "]}}",
        "{\"usage\":{" LOG ",\"from\":1,\"reports\":[" REPORT("1", "h", "1000000000001") "]}}",
        "{\"usage\":{" LOG ",\"from\":1,\"reports\":[" REPORT("1", "a b", "1") "]}}",
        "{\"usage\":{" LOG ",\"from\":1,\"reports\":[" REPORT("1", "", "1") "]}}",
        "{\"usage\":{" LOG ",\"from\":1,\"reports\":[7]}}",
    };
    const pl_usage_batch *batch;
    pl_arena arena;

    (void)state;
    pl_arena_init(&arena);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (read_text(&arena, wrong[i], &batch) != PL_ERR_MALFORMED)
            fail_msg("accepted: %s", wrong[i]);
    assert_int_equal(read_text(&arena, "{\"usage\":{" LOG ",\"from\":1,\"reports\":[" REPORT("1", "h", "1") "]}}", &batch),
                     PL_OK);
    assert_int_equal(read_text(&arena, "{}", &batch), PL_OK);
    assert_null(batch);
    pl_arena_reset(&arena);
}

static void more_reports_than_a_batch_holds_are_refused(void **state)
{
    pl_usage_report many[PL_USAGE_REPORTS_MAX + 1];
    pl_usage_batch all = {{1}, 1, many, PL_USAGE_REPORTS_MAX};
    const pl_usage_batch *batch;
    pl_arena arena;
    pl_buf text;

    (void)state;
    for (int i = 0; i <= PL_USAGE_REPORTS_MAX; i++)
        many[i] = (pl_usage_report){i + 1, "hours", 1, 1, {0}};
    pl_arena_init(&arena);
    pl_buf_init(&text);
    write_batch(&all, &text);
    assert_int_equal(read_text(&arena, text.data, &batch), PL_OK);
    all.count++;
    pl_buf_clear(&text);
    write_batch(&all, &text);
    assert_int_equal(read_text(&arena, text.data, &batch), PL_ERR_MALFORMED);
    pl_buf_reset(&text);
    pl_arena_reset(&arena);
}

static pl_err read_claims(pl_arena *arena, const char *text, const pl_usage_claims **usage)
{
    const pl_json *object;

    assert_int_equal(pl_json_parse(arena, pl_span_text(text), 1 << 20, &object), PL_OK);
    return pl_usage_claims_read(arena, object, usage);
}

static void the_claim_is_read_as_written(void **state)
{
    const pl_usage_balance balances[] = {{"hours", 5, 10}, {"covers", 7, PL_USAGE_UNLIMITED}};
    const pl_usage_claims claims = {12, 13, true, PL_USAGE_LIMIT, 1800000000, balances, 2, 3};
    const pl_usage_claims *read;
    pl_json_writer writer;
    pl_arena arena;
    pl_buf text;

    (void)state;
    pl_arena_init(&arena);
    pl_buf_init(&text);
    pl_json_writer_init(&writer, &text);
    pl_json_open(&writer, NULL, '{');
    pl_usage_claims_write(&writer, &claims);
    pl_json_close(&writer);
    assert_int_equal(read_claims(&arena, text.data, &read), PL_OK);
    assert_int_equal(read->sequence, 12);
    assert_int_equal(read->again, 13);
    assert_true(read->is_forked);
    assert_int_equal(read->refusal, PL_USAGE_LIMIT);
    assert_int_equal(read->retry_at, 1800000000);
    assert_int_equal(read->more, 3);
    assert_int_equal(read->balance_count, 2);
    assert_int_equal(read->balances[0].allowed, 10);
    assert_int_equal(read->balances[1].allowed, PL_USAGE_UNLIMITED);
    assert_int_equal(read_claims(&arena, "{\"usage\":{\"seq\":-1}}", &read), PL_ERR_MALFORMED);
    assert_int_equal(read_claims(&arena, "{\"usage\":{\"seq\":1,\"balances\":[{\"meter\":\"h\"}]}}", &read), PL_ERR_MALFORMED);
    assert_int_equal(read_claims(&arena, "{\"usage\":{\"seq\":1,\"refused\":\"usage_closed\"}}", &read), PL_OK);
    assert_int_equal(read->refusal, PL_USAGE_CLOSED);
    assert_int_equal(read_claims(&arena, "{\"usage\":{\"seq\":1,\"refused\":\"a new word\"}}", &read), PL_OK);
    assert_int_equal(read->refusal, PL_USAGE_LIMIT); /* kept, and sent later */
    assert_int_equal(read_claims(&arena, "{\"usage\":{\"seq\":1}}", &read), PL_OK);
    assert_int_equal(read->refusal, PL_USAGE_TAKEN);
    assert_int_equal(read_claims(&arena, "{}", &read), PL_OK);
    assert_null(read);
    pl_buf_reset(&text);
    pl_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),      cmocka_unit_test(whatever_changes_changes_the_digest),
        cmocka_unit_test(what_is_no_batch_is_refused),  cmocka_unit_test(more_reports_than_a_batch_holds_are_refused),
        cmocka_unit_test(the_claim_is_read_as_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
