# SPDX-License-Identifier: Apache-2.0
"""Sessions in both families of routes: one live session per customer, conflicts, takeover, beats, ends, and their races."""

from facade import FacadeTest, main, now_ms, together

from device import Device

RACES = 20


def text_of(one, session):
    """Programs make texts that nobody else has; "=x" is one as it stands."""
    if not session:
        return session
    return session[1:] if session.startswith("=") else f"{session}.{one.license_id}"


class Sessions(FacadeTest):
    def session(self, status, one, action, session="s1", machine="A", device=None, **more):
        body = {"operation": "session", "action": action, "credentials": one.credentials(sessionId=text_of(one, session), **more)}
        if machine:
            body["device"] = {"machineFingerprint": machine, "deviceInfo": {"hostname": f"Till {machine}"} if device is None else device}
        return self.call(status, "/validate-unified", body)

    def legacy(self, verb, status=200, **body):
        return self.call(status, f"/session/{verb}", body).json

    def begin(self, one, verb="start", session="s1", machine="A", status=200, **more):
        return self.legacy(verb, status, **one.credentials(machineFingerprint=machine, sessionId=session, deviceInfo={"hostname": f"Till {machine}"}),
                           **more)

    def live(self, one):
        return self.server.number(f"SELECT count(*) FROM session WHERE license_id = {one.key} AND ended_at IS NULL AND lease_until > {now_ms()}")

    def silence(self, one, ago_ms=121_000):
        """As if all its sessions had been silent for so long."""
        self.server.write(f"UPDATE session SET lease_until = {now_ms() - ago_ms} + lease_ms WHERE license_id = {one.key}")

    # ---- unified ----

    def test_start(self):
        one = self.server.subscribe()
        reply = self.session(200, one, "start")
        self.assertEqual({"valid": True, "status": "active", "validationType": "session_start"}, reply.json["validation"])
        session = reply.json["session"]
        self.assertEqual((True, text_of(one, "s1"), "active", "Till A"),
                         (session["allowed"], session["sessionId"], session["status"], session["deviceInfo"]["current"]))
        self.assertNotIn("caching", reply.json)
        self.assertEqual("private, max-age=300", reply.headers["Cache-Control"])
        self.assertEqual("none", reply.headers["X-Cache-Strategy"])

    def test_more_than_is_kept_of_a_machine_is_passed_over(self):
        one = self.server.subscribe()
        self.session(200, one, "start", "s1", "A", {"hostname": "Till A", "plugins": "x" * 5000})
        self.assertIsNone(self.session(409, one, "start", "s2", "B").json["conflictInfo"]["deviceInfo"])

    def test_what_is_missing(self):
        one = self.server.subscribe()
        for action in ("start", "takeover"):
            for more in ({"session": None}, {"machine": None}, {"device": []}):
                reply = self.refused(400, "MISSING_SESSION_DATA", self.session(400, one, action, **more))
                self.assertEqual(("session", action), (reply["operation"], reply["action"]))
        for action in ("heartbeat", "end"):
            self.refused(400, "MISSING_SESSION_ID", self.session(400, one, action, session=None))
        reply = self.refused(400, "INVALID_SESSION_ACTION", self.session(400, one, "pause"))
        self.assertEqual("pause", reply["action"])

    def test_without_a_good_license_there_is_none(self):
        one = self.server.subscribe()
        reply = self.refused(401, "INVALID_CREDENTIALS_OR_SUBSCRIPTION", self.session(401, one, "start", token="POSPAL-AAAA-AAAA-AAAA-AAAA"))
        self.assertEqual(("session", "start"), (reply["operation"], reply["action"]))
        for condition in ("suspend", "cancel", "end"):
            other = self.server.subscribe()
            getattr(other, condition)()
            for action in ("start", "heartbeat", "end", "takeover"):
                self.refused(401, "INVALID_CREDENTIALS_OR_SUBSCRIPTION", self.session(401, other, action))

    def test_another_machine_is_a_conflict(self):
        one = self.server.subscribe()
        self.session(200, one, "start", "s1", "A", {"hostname": "Bar", "platform": "Win32", "ratio": 1.25})
        reply = self.refused(409, "SESSION_CONFLICT", self.session(409, one, "start", "s2", "B"))
        self.assertIs(True, reply["conflict"])
        self.assertEqual({"hostname": "Bar", "platform": "Win32", "ratio": 1.25}, reply["conflictInfo"]["deviceInfo"])
        self.assertRegex(reply["conflictInfo"]["lastSeen"], r"^\d{4}-\d\d-\d\dT")
        self.assertEqual(("session", "medium"), (reply["error"]["category"], reply["error"]["severity"]))
        self.session(200, one, "heartbeat", "s1")

    def test_a_conflict_moves_no_machine(self):
        one = self.server.subscribe()
        self.session(200, one, "start", "s1", "A")
        self.session(409, one, "start", "s2", "B")
        reply = self.unified(200, "validate", one.credentials(), {"machineFingerprint": "A"})
        self.assertIs(False, reply.json["session"]["machineChanged"])
        self.assertEqual(0, self.server.mails("machine_switched", one.email))

    def test_the_same_machine_gets_its_own_back_at_once(self):
        one = self.server.subscribe()
        self.session(200, one, "start", "s1", "A")
        self.session(200, one, "start", "s1", "A")  # the same text
        self.session(200, one, "start", "s2", "A")  # a page that was loaded again
        self.assertEqual(1, self.live(one))
        self.refused(404, "SESSION_NOT_FOUND", self.session(404, one, "heartbeat", "s1"))
        self.session(200, one, "heartbeat", "s2")

    def test_the_same_text_restarts_freely_on_hardware_that_changed(self):
        one = self.server.subscribe()
        self.session(200, one, "start", "s-hw", "A")
        self.session(200, one, "start", "s-hw", "A2")
        self.assertEqual(1, self.live(one))
        self.session(200, one, "heartbeat", "s-hw")

    def test_a_silent_one_gives_way_after_two_minutes(self):
        one = self.server.subscribe()
        self.session(200, one, "start", "s1", "A")
        self.silence(one, 119_000 - 4000)
        self.session(409, one, "start", "s2", "B")
        self.silence(one, 125_000)
        self.session(200, one, "start", "s2", "B")
        self.refused(404, "SESSION_NOT_FOUND", self.session(404, one, "heartbeat", "s1"))

    def test_a_beat_prolongs(self):
        one = self.server.subscribe()
        self.session(200, one, "start", "s1", "A")
        self.silence(one, 100_000)
        reply = self.session(200, one, "heartbeat", "s1")
        self.assertEqual((True, text_of(one, "s1"), "active"), tuple(reply.json["session"][n] for n in ("allowed", "sessionId", "status")))
        self.assertIn("lastHeartbeat", reply.json["session"])
        self.silence(one, 30_000)
        self.session(409, one, "start", "s2", "B")

    def test_beats_of_unknown_ended_and_silent_sessions_fail(self):
        one = self.server.subscribe()
        self.refused(404, "SESSION_NOT_FOUND", self.session(404, one, "heartbeat", "never"))
        self.session(200, one, "start", "s1", "A")
        self.session(200, one, "end", "s1")
        self.refused(404, "SESSION_NOT_FOUND", self.session(404, one, "heartbeat", "s1"))
        self.session(200, one, "start", "s2", "A")
        self.silence(one, 125_000)
        self.refused(404, "SESSION_NOT_FOUND", self.session(404, one, "heartbeat", "s2"))

    def test_end(self):
        one = self.server.subscribe()
        self.session(200, one, "start", "s1", "A")
        reply = self.session(200, one, "end", "s1")
        self.assertEqual((False, text_of(one, "s1"), "ended"), tuple(reply.json["session"][n] for n in ("allowed", "sessionId", "status")))
        self.assertIn("endedAt", reply.json["session"])
        self.session(200, one, "end", "s1")
        self.session(200, one, "end", "never")
        self.session(200, one, "start", "s2", "B")

    def test_nobody_beats_or_ends_another_customers_session(self):
        one, other = self.server.subscribe(), self.server.subscribe()
        self.session(200, one, "start", "=owned", "A")
        self.refused(404, "SESSION_NOT_FOUND", self.session(404, other, "heartbeat", "=owned"))
        self.session(200, other, "end", "=owned")
        self.session(200, one, "heartbeat", "=owned")
        self.refused(409, "SESSION_ID_IN_USE", self.session(409, other, "start", "=owned", "B"))
        self.refused(409, "SESSION_ID_IN_USE", self.session(409, other, "takeover", "=owned", "B"))
        self.session(200, one, "heartbeat", "=owned")

    def test_takeover(self):
        one = self.server.subscribe()
        self.session(200, one, "start", "s1", "A")
        reply = self.session(200, one, "takeover", "s2", "B")
        self.assertEqual("session_takeover", reply.json["validation"]["validationType"])
        self.assertIs(True, reply.json["session"]["takeover"])
        self.refused(404, "SESSION_NOT_FOUND", self.session(404, one, "heartbeat", "s1"))
        self.refused(409, "SESSION_CONFLICT", self.session(409, one, "start", "s1", "A"))
        self.session(200, one, "takeover", "s1", "A")  # and back
        self.assertEqual(1, self.live(one))
        self.assertEqual(2, self.server.number(f"SELECT count(*) FROM audit WHERE action = 22 AND target IN (SELECT id FROM activation WHERE license_id = {one.key})"))

    def test_takeover_with_ones_own_live_session(self):
        one = self.server.subscribe()
        self.session(200, one, "start", "s1", "A")
        self.session(200, one, "takeover", "s1", "A")
        self.session(200, one, "heartbeat", "s1")
        self.session(200, one, "takeover", "free", "A")

    def test_a_machine_that_only_validates_ends_no_session(self):
        one = self.server.subscribe()
        self.session(200, one, "start", "s1", "A")
        self.assertIs(True, self.unified(200, "validate", one.credentials(), {"machineFingerprint": "B"}).json["session"]["machineChanged"])
        self.session(200, one, "heartbeat", "s1")
        self.session(409, one, "start", "s2", "B")
        self.session(200, one, "start", "s3", "A")  # its own, though its seat is B's now
        self.assertEqual(1, self.live(one))

    def test_a_product_may_forbid_takeover(self):
        one = self.server.subscribe()
        self.session(200, one, "start", "s1", "A")
        self.server.write("UPDATE product SET session_takeover = 0 WHERE slug = 'till'")
        try:
            self.refused(409, "SESSION_CONFLICT", self.session(409, one, "takeover", "s2", "B"))
        finally:
            self.server.write("UPDATE product SET session_takeover = 2 WHERE slug = 'till'")

    def test_a_text_that_is_over_elsewhere_is_free(self):
        one, other = self.server.subscribe(), self.server.subscribe()
        self.session(200, one, "start", "=again", "A")
        self.session(200, one, "end", "=again")
        self.session(200, other, "start", "=again", "B")
        self.session(409, one, "start", "=again", "A")
        self.silence(other)
        self.session(200, one, "start", "=again", "A")

    def test_a_device_of_the_library_is_not_put_out(self):
        one = self.server.subscribe()
        device = Device(self.server, "till", one.token, "proven")
        self.assertEqual("ACTIVE", device.ask("activate")["verdict"])
        self.assertTrue(self.unified(200, "validate", one.credentials(), {"machineFingerprint": "A"}).json["session"]["machineChanged"])
        self.assertEqual(0, self.server.mails("machine_switched", one.email))
        self.assertIsNone(self.session(409, one, "start").json["conflictInfo"]["deviceInfo"])
        self.session(409, one, "takeover")
        self.assertEqual("ACTIVE", device.ask("validate")["verdict"])

    # ---- races ----

    def test_of_two_who_start_at_once_one_wins(self):
        for _ in range(RACES):
            one = self.server.subscribe()
            replies = together(lambda one=one: self.begin(one, session=f"{one.license_id}a", machine="A"),
                               lambda one=one: self.begin(one, session=f"{one.license_id}b", machine="B"))
            self.assertEqual([False, True], sorted(reply["success"] for reply in replies))
            self.assertEqual(1, self.live(one))

    def test_of_many_who_take_over_at_once_one_is_left(self):
        for _ in range(RACES // 4):
            one = self.server.subscribe()
            together(*(lambda one=one, i=i: self.begin(one, "takeover", f"{one.license_id}{i}", f"M{i}") for i in range(6)))
            self.assertEqual(1, self.live(one))

    def test_of_many_starts_on_one_machine_one_session_is_left(self):
        one = self.server.subscribe()
        together(*(lambda i=i: self.begin(one, session=f"{one.license_id}{i}", machine="A") for i in range(8)))
        self.assertEqual(1, self.live(one))

    # ---- legacy ----

    def test_legacy_start(self):
        one = self.server.subscribe()
        self.assertEqual({"success": True, "sessionId": "l1"}, self.begin(one, session="l1"))
        conflict = self.begin(one, session="l2", machine="B")
        self.assertEqual({"success", "error", "conflict", "conflictInfo"}, conflict.keys())
        self.assertEqual((False, "Another device is currently using this license", True),
                         tuple(conflict[n] for n in ("success", "error", "conflict")))
        self.assertEqual({"hostname": "Till A"}, conflict["conflictInfo"]["deviceInfo"])
        for missing in ("email", "token", "machineFingerprint", "sessionId"):
            body = one.credentials(machineFingerprint="A", sessionId="l3")
            del body[missing]
            for verb in ("start", "takeover"):
                self.assertEqual({"success": False, "error": "Missing required fields"}, self.legacy(verb, 400, **body))

    def test_legacy_start_without_a_good_license(self):
        one = self.server.subscribe()
        bad = {"success": False, "error": "Invalid license or subscription not active"}
        self.assertEqual(bad, self.legacy("start", email=one.email, token="POSPAL-AAAA-AAAA-AAAA-AAAA", machineFingerprint="A", sessionId="x"))
        one.suspend()
        self.assertEqual(bad, self.begin(one))
        self.assertEqual(bad, self.begin(one, "takeover"))

    def test_legacy_device_info_is_optional(self):
        one = self.server.subscribe()
        self.assertTrue(self.legacy("start", **one.credentials(machineFingerprint="A", sessionId="plain"))["success"])
        self.assertIsNone(self.begin(one, session="l9", machine="B")["conflictInfo"]["deviceInfo"])

    def test_legacy_beat_and_end(self):
        one = self.server.subscribe()
        self.begin(one, session="beat1")
        beat = self.legacy("heartbeat", sessionId="beat1")
        self.assertEqual({"success", "timestamp"}, beat.keys())
        self.assertTrue(beat["success"])
        self.assertEqual("Missing session ID", self.legacy("heartbeat", 400)["error"])
        self.assertEqual("Missing session ID", self.legacy("end", 400)["error"])
        self.assertEqual({"success": True, "emailSent": False}, self.legacy("end", sessionId="beat1"))
        self.assertEqual({"success": False, "error": "Session not found or expired"}, self.legacy("heartbeat", sessionId="beat1"))
        self.assertEqual({"success": False, "error": "Session not found or expired"}, self.legacy("heartbeat", sessionId="never"))
        self.assertEqual({"success": True, "emailSent": False}, self.legacy("end", sessionId="never"))

    def test_legacy_end_may_tell_the_customer_once(self):
        one = self.server.subscribe()
        sent = []
        for i in range(4):
            self.begin(one, session=f"told{i}")
            sent.append(self.legacy("end", sessionId=f"told{i}", sendEmail=True)["emailSent"])
        self.assertEqual([True, False, False, False], sent)
        self.assertFalse(self.legacy("end", sessionId="told0", sendEmail=True)["emailSent"])
        self.assertEqual(1, self.server.mails("device_disconnected", one.email))

    def test_legacy_takeover(self):
        one = self.server.subscribe()
        self.begin(one, session="t1")
        self.assertEqual({"success": True, "sessionId": "t2"}, self.begin(one, "takeover", "t2", "B"))
        self.assertFalse(self.legacy("heartbeat", sessionId="t1")["success"])
        self.assertTrue(self.legacy("heartbeat", sessionId="t2")["success"])

    def test_both_families_see_the_same_sessions(self):
        one = self.server.subscribe()
        self.begin(one, session="both", machine="A")
        self.session(200, one, "heartbeat", "=both")
        self.session(409, one, "start", "x", "B")
        self.session(200, one, "end", "=both")
        self.assertFalse(self.legacy("heartbeat", sessionId="both")["success"])

    def test_a_session_outlives_a_restart(self):
        one = self.server.subscribe()
        self.begin(one, session="restart")
        self.server.stop()
        self.server.start(*self.arguments)
        self.assertTrue(self.legacy("heartbeat", sessionId="restart")["success"])


if __name__ == "__main__":
    main()
