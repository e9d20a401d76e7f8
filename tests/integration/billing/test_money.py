# SPDX-License-Identifier: Apache-2.0
"""The routes about money that programs call: price, checkout, portal, refund. Each answer of the contract's table, good and bad."""

import threading
import time

from till import TillTest, main


class Pricing(TillTest):
    def test_the_price_is_asked_for_once_in_ten_minutes(self):
        first = self.call(200, "/pricing", method="GET").json
        self.assertEqual({"price": 29, "currency": "EUR", "source": "stripe_live", "cache_ttl_seconds": 600, "cache_state": "refreshed"}, first)
        again = self.call(200, "/pricing", {}).json
        self.assertEqual("cache_hit", again["cache_state"])
        self.assertEqual(1, len(self.stripe.asked("/v1/prices/price_pos")))

    def test_who_looks_at_a_price_that_hangs_keeps_no_event_from_its_thread(self):
        name = ("brand", "set", "--brand", "acme", "--name", "stripe_price", "--value")
        events = self.stripe.act("buy", email=self.email(), metadata={"pospal_brand": self.server.brand_id})
        self.server.command(*name, "price_other")
        self.addCleanup(self.server.command, *name, "price_pos")
        self.stripe.act("trouble", hang="/v1/prices/")
        statuses = []
        lookers = [threading.Thread(target=lambda: statuses.append(self.server.call("/pricing", method="GET").status)) for _ in range(12)]
        for looker in lookers:
            looker.start()
        self.until(lambda: len(statuses) == 10)  # while two wait for the provider
        self.deliver(events)
        self.assertEqual(10, len(statuses))
        self.stripe.act("trouble")
        for looker in lookers:
            looker.join()
        self.assertEqual({503}, set(statuses))

    def until(self, is_so, seconds=20):
        end = time.monotonic() + seconds
        while not is_so():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_a_brand_without_a_price_says_that_there_is_none(self):
        refused = self.call(503, "/pricing", method="GET", host="rival.example").json
        self.assertEqual((False, "PRICING_UNAVAILABLE", "PRICING_UNAVAILABLE"), (refused["success"], refused["errorCode"], refused["code"]))
        self.assertIn("timestamp", refused)


class Checkout(TillTest):
    """The refusals; what follows a verified address is in tests/unit/test_checkout.c."""

    def form(self, email, **more):
        return {"restaurantName": "Taverna Ωραία", "name": "Maria & Co", "email": email, "phone": "+30 210 1234", **more}

    def test_what_is_missing_or_wrong_is_400(self):
        for body in ({}, {"name": "M", "email": "a@b.gr"}, {"restaurantName": "T", "name": "M"}):
            self.assertEqual({"error": "Missing required fields"}, self.call(400, "/create-checkout-session", body).json)
        self.assertEqual({"error": "Invalid email"}, self.call(400, "/create-checkout-session", self.form("nobody")).json)
        self.assertEqual("EMAIL_NOT_VERIFIED", self.call(400, "/create-checkout-session", self.form("a@b.gr")).json["code"])
        self.assertEqual("EMAIL_NOT_VERIFIED", self.call(401, "/create-checkout-session", self.form("a@b.gr", verificationToken="0" * 48)).json["code"])
        self.assertEqual([], self.stripe.asked("/v1/checkout"))


