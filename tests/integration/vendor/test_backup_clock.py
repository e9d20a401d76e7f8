# SPDX-License-Identifier: Apache-2.0
"""Backups by a clock that was days ahead for a while: what was made then is no reason to make none now."""

import os
import time

from validator import VendorTest, main

DAY = 86400


class BackupClock(VendorTest):
    @classmethod
    def prepare(cls):
        cls.server.add_product("till")

    def run_until(self, count, *words):
        """The server, from its start until so many backups lie there."""
        directory = os.path.join(self.server.directory, "copies")
        self.server.stop()
        self.server.start("--backup-dir", directory, "--backup-hours", "1", *words)
        for _ in range(200):
            names = os.listdir(directory) if os.path.isdir(directory) else []
            if len([name for name in names if name.endswith(".db")]) == count:
                return
            time.sleep(0.05)
        self.fail(f"{names}: {self.server.log()}")

    def backup_check(self, code=0):
        checks = self.server.command("report", code=code)["checks"]
        return [(one["verdict"], one["value"]) for one in checks if one["check"] == "backup"][0]

    def test_a_backup_of_a_time_that_is_yet_to_come_is_none(self):
        if self.server.database:
            self.skipTest("PostgreSQL has its own means")
        self.run_until(1)
        self.server.pass_time(20 * DAY)
        self.run_until(2)
        self.server.stop()
        self.server.pass_time(-20 * DAY + 5 * 3600)
        verdict, value = self.backup_check(code=1)
        self.assertEqual("look", verdict, value)
        self.assertNotIn("-", value.split(":")[0])
        self.run_until(3, "--accept-clock")
        self.server.stop()
        self.assertEqual("ok", self.backup_check()[0])


if __name__ == "__main__":
    main()
