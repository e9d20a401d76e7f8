/* SPDX-License-Identifier: Apache-2.0
 *
 * A machine without network, activated by texts that a person carries: `airgap ROOT-KEYS-FILE DATA-DIRECTORY KEY` prints a request,
 * best shown as a QR code; without KEY the vendor's answer is read from standard input, where a scanner types it. With KEY "-" the seat is
 * given back, and the proof printed that frees it at the vendor.
 */
#include <pospal/license.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t read_all(FILE *file, char *text, size_t room)
{
    size_t size = file ? fread(text, 1, room - 1, file) : 0;

    if (file && file != stdin)
        fclose(file);
    text[size] = '\0';
    return size;
}

static pospal_result_t take_answer(pospal_client *client)
{
    static char typed[98304];
    size_t size = read_all(stdin, typed, sizeof typed);
    pospal_license *license = NULL;
    pospal_result_t result = pospal_client_import(client, typed, size, &license);

    printf("%s\n", pospal_status_name(pospal_license_status(license)));
    pospal_license_free(license);
    return result;
}

int main(int argc, char **argv)
{
    static char keys[16384];
    const char *key = argc == 4 ? argv[3] : NULL;
    pospal_client *client = NULL;
    char *text = NULL;

    if (argc < 3 || argc > 4 || read_all(fopen(argv[1], "rb"), keys, sizeof keys) == 0)
        return fputs("usage: airgap ROOT-KEYS-FILE DATA-DIRECTORY [KEY | -]\n", stderr), 2;
    pospal_options *options = pospal_options_new();
    pospal_options_set_product(options, "till", "1.0.0");       /* no server: none is needed */
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, keys); /* a real program has them compiled in */
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, argv[2]);
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, getenv("TILL_HARDWARE"));
    pospal_result_t result = pospal_client_open(options, &client);
    pospal_options_free(options);
    if (result == POSPAL_OK && key)
        result = strcmp(key, "-") == 0 ? pospal_client_export_release(client, &text)
                                       : pospal_client_export_request(client, key, &text);
    else if (result == POSPAL_OK)
        result = take_answer(client);
    puts(result == POSPAL_OK ? (text ? text : "thank you") : pospal_error_detail());
    pospal_text_free(text);
    pospal_client_close(client);
    return result == POSPAL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
