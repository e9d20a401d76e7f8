# SPDX-License-Identifier: Apache-2.0
"""The audit through the vendor's API: every change, by whom, to what, when; for one's own brand only."""

import csv
import io

from device import Device
from validator import VendorTest, main

AUDIT = "/api/v1/brand/audit"
LICENSES = "/api/v1/brand/licenses"


class Audit(VendorTest):
    @classmethod
    def prepare(cls):
        cls.till = cls.server.add_product("till", seats=2)
        cls.rival_key = cls.server.add_brand("rival")["api_key"]

    def make(self, email):
        order = {"customer_email": email, "products": ["till"]}
        made = self.ask(201, "POST", LICENSES + "/provision", order).json
        return made["licenses"][0]["id"], made["license_key"]["key"]

    def actions(self, **query):
        return [row["action"] for row in self.ask(200, "GET", AUDIT, **query).json]

    def test_the_life_of_a_license_is_told_backwards(self):
        license_id, _ = self.make("life@shop.example")
        path = f"{LICENSES}/{license_id}"
        for verb, body in (("suspend", None), ("resume", None), ("cancel", None), ("reactivate", None),
                           ("transfer", {"customer_email": "next@shop.example"})):
            self.ask(200, "POST", f"{path}/{verb}", body)
        self.ask(200, "PATCH", path, {"plan": "gold", "metadata": {"secret": "note"}})
        rows = self.ask(200, "GET", AUDIT, target=license_id).json
        self.assertEqual(["license.changed", "license.transferred", "license.reactivated", "license.cancelled", "license.resumed",
                          "license.suspended", "license.issued"], [row["action"] for row in rows])
        self.assertEqual({"changed": ["plan", "metadata"]}, rows[0]["metadata"])
        self.assertEqual({"reason": "vendor"}, rows[3]["metadata"])
        self.assertEqual(1, len({row["actor"] for row in rows}))
        self.assertTrue(rows[0]["actor"].startswith("api_key:"))
        self.assertNotIn("next@shop.example", self.ask(200, "GET", AUDIT, limit=500).text)  # no personal data
        self.assertEqual(["license.suspended"], self.actions(target=license_id, action="license.suspended"))
        self.assertEqual(7, len(self.actions(target=license_id, actor=rows[0]["actor"])))
        self.assertEqual([], self.actions(target=license_id, actor="device"))

    def test_a_row_tells_the_request_and_the_states_before_and_after(self):
        license_id, _ = self.make("request@shop.example")
        self.ask(200, "POST", f"{LICENSES}/{license_id}/suspend", headers={"X-Request-Id": "ticket-4711"})
        suspended, issued = self.ask(200, "GET", AUDIT, target=license_id).json
        self.assertEqual("ticket-4711", suspended["request_id"])
        self.assertEqual("valid", suspended["before"]["status"])
        self.assertEqual("suspended", suspended["after"]["status"])
        self.assertEqual((None, None), (issued["before"], issued["after"]))
        self.assertNotIn(issued["request_id"], (None, "ticket-4711"))

    def test_what_devices_do_is_found_by_actor(self):
        _, key = self.make("device@shop.example")
        Device(self.server, "till", key, "audited").ask("activate")
        self.assertIn("activation.added", self.actions(actor="device"))
        self.assertNotIn("license.issued", self.actions(actor="device"))

    def test_times_bound_what_is_told(self):
        license_id, _ = self.make("times@shop.example")
        self.assertEqual([], self.actions(target=license_id, until="2020-01-01T00:00:00Z"))
        self.assertEqual([], self.actions(target=license_id, since="2999-01-01T00:00:00Z"))
        self.assertEqual(["license.issued"], self.actions(target=license_id, since="2020-01-01T00:00:00Z",
                                                          until="2999-01-01T00:00:00Z"))

    def test_a_change_that_changes_nothing_leaves_no_row(self):
        license_id, _ = self.make("same@shop.example")
        for _ in range(2):
            self.ask(200, "PATCH", f"{LICENSES}/{license_id}", {"plan": "gold"})
        self.assertEqual(["license.changed", "license.issued"], self.actions(target=license_id))

    def test_pages_and_tables_hold_every_row_once(self):
        self.make("page@shop.example")
        every = [row["id"] for row in self.ask(200, "GET", AUDIT, limit=500, until="2999-01-01T00:00:00Z").json]
        seen, path = [], AUDIT + "?limit=2&action=license.issued"
        while path:
            reply = self.ask(200, "GET", path)
            seen += [row["id"] for row in reply.json]
            path = reply.next_page() and reply.next_page() + "&limit=2&action=license.issued"
        self.assertEqual(sorted(set(seen), reverse=True), seen)
        self.assertLess(set(seen), set(every) | set(seen))
        table = self.ask(200, "GET", AUDIT, headers={"Accept": "text/csv"}, target=self.till).text
        self.assertEqual(["product.added"], [row["action"] for row in csv.DictReader(io.StringIO(table, newline=""))])

    def test_wrong_questions_are_refused(self):
        for wrong in ({"action": "license.eaten"}, {"action": "unknown"}, {"target": "x"}, {"since": "yesterday"}, {"limit": 501},
                      {"cursor": "x"}):
            self.ask(400, "GET", AUDIT, **wrong)

    def test_another_brand_reads_its_own_only(self):
        license_id, _ = self.make("mine@shop.example")
        self.assertEqual([], self.actions(target=license_id, key=self.rival_key))
        own = {row["id"] for row in self.ask(200, "GET", AUDIT, limit=500).json}
        others = {row["id"] for row in self.ask(200, "GET", AUDIT, key=self.rival_key, limit=500).json}
        self.assertTrue(own and others and not own & others)


if __name__ == "__main__":
    main()
