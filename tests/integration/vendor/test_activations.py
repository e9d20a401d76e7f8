# SPDX-License-Identifier: Apache-2.0
"""The seats of a license through the vendor's API, taken by devices at the device API."""

import uuid

from device import Device
from validator import VendorTest, main

LICENSES = "/api/v1/brand/licenses"
NOBODY = "01234567-89ab-7def-8123-456789abcdef"


class Activations(VendorTest):
    @classmethod
    def prepare(cls):
        cls.server.add_product("till", seats=2)
        cls.server.add_product("lax")
        cls.server.add_product("shelf")
        cls.rival_key = cls.server.add_brand("rival")["api_key"]

    def make(self, email, product="till", **more):
        order = {"customer_email": email, "products": [product], **more}
        made = self.ask(201, "POST", LICENSES + "/provision", order).json
        return f"{LICENSES}/{made['licenses'][0]['id']}", made["license_key"]["key"]

    def device(self, key, name, product="till"):
        return Device(self.server, product, key, name)

    def decide(self, slug, **policy):
        found = [one["id"] for one in self.ask(200, "GET", "/api/v1/brand/products", limit=500).json if one["slug"] == slug]
        return self.ask(200, "PATCH", f"/api/v1/brand/products/{found[0]}", policy).json

    def test_seats_are_listed_and_taken_away(self):
        path, key = self.make("seats@shop.example")
        first, second, third = (self.device(key, f"seats {i}") for i in range(3))
        self.assertEqual(["ACTIVE", "ACTIVE", "NO_SEAT"], [one.ask("activate")["verdict"] for one in (first, second, third)])
        listed = self.ask(200, "GET", path + "/activations").json
        self.assertEqual(["seats 0", "seats 1"], [one["device_name"] for one in listed])
        self.assertEqual({("active", None, False)}, {(one["status"], one["released_at"], one["is_over_limit"]) for one in listed})
        release = f"{path}/activations/{listed[0]['id']}/release"
        gone = self.ask(200, "POST", release).json
        self.assertEqual(("released", True), (gone["status"], gone["released_by_vendor"]))
        self.assertEqual(gone, self.ask(200, "POST", release, {}).json)
        self.assertEqual("NOT_ACTIVATED", first.ask("validate")["verdict"])
        self.assertEqual("ACTIVE", third.ask("activate")["verdict"])
        names = {status: [one["device_name"] for one in self.ask(200, "GET", f"{path}/activations?status={status}").json]
                 for status in ("active", "released", "all")}
        self.assertEqual({"active": ["seats 1", "seats 2"], "released": ["seats 0"], "all": ["seats 0", "seats 1", "seats 2"]}, names)

    def test_pages_and_exports_hold_every_seat_once(self):
        path, key = self.make("pages@shop.example", max_seats=5)
        for number in range(5):
            self.device(key, f"page {number}").ask("activate")
        first = self.ask(200, "GET", path + "/activations?limit=3")
        rest = self.ask(200, "GET", first.next_page() + "&limit=3")
        self.assertEqual([f"page {i}" for i in range(5)], [one["device_name"] for one in first.json + rest.json])
        self.assertIsNone(rest.next_page())
        table = self.ask(200, "GET", path + "/activations", headers={"Accept": "text/csv"}).text
        self.assertEqual(6, table.count("\r\n"))
        self.ask(400, "GET", path + "/activations?status=gone")

    def test_seats_in_use_stop_a_lower_limit(self):
        path, key = self.make("limit@shop.example", max_seats=3)
        for number in range(3):
            self.device(key, f"limit {number}").ask("activate")
        refused = self.ask(409, "PATCH", path, {"max_seats": 2})
        self.assertEqual("wrong_state", refused.code)
        self.assertIn("3 seats are in use", refused.json["detail"])
        seat = self.ask(200, "GET", path + "/activations").json[0]["id"]
        self.ask(200, "POST", f"{path}/activations/{seat}/release")
        self.assertEqual(2, self.ask(200, "PATCH", path, {"max_seats": 2}).json["seat_limit"])

    def test_seats_beyond_the_limit_are_marked(self):
        self.decide("lax", overage=1)
        path, key = self.make("lax@shop.example", product="lax")
        verdicts = [self.device(key, f"lax {i}", "lax").ask("activate")["verdict"] for i in range(3)]
        self.assertEqual(["ACTIVE", "ACTIVE", "NO_SEAT"], verdicts)
        self.assertEqual([False, True], [one["is_over_limit"] for one in self.ask(200, "GET", path + "/activations").json])
        told = self.ask(200, "GET", path).json
        self.assertEqual((1, 2, 0), tuple(told[name] for name in ("seat_limit", "seats_used", "seats_remaining")))
        second = self.ask(200, "GET", self.ask(200, "GET", path + "/activations?limit=1").next_page()).json
        self.assertEqual([True], [one["is_over_limit"] for one in second])
        first = self.ask(200, "GET", path + "/activations").json[0]["id"]
        self.ask(200, "POST", f"{path}/activations/{first}/release")
        self.assertEqual([False], [one["is_over_limit"] for one in self.ask(200, "GET", path + "/activations").json])

    def test_seats_of_products_without_the_library_are_among_them(self):
        self.decide("lax", overage=1)
        path, key = self.make("url@shop.example", product="lax")
        for status, host in ((201, "a.example"), (201, "b.example"), (422, "c.example")):
            body = {"license_key": key, "instance_identifier": f"https://{host}", "instance_type": "url"}
            self.ask(status, "POST", "/api/v1/product/licenses/activate", body, key=None, in_order=False)
        listed = self.ask(200, "GET", path + "/activations").json
        self.assertEqual([("url", False), ("url", True)], [(one["kind"], one["is_over_limit"]) for one in listed])
        self.assertIn("a.example", listed[0]["identifier"])
        self.ask(200, "POST", f"{path}/activations/{listed[0]['id']}/release")
        self.assertEqual(1, self.ask(200, "GET", path).json["seats_used"])

    def test_the_time_of_a_license_runs_from_its_first_activation(self):
        self.decide("shelf", expiry_basis="first_activation", duration_days=30)
        path, key = self.make("shelf@shop.example", product="shelf", renews=True)
        waiting = self.ask(200, "GET", path).json
        self.assertEqual((None, 30), (waiting["expires_at"], waiting["duration_days"]))
        self.assertEqual("ACTIVE", self.device(key, "shelf", "shelf").ask("activate")["verdict"])
        running = self.ask(200, "GET", path).json
        self.assertEqual((None, 2), (running["duration_days"], running["version"]))
        self.assertIsNotNone(running["expires_at"])

    def test_a_cancelled_license_lives_again_on_its_device(self):
        path, key = self.make("again@shop.example")
        device = self.device(key, "again")
        device.ask("activate")
        self.ask(200, "POST", path + "/cancel")
        self.assertEqual("REVOKED", device.ask("validate")["verdict"])
        self.ask(200, "POST", path + "/reactivate", {"reason": "paid after all"})
        self.assertEqual("ACTIVE", device.ask("validate")["verdict"])

    def test_what_is_not_there_is_not_released(self):
        path, key = self.make("none@shop.example")
        other, _ = self.make("other@shop.example")
        self.device(key, "none").ask("activate")
        seat = self.ask(200, "GET", path + "/activations").json[0]["id"]
        self.ask(404, "POST", f"{path}/activations/{NOBODY}/release")
        self.ask(404, "POST", f"{other}/activations/{seat}/release")
        self.ask(404, "POST", f"{path}/activations/{seat}/release", key=self.rival_key)
        self.ask(404, "GET", path + "/activations", key=self.rival_key)
        self.ask(404, "GET", f"{LICENSES}/{NOBODY}/activations")
        self.ask(400, "POST", f"{path}/activations/{seat}/release", {"why": "x"})
        self.assertEqual("active", self.ask(200, "GET", path + "/activations").json[0]["status"])

    def test_usage_is_told_by_meter(self):
        path, _ = self.make("usage@shop.example", entitlements={"usage.covers": 10, "usage.hours": 3})
        other, _ = self.make("usage-too@shop.example")
        self.assertEqual([], self.ask(200, "GET", path + "/usage").json)
        ids = [uuid.UUID(one.rsplit("/", 1)[1]).bytes for one in (path, other)]
        brand = uuid.UUID(self.server.brand_id).bytes
        for one, meter, used in ((ids[0], "hours", 5), (ids[0], "covers", 4), (ids[0], "prints", 7), (ids[1], "covers", 9)):
            self.server.insert("usage_balance", brand_id=brand, license_id=one, meter=meter, used=used)
        told = self.ask(200, "GET", path + "/usage").json
        self.assertEqual([("covers", 4, 10, 6, 0), ("hours", 5, 3, 0, 2), ("prints", 7, None, None, 0)],
                         [(one["meter"], one["used"], one["allowed"], one["remaining"], one["overdraft"]) for one in told])
        sheet = self.server.ask("GET", path + "/usage", headers={"Accept": "text/csv"})
        self.assertEqual("meter,used,allowed,remaining,overdraft\r\ncovers,4,10,6,0\r\nhours,5,3,0,2\r\nprints,7,,,0\r\n", sheet.text)
        self.ask(404, "GET", f"{LICENSES}/{NOBODY}/usage")
        self.ask(404, "GET", path + "/usage", key=self.rival_key)

    def test_nobody_uses_a_license_that_has_no_sessions(self):
        path, _ = self.make("sessions@shop.example")
        self.assertEqual([], self.ask(200, "GET", path + "/sessions").json)
        self.ask(404, "POST", f"{path}/sessions/{NOBODY}/end")
        self.ask(404, "GET", path + "/sessions", key=self.rival_key)
        self.ask(404, "POST", f"{path}/sessions/no-uuid/end")


if __name__ == "__main__":
    main()
