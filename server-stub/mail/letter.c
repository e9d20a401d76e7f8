/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading what belongs to a mail, and writing it.
 */
#include "mail/letter.h"

#include "licensing/settings.h"
#include "mail/manner.h"
#include "mail/templates.h"
#include "store/brands.h"

pl_err letter_read_brand(tx_t *tx, const keyring_t *keyring, pl_uuid brand_id, letter_t *letter)
{
    brand_t brand;
    pl_err err;

    if ((err = brands_find(tx, brand_id, &brand)) ||
        (err = setting_read(tx, keyring, brand_id, SETTING_MAIL_FROM, &letter->from)) ||
        (err = setting_read(tx, keyring, brand_id, SETTING_MAIL_REPLY_TO, &letter->reply_to)) ||
        (err = setting_read(tx, keyring, brand_id, SETTING_SUPPORT_EMAIL, &letter->support_email)) ||
        (err = setting_read(tx, keyring, brand_id, SETTING_WEBSITE, &letter->website)) ||
        (err = setting_read(tx, keyring, brand_id, SETTING_MAIL_LANGUAGE, &letter->languages[1])))
        return err;
    letter->brand = brand.slug;
    letter->brand_name = brand.name;
    return PL_OK;
}

pl_err letter_read(tx_t *tx, const keyring_t *keyring, letter_t *letter)
{
    const char *language;
    pl_err err;

    if ((err = letter_read_brand(tx, keyring, letter->mail.brand_id, letter)) ||
        (err = mails_addressee(tx, &letter->mail, &letter->customer_name, &language)) ||
        (err = mail_content(tx, keyring, &letter->mail, &letter->content)))
        return err;
    letter->languages[0] = letter->mail.language ? letter->mail.language : language;
    return PL_OK;
}

/* ---- writing ---- */

static pl_err fill(const letter_t *letter, values_t *values)
{
    pl_err err;

    if ((err = values_put(values, "brand_name", letter->brand_name)) ||
        (err = values_put(values, "support_email", letter->support_email)) ||
        (err = values_put(values, "website", letter->website)) ||
        (err = values_put(values, "recipient", letter->mail.recipient)) || (err = values_put_json(values, letter->content)))
        return err;
    return values_put(values, "customer_name", letter->customer_name); /* unless the content has a better one */
}

static pl_err find(pl_arena *arena, const letter_t *letter, const letter_options_t *options, template_t *template,
                   const char **language)
{
    template_wish_t wish = {
        options->directory, letter->brand, letter->mail.template, {letter->languages[0], letter->languages[1]}};
    pl_err err = template_find(arena, &wish, template, language);

    if (err != PL_ERR_INVALID || !options->log)
        return err;
    pl_log_write(options->log, PL_LOG_ERROR, "a mail template is wrong, and the shipped one is sent in its place: %s",
                 pl_err_detail());
    wish.directory = NULL;
    return template_find(arena, &wish, template, language);
}

static pl_err address(pl_arena *arena, const letter_t *letter, message_t *message)
{
    char *room = pl_arena_take(arena, MAIL_NAME_MAX + MAIL_ADDRESS_MAX + 2);
    mail_manner_t manner = mail_manner(letter->mail.template);

    if (!room)
        return PL_ERR_MEMORY;
    if (!letter->from)
        return pl_fail(PL_ERR_INVALID, "the brand has not set mail_from: from whom its mail comes");
    if (!mailbox_parse(letter->from, room, &message->from))
        return pl_fail(PL_ERR_INVALID, "mail_from is no address that mail can come from");
    message->to = (mailbox_t){.address = letter->mail.recipient, .name = manner.is_internal ? NULL : letter->customer_name};
    message->reply_to = letter->reply_to;
    message->unsubscribe = manner.is_reminder ? letter->support_email : NULL;
    return message_check(message);
}

pl_err letter_write(pl_arena *arena, const letter_t *letter, const letter_options_t *options, message_t *message)
{
    values_t *values = pl_arena_take(arena, sizeof *values);
    rendering_t rendering;
    template_t template;
    pl_err err;

    if (!values)
        return PL_ERR_MEMORY;
    values->arena = arena;
    *message = (message_t){.id = letter->mail.id, .date_ms = options->now_ms};
    if ((err = address(arena, letter, message)) || (err = find(arena, letter, options, &template, &message->language)))
        return err;
    values->language = message->language;
    if ((err = fill(letter, values)) || (err = template_render(&template, values, &rendering)))
        return err;
    message->subject = rendering.subject;
    message->text = rendering.text;
    message->html = rendering.html;
    return PL_OK;
}
