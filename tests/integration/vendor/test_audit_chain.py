# SPDX-License-Identifier: Apache-2.0
"""The audit's chain: what is altered, removed, inserted or moved in the database is found, by us and by somebody else's program."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from validator import VendorTest, Validator, main

PROVISION = "/api/v1/brand/licenses/provision"
VERIFIER = Path(__file__).with_name("audit_verifier.py")


class Audit(VendorTest):
    @classmethod
    def setUpClass(cls):
        """A server that did something, was ended, and so sealed it; each test tampers with a copy."""
        cls.server = Validator(cls.program)
        cls.server.add_product("till")
        for _ in range(2):
            cls.server.start()
            for number in range(4):
                made = cls.server.ask("POST", PROVISION, {"customer_email": f"a{number}@shop.example", "products": ["till"]},
                                      headers={"X-Request-Id": f"order-{number}"})
                cls.license = made.json["licenses"][0]["id"]
                cls.server.ask("POST", f"/api/v1/brand/licenses/{cls.license}/suspend", {"reason": "unpaid"})
            cls.server.stop()

    def copy(self):
        directory = tempfile.mkdtemp(dir=self.server.directory)
        shutil.copytree(self.server.data, directory, dirs_exist_ok=True)
        self.addCleanup(shutil.rmtree, directory)
        return directory

    def tampered(self, *statements):
        if self.server.database:
            self.skipTest("SQLite's file is what this test reaches into")
        directory = self.copy()
        with sqlite3.connect(os.path.join(directory, "validator.db")) as database:
            for statement in statements:
                database.execute(*statement) if isinstance(statement, tuple) else database.execute(statement)
        database.close()
        return directory

    def verify(self, directory, *words, brand=True):
        words = ("--brand", "acme", *words) if brand else words
        done = subprocess.run([self.program, "audit", "verify", "--data", directory, *self.server.database, "--json", *words], capture_output=True,
                              text=True, check=False)
        return done.returncode, json.loads(done.stdout or done.stderr)

    def export(self, directory, *words):
        return subprocess.run([self.program, "audit", "export", "--data", directory, *self.server.database, "--brand", "acme", *words],
                              capture_output=True, text=True, check=True).stdout

    def foreign(self, directory, text=None):
        """Somebody else's verdict on an export."""
        export, roots = os.path.join(directory, "export"), os.path.join(directory, "roots")
        Path(export).write_text(text or self.export(directory), encoding="utf-8")
        keys = subprocess.run([self.program, "keys", "export", "--data", directory, *self.server.database, "--brand", "acme"], capture_output=True,
                              text=True, check=True).stdout
        Path(roots).write_text(keys, encoding="utf-8")
        done = subprocess.run([sys.executable, "-B", VERIFIER, export, roots], capture_output=True, text=True, check=False)
        if "No module named 'jwcrypto'" in done.stderr:
            self.skipTest("no jwcrypto here")
        return done.returncode, done.stdout + done.stderr

    def rows(self, directory, where="seal > 1"):
        if self.server.database:
            self.skipTest("SQLite's file is what this test reaches into")
        database = sqlite3.connect(os.path.join(directory, "validator.db"))
        found = database.execute(f"SELECT id FROM audit WHERE {where} AND brand_id <> zeroblob(16) ORDER BY id").fetchall()
        database.close()
        return [row[0] for row in found]

    def assert_found(self, directory, detail):
        code, said = self.verify(directory)
        self.assertEqual((1, "bad_signature"), (code, said["error"]["code"]), said)
        self.assertIn(detail, said["error"]["detail"])
        code, said = self.foreign(directory)
        self.assertEqual(1, code)
        self.assertIn("wrong: ", said)

    @staticmethod
    def text_of(row):
        text = row.hex()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def test_what_nobody_touched_is_in_order(self):
        code, said = self.verify(self.copy())
        self.assertEqual(0, code, said)
        (acme,) = said["audits"]
        self.assertGreaterEqual(acme["rows"], 18)
        self.assertEqual((acme["seals"], 0, 0), (acme["signed_up_to"], acme["unsealed"], acme["sealed_late"]))
        self.assertEqual(0, self.verify(self.server.data, brand=False)[0])
        self.assertEqual(["", "acme"], [one["brand"] for one in self.verify(self.server.data, brand=False)[1]["audits"]])

    def test_somebody_elses_program_agrees(self):
        directory = self.copy()
        (acme,) = self.verify(directory)[1]["audits"]
        self.assertEqual((0, f"in order: {acme['seals']} seals, {acme['rows']} rows\n"), self.foreign(directory))
        self.assertEqual(0, self.foreign(directory, self.export(directory, "--without-addresses"))[0])
        self.assertNotIn("127.0.0.1", self.export(directory, "--without-addresses"))

    def test_an_altered_row_is_named(self):
        for column, value in (("actor", "nobody"), ("metadata", "{}"), ("action", 7), ("target", None), ("request_id", "x"),
                              ("was", "{}"), ("became", "{}")):
            with self.subTest(column):
                row = self.rows(self.server.data)[2]
                directory = self.tampered((f"UPDATE audit SET {column} = ? WHERE id = ?", (value, row)))
                self.assert_found(directory, f"row {self.text_of(row)} of seal ")
                self.assert_found(directory, " was altered")

    def test_another_address_is_found_and_an_erased_one_is_in_order(self):
        row = self.rows(self.server.data, "address IS NOT NULL")[0]
        self.assert_found(self.tampered(("UPDATE audit SET address = '10.0.0.1' WHERE id = ?", (row,))), "another address")

    def test_personal_data_is_erased_and_the_chain_holds(self):
        directory = self.tampered()
        self.assertIn('"127.0.0.1"', self.export(directory))
        done = subprocess.run([self.program, "audit", "erase", "--data", directory, "--brand", "acme", "--target", self.license,
                               "--json"], capture_output=True, text=True, check=True)
        self.assertEqual(2, json.loads(done.stdout)["entries"])
        self.assertEqual(0, self.verify(directory)[0])
        about = [line for line in map(json.loads, self.export(directory).splitlines()) if line.get("target") == self.license]
        self.assertEqual([False] * 3, ["address" in line or "salt" in line for line in about])

    def test_a_removed_row_is_named(self):
        rows = self.rows(self.server.data)
        for row in (rows[0], rows[3], rows[-1]):
            with self.subTest():
                directory = self.tampered(("DELETE FROM audit WHERE id = ?", (row,)))
                self.assert_found(directory, f"row {self.text_of(row)} of seal ")

    def test_an_inserted_row_is_named(self):
        row = self.rows(self.server.data)[3]
        new = row[:15] + bytes([row[15] ^ 1])
        for seal in ("seal", "999"):
            with self.subTest(seal):
                directory = self.tampered((f"INSERT INTO audit (brand_id, id, actor, action, seal)"
                                           f" SELECT brand_id, ?, actor, action, {seal} FROM audit WHERE id = ?", (new, row)))
                self.assertIn(f"row {self.text_of(new)} of seal ", self.verify(directory)[1]["error"]["detail"])

    def test_rows_that_changed_places_are_found(self):
        first, second = self.rows(self.server.data)[1:3]
        directory = self.tampered(("UPDATE audit SET id = zeroblob(16) WHERE id = ?", (first,)),
                                  ("UPDATE audit SET id = ? WHERE id = ?", (first, second)),
                                  ("UPDATE audit SET id = ? WHERE id = zeroblob(16) AND brand_id <> zeroblob(16)", (second,)))
        self.assert_found(directory, f"row {self.text_of(first)} of seal ")

    def test_a_removed_or_altered_seal_is_found(self):
        self.assert_found(self.tampered("DELETE FROM audit_seal WHERE sequence = 1 AND brand_id <> zeroblob(16)"), "seal 1 was removed")

    def test_a_chain_that_was_made_anew_is_not_signed(self):
        self.assert_found(self.tampered("UPDATE audit_seal SET checkpoint = NULL WHERE brand_id <> zeroblob(16)"), "signed by nobody")

    def test_a_checkpoint_of_another_seal_is_found(self):
        directory = self.tampered("UPDATE audit_seal SET checkpoint = (SELECT s.checkpoint FROM audit_seal s WHERE"
                                  " s.brand_id = audit_seal.brand_id AND s.sequence = 1) WHERE sequence = 2 AND brand_id <> zeroblob(16)")
        self.assert_found(directory, "seal 2 has a checkpoint")

    def test_an_end_that_was_cut_off_is_told_by_a_checkpoint_kept_elsewhere(self):
        directory = self.tampered()
        newest = [json.loads(line) for line in self.export(self.server.data).splitlines() if '"type":"seal"' in line][-1]
        kept = os.path.join(self.server.directory, "kept")
        Path(kept).write_text(newest["checkpoint"] + "\n", encoding="utf-8")
        number = newest["sequence"]
        directory = self.tampered(f"DELETE FROM audit WHERE seal = {number} AND brand_id <> zeroblob(16)",
                                  f"DELETE FROM audit_seal WHERE sequence = {number} AND brand_id <> zeroblob(16)")
        self.assertEqual(0, self.verify(directory)[0])  # alone nobody can tell
        code, said = self.verify(directory, "--checkpoint", kept)
        self.assertEqual((1, "older_document"), (code, said["error"]["code"]))
        self.assertEqual(0, self.verify(self.server.data, "--checkpoint", kept)[0])

    def test_a_row_that_was_committed_late_is_in_the_next_seal(self):
        old = self.rows(self.server.data)[0]
        late = old[:6] + b"\x70" + bytes(9)  # the same time, committed only now
        directory = self.tampered(("INSERT INTO audit (brand_id, id, actor, action) SELECT brand_id, ?, 'device', 10 FROM audit"
                                   " WHERE id = ?", (late, old)))
        self.assertEqual(1, self.verify(directory)[1]["audits"][0]["unsealed"])
        server = Validator.__new__(Validator)
        server.program, server.directory, server.data, server.process, server.database = self.program, directory, directory, None, []
        server.environment = self.server.environment
        server.start()
        server.stop()
        (acme,) = self.verify(directory)[1]["audits"]
        self.assertEqual(0, acme["unsealed"])
        self.assertEqual(1, len(self.rows(directory, f"id = x'{late.hex()}' AND seal = {acme['seals']}")))
        self.assertEqual(0, self.foreign(directory)[0])

    def test_it_is_listed_by_what_is_asked(self):
        def ask(*words):
            done = subprocess.run([self.program, "audit", "list", "--data", self.server.data, *self.server.database, "--brand", "acme", "--json", *words],
                                  capture_output=True, text=True, check=False)
            return json.loads(done.stdout)["entries"] if done.returncode == 0 else done.returncode

        self.assertEqual(["license.suspended", "license.issued"], [one["action"] for one in ask("--target", self.license)])
        self.assertEqual(8, len(ask("--action", "license.issued")))
        self.assertEqual({"cli"}, {one["actor"] for one in ask("--actor", "cli")})
        self.assertEqual([], ask("--until", "2020-01-01T00:00:00Z"))
        self.assertEqual(len(ask()), len(ask("--since", "2020-01-01T00:00:00Z")))
        self.assertEqual("order-3", ask("--target", self.license)[1]["request"])
        for wrong in (("--action", "no.such"), ("--since", "soon"), ("--target", "x")):
            self.assertEqual(2, ask(*wrong))


if __name__ == "__main__":
    main()
