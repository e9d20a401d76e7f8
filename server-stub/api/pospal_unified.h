/* SPDX-License-Identifier: Apache-2.0
 *
 * What the operations of POST /validate-unified share.
 */
#ifndef POSPAL_API_POSPAL_UNIFIED_H
#define POSPAL_API_POSPAL_UNIFIED_H

#include "api/pospal_customer.h"
#include "licensing/settings.h"

typedef enum { UNIFIED_NONE, UNIFIED_VALIDATE, UNIFIED_INSTANT, UNIFIED_SESSION } unified_operation;

/* A request in order of structure. Texts are NULL where what was told can't be any: then nothing has it. */
typedef struct {
    unified_operation operation;
    const pl_json *credentials;
    const char *email;
    const char *token;
    const char *checkout;
    const char *action;
    pospal_device_t device;
} unified_t;

pl_err unified_find(tx_t *tx, const pospal_call_t *call, const unified_t *in, subscriber_t *subscriber); /* PL_ERR_NOT_FOUND */
/* "deviceInfo" of the answer: what it is called, and that it was registered now. */
void unified_put_device(pospal_reply_t *reply, const char *current);
/* "performance"; extra: a member that says what kind of answer it is, NULL: none. */
void unified_put_performance(pospal_reply_t *reply, const char *extra, int64_t queries);
/* operation=session, in pospal_session.c. */
pl_err unified_session(tx_t *tx, const pospal_call_t *call, const unified_t *in, pospal_reply_t *reply);

#endif
