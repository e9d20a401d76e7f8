/* SPDX-License-Identifier: Apache-2.0
 *
 * Headers and the two parts.
 */
#include "mail/message.h"

#include "base/timestamp.h"
#include "mail/encoding.h"

#include <stdio.h>
#include <string.h>

enum { ID_TEXT_SIZE = PL_UUID_TEXT_SIZE, LINE = 76 };

/* ---- addresses ---- */

bool mail_address_is_plain(const char *address)
{
    const char *at = strrchr(address, '@');
    size_t size = strlen(address);

    if (!at || at == address || !at[1] || size > MAIL_ADDRESS_MAX || at - address > 64 || strchr(address, '@') != at)
        return false;
    for (const unsigned char *c = (const unsigned char *)address; *c; c++)
        if (*c <= ' ' || *c == 0x7f || strchr("<>()[]\\,;:\"", *c))
            return false;
    return true;
}

static void trim(char *text)
{
    size_t size = strlen(text);

    while (size && text[size - 1] == ' ')
        text[--size] = '\0';
}

bool mailbox_parse(const char *text, char buffer[MAIL_NAME_MAX + MAIL_ADDRESS_MAX + 2], mailbox_t *mailbox)
{
    const char *open = strchr(text, '<');
    size_t size = strlen(text);
    size_t name_size = open ? (size_t)(open - text) : 0;
    size_t address_size = open ? size - name_size - 2 : size;

    if ((open && (text[size - 1] != '>' || size < name_size + 3)) || name_size > MAIL_NAME_MAX || address_size > MAIL_ADDRESS_MAX)
        return false;
    memcpy(buffer, text, name_size);
    buffer[name_size] = '\0';
    trim(buffer);
    memcpy(buffer + name_size + 1, open ? open + 1 : text, address_size);
    buffer[name_size + 1 + address_size] = '\0';
    *mailbox = (mailbox_t){.address = buffer + name_size + 1, .name = buffer};
    return mail_address_is_plain(mailbox->address);
}

/* ---- headers ---- */

void message_id(const message_t *message, char text[MAIL_MESSAGE_ID_SIZE])
{
    const char *at = strrchr(message->from.address, '@');
    char id[ID_TEXT_SIZE];

    pl_uuid_format(message->id, id);
    (void)snprintf(text, MAIL_MESSAGE_ID_SIZE, "<%s@%s>", id, at ? at + 1 : "localhost");
}

/* "Thu, 26 Nov 2026 04:54:30 +0000", of no locale; the parts are those of RFC 3339's form. */
static void add_date(int64_t date_ms, pl_buf *out)
{
    static const char days[][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"}; /* 1970-01-01 was a Thursday */
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t seconds = date_ms > 0 ? date_ms / 1000 : 0;
    char text[PL_TIMESTAMP_SIZE];
    int month;

    pl_timestamp_format(seconds, text);
    month = (text[5] - '0') * 10 + text[6] - '0';
    pl_buf_add_format(out, "Date: %s, %.2s %s %.4s %.8s +0000\r\n", days[seconds / 86400 % 7], text + 8, months[(month - 1) % 12],
                      text, text + 11);
}

static void add_mailbox(const char *header, const mailbox_t *mailbox, pl_buf *out)
{
    size_t begin = out->size;

    pl_buf_add_format(out, "%s: ", header);
    if (mailbox->name && *mailbox->name) {
        mail_encode_name(mailbox->name, strlen(header) + 2, out);
        if (out->size - begin + strlen(mailbox->address) + 2 > LINE)
            pl_buf_add_text(out, "\r\n ");
        pl_buf_add_format(out, "<%s>\r\n", mailbox->address);
    } else {
        pl_buf_add_format(out, "%s\r\n", mailbox->address);
    }
}

static void add_headers(const message_t *message, pl_buf *out)
{
    char id[MAIL_MESSAGE_ID_SIZE];

    message_id(message, id);
    add_date(message->date_ms, out);
    add_mailbox("From", &message->from, out);
    add_mailbox("To", &message->to, out);
    if (message->reply_to)
        pl_buf_add_format(out, "Reply-To: %s\r\n", message->reply_to);
    pl_buf_add_text(out, "Subject: ");
    mail_encode_header(message->subject, sizeof "Subject: " - 1, out);
    pl_buf_add_format(out, "\r\nMessage-ID: %s\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n", id);
    if (message->language)
        pl_buf_add_format(out, "Content-Language: %s\r\n", message->language);
    if (message->unsubscribe)
        pl_buf_add_format(out, "List-Unsubscribe: <mailto:%s?subject=unsubscribe>\r\n", message->unsubscribe);
}

/* ---- parts ---- */

static void add_part(const char *boundary, const char *type, const char *body, pl_buf *out)
{
    pl_span text = pl_span_text(body);
    mail_encoding encoding = mail_encoding_for(text);

    pl_buf_add_format(out, "--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n", boundary, type,
                      mail_encoding_text(encoding));
    mail_encode_body(text, encoding, out);
}

pl_err message_check(const message_t *message)
{
    if (!mail_address_is_plain(message->from.address))
        return pl_fail(PL_ERR_INVALID, "mail_from is no address that mail can come from");
    if (!mail_address_is_plain(message->to.address))
        return pl_fail(PL_ERR_INVALID, "the recipient's address cannot be written into a mail");
    if ((message->reply_to && !mail_address_is_plain(message->reply_to)) ||
        (message->unsubscribe && !mail_address_is_plain(message->unsubscribe)))
        return pl_fail(PL_ERR_INVALID, "mail_reply_to or support_email is no address that mail can go to");
    return PL_OK;
}

/* No encoded body holds "=_", so none holds the boundary. */
void message_write(const message_t *message, pl_buf *out)
{
    char id[ID_TEXT_SIZE];
    char boundary[ID_TEXT_SIZE + 4];

    pl_uuid_format(message->id, id);
    (void)snprintf(boundary, sizeof boundary, "=_%s", id);
    add_headers(message, out);
    pl_buf_add_format(out, "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n", boundary);
    add_part(boundary, "text/plain", message->text, out);
    add_part(boundary, "text/html", message->html, out);
    pl_buf_add_format(out, "--%s--\r\n", boundary);
}
