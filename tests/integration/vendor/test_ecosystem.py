# SPDX-License-Identifier: Apache-2.0
"""What an operator key sees of all brands, that a brand's key never becomes one, and that each look is in the audit."""

import csv
import io
import json

from validator import VendorTest, main

ECOSYSTEM = "/api/v1/ecosystem/"
BRAND = "/api/v1/brand/"
BUYER = "buyer@shop.example"
ROUTES = (("brands", {}), ("customers", {"email": BUYER}), ("licenses", {"email": BUYER}))


class Ecosystem(VendorTest):
    @classmethod
    def prepare(cls):
        cls.keys = {"acme": cls.server.api_key}
        for slug in ("beta", "gamma"):
            cls.keys[slug] = cls.server.add_brand(slug)["api_key"]
        for slug in cls.keys:
            cls.server.add_product("till", brand=slug)
            cls.server.add_product("kds", brand=slug)
        made = cls.server.command("operator-key", "add", "--name", "support desk")
        cls.operator, cls.operator_id = made["operator_key"], made["operator_key_id"]

    def provision(self, slug, email=BUYER, products=("till",)):
        order = {"customer_email": email, "products": list(products)}
        return self.ask(201, "POST", BRAND + "licenses/provision", order, key=self.keys[slug]).json

    def look(self, what, status=200, **query):
        return self.ask(status, "GET", ECOSYSTEM + what, key=query.pop("key", self.operator), **query)

    def walk(self, what, **query):
        """All items, a page of the given limit at a time."""
        reply, pages = self.look(what, **query), 1
        found = list(reply.json)
        while reply.next_page():
            self.assertLessEqual(len(reply.json), query["limit"])
            reply, pages = self.ask(200, "GET", reply.next_page(), key=self.operator, **query), pages + 1
            found += reply.json
        return found, pages

    def audited(self, action):
        return self.server.command("audit", "list", "--action", action)["entries"]

    def test_licenses_of_a_customer_are_found_in_all_brands(self):
        made = {item["id"] for slug in ("acme", "beta", "gamma")
                for item in self.provision(slug, "all@shop.example", ("till", "kds"))["licenses"]}
        self.provision("acme", "other@shop.example")
        for limit in (1, 2, 3, 100):
            found, pages = self.walk("licenses", email="ALL@shop.example", limit=limit)
            self.assertEqual(sorted(made), sorted(item["id"] for item in found))
            self.assertEqual({"acme", "beta", "gamma"}, {item["brand"]["slug"] for item in found})
            self.assertEqual(-(-6 // limit), pages, "no page too many")
        self.assertEqual([], self.look("licenses", email="nobody@shop.example").json)

    def test_license_keys_are_not_told(self):
        key = self.provision("acme", "secret@shop.example")["license_key"]["key"]
        reply = self.look("licenses", email="secret@shop.example")
        self.assertNotIn(key, reply.text)
        self.assertTrue(key.endswith(reply.json[0]["key_tail"]))

    def test_customers_of_an_address_are_found_in_all_brands(self):
        for slug in ("acme", "beta", "gamma"):
            self.provision(slug, "three@shop.example")
        for limit in (1, 2, 3):
            found, pages = self.walk("customers", email="three@shop.example", limit=limit)
            self.assertEqual({"acme", "beta", "gamma"}, {item["brand"]["slug"] for item in found})
            self.assertEqual((3, -(-3 // limit)), (len(found), pages))

    def test_brands_are_counted(self):
        key = self.server.add_brand("counted")["api_key"]
        self.keys["counted"] = key
        self.addCleanup(self.keys.pop, "counted")
        self.server.add_product("till", brand="counted", seats=3)
        made = [self.provision("counted", f"c{n}@shop.example")["licenses"][0]["id"] for n in range(5)]
        lapsed = {"customer_email": "past@shop.example", "products": ["till"], "expiration_date": "2031-01-01T00:00:00Z"}
        self.ask(201, "POST", BRAND + "licenses/provision", lapsed, key=key)
        self.ask(200, "POST", BRAND + f"licenses/{made[0]}/suspend", {}, key=key)
        self.ask(200, "POST", BRAND + f"licenses/{made[1]}/cancel", {}, key=key)
        (found,) = [item for item in self.walk("brands", limit=2)[0] if item["slug"] == "counted"]
        self.assertEqual((1, 6, 0), (found["products"], found["customers"], found["activations"]))
        self.assertEqual({"all": 6, "valid": 4, "expired": 0, "suspended": 1, "cancelled": 1}, found["licenses"])

    def test_a_license_past_its_end_is_counted_as_expired(self):
        rows = [{"key": f"PAST-0000-0000-000{n}", "product": "till", "email": f"past{n}@shop.example", "expires_at": "2020-01-01T00:00:00Z"}
                for n in range(2)]
        self.server.add_brand("past")
        self.server.add_product("till", brand="past")
        self.server.bring(rows, brand="past")
        (found,) = [item for item in self.walk("brands", limit=50)[0] if item["slug"] == "past"]
        self.assertEqual((2, 2, 0), tuple(found["licenses"][name] for name in ("all", "expired", "valid")))

    def test_pages_come_as_tables_too(self):
        reply = self.look("brands", headers={"Accept": "text/csv"})
        rows = list(csv.DictReader(io.StringIO(reply.text)))
        self.assertIn("acme", {row["slug"] for row in rows})
        self.assertIn("licenses.valid", rows[0])

    def test_every_look_is_in_the_audit_with_the_address_committed_to(self):
        before = len(self.audited("operator.looked"))
        for what, query in ROUTES:
            self.look(what, headers={"X-Request-Id": "look-at-" + what}, **query)
        entries = self.audited("operator.looked")
        self.assertEqual(before + 3, len(entries))
        self.assertEqual({f"operator_key:{self.operator_id}"}, {entry["actor"] for entry in entries[:3]})
        self.assertEqual({"look-at-" + what for what, _ in ROUTES}, {entry["request"] for entry in entries[:3]})
        self.assertEqual({"127.0.0.1"}, {entry["address"] for entry in entries[:3]})
        self.assertEqual({"brands", "customers", "licenses"}, {json.loads(entry["details"])["of"] for entry in entries[:3]})
        self.assertNotIn(BUYER, str(entries))
        self.assertEqual(2, sum("email" in json.loads(entry["details"]) for entry in entries[:3]))

    def test_what_was_refused_is_no_look(self):
        before = len(self.audited("operator.looked"))
        for what, query in ROUTES:
            self.look(what, 403, key=self.keys["beta"], **query)
            self.look(what, 401, key="pospal_operator_" + "A" * 43, **query)
            self.look(what, 401, key=None, **query)
        self.look("licenses", 400)
        self.look("licenses", 400, email="no address")
        self.look("licenses", 400, email=BUYER, cursor="01234567-89ab-7def-8123-456789abcdef")
        self.assertEqual(before, len(self.audited("operator.looked")))

    def test_no_key_of_a_brand_becomes_an_operators(self):
        for scopes in (["ecosystem:read"], ["*", "ecosystem:read"], ["licenses:read", "ecosystem:read"]):
            self.ask(403, "POST", BRAND + "keys", {"name": "x", "scopes": scopes})
        made = self.ask(201, "POST", BRAND + "keys", {"name": "x", "scopes": ["*"]}).json
        self.ask(403, "PATCH", BRAND + "keys/" + made["id"], {"scopes": ["ecosystem:read"]}, in_order=True)
        rotated = self.ask(201, "POST", BRAND + f"keys/{made['id']}/rotate", {}).json
        for key in (made["key"], rotated["key"]):
            for what, query in ROUTES:
                self.look(what, 403, key=key, **query)

    def test_an_operator_key_is_no_key_of_a_brand(self):
        for method, path in (("GET", "licenses"), ("GET", "keys"), ("GET", "audit")):
            self.ask(401, method, BRAND + path, key=self.operator)
        self.ask(401, "POST", BRAND + "licenses/provision", {"customer_email": BUYER, "products": ["till"]}, key=self.operator)

    def test_a_revoked_key_and_one_past_its_end_see_nothing(self):
        made = self.server.command("operator-key", "add", "--name", "short", "--expires", "2099-01-01T00:00:00Z")
        self.look("brands", key=made["operator_key"])
        self.server.command("operator-key", "revoke", "--id", made["operator_key_id"])
        self.assertIn("revoked", self.look("brands", 401, key=made["operator_key"]).json["detail"])
        self.assertEqual(made["operator_key_id"], self.audited("operator_key.revoked")[0]["target"])
        self.assertIn(made["operator_key_id"], {entry["target"] for entry in self.audited("operator_key.added")})
        listed = {key["operator_key_id"]: key for key in self.server.command("operator-key", "list")["operator_keys"]}
        self.assertIn("revoked_at", listed[made["operator_key_id"]])
        self.assertNotIn("revoked_at", listed[self.operator_id])
        self.assertNotIn(made["operator_key"], str(listed))

    def test_the_command_line_refuses_what_makes_no_sense(self):
        self.server.command("operator-key", "add", "--name", "x", "--expires", "2001-01-01T00:00:00Z", code=2)
        self.server.command("operator-key", "add", "--name", "x", "--expires", "soon", code=2)
        self.server.command("operator-key", "revoke", "--id", "01234567-89ab-7def-8123-456789abcdef", code=3)


if __name__ == "__main__":
    main()
