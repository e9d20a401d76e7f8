/* SPDX-License-Identifier: Apache-2.0
 *
 * The options object: setters that never fail but remember. What the options mean is in open.c and the verbs.
 */
#include "client/options.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "license/claims.h"
#include "token/keyring.h"
#include "transport/authority.h"
#include "transport/pinned_keys.h"
#include "transport/proxy.h"
#include "wire/device_request.h"

enum { TEXT_MAX = 4096, TIMEOUT_MIN_MS = 100, TIMEOUT_MAX_MS = 120000, TIMEOUT_DEFAULT_MS = 10000 };

static void remember(pospal_options *options, pl_err err)
{
    if (options->err)
        return;
    options->err = err;
    snprintf(options->detail, sizeof options->detail, "%s", pl_err_detail());
}

static void set_text(pospal_options *options, pl_option_text which, const char *name, const char *value, size_t max)
{
    char *copy = NULL;

    if (!options)
        return;
    if (value && strlen(value) > max) {
        remember(options, pl_fail(PL_ERR_INVALID, "%s is longer than %zu bytes", name, max));
        return;
    }
    if (value && (which == PL_OPTION_VERSION || which == PL_OPTION_DEVICE_NAME) && !pl_text_is_clean(value)) {
        remember(options,
                 pl_fail(PL_ERR_INVALID, "%s must be UTF-8 without control characters", name)); /* it goes into requests */
        return;
    }
    if (value && (copy = pl_copy_text(value)) == NULL) {
        remember(options, pl_fail(PL_ERR_MEMORY, "no memory for %s", name));
        return;
    }
    pl_free(options->text[which]);
    options->text[which] = copy;
}

