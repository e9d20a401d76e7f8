# SPDX-License-Identifier: Apache-2.0
"""Products and their policies through the vendor's API."""

from validator import VendorTest, main

PRODUCTS = "/api/v1/brand/products"


class Products(VendorTest):
    @classmethod
    def prepare(cls):
        cls.rival_key = cls.server.add_brand("rival")["api_key"]

    def add(self, slug, **more):
        return self.ask(201, "POST", PRODUCTS, {"slug": slug, "name": slug.title(), **more})

    def test_a_product_has_the_defaults_that_were_not_given(self):
        made = self.add("plain")
        self.assertEqual(f"{PRODUCTS}/{made.json['id']}", made.headers["Location"])
        self.assertEqual((1, 259200, 864000, "two", "any", 1), tuple(made.json[name] for name in (
            "seats", "check_by_s", "grace_s", "match", "takeover", "version")))
        shown = self.ask(200, "GET", made.headers["Location"])
        self.assertEqual((made.json, made.headers["ETag"]), (shown.json, shown.headers["ETag"]))

    def test_a_product_is_changed_member_by_member(self):
        path = self.add("changing", seats=2, entitlements={"kds": True}, key_prefix="ACME").headers["Location"]
        changed = self.ask(200, "PATCH", path, {"seats": 5, "match": "3", "takeover": "idle", "name": "Other", "trial_days": 14,
                                                "trial_entitlements": {"kds": False}})
        self.assertEqual((5, "3", "idle", "Other", 14, "ACME", {"kds": True}, 2), tuple(changed.json[name] for name in (
            "seats", "match", "takeover", "name", "trial_days", "key_prefix", "entitlements", "version")))
        self.assertIsNone(self.ask(200, "PATCH", path, {"entitlements": None}).json["entitlements"])
        same = self.ask(200, "PATCH", path, {"seats": 5})
        self.assertEqual(3, same.json["version"])  # nothing changed
        self.assertEqual(same.json, self.ask(200, "GET", path).json)

    def test_a_change_reaches_licenses_that_are_there_and_keys_only_new_ones(self):
        path = self.add("reach", seats=1).headers["Location"]
        order = {"customer_email": "reach@shop.example", "products": ["reach"]}
        first = self.ask(201, "POST", "/api/v1/brand/licenses/provision", order).json
        self.ask(200, "PATCH", path, {"seats": 3, "key_prefix": "NEW", "key_group": 7})
        second = self.ask(201, "POST", "/api/v1/brand/licenses/provision", order).json
        listed = self.ask(200, "GET", "/api/v1/brand/licenses", product="reach").json
        self.assertEqual([3, 3], [one["seat_limit"] for one in listed])
        self.assertFalse(first["license_key"]["key"].startswith("NEW-"))
        self.assertRegex(second["license_key"]["key"], r"^NEW-[^-]{7}-")

    def test_what_the_end_is_counted_from_and_what_it_does(self):
        path = self.add("term", expiry_basis="date", expiry_date="2031-01-31T12:00:00Z", expiry_effect="keep").headers["Location"]
        order = {"customer_email": "term@shop.example", "products": ["term"]}
        license = self.ask(201, "POST", "/api/v1/brand/licenses/provision", order).json["licenses"][0]
        self.assertEqual(("2031-01-31T12:00:00Z",) * 2, (license["expires_at"], license["updates_until"]))
        changed = self.ask(200, "PATCH", path, {"expiry_basis": "creation", "duration_days": 365, "expiry_date": None, "overage": 2}).json
        self.assertEqual(("creation", 365, None, "keep", 2), tuple(changed[name] for name in (
            "expiry_basis", "duration_days", "expiry_date", "expiry_effect", "overage")))
        for wrong in ({"duration_days": 0}, {"expiry_basis": "date"}, {"free_after_days": 10}, {"expiry_effect": "explode"},
                      {"overage": -1}):
            self.ask(400, "PATCH", path, wrong)
        freeing = self.ask(200, "PATCH", path, {"free_after_days": 30}).json
        self.assertEqual(30, freeing["free_after_days"])

    def test_who_has_not_seen_the_last_change_changes_nothing(self):
        made = self.add("etag")
        path, seen = made.headers["Location"], {"If-Match": made.headers["ETag"]}
        self.ask(200, "PATCH", path, {"seats": 2}, headers=seen)
        self.assertEqual("precondition_failed", self.ask(412, "PATCH", path, {"seats": 3}, headers=seen).code)
        self.assertEqual(2, self.ask(200, "GET", path).json["seats"])

    def test_wrong_members_are_named_and_nothing_is_made(self):
        body = {"slug": "Wrong", "name": "", "seats": 0, "grace_s": "long", "match": "some", "takeover": "maybe", "entitlements": 7,
                "shape": 1}
        reply = self.ask(400, "POST", PRODUCTS, body)
        self.assertEqual(set(body), {fault["member"] for fault in reply.json["errors"]})
        for wrong in ({"check_by_s": 600, "grace_s": 300}, {"session_beat_s": 100, "session_lease_s": 200}, {"key_prefix": "lower"},
                      {"entitlements": {"bad": [1]}}):
            self.assertEqual("invalid_request", self.ask(400, "POST", PRODUCTS, {"slug": "never", "name": "x", **wrong}).code, wrong)
        self.assertNotIn("never", [one["slug"] for one in self.ask(200, "GET", PRODUCTS).json])
        path = self.add("slugs").headers["Location"]
        self.ask(400, "PATCH", path, {"slug": "other"})
        self.ask(400, "PATCH", path, {"grace_s": 60})
        self.assertEqual("conflict", self.ask(409, "POST", PRODUCTS, {"slug": "slugs", "name": "x"}).code)

    def test_pages_hold_every_product_once_in_every_form(self):
        made = [self.add(f"page-{i}", name=f'=1+"{i}"').json["id"] for i in range(5)]
        seen, path = [], PRODUCTS + "?limit=2"
        while path:
            reply = self.ask(200, "GET", path)
            seen += [one["id"] for one in reply.json]
            path = reply.next_page() and reply.next_page() + "&limit=2"
        self.assertEqual(made, [one for one in seen if one in made])
        self.assertEqual(len(seen), len(set(seen)))
        lines = self.ask(200, "GET", PRODUCTS, headers={"Accept": "application/jsonl"})
        self.assertEqual(("application/jsonl", len(seen)), (lines.media_type, lines.text.count("\n")))
        table = self.ask(200, "GET", PRODUCTS, headers={"Accept": "text/csv;q=0.9, application/json"}).text.split("\r\n")
        self.assertEqual("id,slug,name,seats,created_at,version", table[0])
        self.assertIn("\"'=1+\"\"0\"\"\"", [line for line in table if "page-0" in line][0])
        rest = self.ask(200, "GET", PRODUCTS, headers={"Accept": "text/csv"}, cursor=seen[0]).text.split("\r\n")
        self.assertTrue(rest[0].startswith(seen[1]))

    def test_another_brand_finds_nothing(self):
        path = self.add("mine").headers["Location"]
        self.ask(404, "GET", path, key=self.rival_key)
        self.ask(404, "PATCH", path, {"seats": 9}, key=self.rival_key)
        self.assertEqual([], self.ask(200, "GET", PRODUCTS, key=self.rival_key).json)
        self.ask(404, "GET", PRODUCTS + "/01234567-89ab-7def-8123-456789abcdef")


if __name__ == "__main__":
    main()
