/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys, keysets and licenses of the fake validator. What it answers is in fake_answer.c, license files for tests in
 * tests/support/fake_file.c.
 */
#include "chaos/fake_validator.h"

#include <stdio.h>
#include <string.h>

#include "chaos/fake_document.h"

enum { DAY_S = 86400 };

int64_t fake_validator_now(const fake_validator *v)
{
    return pl_clock_read(&v->clock).wall_ms / 1000 + v->clock_error_s;
}

static void write_roots(fake_validator *v)
{
    pl_json_writer writer;
    pl_buf text;

    pl_buf_init(&text);
    pl_json_writer_init(&writer, &text);
    pl_json_open(&writer, NULL, '{');
    pl_json_open(&writer, "keys", '[');
    for (size_t i = FAKE_ROOT_IN_USE; i <= FAKE_ROOT_RESERVE; i++) {
        pl_jwk jwk = fake_jwk_of(&v->roots[i]);

        pl_json_open(&writer, NULL, '{');
        pl_jwk_write(&writer, &jwk);
        pl_json_close(&writer);
    }
    pl_json_close(&writer);
    pl_json_close(&writer);
    fake_must(!text.err && text.size < sizeof v->roots_json, "the roots fit");
    memcpy(v->roots_json, text.data, text.size + 1);
    pl_buf_reset(&text);
}

static size_t add_key(fake_validator *v, unsigned docs)
{
    size_t place = v->keyset.count++;
    pl_keyset_key *key = &v->keyset.keys[place];

    fake_must(place < FAKE_KEYS_MAX && !pl_key_pair_new(PL_ALG_EDDSA, &v->pairs[place]), "there is a new key");
    key->jwk = fake_jwk_of(&v->pairs[place]);
    key->docs = docs;
    key->state = PL_KEY_CURRENT;
    return place;
}

void fake_validator_init(fake_validator *v, pl_clock clock)
{
    static const char *const keys[FAKE_LICENSES] = {FAKE_KEY, FAKE_OTHER_KEY};
    static const char *const ids[FAKE_LICENSES] = {"018f4c1e-0000-7000-8000-00000000c001",
                                                   "018f4c1e-0000-7000-8000-00000000c002"};

    memset(v, 0, sizeof *v);
    fake_must(!pl_crypto_ready() && (v->mutex = pl_mutex_new()) != NULL, "it starts");
    v->clock = clock;
    v->product = FAKE_PRODUCT;
    for (size_t i = 0; i < FAKE_ROOTS; i++)
        fake_must(!pl_key_pair_new(PL_ALG_EDDSA, &v->roots[i]), "there are roots");
    write_roots(v);
    (void)snprintf(v->keyset.issuer, sizeof v->keyset.issuer, "%s", FAKE_BRAND_ID);
    v->keyset.sequence = 1;
    v->license_key = add_key(v, 1u << PL_DOC_LICENSE | 1u << PL_DOC_REVOCATIONS);
    v->answer_key = add_key(v, 1u << PL_DOC_ANSWER);
    v->sends_keyset = true;
    for (size_t i = 0; i < FAKE_LICENSES; i++)
        v->licenses[i] = (fake_license){.key = keys[i],
                                        .license_id = ids[i],
                                        .plan = "pro",
                                        .is_known = true,
                                        .verdict = PL_VERDICT_ACTIVE,
                                        .sequence = 1,
                                        .seats = 2};
    v->refresh_s = 3600;
    v->check_s = 3 * DAY_S;
    v->grace_s = 10 * DAY_S;
    v->emergency_s = DAY_S;
    v->allowed = PL_USAGE_UNLIMITED;
    v->lease_s = 120;
    v->beat_s = 30;
    v->cooldown_s = 300;
    v->cut_at = SIZE_MAX;
    pl_buf_init(&v->last_body);
    pl_buf_init(&v->last_reply);
}

void fake_validator_reset(fake_validator *v)
{
    pl_buf_reset(&v->last_body);
    pl_buf_reset(&v->last_reply);
    pl_mutex_free(v->mutex);
}

void fake_validator_decide(fake_validator *v, pl_verdict verdict, pl_reason reason)
{
    pl_mutex_lock(v->mutex);
    for (size_t i = 0; i < FAKE_LICENSES_MAX; i++) {
        if (i > 0 && i < FAKE_LICENSES)
            continue;
        v->licenses[i].verdict = verdict;
        v->licenses[i].reason = reason;
        v->licenses[i].sequence++;
    }
    pl_mutex_unlock(v->mutex);
}

void fake_validator_restore(fake_validator *v)
{
    pl_mutex_lock(v->mutex);
    memset(v->seats, 0, sizeof v->seats);
    memset(v->sessions, 0, sizeof v->sessions);
    v->epoch++;
    pl_mutex_unlock(v->mutex);
}

void fake_validator_rotate(fake_validator *v, pl_key_state state_before)
{
    pl_keyset_key *before = &v->keyset.keys[v->answer_key];

    pl_mutex_lock(v->mutex);
    before->state = state_before;
    before->retired_at = state_before == PL_KEY_RETIRED ? fake_validator_now(v) : 0;
    v->answer_key = add_key(v, 1u << PL_DOC_ANSWER);
    v->keyset.sequence++;
    pl_mutex_unlock(v->mutex);
}

void fake_validator_keyset(const fake_validator *v, pl_buf *token)
{
    pl_keyset keyset = v->keyset;

    keyset.issued_at = fake_validator_now(v);
    fake_must(!pl_keyset_sign(&keyset, &v->roots[v->root], token), "the keyset is signed");
}

static const char *const FOREIGN_REPLIES[LINE_PROBLEM + 1] = {
    [LINE_HTML] = "<html><body>Welcome to Hotel WiFi</body></html>",
    [LINE_GARBAGE] = "{\"answer\": nonsense",
    [LINE_EMPTY] = "{}",
    [LINE_UNSIGNED_DENIAL] = "{\"verdict\":\"REVOKED\",\"answer\":\"e30.e30.e30\"}",
    [LINE_PROBLEM] = "{\"type\":\"about:blank\",\"title\":\"Broken\",\"status\":500,\"code\":\"internal_error\"}",
};

const char *fake_validator_foreign(const fake_validator *v)
{
    return FOREIGN_REPLIES[v->line];
}
