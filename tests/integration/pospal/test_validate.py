# SPDX-License-Identifier: Apache-2.0
"""Validation and activation after a purchase, in both families of routes: every row of the contract's tables, the cache table with both ends of each
of its intervals, the machine switch."""

import re
from datetime import datetime, timezone

from facade import DAY_MS, HOUR_MS, FacadeTest, machine_hash, main, now_ms, together

INFO = {"isActive", "status", "billingPeriodExpired", "subscriptionId", "lastSeen", "lastValidation", "daysSinceLastSeen",
        "hoursSinceLastValidation", "validationRecommendation", "currentPeriodStart", "currentPeriodEnd", "nextBillingDate", "daysUntilRenewal",
        "daysRemaining", "amount", "currency"}
SECOND_MS = 1000

# How long ago it was validated, and what the answer says of keeping it.
CACHE = [(None, 900, "conservative", "frequent_validation", 720), (0, 3600, "aggressive", "cache_locally", 2880),
         (HOUR_MS - 20 * SECOND_MS, 3600, "aggressive", "cache_locally", 2880), (HOUR_MS, 1800, "moderate", "periodic_check", 1440),
         (DAY_MS - 20 * SECOND_MS, 1800, "moderate", "periodic_check", 1440), (DAY_MS, 900, "conservative", "frequent_validation", 720),
         (400 * DAY_MS, 900, "conservative", "frequent_validation", 720)]

# ... and what is recommended: of a good license, whatever its cache.
RECOMMENDED = [(None, "immediate", 900), (0, "cached", 3600), (HOUR_MS - 20 * SECOND_MS, "cached", 3600), (HOUR_MS, "periodic", 900),
               (DAY_MS - 20 * SECOND_MS, "periodic", 900), (DAY_MS, "immediate", 900)]


def seconds(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc).timestamp()


