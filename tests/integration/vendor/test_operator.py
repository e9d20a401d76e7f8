# SPDX-License-Identifier: Apache-2.0
"""What operators and their machines read: metrics; and the limits they set."""

import http.client
import json
import re

from validator import VendorTest, Validator, main

LINE = re.compile(r'^([a-z_:][a-z0-9_:]*)(\{(?:[a-z_]+="[^"\\\n]*",?)*\})? ([0-9.e+-]+|\+Inf)$')
LICENSES = "/api/v1/brand/licenses"


def samples(text):
    """name and labels -> value; every line is in the format, every sample announced."""
    announced, found = set(), {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            announced.add(line.split()[2])
        elif not line.startswith("# HELP "):
            name, labels, value = LINE.match(line).groups()
            assert name in announced or re.sub(r"_(bucket|sum|count)$", "", name) in announced, line
            assert name + (labels or "") not in found, line
            found[name + (labels or "")] = float(value)
    return found


class Metrics(VendorTest):
    def read(self):
        return samples(self.ask(200, "GET", "/metrics", key=None).text)

    def test_requests_are_counted_by_route_and_status(self):
        before = self.read()
        for _ in range(3):
            self.ask(200, "GET", LICENSES)
        self.ask(401, "GET", LICENSES, key=None)
        self.ask(404, "GET", LICENSES + "/0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f")
        self.ask(404, "GET", "/a/secret/path")
        after = self.read()

        def more(labels):
            name = "pospal_http_requests_total" + labels
            return after[name] - before.get(name, 0)

        self.assertEqual(3, more('{method="GET",route="/api/v1/brand/licenses",status="200"}'))
        self.assertEqual(1, more('{method="GET",route="/api/v1/brand/licenses",status="401"}'))
        self.assertEqual(1, more('{method="GET",route="/api/v1/brand/licenses/{id}",status="404"}'))
        self.assertEqual(1, more('{method="-",route="-",status="404"}'))

    def test_what_is_declined_is_counted_by_its_code(self):
        self.server.add_product("register")
        made = self.ask(201, "POST", LICENSES + "/provision", {"customer_email": "counted@shop.example", "products": ["register"]}).json
        key = made["license_key"]["key"]
        asked = {"license_key": key, "product_slug": "register", "instance_identifier": "https://one.example"}
        stem = "pospal_refusals_total"
        before = self.read()
        self.ask(201, "POST", "/api/v1/product/licenses/activate", asked, key=None)
        self.ask(422, "POST", "/api/v1/product/licenses/activate", {**asked, "instance_identifier": "https://two.example"}, key=None)
        self.ask(200, "GET", f"/api/v1/product/licenses/check?license_key={key}", key=None)
        self.ask(200, "POST", f"{LICENSES}/{made['licenses'][0]['id']}/suspend")
        self.ask(200, "GET", f"/api/v1/product/licenses/check?license_key={key}", key=None)
        after = self.read()
        more = {name[len(stem):]: count - before.get(name, 0) for name, count in after.items() if name.startswith(stem)}
        self.assertEqual(1, more['{method="POST",route="/api/v1/product/licenses/activate",code="seat_limit_exceeded"}'], more)
        self.assertEqual(1, more['{method="GET",route="/api/v1/product/licenses/check",code="suspended"}'], more)
        self.assertEqual(2, sum(more.values()), more)

    def test_durations_are_a_histogram(self):
        self.ask(200, "GET", LICENSES)
        found = self.read()
        stem = 'pospal_http_request_duration_seconds_bucket{method="GET",route="/api/v1/brand/licenses",le="'
        buckets = [value for name, value in found.items() if name.startswith(stem)]
        self.assertEqual(16, len(buckets))
        self.assertEqual(sorted(buckets), buckets)
        self.assertEqual(buckets[-1], found['pospal_http_request_duration_seconds_count{method="GET",route="/api/v1/brand/licenses"}'])

    def test_writer_clock_and_process_are_there(self):
        found = self.read()
        for name in ("pospal_writer_queue", "pospal_writer_groups_total", "pospal_clock_trusted", "pospal_sessions_alive", "pospal_outbox_waiting",
                     "pospal_outbox_lag_seconds",
                     "process_resident_memory_bytes", "process_cpu_seconds_total"):
            self.assertIn(name, found)
        self.assertEqual(1, found["pospal_clock_trusted"])
        self.assertEqual(0, found["pospal_database_writing_pause_seconds"])

    def test_the_size_of_the_database_and_its_disk_are_there(self):
        found = self.read()
        self.assertGreater(found["pospal_database_size_bytes"], 100000)
        if self.server.database:
            self.assertNotIn("pospal_database_disk_free_bytes", found)
        else:
            self.assertGreater(found["pospal_database_disk_free_bytes"], 0)
            self.assertGreaterEqual(found["pospal_database_disk_bytes"], found["pospal_database_disk_free_bytes"])

    def test_without_room_on_its_disk_the_server_is_not_ready(self):
        server = Validator(self.program)
        self.addCleanup(server.remove)
        server.start("--disk-min-free-mb", "1000000000")
        for path in ("/readyz", "/health"):
            reply = server.ask("GET", path, key=None)
            self.assertEqual(200 if server.database else 503, reply.status, reply.text)
        if not server.database:
            self.assertEqual("low", reply.json["disk"]["status"])
            reply = server.ask("GET", "/readyz", key=None)
            self.assertEqual(("disk_full", "low", "ok"), (reply.code, reply.json["checks"]["disk"], reply.json["checks"]["writer"]))
            self.assertEqual("10", reply.headers["Retry-After"])
            self.assertEqual(200, server.ask("GET", LICENSES).status, "it serves all the same, as long as it can")

    def test_who_comes_by_a_proxy_finds_nothing(self):
        self.ask(404, "GET", "/metrics", headers={"X-Forwarded-For": "203.0.113.7"})

    def test_a_token_opens_and_nothing_else(self):
        server = Validator(self.program)
        self.addCleanup(server.remove)
        server.start("--metrics-token", "s3cret")
        for headers in ({}, {"Authorization": "Bearer s3cre"}, {"Authorization": "Bearer s3cret2"}, {"Authorization": "s3cret"}):
            self.assertEqual(404, server.ask("GET", "/metrics", key=None, headers=headers).status)
        self.assertEqual(200, server.ask("GET", "/metrics", key=None, headers={"Authorization": "Bearer s3cret"}).status)


class Public(VendorTest):
    def test_what_anybody_may_ask(self):
        for path in ("/livez", "/readyz", "/ready", "/health", "/health/db"):
            self.ask(200, "GET", path, key=None)
        self.assertIn("keys", self.ask(200, "GET", "/.well-known/jwks.json", key=None, brand="acme").json)
        self.ask(404, "GET", "/.well-known/jwks.json", key=None, brand="nobody")
        self.ask(200, "GET", "/api/v1/device/keyset", key=None, root=self.server.roots[0])


class Traces(VendorTest):
    TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"

    def test_the_log_names_the_callers_trace_where_there_is_one(self):
        server = Validator(self.program)
        self.addCleanup(server.remove)
        server.start()
        parent = f"00-{self.TRACE}-00f067aa0ba902b7-01"
        for name, value in (("fine", parent), ("bad", parent[:-1]), ("none", None)):
            sent = {"X-Request-Id": name, **({"traceparent": value} if value else {})}
            self.assertEqual(200, server.ask("GET", LICENSES, headers=sent).status)
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.putrequest("GET", "/livez")
        for name, value in (("X-Request-Id", "two"), ("traceparent", parent), ("traceparent", parent)):
            connection.putheader(name, value)
        connection.endheaders()
        self.assertEqual(200, connection.getresponse().status)
        connection.close()
        self.assertEqual(0, server.stop())
        lines = [json.loads(line) for line in server.log().splitlines()]
        found = {line["request_id"]: line.get("trace_id") for line in lines if "request_id" in line}
        self.assertEqual({"fine": self.TRACE, "bad": None, "none": None, "two": None}, found)


class Limits(VendorTest):
    arguments = ("--api-requests-per-minute", "5", "--cors-origins", "https://shop.example https://other.example:8443")

    def test_a_key_has_so_many_requests_and_the_next_key_its_own(self):
        other = self.server.command("brand", "add", "--name", "B", "--slug", "b", "--key-directory", self.server.directory)["api_key"]
        first = self.ask(200, "GET", LICENSES, key=other)
        self.assertEqual(("5", "4"), (first.headers["RateLimit-Limit"], first.headers["RateLimit-Remaining"]))
        for _ in range(4):
            self.ask(200, "GET", LICENSES, key=other)
        refused = self.ask(429, "GET", LICENSES, key=other)
        self.assertEqual("rate_limited", refused.code)
        self.assertEqual("0", refused.headers["RateLimit-Remaining"])
        self.assertGreaterEqual(12, int(refused.headers["Retry-After"]))
        self.assertEqual(200, self.server.ask("GET", "/livez", key=other).status)
        for spelled in ("Bearer ", "bearer ", "BEARER "):
            self.ask(429, "GET", LICENSES, key=None, headers={"Authorization": spelled + other})
        self.ask(429, "GET", LICENSES, key=other, headers={"X-License-Key": "another"})

    def test_listed_origins_may_read(self):
        here = {"Origin": "https://other.example:8443"}
        reply = self.ask(401, "GET", LICENSES, key=None, headers=here)
        self.assertEqual(here["Origin"], reply.headers["Access-Control-Allow-Origin"])
        self.assertEqual("Origin", reply.headers["Vary"])
        preflight = self.ask(204, "OPTIONS", LICENSES + "/x/renew", key=None, headers=here)
        self.assertIn("PATCH", preflight.headers["Access-Control-Allow-Methods"])
        self.assertIn("traceparent", preflight.headers["Access-Control-Allow-Headers"])
        self.assertIn("Idempotency-Key", preflight.headers["Access-Control-Allow-Headers"])
        for origin in ("https://evil.example", "https://shop.example.evil", "null", "https://shop.example/"):
            reply = self.ask(401, "GET", LICENSES, key=None, headers={"Origin": origin})
            self.assertIsNone(reply.headers["Access-Control-Allow-Origin"])


if __name__ == "__main__":
    main()
