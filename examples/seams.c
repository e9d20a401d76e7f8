/* SPDX-License-Identifier: Apache-2.0
 *
 * A program with memory, a log and a reaction of its own: it is told when the license changes, whoever found out.
 */
#include <pospal/license.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static void *take(void *context, size_t size)
{
    ++*(atomic_size_t *)context;
    return malloc(size);
}

static void *resize(void *context, void *block, size_t size)
{
    return context ? realloc(block, size) : NULL;
}

static void give(void *context, void *block)
{
    --*(atomic_size_t *)context;
    free(block);
}

static void log_line(void *context, pospal_log_level_t level, const char *line)
{
    fprintf(context, "log %d: %s\n", (int)level, line);
}

static void changed(void *context, pospal_client *client, const pospal_license *license)
{
    fprintf(context, "now %s, usable %d\n", pospal_status_name(pospal_client_status(client)), pospal_license_is_usable(license));
}

int main(void)
{
    atomic_size_t blocks = 0; /* the library allocates on any thread */
    pospal_client *client = NULL;

    pospal_set_allocator(
        &(pospal_allocator_t){sizeof(pospal_allocator_t), &blocks, take, resize, give}); /* before anything else of the library */
    pospal_options *options = pospal_options_new();
    pospal_options_set_product(options, "till", "1.0.0");
    pospal_options_set(options, POSPAL_OPTION_SERVER, getenv("TILL_SERVER")); /* a real program has these compiled in */
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, getenv("TILL_ROOT_KEYS"));
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, getenv("TILL_DATA"));
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, getenv("TILL_HARDWARE"));
    pospal_options_set_log(options, log_line, stdout, POSPAL_LOG_INFO);
    pospal_options_set_change_callback(options, changed, stdout);
    pospal_result_t result = pospal_client_open(options, &client);
    pospal_options_free(options);
    if (result == POSPAL_OK)
        result = pospal_client_activate(client, getenv("TILL_LICENSE_KEY"), NULL);
    pospal_client_close(client);
    printf("%s, %s\n", pospal_result_name(result), blocks == 0 ? "all memory given back" : "a leak");
    return result == POSPAL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
