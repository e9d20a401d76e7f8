# SPDX-License-Identifier: Apache-2.0
"""Buckets of license keys wherever the key stands; keys that nobody has: alike in text, kept from the writer, slowed down."""

import json
import re

from validator import VendorTest, main

PRODUCT = "/api/v1/product/"
BRAND = "/api/v1/brand/"
LICENSES = "/api/v1/licenses"
LIMIT = 7


def provision(test, email, product="till", **more):
    return test.ask(201, "POST", BRAND + "licenses/provision", {"customer_email": email, "products": [product]}, **more).json["license_key"]["key"]


def told(reply):
    """What a refusal says, but for what differs in every reply."""
    text = re.sub(r'"request_id":"[^"]*"', "", reply.text)
    return reply.status, text, sorted((name, reply.headers[name]) for name in ("Content-Type", "WWW-Authenticate", "Cache-Control"))


class Buckets(VendorTest):
    arguments = ("--api-requests-per-minute", str(LIMIT), "--refusals-per-minute", "0")

    @classmethod
    def prepare(cls):
        cls.server.add_product("till", seats=50)

    def make(self, email):
        """With another API key each time, for those have buckets too."""
        key = self.server.add_brand(email.split("@")[0])["api_key"]
        self.server.add_product("till", brand=email.split("@")[0], seats=50)
        return provision(self, email, key=key)

    def ways(self, key):
        """Every place that a key may stand in."""
        instance = {"instance_identifier": "https://shop.example"}
        yield "GET", PRODUCT + "licenses/check?license_key=" + key, None, {}
        yield "GET", PRODUCT + "status", None, {"X-License-Key": key}
        yield "GET", PRODUCT + "status", None, {"Authorization": "Bearer " + key}
        yield "POST", PRODUCT + "licenses/deactivate", {"license_key": key, **instance}, {}
        yield "POST", LICENSES + "/validate", {"license_key": key, "product_code": "till", **instance}, {}
        yield "GET", LICENSES + f"/{key}", None, {}
        yield "POST", LICENSES + "/status", {"license_key": key}, {}

    def test_a_license_key_has_one_bucket_wherever_it_stands(self):
        key = self.make("one@shop.example")
        ways = list(self.ways(key))
        self.assertEqual(LIMIT, len(ways))
        for left, (method, path, body, headers) in zip(range(LIMIT - 1, -1, -1), ways):
            reply = self.server.ask(method, path, body, key=None, headers=headers, in_order=False)
            self.assertNotEqual(429, reply.status, path)
            self.assertEqual((str(LIMIT), str(left)), (reply.headers["RateLimit-Limit"], reply.headers["RateLimit-Remaining"]), path)
        for method, path, body, headers in ways:
            reply = self.server.ask(method, path, body, key=None, headers=headers, in_order=False)
            self.assertEqual(429, reply.status, path)
            self.assertGreaterEqual(60, int(reply.headers["Retry-After"]))

    def test_another_spelling_is_the_same_key_and_another_key_is_not(self):
        key, other = self.make("spelled@shop.example"), self.make("other@shop.example")
        for _ in range(LIMIT):
            self.ask(200, "GET", PRODUCT + "status", key=None, headers={"X-License-Key": key})
        self.ask(429, "GET", PRODUCT + "status", key=None, headers={"X-License-Key": key.lower()})
        self.ask(200, "GET", PRODUCT + "status", key=None, headers={"X-License-Key": other})

    def test_keys_that_nobody_has_are_limited_like_others(self):
        for text in ("AAAA-BBBB-CCCC-DDDD-EEEE", "no key at all"):
            for left in range(LIMIT - 1, -1, -1):
                reply = self.ask(401, "GET", PRODUCT + "status", key=None, headers={"X-License-Key": text})
                self.assertEqual(str(left), reply.headers["RateLimit-Remaining"])
            self.ask(429, "GET", PRODUCT + "status", key=None, headers={"X-License-Key": text})
        for left in range(LIMIT - 1, -1, -1):
            self.assertEqual(str(left), self.ask(401, "GET", BRAND + "licenses", key="pospal_unknown").headers["RateLimit-Remaining"])
        self.ask(429, "GET", BRAND + "licenses", key="pospal_unknown")


