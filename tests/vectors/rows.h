/* SPDX-License-Identifier: Apache-2.0
 *
 * What the vectors are made from. Names, inputs and expected results; make_vectors.c signs and writes them.
 */
#ifndef TESTS_VECTORS_ROWS_H
#define TESTS_VECTORS_ROWS_H

#include "support/documents.h"

/* Keys of the keyset by their place, and those outside it. */
typedef enum { BY_ROOT = KEY_COUNT, BY_RESERVE, BY_STRANGER } vector_outsider;
typedef unsigned vector_key;

typedef struct {
    const char *name;
    pl_doc doc;
    vector_key key;
    const char *payload;
    pl_err err;
    pl_doc expected_as;            /* where it is presented as another type than it has */
    const char *header;            /* where it is not the one we write; '@' stands for the key id */
    const vector_key *claimed_key; /* where the header names another key than the one that signs */
    void (*damage)(pl_buf *token); /* done to the signed token */
} vector_row;

extern const vector_row document_rows[];
extern const size_t document_row_count;
extern const vector_row keyset_rows[];
extern const size_t keyset_row_count;

typedef struct {
    const char *name;
    const char *jwk;
    const char *thumbprint;
    const char *signing_input;
    const char *signature;
    pl_err err;
} signature_row;

extern const signature_row signature_rows[];
extern const size_t signature_row_count;

typedef struct {
    const char *name;
    const char *text;
    const char *hex; /* NULL: malformed */
} base64url_row;

extern const base64url_row base64url_rows[];
extern const size_t base64url_row_count;

typedef struct {
    const char *name;
    const char *text;
    const char *document; /* NULL: malformed */
    const char *keyset;
} license_file_row;

extern const license_file_row license_file_rows[];
extern const size_t license_file_row_count;

#endif
