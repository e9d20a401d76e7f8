/* SPDX-License-Identifier: Apache-2.0
 *
 * Mail that several routes of POSPal's licensing API order.
 */
#ifndef POSPAL_API_POSPAL_MAIL_H
#define POSPAL_API_POSPAL_MAIL_H

#include "api/pospal.h"

/* Tells the customer of a license that a computer was disconnected; *is_mailed: false where it has none, or was told within the hour. */
pl_err pospal_mail_disconnected(tx_t *tx, const pospal_call_t *call, pl_uuid license_id, bool *is_mailed);

#endif
