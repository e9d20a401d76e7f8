/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes the vectors from fixed seeds: make_vectors FOLDER. With --check it compares them with what lies there instead, so that
 * data and code cannot part. README.md describes the files; tests/unit/test_vectors.c replays them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/documents.h"
#include "vectors/rows.h"

enum { PATH_SIZE = 4096 };

static documents brand;

/* ---- tokens ---- */

static void add_part(pl_buf *token, pl_span bytes)
{
    char *room = pl_buf_grow(token, pl_base64url_size(bytes.size));

    assert_non_null(room);
    pl_base64url_encode(bytes, room);
}

/* The header's '@' stands for the id of the key that signs. */
static void add_header(pl_buf *token, const char *header, const char *kid)
{
    const char *at = strchr(header, '@');
    pl_buf text;

    pl_buf_init(&text);
    pl_buf_add(&text, header, at ? (size_t)(at - header) : strlen(header));
    if (at)
        pl_buf_add_format(&text, "%s%s", kid, at + 1);
    add_part(token, pl_buf_span(&text));
    pl_buf_reset(&text);
}

static void add_signature(pl_buf *token, const pl_key_pair *pair)
{
    uint8_t signature[PL_SIGNATURE_SIZE];

    assert_int_equal(pl_key_pair_sign(pair, pl_buf_span(token), signature), PL_OK);
    pl_jws_write_signature(token, signature);
}

static const pl_key_pair *signer(vector_key key)
{
    if (key == BY_STRANGER)
        return &brand.stranger;
    if (key == BY_ROOT || key == BY_RESERVE)
        return key == BY_ROOT ? &brand.root : &brand.reserve;
    return &brand.keys[key];
}

static void make_token(const vector_row *row, pl_buf *token)
{
    const pl_key_pair *pair = signer(row->key);
    char kid[PL_KID_SIZE];

    pl_buf_clear(token);
    pl_jwk_thumbprint(row->claimed_key ? &signer(*row->claimed_key)->public_key : &pair->public_key, kid);
    if (row->header) {
        add_header(token, row->header, kid);
        pl_buf_add_text(token, ".");
        add_part(token, pl_span_text(row->payload));
    } else {
        pl_jws_write_input(token, row->doc, pair->public_key.alg, kid, pl_span_text(row->payload));
    }
    add_signature(token, pair);
    if (row->damage)
        row->damage(token);
    assert_int_equal(token->err, PL_OK);
}

/* ---- files ---- */

static void open_element(pl_json_writer *writer, const char *name)
{
    pl_buf_add_text(writer->out, "\n");
    pl_json_open(writer, NULL, '{');
    pl_json_put_text(writer, "name", name);
}

static void put_row(pl_json_writer *writer, const vector_row *row)
{
    pl_buf token;

    pl_buf_init(&token);
    make_token(row, &token);
    open_element(writer, row->name);
    pl_json_put_text(writer, "type", pl_doc_typ(row->expected_as ? row->expected_as : row->doc));
    pl_json_put_span(writer, "token", pl_buf_span(&token));
    pl_json_put_text(writer, "result", pl_err_code(row->err));
    if (!row->err)
        pl_json_put_raw(writer, "claims", pl_span_text(row->payload));
    pl_json_close(writer);
    pl_buf_reset(&token);
}

static void put_rows(pl_json_writer *writer, const vector_row *rows, size_t count)
{
    pl_json_open(writer, "vectors", '[');
    for (size_t i = 0; i < count; i++)
        put_row(writer, &rows[i]);
    pl_json_close(writer);
}

static void put_roots(pl_json_writer *writer)
{
    pl_json_open(writer, "roots", '{');
    pl_json_open(writer, "keys", '[');
    for (size_t i = 0; i < brand.roots.count; i++) {
        pl_json_open(writer, NULL, '{');
        pl_jwk_write(writer, &brand.roots.keys[i]);
        pl_json_close(writer);
    }
    pl_json_close(writer);
    pl_json_close(writer);
}

static void make_documents(pl_json_writer *writer)
{
    pl_buf keyset;

    pl_buf_init(&keyset);
    assert_int_equal(pl_keyset_sign(&brand.keyset, &brand.root, &keyset), PL_OK);
    put_roots(writer);
    pl_json_put_span(writer, "keyset", pl_buf_span(&keyset));
    put_rows(writer, document_rows, document_row_count);
    pl_buf_reset(&keyset);
}

