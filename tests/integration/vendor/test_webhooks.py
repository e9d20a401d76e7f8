# SPDX-License-Identifier: Apache-2.0
"""Webhooks: endpoints as a resource, and events delivered to a receiver that is good, bad, slow and gone."""

import datetime
import os
import shutil
import signal
import subprocess
import time

from receiver import Receiver
from validator import VendorTest, Validator, main

HOOKS = "/api/v1/brand/webhooks"
LICENSES = "/api/v1/brand/licenses"
FAST = ("--webhook-allow", "127.0.0.0/8", "--webhook-timeout-s", "2", "--webhook-retry-ms", "200")


class Hooked(VendorTest):
    """With a receiver and words to make licenses and endpoints."""

    arguments = FAST

    @classmethod
    def prepare(cls):
        cls.receiver = Receiver()
        cls.server.add_product("till")
        cls.rival_key = cls.server.add_brand("rival")["api_key"]

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.receiver.close()

    def hook(self, path, **more):
        made = self.ask(201, "POST", HOOKS, {"url": self.receiver.url(path), **more}).json
        self.addCleanup(self.server.ask, "DELETE", f"{HOOKS}/{made['id']}")
        return made

    def provision(self, email="a@shop.example", **more):
        return self.ask(201, "POST", LICENSES + "/provision", {"customer_email": email, "products": ["till"], **more}).json

    def deliveries(self, hook, **query):
        return self.ask(200, "GET", f"{HOOKS}/{hook['id']}/deliveries", **query).json

    def delivery(self, one):
        return self.ask(200, "GET", f"/api/v1/brand/webhook-deliveries/{one['id']}").json

    def until(self, look, seconds=20):
        """What look() gives once it gives anything."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.05)
        self.fail("it did not happen")


class Endpoints(Hooked):
    def test_the_secret_is_shown_once(self):
        made = self.ask(201, "POST", HOOKS, {"url": "https://shop.example/hooks", "description": "shop"})
        self.assertRegex(made.json["secret"], r"^whsec_[A-Za-z0-9+/]{43}=$")
        self.assertEqual(["*"], made.json["events"])
        path = made.headers["Location"]
        self.assertNotIn("secret", self.ask(200, "GET", path).json)
        self.assertIn(made.json["id"], [one["id"] for one in self.ask(200, "GET", HOOKS).json])
        self.assertNotIn("whsec_", self.ask(200, "GET", HOOKS).text)
        self.ask(204, "DELETE", path)
        self.ask(404, "GET", path)
        self.ask(404, "DELETE", path)

    def test_it_is_changed_by_who_has_seen_it(self):
        made = self.hook("/ok/change")
        path = f"{HOOKS}/{made['id']}"
        seen = {"If-Match": self.ask(200, "GET", path).headers["ETag"]}
        changed = self.ask(200, "PATCH", path, {"events": ["license.renewed", "license.expired"], "enabled": False}, headers=seen)
        self.assertEqual((["license.renewed", "license.expired"], "disabled", made["url"]),
                         (changed.json["events"], changed.json["status"], changed.json["url"]))
        self.ask(412, "PATCH", path, {"enabled": True}, headers=seen)
        self.assertEqual("enabled", self.ask(200, "PATCH", path, {"enabled": True}).json["status"])
        self.assertIsNone(self.ask(200, "PATCH", path, {"description": None}).json["description"])

    def test_wrong_addresses_and_events_are_refused(self):
        for url in ("ftp://shop.example", "https://", "https://user:pw@shop.example/", "https://shop.example/#x", "shop.example",
                    "https://10.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
                    "https://[fd00::1]:8443/x", "http://192.168.1.1/", "https://shop.example:x/", "https://a b.example/",
                    "https://" + "a" * 1000):
            reply = self.ask(400, "POST", HOOKS, {"url": url})
            self.assertEqual(["url"], [fault["member"] for fault in reply.json["errors"]], url)
        reply = self.ask(400, "POST", HOOKS, {"url": "https://shop.example", "events": ["license.stolen"], "secret": "mine"})
        self.assertEqual({"events", "secret"}, {fault["member"] for fault in reply.json["errors"]})

    def test_another_brand_finds_nothing(self):
        path = f"{HOOKS}/{self.hook('/ok/rival')['id']}"
        self.ask(404, "GET", path, key=self.rival_key)
        self.ask(404, "PATCH", path, {"enabled": False}, key=self.rival_key)
        self.ask(404, "DELETE", path, key=self.rival_key)
        self.ask(404, "POST", path + "/rotate-secret", {}, key=self.rival_key)
        self.ask(404, "POST", path + "/test", {}, key=self.rival_key)
        self.ask(404, "GET", path + "/deliveries", key=self.rival_key)
        self.assertEqual([], self.ask(200, "GET", HOOKS, key=self.rival_key).json)

    def test_no_brand_has_more_than_sixteen(self):
        made = [self.ask(201, "POST", HOOKS, {"url": "https://shop.example"}, key=self.rival_key).json for _ in range(16)]
        self.assertEqual("wrong_state", self.ask(409, "POST", HOOKS, {"url": "https://shop.example"}, key=self.rival_key).code)
        for one in made:
            self.ask(204, "DELETE", f"{HOOKS}/{one['id']}", key=self.rival_key)


class Deliveries(Hooked):
    def test_an_event_arrives_signed_and_tells_the_license(self):
        hook = self.hook("/ok/life")
        made = self.provision("life@shop.example")
        path = f"{LICENSES}/{made['licenses'][0]['id']}"
        for verb, body in (("suspend", {}), ("resume", {}), ("renew", {"expiration_date": "2031-01-01T00:00:00Z"}), ("cancel", {})):
            self.ask(200, "POST", f"{path}/{verb}", body)
        self.receiver.wait(lambda: len(self.receiver.of("/ok/life")) == 5)
        came = self.receiver.of("/ok/life")
        self.assertEqual(["license." + word for word in ("provisioned", "suspended", "resumed", "renewed", "cancelled")],
                         [one.json["type"] for one in came])
        self.assertEqual([1, 2, 3, 4, 5], [one.json["sequence"] for one in came])
        self.assertEqual(["valid", "suspended", "valid", "valid", "cancelled"], [one.json["data"]["license"]["status"] for one in came])
        self.assertEqual("2031-01-01T00:00:00Z", came[3].json["data"]["license"]["expires_at"])
        for one in came:
            self.assertTrue(one.fits(hook["secret"]))
            self.assertEqual(one.id, one.json["id"])
            self.assertLess(abs(time.time() - int(one.headers["webhook-timestamp"])), 30)
            self.assertEqual("application/json", one.headers["Content-Type"])
            text = one.body.decode()
            for secret in (made["license_key"]["key"], "life@shop.example"):
                self.assertNotIn(secret, text)

    def test_the_trace_of_a_request_goes_on(self):
        trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
        self.hook("/half/trace", events=["license.suspended", "license.resumed"])
        sold = self.provision()["licenses"][0]["id"]
        self.ask(200, "POST", f"{LICENSES}/{sold}/suspend", {}, headers={"traceparent": f"00-{trace}-{parent}-00"})
        self.receiver.wait(lambda: len(self.receiver.of("/half/trace", accepted=False)) == 2)
        self.ask(200, "POST", f"{LICENSES}/{sold}/resume", {})
        self.receiver.wait(lambda: len(self.receiver.of("/half/trace", accepted=False)) == 4)
        told = [one.headers.get("traceparent") for one in self.receiver.of("/half/trace", accepted=False)]
        self.assertEqual([None, None], told[2:])
        steps = {parent}
        for header in told[:2]:
            self.assertRegex(header, f"^00-{trace}-[0-9a-f]{{16}}-00$")
            steps.add(header.split("-")[2])
        self.assertEqual(3, len(steps))

    def test_a_seat_without_the_library_is_told_too(self):
        hook = self.hook("/ok/seat", events=["license.activated", "activation.created", "activation.released"])
        body = {"license_key": self.provision()["license_key"]["key"], "instance_identifier": "https://shop.example"}
        self.ask(201, "POST", "/api/v1/product/licenses/activate", body, key=None)
        self.ask(200, "POST", "/api/v1/product/licenses/deactivate", body, key=None)
        self.until(lambda: [one["status"] for one in self.deliveries(hook)] == ["delivered"] * 3)
        self.assertEqual(["license.activated", "activation.created", "activation.released"],
                         [one.json["type"] for one in self.receiver.of("/ok/seat")])

    def test_only_what_is_wanted_is_sent(self):
        hook = self.hook("/ok/wanted", events=["license.suspended"])
        path = f"{LICENSES}/{self.provision()['licenses'][0]['id']}"
        self.ask(200, "POST", path + "/suspend")
        self.ask(200, "POST", path + "/resume")
        self.until(lambda: [one["status"] for one in self.deliveries(hook)] == ["delivered"])
        self.assertEqual(["license.suspended"], [one.json["type"] for one in self.receiver.of("/ok/wanted")])

    def test_a_failure_is_tried_again_under_the_same_id(self):
        hook = self.hook("/half/retry")
        made = [self.provision(f"half{number}@shop.example") for number in range(10)]
        self.receiver.wait(lambda: len({one.id for one in self.receiver.of("/half/retry")}) == len(made))
        self.assertGreaterEqual(len(self.receiver.of("/half/retry", accepted=False)), 2 * len(made) - 1)
        self.until(lambda: {one["status"] for one in self.deliveries(hook)} == {"delivered"})
        tried = next(one for one in self.deliveries(hook) if one["attempts"] > 1)
        attempts = self.delivery(tried)["attempts_made"]
        self.assertEqual(500, attempts[0]["http_status"])
        self.assertEqual((200, "thank you ??"), (attempts[-1]["http_status"], attempts[-1]["answer"]))
        ids = {one.id for one in self.receiver.of("/half/retry")}
        self.assertEqual(ids, {one["webhook_id"] for one in self.deliveries(hook)})

    def test_what_is_slow_closes_or_redirects_is_a_failure_with_its_reason(self):
        for path, status, error in (("/slow/x", 0, "timed out"), ("/close/x", 0, ""), ("/redirect/x", 302, None)):
            with self.subTest(path):
                hook = self.hook(path, events=["webhook.test"])
                self.ask(202, "POST", f"{HOOKS}/{hook['id']}/test", {})
                (one,) = self.until(lambda: [one for one in self.deliveries(hook) if one["attempts"]])
                first = self.delivery(one)["attempts_made"][0]
                self.assertEqual(status, first["http_status"])
                self.assertEqual("waiting", one["status"])
                if error is None:
                    self.assertIsNone(first["error"])
                else:
                    self.assertIn(error, first["error"])
                self.ask(200, "PATCH", f"{HOOKS}/{hook['id']}", {"enabled": False})
                self.assertEqual(["dead"], [one["status"] for one in self.deliveries(hook)])
        self.assertEqual([], self.receiver.of("/ok/redirected", accepted=False))

    def test_a_slow_endpoint_holds_up_no_other(self):
        slow, quick = self.hook("/slow/others"), self.hook("/ok/others")
        began = time.monotonic()
        for number in range(5):
            self.provision(f"slow{number}@shop.example")
        self.until(lambda: [one["status"] for one in self.deliveries(quick)] == ["delivered"] * 5)
        self.assertLess(time.monotonic() - began, 10)
        self.assertNotIn("delivered", [one["status"] for one in self.deliveries(slow)])

    def test_what_is_switched_off_stays_off_whatever_the_attempt_under_way_brings(self):
        hook = self.hook("/slow/off", events=["webhook.test"])
        path = f"{HOOKS}/{hook['id']}"
        self.ask(202, "POST", path + "/test", {})
        self.receiver.wait(lambda: self.receiver.of("/slow/off", accepted=False))
        self.assertEqual("disabled", self.ask(200, "PATCH", path, {"enabled": False}).json["status"])
        (one,) = self.until(lambda: [one for one in self.deliveries(hook) if one["attempts"]])
        self.assertEqual("dead", one["status"])
        self.assertEqual(["disabled", 0], [self.ask(200, "GET", path).json[name] for name in ("status", "failures")])

    def test_a_long_answer_is_not_read_to_its_end(self):
        hook = self.hook("/big/x", events=["webhook.test"])
        self.ask(202, "POST", f"{HOOKS}/{hook['id']}/test", {})
        (one,) = self.until(lambda: [one for one in self.deliveries(hook) if one["attempts"]])
        self.assertEqual(("delivered", "x" * 256), (one["status"], self.delivery(one)["attempts_made"][0]["answer"]))

    def test_what_waits_is_in_the_metrics(self):
        def measured():
            lines = self.ask(200, "GET", "/metrics", key=None).text.splitlines()
            return tuple(float(line.split()[1]) for name in ("waiting", "lag_seconds") for line in lines
                         if line.startswith(f"pospal_outbox_{name} "))

        hook = self.hook("/bad/waits", events=["webhook.test"])
        self.ask(202, "POST", f"{HOOKS}/{hook['id']}/test", {})
        self.until(lambda: measured()[0] >= 1 and measured()[1] > 0)
        self.ask(204, "DELETE", f"{HOOKS}/{hook['id']}")
        self.until(lambda: measured() == (0, 0))

    def test_who_says_that_it_is_gone_is_asked_no_more(self):
        hook = self.hook("/gone/x")
        self.provision()
        self.until(lambda: self.ask(200, "GET", f"{HOOKS}/{hook['id']}").json["status"] == "failed")
        self.assertEqual(["dead"], [one["status"] for one in self.deliveries(hook)])
        listed = self.server.command("audit", "list", "--brand", "acme", "--target", hook["id"])["entries"]
        self.assertEqual(["webhook.disabled", "webhook.added"], [one["action"] for one in listed])
        self.assertIn("gone", listed[0]["details"])
        self.assertEqual([], self.ask(200, "GET", f"{HOOKS}/{hook['id']}/deliveries?status=delivered").json)
        (dead,) = self.ask(200, "GET", f"{HOOKS}/{hook['id']}/deliveries?status=dead").json
        self.ask(409, "POST", f"/api/v1/brand/webhook-deliveries/{dead['id']}/redeliver", {})
        self.ask(200, "PATCH", f"{HOOKS}/{hook['id']}", {"enabled": True, "url": self.receiver.url("/ok/gone")})
        self.ask(202, "POST", f"/api/v1/brand/webhook-deliveries/{dead['id']}/redeliver", {})
        self.receiver.wait(lambda: self.receiver.of("/ok/gone"))
        self.assertEqual([dead["webhook_id"]], [one.id for one in self.receiver.of("/ok/gone")])

    def test_two_secrets_sign_while_they_overlap(self):
        hook = self.hook("/ok/secrets", events=["webhook.test"])
        path = f"{HOOKS}/{hook['id']}"
        new = self.ask(200, "POST", path + "/rotate-secret", {"overlap_hours": 1}).json
        self.assertNotEqual(hook["secret"], new["secret"])
        self.assertIsNotNone(new["old_secret_until"])
        self.ask(202, "POST", path + "/test", {})
        self.receiver.wait(lambda: len(self.receiver.of("/ok/secrets")) == 1)
        self.assertTrue(self.receiver.of("/ok/secrets")[0].fits(hook["secret"]))
        self.assertTrue(self.receiver.of("/ok/secrets")[0].fits(new["secret"]))
        newest = self.ask(200, "POST", path + "/rotate-secret", {"overlap_hours": 0}).json
        self.ask(202, "POST", path + "/test", {})
        self.receiver.wait(lambda: len(self.receiver.of("/ok/secrets")) == 2)
        self.assertEqual([True, False, False],
                         [self.receiver.of("/ok/secrets")[1].fits(one["secret"]) for one in (newest, new, hook)])

    def test_pages_hold_every_delivery_once(self):
        hook = self.hook("/ok/pages", events=["webhook.test"])
        for _ in range(5):
            self.ask(202, "POST", f"{HOOKS}/{hook['id']}/test", {})
        seen, path = [], f"{HOOKS}/{hook['id']}/deliveries?limit=2"
        while path:
            reply = self.ask(200, "GET", path)
            seen += [one["id"] for one in reply.json]
            path = reply.next_page() and reply.next_page() + "&limit=2"
        self.assertEqual((5, sorted(seen, reverse=True)), (len(set(seen)), seen))


class Ends(Hooked):
    def test_ends_are_told_once(self):
        hook = self.hook("/ok/ends", events=["license.expiring", "license.expired"])
        now = datetime.datetime.now(datetime.timezone.utc)

        def ending(seconds):
            return (now + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

        self.until(lambda: self.server.select("SELECT count(*) FROM expiry_cursor") == "6")
        made = {days: self.provision(f"end{days}@shop.example", expiration_date=ending(days * 86400 + 8))["licenses"][0]["id"]
                for days in (30, 7, 1, 0)}
        cancelled = self.provision("never@shop.example", expiration_date=ending(86400 + 8))["licenses"][0]["id"]
        self.ask(200, "POST", f"{LICENSES}/{cancelled}/cancel")
        self.receiver.wait(lambda: len(self.receiver.of("/ok/ends")) == 4, 40)
        self.server.stop()
        looked = self.server.select("SELECT held_until FROM lease WHERE name = 'expiry'")
        self.server.start(*FAST)
        self.until(lambda: self.server.select("SELECT held_until FROM lease WHERE name = 'expiry'") > looked)
        self.until(lambda: {one["status"] for one in self.deliveries(hook)} == {"delivered"})
        came = {one.json["data"]["license"]["id"]: one.json for one in self.receiver.of("/ok/ends")}
        self.assertEqual(4, len({one.id for one in self.receiver.of("/ok/ends", accepted=False)}))
        self.assertEqual(4, len(self.deliveries(hook)))
        for days, license_id in made.items():
            self.assertEqual("license.expiring" if days else "license.expired", came[license_id]["type"])
            self.assertEqual(days or None, came[license_id]["data"].get("days"))
        self.assertEqual("expired", came[made[0]]["data"]["license"]["status"])
        self.assertNotIn(cancelled, came)


class Guarded(VendorTest):
    """Without an operator's leave nothing inside is reached, whatever the name says."""

    @classmethod
    def prepare(cls):
        cls.receiver = Receiver()

    def test_a_name_that_leads_inside_is_not_followed(self):
        self.ask(400, "POST", HOOKS, {"url": self.receiver.url("/ok/inside")})
        made = self.ask(201, "POST", HOOKS, {"url": f"https://localhost:{self.receiver.server.server_port}/ok/inside"}).json
        self.ask(202, "POST", f"{HOOKS}/{made['id']}/test", {})
        end, found = time.monotonic() + 20, []
        while not found and time.monotonic() < end:
            found = [one for one in self.ask(200, "GET", f"{HOOKS}/{made['id']}/deliveries").json if one["attempts"]]
            time.sleep(0.05)
        first = self.ask(200, "GET", f"/api/v1/brand/webhook-deliveries/{found[0]['id']}").json["attempts_made"][0]
        self.assertIn("not public", first["error"])
        self.assertEqual([], self.receiver.messages)
        self.receiver.close()


