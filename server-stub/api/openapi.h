/* SPDX-License-Identifier: Apache-2.0
 *
 * The contract as it is served: docs/openapi.json, embedded when the validator is built.
 */
#ifndef POSPAL_API_OPENAPI_H
#define POSPAL_API_OPENAPI_H

#include <stddef.h>

extern const char openapi_document[];
extern const size_t openapi_document_size;

#endif
