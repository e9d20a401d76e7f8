/* SPDX-License-Identifier: Apache-2.0
 *
 * The till of the demonstration: `demo-till ROOT-KEYS-FILE DATA-DIRECTORY [SERVER]`. It takes one command per line and answers
 * each with one line, so that the story in `run` can stop the server, sell and suspend while the till lives on. Its clock can be
 * moved.
 */
#include <pospal/license.h>

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINE_SIZE = 1024, KEYS_SIZE = 16384, FILE_SIZE = 98304, DAY_S = 86400, TIMEOUT_MS = 5000 };

/* How far the till's clock is ahead of the machine's. The library's own thread reads it too. */
static _Atomic int64_t ahead_ms;

static void read_clock(void *context, pospal_time_t *now)
{
    struct timespec wall;

    (void)context;
    timespec_get(&wall, TIME_UTC);
    now->wall_ms = (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000;
    now->boot_ms = now->wall_ms; /* the uptime of a real machine goes on where its clock is set; here nobody sets it */
    now->boot_id = 1;
    now->wall_ms += ahead_ms;
}

static size_t read_file(const char *path, char *text, size_t room)
{
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(text, 1, room - 1, file) : 0;

    if (file)
        fclose(file);
    text[size] = '\0';
    return size;
}

static void tell_age(int64_t age_s)
{
    if (age_s < 120)
        printf(", signed %" PRId64 " seconds ago", age_s);
    else if (age_s < 2 * DAY_S)
        printf(", signed %" PRId64 " minutes ago", age_s / 60);
    else
        printf(", signed %" PRId64 " days ago", age_s / DAY_S);
}

/* "STATUS from SOURCE (reason)" and what else is of interest; before it the failure, if the call had one. */
static void tell(pospal_result_t result, const pospal_license *license)
{
    pospal_time_t now;

    read_clock(NULL, &now);
    if (result != POSPAL_OK)
        printf("%s: %s; ", pospal_result_name(result), pospal_error_code());
    printf("%s from %s (%s)", pospal_status_name(pospal_license_status(license)),
           pospal_source_name(pospal_license_source(license)), pospal_reason_name(pospal_license_reason(license)));
    if (pospal_license_time(license, POSPAL_MOMENT_ISSUED_AT))
        tell_age(now.wall_ms / 1000 - pospal_license_time(license, POSPAL_MOMENT_ISSUED_AT));
    if (pospal_license_can_extend(license))
        printf(", an emergency extension is at hand");
    printf("\n");
}

static void check(pospal_client *client, const char *how)
{
    pospal_check_mode_t mode = strcmp(how, "online") == 0  ? POSPAL_CHECK_ONLINE
                               : strcmp(how, "local") == 0 ? POSPAL_CHECK_LOCAL
                                                           : POSPAL_CHECK_AUTO;
    pospal_license *license = NULL;
    pospal_result_t result = pospal_client_check(client, mode, &license);

    tell(result, license);
    pospal_license_free(license);
}

static void import(pospal_client *client, const char *path)
{
    static char text[FILE_SIZE];
    pospal_license *license = NULL;
    size_t size = read_file(path, text, sizeof text);
    pospal_result_t result = pospal_client_import(client, text, size, &license);

    tell(result, license);
    pospal_license_free(license);
}

/* "5 minutes", "4 days": so far ahead of the machine's clock. */
static void move_clock(const char *ahead)
{
    char *unit;
    long long number = strtoll(ahead, &unit, 10);

    ahead_ms = number * 1000 * (strcmp(unit, " minutes") == 0 ? 60 : DAY_S);
    printf("the till's clock is %s ahead\n", ahead);
}

static pospal_session *session;

/* How the seat stands, and where another till has it: which. */
static void tell_seat(pospal_result_t result, const pospal_holder_t *holder)
{
    static const char *const states[] = {"NONE", "HELD", "UNCONFIRMED", "TAKEN", "EVICTED", "DENIED"};
    pospal_session_state_t state = pospal_session_state(session);
    pospal_holder_t by = {.size = sizeof by};

    if (result != POSPAL_OK)
        printf("%s: %s; ", pospal_result_name(result), pospal_error_code());
    printf("%s", states[state]);
    if (result == POSPAL_ERROR_CONFLICT)
        printf(", \"%s\" has the seat", holder->device_name);
    if (pospal_session_evictor(session, &by) == POSPAL_OK)
        printf(" by \"%s\": %s", by.device_name, by.reason);
    printf("\n");
}

static void take_seat(pospal_client *client, const char *reason)
{
    pospal_holder_t holder = {.size = sizeof holder};
    pospal_result_t result;

    pospal_session_end(session);
    result = *reason ? pospal_session_take_over(client, NULL, reason, &session, &holder)
                     : pospal_session_start(client, &session, &holder);
    tell_seat(result, &holder);
}

static void obey(pospal_client *client, const char *command, const char *argument)
{
    pospal_license *license = NULL;

    if (strcmp(command, "check") == 0) {
        check(client, argument);
    } else if (strcmp(command, "import") == 0) {
        import(client, argument);
    } else if (strcmp(command, "activate") == 0) {
        pospal_result_t result = pospal_client_activate(client, argument, &license);

        tell(result, license);
    } else if (strcmp(command, "extend") == 0) {
        pospal_result_t result = pospal_client_extend(client, &license);

        tell(result, license);
    } else if (strcmp(command, "start") == 0 || strcmp(command, "take-over") == 0) {
        take_seat(client, argument);
    } else if (strcmp(command, "seat") == 0) {
        tell_seat(POSPAL_OK, NULL);
    } else if (strcmp(command, "clock") == 0) {
        move_clock(argument);
    } else {
        printf("what is \"%s\"?\n", command);
    }
    pospal_license_free(license);
}

static pospal_client *open_client(char **argv, const char *server)
{
    static char keys[KEYS_SIZE];
    pospal_options *options = pospal_options_new();
    pospal_client *client = NULL;

    (void)read_file(argv[1], keys, sizeof keys);
    pospal_options_set_product(options, "till", "1.0.0");
    pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, keys);
    pospal_options_set(options, POSPAL_OPTION_DATA_DIRECTORY, argv[2]);
    pospal_options_set(options, POSPAL_OPTION_SERVER, server);
    pospal_options_set(options, POSPAL_OPTION_HARDWARE_ROOT, getenv("TILL_HARDWARE"));
    pospal_options_set(options, POSPAL_OPTION_DEVICE_NAME, getenv("TILL_NAME") ? getenv("TILL_NAME") : "Till 1");
    pospal_options_set_timeout_ms(options, TIMEOUT_MS);
    pospal_options_set_clock(options, read_clock, NULL);
    if (pospal_client_open(options, &client) != POSPAL_OK)
        fprintf(stderr, "demo-till: %s\n", pospal_error_detail());
    pospal_options_free(options);
    return client;
}

int main(int argc, char **argv)
{
    char line[LINE_SIZE];
    pospal_client *client = argc == 3 || argc == 4 ? open_client(argv, argc == 4 ? argv[3] : NULL) : NULL;

    if (!client)
        return EXIT_FAILURE;
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* each answer at once */
    while (fgets(line, sizeof line, stdin)) {
        char *argument;

        line[strcspn(line, "\n")] = '\0';
        argument = line + strcspn(line, " ");
        if (*argument)
            *argument++ = '\0';
        obey(client, line, argument);
    }
    pospal_session_end(session);
    pospal_client_close(client);
    return EXIT_SUCCESS;
}
