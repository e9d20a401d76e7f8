# SPDX-License-Identifier: Apache-2.0
"""The product API: seats for instances without the library, by license key alone."""

import threading

from validator import VendorTest, Validator, main

PROVISION = "/api/v1/brand/licenses/provision"
ACTIVATE = "/api/v1/product/licenses/activate"
CHECK = "/api/v1/product/licenses/check"
DEACTIVATE = "/api/v1/product/licenses/deactivate"
END = "2031-01-31T12:00:00Z"


class Product(VendorTest):
    arguments = ("--refusals-per-minute", "0")

    @classmethod
    def prepare(cls):
        cls.server.add_product("plugin", seats=2)
        cls.server.add_product("theme", seats=1)
        cls.rival_key = cls.server.add_brand("rival")["api_key"]
        cls.server.add_product("plugin", brand="rival")

    def provision(self, email, **more):
        body = {"customer_email": email, "products": ["plugin"], **more}
        made = self.ask(201, "POST", PROVISION, body).json
        return made["license_key"]["key"], made["licenses"]

    def activate(self, status, key, identifier, kind="url", **more):
        body = {"license_key": key, "instance_identifier": identifier, "instance_type": kind, **more}
        return self.ask(status, "POST", ACTIVATE, body, key=None)

    def check(self, key, **query):
        return self.ask(200, "GET", CHECK, key=None, license_key=key, **query).json

    def release(self, status, key, **more):
        return self.ask(status, "POST", DEACTIVATE, {"license_key": key, **more}, key=None)

    def test_an_instance_has_one_seat_however_it_is_spelled(self):
        key, _ = self.provision("one@shop.example")
        first = self.activate(201, key, "https://Shop.example:443/", instance_metadata={"wp": "6.7", "locale": "fr"})
        self.assertEqual("https://shop.example", first.json["instance_identifier"])
        again = self.activate(200, key, "HTTPS://shop.EXAMPLE")
        self.assertEqual(first.json["activation_id"], again.json["activation_id"])
        self.assertEqual({"wp": "6.7", "locale": "fr"}, again.json["instance_metadata"])
        self.assertEqual((2, 1, 1), tuple(again.json[name] for name in ("seat_limit", "seats_used", "seats_remaining")))
        self.activate(201, key, "https://b\u00fccher.example")
        full = self.activate(422, key, "https://third.example").json
        self.assertEqual(("seat_limit_exceeded", "SEAT_LIMIT_EXCEEDED"), (full["code"], full["error"]["code"]))
        spelled = self.activate(200, key, "https://B\u00dcCHER.example").json["instance_identifier"]
        self.assertEqual("https://xn--bcher-kva.example", spelled)

    def test_identifiers_and_metadata_have_their_rules(self):
        key, _ = self.provision("rules@shop.example")
        for kind, wrong in (("url", "ftp://x.example"), ("url", "https://me@x.example"), ("url", "https://x.example/#a"),
                            ("url", "https://x.example:0"), ("hostname", "a b"), ("hostname", "-x"), ("machine_id", " ")):
            reply = self.activate(400, key, wrong, kind).json
            self.assertEqual(["instance_identifier"], [fault["member"] for fault in reply["errors"]], wrong)
            self.assertEqual("VALIDATION_ERROR", reply["error"]["code"])
            self.assertIn("instance_identifier", reply["error"])
        self.activate(400, key, "x" * 501, "machine_id")
        self.activate(400, key, "m", "phone")
        self.activate(400, key, "m", "machine_id", instance_metadata={"x": "y" * 4096})
        self.activate(400, key, "m", "machine_id", instance_metadata=[1])
        self.activate(400, key, "m", "machine_id", colour="red")
        self.ask(400, "POST", ACTIVATE, {"license_key": key}, key=None)
        self.activate(201, key, "m", "machine_id", instance_metadata={"x": "y" * 4000})

    def test_a_key_may_come_in_four_ways(self):
        key, _ = self.provision("ways@shop.example")
        self.assertTrue(self.check(key)["is_valid"])
        for headers in ({"X-License-Key": key}, {"X-License-Key": key.lower().replace("-", " ")}, {"Authorization": "Bearer " + key}):
            self.assertTrue(self.ask(200, "GET", CHECK, key=None, headers=headers).json["is_valid"])
        self.ask(201, "POST", ACTIVATE, {"instance_identifier": "m"}, key=None, headers={"X-License-Key": key})
        self.ask(200, "POST", ACTIVATE + "?license_key=" + key, {"instance_identifier": "m"}, key=None)

    def test_a_check_tells_the_license_the_seat_and_no_customer(self):
        key, made = self.provision("check@shop.example", expiration_date=END, max_seats=5)
        before = self.check(key, instance_identifier="https://a.example")
        self.assertEqual((True, False, None), (before["is_valid"], before["is_activated"], before["activation"]))
        seat = self.activate(201, key, "https://a.example").json
        after = self.check(key, instance_identifier="https://A.example/")
        self.assertEqual((True, seat["activation_id"]), (after["is_activated"], after["activation"]["id"]))
        self.assertEqual((made[0]["id"], "valid", 5, 1, 4, END), tuple(
            after["license"][name] for name in ("id", "status", "seat_limit", "seats_used", "seats_remaining", "expires_at")))
        self.assertNotIn("check@shop.example", str(after))
        path = f"/api/v1/brand/licenses/{made[0]['id']}/"
        self.ask(200, "POST", path + "suspend")
        suspended = self.check(key, instance_identifier="https://a.example")
        self.assertEqual((False, "invalid", True), (suspended["is_valid"], suspended["status"], suspended["is_activated"]))
        for verb, code in (("suspend", "LICENSE_SUSPENDED"), ("cancel", "LICENSE_CANCELLED")):
            self.ask(200, "POST", path + verb)
            self.assertEqual(code, self.activate(422, key, "https://a.example").json["error"]["code"])
        self.release(200, key, instance_identifier="https://a.example")

    def test_a_key_of_several_products_names_one_or_has_the_seat(self):
        key, _ = self.provision("several@shop.example", products=["plugin", "theme"])
        self.assertIn("product_slug", self.activate(400, key, "m", "machine_id").json["detail"])
        self.activate(201, key, "m", "machine_id", product_slug="theme")
        self.assertEqual("theme", self.activate(200, key, "m", "machine_id").json["product_slug"])
        self.assertEqual(2, len(self.check(key)["licenses"]))
        one = self.check(key, product_slug="theme")
        self.assertEqual((1, 1, 0), (len(one["licenses"]), one["total_seats_used"], one["total_seats_available"]))
        self.assertEqual("LICENSE_NOT_FOUND", self.activate(404, key, "m", product_slug="other").json["error"]["code"])
        self.ask(404, "GET", CHECK, key=None, license_key=key, product_slug="other")

    def test_a_released_seat_is_free_for_another(self):
        key, _ = self.provision("free@shop.example", max_seats=1)
        seat = self.activate(201, key, "host-1.example", "hostname").json["activation_id"]
        self.activate(422, key, "host-2.example", "hostname")
        self.assertEqual("ACTIVATION_NOT_FOUND", self.release(404, key, instance_identifier="host-2.example").json["error"]["code"])
        freed = self.release(200, key, instance_identifier="HOST-1.example.").json
        self.assertEqual((seat, 0, 1), (freed["activation_id"], freed["seats_used"], freed["seats_remaining"]))
        self.release(404, key, instance_identifier="host-1.example")
        self.release(200, key, activation_id=seat)
        self.release(400, key)
        self.activate(201, key, "host-2.example", "hostname")

    def test_of_many_at_once_nobody_is_sold_a_seat_that_is_not_there(self):
        key, made = self.provision("many@shop.example", max_seats=5)
        replies = []

        def ask(number):
            body = {"license_key": key, "instance_identifier": f"https://s{number}.example", "instance_type": "url"}
            replies.append(self.server.ask("POST", ACTIVATE, body, key=None).status)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((5, 59), (replies.count(201), replies.count(422)))
        self.assertEqual(5, self.ask(200, "GET", f"/api/v1/brand/licenses/{made[0]['id']}").json["seats_used"])

    def test_an_unknown_key_and_nonsense_are_refused_alike(self):
        key, _ = self.provision("alike@shop.example")
        wrong = key[:-1] + ("0" if key[-1] != "0" else "1")
        replies = [self.ask(404, "GET", CHECK, key=None, license_key=text).json for text in (wrong, "nonsense", "\u00fc", "x" * 190)]
        for reply in replies:
            reply.pop("request_id")
        self.assertEqual(1, len({str(reply) for reply in replies}))
        self.assertEqual(("unknown_license_key", "INVALID_LICENSE_KEY"), (replies[0]["code"], replies[0]["error"]["code"]))
        told = self.ask(404, "POST", ACTIVATE, {"license_key": wrong, "nonsense": 1}, key=None).json
        self.assertNotIn("errors", told)  # what else is wrong is for those who have a key
        self.ask(400, "GET", CHECK, key=None)

    def test_a_brand_sees_its_own_licenses_only(self):
        key, _ = self.provision("mine@shop.example", license_key="OLD-IMPORT-1")
        told = self.server.bring([{"key": key, "product": "plugin", "email": "theirs@shop.example"}], brand="rival")
        self.assertEqual((1, 1), (told["new"], told["keys_of_other_brands"]))
        self.activate(409, key, "m", "machine_id")
        self.assertEqual("Acme", self.ask(200, "GET", "/api/v1/brand/licenses", email="mine@shop.example").json[0]["brand_name"])
        self.activate(201, key, "m", "machine_id", brand="acme")
        self.assertFalse(self.check(key, brand="rival", instance_identifier="m")["is_activated"])
        self.ask(404, "GET", CHECK, key=None, license_key=key, brand="no-such")

    def test_no_brand_takes_the_key_of_another(self):
        key, _ = self.provision("ours@shop.example", license_key="OLD-OURS-1")
        body = {"customer_email": "taker@shop.example", "products": ["plugin"], "license_key": "old ours 1"}
        refused = self.ask(409, "POST", PROVISION, body, key=self.rival_key)
        self.assertEqual("that license key cannot be used; choose another", refused.json["detail"])
        for word in ("acme", "brand"):
            self.assertNotIn(word, refused.json["detail"].lower())
        self.assertEqual([], self.ask(200, "GET", "/api/v1/brand/licenses", key=self.rival_key, email="taker@shop.example").json)
        self.server.command("license", "issue", "--brand", "rival", "--product", "plugin", "--email", "taker@shop.example", "--key", key,
                            code=4)
        self.activate(201, key, "m", "machine_id")
        self.assertTrue(self.check(key, instance_identifier="m")["is_activated"])
        # Its own it may give another product, and a key that nobody has is anybody's.
        self.ask(201, "POST", PROVISION, {**body, "customer_email": "ours@shop.example", "products": ["theme"], "license_key": key})
        self.ask(201, "POST", PROVISION, {**body, "license_key": "OLD-THEIRS-1"}, key=self.rival_key)

    def test_a_brand_frees_the_seat_of_an_instance(self):
        key, made = self.provision("forced@shop.example", max_seats=1)
        seat = self.activate(201, key, "m-1", "machine_id").json["activation_id"]
        listed = self.server.command("activation", "list", "--license", made[0]["id"])["activations"]
        self.assertEqual([("machine_id", "m-1")], [(one["kind"], one["identifier"]) for one in listed])
        self.server.command("activation", "release", "--license", made[0]["id"], "--activation", seat)
        self.assertFalse(self.check(key, instance_identifier="m-1")["is_activated"])
        self.activate(201, key, "m-2", "machine_id")


    def decide(self, slug, **policy):
        product = self.server.add_product(slug, seats=1)
        self.ask(200, "PATCH", f"/api/v1/brand/products/{product}", policy)

    def test_an_instance_has_what_the_policy_tolerates_and_the_brand_sees_it(self):
        self.decide("lax", overage=1)
        key, made = self.provision("lax@shop.example", products=["lax"])
        self.activate(201, key, "m-1", "machine_id", instance_metadata={"till": 7})
        over = self.activate(201, key, "m-2", "machine_id").json
        self.assertEqual((1, 2, 0), tuple(over[name] for name in ("seat_limit", "seats_used", "seats_remaining")))
        self.activate(422, key, "m-3", "machine_id")
        path = f"/api/v1/brand/licenses/{made[0]['id']}/activations"
        listed = self.ask(200, "GET", path).json
        self.assertEqual([("machine_id", "m-1", {"till": 7}, False), ("machine_id", "m-2", None, True)],
                         [(one["kind"], one["identifier"], one["metadata"], one["is_over_limit"]) for one in listed])
        self.ask(200, "POST", f"{path}/{listed[0]['id']}/release")
        self.assertFalse(self.check(key, instance_identifier="m-1")["is_activated"])

    def test_the_time_of_a_license_runs_from_an_instances_first_activation(self):
        self.decide("shelf", expiry_basis="first_activation", duration_days=30)
        key, _ = self.provision("shelf@shop.example", products=["shelf"])
        self.assertIsNone(self.check(key)["license"]["expires_at"])
        begun = self.activate(201, key, "m-1", "machine_id").json["expires_at"]
        self.assertIsNotNone(begun)
        self.assertEqual(begun, self.check(key)["license"]["expires_at"])


class Guessing(VendorTest):
    def test_who_guesses_keys_is_slowed_and_who_has_one_is_not(self):
        server = Validator(self.program)
        self.addCleanup(server.remove)
        server.add_product("plugin")
        server.start("--refusals-per-minute", "5", "--loops", "1")
        key = server.ask("POST", PROVISION, {"customer_email": "a@b.example", "products": ["plugin"]}).json["license_key"]["key"]
        replies = [server.ask("GET", CHECK, key=None, license_key="guess") for _ in range(8)]
        reply = replies[-1]
        self.assertEqual([404, 429], [replies[0].status, reply.status])
        self.assertEqual("RATE_LIMIT_EXCEEDED", reply.json["error"]["code"])
        self.assertGreaterEqual(int(reply.headers["Retry-After"]), 1)
        self.assertEqual(200, server.ask("GET", CHECK, key=None, license_key=key).status)


if __name__ == "__main__":
    main()
