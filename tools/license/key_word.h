/* SPDX-License-Identifier: Apache-2.0
 *
 * The license key on a command line: as a word, by --key, from a file or standard input, since a command line is seen by other accounts
 * and kept in the shell's history.
 */
#ifndef POSPAL_TOOL_KEY_WORD_H
#define POSPAL_TOOL_KEY_WORD_H

#include "command.h"
#include "license/license_key.h"

typedef struct {
    const char *word;
    const char *key;
    const char *file;
} key_word_t;

/* The rows of a table of options; member is the key_word_t in the struct. */
#define KEY_WORD_OPTIONS(type, member)                                                                                           \
    {"KEY", OPTION_OPERAND, offsetof(type, member.word), false, "KEY", "the license key; - reads it from standard input", 0, 0}, \
        {"key", OPTION_TEXT, offsetof(type, member.key), false, "KEY", "the same, by name", 0, 0},                               \
    {                                                                                                                            \
        "key-file", OPTION_TEXT, offsetof(type, member.file), false, "FILE", "read the key from the first line of FILE", 0, 0    \
    }

/*
 * *key points to the words or to room, which the caller wipes; NULL: none was given. Warns of a key that looks like one of ours cut
 * short: it may be somebody else's, so that it is no error. PL_ERR_INVALID where it was given twice; as a file's reader.
 */
pl_err key_word_read(tool_t *tool, const key_word_t *words, char room[PL_LICENSE_KEY_MAX + 1], const char **key);

#endif
