/* SPDX-License-Identifier: Apache-2.0
 *
 * Two writers over the same blocks. HTML is tables and inline styles, for mail programs know little else.
 */
#include "mail/render.h"

#include "base/buf.h"

#define FONT "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"

static const char code_begin[] =
    "<p style=\"margin:0 0 16px;padding:14px 16px;background:#f3f4f6;border:1px solid #e5e7eb;border-radius:6px;"
    "font-family:Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:16px;letter-spacing:.5px;color:#111827;"
    "text-align:center;word-break:break-all\">";

typedef struct {
    const values_t *values;
    pl_buf *out;
    pl_err err;
    bool is_html;
} writer_t;

/* ---- pieces ---- */

static void add_escaped(pl_buf *out, pl_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        const char *name = text.data[i] == '<'    ? "&lt;"
                           : text.data[i] == '>'  ? "&gt;"
                           : text.data[i] == '&'  ? "&amp;"
                           : text.data[i] == '"'  ? "&quot;"
                           : text.data[i] == '\'' ? "&#39;"
                                                  : NULL;

        if (name)
            pl_buf_add_text(out, name);
        else
            pl_buf_add(out, text.data + i, 1);
    }
}

static void add_piece(writer_t *writer, pl_span text)
{
    if (writer->is_html)
        add_escaped(writer->out, text);
    else
        pl_buf_add(writer->out, text.data, text.size);
}

static void add_plain_run(writer_t *writer, const run_t *run)
{
    pl_span text = run->text;

    if (run->kind == RUN_VALUE)
        text = pl_span_text(values_show(writer->values, run->text, &writer->err));
    if (run->is_bold && writer->is_html)
        pl_buf_add_text(writer->out, "<strong>");
    add_piece(writer, text);
    if (run->is_bold && writer->is_html)
        pl_buf_add_text(writer->out, "</strong>");
}

static void add_runs(writer_t *writer, const inline_text_t *text)
{
    for (size_t i = 0; i < text->count; i++)
        add_plain_run(writer, &text->runs[i]);
}

/* As text: "label (target)", and the target alone where that is the label. */
static void add_text_link(writer_t *writer, const run_t *run)
{
    static const char mailto[] = "mailto:";
    pl_buf label, target;
    writer_t parts[2] = {{writer->values, &label, PL_OK, false}, {writer->values, &target, PL_OK, false}};
    const char *shown;

    pl_buf_init(&label);
    pl_buf_init(&target);
    add_runs(&parts[0], run->label);
    add_runs(&parts[1], run->target);
    if (label.err || target.err || !label.data || !target.data) {
        writer->err = PL_ERR_MEMORY;
    } else {
        shown = strncmp(target.data, mailto, sizeof mailto - 1) == 0 ? target.data + sizeof mailto - 1 : target.data;
        if (strcmp(label.data, shown) == 0)
            pl_buf_add_text(writer->out, shown);
        else
            pl_buf_add_format(writer->out, "%s (%s)", label.data, shown);
    }
    pl_buf_reset(&label);
    pl_buf_reset(&target);
}

static void add_link(writer_t *writer, const run_t *run, const char *style)
{
    if (!writer->is_html) {
        add_text_link(writer, run);
        return;
    }
    pl_buf_add_text(writer->out, "<a href=\"");
    add_runs(writer, run->target);
    pl_buf_add_format(writer->out, "\" style=\"%s\">", style);
    add_runs(writer, run->label);
    pl_buf_add_text(writer->out, "</a>");
}

static void add_inline(writer_t *writer, const inline_text_t *text)
{
    for (size_t i = 0; i < text->count; i++)
        if (text->runs[i].kind == RUN_LINK)
            add_link(writer, &text->runs[i], "color:#1d4ed8;text-decoration:underline");
        else
            add_plain_run(writer, &text->runs[i]);
}

/* ---- what is there to be said ---- */

static pl_err look_for_values(const values_t *values, const inline_text_t *text, bool *is_whole)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < text->count; i++) {
        const run_t *run = &text->runs[i];

        if (run->kind == RUN_VALUE && !values_show(values, run->text, &err)) {
            if (!err && run->is_required)
                err = pl_fail(PL_ERR_INVALID, "the value %.*s is missing", (int)run->text.size, run->text.data);
            *is_whole = false;
        }
    }
    return err;
}

static pl_err look_for_all(const values_t *values, const inline_text_t *text, bool *is_whole)
{
    pl_err err;

    *is_whole = true;
    if ((err = look_for_values(values, text, is_whole)))
        return err;
    for (size_t i = 0; !err && i < text->count; i++)
        if (text->runs[i].kind == RUN_LINK && !(err = look_for_values(values, text->runs[i].label, is_whole)))
            err = look_for_values(values, text->runs[i].target, is_whole);
    return err;
}

/* ---- text ---- */

static void add_text_block(writer_t *writer, const block_t *block, const block_t *before)
{
    bool is_list = block->kind == BLOCK_ITEM && before && before->kind == BLOCK_ITEM;

    if (before && before->is_foot != block->is_foot)
        pl_buf_add_text(writer->out, "\n-- \n");
    else if (before)
        pl_buf_add_text(writer->out, is_list ? "" : "\n");
    pl_buf_add_text(writer->out, block->kind == BLOCK_CODE ? "    " : block->kind == BLOCK_ITEM ? "- " : "");
    if (block->kind == BLOCK_BUTTON) {
        add_runs(writer, block->text.runs->label);
        pl_buf_add_text(writer->out, ":\n");
        add_runs(writer, block->text.runs->target);
    } else {
        add_inline(writer, &block->text);
    }
    pl_buf_add_text(writer->out, "\n");
}

/* ---- HTML ---- */

