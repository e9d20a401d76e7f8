# SPDX-License-Identifier: Apache-2.0
"""What the vendor's API does, done by commands beside the running server; both see the same."""

from validator import VendorTest, main

LICENSES = "/api/v1/brand/licenses"
ACTIVATE = "/api/v1/product/licenses/activate"
NOBODY = "0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f"


class Commands(VendorTest):
    arguments = ("--refusals-per-minute", "0")

    def run_command(self, *words, code=0):
        return self.server.command(*words, code=code)

    def of_brand(self, *words, code=0):
        return self.run_command(*words, "--brand", "acme", code=code)

    def issue(self, slug, *words, email="ada@shop.example"):
        return self.of_brand("license", "issue", "--product", slug, "--email", email, *words)

    def show(self, license):
        return self.ask(200, "GET", f"{LICENSES}/{license['license_id']}").json

    def test_a_product_is_made_and_changed_by_members(self):
        self.server.add_product("made", "--set", "overage=2", "--set", "expiry_basis=first_activation", "--set", "duration_days=30",
                                "--set", "expiry_effect=keep", "--set", "free_after_days=40", "--set", "check_in_s=2592000",
                                "--set", 'entitlements={"kds":true}')
        product = next(one for one in self.ask(200, "GET", "/api/v1/brand/products").json if one["slug"] == "made")
        self.assertEqual((2, "first_activation", 30, "keep", 40, 2592000, {"kds": True}), tuple(product[name] for name in (
            "overage", "expiry_basis", "duration_days", "expiry_effect", "free_after_days", "check_in_s", "entitlements")))
        changed = self.of_brand("product", "change", "--product", "made", "--set", "overage=0", "--set", "match=3", "--set",
                                "expiry_basis=date", "--set", "expiry_date=2090-01-31T12:00:00Z", "--clear", "entitlements")
        self.assertEqual((0, "3", "date", "2090-01-31T12:00:00Z", 2), tuple(changed[name] for name in (
            "overage", "match", "expiry_basis", "expiry_date", "version")))
        self.assertIsNone(self.ask(200, "GET", f"/api/v1/brand/products/{product['id']}").json["entitlements"])
        for wrong in ("overage=-1", "overage=many", "match=some", "expiry_basis=never", "slug=other", "=3", "overage", "grace_s=60"):
            self.of_brand("product", "change", "--product", "made", "--set", wrong, code=2)
        refused = self.of_brand("product", "change", "--product", "made", "--set", "seats=2", "--set", "entitlements={kds}", code=2)
        self.assertIn("--set entitlements:", refused["error"]["detail"])
        self.of_brand("product", "change", "--product", "made", code=2)
        self.of_brand("product", "change", "--product", "none", "--set", "seats=2", code=3)

    def test_rules_of_one_license(self):
        self.server.add_product("rules")
        license = self.issue("rules", "--set", "overage=1", "--metadata", '{"order":"4711"}')
        self.assertEqual(({"overage": 1}, {"order": "4711"}), (self.show(license)["policy"], self.show(license)["metadata"]))
        words = ("license", "policy", "--license", license["license_id"])
        changed = self.run_command(*words, "--set", "match=all", "--set", "grace_s=300000", "--clear", "overage")
        self.assertEqual({"grace_s": 300000, "match": "all"}, changed["policy"])
        self.assertEqual((self.show(license)["policy"], self.show(license)["effective_policy"]),
                         (changed["policy"], changed["effective_policy"]))
        self.assertEqual(changed, self.run_command(*words))
        for wrong in ("seats=3", "grace_s=60", "match=some", "grace_s"):
            self.run_command(*words, "--set", wrong, code=2)
        self.run_command("license", "policy", "--license", NOBODY, code=3)

    def test_a_license_is_changed_and_goes_to_somebody_else(self):
        self.server.add_product("edits", seats=2)
        license = self.issue("edits")
        words = ("license", "change", "--license", license["license_id"])
        self.run_command(*words, "--seats", "5", "--plan", "gold", "--entitlements", '{"kds":true}', "--metadata", '{"a":1}',
                         "--suspend-at", "2090-01-31T12:00:00Z")
        shown = self.show(license)
        self.assertEqual((5, "gold", {"kds": True}, {"a": 1}, "2090-01-31T12:00:00Z"), tuple(shown[name] for name in (
            "seat_limit", "plan", "entitlements", "metadata", "suspend_at")))
        self.run_command(*words, "--clear", "seats", "--clear", "plan", "--clear", "suspend-at")
        shown = self.show(license)
        self.assertEqual((2, None, None, {"a": 1}), tuple(shown[name] for name in ("seat_limit", "plan", "suspend_at", "metadata")))
        for wrong in (("--metadata", "{"), ("--entitlements", "[]"), ("--clear", "key"), ("--seats", "0"), ()):
            self.run_command(*words, *wrong, code=2)
        self.run_command("license", "transfer", "--license", license["license_id"], "--email", "bob@shop.example", "--name", "Bob")
        self.assertEqual(("bob@shop.example", "Bob"), (self.show(license)["customer"]["email"], self.show(license)["customer"]["name"]))
        self.run_command("license", "transfer", "--license", license["license_id"], "--email", "nobody", code=2)

    def test_a_license_is_cancelled_with_words_and_lives_again(self):
        self.server.add_product("again")
        license = self.issue("again")
        one = ("--license", license["license_id"])
        told = self.run_command("license", "cancel", *one, "--reason", "refund", "--note", "asked for it on the phone")
        self.assertEqual(("cancelled", "refund", "asked for it on the phone"), (told["status"], told["reason"], told["status_reason"]))
        self.assertEqual("asked for it on the phone", self.show(license)["status_reason"])
        self.run_command("license", "resume", *one, code=4)
        self.assertEqual("active", self.run_command("license", "reactivate", *one)["status"])
        self.run_command("license", "cancel", *one, "--note", "x" * 501, code=2)
        notes = [entry["note"] for entry in self.of_brand("audit", "list", "--target", license["license_id"])["entries"]]
        self.assertIn("asked for it on the phone", notes)

    def test_lists_by_what_licenses_are(self):
        self.server.add_product("lists")
        self.issue("lists", "--metadata", '{"order":"77"}', "--expires", "2090-01-31", email="list@shop.example")
        gone = self.issue("lists", email="list@shop.example")
        self.run_command("license", "suspend", "--license", gone["license_id"])

        def count(*words):
            return len(self.of_brand("license", "list", "--product", "lists", *words)["licenses"])

        self.assertEqual((1, 1, 0, 0, 1, 0), (count("--status", "valid"), count("--status", "suspended"), count("--status", "check_in_overdue"),
                                              count("--metadata", "order=78"), count("--metadata", "order=77"), count("--expiring-before", "2089-01-01")))
        self.of_brand("license", "list", "--status", "odd", code=2)

    def test_customers(self):
        made = self.of_brand("customer", "add", "--email", "Cleo@shop.example", "--name", "Cleo", "--metadata", '{"crm":7}')
        self.of_brand("customer", "add", "--email", "cleo@shop.example", code=4)
        self.of_brand("customer", "add", "--email", "nobody", code=2)
        changed = self.of_brand("customer", "change", "--customer", made["customer_id"], "--email", "cleo@new.example", "--no-name")
        self.assertEqual(("cleo@new.example", "", '{"crm":7}'), (changed["email"], changed["name"], changed["metadata"]))
        self.assertEqual("cleo@new.example", self.ask(200, "GET", f"/api/v1/brand/customers/{made['customer_id']}").json["email"])
        self.assertEqual([made["customer_id"]], [one["customer_id"] for one in self.of_brand("customer", "list", "--email", "CLEO@new.example")["customers"]])
        self.assertIn(made["customer_id"], [one["customer_id"] for one in self.of_brand("customer", "list")["customers"]])
        self.of_brand("customer", "change", "--customer", NOBODY, "--name", "X", code=3)

    def test_api_keys(self):
        made = self.of_brand("api-key", "add", "--name", "shop", "--scopes", "licenses:read")
        self.ask(200, "GET", LICENSES, key=made["api_key"])
        self.ask(403, "GET", "/api/v1/brand/customers", key=made["api_key"])
        one = ("--key", made["key_id"])
        self.of_brand("api-key", "change", *one, "--scopes", "customers:read licenses:read")
        self.ask(200, "GET", "/api/v1/brand/customers", key=made["api_key"])
        other = self.of_brand("api-key", "rotate", *one)
        self.ask(200, "GET", LICENSES, key=other["api_key"])
        self.ask(200, "GET", LICENSES, key=made["api_key"])  # for a day
        self.of_brand("api-key", "revoke", *one)
        self.ask(401, "GET", LICENSES, key=made["api_key"])
        listed = {key["key_id"]: key["status"] for key in self.of_brand("api-key", "list")["api_keys"]}
        self.assertEqual(("revoked", "active"), (listed[made["key_id"]], listed[other["key_id"]]))
        self.assertNotIn(other["api_key"], str(self.of_brand("api-key", "list")))
        self.of_brand("api-key", "add", "--name", "x", "--scopes", "all:things", code=2)
        refused = self.of_brand("api-key", "add", "--name", "x", "--scopes", "* ecosystem:read", code=2)
        self.assertIn("operator-key add", refused["error"]["detail"])
        self.of_brand("api-key", "change", "--key", other["key_id"], "--scopes", "ecosystem:read", code=2)
        self.of_brand("api-key", "revoke", "--key", NOBODY, code=3)

    def test_webhooks_and_what_was_sent(self):
        made = self.of_brand("webhook", "add", "--url", "https://shop.example/hook", "--events", "license.suspended webhook.test")
        self.assertTrue(made["secret"].startswith("whsec_"))
        one = ("--webhook", made["webhook_id"])
        self.of_brand("webhook", "test", *one)
        (sent,) = self.of_brand("webhook", "deliveries", *one)["deliveries"]
        self.assertEqual(("webhook.test", "waiting"), (sent["type"], sent["status"]))
        shown = self.of_brand("webhook", "delivery", "--delivery", sent["delivery_id"])
        self.assertIn('"type":"webhook.test"', shown["payload"])
        self.of_brand("webhook", "redeliver", "--delivery", sent["delivery_id"], code=4)  # it waits already
        self.of_brand("webhook", "change", *one, "--disable")
        self.assertEqual("dead", self.of_brand("webhook", "deliveries", *one, "--status", "dead")["deliveries"][0]["status"])
        self.of_brand("webhook", "redeliver", "--delivery", sent["delivery_id"], code=4)  # nothing is sent to it
        self.of_brand("webhook", "change", *one, "--enable", "--events", "*")
        self.assertEqual("waiting", self.of_brand("webhook", "redeliver", "--delivery", sent["delivery_id"])["status"])
        self.assertNotEqual(made["secret"], self.of_brand("webhook", "rotate", *one)["secret"])
        self.assertEqual(["*"], self.ask(200, "GET", f"/api/v1/brand/webhooks/{made['webhook_id']}").json["events"])
        for wrong in (("--events", "license.stolen"), ("--url", "ftp://shop.example"), ("--url", "https://127.0.0.1/x"), ("--enable", "--disable")):
            self.of_brand("webhook", "change", *one, *wrong, code=2)
        self.of_brand("webhook", "remove", *one)
        self.assertEqual([], self.of_brand("webhook", "list")["webhooks"])
        self.of_brand("webhook", "test", *one, code=3)

    def test_a_license_is_shown_with_what_it_has_of_its_own(self):
        self.server.add_product("whole")
        license = self.issue("whole")["license_id"]
        later = self.server.rfc3339(self.server.now() + 86400)
        more = {"suspend_at": later, "cancel_at": later, "metadata": {"order": "4711"}, "policy": {"overage": 2}}
        self.ask(200, "PATCH", f"/api/v1/brand/licenses/{license}", more)
        shown = self.run_command("license", "show", "--license", license)
        self.assertEqual({**more, "metadata": '{"order":"4711"}', "policy": '{"overage":2}'}, {name: shown.get(name) for name in more})
        listed = [[one["license_id"] for one in self.of_brand("license", "list", "--product", "whole", "--status", word)["licenses"]]
                  for word in (shown["status"], "valid", "suspended")]
        self.assertEqual([[license], [license], []], listed)
        self.of_brand("license", "list", "--status", "alive", code=2)

    def test_sessions_are_those_of_the_license(self):
        self.server.add_product("halls")
        license = self.issue("halls")
        self.assertEqual([], self.run_command("session", "list", "--license", license["license_id"])["sessions"])
        self.run_command("session", "end", "--license", license["license_id"], "--session", NOBODY, code=3)
        self.run_command("session", "list", "--license", NOBODY, code=3)


if __name__ == "__main__":
    main()
