# SPDX-License-Identifier: Apache-2.0
"""Seats that free themselves, at the real server by a clock that the test moves: never two devices that work on one seat."""

import time

from device import Device
from validator import VendorTest, main

DAY = 86400
LICENSES = "/api/v1/brand/licenses"
PRODUCTS = "/api/v1/brand/products"
SHORT = {"check_by_s": 60, "grace_s": 60, "emergency_s": 0, "free_after_days": 1}


class Silent(VendorTest):
    arguments = ("--refusals-per-minute", "0")

    def sell(self, slug, *words):
        product_id = self.server.add_product(slug, *words)
        made = self.ask(201, "POST", LICENSES + "/provision", {"customer_email": f"{slug}@shop.example", "products": [slug]}).json
        key = made["license_key"]["key"]
        return product_id, made["licenses"][0]["id"], Device(self.server, slug, key, f"{slug} a"), Device(self.server, slug, key, f"{slug} b")

    def verdict(self, device, verb="activate"):
        return device.ask(verb)["verdict"]

    def is_told(self, device):
        """Until the seat's row says so: it is written once a second."""
        until_s = device.ask("validate")["grace_until"]
        for _ in range(200):
            if int(self.server.select(f"SELECT told_until FROM activation WHERE device_name = '{device.name}'")) >= until_s * 1000:
                return
            time.sleep(0.05)
        self.fail("what was told is not written down")

    def test_who_was_told_more_keeps_its_seat_when_the_policy_becomes_shorter(self):
        product_id, _, first, second = self.sell("till")
        self.assertEqual("ACTIVE", self.verdict(first))  # 10 days of grace and one of emergency
        self.server.pass_time(1.1 * DAY)
        self.ask(200, "PATCH", f"{PRODUCTS}/{product_id}", SHORT)
        self.assertEqual("NO_SEAT", self.verdict(second))
        self.server.pass_time(9.8 * DAY)
        self.assertEqual("NO_SEAT", self.verdict(second))
        self.server.pass_time(0.2 * DAY)
        self.assertEqual("ACTIVE", self.verdict(second))
        self.assertNotEqual("ACTIVE", self.verdict(first, "validate"))
        self.server.pass_time(1.1 * DAY)
        self.assertEqual("ACTIVE", self.verdict(first))  # the second was told a minute only

    def test_a_license_of_its_own_policy_is_no_other(self):
        _, license_id, first, second = self.sell("kds")
        self.assertEqual("ACTIVE", self.verdict(first))
        self.server.pass_time(1.1 * DAY)
        self.ask(200, "PATCH", f"{LICENSES}/{license_id}", {"policy": SHORT})
        self.assertEqual("NO_SEAT", self.verdict(second))

    def test_what_is_told_soon_after_counts_too(self):
        words = [word for name, value in SHORT.items() for word in ("--set", f"{name}={value}")]
        product_id, _, first, second = self.sell("bar", *words)
        self.assertEqual("ACTIVE", self.verdict(first))
        self.ask(200, "PATCH", f"{PRODUCTS}/{product_id}", {"grace_s": 5 * DAY, "free_after_days": 5})
        self.is_told(first)  # within the minute of its first question
        self.ask(200, "PATCH", f"{PRODUCTS}/{product_id}", SHORT)
        self.server.pass_time(4.9 * DAY)
        self.assertEqual("NO_SEAT", self.verdict(second))
        self.server.pass_time(0.2 * DAY)
        self.assertEqual("ACTIVE", self.verdict(second))


if __name__ == "__main__":
    main()
