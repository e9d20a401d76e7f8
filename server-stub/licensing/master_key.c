/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the master key comes from.
 */
#include "licensing/master_key.h"

#include "licensing/secret_file.h"
#include "platform/file.h"

#include <string.h>

enum { FILE_MAX = 256, TEXT_SIZE = 44 /* base64url of 32 bytes, with the NUL */ };

static const char variable[] = "POSPAL_MASTER_KEY";
static const char next_variable[] = "POSPAL_NEW_MASTER_KEY";

static pl_err decode(const pl_buf *text, const char *origin, uint8_t key[PL_SEAL_KEY_SIZE])
{
    size_t room = PL_SEAL_KEY_SIZE;
    size_t size = text->size;

    while (size > 0 && strchr(" \t\r\n", text->data[size - 1]))
        size--;
    if (pl_base64url_decode(pl_span_of(text->data, size), key, &room) || room != PL_SEAL_KEY_SIZE)
        return pl_fail(PL_ERR_MALFORMED, "%s is not base64url of 32 bytes", origin);
    return PL_OK;
}

static pl_err read_environment(const char *name, uint8_t key[PL_SEAL_KEY_SIZE])
{
    pl_buf text;
    pl_err err;

    pl_buf_init(&text);
    if (!(err = pl_environment(name, &text)))
        err = decode(&text, name, key);
    pl_buf_reset(&text);
    return err;
}

static pl_err write_new(const char *path, uint8_t key[PL_SEAL_KEY_SIZE])
{
    char text[TEXT_SIZE + 1];
    pl_err err;

    pl_random(key, PL_SEAL_KEY_SIZE);
    pl_base64url_encode(pl_span_of(key, PL_SEAL_KEY_SIZE), text);
    text[TEXT_SIZE - 1] = '\n';
    err = secret_file_create(path, pl_span_of(text, TEXT_SIZE));
    pl_wipe(text, sizeof(text));
    return err;
}

pl_err master_key_load(const char *path, uint8_t key[PL_SEAL_KEY_SIZE], bool *is_file)
{
    pl_err err = read_environment(variable, key);
    pl_buf text;

    *is_file = err == PL_ERR_NOT_FOUND;
    if (!*is_file)
        return err;
    pl_buf_init(&text);
    if (!(err = secret_file_read(path, FILE_MAX, &text)))
        err = decode(&text, path, key);
    pl_buf_reset(&text);
    return err;
}

pl_err master_key_make(const char *path, uint8_t key[PL_SEAL_KEY_SIZE], bool *is_file)
{
    pl_err err = read_environment(variable, key);

    *is_file = err == PL_ERR_NOT_FOUND;
    return *is_file ? write_new(path, key) : err;
}

pl_err master_key_make_next(const char *path, bool is_file, uint8_t key[PL_SEAL_KEY_SIZE])
{
    pl_err err;

    if (is_file)
        return write_new(path, key);
    err = read_environment(next_variable, key);
    if (err != PL_ERR_NOT_FOUND)
        return err;
    return pl_fail(PL_ERR_STATE, "the master key comes from %s; give the new one in %s", variable, next_variable);
}