class Portal(TillTest):
    def credentials(self):
        email, subscription, events = self.buy()
        shown = self.server.command("license", "show", "--license", self.server.licenses(email)[0]["license_id"], "--reveal")
        return {"email": email, "unlockToken": shown["license_key"]}, subscription, events

    def test_a_portal_is_opened_for_who_has_the_token(self):
        credentials, _, events = self.credentials()
        customer = events[0]["data"]["object"]["customer"]
        self.assertEqual({"url": f"https://billing.stripe.com/p/session/{customer}"}, self.call(200, "/create-portal-session", credentials).json)
        sent = self.stripe.asked("/v1/billing_portal")[-1]
        self.assertEqual("https://shop.example/pos", sent["form"]["return_url"])
        self.assertTrue(sent["headers"]["idempotency-key"].startswith("pospal-portal-"))
        self.assertEqual("2025-02-24.acacia", sent["headers"]["stripe-version"])

    def test_an_address_alone_or_a_wrong_token_opens_nothing(self):
        credentials, _, _ = self.credentials()
        for path in ("/create-portal-session", "/customer-portal"):
            self.call(400, path, {"email": credentials["email"]})
            self.call(401, path, {**credentials, "unlockToken": "POSPAL-AAAA-BBBB-CCCC-DDDD"})
            self.call(401, path, {**credentials, "email": "somebody@else.example"})

    def test_a_customer_that_is_missing_is_made_once(self):
        subscriber = self.server.subscribe(provider_customer="NULL", provider_subscription="NULL")
        body = {"email": subscriber.email, "unlockToken": subscriber.token}
        self.call(200, "/create-portal-session", body)
        self.call(200, "/create-portal-session", body)
        made = [a for a in self.stripe.asked("/v1/customers", "POST") if a["form"]["email"] == subscriber.email]
        self.assertEqual(1, len(made))
        self.assertEqual(1, self.server.number(f"SELECT count(*) FROM subscription WHERE license_id = {subscriber.key} AND provider_customer IS NOT NULL"))

    def test_a_provider_that_fails_or_is_not_set_up_is_told_with_whom_to_write_to(self):
        credentials, _, _ = self.credentials()
        self.stripe.act("trouble", status=500, count=100)
        refused = self.call(500, "/create-portal-session", credentials).json
        self.assertEqual(("STRIPE_CUSTOMER_CREATION_FAILED", "help@acme.example"), (refused["errorCode"], refused["supportEmail"]))
        self.stripe.act("trouble", portal=True)
        refused = self.call(503, "/create-portal-session", credentials).json
        self.assertEqual(("STRIPE_PORTAL_NOT_CONFIGURED", "help@acme.example"), (refused["errorCode"], refused["supportEmail"]))

    def test_the_customer_and_its_subscription_are_shown(self):
        credentials, subscription, _ = self.credentials()
        shown = self.call(200, "/customer-portal", credentials).json
        self.assertEqual({"id", "email", "name", "subscription_status", "created_at", "last_seen"}, set(shown["customer"]))
        self.assertEqual((credentials["email"], "active"), (shown["customer"]["email"], shown["customer"]["subscription_status"]))
        self.assertEqual(("subscription", subscription), (shown["subscription"]["object"], shown["subscription"]["id"]))
        self.assertIsInstance(shown["subscription"]["customer"], str)
        self.stripe.act("trouble", status=500, count=100)
        self.assertIsNone(self.call(200, "/customer-portal", credentials).json["subscription"])


class Refunds(TillTest):
    def test_a_refund_is_asked_for_and_no_money_moves(self):
        email, _, events = self.buy()
        shown = self.server.command("license", "show", "--license", self.server.licenses(email)[0]["license_id"], "--reveal")
        invoice = next(e for e in events if e["type"] == "invoice.paid")["data"]["object"]["id"]
        body = {"email": email, "unlockToken": shown["license_key"], "invoiceId": invoice}
        answer = self.call(200, "/invoice-refund", body).json
        self.assertEqual((True, str), (answer["success"], type(answer["message"])))
        self.assertEqual(1, self.server.number(f"SELECT count(*) FROM refund_request WHERE provider_invoice = '{invoice}' AND state = 1"))
        self.assertEqual([], self.stripe.asked("/v1/refunds"))
        self.call(401, "/invoice-refund", {**body, "unlockToken": "POSPAL-AAAA-BBBB-CCCC-DDDD"})
        self.call(400, "/invoice-refund", {**body, "invoiceId": "in_of_somebody_else"})
        self.call(400, "/invoice-refund", {"email": email})


if __name__ == "__main__":
    main()
