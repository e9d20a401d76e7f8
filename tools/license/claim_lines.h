/* SPDX-License-Identifier: Apache-2.0
 *
 * The claims of a document as they stand: lines for people, the same tree for programs. Members that are times are shown as times too.
 */
#ifndef POSPAL_TOOL_CLAIM_LINES_H
#define POSPAL_TOOL_CLAIM_LINES_H

#include "sheet.h"

void claim_lines_show(sheet_t *sheet, const pl_json *claims, int64_t now);

#endif
