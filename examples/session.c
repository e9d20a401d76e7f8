/* SPDX-License-Identifier: Apache-2.0
 *
 * A till that needs one of the seats that may be in use at once: `session [REASON]` sells as long as lines are typed and it has the
 * right to; with a reason it takes a seat over where none is free.
 */
#include <pospal/license.h>

#include <stdio.h>
#include <stdlib.h>

/* A real program looks before each sale, or when its change callback is called. */
static int may_sell(pospal_session_state_t state)
{
    return state == POSPAL_SESSION_HELD || state == POSPAL_SESSION_UNCONFIRMED;
}

int main(int argc, char **argv)
{
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;
    pospal_session *session = NULL;
    pospal_holder_t other = {.size = sizeof other};

    pospal_options_set_product(options, "till", "1.0.0");
    pospal_options_set(options, POSPAL_OPTION_SERVER,
                       getenv("TILL_SERVER")); /* a real program has this and the root keys compiled in */
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, getenv("TILL_ROOT_KEYS"));
    pospal_options_set_license_key(options, POSPAL_KEY_ENVIRONMENT, "TILL_LICENSE_KEY");
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, getenv("TILL_DATA"));
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, getenv("TILL_HARDWARE"));
    pospal_result_t result = pospal_client_open(options, &client);
    pospal_options_free(options);

    if (result == POSPAL_OK)
        result = pospal_session_start(client, &session, &other);
    if (result == POSPAL_ERROR_CONFLICT && argc > 1)
        result = pospal_session_take_over(client, NULL, argv[1], &session, &other);
    if (result == POSPAL_ERROR_CONFLICT)
        printf("in use on \"%s\": %s\n", other.device_name, pospal_error_detail());
    else if (result != POSPAL_OK)
        printf("%s: %s\n", pospal_result_name(result), pospal_error_detail());

    char sale[80] = "";
    do {
        printf("state %d %s", (int)pospal_session_state(session), sale);
        fflush(stdout);
    } while (may_sell(pospal_session_state(session)) && fgets(sale, sizeof sale, stdin));
    printf("\n");
    if (pospal_session_evictor(session, &other) == POSPAL_OK)
        printf("taken over by \"%s\": %s\n", other.device_name, other.reason);
    pospal_session_end(session); /* gives the seat back */
    pospal_client_close(client);
    return result == POSPAL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
