# SPDX-License-Identifier: Apache-2.0
"""Licenses through the vendor's API: provisioned once, listed, changed, and never seen by another brand."""

import os
import signal
import sqlite3
import threading
import time
from contextlib import closing

from validator import VendorTest, Validator, main

LICENSES = "/api/v1/brand/licenses"
PROVISION = LICENSES + "/provision"
END = "2031-01-31T12:00:00Z"


class Licenses(VendorTest):
    @classmethod
    def prepare(cls):
        cls.till = cls.server.add_product("till", seats=2)
        cls.kds = cls.server.add_product("kds")
        other = cls.server.add_brand("rival")
        cls.rival_key = other["api_key"]
        cls.rival_product = cls.server.add_product("rival-till", brand="rival")

    def order(self, email, **more):
        return {"customer_email": email, "products": ["till"], **more}

    def provision(self, email, **more):
        return self.ask(201, "POST", PROVISION, self.order(email, **more)).json

    def test_one_key_opens_several_products(self):
        made = self.provision("two@shop.example", products=[self.till, "kds"], max_seats=5, expiration_date=END, plan="gold")
        self.assertEqual(["till", "kds"], [one["product_slug"] for one in made["licenses"]])
        self.assertEqual({"gold"}, {one["plan"] for one in made["licenses"]})
        self.assertEqual({5}, {one["seats_remaining"] for one in made["licenses"]})
        listed = self.ask(200, "GET", LICENSES, email="TWO@shop.example").json
        self.assertEqual({made["license_key"]["key"]}, {one["license_key"] for one in listed})
        self.assertEqual(2, len(listed))

    def test_an_order_with_one_wrong_product_makes_nothing(self):
        body = self.order("none@shop.example", products=["till", "no-such"])
        self.assertIn("no-such", self.ask(404, "POST", PROVISION, body).json["detail"])
        body["products"] = [self.till, self.rival_product]
        self.ask(404, "POST", PROVISION, body)
        self.assertEqual([], self.ask(200, "GET", LICENSES, email="none@shop.example").json)

    def test_every_wrong_member_is_named(self):
        body = {"customer_email": "nobody", "products": ["till", 7], "max_seats": 0, "expiration_date": "tomorrow", "seats": 1,
                "entitlements": []}
        reply = self.ask(400, "POST", PROVISION, body)
        named = [fault["member"] for fault in reply.json["errors"]]
        self.assertEqual({"customer_email", "products/1", "max_seats", "expiration_date", "seats", "entitlements"}, set(named))
        self.assertEqual(len(named), len(set(named)))

    def test_what_is_no_json_object_is_refused(self):
        for body in ("{", "[]", '{"a":1,"a":2}', "7", '{"customer_email":"a@b.c"} x', b"\xff"):
            reply = self.ask(400, "POST", PROVISION, body)
            self.assertIn(reply.code, ("malformed", "invalid_request"), body)
        self.ask(413, "POST", PROVISION, '{"x":"' + "y" * 70000 + '"}')
        self.ask(415, "POST", PROVISION, self.order("a@b.example"), headers={"Content-Type": "text/plain"})

    def test_a_repeated_order_has_the_same_reply(self):
        once = {"Idempotency-Key": "order-4711"}
        body = self.order("once@shop.example")
        first = self.ask(201, "POST", PROVISION, body, headers=once)
        again = self.ask(201, "POST", PROVISION, body, headers=once)
        self.assertEqual(first.text, again.text)
        self.assertEqual("true", again.headers["Idempotency-Replayed"])
        self.assertIsNone(first.headers["Idempotency-Replayed"])
        self.assertEqual(1, len(self.ask(200, "GET", LICENSES, email="once@shop.example").json))
        body["max_seats"] = 9
        self.assertEqual("idempotency_key_reused", self.ask(409, "POST", PROVISION, body, headers=once).code)
        self.ask(400, "POST", PROVISION, body, headers={"Idempotency-Key": "two words"})

    def test_a_refused_order_may_be_corrected_under_the_same_key(self):
        once = {"Idempotency-Key": "order-4712"}
        self.ask(404, "POST", PROVISION, self.order("later@shop.example", products=["no-such"]), headers=once)
        self.ask(201, "POST", PROVISION, self.order("later@shop.example"), headers=once)

    def test_many_repetitions_at_once_make_one_license(self):
        replies = []

        def repeat():
            replies.append(self.server.ask("POST", PROVISION, self.order("many@shop.example"), headers={"Idempotency-Key": "many"}))

        threads = [threading.Thread(target=repeat) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({201}, {reply.status for reply in replies})
        self.assertEqual(1, len({reply.text for reply in replies}))
        self.assertEqual(1, len(self.ask(200, "GET", LICENSES, email="many@shop.example").json))

    def test_many_repetitions_of_a_change_at_once_are_not_refused_for_it(self):
        for number in range(8):
            path = f"{LICENSES}/{self.provision(f'change{number}@shop.example')['licenses'][0]['id']}"
            seen = {"If-Match": self.ask(200, "GET", path).headers["ETag"], "Idempotency-Key": f"change-{number}"}
            replies = []

            def repeat():
                replies.append(self.server.ask("PATCH", path, {"max_seats": 7}, headers=seen))

            threads = [threading.Thread(target=repeat) for _ in range(16)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            told = [reply for reply in replies if reply.status != 503]  # 503: ask again
            self.assertEqual({200}, {reply.status for reply in told})
            self.assertEqual(1, len({reply.text for reply in told}))
            self.assertEqual(2, self.ask(200, "GET", path).json["version"])

    def test_a_license_lives_and_ends(self):
        path = f"{LICENSES}/{self.provision('life@shop.example', expiration_date=END)['licenses'][0]['id']}"
        suspended = self.ask(200, "POST", path + "/suspend", {"reason": "unpaid"})
        self.assertEqual("suspended", suspended.json["license"]["status"])
        self.assertEqual(suspended.headers["ETag"], self.ask(200, "PATCH", path + "/suspend").headers["ETag"])
        self.assertEqual("valid", self.ask(200, "PATCH", path + "/resume").json["license"]["status"])
        renewed = self.ask(200, "POST", path + "/renew", {"expiration_date": "2032-02-01T00:00:00+02:00"}).json["license"]
        self.assertEqual("2032-01-31T22:00:00Z", renewed["expires_at"])
        self.ask(400, "POST", path + "/renew", {"expiration_date": "2001-01-01T00:00:00Z"})
        self.ask(400, "POST", path + "/renew")
        self.assertEqual("cancelled", self.ask(200, "POST", path + "/cancel", {}).json["license"]["status"])
        self.ask(200, "POST", path + "/cancel")
        for verb, body in (("resume", None), ("suspend", None), ("renew", {"expiration_date": END})):
            self.assertEqual("wrong_state", self.ask(409, "POST", f"{path}/{verb}", body).code, verb)

    def test_a_change_of_what_was_not_seen_is_refused(self):
        path = f"{LICENSES}/{self.provision('etag@shop.example')['licenses'][0]['id']}"
        seen = {"If-Match": self.ask(200, "GET", path).headers["ETag"]}
        self.ask(200, "POST", path + "/suspend", headers=seen)
        self.assertEqual("precondition_failed", self.ask(412, "POST", path + "/resume", headers=seen).code)
        self.ask(200, "POST", path + "/resume", headers={"If-Match": "*"})

    def test_pages_hold_every_license_once(self):
        made = {self.provision("pages@shop.example", products=["kds"], plan="pages")["licenses"][0]["id"] for _ in range(7)}
        seen, path, pages = [], f"{LICENSES}?limit=3&plan=pages", 0
        while path:
            reply = self.ask(200, "GET", path)
            seen += [one["id"] for one in reply.json]
            path, pages = reply.next_page(), pages + 1
            path = path and path + "&limit=3&plan=pages"
        self.assertEqual((3, len(made), made), (pages, len(seen), set(seen)))
        for wrong in ({"limit": 0}, {"limit": 501}, {"limit": "x"}, {"cursor": "x"}, {"email": "x"}):
            self.ask(400, "GET", LICENSES, **wrong)

    def test_nobody_gets_in_without_a_key_that_is_good_for_it(self):
        self.assertEqual("unauthorized", self.ask(401, "GET", LICENSES, key=None).code)
        self.assertEqual("unauthorized", self.ask(401, "GET", LICENSES, key="pospal_" + "x" * 43).code)
        self.ask(401, "POST", PROVISION, {"nonsense": 1}, key=None)
        self.ask(401, "POST", PROVISION, {"nonsense": 1}, key="x")
        self.ask(401, "GET", LICENSES, key=None, headers={"Authorization": "Basic " + self.server.api_key})
        self.ask(200, "GET", LICENSES, key=None, headers={"Authorization": "bearer " + self.server.api_key})

    def test_another_brand_finds_nothing(self):
        path = f"{LICENSES}/{self.provision('mine@shop.example')['licenses'][0]['id']}"
        self.ask(404, "GET", path, key=self.rival_key)
        for verb, body in (("suspend", {}), ("resume", {}), ("cancel", {}), ("renew", {"expiration_date": END})):
            self.ask(404, "POST", f"{path}/{verb}", body, key=self.rival_key)
        self.ask(404, "POST", PROVISION, self.order("a@b.example"), key=self.rival_key)
        self.assertEqual([], self.ask(200, "GET", LICENSES, key=self.rival_key, email="mine@shop.example").json)
        self.assertEqual("valid", self.ask(200, "GET", path).json["status"])

    def test_a_path_says_what_it_allows(self):
        self.assertEqual("GET, HEAD, OPTIONS", self.ask(405, "DELETE", LICENSES).headers["Allow"])
        self.assertEqual("POST, PATCH, OPTIONS", self.ask(204, "OPTIONS", LICENSES + "/x/renew").headers["Allow"])
        self.ask(404, "GET", LICENSES + "/no-uuid")
        self.ask(404, "GET", "/api/v1/brand/nothing")


class Crash(VendorTest):
    def test_a_repetition_after_a_kill_makes_nothing_new(self):
        server = Validator(self.program)
        self.addCleanup(server.remove)
        server.add_product("till")
        server.start()
        body = {"customer_email": "kill@shop.example", "products": ["till"]}
        first = server.ask("POST", PROVISION, body, headers={"Idempotency-Key": "k"})
        server.stop(signal.SIGKILL)
        server.start()
        again = server.ask("POST", PROVISION, body, headers={"Idempotency-Key": "k"})
        self.assertEqual((201, first.text), (again.status, again.text))
        self.assertEqual(1, len(server.ask("GET", LICENSES).json))

    def test_replies_older_than_a_week_are_swept(self):
        server = Validator(self.program)
        self.addCleanup(server.remove)
        database = os.path.join(server.data, "validator.db")
        if not os.path.exists(database):
            self.skipTest("the rows are made old in SQLite's file")
        server.add_product("till")
        server.start()
        body = {"customer_email": "old@shop.example", "products": ["till"]}
        self.assertEqual(201, server.ask("POST", PROVISION, body, headers={"Idempotency-Key": "old"}).status)
        server.stop()
        with closing(sqlite3.connect(database)) as rows, rows:
            rows.execute("UPDATE idempotency SET created_at = created_at - 8 * 24 * 3600 * 1000")
        server.start()
        end = time.monotonic() + 30
        left = 1
        while left and time.monotonic() < end:
            self.assertEqual(200, server.ask("GET", "/livez", key=None).status)
            with closing(sqlite3.connect(database)) as rows:
                left = rows.execute("SELECT count(*) FROM idempotency").fetchone()[0]
        self.assertEqual(0, left)


if __name__ == "__main__":
    main()