static void make_keysets(pl_json_writer *writer)
{
    put_roots(writer);
    put_rows(writer, keyset_rows, keyset_row_count);
}

static void make_signatures(pl_json_writer *writer)
{
    pl_json_open(writer, "vectors", '[');
    for (size_t i = 0; i < signature_row_count; i++) {
        const signature_row *row = &signature_rows[i];

        open_element(writer, row->name);
        pl_json_put_raw(writer, "jwk", pl_span_text(row->jwk));
        pl_json_put_text(writer, "thumbprint", row->thumbprint);
        pl_json_put_text(writer, "signing_input", row->signing_input);
        pl_json_put_text(writer, "signature", row->signature);
        pl_json_put_text(writer, "result", pl_err_code(row->err));
        pl_json_close(writer);
    }
    pl_json_close(writer);
}

static void make_base64url(pl_json_writer *writer)
{
    pl_json_open(writer, "vectors", '[');
    for (size_t i = 0; i < base64url_row_count; i++) {
        const base64url_row *row = &base64url_rows[i];

        open_element(writer, row->name);
        pl_json_put_text(writer, "text", row->text);
        pl_json_put_text(writer, "hex", row->hex);
        pl_json_put_text(writer, "result", row->hex ? "ok" : pl_err_code(PL_ERR_MALFORMED));
        pl_json_close(writer);
    }
    pl_json_close(writer);
}

static void make_license_files(pl_json_writer *writer)
{
    pl_json_open(writer, "vectors", '[');
    for (size_t i = 0; i < license_file_row_count; i++) {
        const license_file_row *row = &license_file_rows[i];

        open_element(writer, row->name);
        pl_json_put_text(writer, "text", row->text);
        pl_json_put_text(writer, "document", row->document);
        pl_json_put_text(writer, "keyset", row->keyset);
        pl_json_put_text(writer, "result", row->document ? "ok" : pl_err_code(PL_ERR_MALFORMED));
        pl_json_close(writer);
    }
    pl_json_close(writer);
}

static const struct {
    const char *file;
    void (*make)(pl_json_writer *writer);
} files[] = {
    {"base64url.json", make_base64url}, {"signatures.json", make_signatures},       {"keysets.json", make_keysets},
    {"documents.json", make_documents}, {"license_files.json", make_license_files},
};

static bool save(const char *path, pl_span text)
{
    FILE *file = fopen(path, "wb");
    bool is_written = file && fwrite(text.data, 1, text.size, file) == text.size;

    if (file && fclose(file) != 0)
        is_written = false;
    return is_written;
}

static bool is_same(const char *path, pl_span text)
{
    FILE *file = fopen(path, "rb");
    bool same = file != NULL;

    for (size_t at = 0; same && at <= text.size; at++)
        same = fgetc(file) == (at < text.size ? (unsigned char)text.data[at] : EOF);
    if (file)
        fclose(file);
    return same;
}

static bool make_file(size_t index, const char *folder, bool is_check)
{
    char path[PATH_SIZE];
    pl_json_writer writer;
    pl_buf text;
    bool good;

    snprintf(path, sizeof(path), "%s/%s", folder, files[index].file);
    pl_buf_init(&text);
    pl_json_writer_init(&writer, &text);
    pl_json_open(&writer, NULL, '{');
    files[index].make(&writer);
    pl_json_close(&writer);
    pl_buf_add_text(&text, "\n");
    good = is_check ? is_same(path, pl_buf_span(&text)) : save(path, pl_buf_span(&text));
    if (!good)
        fprintf(stderr, "%s: %s\n", path,
                is_check ? "is not what make_vectors writes; run it and look at the difference" : "not written");
    pl_buf_reset(&text);
    return good;
}

int main(int argc, char **argv)
{
    bool is_check = argc == 3 && strcmp(argv[1], "--check") == 0;
    bool good = true;

    if (argc != 2 && !is_check) {
        fprintf(stderr, "usage: %s [--check] FOLDER\n", argv[0]);
        return 2;
    }
    documents_init(&brand);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        good &= make_file(i, argv[argc - 1], is_check);
    return good ? 0 : 1;
}
