/* SPDX-License-Identifier: Apache-2.0
 *
 * The least a program does: it activates itself with the key it finds and goes by the status. README.md shows this file.
 */
#include <pospal/license.h>

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;
    pospal_license *license = NULL;

    pospal_options_set_product(options, "till", "1.0.0");
    /* A real program has its server and root keys compiled in. */
    pospal_options_set(options, POSPAL_OPTION_SERVER, getenv("TILL_SERVER"));
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, getenv("TILL_ROOT_KEYS"));
    pospal_options_set_license_key(options, POSPAL_KEY_ENVIRONMENT, "TILL_LICENSE_KEY");
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, getenv("TILL_DATA"));    /* NULL: the usual place */
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, getenv("TILL_HARDWARE")); /* NULL: this machine's own /sys */

    if (pospal_client_open(options, &client) == POSPAL_OK)
        pospal_client_check(client, POSPAL_CHECK_AUTO, &license);
    printf("%s (%s)\n", pospal_status_name(pospal_license_status(license)), pospal_reason_name(pospal_license_reason(license)));

    int is_good = pospal_license_is_usable(license); /* a forgotten check fails closed: NULL is not usable */
    if (!is_good)                                    /* why: a typing error in the key, no line, an unreadable directory, ... */
        fprintf(stderr, "license: %s [%s]\n", pospal_error_detail(), pospal_error_code());
    pospal_license_free(license);
    pospal_client_close(client);
    pospal_options_free(options);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
