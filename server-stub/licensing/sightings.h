/* SPDX-License-Identifier: Apache-2.0
 *
 * Which devices were seen, gathered in memory and written once a second in one batch. Losing a second of them harms nobody.
 */
#ifndef LICENSING_SIGHTINGS_H
#define LICENSING_SIGHTINGS_H

#include "licensing/device.h"

typedef struct sightings sightings_t;

enum { SIGHTINGS_MAX = 65536 /* between two flushes; more are dropped */ };

sightings_t *sightings_new(void); /* NULL when memory is exhausted */
void sightings_free(sightings_t *sightings);
/* Any thread, both. */
void sightings_note_seen(sightings_t *sightings, const sighting_t *seen);
/* Does nothing unless outcome->is_sighting. */
void sightings_note(sightings_t *sightings, const outcome_t *outcome);
/* Writes those noted and forgets them. With nothing noted it does not touch the database. */
pl_err sightings_flush(sightings_t *sightings, tx_t *tx);
bool sightings_is_empty(sightings_t *sightings);

#endif
