/* SPDX-License-Identifier: Apache-2.0
 *
 * Findings: noting and showing them; see examination.h.
 */
#include "examination.h"

#include <stdarg.h>
#include <string.h>

static const char *const severities[] = {[FINDING_OK] = "ok", [FINDING_WARNING] = "warning", [FINDING_PROBLEM] = "problem"};

void examination_add(examination_t *examination, const char *check, severity_t severity, const char *remedy, const char *format,
                     ...)
{
    finding_t *finding = &examination->findings[examination->count];
    va_list arguments;

    if (examination->count == FINDINGS_MAX)
        return;
    examination->count++;
    finding->check = check;
    finding->severity = severity;
    (void)snprintf(finding->remedy, sizeof finding->remedy, "%s", remedy ? remedy : "");
    if (finding->remedy[0] && finding->remedy[strlen(finding->remedy) - 1] == '.')
        finding->remedy[strlen(finding->remedy) - 1] = '\0';
    va_start(arguments, format);
    (void)vsnprintf(finding->says, sizeof finding->says, format, arguments);
    va_end(arguments);
}

void examination_add_failure(examination_t *examination, const char *check, pl_err err, const char *detail)
{
    const char *sentence = pl_err_sentence(err);
    const char *half = strstr(sentence, "; ");
    int size = half ? (int)(half - sentence) : (int)strlen(sentence);

    examination_add(examination, check, FINDING_PROBLEM, half ? half + 2 : NULL, "%.*s%s%s%s", size, sentence,
                    detail[0] ? " (" : "", detail, detail[0] ? ")" : "");
}

size_t examination_count(const examination_t *examination, severity_t severity)
{
    size_t count = 0;

    for (size_t i = 0; i < examination->count; i++)
        count += examination->findings[i].severity == severity;
    return count;
}

static void show_line(const finding_t *finding, sheet_t *sheet)
{
    char line[sizeof finding->says + 64];

    (void)snprintf(line, sizeof line, "%-8s %-9s %s", severities[finding->severity], finding->check, finding->says);
    sheet_line(sheet, line);
    if (!finding->remedy[0])
        return;
    (void)snprintf(line, sizeof line, "%-8s %-9s -> %s", "", "", finding->remedy);
    sheet_line(sheet, line);
}

static void show_row(const finding_t *finding, sheet_t *sheet)
{
    sheet_open_row(sheet);
    sheet_text(sheet, "check", finding->check);
    sheet_text(sheet, "result", severities[finding->severity]);
    sheet_text(sheet, "says", finding->says);
    sheet_text(sheet, "remedy", finding->remedy);
    sheet_close_row(sheet);
}

void examination_show(const examination_t *examination, sheet_t *sheet)
{
    if (sheet->is_json)
        sheet_open_table(sheet, "checks");
    for (size_t i = 0; i < examination->count; i++)
        (sheet->is_json ? show_row : show_line)(&examination->findings[i], sheet);
    if (!sheet->is_json)
        return;
    sheet_close_table(sheet);
    sheet_int(sheet, "warnings", (int64_t)examination_count(examination, FINDING_WARNING));
    sheet_int(sheet, "problems", (int64_t)examination_count(examination, FINDING_PROBLEM));
}