static bool is_slug(const char *text)
{
    size_t length = strlen(text);

    return length >= 1 && length <= PL_CLAIMS_SLUG_MAX && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == length;
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_server_url(const char *url)
{
    size_t scheme = starts_with(url, "https://") ? 8 : starts_with(url, "http://") ? 7 : 0;

    if (scheme == 0 || !pl_text_is_clean(url) || strpbrk(url, " ?#@\\") ||
        !pl_authority_is_valid(url + scheme, strcspn(url + scheme, "/")))
        return false;
    return scheme == 8 || pl_authority_is_loopback(url + scheme); /* a license key travels in the request */
}

pospal_options *pospal_options_new(void)
{
    pospal_options *options = pl_alloc(sizeof *options);

    if (!options)
        return NULL;
    options->timeout_ms = TIMEOUT_DEFAULT_MS;
    options->fs = pl_fs_system();
    return options;
}

void pospal_options_free(pospal_options *options)
{
    if (!options)
        return;
    pl_options_reset(options);
    pl_free(options);
}

void pospal_options_set_product(pospal_options *options, const char *product, const char *version)
{
    if (!options)
        return;
    if (!product || !is_slug(product)) {
        remember(options, pl_fail(PL_ERR_INVALID, "product must be 1 to %d characters of a-z 0-9 - _ .", PL_CLAIMS_SLUG_MAX));
        return;
    }
    set_text(options, PL_OPTION_PRODUCT, "product", product, PL_CLAIMS_SLUG_MAX);
    set_text(options, PL_OPTION_VERSION, "version", version, PL_VERSION_MAX);
}

static pl_err check_server(const char *url)
{
    return is_server_url(url)
               ? PL_OK
               : pl_fail(PL_ERR_INVALID, "server must be https://host[:port][/path] (an IPv6 address in brackets; http:// for "
                                         "this machine only)");
}

static pl_err check_proxy(const char *proxy)
{
    return pl_proxy_is_url(proxy) ? PL_OK /* it is not shown: there may be a password in it */
                                  : pl_fail(PL_ERR_INVALID, "proxy must be [http|https|socks4|socks4a|socks5|socks5h://]"
                                                            "[user:password@]host[:port], with %%40 for @ and %%2F for / in user "
                                                            "and password");
}

static pl_err check_pinned_keys(const char *pins)
{
    return pl_pinned_keys_are_valid(pins)
               ? PL_OK
               : pl_fail(PL_ERR_INVALID,
                         "pinned keys must be 1 to %d of sha256//BASE64, each the SHA-256 of a public key, with ; between "
                         "them",
                         PL_PINNED_KEYS_MAX);
}

static const struct {
    pospal_option_t option;
    pl_option_text text;
    const char *name;
    size_t max;
    pl_err (*check)(const char *value); /* NULL: any text */
} settable[] = {
    {POSPAL_OPTION_SERVER, PL_OPTION_SERVER, "server", 512, check_server},
    {POSPAL_OPTION_ROOT_KEYS, PL_OPTION_ROOT_KEYS, "root keys", PL_JWKS_MAX, NULL},
    {POSPAL_OPTION_DATA_DIRECTORY, PL_OPTION_DIRECTORY, "data directory", 900, NULL},
    {POSPAL_OPTION_PROXY, PL_OPTION_PROXY, "proxy", TEXT_MAX, check_proxy},
    {POSPAL_OPTION_CA_FILE, PL_OPTION_CA_FILE, "CA file", TEXT_MAX, NULL},
    {POSPAL_OPTION_PINNED_KEYS, PL_OPTION_PINNED_KEYS, "pinned keys", TEXT_MAX, check_pinned_keys},
    {POSPAL_OPTION_DEVICE_NAME, PL_OPTION_DEVICE_NAME, "device name", PL_DEVICE_NAME_MAX, NULL},
    {POSPAL_OPTION_HARDWARE_ROOT, PL_OPTION_HARDWARE_ROOT, "hardware root", 900, NULL},
};

void pospal_options_set(pospal_options *options, pospal_option_t which, const char *value)
{
    size_t i;

    if (!options)
        return;
    for (i = 0; i < sizeof settable / sizeof *settable; i++) {
        pl_err err = PL_OK;

        if (settable[i].option != which)
            continue;
        if (value && settable[i].check)
            err = settable[i].check(value);
        if (err)
            remember(options, err);
        else
            set_text(options, settable[i].text, settable[i].name, value, settable[i].max);
        return;
    }
    remember(options,
             pl_fail(PL_ERR_INVALID, "option %d is none that this library knows: is it older than its header?", (int)which));
}

void pospal_options_set_timeout_ms(pospal_options *options, int64_t timeout_ms)
{
    if (!options)
        return;
    if (timeout_ms < TIMEOUT_MIN_MS || timeout_ms > TIMEOUT_MAX_MS) {
        remember(options, pl_fail(PL_ERR_INVALID, "timeout must be %d to %d ms", TIMEOUT_MIN_MS, TIMEOUT_MAX_MS));
        return;
    }
    options->timeout_ms = timeout_ms;
}

void pospal_options_set_license_key(pospal_options *options, pospal_key_source_t source, const char *value)
{
    if (!options)
        return;
    if (source != POSPAL_KEY_TEXT && source != POSPAL_KEY_FILE && source != POSPAL_KEY_ENVIRONMENT) {
        remember(options, pl_fail(PL_ERR_INVALID, "license key source %d is none of the enum", (int)source));
        return;
    }
    options->key_source = source;
    set_text(options, PL_OPTION_KEY, "license key", value, source == POSPAL_KEY_TEXT ? PL_LICENSE_KEY_MAX : TEXT_MAX);
}

void pospal_options_set_transport(pospal_options *options, pospal_transport_fn transport, void *context)
{
    if (!options)
        return;
    options->transport = transport;
    options->transport_context = context;
}

void pospal_options_set_clock(pospal_options *options, pospal_clock_fn clock, void *context)
{
    if (!options)
        return;
    options->clock = clock;
    options->clock_context = context;
}

void pospal_options_set_log(pospal_options *options, pospal_log_fn log, void *context, pospal_log_level_t level)
{
    if (!options)
        return;
    options->log = log;
    options->log_context = context;
    options->log_level = level;
}

void pospal_options_set_change_callback(pospal_options *options, pospal_change_fn changed, void *context)
{
    if (!options)
        return;
    options->changed = changed;
    options->changed_context = context;
}

pl_err pl_options_copy(const pospal_options *from, pospal_options *to)
{
    size_t i;

    *to = *from;
    memset(to->text, 0, sizeof to->text);
    for (i = 0; i < PL_OPTION_TEXTS; i++) {
        if (from->text[i] && (to->text[i] = pl_copy_text(from->text[i])) == NULL) {
            pl_options_reset(to);
            return pl_fail(PL_ERR_MEMORY, "no memory for the options");
        }
    }
    return PL_OK;
}

void pl_options_reset(pospal_options *options)
{
    size_t i;

    for (i = 0; i < PL_OPTION_TEXTS; i++) {
        pl_free(options->text[i]);
        options->text[i] = NULL;
    }
}

pl_err pl_options_check(const pospal_options *options)
{
    if (options->err)
        return pl_fail(options->err, "%s", options->detail);
    if (!options->text[PL_OPTION_PRODUCT])
        return pl_fail(PL_ERR_INVALID, "no product is set: call pospal_options_set_product");
    if (!options->text[PL_OPTION_ROOT_KEYS])
        return pl_fail(PL_ERR_INVALID, "no root keys are set: set POSPAL_OPTION_ROOT_KEYS with pospal_options_set");
    return PL_OK;
}
