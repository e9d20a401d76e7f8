/* SPDX-License-Identifier: Apache-2.0
 *
 * Languages in order, and two places for each.
 */
#include "mail/templates.h"

#include "base/buf.h"
#include "mail/shipped.h"
#include "platform/file.h"

#include <ctype.h>
#include <string.h>

enum { LANGUAGE_MAX = 16 };

/* What may be the name of a folder: no dots, no slashes. */
static bool is_word(const char *text)
{
    size_t size = strlen(text);

    for (size_t i = 0; i < size; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '_')
            return false;
    return size > 0;
}

static pl_err find_own(pl_arena *arena, const template_wish_t *wish, const char *language, template_t *template)
{
    const pl_fs *fs = pl_fs_system();
    const char *path;
    pl_buf source;
    pl_err err;

    if (!wish->directory || !wish->brand || !is_word(wish->brand) || !is_word(wish->name))
        return PL_ERR_NOT_FOUND;
    path = pl_arena_format(arena, "%s/%s/%s/%s.mail", wish->directory, wish->brand, language, wish->name);
    if (!path)
        return PL_ERR_MEMORY;
    pl_buf_init(&source);
    err = fs->read(fs->context, path, MARKUP_SOURCE_MAX, &source);
    if (!err)
        err = markup_parse(arena, pl_buf_span(&source), path, template);
    else if (err != PL_ERR_NOT_FOUND)
        err = pl_fail(PL_ERR_INVALID, "%s cannot be read: %s", path, pl_err_sentence(err));
    pl_buf_reset(&source);
    return err;
}

static pl_err find_shipped(pl_arena *arena, const char *name, const char *language, template_t *template)
{
    for (size_t i = 0; i < shipped_template_count; i++)
        if (strcmp(shipped_templates[i].language, language) == 0 && strcmp(shipped_templates[i].name, name) == 0)
            return markup_parse(arena, pl_span_text(shipped_templates[i].source),
                                pl_arena_format(arena, "%s/%s.mail", language, name), template);
    return PL_ERR_NOT_FOUND;
}

static pl_err find_in(pl_arena *arena, const template_wish_t *wish, const char *language, template_t *template)
{
    pl_err err = find_own(arena, wish, language, template);

    return err == PL_ERR_NOT_FOUND ? find_shipped(arena, wish->name, language, template) : err;
}

pl_err template_find(pl_arena *arena, const template_wish_t *wish, template_t *template, const char **language)
{
    pl_err err = PL_ERR_NOT_FOUND;

    for (size_t i = 0; err == PL_ERR_NOT_FOUND && i < TEMPLATE_LANGUAGES_MAX; i++) {
        const char *wanted = wish->languages[i];
        size_t primary = wanted ? strcspn(wanted, "-_") : 0;

        if (!wanted || strlen(wanted) > LANGUAGE_MAX || !is_word(wanted))
            continue;
        *language = wanted;
        err = find_in(arena, wish, wanted, template);
        if (err == PL_ERR_NOT_FOUND && wanted[primary]) {
            if (!(*language = pl_arena_text(arena, pl_span_of(wanted, primary))))
                return PL_ERR_MEMORY;
            err = find_in(arena, wish, *language, template);
        }
    }
    if (err != PL_ERR_NOT_FOUND)
        return err;
    *language = "en";
    err = find_in(arena, wish, "en", template);
    return err == PL_ERR_NOT_FOUND ? pl_fail(err, "there is no template \"%s\"", wish->name) : err;
}
