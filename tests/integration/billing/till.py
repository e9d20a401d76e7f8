# SPDX-License-Identifier: Apache-2.0
"""The real validator, bound to a host as for programs of POSPal's licensing API, and Stripe as tests/node/stripe_fake.mjs plays it: its events
are signed by Stripe's own library, its API is held to its shapes by Stripe's own client (stripe_fake.test.mjs)."""

import json
import subprocess
import sys
import time
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pospal"))

from facade import HOST, RECORD, Facade, together  # noqa: E402,F401  (the folder is known only now)

ROOT = Path(__file__).resolve().parents[3]
NODE = ROOT / "tests/node"
SECRET = "whsec_test_of_the_endpoint_1234567890"
SKIPPED = 77


class Stripe:
    def __init__(self):
        self.process = subprocess.Popen(["node", str(NODE / "stripe_fake.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def act(self, name, **given):
        request = urllib.request.Request(f"{self.url}/_test/{name}", json.dumps(given).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=20) as reply:
            return json.load(reply)["result"]

    def sign(self, payload, secret=SECRET, timestamp=None):
        given = {"payload": payload, "secret": secret}
        if timestamp is not None:
            given["timestamp"] = timestamp
        return self.act("sign", **given)

    def asked(self, path, method=None):
        return [a for a in self.act("asked") if a["path"].startswith(path) and method in (None, a["method"])]

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


class Till(Facade):
    """With an account at Stripe."""

    def __init__(self, program):
        super().__init__(program)
        self.stripe = Stripe()
        for name, value in (("stripe_secret_key", "sk_test_of_the_brand"), ("stripe_webhook_secrets", f"whsec_before_it_was_rotated {SECRET}")):
            path = Path(self.directory) / name
            path.write_text(value + "\n", encoding="utf-8")
            self.command("brand", "set", "--brand", "acme", "--name", name, "--file", str(path))
        for name, value in (("stripe_api", self.stripe.url), ("stripe_price", "price_pos"), ("website", "https://shop.example/pos"),
                            ("return_origins", "https://app.shop.example http://localhost:5173")):
            self.command("brand", "set", "--brand", "acme", "--name", name, "--value", value)

    def remove(self):
        self.stripe.close()
        super().remove()

    def send(self, payload, header, host=HOST):
        return self.call("/webhook", payload, host=host, headers={"Stripe-Signature": header} if header is not None else {})

    def deliver(self, event):
        payload = json.dumps(event)
        return self.send(payload, self.stripe.sign(payload))

    def licenses(self, email):
        return json.loads(json.dumps(self.command("license", "list", "--brand", "acme", "--email", email)))["licenses"]

    def events(self, state=None):
        return self.command("billing", "events", "--brand", "acme", *(["--state", state] if state else []))["events"]

    def wait(self, question, wanted, seconds=30):
        """Until the database says so: what is done in the background has no other sign."""
        end = time.monotonic() + seconds
        while (found := self.select(question)) != str(wanted):
            assert time.monotonic() < end, f"{question} is {found}, not {wanted}"
            time.sleep(0.05)


class TillTest(unittest.TestCase):
    program = None
    arguments = ("--refusals-per-minute", "0")

    @classmethod
    def setUpClass(cls):
        cls.server = Till(cls.program)
        cls.stripe = cls.server.stripe
        cls.server.start(*cls.arguments)
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        cls.server.remove()

    def tearDown(self):
        self.stripe.act("trouble")

    def email(self):
        TillTest.count = getattr(TillTest, "count", 0) + 1
        return f"owner{TillTest.count}@taverna.example"

    def call(self, status, path, body=None, **more):
        reply = self.server.call(path, body, **more)
        self.assertEqual(status, reply.status, f"{path}: {reply.text}")
        return reply

    def deliver(self, events, status=200):
        return [self.taken(event, status) for event in events]

    def taken(self, event, status=200):
        reply = self.server.deliver(event)
        self.assertEqual(status, reply.status, f"{event['type']}: {reply.text}")
        return reply.json

    def buy(self, email=None, **more):
        """A purchase whose events were all delivered in order; its e-mail address, subscription and events."""
        email = email or self.email()
        events = self.stripe.act("buy", email=email, **more)
        self.deliver(events)
        return email, events[-1]["data"]["object"]["subscription"], events

    def status(self, email):
        (license_,) = self.server.licenses(email)
        return license_["status"]


def main():
    """python3 test_x.py PROGRAM"""
    if not (NODE / "node_modules" / "stripe").exists():
        print("skipped: tests/node/node_modules is missing; ./dev setup installs it")
        sys.exit(SKIPPED)
    TillTest.program = sys.argv.pop(1)
    passed = unittest.main(module="__main__", verbosity=1, exit=False).result.wasSuccessful()
    sys.exit(0 if RECORD.is_right() and passed else 1)
