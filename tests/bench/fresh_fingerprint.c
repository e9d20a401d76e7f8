/* SPDX-License-Identifier: Apache-2.0
 *
 * A fresh process that asks for the fingerprint twice and prints how long each call took, in ns. A machine with too little hardware to
 * tell it from others is measured all the same: the reading is the work.
 */
#include <inttypes.h>
#include <pospal/license.h>
#include <stdio.h>
#include <time.h>

static int64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static pospal_result_t time_call(int64_t *ns)
{
    int64_t began = now_ns();
    char *text = NULL;
    pospal_result_t result = pospal_fingerprint("till", &text);

    *ns = now_ns() - began;
    pospal_text_free(text);
    return result;
}

int main(void)
{
    int64_t first, again;
    pospal_result_t result = time_call(&first);

    if (result != POSPAL_OK && result != POSPAL_ERROR_NO_FINGERPRINT)
        return 1;
    (void)time_call(&again);
    (void)printf("%" PRId64 " %" PRId64 "\n", first, again);
    return 0;
}
