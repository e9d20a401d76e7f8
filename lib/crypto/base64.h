/* SPDX-License-Identifier: Apache-2.0
 *
 * Base64 as RFC 4648 has it first, with padding, for formats that ask for it. Ours is base64url: crypto.h.
 */
#ifndef PL_CRYPTO_BASE64_H
#define PL_CRYPTO_BASE64_H

#include "base/span.h"

size_t pl_base64_size(size_t bytes);              /* characters, without NUL */
void pl_base64_encode(pl_span bytes, char *text); /* with NUL */

#endif
