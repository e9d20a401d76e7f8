/* SPDX-License-Identifier: Apache-2.0
 *
 * The time rules: one mark per product and machine, which remembers how late it must be at least, and what the clock may be trusted
 * for. Pure: every input is a number. The stories it must survive are in tests/unit/test_timeline.c and docs/INTEGRATING.md.
 *
 *   t = max(now, H). H is the newest signed time; a fresh answer replaces it in both directions; it advances with the machine's
 *   uptime. A clock ahead of H counts while it lasts and is believed for good only after 24 hours of uptime. A lead that a fresh
 *   answer showed to be false is taken off the clock until somebody sets it right: a till whose clock says 2099 goes on selling
 *   after a check.
 */
#ifndef PL_LICENSE_TIMELINE_H
#define PL_LICENSE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum {
    /*
     * 2026-11-01: when this version was made, set anew with each release. No machine that runs it can rightly be before that, so a
     * clock that is (1970, or the date of the firmware, with which a machine without battery wakes) is wrong.
     */
    PL_TIME_FLOOR_S = 1793491200,
    PL_TIME_BELIEF_MS = 24 * 3600 * 1000, /* uptime after which a clock ahead is believed */
    PL_TIME_JUMP_MS = 14 * 86400 * 1000,  /* a lead beyond is hardly the time that a machine was off */
    PL_TIME_FRESH_S = 30 * 86400,         /* how long a document from the vendor may have been on its way */
    PL_TIME_SLACK_MS = 5 * 60 * 1000,     /* drift that is no difference */
    PL_TIME_TOLERANCE_S = 26 * 3600       /* for nbf and iat: time zones and technicians */
};

typedef struct {
    int64_t high_ms; /* H at the moment boot_ms of boot boot_id; 0: nothing signed seen yet */
    int64_t boot_ms;
    uint64_t boot_id;
    int64_t ahead_ms;       /* least lead of the clock over H seen since it ran ahead; 0: not ahead */
    int64_t ahead_since_ms; /* uptime gathered while ahead */
    int64_t error_ms;       /* how far ahead of true time the last fresh answer showed the clock to be; 0: not */
    int64_t jump_ms;        /* how much of H is a far lead that was believed since something signed set it; 0: nothing */
} pl_time_mark;

/* Takes the present into account: H advances with uptime, a lead is gathered or forgotten. Call at every check and at close. */
void pl_timeline_observe(pl_time_mark *mark, pl_time now);
/*
 * A fresh, nonce-bound answer: H becomes its time, be that earlier or later. It was signed at some moment since it was asked for at
 * asked; a machine may sleep for hours on either side of that moment. As much of the boot time since then counts as the clock says:
 * a right clock stays right, a clock ahead gains the exchange's duration at most, and with one behind H is late by no more than that.
 * A clock that was right when asked and jumped since is no more wrong for it than at any other time: it counts while it lasts.
 */
void pl_timeline_anchor(pl_time_mark *mark, pl_time asked, pl_time now, int64_t signed_at_s);
/*
 * A signed document that is held (lease, denial, license file): H rises to its issue time, never falls. A document dated more than the
 * tolerance ahead of a clock that may be right does not move it: one hour of a validator in 2099 must not last. A clock that is known
 * to be wrong (a dead battery's 1970) has no such say. A clock can become wrong after a document came: call it at every check.
 */
void pl_timeline_raise(pl_time_mark *mark, pl_time now, int64_t signed_at_s);
/*
 * A document that the vendor signed lately came by hand, newer than any that was held: the vendor knows the date, so a far lead that was
 * believed is taken back. H falls to what it was without that lead, with the uptime since, and never below the document's time: whoever
 * sets the clock back gains no more by it than if he had set it back at once. One that was signed long before that is none of lately. True: H fell.
 */
bool pl_timeline_reconsider(pl_time_mark *mark, pl_time now, int64_t signed_at_s);
/* Effective time, Unix seconds. Does not change the mark. */
int64_t pl_timeline_effective(const pl_time_mark *mark, pl_time now);
/* H advanced to now, Unix ms. */
int64_t pl_timeline_high_ms(const pl_time_mark *mark, pl_time now);
/* The clock is older than this version, behind H by more than the slack, or still ahead as a fresh answer showed to be false. */
bool pl_timeline_clock_is_wrong(const pl_time_mark *mark, pl_time now);

#endif
