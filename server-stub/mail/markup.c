/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a template, line by line.
 */
#include "mail/markup.h"

#include "base/buf.h"
#include "base/text.h"
#include "mail/values.h"

#include <stdbool.h>

typedef struct {
    pl_arena *arena;
    const char *place;
    int line;
} reader_t;

static pl_err fail_at(const reader_t *reader, const char *fault)
{
    return pl_fail(PL_ERR_INVALID, "%s:%d: %s", reader->place, reader->line, fault);
}

static bool begins(pl_span text, const char *with)
{
    pl_span wanted = pl_span_text(with);

    return text.size >= wanted.size && memcmp(text.data, wanted.data, wanted.size) == 0;
}

static pl_span after(pl_span text, size_t count)
{
    return pl_span_of(text.data + count, text.size - count);
}

static pl_span trim(pl_span text)
{
    while (text.size && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = after(text, 1);
    while (text.size && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t' || text.data[text.size - 1] == '\r'))
        text.size--;
    return text;
}

/* Where the two characters stand first; the size of the text: nowhere. */
static size_t find(pl_span text, const char *word)
{
    size_t size = strlen(word);

    for (size_t i = 0; i + size <= text.size; i++)
        if (memcmp(text.data + i, word, size) == 0)
            return i;
    return text.size;
}

/* ---- inside a block ---- */

typedef struct {
    inline_text_t *out;
    bool is_bold;
    bool is_in_link;
} line_t;

static pl_err add_run(const reader_t *reader, line_t *line, run_t run)
{
    if (line->out->count == MARKUP_RUNS_MAX)
        return fail_at(reader, "too much in one block");
    run.is_bold = line->is_bold;
    line->out->runs[line->out->count++] = run;
    return PL_OK;
}

static pl_err start_text(const reader_t *reader, inline_text_t *out)
{
    out->count = 0;
    out->runs = pl_arena_take(reader->arena, MARKUP_RUNS_MAX * sizeof(run_t));
    return out->runs ? PL_OK : PL_ERR_MEMORY;
}

/* "{{name}}" or "{{name!}}" */
static pl_err read_value(const reader_t *reader, line_t *line, pl_span *rest)
{
    size_t end = find(*rest, "}}");
    pl_span name = end < rest->size ? trim(pl_span_of(rest->data + 2, end - 2)) : *rest;
    run_t run = {.kind = RUN_VALUE};

    if (end == rest->size)
        return fail_at(reader, "\"{{\" has no \"}}\"");
    if (name.size && name.data[name.size - 1] == '!') {
        run.is_required = true;
        name.size--;
    }
    run.text = name;
    if (!value_is_known(name))
        return pl_fail(PL_ERR_INVALID, "%s:%d: there is no value \"%.*s\"; docs/OPERATING.md lists them", reader->place,
                       reader->line, (int)(name.size < 64 ? name.size : 64), name.data);
    *rest = after(*rest, end + 2);
    return add_run(reader, line, run);
}

static pl_err read_inline(const reader_t *reader, pl_span text, line_t *line);

static bool is_target(const inline_text_t *target)
{
    const run_t *first = target->runs;

    if (target->count == 0)
        return false;
    if (first->kind == RUN_VALUE)
        return target->count == 1 && value_is_link(first->text);
    return begins(first->text, "https://") || begins(first->text, "http://") || begins(first->text, "mailto:");
}

static pl_err read_part(const reader_t *reader, pl_span text, const inline_text_t **part)
{
    inline_text_t *made = pl_arena_take(reader->arena, sizeof *made);
    line_t inner = {made, false, true};
    pl_err err;

    if (!made || (err = start_text(reader, made)))
        return PL_ERR_MEMORY;
    if (!(err = read_inline(reader, trim(text), &inner)))
        *part = made;
    return err;
}

/* "[label](target)": rest begins behind the bracket; close is what ends the label. */
static pl_err read_link(const reader_t *reader, line_t *line, const char *close, pl_span *rest)
{
    run_t run = {.kind = RUN_LINK};
    size_t middle = find(*rest, close);
    size_t begin = middle + strlen(close);
    size_t end;
    pl_err err;

    if (line->is_in_link || middle == rest->size)
        return fail_at(reader, "a link is [text](target), without another inside");
    end = begin + find(after(*rest, begin), ")");
    if (end == rest->size)
        return fail_at(reader, "a link's target has no \")\"");
    if ((err = read_part(reader, pl_span_of(rest->data, middle), &run.label)) ||
        (err = read_part(reader, pl_span_of(rest->data + begin, end - begin), &run.target)))
        return err;
    if (!is_target(run.target))
        return fail_at(reader, "a link goes to https://, http://, mailto:, or a value that is a link");
    *rest = after(*rest, end + 1);
    return add_run(reader, line, run);
}

/* Up to what may mean something; a backslash is left out, and what stands behind it is taken as it is. */
static size_t plain_size(pl_span rest)
{
    size_t i = 1;

    while (i < rest.size && rest.data[i] != '\\' && rest.data[i] != '[' && rest.data[i] != '{' && rest.data[i] != '*')
        i++;
    return i;
}

static pl_err read_plain(const reader_t *reader, line_t *line, pl_span *rest)
{
    bool is_escape = rest->data[0] == '\\' && rest->size > 1;
    pl_span text = is_escape ? after(*rest, 1) : *rest;

    text.size = plain_size(text);
    *rest = after(*rest, text.size + (is_escape ? 1 : 0));
    return add_run(reader, line, (run_t){.kind = RUN_TEXT, .text = text});
}

static pl_err read_inline(const reader_t *reader, pl_span text, line_t *line)
{
    pl_err err = PL_OK;

    while (!err && text.size) {
        if (begins(text, "{{")) {
            err = read_value(reader, line, &text);
        } else if (begins(text, "**")) {
            line->is_bold = !line->is_bold;
            text = after(text, 2);
        } else if (text.data[0] == '[') {
            text = after(text, 1);
            err = read_link(reader, line, "](", &text);
        } else {
            err = read_plain(reader, line, &text);
        }
    }
    if (!err && line->is_bold)
        err = fail_at(reader, "\"**\" is not closed");
    return err;
}

static pl_err read_text(const reader_t *reader, pl_span text, inline_text_t *out)
{
    line_t line = {out, false, false};
    pl_err err = start_text(reader, out);

    return err ? err : read_inline(reader, text, &line);
}

/* ---- blocks ---- */

typedef struct {
    reader_t reader;
    template_t *template;
    bool is_foot;
    int paragraph_line;
    pl_buf paragraph; /* lines that are one */
} parser_t;

static pl_err add_block(parser_t *parser, block_kind kind, pl_span text)
{
    block_t *block = &parser->template->blocks[parser->template->block_count];
    line_t line = {&block->text, false, false};
    pl_err err;

    if (parser->template->block_count == MARKUP_BLOCKS_MAX)
        return fail_at(&parser->reader, "too many blocks");
    *block = (block_t){.kind = kind, .is_foot = parser->is_foot};
    parser->template->block_count++;
    if (kind != BLOCK_BUTTON)
        return read_text(&parser->reader, text, &block->text);
    text = after(text, 2);
    if ((err = start_text(&parser->reader, &block->text)) || (err = read_link(&parser->reader, &line, "]](", &text)))
        return err;
    return text.size ? fail_at(&parser->reader, "nothing stands behind a button") : PL_OK;
}

static pl_err end_paragraph(parser_t *parser)
{
    const char *text;
    int line = parser->reader.line;
    pl_err err;

    if (parser->paragraph.size == 0)
        return parser->paragraph.err;
    text = pl_arena_text(parser->reader.arena, pl_buf_span(&parser->paragraph));
    parser->reader.line = parser->paragraph_line;
    err = text ? add_block(parser, BLOCK_PARAGRAPH, pl_span_text(text)) : PL_ERR_MEMORY;
    parser->reader.line = line;
    pl_buf_clear(&parser->paragraph);
    return err;
}

static pl_err read_subject(parser_t *parser, pl_span text)
{
    template_t *template = parser->template;
    inline_text_t *subject = &template->subjects[template->subject_count];
    pl_err err;

    if (template->block_count || parser->paragraph.size)
        return fail_at(&parser->reader, "subjects stand before everything else");
    if (template->subject_count == MARKUP_SUBJECTS_MAX)
        return fail_at(&parser->reader, "too many subjects");
    if ((err = read_text(&parser->reader, text, subject)))
        return err;
    for (size_t i = 0; i < subject->count; i++)
        if (subject->runs[i].kind == RUN_LINK)
            return fail_at(&parser->reader, "a subject holds no link");
    template->subject_count++;
    return subject->count ? PL_OK : fail_at(&parser->reader, "a subject is empty");
}

static pl_err read_special(parser_t *parser, pl_span line)
{
    static const struct {
        const char *sign;
        block_kind kind;
    } signs[] = {{"# ", BLOCK_HEADING}, {"- ", BLOCK_ITEM}, {"> ", BLOCK_CODE}, {"[[", BLOCK_BUTTON}};

    if (begins(line, "Subject:"))
        return read_subject(parser, trim(after(line, 8)));
    if (pl_span_is(line, "---")) {
        parser->is_foot = true;
        return PL_OK;
    }
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (begins(line, signs[i].sign))
            return add_block(parser, signs[i].kind, signs[i].kind == BLOCK_BUTTON ? line : trim(after(line, 2)));
    return PL_ERR_NOT_FOUND;
}

static pl_err read_line(parser_t *parser, pl_span line)
{
    bool is_special = line.size && (begins(line, "Subject:") || pl_span_is(line, "---") || begins(line, "# ") ||
                                    begins(line, "- ") || begins(line, "> ") || begins(line, "[["));
    pl_err err;

    if (line.size == 0 || is_special) {
        err = end_paragraph(parser);
        return err || !is_special ? err : read_special(parser, line);
    }
    if (parser->paragraph.size)
        pl_buf_add_text(&parser->paragraph, " ");
    else
        parser->paragraph_line = parser->reader.line;
    pl_buf_add(&parser->paragraph, line.data, line.size);
    return parser->paragraph.err;
}

static pl_err read_lines(parser_t *parser, pl_span source)
{
    pl_err err = PL_OK;

    while (!err && source.size) {
        size_t size = find(source, "\n");

        parser->reader.line++;
        err = read_line(parser, trim(pl_span_of(source.data, size)));
        source = after(source, size < source.size ? size + 1 : size);
    }
    if (!err)
        err = end_paragraph(parser);
    if (!err && (parser->template->subject_count == 0 || parser->template->block_count == 0))
        err = fail_at(&parser->reader, "a template has \"Subject:\" and something to say");
    return err;
}

/* UTF-8, and no control characters but line ends and tabs. */
static bool is_text(pl_span source)
{
    for (size_t i = 0; i < source.size;) {
        unsigned char c = (unsigned char)source.data[i];
        size_t size = c < 0x80 ? 1 : pl_utf8_sequence(source.data + i);

        if (size == 0 || i + size > source.size || (c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7f)
            return false;
        i += size;
    }
    return true;
}

pl_err markup_parse(pl_arena *arena, pl_span source, const char *place, template_t *template)
{
    parser_t parser = {.reader = {arena, place, 0}, .template = template};
    const char *copy = pl_arena_text(arena, source); /* NUL-terminated: a sequence of UTF-8 is read to its end */
    pl_err err;

    *template = (template_t){.subject_count = 0};
    if (source.size > MARKUP_SOURCE_MAX)
        return pl_fail(PL_ERR_INVALID, "%s: a template has %d bytes at most", place, (int)MARKUP_SOURCE_MAX);
    if (!copy || !(template->blocks = pl_arena_take(arena, MARKUP_BLOCKS_MAX * sizeof(block_t))))
        return PL_ERR_MEMORY;
    if (!is_text(pl_span_of(copy, source.size)))
        return pl_fail(PL_ERR_INVALID, "%s: a template is UTF-8 text without control characters", place);
    pl_buf_init(&parser.paragraph);
    err = read_lines(&parser, pl_span_of(copy, source.size));
    pl_buf_reset(&parser.paragraph);
    return err;
}
