/* SPDX-License-Identifier: Apache-2.0
 *
 * Problem documents, both ways.
 */
#include "wire/problem.h"

#include <stdio.h>

enum { PROBLEM_MAX = 16384, CODE_MAX = 64, STATUS_UNNAMED = 500 };

static const char type_prefix[] = "urn:pospal:problem:";

void pl_problem_write(const pl_problem *problem, pl_buf *body)
{
    const char *code = pl_err_code(problem->err);
    int status = pl_err_http(problem->err);
    char type[sizeof(type_prefix) + CODE_MAX];
    pl_json_writer writer;

    snprintf(type, sizeof(type), "%s%s", type_prefix, code);
    pl_json_writer_init(&writer, body);
    pl_json_open(&writer, NULL, '{');
    pl_json_put_text(&writer, "type", type);
    pl_json_put_text(&writer, "title", pl_err_sentence(problem->err));
    pl_json_put_int(&writer, "status", status ? status : STATUS_UNNAMED);
    pl_json_put_text(&writer, "detail", problem->detail);
    pl_json_put_text(&writer, "code", code);
    pl_json_put_text(&writer, "request_id", problem->request_id);
    if (problem->extend)
        problem->extend(problem->context, &writer);
    pl_json_close(&writer);
}

pl_err pl_problem_read(pl_arena *arena, pl_span body, const char **detail)
{
    const pl_json *object;
    const char *code = NULL;
    pl_err err;

    *detail = NULL;
    if (pl_json_parse(arena, body, PROBLEM_MAX, &object) || pl_json_want_text(object, "code", CODE_MAX, &code))
        return PL_ERR_SERVER;
    (void)pl_json_may_text(object, "detail", PROBLEM_MAX, detail); /* a detail of another type is none */
    err = pl_err_from_code(code);
    return pl_err_http(err) ? err : PL_ERR_SERVER; /* an error of the library's own never comes from outside */
}
