# SPDX-License-Identifier: Apache-2.0
"""Weeks in the life of a license at the real server, by a clock that the test moves: what ends, ends by itself, and is told before."""

import json
import os
import time
from pathlib import Path

from receiver import Receiver
from validator import VendorTest, main

DAY = 86400
LICENSES = "/api/v1/brand/licenses"
HOOKS = "/api/v1/brand/webhooks"
CHECK = "/api/v1/product/licenses/check"


class Clock(VendorTest):
    arguments = ("--webhook-allow", "127.0.0.0/8", "--webhook-retry-ms", "200", "--refusals-per-minute", "0")

    @classmethod
    def prepare(cls):
        cls.receiver = Receiver()
        cls.server.add_product("till")

    def state(self, license_id):
        return self.ask(200, "GET", f"{LICENSES}/{license_id}").json["status"]

    def sell(self, days):
        end = self.server.now() + days * DAY
        body = {"customer_email": f"d{days}@shop.example", "products": ["till"], "expiration_date": self.server.rfc3339(end)}
        return self.ask(201, "POST", LICENSES + "/provision", body).json["licenses"][0]["id"]

    def pass_days(self, days):
        """Until the server has looked for what ends: after an outage of three days it tells less."""
        self.server.pass_time(days * DAY)
        for _ in range(600):
            if int(self.server.select("SELECT coalesce(max(held_until), 0) FROM lease WHERE name = 'expiry'")) > self.server.now() * 1000:
                return
            time.sleep(0.05)
        self.fail("the server does not look")

    def told(self):
        """A message that was on its way when the clock jumped may come twice, with one id: at least once is the promise."""
        once = {one.id: one for one in reversed(self.receiver.of("/ok/clock"))}
        return [(one.json["type"], one.json["data"].get("days")) for one in reversed(once.values())]

    def test_days_pass_and_what_ends_ends(self):
        hook = {"url": self.receiver.url("/ok/clock"), "events": ["license.expiring", "license.expired"]}
        self.ask(201, "POST", HOOKS, hook)
        sold = self.sell(40)
        told = []
        self.pass_days(0)
        for days, state, event in ((9, "valid", None), (2, "valid", ("license.expiring", 30)), (21, "valid", None),
                                   (2, "valid", ("license.expiring", 7)), (5.5, "valid", ("license.expiring", 1)),
                                   (1, "expired", ("license.expired", None))):
            self.pass_days(days)
            self.assertEqual(state, self.state(sold))
            told += [event] if event else []
            self.receiver.wait(lambda: len(self.told()) >= len(told))
            self.assertEqual(told, self.told())
        end = self.server.rfc3339(self.server.now() + 60 * DAY)
        self.ask(200, "POST", f"{LICENSES}/{sold}/renew", {"expiration_date": end})
        self.assertEqual("valid", self.state(sold))

    def test_a_license_whose_cancellation_has_come_is_exported_as_cancelled(self):
        rival = self.server.add_brand("rival")["api_key"]
        self.server.add_product("till", brand="rival")
        sold = self.sell(90)
        self.ask(200, "PATCH", f"{LICENSES}/{sold}", {"cancel_at": self.server.rfc3339(self.server.now() + DAY)})
        self.server.pass_time(2 * DAY)
        self.assertEqual("cancelled", self.state(sold))
        name = os.path.join(self.server.directory, "gone.jsonl")
        self.server.command("export", "--brand", "acme", "--what", "licenses", "--format", "jsonl", "--out", name)
        (row,) = [one for one in map(json.loads, Path(name).read_text(encoding="utf-8").splitlines()) if one["license_id"] == sold]
        self.assertEqual(("cancelled", "vendor"), (row["status"], row["reason"]))
        self.assertNotIn("cancel_at", row)
        self.server.bring([row], brand="rival")
        (there,) = self.ask(200, "GET", LICENSES, key=rival).json
        self.assertEqual("cancelled", there["status"])
        self.assertEqual(1, self.server.bring([{**row, "status": "active", "reason": ""}], "--update", code=6)["refused"])
        self.assertEqual("cancelled", self.state(sold))


if __name__ == "__main__":
    main()
