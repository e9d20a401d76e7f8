/* SPDX-License-Identifier: Apache-2.0
 *
 * The page for whoever services a till: `service [deactivate|forget]` shows the license and what support asks for, gives the seat back
 * before a machine is sold, or forgets everything.
 */
#include <pospal/license.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show(const pospal_license *license)
{
    pospal_entitlement_t item = {.size = sizeof item};

    printf("%s, tier %s%s\n", pospal_status_name(pospal_license_status(license)), pospal_license_text(license, "tier", "none"),
           pospal_license_clock_is_wrong(license) ? "; set the clock of this machine" : "");
    for (size_t i = 0; pospal_license_entitlement(license, i, &item); i++)
        printf("  %s: %lld\n", item.name, item.kind == POSPAL_ENTITLEMENT_FEATURE ? item.is_on : (long long)item.number);
}

static void print(pospal_result_t result, char **text)
{
    printf("%s\n", result == POSPAL_OK ? *text : pospal_error_detail());
    pospal_text_free(*text);
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;
    pospal_license *license = NULL;
    char *text = NULL;

    pospal_options_set_product(options, "till", "1.0.0");
    pospal_options_set(options, POSPAL_OPTION_SERVER, getenv("TILL_SERVER")); /* a real program has these compiled in */
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, getenv("TILL_ROOT_KEYS"));
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, getenv("TILL_DATA"));
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, getenv("TILL_HARDWARE"));
    printf("library %s, fingerprint:\n", pospal_version());
    print(pospal_fingerprint("till", &text), &text);

    pospal_result_t result = pospal_client_open(options, &client);
    if (result == POSPAL_OK && strcmp(verb, "deactivate") == 0)
        result = pospal_client_deactivate(client);
    else if (result == POSPAL_OK && strcmp(verb, "forget") == 0)
        result = pospal_client_forget(client); /* usage that was not told, too: deactivate tells it first */
    printf("%s: %s\n", pospal_result_name(result), result == POSPAL_OK ? "done" : pospal_error_detail());
    if (client) {
        pospal_client_check(client, POSPAL_CHECK_LOCAL, &license);
        show(license);
        print(pospal_client_explain(client, 0, &text), &text);
        print(pospal_client_support_report(client, &text), &text);
    }
    pospal_license_free(license);
    pospal_client_close(client);
    pospal_options_free(options);
    return result == POSPAL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
