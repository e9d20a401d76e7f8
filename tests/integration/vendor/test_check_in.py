# SPDX-License-Identifier: Apache-2.0
"""A license that must check in, seen from all sides, by a clock that the test moves."""

import time

from device import Device
from receiver import Receiver
from validator import VendorTest, main

DAY = 86400
LICENSES = "/api/v1/brand/licenses"
HOOKS = "/api/v1/brand/webhooks"
CHECK = "/api/v1/product/licenses/check"
ACTIVATE = "/api/v1/product/licenses/activate"


class CheckIn(VendorTest):
    arguments = ("--webhook-allow", "127.0.0.0/8", "--webhook-retry-ms", "200", "--refusals-per-minute", "0")

    @classmethod
    def prepare(cls):
        cls.receiver = Receiver()
        cls.server.add_product("till", "--set", f"check_in_s={10 * DAY}", seats=2)

    def state(self, license_id):
        shown = self.ask(200, "GET", f"{LICENSES}/{license_id}").json
        return shown["status"], shown["reason"]

    def listed(self, status):
        return [one["id"] for one in self.ask(200, "GET", f"{LICENSES}?status={status}").json]

    def checked(self, key, **query):
        told = self.ask(200, "GET", CHECK, key=None, license_key=key, **query).json
        return told["is_valid"], told["license"]["status"]

    def other_service(self, key):
        return self.ask(200, "POST", "/api/v1/licenses/status", {"license_key": key}, key=None, in_order=False).json["data"]["valid"]

    def told(self):
        return {one.json["data"]["license"]["id"]: one.json["data"]["license"] for one in self.receiver.of("/ok/overdue")}

    def wait(self, license_id, status):
        """A question's time is written once a second."""
        for _ in range(200):
            if self.state(license_id)[0] == status:
                return
            time.sleep(0.05)
        self.fail(f"it is still {self.state(license_id)}")

    def test_who_has_the_only_seat_checks_in_by_the_key_alone(self):
        made = self.ask(201, "POST", LICENSES + "/provision", {"customer_email": "b@shop.example", "products": ["till"]}).json
        key, license_id = made["license_key"]["key"], made["licenses"][0]["id"]
        body = {"license_key": key, "instance_identifier": "https://shop.example", "instance_type": "url"}
        self.ask(201, "POST", ACTIVATE, body, key=None)
        for ask in (self.checked, self.other_service):
            self.server.pass_time(11 * DAY)
            self.assertEqual("check_in_overdue", self.state(license_id)[0])
            self.assertIn(ask(key), ((True, "valid"), True))
            self.wait(license_id, "valid")

    def test_a_key_alone_checks_in_no_device(self):
        made = self.ask(201, "POST", LICENSES + "/provision", {"customer_email": "c@shop.example", "products": ["till"]}).json
        key = made["license_key"]["key"]
        self.assertEqual("ACTIVE", Device(self.server, "till", key, "till-1").ask("activate")["verdict"])
        self.server.pass_time(11 * DAY)
        self.assertEqual((False, "check_in_overdue"), self.checked(key))
        self.assertFalse(self.other_service(key))

    def test_who_is_silent_is_overdue_until_it_asks(self):
        self.ask(201, "POST", HOOKS, {"url": self.receiver.url("/ok/overdue"), "events": ["license.check_in_overdue"]})
        made = self.ask(201, "POST", LICENSES + "/provision", {"customer_email": "a@shop.example", "products": ["till"]}).json
        key, license_id = made["license_key"]["key"], made["licenses"][0]["id"]
        self.assertIsNone(made["licenses"][0]["check_in_by"])
        self.server.pass_time(20 * DAY)
        self.assertEqual(("valid", None), self.state(license_id))  # nobody has it yet
        body = {"license_key": key, "instance_identifier": "m-1", "instance_type": "machine_id"}
        self.ask(201, "POST", ACTIVATE, body, key=None)
        self.ask(201, "POST", ACTIVATE, {**body, "instance_identifier": "m-2"}, key=None)
        self.server.pass_time(9 * DAY)
        self.assertEqual((True, "valid"), self.checked(key))
        self.server.pass_time(1.5 * DAY)
        self.assertEqual(("check_in_overdue", "check_in_overdue"), self.state(license_id))
        self.assertIn(license_id, self.listed("check_in_overdue"))
        self.assertNotIn(license_id, self.listed("valid"))
        self.assertEqual((False, "check_in_overdue"), self.checked(key))
        self.assertFalse(self.other_service(key))
        self.receiver.wait(lambda: license_id in self.told())
        self.assertEqual("check_in_overdue", self.told()[license_id]["status"])
        self.assertEqual((True, "valid"), self.checked(key, instance_identifier="m-1", instance_type="machine_id"))
        self.wait(license_id, "valid")
        self.assertEqual((True, "valid"), self.checked(key))
        self.assertTrue(self.other_service(key))
        self.server.pass_time(11 * DAY)
        self.assertEqual("check_in_overdue", self.state(license_id)[0])
        self.ask(200, "POST", ACTIVATE, body, key=None)  # to ask is to check in
        self.assertEqual("valid", self.state(license_id)[0])
        self.ask(200, "PATCH", f"{LICENSES}/{license_id}", {"policy": {"check_in_s": 0}})
        self.server.pass_time(300 * DAY)
        self.assertEqual("valid", self.state(license_id)[0])


class AfterAnExcursion(CheckIn):
    """The clock was days ahead for a while: what the server wrote down then delays nothing now."""

    def sell(self, name):
        made = self.ask(201, "POST", LICENSES + "/provision", {"customer_email": f"{name}@shop.example", "products": ["till"]}).json
        body = {"license_key": made["license_key"]["key"], "instance_identifier": name, "instance_type": "machine_id"}
        self.ask(201, "POST", ACTIVATE, body, key=None)

    def test_who_is_silent_is_overdue_until_it_asks(self):
        self.ask(201, "POST", HOOKS, {"url": self.receiver.url("/ok/excursion"), "events": ["license.check_in_overdue"]})
        self.sell("m-1")
        self.server.pass_time(20 * DAY)
        self.receiver.wait(lambda: len(self.receiver.of("/ok/excursion")) == 1)
        self.server.stop()
        self.server.pass_time(-20 * DAY)
        self.server.start(*self.arguments, "--accept-clock")
        self.sell("m-2")
        self.server.pass_time(10.5 * DAY)
        self.receiver.wait(lambda: len(self.receiver.of("/ok/excursion")) >= 2)


if __name__ == "__main__":
    main()
