/* SPDX-License-Identifier: Apache-2.0
 *
 * JSON of a mail.
 */
#include "mail/resend.h"

#include "base/json.h"

#include <stdio.h>

enum { ANSWER_MAX = 64 * 1024 };

static void put_from(pl_json_writer *json, const mailbox_t *from)
{
    char text[MAIL_NAME_MAX + MAIL_ADDRESS_MAX + 8];

    if (from->name && *from->name)
        (void)snprintf(text, sizeof text, "%s <%s>", from->name, from->address);
    else
        (void)snprintf(text, sizeof text, "%s", from->address);
    pl_json_put_text(json, "from", text);
}

static void put_headers(pl_json_writer *json, const message_t *message)
{
    char id[MAIL_MESSAGE_ID_SIZE];
    char unsubscribe[MAIL_ADDRESS_MAX + 40];

    message_id(message, id);
    pl_json_open(json, "headers", '{');
    pl_json_put_text(json, "Message-ID", id);
    pl_json_put_text(json, "Auto-Submitted", "auto-generated");
    if (message->unsubscribe) {
        (void)snprintf(unsubscribe, sizeof unsubscribe, "<mailto:%s?subject=unsubscribe>", message->unsubscribe);
        pl_json_put_text(json, "List-Unsubscribe", unsubscribe);
    }
    pl_json_close(json);
}

pl_err resend_write(const message_t *message, pl_buf *body)
{
    pl_json_writer json;

    pl_json_writer_init(&json, body);
    pl_json_open(&json, NULL, '{');
    put_from(&json, &message->from);
    pl_json_open(&json, "to", '[');
    pl_json_put_text(&json, NULL, message->to.address);
    pl_json_close(&json);
    pl_json_put_text(&json, "reply_to", message->reply_to);
    pl_json_put_text(&json, "subject", message->subject);
    pl_json_put_text(&json, "text", message->text);
    pl_json_put_text(&json, "html", message->html);
    put_headers(&json, message);
    pl_json_close(&json);
    return body->err;
}

void resend_read(pl_arena *arena, pl_span answer, const char *member, char *text, size_t room)
{
    const pl_json *object;
    const char *value = NULL;
    size_t size = 0;

    if (!pl_json_parse(arena, answer, ANSWER_MAX, &object))
        value = pl_json_text(pl_json_get(object, member));
    for (; value && *value && size + 1 < room; value++)
        text[size++] = *value >= ' ' && *value < 0x7f ? *value : '?';
    text[size] = '\0';
}
