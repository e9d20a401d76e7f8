/* SPDX-License-Identifier: Apache-2.0
 *
 * From settings to what a carrier needs.
 */
#include "mail/account.h"

#include "licensing/secret_file.h"

#include <string.h>

static pl_err read_secret(const char *path, mail_account_t *account)
{
    pl_buf *secret = &account->secret;
    pl_err err = secret_file_read(path, MAIL_SECRET_MAX, secret);

    if (err == PL_ERR_STATE)
        return pl_fail(err, "mail_secret_file \"%s\" can be read by others than its owner: chmod 600", path);
    if (err)
        return pl_fail(err == PL_ERR_MEMORY ? err : PL_ERR_INVALID, "mail_secret_file \"%s\" cannot be read: %s", path,
                       pl_err_sentence(err));
    while (secret->size && strchr("\r\n", secret->data[secret->size - 1]))
        secret->data[--secret->size] = '\0';
    for (size_t i = 0; i < secret->size; i++)
        if (secret->data[i] < ' ' || secret->data[i] == 0x7f)
            return pl_fail(PL_ERR_INVALID, "mail_secret_file \"%s\" holds more than one line of printable ASCII", path);
    return secret->size ? PL_OK : pl_fail(PL_ERR_INVALID, "mail_secret_file \"%s\" is empty", path);
}

pl_err mail_account_open(const config_t *config, mail_account_t *account)
{
    pl_err err = PL_OK;

    *account = (mail_account_t){.carrier = {.url = config->mail_url,
                                            .user = config->mail_user,
                                            .ca_file = config->mail_ca,
                                            .timeout_ms = config->mail_timeout_s * 1000,
                                            .allows_plain = config->mail_plain_loopback == 1}};
    pl_buf_init(&account->secret);
    if (!config->mail_url)
        return pl_fail(PL_ERR_NOT_FOUND, "no mail_url is set: there is no server that mail could go to");
    if (config->mail_secret_file && (err = read_secret(config->mail_secret_file, account)))
        return err;
    account->carrier.secret = account->secret.size ? account->secret.data : NULL;
    return carrier_check(&account->carrier);
}

void mail_account_close(mail_account_t *account)
{
    pl_buf_reset(&account->secret);
}