static void add_html_block(writer_t *writer, const block_t *block, const block_t *before)
{
    static const char *const begin[] = {
        [BLOCK_PARAGRAPH] = "<p style=\"margin:0 0 16px\">",
        [BLOCK_HEADING] = "<h1 style=\"margin:0 0 16px;font-size:21px;line-height:28px;font-weight:600;color:#111827\">",
        [BLOCK_ITEM] = "<p style=\"margin:0 0 8px;padding-left:16px;text-indent:-16px\">&bull;&nbsp; ",
        [BLOCK_CODE] = code_begin,
        [BLOCK_BUTTON] = "<p style=\"margin:8px 0 24px;text-align:center\">",
    };

    if (before && before->kind == BLOCK_ITEM && block->kind != BLOCK_ITEM && before->is_foot == block->is_foot)
        pl_buf_add_text(writer->out, "<div style=\"height:8px\"></div>\n");
    pl_buf_add_text(writer->out, begin[block->kind]);
    if (block->kind == BLOCK_BUTTON)
        add_link(writer, block->text.runs,
                 "display:inline-block;padding:12px 28px;background:#1d4ed8;border-radius:6px;color:#ffffff;font-weight:600;"
                 "text-decoration:none");
    else
        add_inline(writer, &block->text);
    pl_buf_add_text(writer->out, block->kind == BLOCK_HEADING ? "</h1>\n" : "</p>\n");
}

static void begin_html(writer_t *writer, const char *subject)
{
    pl_err err = PL_OK;
    const char *brand = values_show(writer->values, pl_span_text("brand_name"), &err);

    pl_buf_add_text(writer->out, "<!DOCTYPE html>\n<html lang=\"");
    add_escaped(writer->out, pl_span_text(writer->values->language));
    pl_buf_add_text(writer->out, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    add_escaped(writer->out, pl_span_text(subject));
    pl_buf_add_text(
        writer->out,
        "</title>\n</head>\n<body style=\"margin:0;padding:0;background:#f3f4f6\">\n"
        "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"background:#f3f4f6\">\n"
        "<tr><td align=\"center\" style=\"padding:32px 12px\">\n"
        "<table role=\"presentation\" width=\"560\" cellpadding=\"0\" cellspacing=\"0\" style=\"width:100%;max-width:560px;"
        "background:#ffffff;border:1px solid #e5e7eb;border-radius:8px\">\n");
    if (brand) {
        pl_buf_add_text(writer->out, "<tr><td style=\"padding:20px 32px;border-bottom:1px solid #e5e7eb;" FONT
                                     "font-size:17px;font-weight:700;color:#111827\">");
        add_escaped(writer->out, pl_span_text(brand));
        pl_buf_add_text(writer->out, "</td></tr>\n");
    }
    pl_buf_add_text(writer->out,
                    "<tr><td style=\"padding:28px 32px 12px;" FONT "font-size:15px;line-height:24px;color:#374151\">\n");
}

static void begin_foot(writer_t *writer)
{
    pl_buf_add_text(writer->out, "</td></tr>\n<tr><td style=\"padding:16px 32px 4px;border-top:1px solid #e5e7eb;" FONT
                                 "font-size:13px;line-height:20px;color:#6b7280\">\n");
}

static void end_html(writer_t *writer)
{
    pl_buf_add_text(writer->out, "</td></tr>\n</table>\n</td></tr>\n</table>\n</body>\n</html>\n");
}

/* ---- both ---- */

static pl_err write_blocks(writer_t *writer, const template_t *template)
{
    const block_t *before = NULL;
    pl_err err;

    for (size_t i = 0; i < template->block_count; i++) {
        const block_t *block = &template->blocks[i];
        bool is_whole;

        if ((err = look_for_all(writer->values, &block->text, &is_whole)))
            return err;
        if (!is_whole)
            continue;
        if (writer->is_html && block->is_foot && !(before && before->is_foot))
            begin_foot(writer);
        if (writer->is_html)
            add_html_block(writer, block, before);
        else
            add_text_block(writer, block, before);
        before = block;
    }
    return writer->err ? writer->err : writer->out->err;
}

static pl_err keep(writer_t *writer, pl_err err, const char **text)
{
    if (!err && !(err = writer->out->err ? writer->out->err : writer->err)) {
        *text = pl_arena_text(writer->values->arena, pl_buf_span(writer->out));
        err = *text ? PL_OK : PL_ERR_MEMORY;
    }
    pl_buf_reset(writer->out);
    return err;
}

static pl_err write_subject(const template_t *template, const values_t *values, const char **subject)
{
    pl_buf text;
    writer_t writer = {values, &text, PL_OK, false};
    bool is_whole = false;
    size_t i = 0;
    pl_err err = PL_OK;

    while (!(err = look_for_all(values, &template->subjects[i], &is_whole)) && !is_whole && i + 1 < template->subject_count)
        i++;
    pl_buf_init(&text);
    if (!err && !is_whole)
        err = pl_fail(PL_ERR_INVALID, "no subject has all of its values");
    if (!err)
        add_runs(&writer, &template->subjects[i]);
    return keep(&writer, err, subject);
}

pl_err template_render(const template_t *template, const values_t *values, rendering_t *rendering)
{
    pl_buf text, html;
    writer_t texter = {values, &text, PL_OK, false};
    writer_t marker = {values, &html, PL_OK, true};
    pl_err err;

    pl_buf_init(&text);
    if ((err = write_subject(template, values, &rendering->subject)) ||
        (err = keep(&texter, write_blocks(&texter, template), &rendering->text)))
        return err;
    pl_buf_init(&html);
    begin_html(&marker, rendering->subject);
    err = write_blocks(&marker, template);
    end_html(&marker);
    return keep(&marker, err, &rendering->html);
}
