/* SPDX-License-Identifier: Apache-2.0
 *
 * Any text as an identifier of an instance: a spelling is its own spelling, and clean.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "licensing/instance_identifier.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(seat_kind kind, const char *text)
{
    instance_identifier_t read;
    instance_identifier_t again;

    if (instance_identifier_read(kind, text, &read))
        return;
    if (!read.text[0] || !pl_text_is_clean(read.text))
        abort();
    if (instance_identifier_read(kind, read.text, &again) || strcmp(read.text, again.text) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    instance_identifier_t guessed;

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    for (int kind = SEAT_DEVICE; kind <= SEAT_MACHINE_ID; kind++)
        check((seat_kind)kind, text);
    if (instance_identifier_guess(text, &guessed) == PL_OK)
        check(guessed.kind, guessed.text);
    free(text);
    return 0;
}
