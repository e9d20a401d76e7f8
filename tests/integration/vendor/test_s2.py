# SPDX-License-Identifier: Apache-2.0
"""A client of a license service for several brands, unchanged: its real paths, its headers, its error shapes. docs/MIGRATING.md."""

from validator import VendorTest, main

BRAND = "/api/v1/brand/licenses"
PRODUCT = "/api/v1/product"
END = "2031-01-31T12:00:00Z"


class OtherService(VendorTest):
    arguments = ("--refusals-per-minute", "0")

    @classmethod
    def prepare(cls):
        cls.product = cls.server.add_product("plugin", seats=2)

    def provision(self, email, **more):
        return self.ask(201, "POST", BRAND + "/provision", {"customer_email": email, "products": [self.product], **more}).json

    def with_key(self, status, method, path, key, body=None, **query):
        return self.ask(status, method, PRODUCT + path, body, key=None, headers={"X-License-Key": key}, **query)

    def test_a_provision_has_the_members_that_clients_read(self):
        made = self.provision("p@shop.example", expiration_date=END, max_seats=3)
        self.assertLessEqual({"id", "key", "brand_id", "customer_email", "created_at"}, made["license_key"].keys())
        self.assertLessEqual({"id", "product_id", "product_name", "status", "seat_limit", "seats_used", "seats_remaining", "expires_at",
                              "created_at"}, made["licenses"][0].keys())
        self.assertEqual(("valid", 3), (made["licenses"][0]["status"], made["licenses"][0]["seat_limit"]))

    def test_an_idempotency_key_in_the_body_is_one(self):
        first = self.provision("idem@shop.example", idempotency_key="order-1")
        self.assertEqual(first, self.provision("idem@shop.example", idempotency_key="order-1"))
        body = {"customer_email": "other@shop.example", "products": [self.product], "idempotency_key": "order-1"}
        reply = self.ask(409, "POST", BRAND + "/provision", body)
        self.assertEqual("IDEMPOTENCY_KEY_REUSED", reply.json["error"]["code"])
        self.ask(400, "POST", BRAND + "/provision", {**body, "idempotency_key": "two words"})

    def test_a_list_by_mail_has_the_members_that_clients_read(self):
        made = self.provision("list@shop.example", expiration_date=END)
        listed = self.ask(200, "GET", BRAND, email="list@shop.example").json
        self.assertEqual([{"license_key": made["license_key"]["key"], "brand_name": "Acme", "product_name": "Plugin", "status": "valid",
                           "expires_at": END, "seats_used": 0, "seat_limit": 2}],
                         [{name: one[name] for name in ("license_key", "brand_name", "product_name", "status", "expires_at", "seats_used",
                                                        "seat_limit")} for one in listed])

    def test_the_life_of_a_license_by_patch(self):
        path = f"{BRAND}/{self.provision('life@shop.example')['licenses'][0]['id']}"
        for verb, done, body in (("suspend", "suspended", {"reason": "unpaid"}), ("resume", "resumed", {}),
                                 ("renew", "renewed", {"expiration_date": END}), ("cancel", "cancelled", {})):
            self.assertEqual(f"License {done} successfully", self.ask(200, "PATCH", f"{path}/{verb}", body).json["message"])
        refused = self.ask(409, "PATCH", path + "/resume", {}).json["error"]
        self.assertEqual("INVALID_LICENSE_STATUS", refused["code"])
        self.assertIn("cancelled", refused["message"])

    def test_a_key_in_the_header_activates_shows_and_releases(self):
        key = self.provision("header@shop.example")["license_key"]["key"]
        body = {"product_slug": "plugin", "instance_identifier": "https://a.example", "instance_type": "url", "instance_metadata": {}}
        made = self.with_key(201, "POST", "/activate", key, body).json
        self.assertLessEqual({"activation_id", "license_id", "seats_remaining", "message"}, made.keys())
        self.assertEqual("License activated successfully", made["message"])
        self.assertEqual(made["activation_id"], self.with_key(200, "POST", "/activate", key, body).json["activation_id"])
        shown = self.with_key(200, "GET", "/status", key, instance_identifier="https://a.example").json
        self.assertEqual(("valid", True, True, 1, 1), tuple(shown[name] for name in (
            "status", "is_valid", "is_activated", "total_seats_used", "total_seats_available")))
        self.assertEqual(key, shown["license_key"])
        self.assertLessEqual({"id", "product_id", "product_name", "status", "seat_limit", "seats_used", "seats_remaining", "expires_at",
                              "created_at"}, shown["licenses"][0].keys())
        path = "/activations/" + made["activation_id"]
        for _ in range(2):
            gone = self.with_key(200, "DELETE", path, key).json
            self.assertEqual(("deactivated", "Seat deactivated successfully"), (gone["status"], gone["message"]))
        other = self.provision("stranger@shop.example")["license_key"]["key"]
        self.assertEqual("ACTIVATION_NOT_FOUND", self.with_key(404, "DELETE", path, other).json["error"]["code"])
        self.with_key(404, "DELETE", "/activations/no-uuid", key)

    def test_credentials_are_refused_by_a_flat_text(self):
        for method, path in (("GET", "/status"), ("POST", "/activate"), ("DELETE", "/activations/" + self.product)):
            missing = self.ask(401, method, PRODUCT + path, key=None).json["error"]
            self.assertEqual("Missing license key. Provide X-License-Key header or license_key query param.", missing)
            self.assertEqual("Invalid license key", self.with_key(401, method, path, "nonsense").json["error"])
        self.assertEqual("Missing API key. Provide X-API-Key header.", self.ask(401, "GET", BRAND, key=None).json["error"])
        self.assertEqual("Invalid API key", self.ask(401, "GET", BRAND, key="x").json["error"])

    def test_other_refusals_have_a_code_and_a_message(self):
        wrong = self.ask(400, "POST", BRAND + "/provision", {"customer_email": "x", "products": []}).json["error"]
        self.assertEqual("VALIDATION_ERROR", wrong["code"])
        self.assertTrue(wrong["customer_email"][0] and wrong["products"][0])
        for status, method, path, body, code in (
                (400, "POST", BRAND + "/provision", "{", "PARSE_ERROR"),
                (404, "POST", BRAND + "/provision", {"customer_email": "a@b.example", "products": ["no-such"]}, "PRODUCT_NOT_FOUND"),
                (404, "POST", f"{BRAND}/{self.product}/suspend", {}, "LICENSE_NOT_FOUND"),
                (405, "DELETE", BRAND, None, "METHOD_NOT_ALLOWED"),
                (405, "GET", PRODUCT + "/activate", None, "METHOD_NOT_ALLOWED"),
                (404, "GET", "/api/v1/brand/nothing", None, "NOT_FOUND"),
                (413, "POST", PRODUCT + "/activate", '{"x":"' + "y" * 20000 + '"}', "REQUEST_TOO_LARGE")):
            error = self.ask(status, method, path, body).json["error"]
            self.assertEqual((code, True), (error["code"], bool(error["message"])), path)

    def test_health_answers_where_it_is_looked_for(self):
        for path in ("/health", "/health/", "/health/db/", "/ready", "/ready/"):
            self.ask(200, "GET", path, key=None)


if __name__ == "__main__":
    main()
