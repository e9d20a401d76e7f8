/* SPDX-License-Identifier: Apache-2.0
 *
 * A crowd: several processes of one product, each with threads, on one machine and one data directory, against one real validator's rules
 * (licensing_line.h), on a line that loses an exchange now and then. Threads count their failures, since an assertion may end the main
 * thread only.
 */
#ifndef TESTS_SUPPORT_CROWD_H
#define TESTS_SUPPORT_CROWD_H

#include "support/licensing_line.h"
#include "support/shop.h"

#include <stdatomic.h>

enum { CROWD_TRIES = 40 /* until an exchange that may be lost must have come through */ };

/* What the processes have in common, in memory that they share. */
typedef struct {
    fake_clock clock;
    atomic_int ready;
} crowd_hall;

/* One process of it; as the test sees it, the whole. */
typedef struct {
    shop s;
    licensing_line line;
    crowd_hall *hall;
    license_view_t sold; /* of one seat */
    const char *key;
    pl_buf file; /* for a license file */
    uint64_t seed;
    int number; /* of this process */

    pospal_client *client; /* of all its threads */
    atomic_int threads, failures, exchanges;
} crowd;

/* What a thread does in one round. */
typedef void (*crowd_deed)(crowd *c, pospal_client *client);

typedef struct {
    const crowd_deed *list;
    size_t count;
} crowd_deeds;

/* For cmocka's setup and teardown. Prints the seed; POSPAL_STRESS_SEED repeats it, as far as threads can be repeated. */
int crowd_setup(void **state);
int crowd_teardown(void **state);
/* All processes begin together by activating; then each thread does what the dice say. Fails the test where one of them failed. */
void crowd_run(crowd *c, const crowd_deeds *deeds);

pospal_client *crowd_open_client(crowd *c);
/* Counts a failure and prints the first of them. */
void crowd_expect(crowd *c, bool is_good, const char *what);
int64_t crowd_seats_taken(crowd *c);

#endif
