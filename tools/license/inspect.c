/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license inspect: what stands in a signed document, a license file or a reply's body. It believes none of it and stores nothing.
 */
#include "session.h"

#include <stdio.h>
#include <string.h>

#include "document.h"
#include "platform/clock.h"
#include "platform/file.h"
#include "token/license_file.h"
#include "wire/device_reply.h"

typedef struct {
    common_t common;
    const char *what;
    const char *roots;
    const char *keyset;
} inspect_t;

enum { DOCUMENTS_MAX = 2 };

static const option_t options[] = {
    {"WHAT", OPTION_OPERAND, offsetof(inspect_t, what), true, "WHAT",
     "a document's text, a file with one, or - for standard input", 0, 0},
    {"roots", OPTION_TEXT, offsetof(inspect_t, roots), false, "FILE", "verify by these root public keys, a JWKS", 0, 0},
    {"keyset", OPTION_TEXT, offsetof(inspect_t, keyset), false, "FILE", "the keyset, where none is beside the document", 0, 0},
};

/* ---- reading ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char first_character(pl_span text)
{
    while (text.size > 0 && is_blank(text.data[0]))
        text = pl_span_of(text.data + 1, text.size - 1);
    return text.size > 0 ? text.data[0] : '\0';
}

/* A text that has dots and begins as the base64url of '{"' is a document and no file's name. */
static bool is_document(const char *word)
{
    return strncmp(word, "ey", 2) == 0 && strchr(word, '.') && !strchr(word, '/');
}

static pl_err read_what(const tool_t *tool, const char *word, pl_buf *text)
{
    pl_err err = session_read_file(tool, word, PL_REPLY_MAX, text);

    if (strcmp(word, "-") == 0 || !is_document(word) || !err || err == PL_ERR_TOO_LARGE)
        return err;
    if (strlen(word) > PL_REPLY_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "the document has more than %d characters", (int)PL_REPLY_MAX);
    pl_buf_clear(text);
    text->err = PL_OK;
    pl_buf_add_text(text, word);
    return text->err;
}

/* documents: empty spans where there is none. */
static pl_err take_apart(pl_arena *arena, pl_span text, pl_span documents[DOCUMENTS_MAX])
{
    pl_device_reply reply;
    pl_err err;

    pl_err_clear();
    if (first_character(text) != '{')
        return pl_license_file_split(text, &documents[0], &documents[1]);
    if ((err = pl_device_reply_read(arena, text, &reply)))
        return err;
    documents[0] = reply.answer;
    documents[1] = reply.keyset;
    return PL_OK;
}

/* ---- what to verify by ---- */

static void note_no_keyset(trust_t *trust, const char *why)
{
    char reason[PL_ERR_DETAIL_MAX];

    (void)snprintf(reason, sizeof reason, "%s", pl_err_detail());
    (void)snprintf(trust->why_no_keyset, sizeof trust->why_no_keyset, "%s%s%s", why, reason[0] ? ": " : "", reason);
}

static void take_keyset(trust_t *trust, pl_span token)
{
    pl_err err;

    pl_err_clear();
    err = pl_keyset_verify(&trust->roots, token, &trust->keyset);
    trust->has_keyset = !err;
    if (err)
        note_no_keyset(trust, "the keyset does not verify by these roots");
}

static pl_err read_keyset_file(const tool_t *tool, const char *path, trust_t *trust)
{
    pl_span documents[DOCUMENTS_MAX] = {{NULL, 0}, {NULL, 0}};
    pl_arena arena;
    pl_buf text;
    pl_err err;

    pl_arena_init(&arena);
    pl_buf_init(&text);
    if (!(err = session_read_file(tool, path, PL_REPLY_MAX, &text)) && !(err = take_apart(&arena, pl_buf_span(&text), documents)))
        take_keyset(trust, documents[1].size > 0 ? documents[1] : documents[0]);
    pl_buf_reset(&text);
    pl_arena_reset(&arena);
    return err;
}

static pl_err gather_trust(const tool_t *tool, const inspect_t *inspect, const pl_span documents[DOCUMENTS_MAX], trust_t *trust)
{
    pl_clock clock = pl_clock_system();
    pl_buf jwks;
    pl_err err = PL_OK;

    trust->now = pl_clock_read(&clock).wall_ms / 1000;
    if (!inspect->roots)
        return inspect->keyset ? pl_fail(PL_ERR_INVALID, "--keyset is of use with --roots only") : PL_OK;
    pl_buf_init(&jwks);
    err = session_read_roots(tool, inspect->roots, &jwks, &trust->roots);
    pl_buf_reset(&jwks);
    if (err)
        return err;
    trust->has_roots = true;
    pl_err_clear();
    note_no_keyset(trust, "there is no keyset beside it: give --keyset FILE, or the license file with both lines");
    if (inspect->keyset)
        return read_keyset_file(tool, inspect->keyset, trust);
    for (size_t i = 0; i < DOCUMENTS_MAX; i++)
        if (documents[i].size > 0 && document_is_keyset(documents[i]))
            take_keyset(trust, documents[i]);
    return PL_OK;
}

/* ---- showing ---- */

/* Whatever it is instead: it is not what was asked about. */
static tool_exit refuse(tool_t *tool, pl_err err)
{
    tool_exit code = tool_fail(tool, err);

    return err == PL_ERR_MEMORY ? code : TOOL_REFUSED;
}

static tool_exit show(tool_t *tool, const pl_span documents[DOCUMENTS_MAX], const trust_t *trust)
{
    bool is_any_refused = false;
    pl_err err = PL_OK;

    sheet_open_table(&tool->sheet, "documents");
    for (size_t i = 0; !err && i < DOCUMENTS_MAX; i++) {
        bool is_refused = false;

        if (documents[i].size > 0)
            err = document_show(&tool->sheet, documents[i], trust, &is_refused);
        is_any_refused |= is_refused;
    }
    sheet_close_table(&tool->sheet);
    if (tool->sheet.is_json)
        sheet_bool(&tool->sheet, "verified", trust->has_roots && !is_any_refused && !err);
    if (err)
        return refuse(tool, err);
    return is_any_refused ? TOOL_REFUSED : TOOL_OK;
}

static tool_exit run(tool_t *tool, const void *values)
{
    const inspect_t *inspect = values;
    pl_span documents[DOCUMENTS_MAX] = {{NULL, 0}, {NULL, 0}};
    trust_t *trust;
    tool_exit code;
    pl_arena arena;
    pl_buf text;
    pl_err err;

    pl_arena_init(&arena);
    pl_buf_init(&text);
    trust = pl_arena_take(&arena, sizeof *trust);
    err = trust ? read_what(tool, inspect->what, &text) : pl_fail(PL_ERR_MEMORY, "no memory for the keys");
    if (err)
        code = tool_fail_plainly(tool, err);
    else if ((err = take_apart(&arena, pl_buf_span(&text), documents)))
        code = refuse(tool, err);
    else if ((err = gather_trust(tool, inspect, documents, trust)))
        code = tool_fail_plainly(tool, err);
    else
        code = show(tool, documents, trust);
    pl_buf_reset(&text);
    pl_arena_reset(&arena);
    return code;
}

const command_t command_inspect = {
    .name = "inspect",
    .summary = "show what stands in a document, a license file or a reply; it is not believed",
    .notes = "WHAT is a signed document (license, keyset, answer, proof, revocations), a license file, or the body of a reply.\n"
             "Exit code 0: shown, and with --roots verified; 6: it does not verify, or is none of these.\n",
    .example = "inspect till.license --roots root-keys.json",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
