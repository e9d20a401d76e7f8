/* SPDX-License-Identifier: Apache-2.0
 *
 * A machine that never sees a network: `offline ROOT-KEYS-FILE LICENSE-FILE DATA-DIRECTORY`. The license file came by mail or on a
 * stick; once imported it is stored, and later starts need neither file nor server.
 */
#include <pospal/license.h>

#include <stdio.h>
#include <stdlib.h>

static size_t read_file(const char *path, char *text, size_t room)
{
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(text, 1, room - 1, file) : 0;

    if (file)
        fclose(file);
    text[size] = '\0';
    return size;
}

int main(int argc, char **argv)
{
    static char keys[16384], text[98304];
    pospal_client *client = NULL;
    pospal_license *license = NULL;

    if (argc != 4 || read_file(argv[1], keys, sizeof keys) == 0)
        return fputs("usage: offline ROOT-KEYS-FILE LICENSE-FILE DATA-DIRECTORY\n", stderr), 2;
    pospal_options *options = pospal_options_new();
    pospal_options_set_product(options, "till", "1.0.0");       /* no server: none is needed */
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, keys); /* a real program has them compiled in */
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, argv[3]);
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, getenv("TILL_HARDWARE"));
    pospal_result_t result = pospal_client_open(options, &client);
    pospal_options_free(options);

    /* What is stored counts. A file that is there and newer is taken in; one that is refused changes nothing. */
    size_t size = read_file(argv[2], text, sizeof text);
    if (result == POSPAL_OK && size > 0 && (result = pospal_client_import(client, text, size, NULL)) != POSPAL_OK)
        printf("refused: %s (%s)\n", pospal_error_code(), pospal_error_detail());

    pospal_client_check(client, POSPAL_CHECK_LOCAL, &license);
    printf("%s from %s\n", pospal_status_name(pospal_license_status(license)),
           pospal_source_name(pospal_license_source(license)));
    if (pospal_license_has_feature(license, "kds"))
        printf("kitchen display: on\n");
    printf("tills: %lld\n", (long long)pospal_license_limit(license, "tills", 1));
    int is_good = pospal_license_is_usable(license);
    pospal_license_free(license);
    pospal_client_close(client);
    return is_good && result == POSPAL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
