/* SPDX-License-Identifier: Apache-2.0
 *
 * What every verb asks first, and what callers' structures are.
 */
#ifndef PL_CLIENT_GUARD_H
#define PL_CLIENT_GUARD_H

#include <pospal/license.h>

#include "base/err.h"

/* PL_ERR_INVALID for NULL; PL_ERR_CLOSED in a forked child, which has the parent's locks and handles and none of its threads. */
pl_err pl_guard(const pospal_client *client);

/*
 * Up to where a structure reached in version 0.1.0: what a program that was built then sets as its size, and what stays enough for ever,
 * however many members are appended. pospal_time_t has no size: the library's own is all zero before a clock fills what it knows.
 */
#define PL_END_OF(type, member) (offsetof(type, member) + sizeof((type *)0)->member)
enum {
    PL_FIRST_HOLDER = PL_END_OF(pospal_holder_t, is_this_device),
    PL_FIRST_ENTITLEMENT = PL_END_OF(pospal_entitlement_t, ends_at),
    PL_FIRST_USAGE = PL_END_OF(pospal_usage_t, overdraft),
    PL_FIRST_RELEASE = PL_END_OF(pospal_release_t, is_allowed),
    PL_FIRST_ALLOCATOR = PL_END_OF(pospal_allocator_t, free)
};
/* Fills the caller's structure of that size with ours, as far as it reaches; what it has beyond is zero. Both begin with their size. */
void pl_give(void *to, size_t to_size, const void *from, size_t from_size);

#endif
