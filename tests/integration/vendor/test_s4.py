# SPDX-License-Identifier: Apache-2.0
"""A client of a license service for WordPress brands, unchanged: documented and real routes with their envelopes. docs/MIGRATING.md."""

from validator import VendorTest, main

LICENSES = "/api/v1/licenses"
END = "2031-01-31T12:00:00Z"


class Envelopes(VendorTest):
    arguments = ("--refusals-per-minute", "0")

    @classmethod
    def prepare(cls):
        cls.plugin = cls.server.add_product("plugin", seats=3)
        cls.theme = cls.server.add_product("theme", seats=1)
        cls.addon = cls.server.add_product("addon", seats=1)
        cls.rival_key = cls.server.add_brand("rival")["api_key"]
        cls.rival_product = cls.server.add_product("plugin", brand="rival")

    def provision(self, email, product=None, path="/", **more):
        body = {"product_id": product or self.plugin, "customer_email": email, "expires_at": END}
        return self.ask(201, "POST", LICENSES + path, body, **more).json["data"]

    def seat(self, status, key, identifier, code="plugin", path="/validate", **more):
        body = {"license_key": key, "product_code": code, "instance_identifier": identifier, **more}
        return self.ask(status, "POST", LICENSES + path, body, key=None).json

    def test_a_customer_has_one_key_for_several_products(self):
        first = self.provision("one@shop.example")
        self.assertEqual({"license_id", "license_key", "status", "expires_at"}, first.keys())
        self.assertEqual(("valid", END), (first["status"], first["expires_at"]))
        second = self.provision("ONE@shop.example", self.theme, "/provision/")
        self.assertEqual(first["license_key"], second["license_key"])
        third = self.provision("one@shop.example")  # the same product again: another key
        self.assertNotEqual(first["license_key"], third["license_key"])
        status = self.ask(200, "POST", LICENSES + "/status/", {"license_key": first["license_key"]}, key=None).json
        path = f"{LICENSES}/{first['license_key']}/activate/"
        named = self.ask(400, "POST", path, {"instance_identifier": "m"}, key=None).json
        self.assertTrue(named["message"].startswith("product_code ["), named)
        self.ask(200, "POST", path, {"instance_identifier": "m", "product_code": "theme"}, key=None)
        self.assertEqual(["plugin", "theme"], sorted(one["product_code"] for one in status["data"]["entitlements"]))

    def test_a_revoked_key_opens_nothing_new(self):
        first = self.provision("revoked@shop.example")
        self.ask(200, "POST", f"{LICENSES}/{first['license_id']}/revoke/", {})
        self.assertNotEqual(first["license_key"], self.provision("revoked@shop.example", self.theme)["license_key"])

    def test_a_key_that_went_to_somebody_else_opens_nothing_new(self):
        first = self.provision("seller@shop.example")
        second = self.provision("seller@shop.example", self.theme)
        self.assertEqual(first["license_key"], second["license_key"])
        self.ask(200, "POST", f"/api/v1/brand/licenses/{first['license_id']}/transfer", {"customer_email": "buyer@shop.example"})
        # The seller has the plugin no more, and buys it and another product: the buyer gets none of it.
        again = self.provision("seller@shop.example")
        self.assertNotEqual(first["license_key"], again["license_key"])
        third = self.provision("seller@shop.example", self.addon)
        self.assertNotEqual(first["license_key"], third["license_key"])
        self.assertEqual(again["license_key"], third["license_key"])  # that one is the seller's alone
        # Nor does what the buyer orders go to the seller.
        self.assertNotEqual(first["license_key"], self.provision("buyer@shop.example", self.addon)["license_key"])
        status = self.ask(200, "POST", LICENSES + "/status/", {"license_key": first["license_key"]}, key=None).json
        self.assertEqual(["plugin", "theme"], sorted(one["product_code"] for one in status["data"]["entitlements"]))

    def test_orders_that_are_wrong(self):
        body = {"product_id": self.rival_product, "customer_email": "w@shop.example", "expires_at": END}
        refused = self.ask(400, "POST", LICENSES + "/", body).json
        self.assertEqual((False, "Product does not belong to brand"), (refused["success"], refused["message"]))
        refused = self.ask(400, "POST", LICENSES + "/", {"product_id": "x", "customer_email": "w@shop.example", "expires_at": END}).json
        self.assertTrue(refused["message"].startswith("product_id ["), refused)
        self.ask(400, "POST", LICENSES + "/", {**body, "product_id": self.plugin, "expires_at": "2001-01-01T00:00:00Z"})
        self.ask(400, "POST", LICENSES + "/", "{")
        self.assertEqual([], self.listed("w@shop.example"))

    def test_seats_are_taken_repeated_and_refused(self):
        key = self.provision("seats@shop.example")["license_key"]
        first = self.seat(200, key, "https://a.example")
        self.assertEqual(("License successfully activated", True), (first["message"], first["success"]))
        self.assertEqual("activated", first["data"]["status"])
        again = self.seat(200, key, "https://A.example/", some_member="of theirs")
        self.assertEqual(("License already activated on this instance", "active"), (again["message"], again["data"]["status"]))
        self.assertEqual(first["data"]["activation_id"], again["data"]["activation_id"])
        self.seat(200, key, "server-2")
        self.seat(200, key, "server-3")
        full = self.seat(403, key, "server-4")
        self.assertEqual((False, "Activation limit has expired"), (full["success"], full["message"]))
        self.assertEqual("License does not exist", self.seat(404, "LIC-0123456789AB", "x")["message"])
        self.assertEqual("License does not exist", self.seat(404, key, "x", "theme")["message"])
        self.assertEqual("License does not exist", self.seat(404, key, "x", "no-such")["message"])
        self.assertTrue(self.seat(400, key, "")["message"].startswith("instance_identifier ["))
        self.assertEqual("deactivated", self.seat(200, key, "server-2", path="/deactivate")["data"]["status"])
        self.assertEqual("Active activation not found", self.seat(404, key, "server-2", path="/deactivate")["message"])
        self.seat(200, key, "server-4")

    def test_the_documented_routes_name_the_key_in_the_path(self):
        key = self.provision("path@shop.example")["license_key"]
        made = self.ask(200, "POST", f"{LICENSES}/{key}/activate/", {"instance_identifier": "https://a.example"}, key=None).json
        self.assertEqual("activated", made["data"]["status"])
        shown = self.ask(200, "GET", f"{LICENSES}/{key}/", key=None).json
        self.assertEqual((True, [1]), (shown["data"]["valid"], [one["active_seats"] for one in shown["data"]["entitlements"]]))
        self.assertEqual("License key not found", self.ask(404, "GET", LICENSES + "/LIC-0123456789AB/", key=None).json["message"])
        self.ask(404, "POST", LICENSES + "/LIC-0123456789AB/activate/", {"instance_identifier": "x"}, key=None)

    def test_a_status_tells_no_mail_address(self):
        key = self.provision("secret@shop.example")["license_key"]
        status = self.ask(200, "POST", LICENSES + "/status/", {"license_key": key}, key=None)
        self.assertNotIn("secret@shop.example", status.text)
        self.assertEqual({"license_key", "customer_email", "valid", "entitlements"}, status.json["data"].keys())
        self.assertEqual({"product_code": "plugin", "status": "valid", "expires_at": END, "seat_limit": 3, "active_seats": 0,
                          "remaining_seats": 3}, status.json["data"]["entitlements"][0])
        unknown = self.ask(404, "POST", LICENSES + "/status/", {"license_key": "x"}, key=None).json
        self.assertEqual("License key not found", unknown["message"])
        self.ask(400, "POST", LICENSES + "/status/", {}, key=None)

    def test_the_life_of_a_license(self):
        made = self.provision("life@shop.example")
        path = f"{LICENSES}/{made['license_id']}"
        self.seat(200, made["license_key"], "a")
        self.assertEqual("Only suspended licenses can be reinstated", self.ask(403, "POST", path + "/reinstate/", {}).json["message"])
        for _ in range(2):
            suspended = self.ask(200, "POST", path + "/suspend/", {"reason": "unpaid"}).json
            self.assertEqual("License successfully suspended", suspended["message"])
        self.assertEqual("license is suspended", self.seat(403, made["license_key"], "a")["message"])
        self.assertEqual("License successfully Reinstated", self.ask(200, "POST", path + "/reinstate/").json["message"])
        self.assertEqual("active", self.seat(200, made["license_key"], "a")["data"]["status"])
        self.ask(200, "POST", path + "/suspend/", {"deactivate_existing": True})
        self.ask(200, "POST", path + "/reinstate/")
        self.assertEqual("activated", self.seat(200, made["license_key"], "a")["data"]["status"])
        for _ in range(2):
            revoked = self.ask(200, "POST", path + "/revoke/", {}).json
            self.assertEqual(("License successfully Revoked", "cancelled"), (revoked["message"], revoked["data"]["status"]))
        self.assertEqual("license has been revoked", self.seat(403, made["license_key"], "a")["message"])
        self.ask(400, "POST", path + "/suspend/", {})
        shown = self.ask(200, "GET", f"{LICENSES}/{made['license_key']}", key=None).json["data"]
        self.assertEqual((False, 0), (shown["valid"], shown["entitlements"][0]["active_seats"]))

    def test_another_brand_changes_and_lists_nothing(self):
        made = self.provision("mine@shop.example")
        for verb in ("suspend", "revoke", "reinstate"):
            reply = self.ask(404, "POST", f"{LICENSES}/{made['license_id']}/{verb}/", {}, key=self.rival_key).json
            self.assertEqual((False, "License does not exist"), (reply["success"], reply["message"]))
        self.assertEqual([], self.listed("mine@shop.example", key=self.rival_key))
        self.ask(404, "POST", f"{LICENSES}/no-uuid/suspend/", {})

    def listed(self, email, **more):
        return self.ask(200, "POST", LICENSES + "/email-listing/", {"customer_email": email}, **more).json["results"]["data"]

    def test_lists_by_mail(self):
        made = [self.provision("many@shop.example") for _ in range(5)]
        seen, path = [], LICENSES + "/email-listing/?limit=2"
        while path:
            page = self.ask(200, "POST", path, {"customer_email": "many@shop.example"}).json
            self.assertEqual((5, True), (page["count"], page["results"]["success"]))
            seen += page["results"]["data"]
            path = page["next"]
        self.assertEqual([one["license_id"] for one in made], [one["license_id"] for one in seen])
        self.assertEqual({"name": "Acme", "id": self.server.brand_id}, seen[0]["brand"])
        self.assertEqual({"id": self.plugin, "code": "plugin", "name": "Plugin"}, seen[0]["product"])
        self.assertEqual(("valid", True, 0), (seen[0]["status"], seen[0]["is_active"], seen[0]["active_seats"]))
        for name in ("email", "customer_email"):
            flat = self.ask(200, "GET", LICENSES + "/by_email/", **{name: "many@shop.example"}).json
            self.assertEqual(5, len(flat["data"]))
        self.ask(400, "GET", LICENSES + "/by_email/")
        self.ask(400, "POST", LICENSES + "/email-listing/?offset=-1", {"customer_email": "many@shop.example"})
        self.ask(400, "POST", LICENSES + "/email-listing/", {"customer_email": "x"})

    def test_credentials_and_what_there_is_not(self):
        body = {"product_id": self.plugin, "customer_email": "a@b.example", "expires_at": END}
        missing = self.ask(401, "POST", LICENSES + "/", body, key=None)
        self.assertEqual(("X-API-KEY", "Missing API Key", "False"),
                         (missing.headers["WWW-Authenticate"], missing.json["message"], missing.json["success"]))
        wrong = self.ask(401, "POST", LICENSES + "/", body, key="brand_x")
        self.assertEqual(("X-API-KEY", "Invalid API Key"), (wrong.headers["WWW-Authenticate"], wrong.json["detail"]))
        self.ask(201, "POST", LICENSES + "/", body, key=None, headers={"X-API-KEY": self.server.api_key})
        signup = self.ask(403, "POST", "/api/v1/auth/brands/signup/", {"name": "Everybody"}, key=None).json
        self.assertIn("brand add", signup["message"])


class Throttled(VendorTest):
    arguments = ("--refusals-per-minute", "3", "--loops", "1")

    def test_guessing_is_throttled(self):
        replies = [self.server.ask("POST", LICENSES + "/status/", {"license_key": "guess"}, key=None) for _ in range(6)]
        reply = replies[-1]
        self.assertEqual([404, 429], [replies[0].status, reply.status])
        self.assertRegex(reply.json["detail"], r"Request was throttled\. Expected available in \d+ seconds\.")
        self.assertGreaterEqual(int(reply.headers["Retry-After"]), 1)


if __name__ == "__main__":
    main()
