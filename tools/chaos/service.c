/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests to replies, with what goes wrong between; see service.h. How a license is judged is in fake_validator.c.
 */
#include "chaos/service.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "chaos/fake_sessions.h"
#include "license/claims.h"
#include "license/license_key.h"
#include "platform/clock.h"
#include "wire/device_reply.h"
#include "wire/problem.h"

static const char json_type[] = "application/json";

static const char elsewhere[] = "https://login.example.com/";

/* ---- start ---- */

static bool is_product(const char *text)
{
    size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.");

    return size > 0 && size <= PL_CLAIMS_SLUG_MAX && text[size] == '\0';
}

/* Marked so that nobody takes them for keys that were sold. */
static void make_keys(service *s, const char *key)
{
    for (size_t i = 0; i < FAKE_LICENSES; i++) {
        if (i == 0 && key)
            (void)snprintf(s->keys[i], sizeof s->keys[i], "%s", key);
        else
            (void)snprintf(s->keys[i], sizeof s->keys[i], "CHAOS-WORTHLESS-%zu", i + 1);
        s->validator.licenses[i].key = s->keys[i];
    }
}

pl_err service_init(service *s, const char *product, const char *key, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    if (!is_product(product))
        return pl_fail(PL_ERR_INVALID, "--product: 1 to 64 characters of a-z, 0-9, '-', '_' and '.'");
    if (key && (strlen(key) > PL_LICENSE_KEY_MAX || !key[0] || !pl_text_is_clean(key)))
        return pl_fail(PL_ERR_INVALID, "--key: a license key has 1 to %d characters", (int)PL_LICENSE_KEY_MAX);
    fake_validator_init(&s->validator, pl_clock_system());
    (void)snprintf(s->product, sizeof s->product, "%s", product);
    s->validator.product = s->product;
    s->validator.trial_days = SERVICE_TRIAL_DAYS;
    s->faults.seed = seed;
    make_keys(s, key);
    return PL_OK;
}

void service_reset(service *s)
{
    if (s->validator.mutex)
        fake_validator_reset(&s->validator);
}

/* ---- what befalls a request ---- */

