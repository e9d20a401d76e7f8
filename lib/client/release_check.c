/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal_client_check_release: whether there is another release of the program. What the answer says of the license is not taken: that is
 * what checks are for.
 */
#include <stdio.h>
#include <string.h>

#include "client/ask.h"
#include "client/guard.h"
#include "client/identity.h"
#include "crypto/crypto.h"

static void hand_over(const pl_release_claims *claims, pospal_release_t *release)
{
    pospal_release_t told = {0};

    (void)snprintf(told.version, sizeof told.version, "%s", claims->version);
    (void)snprintf(told.channel, sizeof told.channel, "%s", claims->channel);
    (void)snprintf(told.url, sizeof told.url, "%s", claims->url);
    (void)snprintf(told.notes_url, sizeof told.notes_url, "%s", claims->notes_url ? claims->notes_url : "");
    (void)snprintf(told.sha256, sizeof told.sha256, "%s", claims->sha256);
    told.published_at = claims->published_at;
    told.is_allowed = claims->is_allowed;
    pl_give(release, release->size, &told, sizeof told);
}

static pl_err judge(const pl_claims *claims, const char *channel, pospal_release_t *release)
{
    if (!claims->license_id)
        return pl_fail(PL_ERR_DENIED, "the server answered %s (%s)", pl_verdict_text(claims->verdict),
                       pl_reason_text(claims->reason));
    if (!claims->release)
        return pl_fail(PL_ERR_NOT_FOUND, "there is no release in the channel %s", channel);
    if (strcmp(claims->release->channel, channel) != 0)
        return pl_fail(PL_ERR_UNSIGNED, "the answer is about another channel");
    hand_over(claims->release, release);
    return PL_OK;
}

static pl_err ask(pospal_client *client, const char *key, const char *channel, pospal_release_t *release)
{
    const pl_question asked = {.act = PL_ACT_RELEASE_CHECK, .key = key, .channel = channel};
    pl_answer answer = {0};
    pl_err err;

    pl_mutex_lock(client->mutex);
    err = pl_ask_begin(client);
    pl_mutex_unlock(client->mutex);
    if (err)
        return err;
    pl_arena_init(&answer.arena);
    err = pl_ask(client, &asked, &answer);
    pl_mutex_lock(client->mutex);
    pl_ask_cancel(client);
    pl_mutex_unlock(client->mutex);
    if (!err)
        err = judge(&answer.claims, channel, release);
    pl_arena_reset(&answer.arena);
    return err;
}

pospal_result_t pospal_client_check_release(pospal_client *client, const char *channel, pospal_release_t *release)
{
    char key[PL_LICENSE_KEY_MAX + 1] = "";
    pl_err err;

    if (!client || !release || release->size < PL_FIRST_RELEASE)
        return pl_report(pl_fail(PL_ERR_INVALID, "client or release is NULL, or release->size is not set"));
    if ((err = pl_guard(client)))
        return pl_report(err);
    channel = channel ? channel : "stable";
    if (!pl_release_channel_is_valid(channel))
        return pl_report(
            pl_fail(PL_ERR_INVALID, "a channel has 1 to %d of the characters a-z 0-9 . _ -", (int)PL_RELEASE_CHANNEL_MAX));
    if (!client->options.text[PL_OPTION_SERVER])
        return pl_report(pl_fail(PL_ERR_NO_SERVER, "no server is set: set POSPAL_OPTION_SERVER with pospal_options_set"));
    pl_mutex_lock(client->mutex);
    err = pl_identity_license_key(client, key);
    pl_mutex_unlock(client->mutex);
    if (!err)
        err = ask(client, key, channel, release);
    pl_wipe(key, sizeof key);
    return pl_report(err);
}
