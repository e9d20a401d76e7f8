# SPDX-License-Identifier: Apache-2.0
"""The real pospal-validator under test, for scripts: a brand and its products by command, requests by HTTP.

Every request and reply is recorded and held against docs/openapi.json at the end, the requests only where the test means them to be in order.
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
import threading
import time
import unittest
from pathlib import Path
from urllib.parse import urlencode, urlsplit

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


class Record:
    """What was asked and answered, for tests/node, which holds it against the contract when the tests of a program are done."""

    def __init__(self):
        self.file = tempfile.NamedTemporaryFile("w", prefix="pospal-record-", suffix=".jsonl", encoding="utf-8")
        self.lock = threading.Lock()
        self.test = ""  # the one that runs

    def add(self, asked, reply, in_order):
        """asked: method, path, headers and text of the body, or None. in_order: the test means the body to follow the contract."""
        method, path, headers, text = asked
        text = text.decode("utf-8", errors="replace") if isinstance(text, bytes) else text
        line = {"test": self.test, "method": method, "path": path, "in_order": in_order,
                "request": {"headers": {name.lower(): value for name, value in headers.items()}, "body": text},
                "reply": {"status": reply.status, "headers": {name.lower(): value for name, value in reply.headers.items()}, "body": reply.text}}
        with self.lock:
            self.file.write(json.dumps(line) + "\n")

    def is_right(self):
        self.file.flush()
        return subprocess.run(["sh", str(ROOT / "tests/node/run.sh"), "check", self.file.name], check=False).returncode == 0


RECORD = Record()


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
        assert done.returncode == code, f"{words}: {done.returncode} {done.stderr or done.stdout}"
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

    def write(self, statement):
        if self.database:
            subprocess.run(["psql", self.database[1], "-qAtXc", statement], capture_output=True, text=True, check=True)
            return
        database = sqlite3.connect(os.path.join(self.data, "validator.db"), timeout=20)
        with database:
            database.execute(statement)
        database.close()

    def insert(self, table, **values):
        """A row that otherwise only a signed program or a payment makes. Bytes are blobs, as ids are."""
        blob = "'\\x{}'" if self.database else "X'{}'"
        row = [blob.format(value.hex()) if isinstance(value, bytes) else repr(value) for value in values.values()]
        self.write(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(row)})")

    def dump(self):
        """All rows of SQLite's database as text."""
        database = sqlite3.connect(os.path.join(self.data, "validator.db"))
        text = "\n".join(database.iterdump())
        database.close()
        return text

    def add_brand(self, slug):
        return self.command("brand", "add", "--name", slug, "--slug", slug, "--key-directory", self.directory)

    def add_product(self, slug, *words, brand="acme", seats=1):
        return self.command("product", "add", "--brand", brand, "--slug", slug, "--name", slug.title(), "--seats", str(seats),
                            *words)["product_id"]

    def bring(self, rows, *words, brand="acme", mapping="pospal-validator", code=0):
        """Imports rows as JSON lines, by one of the shipped mappings. code 6: some are refused."""
        name = os.path.join(self.directory, "rows.jsonl")
        Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return self.command("import", name, "--brand", brand, "--mapping", str(MAPPINGS / f"{mapping}.conf"), "--no-backup", *words, code=code)

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
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, text, sent)
        reply = Reply(connection.getresponse())
        connection.close()
        RECORD.add((method, path, sent, text), reply, in_order and not isinstance(body, (str, bytes)))
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

    def setUp(self):
        RECORD.test = self.id()

    def ask(self, status, method, path, body=None, **more):
        reply = self.server.ask(method, path, body, in_order=more.pop("in_order", status < 400), **more)
        self.assertEqual(status, reply.status, f"{method} {path}: {reply.text}")
        return reply


def main():
    """python3 test_x.py PROGRAM"""
    VendorTest.program = sys.argv.pop(1)
    passed = unittest.main(module="__main__", verbosity=1, exit=False).result.wasSuccessful()
    sys.exit(0 if RECORD.is_right() and passed else 1)
