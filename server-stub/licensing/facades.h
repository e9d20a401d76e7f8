/* SPDX-License-Identifier: Apache-2.0
 *
 * Binding the routes of another system's shape to one brand and product, by the name that clients know the server by.
 */
#ifndef LICENSING_FACADES_H
#define LICENSING_FACADES_H

#include "licensing/keys.h"
#include "store/facades.h"

/*
 * A host name or address, with or without ":port", or "*"; folded into *text. PL_ERR_INVALID.
 */
pl_err facade_host_read(pl_arena *arena, const char *host, const char **text);
/* Audited; every server knows within a second. host as facade_host_read made it. */
pl_err facade_bind(tx_t *tx, const facade_t *facade);
pl_err facade_unbind(tx_t *tx, const char *host); /* PL_ERR_NOT_FOUND */
/* For the header Host: by all of it, by its name without the port, or by "*". NULL: it is bound to nothing. */
const facade_t *facade_find(const keyring_t *keyring, const char *host);

#endif
