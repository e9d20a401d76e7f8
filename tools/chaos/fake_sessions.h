/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions at the fake validator: who uses the license at this moment. Its mutex is held.
 */
#ifndef POSPAL_CHAOS_FAKE_SESSIONS_H
#define POSPAL_CHAOS_FAKE_SESSIONS_H

#include "chaos/fake_document.h"

/*
 * One of the verbs of a session: the draft says what came of it. call->seat NULL: the device is none of the license's, or the license is
 * not good, and only a list is given. PL_ERR_UNAUTHORIZED.
 */
pl_err fake_session_answer(fake_validator *v, const fake_call *call, fake_draft *draft);
/* Ends that of an activation that gave its seat back. */
void fake_session_end_of(fake_validator *v, const fake_seat *seat);
/* The reply to a beat, authenticated unless the line spoils it. As the reader of beats; PL_ERR_NOT_FOUND, _UNAUTHORIZED. */
pl_err fake_session_beat(fake_validator *v, pl_arena *arena, pl_span request, pl_buf *reply);
size_t fake_session_count(const fake_validator *v);

#endif
