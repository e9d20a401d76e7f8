# SPDX-License-Identifier: Apache-2.0
"""Customers through the vendor's API, and the vendor's own notes on them and their licenses."""

import csv
import io
import json

from validator import VendorTest, main

CUSTOMERS = "/api/v1/brand/customers"
LICENSES = "/api/v1/brand/licenses"


class Customers(VendorTest):
    @classmethod
    def prepare(cls):
        cls.server.add_product("till", seats=2)
        cls.rival_key = cls.server.add_brand("rival")["api_key"]

    def provision(self, email, **more):
        order = {"customer_email": email, "products": ["till"], **more}
        return self.ask(201, "POST", LICENSES + "/provision", order).json

    def test_a_customer_is_made_found_and_changed(self):
        made = self.ask(201, "POST", CUSTOMERS, {"email": "Ada@Shop.example", "name": "Ada", "metadata": {"crm": {"id": 7}}})
        path = made.headers["Location"]
        self.assertEqual([made.json["id"]], [one["id"] for one in self.ask(200, "GET", CUSTOMERS, email="ADA@shop.EXAMPLE").json])
        changed = self.ask(200, "PATCH", path, {"email": "ada@new.example", "name": None, "metadata": {"x": "y"}},
                           headers={"If-Match": made.headers["ETag"]}).json
        self.assertEqual(("ada@new.example", None, {"x": "y"}, 2), tuple(changed[n] for n in ("email", "name", "metadata", "version")))
        self.assertEqual([], self.ask(200, "GET", CUSTOMERS, email="ada@shop.example").json)
        self.ask(412, "PATCH", path, {"name": "Eve"}, headers={"If-Match": made.headers["ETag"]})
        self.assertIsNone(self.ask(200, "PATCH", path, {"metadata": None}).json["metadata"])

    def test_a_customer_is_told_with_their_licenses(self):
        made = self.provision("with@shop.example", customer_name="With")
        self.provision("with@shop.example")
        one = self.ask(200, "GET", f"{CUSTOMERS}/{made['license_key']['customer_id']}").json
        self.assertEqual((2, False, "With"), (len(one["licenses"]), one["has_more_licenses"], one["name"]))
        by_id = self.ask(200, "GET", LICENSES, customer_id=one["id"]).json
        self.assertEqual([license["id"] for license in one["licenses"]], [license["id"] for license in by_id])
        self.assertEqual([], self.ask(200, "GET", LICENSES, customer_id=one["id"], email="nobody@shop.example").json)

    def test_two_customers_never_share_an_address(self):
        self.ask(201, "POST", CUSTOMERS, {"email": "one@shop.example"})
        other = self.ask(201, "POST", CUSTOMERS, {"email": "other@shop.example"}).headers["Location"]
        self.assertEqual("conflict", self.ask(409, "POST", CUSTOMERS, {"email": "ONE@shop.example"}).code)
        self.assertEqual("conflict", self.ask(409, "PATCH", other, {"email": "One@shop.example"}).code)

    def test_wrong_members_are_named(self):
        body = {"email": "nobody", "name": "", "metadata": [], "age": 3}
        reply = self.ask(400, "POST", CUSTOMERS, body)
        self.assertEqual(set(body), {fault["member"] for fault in reply.json["errors"]})
        self.ask(400, "POST", CUSTOMERS, {"email": "big@shop.example", "metadata": {"x": "y" * 4096}})
        self.ask(400, "POST", CUSTOMERS, {"name": "x"})
        self.assertEqual([], self.ask(200, "GET", CUSTOMERS, email="big@shop.example").json)

    def test_lists_are_exported_as_tables_that_run_no_formula(self):
        self.provision("export@shop.example", customer_name='=HYPERLINK("x","y"), \u00e4', metadata={"order": "a,b"})
        table = self.ask(200, "GET", LICENSES, email="export@shop.example", headers={"Accept": "text/csv"})
        rows = list(csv.DictReader(io.StringIO(table.text, newline="")))
        self.assertEqual(("text/csv", 1), (table.media_type, len(rows)))
        self.assertEqual('\'=HYPERLINK("x","y"), \u00e4', rows[0]["customer.name"])
        self.assertEqual({"order": "a,b"}, json.loads(rows[0]["metadata"]))
        lines = self.ask(200, "GET", CUSTOMERS, headers={"Accept": "application/jsonl"}, limit=500).text.splitlines()
        self.assertIn("export@shop.example", [json.loads(line)["email"] for line in lines])

    def test_another_brand_finds_nothing(self):
        path = self.ask(201, "POST", CUSTOMERS, {"email": "mine@shop.example"}).headers["Location"]
        self.ask(404, "GET", path, key=self.rival_key)
        self.ask(404, "PATCH", path, {"name": "Eve"}, key=self.rival_key)
        self.assertEqual([], self.ask(200, "GET", CUSTOMERS, key=self.rival_key).json)
        self.ask(201, "POST", CUSTOMERS, {"email": "mine@shop.example"}, key=self.rival_key)


if __name__ == "__main__":
    main()
