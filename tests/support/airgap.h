/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person does between a till without network and its vendor.
 */
#ifndef TESTS_SUPPORT_AIRGAP_H
#define TESTS_SUPPORT_AIRGAP_H

#include "support/shop.h"

/* No server, and a validator that answers for a year. */
void airgap_close_off(shop *s);
/* The request of a till; free it with pospal_text_free. */
char *airgap_ask(pospal_client *client, const char *key);
/* Asks with FAKE_KEY and has it answered; initialises text. */
void airgap_answer(shop *s, pospal_client *client, pl_buf *text);
pospal_status_t airgap_import_text(pospal_client *client, const char *text, pospal_result_t result);
/* Imports and resets the text. */
pospal_status_t airgap_import(pospal_client *client, pl_buf *text, pospal_result_t result);
/* Every nth character a line end and blanks; width 0: white space is dropped instead. */
void airgap_retype(const char *text, size_t width, char *typed);

#endif