class Strangers(VendorTest):
    arguments = ("--refusals-per-minute", "0")

    @classmethod
    def prepare(cls):
        cls.server.add_product("till")
        cls.rival_key = cls.server.add_brand("rival")["api_key"]
        cls.server.add_product("till", brand="rival")

    def writes(self):
        return float(re.search(r"^pospal_writer_jobs_total (\S+)$", self.ask(200, "GET", "/metrics", key=None).text, re.M).group(1))

    def test_what_nobody_has_never_reaches_the_writer(self):
        instance = {"instance_identifier": "https://shop.example", "product_slug": "till", "instance_type": "url"}
        before = self.writes()
        for n in range(10):
            self.ask(401, "POST", BRAND + "products", {"slug": "x", "name": "X"}, key=f"pospal_{n}")
            self.ask(401, "POST", LICENSES, {}, key=f"pospal_{n}", in_order=False)
            self.ask(404, "POST", PRODUCT + "licenses/activate", {"license_key": f"AAAA-BBBB-CCCC-{n:04}", **instance}, key=None, in_order=True)
            self.ask(401, "POST", PRODUCT + "activate", instance, key=None, headers={"X-License-Key": f"AAAA-BBBB-CCCC-{n:04}"})
        self.assertEqual(before, self.writes())
        reader = self.ask(201, "POST", BRAND + "keys", {"name": "reader", "scopes": ["licenses:read"]}).json["key"]
        before = self.writes()
        self.ask(403, "POST", BRAND + "products", {"slug": "x", "name": "X"}, key=reader)
        self.assertEqual(before, self.writes())

    def test_keys_that_nobody_has_are_refused_alike(self):
        theirs = provision(self, "theirs@shop.example", key=self.rival_key)
        texts = ("AAAA-BBBB-CCCC-DDDD-EEEE", "no key at all", theirs, "x" * 70)
        instance = {"instance_identifier": "https://shop.example"}
        for method, path, body in (("GET", PRODUCT + "status?brand=acme", None), ("GET", PRODUCT + "licenses/check?brand=acme", None),
                                   ("POST", PRODUCT + "activate", {"brand": "acme", "instance_type": "url", "product_slug": "till", **instance})):
            answers = {json.dumps(told(self.server.ask(method, path, body, key=None, headers={"X-License-Key": text}, in_order=False)))
                       for text in texts}
            self.assertEqual(1, len(answers), (path, answers))
        unknown_brand = self.ask(401, "GET", PRODUCT + "status?brand=nobody", key=None, headers={"X-License-Key": theirs})
        unknown_key = self.ask(401, "GET", PRODUCT + "status?brand=acme", key=None, headers={"X-License-Key": theirs})
        self.assertEqual(told(unknown_key), told(unknown_brand))
        answers = {json.dumps(told(self.server.ask("GET", BRAND + "licenses", key=text))) for text in ("pospal_x", "pospal_" + "y" * 43)}
        self.assertEqual(1, len(answers))


class Slowed(VendorTest):
    arguments = ("--refusals-per-minute", "4", "--loops", "1")

    @classmethod
    def prepare(cls):
        cls.server.add_product("till")

    def test_who_guesses_is_told_to_wait_and_who_has_a_key_is_served(self):
        key = provision(self, "slow@shop.example")
        for ask in ((lambda n: self.server.ask("GET", PRODUCT + "status", key=None, headers={"X-License-Key": f"AAAA-BBBB-{n:04}-CCCC"})),
                    (lambda n: self.server.ask("POST", BRAND + "products", {"slug": "x", "name": "X"}, key=f"pospal_{n}"))):
            statuses = [ask(n) for n in range(8)]
            self.assertEqual(429, statuses[-1].status)
            self.assertGreater(int(statuses[-1].headers["Retry-After"]), 0)
        self.assertIn("too many refused", statuses[-1].json["detail"])
        self.ask(200, "GET", PRODUCT + "status", key=None, headers={"X-License-Key": key})
        self.ask(200, "GET", BRAND + "licenses")


if __name__ == "__main__":
    main()
