# SPDX-License-Identifier: Apache-2.0
"""Small clients in Python and in JavaScript, written from the description of that API alone, against the running validator."""

import json
import shutil
import subprocess
import unittest
from datetime import datetime, timezone
from pathlib import Path

from client import Till
from facade import HOST, FacadeTest, main

PARTS = ("00:11:22:33:44:55", "Intel64 Family 6", "WD-123", "4C4C4544")
NODE = shutil.which("node")


class Browser:
    """client.mjs in a process of its own: a page that was loaded."""

    def __init__(self, server, one, machine):
        self.process = subprocess.Popen([NODE, Path(__file__).with_name("client.mjs"), f"http://127.0.0.1:{server.port}", HOST],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.do("open", email=one.email, token=one.token, machine=machine)

    def do(self, verb, **more):
        self.process.stdin.write(json.dumps({"verb": verb, **more}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


class Clients(FacadeTest):
    def setUp(self):
        super().setUp()
        self.now = 1_000_000

    def till(self, parts=PARTS, base=None):
        return Till(base or f"http://127.0.0.1:{self.server.port}", HOST, lambda: self.now, parts)

    def test_from_trial_to_subscription_and_back(self):
        till = self.till()
        today = datetime.now(timezone.utc).strftime("%Y-%m-%d")
        self.assertEqual((today, 30), tuple(till.trial(today)[n] for n in ("firstRunDate", "daysLeft")))
        self.assertEqual("trial_active", till.status())
        one = self.server.subscribe("Till.Owner@shop.example")
        self.assertEqual("license_missing", till.activate(one.email, "POSPAL-AAAA-AAAA-AAAA-AAAA"))
        self.assertEqual("licensed_active", till.activate("till.owner@shop.example", one.token))
        asked = till.asked
        till.status()
        self.assertEqual(asked, till.asked)  # within 30 seconds it does not ask
        for change, state in ((one.suspend, "licensed_renewal_required"), (one.resume, "licensed_active"), (one.cancel, "licensed_cancelled")):
            change()
            self.now += 31
            self.assertEqual(state, till.status())

    def test_offline_is_grace_and_no_lock(self):
        one = self.server.subscribe()
        till = self.till(("x",) + PARTS[1:])
        till.activate(one.email, one.token)
        till.base = "http://127.0.0.1:9"  # nobody is there
        self.now += 9 * 86400
        self.assertEqual("licensed_grace", till.status())
        self.now += 86400
        self.assertEqual("license_unknown", till.status())

    @unittest.skipUnless(NODE, "no Node.js here")
    def test_two_pages_of_two_machines(self):
        one = self.server.subscribe()
        bar, kitchen = Browser(self.server, one, "Bar"), Browser(self.server, one, "Kitchen")
        try:
            self.assertEqual({"state": "valid", "keep": 900, "check": 720_000, "changed": None}, bar.do("validate"))
            self.assertEqual({"state": "running"}, bar.do("start"))
            self.assertEqual({"state": "running"}, bar.do("beat"))
            self.assertEqual({"state": "valid", "keep": 3600, "check": 2_880_000, "changed": True}, kitchen.do("validate"))
            self.assertEqual({"state": "conflict", "other": "Bar"}, kitchen.do("start"))
            self.assertEqual({"state": "running"}, kitchen.do("takeover"))
            self.assertEqual({"state": "conflict", "other": "Kitchen"}, bar.do("beat"))  # it hears of it at its next beat
            self.assertEqual({"state": "running"}, kitchen.do("beat"))
            self.assertEqual({"state": "ended"}, kitchen.do("end"))
            self.assertEqual({"state": "running"}, bar.do("start"))
            one.suspend()
            self.assertEqual({"state": "refused", "code": "SUBSCRIPTION_INACTIVE"}, bar.do("validate"))
            self.assertEqual({"state": "locked", "why": "Invalid license or subscription not active"}, bar.do("start"))
        finally:
            bar.close()
            kitchen.close()

    @unittest.skipUnless(NODE, "no Node.js here")
    def test_a_page_that_is_loaded_again_goes_on_at_once(self):
        one = self.server.subscribe()
        first = Browser(self.server, one, "Bar")
        self.assertEqual({"state": "running"}, first.do("start"))
        first.close()
        again = Browser(self.server, one, "Bar")
        try:
            self.assertEqual({"state": "running"}, again.do("start"))
        finally:
            again.close()


if __name__ == "__main__":
    main()
