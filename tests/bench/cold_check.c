/* SPDX-License-Identifier: Apache-2.0
 *
 * A customer's program at its start: opens a client on the data directory argv[1] with the root keys argv[2] and the hardware below
 * argv[3], checks the stored lease, ends with 0 where it is ACTIVE.
 */
#include <pospal/license.h>
#include <stdio.h>

static int check(pospal_client *client)
{
    pospal_license *license = NULL;
    int is_active;

    if (pospal_client_check(client, POSPAL_CHECK_LOCAL, &license) != POSPAL_OK)
        return 0;
    is_active = pospal_license_status(license) == POSPAL_STATUS_ACTIVE;
    pospal_license_free(license);
    return is_active;
}

int main(int argc, char **argv)
{
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;
    int is_active = 0;

    if (argc != 4)
        return 2;
    pospal_options_set_product(options, "till", "2.4.0");
    pospal_options_set(options, POSPAL_OPTION_SERVER, "https://license.example.com");
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, argv[1]);
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, argv[2]);
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, argv[3]);
    if (pospal_client_open(options, &client) == POSPAL_OK)
        is_active = check(client);
    if (!is_active)
        (void)fprintf(stderr, "cold_check: not ACTIVE: %s\n", pospal_error_detail());
    pospal_options_free(options);
    pospal_client_close(client);
    return is_active ? 0 : 1;
}
