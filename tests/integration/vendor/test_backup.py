# SPDX-License-Identifier: Apache-2.0
"""Backups that the server makes by itself while it is busy: whole, private, told in the report and to Prometheus; and a restore from one."""

import os
import re
import threading
import time
from pathlib import Path

from validator import VendorTest, Validator, main

PROVISION = "/api/v1/brand/licenses/provision"
NAME = re.compile(r"^validator-\d{8}T\d{6}Z\.db$")


class Backup(VendorTest):
    @classmethod
    def setUpClass(cls):
        """Each test has its own server."""

    @classmethod
    def tearDownClass(cls):
        pass

    def setUp(self):
        self.server = Validator(self.program)
        self.addCleanup(self.server.remove)
        self.server.add_product("till", seats=2)
        self.directory = os.path.join(self.server.directory, "copies")

    def start(self):
        self.server.start("--backup-dir", self.directory)

    def wait_for_backup(self):
        for _ in range(600):
            found = [name for name in os.listdir(self.directory) if NAME.match(name)] if os.path.isdir(self.directory) else []
            if found:
                return os.path.join(self.directory, found[0])
            time.sleep(0.05)
        raise AssertionError("no backup within half a minute: " + self.server.log())

    def wait_for_metric(self, name):
        for _ in range(600):
            metrics = self.server.ask("GET", "/metrics", key=None).text
            if re.search(rf"(?m)^{name} \d", metrics):
                return metrics
            time.sleep(0.05)
        raise AssertionError(f"no {name} within half a minute")

    def provision(self, number):
        return self.server.ask("POST", PROVISION, {"customer_email": f"c{number}@shop.example", "products": ["till"]})

    def test_a_backup_under_load_is_whole_and_can_be_restored(self):
        if self.server.database:
            self.skipTest("PostgreSQL has its own means")
        self.server.start()
        sold = [self.provision(number).json for number in range(20)]
        key = sold[0]["license_key"]["key"]
        seat = self.server.ask("POST", "/api/v1/product/licenses/activate", {"license_key": key, "instance_identifier": "site.example", "instance_type": "hostname"}, key=None)
        self.assertIn(seat.status, (200, 201), seat.text)
        self.server.stop()
        ended, statuses = threading.Event(), []

        def sell():
            number = 1000
            while not ended.is_set():
                statuses.append(self.provision(number).status)
                number += 1

        self.start()
        sellers = [threading.Thread(target=sell) for _ in range(1)]
        for seller in sellers:
            seller.start()
        copy = self.wait_for_backup()
        ended.set()
        for seller in sellers:
            seller.join()
        self.assertEqual({201}, set(statuses))
        self.assertEqual(0o600, os.stat(copy).st_mode & 0o777)
        metrics = self.wait_for_metric("pospal_backup_age_seconds")
        self.assertRegex(metrics, r"(?m)^pospal_backup_failures 0$")
        checks = {one["check"]: one for one in self.server.command("report")["checks"] if one["brand"] == ""}
        self.assertEqual("ok", checks["backup"]["verdict"])
        self.assertIn(copy, checks["backup"]["value"])
        late = self.server.ask("POST", PROVISION, {"customer_email": "late@shop.example", "products": ["till"]}).json
        self.server.stop()

        self.server.command("restore", copy)
        self.server.start()
        for one in sold:
            shown = self.server.ask("GET", f"/api/v1/brand/licenses/{one['licenses'][0]['id']}")
            self.assertEqual((200, "valid"), (shown.status, shown.json["status"]))
        self.assertEqual(404, self.server.ask("GET", f"/api/v1/brand/licenses/{late['licenses'][0]['id']}").status)
        checked = self.server.ask("GET", "/api/v1/product/licenses/check", key=None, license_key=key, instance_identifier="site.example")
        self.assertEqual(200, checked.status, checked.text)
        self.assertEqual(key, self.server.command("license", "show", "--license", sold[0]["licenses"][0]["id"], "--reveal")["license_key"])
        self.assertEqual(201, self.provision(5000).status)
        self.server.stop()
        self.server.command("audit", "verify", "--brand", "acme")

    def test_a_directory_that_cannot_be_written_is_told_and_stops_nothing(self):
        if self.server.database:
            self.skipTest("PostgreSQL has its own means")
        Path(self.directory).write_text("a file stands where the directory should be", encoding="utf-8")
        self.start()
        for _ in range(600):
            if "the backup in" in self.server.log():
                break
            time.sleep(0.05)
        self.assertIn("the backup in", self.server.log())
        self.assertEqual(201, self.provision(1).status)
        checks = {one["check"]: one for one in self.server.command("report", code=1)["checks"] if one["brand"] == ""}
        self.assertEqual("look", checks["backup"]["verdict"])
        self.assertRegex(self.server.ask("GET", "/metrics", key=None).text, r"(?m)^pospal_backup_failures 1$")

    def test_postgresql_is_backed_up_by_its_own_means(self):
        if not self.server.database:
            self.skipTest("SQLite's are made here")
        with self.assertRaisesRegex(AssertionError, "pg_dump"):
            self.start()


if __name__ == "__main__":
    main()