class Unified(FacadeTest):
    def validate(self, status, one, device=None, **more):
        return self.unified(status, "validate", one.credentials(**more), device)

    # ---- the structure of a request ----

    def test_what_is_missing_is_listed(self):
        cases = [({}, ["Missing required field: operation", "Missing required field: credentials"]),
                 ({"operation": "erase", "credentials": {}},
                  ["Invalid operation type. Must be: validate, instant, or session", "Missing required field: credentials.email",
                   "Missing required field: credentials.token"]),
                 ({"operation": "validate", "credentials": {"email": "a@b.example"}}, ["Missing required field: credentials.token"]),
                 ({"operation": "session", "credentials": {"email": "a@b.example", "token": "t"}},
                  ["Missing required field: action for session operation"]),
                 ({"operation": "instant", "credentials": {"email": "a@b.example"}},
                  ["Missing required field: credentials.stripeSessionId for instant validation"]),
                 ({"operation": "instant"}, ["Missing required field: credentials"])]
        for body, messages in cases:
            reply = self.refused(400, "INVALID_REQUEST_FORMAT", self.server.call("/validate-unified", body))
            self.assertEqual(messages, reply["error"]["message"])
            self.assertEqual(("authentication", "low", False), tuple(reply["error"][n] for n in ("category", "severity", "retryable")))
            self.assertEqual({"apiVersion": "2.0", "endpoint": "/validate-unified"}, reply["metadata"])
            self.assertIsInstance(reply["responseTime"], int)

    # ---- outcomes ----

    def test_wrong_credentials(self):
        one = self.server.subscribe()
        for credentials in ({"email": one.email, "token": "POSPAL-AAAA-AAAA-AAAA-AAAA"}, {"email": "other@shop.example", "token": one.token},
                            {"email": "no address", "token": one.token}, {"email": one.email, "token": "x" * 3000}):
            reply = self.refused(401, "INVALID_CREDENTIALS", self.server.call("/validate-unified", {"operation": "validate", "credentials": credentials}))
            self.assertEqual("Invalid email or unlock token", reply["error"]["message"])
            self.assertEqual(("authentication", "high", False), tuple(reply["error"][n] for n in ("category", "severity", "retryable")))
            self.assertEqual("standard", reply["validationType"])

    def refusals(self):
        """Route and code -> how many were declined so, since the start."""
        found = re.findall(r'pospal_refusals_total{method="POST",route="([^"]+)",code="([^"]+)"} (\d+)', self.server.call("/metrics", method="GET").text)
        return {(route, code): int(count) for route, code, count in found}

    def test_what_is_declined_is_counted_by_its_code(self):
        one = self.server.subscribe()
        before = self.refusals()
        wrong = one.credentials(token="POSPAL-AAAA-AAAA-AAAA-AAAA")
        self.server.call("/validate-unified", {"operation": "validate", "credentials": wrong})
        self.server.call("/validate", wrong)
        self.server.call("/validate", one.credentials())
        one.suspend()
        self.server.call("/validate", one.credentials())
        more = {of: count - before.get(of, 0) for of, count in self.refusals().items()}
        self.assertEqual({("/validate-unified", "INVALID_CREDENTIALS"): 1, ("/validate", "INVALID_CREDENTIALS"): 1,
                          ("/validate", "SUBSCRIPTION_INACTIVE"): 1}, {of: count for of, count in more.items() if count})

    def test_a_good_one(self):
        one = self.server.subscribe("Ann.Lee@shop.example")
        reply = self.validate(200, one)
        body = reply.json
        self.assertTrue(body["success"])
        self.assertRegex(body["requestId"], r"^req_[0-9a-z]{9}[0-9a-z]{8,9}$")
        self.assertEqual({"apiVersion": "2.0", "operation": "unified", "endpoint": "/validate-unified"}, body["metadata"])
        customer = body["validation"].pop("customer")
        self.assertEqual({"valid": True, "status": "active", "validationType": "standard"}, body["validation"])
        self.assertEqual(("Ann.Lee@shop.example", "Ann.Lee"), (customer["email"], customer["name"]))
        self.assertTrue(0 < customer["id"] < 2 ** 53)
        subscription = body["subscription"]
        self.assertEqual({"status", "id", "isActive", "currentPeriodEnd", "nextBillingDate", "daysRemaining"}, subscription.keys())
        self.assertEqual(("active", True, 10), (subscription["status"], subscription["isActive"], subscription["daysRemaining"]))
        self.assertTrue(subscription["id"].startswith("sub_"))
        self.assertEqual({"allowed": True, "sessionId": None, "machineChanged": False}, body["session"])
        self.assertEqual({"responseTime", "databaseQueries", "cacheHit", "circuitBreakerState"}, body["performance"].keys())
        self.assertEqual("CLOSED", body["performance"]["circuitBreakerState"])
        self.assertEqual("2.0", reply.headers["X-API-Version"])
        self.assertRegex(reply.headers["X-Response-Time"], r"^\d+$")
        self.assertEqual(body["timestamp"], reply.headers["X-Validation-Timestamp"])

    def test_the_number_of_a_customer_is_the_earlier_systems_or_stable(self):
        one = self.server.subscribe()
        ids = {self.validate(200, one).json["validation"]["customer"]["id"] for _ in range(3)}
        self.assertEqual(1, len(ids))
        self.server.write(f"UPDATE customer SET number = 4711 WHERE email_folded = '{one.email}'")
        self.assertEqual(4711, self.validate(200, one).json["validation"]["customer"]["id"])

    def test_case_of_the_address_and_spelling_of_the_token_do_not_matter(self):
        one = self.server.subscribe("mixed.Case@shop.example")
        for email in ("MIXED.CASE@SHOP.EXAMPLE", "mixed.case@shop.example"):
            self.unified(200, "validate", {"email": email, "token": one.token})
        self.unified(200, "validate", {"email": one.email, "token": one.token.lower()})
        self.assertEqual("mixed.Case@shop.example", self.validate(200, one).json["validation"]["customer"]["email"])

    def test_not_active(self):
        for condition, status, expired in (("suspend", "inactive", False), ("cancel", "cancelled", False), ("end", "expired", True)):
            one = self.server.subscribe()
            getattr(one, condition)()
            reply = self.refused(403, "SUBSCRIPTION_INACTIVE", self.validate(403, one))
            self.assertEqual("Subscription is not active", reply["error"]["message"])
            self.assertEqual(("subscription", "high", False), tuple(reply["error"][n] for n in ("category", "severity", "retryable")))
            info = reply["subscriptionInfo"]
            self.assertEqual(INFO, info.keys())
            self.assertEqual((False, status, expired), (info["isActive"], info["status"], info["billingPeriodExpired"]))
            self.assertEqual("immediate" if expired else "frequent", info["validationRecommendation"])
            self.assertEqual((2900, "eur"), (info["amount"], info["currency"]))
            self.assertEqual({"portalUrl": None, "contactSupport": True}, reply["supportActions"])

    def test_suspended_for_a_failed_payment_and_active_again_at_once(self):
        one = self.server.subscribe()
        self.validate(200, one)
        one.suspend()
        self.validate(403, one)
        one.resume()
        self.validate(200, one)

    # ---- how long to keep it ----

    def test_cache_durations(self):
        for ago, duration, strategy, recommendation, check in CACHE:
            one = self.server.subscribe()
            if ago is not None:
                one.seen(ago)
            reply = self.validate(200, one)
            caching = reply.json["caching"]
            self.assertEqual((strategy, duration, recommendation), (caching["strategy"], caching["duration"], caching["recommendation"]), ago)
            now = seconds(reply.json["timestamp"])
            self.assertAlmostEqual(duration, seconds(caching["validUntil"]) - now, delta=0.01)
            self.assertAlmostEqual(check, seconds(caching["nextCheck"]) - now, delta=0.01)
            self.assertEqual(f"private, max-age={duration}", reply.headers["Cache-Control"])
            self.assertEqual(strategy, reply.headers["X-Cache-Strategy"])

    def test_the_table_goes_by_what_was_before_this_request(self):
        one = self.server.subscribe()
        strategies = [self.validate(200, one).json["caching"]["strategy"] for _ in range(3)]
        self.assertEqual(["conservative", "aggressive", "aggressive"], strategies)

    def test_a_refusal_is_not_kept_and_does_not_move_the_time(self):
        one = self.server.subscribe()
        one.seen(2 * HOUR_MS)
        one.suspend()
        self.assertEqual("no-cache, no-store, must-revalidate", self.validate(403, one).headers["Cache-Control"])
        one.resume()
        self.assertEqual("moderate", self.validate(200, one).json["caching"]["strategy"])

    # ---- the machine ----

    def machine(self, one, name, status=200, hostname=None, **more):
        info = {"deviceInfo": {"hostname": hostname}} if hostname else {}
        return self.validate(status, one, {"machineFingerprint": name, **info, **more}).json

    def seats(self, one):
        return self.server.number(f"SELECT count(*) FROM activation WHERE license_id = {one.key} AND released_at IS NULL")

    def test_the_first_machine_is_null_the_same_false_another_true(self):
        one = self.server.subscribe()
        self.assertIsNone(self.machine(one, "A")["session"]["machineChanged"])
        self.assertIs(False, self.machine(one, "A")["session"]["machineChanged"])
        self.assertIs(True, self.machine(one, "B")["session"]["machineChanged"])
        self.assertIs(False, self.machine(one, "B")["session"]["machineChanged"])
        self.assertIs(True, self.machine(one, "A")["session"]["machineChanged"])
        self.assertEqual(1, self.seats(one))
        self.assertEqual(2, self.server.mails("machine_switched", one.email))
        self.assertEqual(2, self.server.number("SELECT count(*) FROM audit WHERE action = 142 AND target IN "
                                               f"(SELECT id FROM activation WHERE license_id = {one.key})"))

    def test_what_is_stored_is_the_hash_that_the_earlier_database_holds(self):
        one = self.server.subscribe()
        self.machine(one, "till-1")
        found = self.server.select(f"SELECT identifier FROM activation WHERE license_id = {one.key}")
        self.assertEqual(machine_hash("till-1"), found)

    def test_the_device_is_shown_by_its_name(self):
        one = self.server.subscribe()
        self.assertEqual("Till 1", self.machine(one, "A", hostname="Till 1")["session"]["deviceInfo"]["current"])
        self.assertEqual("Unknown Device", self.machine(one, "A")["session"]["deviceInfo"]["current"])

    def test_skipping_the_update_leaves_the_machine_as_it_is(self):
        one = self.server.subscribe()
        self.machine(one, "A")
        self.assertIs(False, self.machine(one, "B", skipMachineUpdate=True)["session"]["machineChanged"])
        self.assertIs(False, self.machine(one, "A")["session"]["machineChanged"])
        self.assertEqual(0, self.server.mails("machine_switched", one.email))

    def test_a_license_that_is_not_active_gives_no_seat(self):
        one = self.server.subscribe()
        one.suspend()
        self.machine(one, "A", status=403)
        self.assertEqual(0, self.seats(one))

    def test_two_new_machines_at_once_leave_one(self):
        for _ in range(10):
            one = self.server.subscribe()
            self.machine(one, "A")
            together(lambda one=one: self.machine(one, "B"), lambda one=one: self.machine(one, "C"))
            self.assertEqual(1, self.seats(one))
            self.assertEqual(2, self.server.mails("machine_switched", one.email))

    # ---- after a purchase ----

    def instant(self, status, one, machine="A", **more):
        body = {"operation": "instant", "credentials": {"email": one.email, "stripeSessionId": one.checkout, **more}}
        if machine:
            body["device"] = {"machineFingerprint": machine}
        return self.call(status, "/validate-unified", body)

    def test_instant_gives_the_token(self):
        one = self.server.subscribe(name="Ann Example")
        reply = self.instant(200, one)
        body = reply.json
        self.assertEqual(("active", one.token), (body["subscription"]["status"], body["subscription"]["unlockToken"]))
        self.assertEqual(("instant", "Ann Example"), (body["validation"]["validationType"], body["validation"]["customer"]["name"]))
        self.assertEqual((True, one.checkout, "active", False),
                         tuple(body["session"][n] for n in ("allowed", "sessionId", "status", "machineChanged")))
        self.assertEqual("New Device", body["session"]["deviceInfo"]["current"])
        self.assertEqual(("aggressive", 3600), (body["caching"]["strategy"], body["caching"]["duration"]))
        self.assertTrue(body["performance"]["instant"])
        self.assertEqual("private, max-age=3600", reply.headers["Cache-Control"])

    def test_instant_is_for_the_first_machine_that_redeems_it(self):
        one = self.server.subscribe()
        self.instant(200, one, "A")
        self.instant(200, one, "A")
        self.refused(404, "NO_VALID_SUBSCRIPTION", self.instant(404, one, "B"))

    def test_of_two_machines_that_redeem_it_at_once_one_has_it(self):
        for _ in range(10):
            one = self.server.subscribe()
            replies = together(*(lambda one=one, m=m: self.server.call(
                "/validate-unified", {"operation": "instant", "credentials": {"email": one.email, "stripeSessionId": one.checkout},
                                      "device": {"machineFingerprint": m}}) for m in "AB"))
            self.assertEqual([200, 404], sorted(reply.status for reply in replies))

    def test_instant_is_over_after_an_hour(self):
        one = self.server.subscribe(begun_at=now_ms() - HOUR_MS - 60 * SECOND_MS)
        reply = self.refused(404, "NO_VALID_SUBSCRIPTION", self.instant(404, one))
        self.assertEqual("instant", reply["validationType"])
        self.instant(200, self.server.subscribe(begun_at=now_ms() - HOUR_MS + 60 * SECOND_MS, created_at=now_ms() - 400 * DAY_MS))
        unknown = self.server.subscribe(begun_at=0, created_at=now_ms() - 2 * HOUR_MS)  # then from when it was heard of
        self.refused(404, "NO_VALID_SUBSCRIPTION", self.instant(404, unknown))

    def test_instant_needs_its_address_its_checkout_and_a_machine(self):
        one = self.server.subscribe()
        self.refused(404, "NO_VALID_SUBSCRIPTION", self.instant(404, one, email="other@shop.example"))
        self.refused(404, "NO_VALID_SUBSCRIPTION", self.instant(404, one, stripeSessionId="cs_test_other"))
        self.refused(400, "MISSING_REQUIRED_FIELDS", self.instant(400, one, None))
        one.suspend()
        self.refused(404, "NO_VALID_SUBSCRIPTION", self.instant(404, one))

    def test_instant_of_a_period_that_is_over_is_valid_and_says_so(self):
        one = self.server.subscribe()
        one.end()
        body = self.instant(200, one).json
        self.assertEqual((True, "expired", False), (body["validation"]["valid"], body["subscription"]["status"], body["subscription"]["isActive"]))


