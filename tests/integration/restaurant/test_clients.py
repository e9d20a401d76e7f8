# SPDX-License-Identifier: Apache-2.0
"""The shipped clients of POSPal's licensing API, as that API's description has them, against the running validator: only their base URL is new."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vendor"))

from till import Till, hardware_id  # noqa: E402
from validator import VendorTest, main  # noqa: E402

HERE = Path(__file__).resolve().parent
DAY = 86400


class Pages:
    """The pages of till.js, each by a name."""

    def __init__(self, base_url):
        self.base_url = base_url
        self.process = subprocess.Popen(["node", str(HERE / "till.js")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, **words):
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "exception" not in answer, answer
        return answer

    def open(self, page, email, token, machine):
        return self.say(page=page, open=[self.base_url, email, token, machine])

    def call(self, page, call, *words):
        return self.say(page=page, call=call, words=words)

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class Clients(VendorTest):
    arguments = ("--refusals-per-minute", "0")

    @classmethod
    def prepare(cls):
        cls.server.add_product("till", "--key-prefix", "POSPAL", "--key-group", "4", "--sessions", "1", "--trial-days", "30")
        cls.server.command("facade", "bind", "--host", "*", "--brand", "acme", "--product", "till")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = f"http://127.0.0.1:{cls.server.port}"
        cls.pages = Pages(cls.base)

    @classmethod
    def tearDownClass(cls):
        cls.pages.close()
        super().tearDownClass()

    def sell(self, email, days=30):
        body = {"customer_email": email, "products": ["till"], "expiration_date": self.server.rfc3339(self.server.now() + days * DAY)}
        made = self.ask(201, "POST", "/api/v1/brand/licenses/provision", body).json
        self.license_id = made["licenses"][0]["id"]
        return made["license_key"]["key"]

    def till(self, name, email=None, token=None, base=None):
        till = Till(base or self.base, os.path.join(self.server.directory, name), hardware_id(name), now=self.server.now, rest=lambda s: None)
        till.email, till.token = email, token
        return till

    def test_a_till_validates_and_goes_on_without_a_server_for_ten_days(self):
        till = self.till("a1", "a@shop.example", self.sell("a@shop.example"))
        answer = till.validate()
        self.assertEqual((True, True, 200), (answer["valid"], answer["active"], answer["_http_status"]))
        self.assertEqual("licensed_active", till.state())
        till.base_url = "http://127.0.0.1:9"  # nobody is there
        for days, state in ((1, "licensed_grace"), (8, "licensed_grace"), (1, "license_unknown")):
            self.server.pass_time(days * DAY)
            self.assertEqual(state, till.state())
        till.base_url = self.base
        self.server.pass_time(61)
        self.assertEqual("licensed_active", till.state())

    def test_the_cloud_beside_the_old_way(self):
        till = self.till("b1", "B@Shop.example", self.sell("b@shop.example"))
        answer = till.validate_unified()
        self.assertEqual((True, True), (answer["success"], answer["validation"]["valid"]))
        self.assertIsNone(answer["session"]["machineChanged"])
        self.assertFalse(till.validate_unified()["session"]["machineChanged"])
        other = self.till("b2", "b@shop.example", till.token)
        self.assertTrue(other.validate_unified(skip_machine_update=True)["session"]["machineChanged"])  # that flag never had an effect there
        wrong = self.till("b3", "b@shop.example", "POSPAL-AAAA-BBBB-CCCC-DDDD")
        refused = wrong.validate_unified()
        self.assertEqual((401, "INVALID_CREDENTIALS"), (refused["_http_status"], refused["error"]["code"]))
        self.assertEqual("license_error", wrong.state())

    def test_a_license_that_is_suspended_stays_known(self):
        till = self.till("c1", "c@shop.example", self.sell("c@shop.example"))
        self.assertTrue(till.validate()["active"])
        self.ask(200, "POST", f"/api/v1/brand/licenses/{self.license_id}/suspend", {})
        self.server.pass_time(31)
        answer = till.validate()
        self.assertEqual((True, False), (answer["valid"], answer["active"]))
        self.assertEqual(403, till.validate_unified()["_http_status"])

    def test_one_page_at_a_time(self):
        token = self.sell("d@shop.example")
        self.pages.open("d1", "d@shop.example", token, hardware_id("d1"))
        self.pages.open("d2", "d@shop.example", token, hardware_id("d2"))
        self.assertTrue(self.pages.call("d1", "start", False)["success"])
        taken = self.pages.call("d2", "start", False)
        self.assertEqual((False, True, True), (taken["success"], taken["conflict"], taken["isLocked"]))
        self.assertEqual("till", taken["conflictInfo"]["deviceInfo"]["hostname"])
        self.assertTrue(self.pages.call("d1", "beat")["success"])
        self.assertTrue(self.pages.call("d2", "takeOver")["success"])
        lost = self.pages.call("d1", "beat")
        self.assertEqual((True, True, True), (lost["restarted"], lost["conflict"], lost["isLocked"]))
        self.assertTrue(self.pages.call("d2", "leave")["success"])
        self.assertTrue(self.pages.call("d1", "start", False)["success"])

    def test_a_page_that_was_asleep_begins_anew(self):
        token = self.sell("e@shop.example")
        self.pages.open("e1", "e@shop.example", token, hardware_id("e1"))
        self.assertTrue(self.pages.call("e1", "start", False)["success"])
        self.server.pass_time(119)
        self.assertTrue(self.pages.call("e1", "beat")["success"])
        self.server.pass_time(600)
        back = self.pages.call("e1", "beat")
        self.assertEqual((True, True, False), (back["success"], back["restarted"], back["isLocked"]))

    def test_a_reload_has_its_own_seat_back_at_once(self):
        token = self.sell("f@shop.example")
        for page in ("f1", "f2"):  # the same machine, another session id
            self.pages.open(page, "f@shop.example", token, hardware_id("f"))
            self.assertTrue(self.pages.call(page, "start", False)["success"])

    def test_a_trial_lasts_thirty_days_and_is_not_begun_twice(self):
        till = self.till("g1")
        told = till.trial()
        self.assertEqual((30, False, "active", False), tuple(told[name] for name in ("daysLeft", "expired", "status", "tamperFlag")))
        self.assertEqual("trial_active", till.state())
        self.server.pass_time(31 * DAY)
        self.assertEqual("trial_expired", till.state())
        again = self.till("g1").trial()
        self.assertEqual((told["firstRunDate"], True), (again["firstRunDate"], again["expired"]))

    def test_a_server_that_restarts_takes_nobody_s_seat(self):
        token = self.sell("h@shop.example")
        self.pages.open("h1", "h@shop.example", token, hardware_id("h1"))
        self.assertTrue(self.pages.call("h1", "start", False)["success"])
        self.server.stop(signal.SIGKILL)
        self.server.start(*self.arguments)
        moved = Pages(f"http://127.0.0.1:{self.server.port}")
        type(self).base = f"http://127.0.0.1:{self.server.port}"
        self.pages.close()
        type(self).pages = moved
        moved.open("h2", "h@shop.example", token, hardware_id("h2"))
        self.assertTrue(moved.call("h2", "start", False)["conflict"])


if __name__ == "__main__":
    main()
