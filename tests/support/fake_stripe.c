/* SPDX-License-Identifier: Apache-2.0
 *
 * A provider that says what it was told to say.
 */
#include "support/fake_stripe.h"

#include <stdio.h>
#include <string.h>

static stripe_line_t *open_line(void *context)
{
    ((fake_stripe_t *)context)->lines++;
    return context;
}

static void close_line(stripe_line_t *line)
{
    ((fake_stripe_t *)(void *)line)->lines--;
}

static void note(fake_stripe_t *fake, const stripe_request_t *request)
{
    size_t place = fake->asked++ % FAKE_STRIPE_ASKED;

    (void)snprintf(fake->urls[place], FAKE_STRIPE_TEXT, "%s", request->url);
    (void)snprintf(fake->forms[place], FAKE_STRIPE_TEXT, "%s", request->form ? request->form : "");
    (void)snprintf(fake->keys[place], FAKE_STRIPE_TEXT, "%s", request->idempotency_key ? request->idempotency_key : "");
}

static void exchange(stripe_line_t *line, const stripe_request_t *request, stripe_reply_t *reply)
{
    fake_stripe_t *fake = (fake_stripe_t *)(void *)line;

    note(fake, request);
    (void)snprintf(reply->error, sizeof reply->error, "the line is down");
    for (size_t i = 0; !fake->is_down && i < fake->count; i++) {
        if (fake->used[i] || !strstr(request->url, fake->replies[i].path))
            continue;
        fake->used[i] = fake->replies[i].is_once;
        reply->status = fake->replies[i].status;
        reply->should_retry = fake->replies[i].should_retry;
        reply->retry_after_s = fake->replies[i].retry_after_s;
        pl_buf_add_text(&reply->body, fake->replies[i].body ? fake->replies[i].body : "");
        return;
    }
}

void fake_stripe_add(fake_stripe_t *fake, fake_reply_t reply)
{
    if (fake->count < FAKE_STRIPE_REPLIES)
        fake->replies[fake->count++] = reply;
}

stripe_transport_t fake_stripe_transport(fake_stripe_t *fake)
{
    return (stripe_transport_t){fake, open_line, exchange, close_line};
}
