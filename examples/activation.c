/* SPDX-License-Identifier: Apache-2.0
 *
 * Asking for the license key at first start: `activation SERVER ROOT-KEYS-FILE DATA-DIRECTORY`, the key on standard input. Shows
 * how to tell "denied" from "could not ask", and what to say to whom. A real program has server and root keys compiled in.
 */
#include <pospal/license.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the person at the till can do about it. */
static const char *advice(pospal_result_t result, const pospal_license *license)
{
    if (result == POSPAL_ERROR_UNREACHABLE)
        return "Nothing was decided. Check the line and try again.";
    if (result == POSPAL_ERROR_INVALID_ARGUMENT)
        return "Please compare the key with the message you got.";
    if (pospal_license_status(license) == POSPAL_STATUS_NO_SEAT)
        return "All seats are taken. Deactivate another till first.";
    if (pospal_license_reason(license) == POSPAL_REASON_UNKNOWN_KEY)
        return "The vendor does not know this key.";
    return "Please call the vendor.";
}

int main(int argc, char **argv)
{
    char keys[16384] = "", key[128] = "";
    FILE *file = argc == 4 ? fopen(argv[2], "r") : NULL;
    if (!file || fread(keys, 1, sizeof keys - 1, file) == 0)
        return fputs("usage: activation SERVER ROOT-KEYS-FILE DATA-DIRECTORY\n", stderr), 2;
    fclose(file);

    pospal_options *options = pospal_options_new();
    pospal_options_set_product(options, "till", "1.0.0");
    pospal_options_set(options, POSPAL_OPTION_SERVER, argv[1]);
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, keys);
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, argv[3]);
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, getenv("TILL_HARDWARE"));
    pospal_client *client = NULL;
    pospal_result_t result = pospal_client_open(options, &client);
    pospal_options_free(options);

    pospal_license *license = NULL;
    if (result == POSPAL_OK && fgets(key, sizeof key, stdin)) {
        key[strcspn(key, "\r\n")] = '\0';
        result = pospal_client_activate(client, key, &license);
    }
    printf("%s: %s\n", pospal_result_name(result), pospal_status_name(pospal_license_status(license)));
    if (result != POSPAL_OK)
        printf("%s\n(%s)\n", advice(result, license), pospal_error_detail());
    else
        printf("Licensed to %s until %lld.\n", pospal_license_field(license, POSPAL_FIELD_CUSTOMER),
               (long long)pospal_license_time(license, POSPAL_MOMENT_EXPIRES_AT));
    pospal_license_free(license);
    pospal_client_close(client);
    return result == POSPAL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