class Legacy(FacadeTest):
    KEYS = {"valid", "active", "customerName", "customerId", "subscriptionInfo", "subscriptionStatus", "machineChanged", "performance",
            "validatedAt", "cacheUntil"}

    def validate(self, one, **more):
        return self.call(200, "/validate", one.credentials(**more))

    def assert_kept(self, reply, duration):
        self.assertEqual(f"private, max-age={duration}", reply.headers["Cache-Control"])
        self.assertEqual(str(duration), reply.headers["X-Cache-Duration"])
        self.assertEqual(reply.json["validatedAt"], reply.headers["X-Validation-Timestamp"])
        self.assertAlmostEqual(duration, seconds(reply.json["cacheUntil"]) - seconds(reply.json["validatedAt"]), delta=0.01)

    def test_what_is_missing(self):
        for body in ({}, {"email": "a@b.example"}, {"token": "t"}):
            reply = self.call(400, "/validate", body).json
            self.assertEqual((False, "MISSING_REQUIRED_FIELDS"), (reply["success"], reply["errorCode"]))
            self.assertIn("timestamp", reply)
        for email in ("nobody", "a@b", "a b@c.example", "a@b@c.example", "@c.example"):
            self.assertEqual("INVALID_EMAIL_FORMAT", self.call(400, "/validate", {"email": email, "token": "t"}).json["errorCode"])

    def test_wrong_credentials_are_200(self):
        one = self.server.subscribe()
        reply = self.call(200, "/validate", {"email": one.email, "token": "POSPAL-AAAA-AAAA-AAAA-AAAA"})
        self.assertEqual({"valid", "error", "errorCode", "validatedAt", "cacheUntil"}, reply.json.keys())
        self.assertEqual((False, "Invalid email or unlock token", "INVALID_CREDENTIALS"),
                         tuple(reply.json[n] for n in ("valid", "error", "errorCode")))
        self.assert_kept(reply, 60)

    def test_a_good_one_by_its_last_validation(self):
        for ago, recommendation, duration in RECOMMENDED:
            one = self.server.subscribe(name="Ann Example")
            if ago is not None:
                one.seen(ago)
            reply = self.validate(one)
            self.assertEqual(self.KEYS, reply.json.keys())
            self.assertEqual((True, True, "Ann Example", "active", False),
                             tuple(reply.json[n] for n in ("valid", "active", "customerName", "subscriptionStatus", "machineChanged")))
            self.assertEqual(INFO, reply.json["subscriptionInfo"].keys())
            self.assertEqual(recommendation, reply.json["performance"]["validationRecommendation"], ago)
            self.assertEqual(recommendation, reply.json["subscriptionInfo"]["validationRecommendation"])
            self.assert_kept(reply, duration)

    def test_the_subscription(self):
        one = self.server.subscribe()
        one.seen(26 * HOUR_MS, 50 * HOUR_MS)
        info = self.validate(one).json["subscriptionInfo"]
        self.assertEqual((2, 26, 10, 10), tuple(info[n] for n in ("daysSinceLastSeen", "hoursSinceLastValidation", "daysUntilRenewal", "daysRemaining")))
        for name in ("lastSeen", "lastValidation", "currentPeriodStart", "currentPeriodEnd", "nextBillingDate"):
            self.assertTrue(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", info[name]), name)
        never = self.server.subscribe(next_billing_at="NULL", amount=-1, currency="NULL")
        info = self.validate(never).json["subscriptionInfo"]
        for name in ("lastSeen", "lastValidation", "daysSinceLastSeen", "hoursSinceLastValidation", "nextBillingDate", "daysUntilRenewal",
                     "daysRemaining", "amount", "currency"):
            self.assertIsNone(info[name], name)
        late = self.server.subscribe(next_billing_at=now_ms() - 36 * HOUR_MS)
        self.assertEqual(-1, self.validate(late).json["subscriptionInfo"]["daysUntilRenewal"])

    def test_not_active_is_known_and_restricted(self):
        for condition, status in (("suspend", "inactive"), ("cancel", "cancelled"), ("end", "expired")):
            one = self.server.subscribe()
            one.seen(2 * HOUR_MS)
            getattr(one, condition)()
            reply = self.validate(one, machineFingerprint="A")
            self.assertEqual(self.KEYS | {"subscriptionWarning"}, reply.json.keys())
            self.assertEqual((True, False, status, False), tuple(reply.json[n] for n in ("valid", "active", "subscriptionStatus", "machineChanged")))
            self.assertEqual("Subscription is not active. Some features may be restricted.", reply.json["subscriptionWarning"])
            self.assert_kept(reply, 300)
            again = self.validate(one)
            self.assertEqual(reply.json["subscriptionInfo"]["lastValidation"], again.json["subscriptionInfo"]["lastValidation"])

    def test_the_machine(self):
        one = self.server.subscribe()
        changes = [self.validate(one, machineFingerprint=m).json["machineChanged"] for m in "AAB"]
        self.assertEqual([None, False, True], changes)
        self.assertIs(False, self.validate(one, machineFingerprint="C", skipMachineUpdate=True).json["machineChanged"])
        self.assertEqual(1, self.server.mails("machine_switched", one.email))

    def instant(self, status, one, machine="A", **more):
        return self.call(status, "/instant-validate", {"email": one.email, "stripeSessionId": one.checkout, "machineFingerprint": machine, **more})

    def test_instant(self):
        one = self.server.subscribe(name="Ann Example")
        reply = self.instant(200, one)
        self.assertEqual({"valid", "unlockToken", "customerName", "subscriptionInfo", "performance", "validatedAt", "cacheUntil"}, reply.json.keys())
        self.assertEqual((True, one.token, "Ann Example"), tuple(reply.json[n] for n in ("valid", "unlockToken", "customerName")))
        self.assert_kept(reply, 3600)
        other = self.instant(200, one, "B")
        self.assertEqual((False, "NO_VALID_SUBSCRIPTION"), (other.json["valid"], other.json["errorCode"]))
        self.assert_kept(other, 60)
        self.assertEqual("MISSING_REQUIRED_FIELDS", self.instant(400, one, "").json["errorCode"])
        self.assertEqual("MISSING_REQUIRED_FIELDS", self.instant(400, one, stripeSessionId=None).json["errorCode"])
        self.assertEqual("INVALID_EMAIL_FORMAT", self.instant(400, one, email="nobody").json["errorCode"])


if __name__ == "__main__":
    main()
