# SPDX-License-Identifier: Apache-2.0
"""The real pospal-validator under test, for scripts: a brand and its products by command, requests by HTTP.

Every request and reply of the vendor's API is checked against docs/openapi.json, the requests only where the test means them to be in order.
"""

import http.client
import json
import os
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from urllib.parse import urlencode, urlsplit

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROOT = Path(__file__).resolve().parents[3]
CONTRACT = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
MAPPINGS = ROOT / "docs/mappings"
SKIPPED = 77


class Reply:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode("utf-8")
        kind = (self.headers.get("Content-Type") or "").split(";")[0]
        self.media_type = kind
        self.json = json.loads(self.text) if kind.endswith("json") and self.text else None

    @property
    def code(self):
        return self.json.get("code") if isinstance(self.json, dict) else None

    def next_page(self):
        """The path of the next page, None after the last."""
        found = re.match(r'<([^>]+)>; rel="next"', self.headers.get("Link") or "")
        return found.group(1) if found else None


def follow(schema):
    while "$ref" in schema:
        target = CONTRACT
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema


def described(method, path):
    """The operation of the contract that a request belongs to; None for one that is not there."""
    steps = urlsplit(path).path.rstrip("/").split("/")
    best = None
    for pattern, item in CONTRACT["paths"].items():
        names = pattern.split("/")
        fits = len(names) == len(steps) and all(n == s or n.startswith("{") for n, s in zip(names, steps))
        if fits and method.lower() in item and (best is None or pattern.count("{") < best[0]):
            best = (pattern.count("{"), item[method.lower()])
    return best[1] if best else None


def conform(value, schema, what):
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": CONTRACT["components"], **schema}
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(value)
    return what


def check_reply(method, path, reply):
    operation = described(method, path)
    if operation is None or reply.status in (404, 405) and str(reply.status) not in operation["responses"]:
        return
    assert str(reply.status) in operation["responses"], f"{method} {path} answers {reply.status}, which is not described"
    content = follow(operation["responses"][str(reply.status)]).get("content", {})
    if not content:
        return
    assert reply.media_type in content, f"{method} {path}: {reply.media_type} is not described for {reply.status}"
    if reply.json is not None:
        conform(reply.json, content[reply.media_type].get("schema", {}), path)


def check_request(method, path, body):
    operation = described(method, path)
    if operation and body is not None and "requestBody" in operation:
        conform(body, operation["requestBody"]["content"]["application/json"]["schema"], path)


def fresh_database():
    """The words for a PostgreSQL of its own, where this run is about PostgreSQL: see support/postgres_fixture.c."""
    if os.environ.get("POSPAL_TEST_ENGINE") != "postgres":
        return []
    fixture, state = os.environ["POSPAL_TEST_POSTGRES_PROGRAM"], os.environ["POSPAL_TEST_POSTGRES"]
    made = subprocess.run([fixture, "schema", state], capture_output=True, text=True, check=True)
    return ["--db", made.stdout.strip()]


