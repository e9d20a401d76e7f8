/* SPDX-License-Identifier: Apache-2.0
 *
 * The payment provider in memory: replies by the order of the questions, or by their path; and a way to take it away.
 */
#ifndef TESTS_SUPPORT_FAKE_STRIPE_H
#define TESTS_SUPPORT_FAKE_STRIPE_H

#include "billing/stripe_exchange.h"

enum { FAKE_STRIPE_REPLIES = 16, FAKE_STRIPE_ASKED = 32, FAKE_STRIPE_TEXT = 1024 };

typedef struct {
    const char *path; /* the URL has it; "": any */
    int status;       /* 0: no answer */
    const char *body;
    int should_retry;
    int64_t retry_after_s;
    bool is_once;
} fake_reply_t;

typedef struct {
    fake_reply_t replies[FAKE_STRIPE_REPLIES];
    size_t count;
    bool used[FAKE_STRIPE_REPLIES];
    size_t asked;
    char urls[FAKE_STRIPE_ASKED][FAKE_STRIPE_TEXT];
    char forms[FAKE_STRIPE_ASKED][FAKE_STRIPE_TEXT];
    char keys[FAKE_STRIPE_ASKED][FAKE_STRIPE_TEXT];
    bool is_down;
    int lines;
} fake_stripe_t;

void fake_stripe_add(fake_stripe_t *fake, fake_reply_t reply);
stripe_transport_t fake_stripe_transport(fake_stripe_t *fake);

#endif
