/* SPDX-License-Identifier: Apache-2.0
 *
 * pospal-license: what a technician or a script asks of a license on this machine. The subcommands are in files of their own names.
 */
#include "tool.h"

int main(int argc, char **argv)
{
    tool_streams_t streams = {stdin, stdout, stderr};
    char *const none[] = {NULL};

    return (int)tool_run(&streams, argc > 0 ? argv + 1 : none);
}
