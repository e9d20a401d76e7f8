/* SPDX-License-Identifier: Apache-2.0
 *
 * A stranger's program. It has a function that is called like one of the library's own inside, which must not clash.
 */
#include <pospal/license.h>
#include <stdio.h>

void pl_free(void *block);
void pl_free(void *block)
{
    (void)block;
}

int main(void)
{
    pl_free(NULL);
    return puts(pospal_version()) < 0;
}
