# SPDX-License-Identifier: Apache-2.0
"""The database goes away under load and comes back: nobody is told that a license is bad, programs are told to go on with what they know, and
health says how things stand."""

import os
import sqlite3
import threading
import time

from facade import FacadeTest, main

PATIENCE_S = 60
TABLES = ("license", "session", "brand")


class Outage(FacadeTest):
    def health(self, status):
        return self.call(status, "/health", method="GET")

    def rename(self, suffix_now, suffix_then):
        for table in TABLES:
            self.server.write(f"ALTER TABLE {table}{suffix_now} RENAME TO {table}{suffix_then}")

    def test_health(self):
        reply = self.health(200)
        self.assertEqual({"timestamp", "status", "services", "performance", "circuitBreaker", "system"}, reply.json.keys())
        self.assertEqual("healthy", reply.json["status"])
        self.assertEqual({"status", "responseTime"}, reply.json["services"]["database"].keys())
        self.assertEqual({"state": "CLOSED", "failureCount": 0, "lastFailureTime": None, "nextAttempt": None}, reply.json["circuitBreaker"])
        self.assertEqual("2.0.0", reply.json["system"]["version"])
        self.assertEqual("no-cache", reply.headers["Cache-Control"])
        self.assertEqual(["*"], reply.headers.get_all("Access-Control-Allow-Origin"))
        self.assertIsNone(reply.headers["Access-Control-Allow-Methods"])

    def test_health_elsewhere_is_the_operators(self):
        self.assertEqual("ok", self.call(200, "/health", method="GET", host="operator.example").json["status"])

    def assert_offline(self, reply):
        self.assertEqual(503, reply.status, reply.text)
        body = reply.json
        self.assertEqual({"success", "offline", "error", "errorCode", "timestamp", "fallbackData", "retryAfter"}, body.keys())
        self.assertEqual((False, True, "Service temporarily unavailable", "SERVICE_OFFLINE", 30),
                         tuple(body[n] for n in ("success", "offline", "error", "errorCode", "retryAfter")))
        self.assertEqual({"lastKnownStatus", "cacheData", "recommendation"}, body["fallbackData"].keys())
        self.assertEqual("30", reply.headers["Retry-After"])
        self.assertEqual(["*"], reply.headers.get_all("Access-Control-Allow-Origin"))

    def test_taken_away_under_load(self):
        one = self.server.subscribe()
        start = one.credentials(machineFingerprint="A", sessionId="out")
        self.assertTrue(self.call(200, "/session/start", start).json["success"])
        requests = [("/validate", one.credentials(machineFingerprint="A"), lambda body: body["valid"] and body["active"]),
                    ("/validate-unified", {"operation": "validate", "credentials": one.credentials()}, lambda body: body["success"]),
                    ("/session/heartbeat", {"sessionId": "out"}, lambda body: body["success"]),
                    ("/check-duplicate", {"email": one.email}, lambda body: body["isDuplicate"])]
        seen, wrong, is_over = {path: set() for path, _, _ in requests}, [], threading.Event()

        def load(path, body, is_good):
            while not is_over.is_set():
                reply = self.server.call(path, body)
                seen[path].add(reply.status)
                if reply.status == 503:
                    try:
                        self.assert_offline(reply)
                    except AssertionError as error:
                        wrong.append(str(error))
                elif reply.status != 200 or not is_good(reply.json):
                    wrong.append(reply.text)

        threads = [threading.Thread(target=load, args=request) for request in requests]
        for thread in threads:
            thread.start()
        self.until(lambda: all(200 in statuses for statuses in seen.values()))
        self.rename("", "_away")
        try:
            self.until(lambda: all(503 in statuses for statuses in seen.values()))
            self.until(lambda: self.server.call("/health", method="GET").json["circuitBreaker"]["state"] == "OPEN")
            health = self.health(503).json
            self.assertEqual(("unhealthy", True, "SERVICE_OFFLINE", "unhealthy"),
                             (health["status"], health["offline"], health["errorCode"], health["services"]["database"]["status"]))
            self.assertGreaterEqual(health["circuitBreaker"]["failureCount"], 5)
            self.assertIsNotNone(health["circuitBreaker"]["lastFailureTime"])
            self.assertIsNotNone(health["circuitBreaker"]["nextAttempt"])
        finally:
            self.rename("_away", "")
        for statuses in seen.values():
            statuses.discard(200)
        self.until(lambda: all(200 in statuses for statuses in seen.values()))
        is_over.set()
        for thread in threads:
            thread.join()
        self.assertEqual([], wrong[:3])
        self.until(lambda: self.server.call("/health", method="GET").json["circuitBreaker"]["state"] == "CLOSED")
        self.assertEqual("healthy", self.health(200).json["status"])

    def test_kept_by_another_process(self):
        """A lock that another process holds is an outage like any other: it is counted, told of, and the pause comes."""
        if self.server.database:
            self.skipTest("a file's lock")
        one = self.server.subscribe()
        other = sqlite3.connect(os.path.join(self.server.data, "validator.db"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            replies = []
            threads = [threading.Thread(target=lambda: replies.append(self.server.call("/session/start", one.credentials(
                machineFingerprint="A", sessionId="kept")))) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for reply in replies:
                self.assert_offline(reply)
            health = self.server.call("/health", method="GET").json
            self.assertEqual("OPEN", health["circuitBreaker"]["state"])
            self.assertGreaterEqual(health["circuitBreaker"]["failureCount"], 5)
        finally:
            other.execute("ROLLBACK")
            other.close()
        self.until(lambda: self.server.call("/health", method="GET").json["circuitBreaker"]["state"] == "CLOSED")

    def until(self, is_so):
        end = time.monotonic() + PATIENCE_S
        while not is_so():
            self.assertLess(time.monotonic(), end, self.server.log()[-2000:])


if __name__ == "__main__":
    main()
