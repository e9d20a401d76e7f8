/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license answer: the vendor's answer to a request of this machine is taken in. It does what import does, and takes nothing else, so
 * that whoever expects an answer learns at once that something else was sent.
 */
#include "session.h"

#include <string.h>

#include "token/license_file.h"
#include "token/typed_text.h"

enum { TEXT_MIN = 120 /* characters: shorter is no answer, but may be a file's name */ };

typedef struct {
    common_t common;
    const char *answer;
} answer_t;

static const option_t options[] = {
    {"ANSWER", OPTION_OPERAND, offsetof(answer_t, answer), true, "TEXT|FILE",
     "the answer itself, or the file that holds it; - reads standard input", 0, 0},
};

/* What stands in it, and nothing that a path has. */
static bool is_text(const char *word)
{
    static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_. \t\r\n";

    return strlen(word) >= TEXT_MIN && strchr(word, '.') && strspn(word, signs) == strlen(word);
}

static pl_err read_answer(const tool_t *tool, const char *word, pl_buf *text)
{
    if (!is_text(word))
        return session_read_file(tool, word, PL_LICENSE_FILE_MAX, text);
    pl_buf_add_text(text, word);
    return text->err;
}

static pl_err check_types(const pl_typed *typed)
{
    if (pl_typed_find(typed, PL_DOC_LICENSE))
        return pl_fail(PL_ERR_TYPE, "this is a license file, not the answer to a request; `pospal-license import` takes it in");
    if (pl_typed_find(typed, PL_DOC_ANSWER))
        return PL_OK;
    if (pl_typed_find(typed, PL_DOC_REVOCATIONS))
        return pl_fail(PL_ERR_TYPE,
                       "this is a revocation list, not the answer to a request; `pospal-license import` takes it in");
    if (pl_typed_find(typed, PL_DOC_KEYSET))
        return pl_fail(PL_ERR_TYPE, "this is a keyset, not the answer to a request; `pospal-license import` takes it in");
    return pl_fail(PL_ERR_TYPE, "this is not the answer to a request");
}

static pl_err check_answer(const pl_buf *text)
{
    pl_span span = text->data ? pl_buf_span(text) : pl_span_text("");
    pl_typed typed;
    pl_arena arena;
    pl_err err;

    if (text->data && strncmp(text->data, "ppr1.", 5) == 0)
        return pl_fail(PL_ERR_TYPE,
                       "this is a request; carry it to the vendor, who answers it (pospal-validator license answer)");
    pl_arena_init(&arena);
    err = pl_typed_read(&arena, span, &typed);
    err = err ? pl_fail(err, "this is not the answer to a request: no signed document is in it, or it is damaged")
              : check_types(&typed);
    pl_arena_reset(&arena);
    return err;
}

static tool_exit run(tool_t *tool, const void *values)
{
    const answer_t *answer = values;
    tool_exit code;
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    if ((err = read_answer(tool, answer->answer, &text)) || (err = check_answer(&text)))
        code = tool_fail_plainly(tool, err);
    else
        code = session_import(tool, &answer->common, &text);
    pl_buf_reset(&text);
    return code;
}

const command_t command_answer = {
    .name = "answer",
    .summary = "take in the vendor's answer to a request of this machine",
    .notes = "What `request` made and `pospal-validator license answer` answered; white space does not matter. Anything else is "
             "refused:\n"
             "`import` takes license files, keysets and revocation lists. An answer taken in before may be given again.\n",
    .example = "answer answer.txt --product till --roots root-keys.json",
    .uses = USES_CLIENT,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
