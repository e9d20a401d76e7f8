/* SPDX-License-Identifier: Apache-2.0
 *
 * What the client keeps in its vault: the license key, the installation's identity with its device key, emergency extensions taken, and
 * a second copy of the time mark. Every function is called with the mutex held and opens the vault when it must. While another process
 * is at the vault they wait for it, up to 3 s and without the mutex, so that whatever it guards may have changed when they return; those
 * of which it is said do not wait.
 */
#ifndef PL_CLIENT_IDENTITY_H
#define PL_CLIENT_IDENTITY_H

#include "base/uuid.h"
#include "client/client.h"
#include "wire/device_request.h"

/* The identity's record, and where in it the device key's public half is. */
#define PL_IDENTITY_ITEM "identity"
enum { PL_IDENTITY_PUBLIC_AT = 16 };

typedef struct {
    pl_uuid instance_id;
    uint8_t device_public[PL_DEVICE_PUBLIC_SIZE];
    uint8_t device_secret[PL_DEVICE_SECRET_SIZE];
} pl_identity;

/* The stored key, else the one the options name. PL_ERR_NO_KEY; PL_ERR_KEY_TYPO for a key of the options. */
pl_err pl_identity_license_key(pospal_client *client, char key[PL_LICENSE_KEY_MAX + 1]);
/*
 * The given key, else that one. A typing error is told before any request is made: PL_ERR_KEY_TYPO; PL_ERR_INVALID for what is no key.
 */
pl_err pl_identity_choose_key(pospal_client *client, const char *given, char key[PL_LICENSE_KEY_MAX + 1]);
pl_err pl_identity_store_license_key(pospal_client *client, const char *key);
bool pl_identity_has_license_key(pospal_client *client); /* stored, not only named by the options */

/*
 * The installation's identity; made at first need and made anew when no hardware component fits the one it was made on: two tills from one
 * disk image become two devices. The caller wipes it.
 */
pl_err pl_identity_get(pospal_client *client, pl_identity *identity);
/* The same, and none is made: then *is_there is false. Programs that start at once must take turns at making one: see pl_apply_lock. */
pl_err pl_identity_find(pospal_client *client, pl_identity *identity, bool *is_there);

/* The end of the extension taken on an answer, Unix seconds; 0: none taken. Does not wait: then only what the mark's file says counts. */
int64_t pl_identity_extension(pospal_client *client, const char *token_id);
/* PL_ERR_NO_EXTENSION where the client has a data directory and it can't be noted there: it could be taken again and again. */
pl_err pl_identity_take_extension(pospal_client *client, const char *token_id, int64_t until);

/* Whether the device gave its seat back, so that it does not take one again by itself. */
bool pl_identity_is_released(pospal_client *client);
pl_err pl_identity_set_released(pospal_client *client, bool is_released);

/*
 * The proof of a release that was carried away, or will be: stored before anything is forgotten. Where the client has a data directory it
 * must go to disk: PL_ERR_READ_ONLY, or why it does not. It is gone when the device is activated again.
 */
pl_err pl_identity_put_release(pospal_client *client, pl_span token);
pl_err pl_identity_get_release(pospal_client *client, pl_buf *token); /* PL_ERR_NOT_FOUND */

/* Records of others. Storage that can't be used is no error when putting: they are in memory then. PL_ERR_NOT_FOUND when getting. */
pl_err pl_identity_put_record(pospal_client *client, const char *name, pl_span value);
pl_err pl_identity_get_record(pospal_client *client, const char *name, pl_buf *value);

/* Does not wait: there is another copy in the mark's file. */
void pl_identity_store_mark(pospal_client *client);
/* Before the real vault takes the place of a stand-in: its copy is looked at first, for the later of the two counts. */
void pl_identity_owe_mark(pospal_client *client);
/* PL_ERR_NOT_FOUND where there is none. Does not wait: PL_ERR_BUSY. An extension noted with it counts where none is known. */
pl_err pl_identity_load_mark(pospal_client *client, pl_time_mark *mark);

#endif