class Encrypted(VendorTest):
    def test_https_is_verified(self):
        if not shutil.which("openssl"):
            self.skipTest("no openssl here")
        pem, other = (os.path.join(self.server.directory, name) for name in ("pem", "other"))
        for path in (pem, other):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                            "-subj", "/CN=receiver", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path, "-out", path + ".crt"],
                           check=True, capture_output=True)
            with open(path, "a", encoding="ascii") as file, open(path + ".crt", encoding="ascii") as crt:
                file.write(crt.read())
        receiver = Receiver(pem)
        self.addCleanup(receiver.close)
        made = self.ask(201, "POST", HOOKS, {"url": "https://shop.example"}).json
        for ca, accepted in ((other, 0), (pem, 1)):
            self.server.stop()
            self.server.start(*FAST, "--webhook-ca", ca + ".crt")
            self.ask(200, "PATCH", f"{HOOKS}/{made['id']}", {"url": receiver.url("/ok/tls"), "enabled": True})
            if not accepted:
                self.ask(202, "POST", f"{HOOKS}/{made['id']}/test", {})
                found, end = [], time.monotonic() + 20
                while not found and time.monotonic() < end:
                    found = [one for one in self.ask(200, "GET", f"{HOOKS}/{made['id']}/deliveries").json if one["attempts"]]
                    time.sleep(0.05)
                self.assertEqual([], receiver.messages)
            else:
                receiver.wait(lambda: receiver.accepted)


class Crash(VendorTest):
    def test_nothing_is_lost_by_a_kill_in_the_middle(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        server = Validator(self.program)
        self.addCleanup(server.remove)
        server.add_product("till")
        server.start(*FAST)
        made = server.ask("POST", HOOKS, {"url": receiver.url("/half/kill")}).json
        licenses = set()
        for turn in range(3):
            for number in range(10):
                reply = server.ask("POST", LICENSES + "/provision", {"customer_email": f"k{turn}{number}@a.example", "products": ["till"]})
                licenses.add(reply.json["licenses"][0]["id"])
            count = len(receiver.messages)
            receiver.wait(lambda: len(receiver.messages) > count + 1)
            server.stop(signal.SIGKILL)
            server.start(*FAST)
        receiver.wait(lambda: {one.json["data"]["license"]["id"] for one in receiver.accepted} == licenses, 60)
        ids = {}
        for one in receiver.messages:
            ids.setdefault(one.json["data"]["license"]["id"], set()).add(one.id)
            self.assertTrue(one.fits(made["secret"]))
        self.assertEqual({1}, {len(each) for each in ids.values()})
        self.assertEqual(0, server.command("audit", "verify")["audits"][1]["sealed_late"])


if __name__ == "__main__":
    main()