class Validator:
    """A data directory with the brand acme and a server on it."""

    def __init__(self, program):
        self.program = program
        self.directory = tempfile.mkdtemp(prefix="pospal-vendor-")
        self.data = os.path.join(self.directory, "data")
        self.database = fresh_database()
        self.process = None
        self.port = 0
        self.clock = os.path.join(self.directory, "clock")
        self.environment = {**os.environ, "POSPAL_TEST_CLOCK": self.clock}
        self.ahead_s = 0
        self.pass_time(0)
        made = self.command("init", "--brand", "Acme", "--slug", "acme")
        self.brand_id, self.api_key = made["brand_id"], made["api_key"]
        self.roots = [key["kid"] for key in made["root_public_jwks"]["keys"]]

    def command(self, *words, code=0):
        done = subprocess.run([self.program, *words, "--data", self.data, *self.database, "--json"], capture_output=True, text=True, check=False,
                              env=self.environment)
        assert done.returncode == code, f"{words}: {done.returncode} {done.stderr}"
        return json.loads(done.stdout or done.stderr)

    def pass_time(self, seconds):
        """For the program validator_at: so much time has passed, for the server that runs, too."""
        self.ahead_s += seconds
        with open(self.clock, "r+b" if os.path.exists(self.clock) else "wb") as clock:  # never truncated: the server reads it by mmap
            clock.write(struct.pack("q", round(self.ahead_s * 1000)))

    def now(self):
        """Unix time, as the server has it."""
        return time.time() + self.ahead_s

    def rfc3339(self, unix_s):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(unix_s))

    def select(self, question):
        """The one value that a question to the database has."""
        if self.database:
            return subprocess.run(["psql", self.database[1], "-AtXc", question], capture_output=True, text=True, check=True).stdout.strip()
        database = sqlite3.connect(os.path.join(self.data, "validator.db"))
        (found,) = database.execute(question).fetchone()
        database.close()
        return str(found)

    def add_brand(self, slug):
        return self.command("brand", "add", "--name", slug, "--slug", slug, "--key-directory", self.directory)

    def add_product(self, slug, *words, brand="acme", seats=1):
        return self.command("product", "add", "--brand", brand, "--slug", slug, "--name", slug.title(), "--seats", str(seats),
                            *words)["product_id"]

    def bring(self, rows, *words, brand="acme", mapping="pospal-validator"):
        """Imports rows as JSON lines, by one of the shipped mappings."""
        name = os.path.join(self.directory, "rows.jsonl")
        Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return self.command("import", name, "--brand", brand, "--mapping", str(MAPPINGS / f"{mapping}.conf"), "--no-backup", *words)

    def start(self, *words):
        with open(os.path.join(self.directory, "log"), "ab") as log:
            self.process = subprocess.Popen([self.program, "serve", "--data", self.data, *self.database, "--listen", "127.0.0.1:0", *words],
                                            stdout=subprocess.PIPE, stderr=log, text=True, env=self.environment)
        for line in self.process.stdout:
            found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                return
        raise AssertionError("the server did not start: " + self.log())

    def log(self):
        return Path(self.directory, "log").read_text(encoding="utf-8", errors="replace")

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process.stdout.close()
            code, self.process = self.process.returncode, None
            return code
        return None

    def remove(self):
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)

    def ask(self, method, path, body=None, key="", headers=None, in_order=True, **query):
        """One request on a connection of its own. key "": acme's first API key, None: no key. in_order: the body follows the contract."""
        sent = {"Content-Type": "application/json"} if body is not None else {}
        key = self.api_key if key == "" else key
        if key is not None:
            sent["X-API-Key"] = key
        sent.update(headers or {})
        text = body if isinstance(body, (str, bytes)) or body is None else json.dumps(body)
        if query:
            path += ("&" if "?" in path else "?") + urlencode(query)
        if in_order and not isinstance(body, (str, bytes)):
            check_request(method, path, body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, text, sent)
        reply = Reply(connection.getresponse())
        connection.close()
        check_reply(method, path, reply)
        return reply


class VendorTest(unittest.TestCase):
    """One server for the tests of a class; each names its own objects, so that no order between them matters."""

    program = None
    arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Validator(cls.program)
        cls.prepare()
        cls.server.start(*cls.arguments)

    @classmethod
    def prepare(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        cls.server.remove()

    def ask(self, status, method, path, body=None, **more):
        reply = self.server.ask(method, path, body, in_order=more.pop("in_order", status < 400), **more)
        self.assertEqual(status, reply.status, f"{method} {path}: {reply.text}")
        return reply


def main():
    """python3 test_x.py PROGRAM"""
    if jsonschema is None:
        print("skipped: no jsonschema for Python here")
        sys.exit(SKIPPED)
    VendorTest.program = sys.argv.pop(1)
    unittest.main(module="__main__", verbosity=1)
