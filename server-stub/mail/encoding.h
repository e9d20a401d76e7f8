/* SPDX-License-Identifier: Apache-2.0
 *
 * Text as mail carries it: bodies as quoted-printable or base64 (RFC 2045), headers as encoded words (RFC 2047). Nothing that comes out has a line of
 * more than 76 characters, or a control character besides the line ends that are made here.
 */
#ifndef MAIL_ENCODING_H
#define MAIL_ENCODING_H

#include "base/buf.h"

typedef enum { ENCODING_QUOTED, ENCODING_BASE64 } mail_encoding;

/* The one that makes less of it. */
mail_encoding mail_encoding_for(pl_span text);
const char *mail_encoding_text(mail_encoding encoding); /* "quoted-printable" */
/* A body; its lines end with \n here and with \r\n afterwards. */
void mail_encode_body(pl_span text, mail_encoding encoding, pl_buf *out);

/*
 * A header's value: as it is where it is short printable ASCII, else as encoded words, a line each. used: how much of the line is taken by the name.
 * Whatever stands in the text, it is one header.
 */
void mail_encode_header(const char *text, size_t used, pl_buf *out);
/* The name before an address: an atom, a quoted string, or encoded words; with a space behind. "" writes nothing. */
void mail_encode_name(const char *name, size_t used, pl_buf *out);

#endif
