/* SPDX-License-Identifier: Apache-2.0
 *
 * Files that are imported: CSV and JSON lines, read to their end, each row put into our words. The first byte chooses the separator.
 */
#include "transfer/mapping.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char words[] = "key = column k\nproduct = column p.q\nstatus = column s\nstatus.x = active\nseats = column n\n"
                            "expires_at = column e\ntimes = sql\nrenews = column r\nemail = column k\n";

static void read_all(pl_arena *arena, const mapping_t *mapping, pl_span text, char separator)
{
    import_row_t out;
    bool more = true;
    rows_t rows;
    row_t row;

    if (rows_open(&rows, arena, text, separator))
        return;
    (void)mapping_check(mapping, &rows);
    while (!rows_next(&rows, arena, &row, &more) && more)
        (void)mapping_apply(mapping, arena, &row, &out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separators[] = {',', ';', '\t'};
    mapping_t mapping;
    pl_arena arena;
    char *text;

    if (size == 0)
        return 0;
    pl_arena_init(&arena);
    text = pl_arena_text(&arena, pl_span_of(data + 1, size - 1)); /* with its NUL, as a file has it when it is read */
    if (text && !mapping_read(&arena, pl_span_text(words), &mapping))
        read_all(&arena, &mapping, pl_span_of(text, size - 1), separators[data[0] % sizeof separators]);
    (void)mapping_read(&arena, pl_span_of(data, size), &mapping);
    pl_arena_reset(&arena);
    return 0;
}