static fake_line line_of(const fault_plan *plan)
{
    static const struct {
        fault_kind kind;
        fake_line line;
    } lines[] = {
        {FAULT_5XX, LINE_PROBLEM},
        {FAULT_HTML, LINE_HTML},
        {FAULT_GARBAGE, LINE_GARBAGE},
        {FAULT_EMPTY, LINE_EMPTY},
        {FAULT_UNSIGNED_DENIAL, LINE_UNSIGNED_DENIAL},
        {FAULT_REPLAY, LINE_REPLAY},
        {FAULT_WRONG_SIGNATURE, LINE_STRANGER},
        {FAULT_OTHER_NONCE, LINE_OTHER_NONCE},
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (plan->is_hit[lines[i].kind])
            return lines[i].line;
    return LINE_FINE;
}

/* A verdict that differs from the one before is a change of the license. */
static void decide(fake_validator *v, const fault_plan *plan)
{
    static const struct {
        fault_kind kind;
        pl_verdict verdict;
        pl_reason reason;
    } verdicts[] = {
        {FAULT_REVOKED, PL_VERDICT_REVOKED, PL_REASON_VENDOR},
        {FAULT_SUSPENDED, PL_VERDICT_SUSPENDED, PL_REASON_PAYMENT_FAILED},
        {FAULT_EXPIRED, PL_VERDICT_EXPIRED, PL_REASON_LICENSE_ENDED},
        {FAULT_NO_SEAT, PL_VERDICT_NO_SEAT, PL_REASON_SEATS_TAKEN},
    };
    pl_verdict verdict = PL_VERDICT_ACTIVE;
    pl_reason reason = PL_REASON_NONE;

    for (size_t i = sizeof verdicts / sizeof *verdicts; i-- > 0;)
        if (plan->is_hit[verdicts[i].kind]) {
            verdict = verdicts[i].verdict;
            reason = verdicts[i].reason;
        }
    for (size_t i = 0; i < FAKE_LICENSES_MAX; i++) {
        v->licenses[i].sequence += v->licenses[i].verdict != verdict;
        v->licenses[i].verdict = verdict;
        v->licenses[i].reason = reason;
    }
}

static void befall(service *s, service_reply *reply)
{
    fake_validator *v = &s->validator;

    fault_set_roll(&s->faults, &s->plan);
    v->exchanges++;
    v->line = line_of(&s->plan);
    if (v->line == LINE_REPLAY && v->last_reply.size == 0)
        v->line = LINE_FINE; /* nothing was said yet */
    v->clock_error_s = s->plan.is_hit[FAULT_SKEWED_CLOCK] ? s->plan.value[FAULT_SKEWED_CLOCK] : 0;
    v->evicts = s->plan.is_hit[FAULT_SESSION_TAKEN];
    decide(v, &s->plan);
    reply->closes = s->plan.is_hit[FAULT_OFFLINE];
    reply->delay_ms = s->plan.value[FAULT_LATENCY];
    reply->bytes_s = s->plan.value[FAULT_SLOW_BODY];
    if (s->plan.is_hit[FAULT_CUT])
        reply->cut_at = s->plan.value[FAULT_CUT];
}

/* Whether something else than the server answers. */
static bool is_foreign(const service *s, service_reply *reply)
{
    const char *foreign = fake_validator_foreign(&s->validator);

    if (s->plan.is_hit[FAULT_REDIRECT]) {
        reply->status = 302;
        reply->location = elsewhere;
        return true;
    }
    if (!foreign)
        return false;
    pl_buf_add_text(&reply->body, foreign);
    if (s->validator.line == LINE_PROBLEM)
        reply->status = (int)s->plan.value[FAULT_5XX];
    if (s->validator.line == LINE_HTML)
        reply->content_type = "text/html; charset=utf-8";
    return true;
}

/* ---- routes ---- */

static void reply_problem(service_reply *reply, pl_err err)
{
    pl_problem problem = {.err = err, .detail = pl_err_detail()};

    pl_buf_clear(&reply->body);
    pl_problem_write(&problem, &reply->body);
    reply->status = pl_err_http(err) ? pl_err_http(err) : 500;
    reply->content_type = "application/problem+json";
}

static void answer_device(service *s, const service_request *request, service_reply *reply)
{
    pl_err err;

    pl_err_clear();
    if ((err = fake_validator_answer(&s->validator, request->path, request->body, &reply->body)))
        reply_problem(reply, err);
}

static void answer_keyset(service *s, service_reply *reply)
{
    pl_device_reply said = {.answer = {NULL, 0}};
    pl_buf token;

    pl_buf_init(&token);
    fake_validator_keyset(&s->validator, &token);
    said.keyset = pl_buf_span(&token);
    pl_device_reply_write(&said, &reply->body);
    pl_buf_reset(&token);
}

static bool is_route(const service_request *request, const char *method, const char *path)
{
    return strcmp(request->method, method) == 0 && strcmp(request->path, path) == 0;
}

static void answer_program(service *s, const service_request *request, service_reply *reply)
{
    befall(s, reply);
    if (reply->closes || is_foreign(s, reply))
        return;
    if (strcmp(request->method, "POST") == 0)
        answer_device(s, request, reply);
    else if (is_route(request, "GET", "/api/v1/device/keyset"))
        answer_keyset(s, reply);
    else if (is_route(request, "GET", "/livez"))
        pl_buf_add_text(&reply->body, "{\"status\":\"ok\"}");
    else
        reply_problem(reply, pl_fail(PL_ERR_NOT_FOUND, "the chaos server has no such route"));
}

/* ---- the control ---- */

static void put_chance(pl_json_writer *json, unsigned chance)
{
    char text[16];

    (void)snprintf(text, sizeof text, "%u.%04u", chance / FAULT_CERTAIN, chance % FAULT_CERTAIN);
    pl_json_put_raw(json, "probability", pl_span_text(text));
}

static void describe_faults(const service *s, pl_json_writer *json)
{
    pl_json_open(json, "faults", '[');
    for (unsigned i = 0; i < FAULT_COUNT; i++) {
        const fault *one = &s->faults.faults[i];

        if (!one->is_on && one->applied == 0)
            continue;
        pl_json_open(json, NULL, '{');
        pl_json_put_text(json, "fault", fault_name((fault_kind)i));
        pl_json_put_bool(json, "on", one->is_on);
        if (fault_has_value((fault_kind)i))
            pl_json_put_int(json, "value", one->value);
        put_chance(json, one->chance);
        pl_json_put_int(json, "applied", (int64_t)one->applied);
        pl_json_close(json);
    }
    pl_json_close(json);
}

static int64_t count_seats(const fake_validator *v)
{
    int64_t taken = 0;

    for (size_t i = 0; i < FAKE_SEATS_MAX; i++)
        taken += v->seats[i].license_id != NULL;
    return taken;
}

static void describe_meters(const fake_validator *v, pl_json_writer *json)
{
    pl_json_open(json, "usage", '[');
    for (size_t i = 0; i < FAKE_METERS_MAX && v->meters[i].license_id; i++) {
        pl_json_open(json, NULL, '{');
        pl_json_put_text(json, "license_id", v->meters[i].license_id);
        pl_json_put_text(json, "meter", v->meters[i].name);
        pl_json_put_int(json, "used", v->meters[i].used);
        pl_json_close(json);
    }
    pl_json_close(json);
}

static void describe(const service *s, pl_buf *out)
{
    const fake_validator *v = &s->validator;
    pl_json_writer json;

    pl_json_writer_init(&json, out);
    pl_json_open(&json, NULL, '{');
    pl_json_put_text(&json, "product", s->product);
    pl_json_put_int(&json, "seed", (int64_t)s->faults.seed);
    pl_json_put_int(&json, "requests", (int64_t)s->faults.requests);
    pl_json_put_int(&json, "activations", v->activations);
    pl_json_put_int(&json, "validations", v->validations);
    pl_json_put_int(&json, "deactivations", v->deactivations);
    pl_json_put_int(&json, "usages", v->usages);
    pl_json_put_int(&json, "trials", v->trials);
    pl_json_put_int(&json, "release_checks", v->release_checks);
    pl_json_put_int(&json, "session_starts", v->starts);
    pl_json_put_int(&json, "session_takeovers", v->takeovers);
    pl_json_put_int(&json, "session_ends", v->ends);
    pl_json_put_int(&json, "session_lists", v->lists);
    pl_json_put_int(&json, "session_beats", v->beats);
    pl_json_put_int(&json, "seats_taken", count_seats(v));
    pl_json_put_int(&json, "sessions_live", (int64_t)fake_session_count(v));
    describe_meters(v, &json);
    describe_faults(s, &json);
    pl_json_close(&json);
}

void service_describe(service *s, pl_buf *json)
{
    pl_mutex_lock(s->validator.mutex);
    describe(s, json);
    pl_mutex_unlock(s->validator.mutex);
}

static pl_err run_line(service *s, const char *line)
{
    if (strcmp(line, "clear") == 0) {
        fault_set_clear(&s->faults);
        return PL_OK;
    }
    return strncmp(line, "off ", 4) == 0 ? fault_set_off(&s->faults, line + 4) : fault_set_text(&s->faults, line);
}

pl_err service_command(service *s, const char *line)
{
    pl_err err;

    pl_mutex_lock(s->validator.mutex);
    err = run_line(s, line);
    pl_mutex_unlock(s->validator.mutex);
    return err;
}

/* {"fault":"latency","value":2000,"percent":30}, {"fault":"latency=2000@0.3"}, {"fault":"latency","on":false}, {"clear":true} */
static pl_err change(service *s, pl_arena *arena, pl_span body)
{
    const char *name = NULL;
    const pl_json *object;
    bool is_on = true;
    int64_t percent;
    char line[256];
    pl_err err;

    if ((err = pl_json_parse(arena, body, SERVICE_BODY_MAX, &object)))
        return err;
    if (pl_json_is_true(pl_json_get(object, "clear")))
        return run_line(s, "clear");
    if ((err = pl_json_want_text(object, "fault", FAULT_TEXT_MAX, &name)) || (err = pl_json_may_bool(object, "on", &is_on)))
        return err;
    (void)snprintf(line, sizeof line, "%s%s", is_on ? "" : "off ", name);
    if (pl_json_get(object, "value")) {
        int64_t value;

        if ((err = pl_json_want_int(object, "value", INT64_MIN, INT64_MAX, &value)))
            return err;
        (void)snprintf(line + strlen(line), sizeof line - strlen(line), "=%lld", (long long)value);
    }
    if (pl_json_get(object, "percent")) {
        if ((err = pl_json_want_int(object, "percent", 0, 100, &percent)))
            return err;
        (void)snprintf(line + strlen(line), sizeof line - strlen(line), "@%lld%%", (long long)percent);
    }
    return run_line(s, line);
}

static void answer_control(service *s, const service_request *request, service_reply *reply)
{
    pl_err err = PL_OK;
    pl_arena arena;

    pl_arena_init(&arena);
    pl_err_clear();
    if (strcmp(request->method, "POST") == 0)
        err = change(s, &arena, request->body);
    else if (strcmp(request->method, "GET") != 0)
        err = pl_fail(PL_ERR_METHOD, "/chaos knows GET and POST");
    if (err)
        reply_problem(reply, err);
    else
        describe(s, &reply->body);
    if (err == PL_ERR_MALFORMED)
        reply->status = 400;
    pl_arena_reset(&arena);
}

void service_answer(service *s, const service_request *request, service_reply *reply)
{
    memset(reply, 0, sizeof *reply);
    pl_buf_init(&reply->body);
    reply->status = 200;
    reply->cut_at = -1;
    reply->content_type = json_type;
    pl_mutex_lock(s->validator.mutex);
    if (strcmp(request->path, "/chaos") == 0)
        answer_control(s, request, reply);
    else
        answer_program(s, request, reply);
    pl_mutex_unlock(s->validator.mutex);
}

void service_reply_reset(service_reply *reply)
{
    pl_buf_reset(&reply->body);
}
