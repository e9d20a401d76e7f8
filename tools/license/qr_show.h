/* SPDX-License-Identifier: Apache-2.0
 *
 * Showing a text as a QR code, for the subcommands that have one to be carried.
 */
#ifndef POSPAL_TOOL_QR_SHOW_H
#define POSPAL_TOOL_QR_SHOW_H

#include "session.h"

/* The options, and where they are in a subcommand's values. */
typedef struct {
    bool qr; /* in the terminal */
    bool ascii;
    bool invert;
    const char *png; /* files; NULL: none */
    const char *svg;
} qr_options_t;

/* Rows of an option table, for a struct with a member qr of type qr_options_t. */
#define QR_FILE_OPTIONS(values)                                                                                                   \
    {"ascii", OPTION_FLAG, offsetof(values, qr.ascii), false, NULL, "draw the code with # and blanks", 0, 0},                     \
        {"invert", OPTION_FLAG, offsetof(values, qr.invert), false, NULL, "for a terminal with dark text on light ground", 0, 0}, \
        {"png", OPTION_TEXT, offsetof(values, qr.png), false, "FILE", "write the code as an image", 0, 0},                        \
    {                                                                                                                             \
        "svg", OPTION_TEXT, offsetof(values, qr.svg), false, "FILE", "write the code as a drawing", 0, 0                          \
    }

/* Writes the files that are asked for; with qr the code goes to the sheet too, before anything else. PL_OK where nothing is asked. */
pl_err qr_show(tool_t *tool, const qr_options_t *options, pl_span text);
/* A text that is to be carried: with its name on the sheet, and as a code where that is asked for. */
tool_exit qr_show_text(tool_t *tool, const qr_options_t *options, const char *name, const char *text);

#endif
