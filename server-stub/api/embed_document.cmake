# SPDX-License-Identifier: Apache-2.0
# cmake -D OUTPUT=x.c -D INPUT=openapi.json -P embed_document.cmake: the document's bytes, as api/openapi.h declares them.
file(READ "${INPUT}" bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
file(WRITE "${OUTPUT}" "/* Made by embed_document.cmake from docs/openapi.json. */
#include \"api/openapi.h\"

const char openapi_document[] = {${bytes}0x00};
const size_t openapi_document_size = sizeof openapi_document - 1;
")
