# SPDX-License-Identifier: Apache-2.0
"""report: the checks of a quiet installation, and of one that needs a look."""

import os
import subprocess

from old_database import row, token, write
from validator import VendorTest, main


class Report(VendorTest):
    @classmethod
    def prepare(cls):
        cls.server.add_product("till")

    def report(self, *words, code=0):
        found = self.server.command("report", *words, code=code)
        return found, {(one["brand"], one["check"]): one for one in found["checks"]}

    def quiet(self, slug):
        self.server.add_brand(slug)
        self.server.add_product("till", brand=slug)
        if not self.server.database:
            copy = os.path.join(self.server.directory, f"{slug}.db")
            self.server.command("backup", copy)
        return slug

    def test_all_is_in_order(self):
        slug = self.quiet("quiet")
        found, checks = self.report("--brand", slug)
        self.assertEqual(0, found["to_look_at"], found)
        self.assertEqual("ok", checks["", "backup"]["verdict"])
        self.assertEqual(0, checks[slug, "subscriptions_active"]["number"])
        self.assertEqual(self.server.database == [], ("", "database_size") in checks)
        text = subprocess.run([self.program, "report", "--data", self.server.data, *self.server.database, "--brand", slug], capture_output=True,
                              text=True, check=True).stdout
        self.assertIn("subscriptions_active", text)

    def test_what_needs_a_look_is_told_with_what_to_do(self):
        slug = self.quiet("busy")
        path = os.path.join(self.server.directory, "busy.sqlite")
        write(path, row("customers", id=1, email="a@shop.example", unlock_token=token(1), subscription_id="sub_1", current_period_end="2098-01-01"),
              row("customers", id=2, email="b@shop.example", unlock_token=token(2), subscription_id="sub_2", subscription_status="inactive"),
              row("refund_requests", id=1, customer_id=1, reason="?", status="pending"),
              row("refund_requests", id=2, customer_id=1, reason="?", status="approved"))
        self.server.command("import", "pospal-d1", path, "--brand", slug, "--product", "till", "--no-backup")
        found, checks = self.report("--brand", slug, "--period", "month", code=1)
        self.assertEqual(2, found["to_look_at"], found)
        for check in ("refunds_pending", "refunds_to_make"):
            self.assertEqual(("look", 1), (checks[slug, check]["verdict"], checks[slug, check]["number"]))
            self.assertIn("refund list", checks[slug, check]["advice"])
        self.assertEqual((1, 2, 1), tuple(checks[slug, check]["number"] for check in ("subscriptions_active", "subscriptions_new",
                                                                                       "subscriptions_past_due")))

    def test_a_wrong_period_or_brand_is_refused(self):
        self.server.command("report", "--period", "year", code=2)
        self.server.command("report", "--brand", "nobody", code=3)


if __name__ == "__main__":
    main()
