/* SPDX-License-Identifier: Apache-2.0
 *
 * A till that is tried out first and counts what it does: `metering AMOUNT RECEIPT` starts a trial where no license is held, records so
 * many covers under a receipt's number, and says what is left, who uses the license now and whether there is a newer release.
 */
#include <pospal/license.h>

#include <stdio.h>
#include <stdlib.h>

static void show_covers(pospal_client *client)
{
    pospal_usage_t usage = {.size = sizeof usage};

    if (pospal_usage_balance(client, "covers", &usage) == POSPAL_OK)
        printf("covers: %lld used, %lld to be told, %lld beyond what is allowed\n", (long long)usage.used,
               (long long)usage.pending, (long long)usage.overdraft);
}

static void look_around(pospal_client *client)
{
    pospal_holder_t holders[8] = {{.size = sizeof holders[0]}};
    pospal_release_t release = {.size = sizeof release};
    size_t count = 0;

    if (pospal_session_holders(client, holders, 8, &count) == POSPAL_OK)
        printf("in use on %zu devices%s%s\n", count, count > 0 ? ", longest silent: " : "",
               count > 0 ? holders[0].device_name : "");
    if (pospal_client_check_release(client, NULL, &release) == POSPAL_OK)
        printf("release %s: %s\n", release.version, release.is_allowed ? release.url : "not of this license");
    else
        printf("no release: %s\n", pospal_error_code());
}

int main(int argc, char **argv)
{
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;

    pospal_options_set_product(options, "till", "1.0.0");
    pospal_options_set(options, POSPAL_OPTION_SERVER, getenv("TILL_SERVER")); /* a real program has these compiled in */
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, getenv("TILL_ROOT_KEYS"));
    pospal_options_set_license_key(options, POSPAL_KEY_ENVIRONMENT, "TILL_LICENSE_KEY");
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, getenv("TILL_DATA"));
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, getenv("TILL_HARDWARE"));
    pospal_result_t result = pospal_client_open(options, &client);
    pospal_options_free(options);
    if (result == POSPAL_OK && !getenv("TILL_LICENSE_KEY") && pospal_client_status(client) == POSPAL_STATUS_NONE)
        printf("trial: %s\n", pospal_result_name(pospal_client_start_trial(client, NULL)));
    /* recorded before it returns; the same receipt again, after a crash or a time-out, is not counted twice */
    if (result == POSPAL_OK && argc > 2 &&
        (result = pospal_usage_add(client, "covers", strtoll(argv[1], NULL, 10), argv[2])) == POSPAL_OK)
        result = pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL); /* tells it now; the background would do so later */
    if (result != POSPAL_OK)
        printf("%s: %s\n", pospal_result_name(result), pospal_error_detail());
    show_covers(client);
    look_around(client);
    pospal_client_close(client);
    return result == POSPAL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
