# SPDX-License-Identifier: Apache-2.0
"""The real validator with a product bound to a host name, and subscribers on it, for tests of POSPal's licensing API.

What a payment provider would have told is written into the database by the tests, as are times that lie back: no test waits.
"""

import hashlib
import http.client
import json
import sys
import threading
import time
import unittest
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vendor"))

from validator import RECORD, Reply, Validator  # noqa: E402  (the folder is known only now)

HOST = "license.acme.example"
HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS


def now_ms():
    return int(time.time() * 1000)


def machine_hash(fingerprint):
    return hashlib.sha256(fingerprint.encode()).hexdigest()


class Subscriber:
    """A customer with a license of the bound product and the subscription that pays for it."""

    def __init__(self, server, email, token, license_id, checkout):
        self.server, self.email, self.token, self.license_id, self.checkout = server, email, token, license_id, checkout

    @property
    def key(self):
        return self.server.blob(self.license_id)

    def credentials(self, **more):
        return {"email": self.email, "token": self.token, **more}

    def seen(self, validated_ms=None, seen_ms=None):
        """As if it had been validated so long ago; None: never."""
        validated = "NULL" if validated_ms is None else str(now_ms() - validated_ms)
        seen = now_ms() - (seen_ms if seen_ms is not None else validated_ms or 0)
        self.server.write(f"DELETE FROM license_seen WHERE license_id = {self.key}")
        brand = self.server.blob(self.server.brand_id)
        self.server.write(f"INSERT INTO license_seen (brand_id, license_id, seen_at, validated_at) VALUES ({brand}, {self.key}, {seen}, {validated})")

    def end(self, ago_ms=DAY_MS):
        """Its period is over since then; the product has no renewal slack."""
        self.server.write(f"UPDATE license SET expires_at = {now_ms() - ago_ms} WHERE id = {self.key}")
        self.server.write(f"UPDATE subscription SET period_end = {now_ms() - ago_ms} WHERE license_id = {self.key}")

    def suspend(self):
        self.server.command("license", "suspend", "--license", self.license_id)

    def cancel(self):
        self.server.command("license", "cancel", "--license", self.license_id)

    def resume(self):
        self.server.command("license", "resume", "--license", self.license_id)


class Facade(Validator):
    """The validator with the brand acme, its product till bound to HOST, and another product bound elsewhere."""

    def __init__(self, program):
        super().__init__(program)
        self.count = 0
        self.product_id = self.add_product("till", "--trial-days", "30", "--key-prefix", "POSPAL", "--key-group", "4")
        self.add_product("other", "--trial-days", "30")
        self.add_brand("rival")
        self.add_product("till", brand="rival")
        self.write("UPDATE product SET slack_s = 0")
        self.command("brand", "set", "--brand", "acme", "--name", "mail_from", "--value", "Acme <hello@acme.example>")
        self.command("brand", "set", "--brand", "acme", "--name", "support_email", "--value", "help@acme.example")
        self.command("facade", "bind", "--host", HOST.upper(), "--brand", "acme", "--product", "till")
        self.command("facade", "bind", "--host", "other.example:81", "--brand", "acme", "--product", "other")
        self.command("facade", "bind", "--host", "rival.example", "--brand", "rival", "--product", "till")

    # ---- the database ----

    def blob(self, text):
        digits = text.replace("-", "")
        return f"'\\x{digits}'" + "::bytea" if self.database else f"x'{digits}'"

    def number(self, question):
        return int(self.select(question) or 0)

    # ---- subscribers ----

    def subscribe(self, email=None, name="Ann Example", **columns):
        """columns: of the subscription row, in place of what a monthly one has."""
        self.count += 1
        email = email or f"customer{self.count}@shop.example"
        end = now_ms() + 10 * DAY_MS
        made = self.ask("POST", "/api/v1/brand/licenses/provision",
                        {"customer_email": email, "customer_name": name, "products": ["till"],
                         "expiration_date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end / 1000))}, in_order=False).json
        token, license_id = made["license_key"]["key"], made["licenses"][0]["id"]
        checkout = f"cs_test_{uuid.uuid4().hex}"
        row = {"brand_id": self.blob(self.brand_id), "id": self.blob(str(uuid.uuid4())), "license_id": self.blob(license_id),
               "customer_id": f"(SELECT customer_id FROM license WHERE id = {self.blob(license_id)})", "provider": "'stripe'",
               "provider_customer": f"'cus_{self.count}'", "provider_subscription": f"'sub_{uuid.uuid4().hex}'",
               "provider_checkout": f"'{checkout}'", "state": 2, "ends_with_period": 0, "period_start": end - 30 * DAY_MS, "period_end": end,
               "next_billing_at": end, "amount": 2900, "currency": "'eur'", "failures": 0, "told_at": now_ms(), "compared_at": 0, "version": 1,
               "begun_at": now_ms(), "created_at": now_ms(), **columns}
        self.write(f"INSERT INTO subscription ({', '.join(row)}) VALUES ({', '.join(str(v) for v in row.values())})")
        return Subscriber(self, email, token, license_id, checkout)

    def mails(self, template, email=None):
        who = f" AND recipient = '{email}'" if email else ""
        return self.number(f"SELECT count(*) FROM mail WHERE template = '{template}'{who}")

    # ---- requests ----

    def call(self, path, body=None, method="POST", host=HOST, headers=None):
        """One request as a program of that API makes it."""
        sent = {"Host": host, **(headers or {})}
        text = body if isinstance(body, (str, bytes)) or body is None else json.dumps(body)
        if text is not None:
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, text, sent)
        reply = Reply(connection.getresponse())
        connection.close()
        RECORD.add((method, path, sent, text), reply, False)
        return reply


class FacadeTest(unittest.TestCase):
    """One server for the tests of a class; each makes its own subscribers."""

    program = None
    arguments = ("--refusals-per-minute", "0")

    @classmethod
    def setUpClass(cls):
        cls.server = Facade(cls.program)
        cls.prepare()
        cls.server.start(*cls.arguments)

    @classmethod
    def prepare(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        cls.server.remove()

    def setUp(self):
        RECORD.test = self.id()

    def call(self, status, path, body=None, **more):
        reply = self.server.call(path, body, **more)
        self.assertEqual(status, reply.status, f"{path}: {reply.text}")
        return reply

    def unified(self, status, operation, credentials, device=None, **more):
        body = {"operation": operation, "credentials": credentials, **more}
        if device is not None:
            body["device"] = device
        return self.call(status, "/validate-unified", body)

    def refused(self, status, code, reply):
        """The unified shape of a refusal."""
        self.assertEqual(status, reply.status, reply.text)
        self.assertEqual(code, reply.json["error"]["code"], reply.text)
        return reply.json


def together(*calls):
    """Runs them at once; their results in order."""
    gate = threading.Barrier(len(calls))
    results = [None] * len(calls)

    def run(index):
        gate.wait()
        results[index] = calls[index]()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def main():
    """python3 test_x.py PROGRAM"""
    FacadeTest.program = sys.argv.pop(1)
    passed = unittest.main(module="__main__", verbosity=1, exit=False).result.wasSuccessful()
    sys.exit(0 if RECORD.is_right() and passed else 1)
