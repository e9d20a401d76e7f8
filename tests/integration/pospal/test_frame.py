# SPDX-License-Identifier: Apache-2.0
"""What all routes of POSPal's licensing API share: the host they are bound to, headers, shapes of refusals, what may stand in a request."""

import json
import time

from facade import HOST, FacadeTest, main

STANDARD = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
            "Access-Control-Allow-Headers": "Content-Type, Authorization", "Cache-Control": "no-cache, no-store, must-revalidate",
            "Pragma": "no-cache", "Expires": "0"}

POSTED = ["/validate-unified", "/validate", "/instant-validate", "/session/start", "/session/heartbeat", "/session/end", "/session/takeover",
          "/session/disconnect-email", "/license/activation-email", "/recover-license", "/refund-request", "/check-duplicate",
          "/verify/email/start", "/verify/email/confirm", "/trial/register", "/trial/status"]


class Frame(FacadeTest):
    def assert_standard(self, reply):
        for name, value in STANDARD.items():
            self.assertEqual([value], reply.headers.get_all(name), f"{name}: {reply.text}")

    def test_a_host_that_is_not_bound_has_nothing(self):
        for path in POSTED:
            reply = self.call(404, path, {}, host="elsewhere.example")
            self.assertEqual({"error": "Not found"}, reply.json, path)
            self.assert_standard(reply)

    def test_hosts_are_told_by_name_and_by_port_where_it_was_bound(self):
        other = self.server.ask("POST", "/api/v1/brand/licenses/provision", {"customer_email": "o@shop.example", "products": ["other"],
                                                                             "expiration_date": "2031-01-01T00:00:00Z"}).json
        body = {"email": "o@shop.example", "token": other["license_key"]["key"]}
        self.assertTrue(self.call(200, "/validate", body, host="other.example:81").json["valid"])
        self.assertFalse(self.call(200, "/validate", body, host="LICENSE.acme.EXAMPLE:8080").json["valid"])  # another product's
        self.call(404, "/validate", body, host="other.example")
        self.call(404, "/validate", body, host="other.example:82")

    def test_one_brands_customers_are_not_anothers(self):
        one = self.server.subscribe()
        self.assertTrue(self.call(200, "/validate", one.credentials()).json["valid"])
        self.assertFalse(self.call(200, "/validate", one.credentials(), host="rival.example").json["valid"])

    def test_binding_is_known_within_moments(self):
        self.server.command("facade", "bind", "--host", "late.example", "--brand", "acme", "--product", "till")
        until = time.monotonic() + 20
        while self.server.call("/check-duplicate", {"email": "a@b.example"}, host="late.example").status != 200:
            self.assertLess(time.monotonic(), until)
        hosts = {one["host"]: one for one in self.server.command("facade", "list")["facades"]}
        self.assertEqual(("acme", "till"), (hosts["late.example"]["brand"], hosts["late.example"]["product"]))
        self.assertIn(HOST, hosts)
        self.server.command("facade", "unbind", "--host", "late.example")
        self.server.command("facade", "unbind", "--host", "late.example", code=3)
        self.server.command("facade", "bind", "--host", "a b", "--brand", "acme", "--product", "till", code=2)
        self.server.command("facade", "bind", "--host", "x.example", "--brand", "acme", "--product", "none", code=3)

    def test_options_answers_with_the_headers_and_nothing_else(self):
        for path in [*POSTED, "/health", "/pricing", "/nowhere"]:
            reply = self.call(200, path, method="OPTIONS")
            self.assertEqual("", reply.text)
            self.assert_standard(reply)
        self.assertEqual(404, self.server.call("/nowhere", method="OPTIONS", host="elsewhere.example").status)

    def test_an_unknown_path_is_not_found_in_their_shape(self):
        reply = self.call(404, "/nowhere", {})
        self.assertEqual({"error": "Not found"}, reply.json)
        self.assert_standard(reply)
        self.assertEqual("not_found", self.call(404, "/nowhere", {}, host="elsewhere.example").json["code"])

    def test_removed_and_dangerous_routes_are_not_there(self):
        for path in ("/test-webhook", "/fix-billing-dates", "/customer-lookup", "/manual-license-creation", "/v1/stores/x/menu"):
            self.assertEqual({"error": "Not found"}, self.call(404, path, {}).json)

    def test_what_is_no_json_is_400_in_the_shape_of_the_route(self):
        for path in POSTED:
            for text in ("", "{", "[]", "null", '{"a":1,"a":2}', "\xff".encode("latin-1"), '{"email":' + "[" * 40 + "]" * 40 + "}"):
                reply = self.call(400, path, text)
                self.assertFalse(reply.json.get("success", False), reply.text)
                self.assertIn("error", reply.json)
                self.assertNotIn("errorDetails", reply.json)
                self.assertNotIn("stack", reply.text)
                self.assert_standard(reply)

    def test_bodies_that_are_too_large_are_refused(self):
        for path in POSTED:
            self.assertIn("error", self.call(413, path, '{"x":"' + "y" * 20000 + '"}').json)

    def test_json_by_another_name_is_read_and_nothing_else_is(self):
        one = self.server.subscribe()
        for kind in ("text/plain;charset=UTF-8", "application/octet-stream"):  # what navigator.sendBeacon says
            self.assertTrue(self.call(200, "/validate", json.dumps(one.credentials()), headers={"Content-Type": kind}).json["valid"])
        for path in POSTED:
            self.assertIn("error", self.call(400, path, "a=b", headers={"Content-Type": "application/x-www-form-urlencoded"}).json)

    def test_a_get_of_a_json_route_is_a_wrong_method(self):
        for path in POSTED:
            if path == "/trial/status":
                continue
            reply = self.call(405, path, method="GET")
            self.assertIn("error", reply.json)
            self.assertEqual("POST, OPTIONS", reply.headers["Allow"])
            self.assert_standard(reply)

    def test_members_nobody_knows_are_passed_over(self):
        one = self.server.subscribe()
        body = {**one.credentials(), "options": {"a": [1, 2.5, None]}, "version": "9", "machineFingerprint": "m", "deviceInfo": {"pixelRatio": 1.25}}
        self.assertTrue(self.call(200, "/validate", body).json["valid"])

    def test_members_of_another_type_count_as_missing(self):
        for value in (7, None, [], {}, True, ""):
            self.assertEqual("MISSING_REQUIRED_FIELDS", self.call(400, "/validate", {"email": value, "token": "t"}).json["errorCode"])
            self.assertEqual("Missing session ID", self.call(400, "/session/heartbeat", {"sessionId": value}).json["error"])


class Floods(FacadeTest):
    """Who guesses tokens is slowed down, with status 200 as well."""

    arguments = ("--refusals-per-minute", "10")

    def test_guessing_ends_in_429(self):
        statuses = set()
        for i in range(40):
            reply = self.server.call("/validate", {"email": "a@b.example", "token": f"POSPAL-{i:04}-AAAA-AAAA-AAAA"})
            statuses.add(reply.status)
        self.assertEqual({200, 429}, statuses)
        self.assertEqual("RATE_LIMIT", reply.json["errorCode"])
        self.assertGreater(reply.json["retryAfter"], 0)
        self.assertEqual(str(reply.json["retryAfter"]), reply.headers["Retry-After"])


if __name__ == "__main__":
    main()
