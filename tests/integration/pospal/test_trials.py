# SPDX-License-Identifier: Apache-2.0
"""Trials by hardware id: once per device and product, counted from the earliest day that was told, and never moved by who only asks."""

import hashlib
from datetime import datetime, timedelta, timezone

from facade import DAY_MS, FacadeTest, main, together

KEYS = {"firstRunDate", "expiresAt", "daysLeft", "expired", "status", "tamperFlag"}


def day(offset=0):
    return (datetime.now(timezone.utc) + timedelta(days=offset)).strftime("%Y-%m-%d")


class Trials(FacadeTest):
    def register(self, hardware, first_run=None, status=200, **more):
        body = {"hardwareId": hardware, **more}
        if first_run:
            body["firstRunDate"] = first_run
        return self.call(status, "/trial/register", body).json

    def ask(self, hardware, first_run=None):
        body = {"hardwareId": hardware}
        if first_run:
            body["firstRunDate"] = first_run
        return self.call(200, "/trial/status", body).json

    def assert_trial(self, trial, first, left, status="active", tampered=False):
        self.assertEqual(KEYS, trial.keys())
        self.assertEqual((day(first), day(first + 30), left, left == 0, status, tampered),
                         tuple(trial[n] for n in ("firstRunDate", "expiresAt", "daysLeft", "expired", "status", "tamperFlag")))

    def test_a_new_device_has_thirty_days(self):
        self.assert_trial(self.register("new", appVersion="1.2", hostname="Till", platform="Win32", notes="x"), 0, 30)
        self.assert_trial(self.register("new", day()), 0, 30)
        self.assert_trial(self.ask("new"), 0, 30)

    def test_the_earliest_first_run_wins_and_a_later_one_is_noted(self):
        self.assert_trial(self.register("early", day(-5)), -5, 25)
        self.assert_trial(self.register("early", day(-10)), -10, 20)
        self.assert_trial(self.register("early", day(-5)), -10, 20, tampered=True)
        self.assert_trial(self.register("early"), -10, 20, tampered=True)
        self.assertEqual(1, self.server.number("SELECT count(*) FROM audit WHERE action = 145"))

    def test_an_old_one_is_over_also_after_everything_was_deleted_on_the_device(self):
        self.assert_trial(self.register("old", day(-40)), -40, 0, "expired")
        self.assert_trial(self.register("old"), -40, 0, "expired")
        self.assert_trial(self.ask("old"), -40, 0, "expired")

    def test_asking_neither_begins_nor_tampers(self):
        self.assert_trial(self.ask("asked"), 0, 30)
        self.assert_trial(self.ask("asked", day(-3)), -3, 27)
        self.assertEqual(0, self.hardware("asked"))
        self.register("polled", day(-10))
        self.ask("polled")
        self.ask("polled", day())
        self.assert_trial(self.ask("polled"), -10, 20)

    def test_a_day_in_the_future_is_today(self):
        self.assert_trial(self.register("future", day(400)), 0, 30)
        self.assert_trial(self.ask("future2", day(400)), 0, 30)

    def test_what_is_no_day_counts_as_none(self):
        for i, text in enumerate(("yesterday", "2026-13-40", "0", "9999999999999999999", "-1")):
            self.assert_trial(self.register(f"odd{i}", text), 0, 30)

    def test_without_a_hardware_id_there_is_none(self):
        for body in ({}, {"hardwareId": ""}, {"hardwareId": 7}, {"hardwareId": "x" * 501}):
            for path in ("/trial/register", "/trial/status"):
                reply = self.call(400, path, body).json
                self.assertEqual((False, "TRIAL_HW_REQUIRED"), (reply["success"], reply["errorCode"]))

    def test_status_may_be_asked_by_query(self):
        self.register("query", day(-1))
        reply = self.call(200, f"/trial/status?hardwareId=query&firstRunDate={day()}", method="GET")
        self.assert_trial(reply.json, -1, 29)
        self.assert_trial(self.call(200, "/trial/status?hardwareId=query", {}).json, -1, 29)
        self.assertEqual("TRIAL_HW_REQUIRED", self.call(400, "/trial/status", method="GET").json["errorCode"])

    def test_blocked(self):
        self.register("bad")
        self.server.write("UPDATE license SET status = 2 WHERE id IN (SELECT license_id FROM trial_hardware WHERE hash = " + self.hash("bad") + ")")
        self.assertEqual("blocked", self.ask("bad")["status"])

    def test_products_and_brands_have_trials_of_their_own(self):
        self.register("shared", day(-20))
        other = self.call(200, "/trial/register", {"hardwareId": "shared"}, host="other.example:81").json
        self.assert_trial(other, 0, 30)
        none = self.call(200, "/trial/register", {"hardwareId": "shared"}, host="rival.example").json  # its product has no trials
        self.assertEqual((0, True, "expired"), (none["daysLeft"], none["expired"], none["status"]))

    def test_a_device_that_asks_twice_at_once_has_one(self):
        together(*(lambda: self.register("twice") for _ in range(8)))
        self.assertEqual(1, self.hardware("twice"))

    def hash(self, hardware, salt=None):
        return self.server.blob(hashlib.sha256(f"{hardware}:{salt or self.server.brand_id}".encode()).hexdigest())

    def hardware(self, name):
        return self.server.number(f"SELECT count(*) FROM trial_hardware WHERE hash = {self.hash(name)}")


class Salted(FacadeTest):
    """An earlier system's trials are found by the salt that it had."""

    @classmethod
    def prepare(cls):
        name = cls.server.directory + "/salt"
        with open(name, "w", encoding="utf-8") as file:
            file.write("the old salt\n")
        cls.server.command("brand", "set", "--brand", "acme", "--name", "pospal_trial_salt", "--file", name)

    def test_a_trial_is_stored_under_the_salted_hash(self):
        self.call(200, "/trial/register", {"hardwareId": "salted"})
        digest = self.server.blob(hashlib.sha256(b"salted:the old salt").hexdigest())
        self.assertEqual(1, self.server.number(f"SELECT count(*) FROM trial_hardware WHERE hash = {digest}"))

    def test_the_salt_is_shown_to_nobody(self):
        shown = {one["name"]: one for one in self.server.command("brand", "settings", "--brand", "acme")["settings"]}
        self.assertTrue(shown["pospal_trial_salt"]["is_set"])
        self.assertNotIn("value", shown["pospal_trial_salt"])


if __name__ == "__main__":
    main()
