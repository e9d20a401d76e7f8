# SPDX-License-Identifier: Apache-2.0
"""What an export has, an import takes back; and what an import changes is told to webhooks, unless it is asked not to."""

import json
import os
from pathlib import Path

from validator import VendorTest, main

PRODUCTS = "/api/v1/brand/products"
LICENSES = "/api/v1/brand/licenses"
HOOKS = "/api/v1/brand/webhooks"
ACTIVATE = "/api/v1/product/licenses/activate"
OWN = {"metadata": {"order": "4711", "lines": [1, {"sku": "Größe"}]}, "policy": {"overage": 2, "match": "all", "grace_s": 300000}}


class Transfer(VendorTest):
    arguments = ("--refusals-per-minute", "0")

    @classmethod
    def prepare(cls):
        cls.rival_key = cls.server.add_brand("rival")["api_key"]

    def setUp(self):
        for key in ("", self.rival_key):
            body = {"slug": "shelf", "name": "Shelf", "expiry_basis": "first_activation", "duration_days": 30}
            self.server.ask("POST", PRODUCTS, body, key=key)

    def sell(self, email, **more):
        return self.ask(201, "POST", LICENSES + "/provision", {"customer_email": email, "products": ["shelf"], **more}).json

    def export(self, form, brand="acme"):
        name = os.path.join(self.server.directory, f"out-{brand}.{form}")
        Path(name).unlink(missing_ok=True)
        self.server.command("export", "--brand", brand, "--what", "licenses", "--format", form, "--out", name)
        return Path(name)

    def one(self, email, key=""):
        (found,) = self.ask(200, "GET", LICENSES, email=email, key=key).json
        return found

    def hook(self, events):
        return self.ask(201, "POST", HOOKS, {"url": "https://shop.example/hook", "events": events}).json["id"]

    def told(self, hook):
        return [one["type"] for one in self.ask(200, "GET", f"{HOOKS}/{hook}/deliveries", limit=100).json]

    def test_what_a_license_has_of_its_own_goes_out_and_comes_back(self):
        self.sell("round@shop.example", **OWN)
        for form in ("jsonl", "csv"):
            told = self.server.command("import", str(self.export(form)), "--brand", "rival", "--mapping",
                                       str(Path(__file__).resolve().parents[3] / "docs/mappings/pospal-validator.conf"), "--no-backup")
            self.assertEqual(0, told["refused"], told)
            mine, theirs = self.one("round@shop.example"), self.one("round@shop.example", key=self.rival_key)
            for member in ("metadata", "policy", "effective_policy", "duration_days", "expires_at", "seat_limit"):
                self.assertEqual(mine[member], theirs[member], member)
            self.assertEqual((OWN["metadata"], 30), (theirs["metadata"], theirs["duration_days"]))
        lines = [json.loads(line) for line in self.export("jsonl", "rival").read_text(encoding="utf-8").splitlines()]
        again = [json.loads(line) for line in self.export("jsonl").read_text(encoding="utf-8").splitlines()]
        strip = [[{k: v for k, v in one.items() if k != "license_id"} for one in side if one["email"] == "round@shop.example"]
                 for side in (lines, again)]
        self.assertEqual(strip[0], strip[1])

    def test_what_is_foreseen_comes_over_and_what_was_cancelled_stays_so(self):
        now = self.server.now()
        later, past = self.server.rfc3339(now + 86400), self.server.rfc3339(now - 3600)
        for email, more in (("later@shop.example", {"cancel_at": later, "suspend_at": later}), ("over@shop.example", {"cancel_at": later})):
            license = self.sell(email)["licenses"][0]
            self.ask(200, "PATCH", f"{LICENSES}/{license['id']}", more)
        paused = self.sell("paused@shop.example")["licenses"][0]
        self.ask(200, "POST", f"{LICENSES}/{paused['id']}/suspend", {"reason": "unpaid, see 4711"})
        customer = self.one("later@shop.example")["customer"]["id"]
        self.ask(200, "PATCH", f"/api/v1/brand/customers/{customer}", {"metadata": {"crm": 7}})
        rows = [json.loads(line) for line in self.export("jsonl").read_text(encoding="utf-8").splitlines()]
        rows = {row["email"]: row for row in rows if row["email"] in ("later@shop.example", "over@shop.example", "paused@shop.example")}
        self.assertEqual((later, later, "active"), tuple(rows["later@shop.example"][k] for k in ("suspend_at", "cancel_at", "status")))
        rows["over@shop.example"]["cancel_at"] = past  # as if time had passed
        for more in ((), ("--update",)):
            told = self.server.bring(list(rows.values()), *more, brand="rival")
            self.assertEqual((0, 3 if more else 0), (told["refused"], told["same"]), told)
        found = self.one("later@shop.example", key=self.rival_key)
        self.assertEqual(("valid", later, later), (found["status"], found["suspend_at"], found["cancel_at"]))
        found = self.ask(200, "GET", "/api/v1/brand/customers", email="later@shop.example", key=self.rival_key).json[0]
        self.assertEqual({"crm": 7}, found["metadata"])
        self.assertEqual("cancelled", self.one("over@shop.example", key=self.rival_key)["status"])
        found = self.one("paused@shop.example", key=self.rival_key)
        self.assertEqual(("suspended", "unpaid, see 4711"), (found["status"], found["status_reason"]))
        for wrong in ({"cancel_at": "soon"}, {"status_reason": "x" * 501}, {"customer_metadata": "[]"}):
            told = self.server.bring([{"key": "WRONG-LATER", "product": "shelf", "email": "wl@shop.example", **wrong}], code=6)
            self.assertEqual(1, told["refused"], wrong)

    def test_rules_that_gave_way_to_a_product_since_come_over(self):
        for key in ("", self.rival_key):
            body = {"slug": "shrunk", "name": "Shrunk", "check_by_s": 3600, "grace_s": 86400, "emergency_s": 0}
            self.ask(201, "POST", PRODUCTS, body, key=key)
        body = {"customer_email": "shrunk@shop.example", "products": ["shrunk"], "policy": {"free_after_days": 2}}
        sold = self.ask(201, "POST", LICENSES + "/provision", body).json["licenses"][0]
        for key in ("", self.rival_key):
            product = next(one for one in self.ask(200, "GET", PRODUCTS, key=key).json if one["slug"] == "shrunk")
            self.ask(200, "PATCH", f"{PRODUCTS}/{product['id']}", {"grace_s": 2592000}, key=key)
        changed = self.ask(200, "PATCH", f"{LICENSES}/{sold['id']}", {"policy": {"overage": 3}}).json
        self.assertEqual(({"free_after_days": 2, "overage": 3}, 30),
                         (changed["policy"], changed["effective_policy"]["free_after_days"]))
        self.ask(400, "PATCH", f"{LICENSES}/{sold['id']}", {"policy": {"free_after_days": 3}})
        (row,) = [one for one in map(json.loads, self.export("jsonl").read_text(encoding="utf-8").splitlines())
                  if one["email"] == "shrunk@shop.example"]
        self.assertEqual(0, self.server.bring([row], brand="rival")["refused"])
        self.assertEqual(0, self.server.bring([{**row, "plan": "gold"}], "--update", brand="rival")["refused"])
        self.assertEqual(changed["effective_policy"], self.one("shrunk@shop.example", key=self.rival_key)["effective_policy"])

    def test_what_is_wrong_of_it_is_refused_by_the_row(self):
        base = {"key": "WRONG-OWN-1", "product": "shelf", "email": "wrong@shop.example"}
        for wrong in ({"metadata": "[1]"}, {"metadata": "{"}, {"policy": "{\"seats\":3}"}, {"policy": "{\"grace_s\":60,\"check_by_s\":3600}"},
                      {"duration_days": "4000"}):
            told = self.server.bring([{**base, **wrong}], code=6)
            self.assertEqual(1, told["refused"], wrong)
        self.assertEqual([], self.ask(200, "GET", LICENSES, email="wrong@shop.example").json)

    def test_an_update_changes_names_and_what_a_license_has_of_its_own(self):
        row = {"key": "NAMED-1", "product": "shelf", "email": "named@shop.example", "name": "Ada"}
        self.server.bring([row])
        other = {**row, "name": "Ada Lovelace", "metadata": "{\"a\":1}", "policy": "{\"overage\":1}"}
        self.assertEqual(1, self.server.bring([other])["different"])
        found = self.one("named@shop.example")
        self.assertEqual(("Ada", None, None), (found["customer"]["name"], found["metadata"], found["policy"]))
        self.assertEqual(1, self.server.bring([other], "--update")["changed"])
        found = self.one("named@shop.example")
        self.assertEqual(("Ada Lovelace", {"a": 1}, {"overage": 1}), (found["customer"]["name"], found["metadata"], found["policy"]))
        self.assertEqual(1, self.server.bring([other], "--update")["same"])
        self.assertEqual(1, self.server.bring([{**other, "name": "Countess"}], "--update")["changed"])
        self.assertEqual("Countess", self.one("named@shop.example")["customer"]["name"])

    def test_webhooks_hear_of_an_import_unless_it_is_asked_not_to(self):
        hook = self.hook(["license.provisioned", "license.imported"])
        row = {"key": "EVENT-1", "product": "shelf", "email": "event@shop.example"}
        self.server.bring([row])
        self.assertEqual(["license.provisioned"], self.told(hook))
        self.server.bring([{**row, "plan": "gold"}], "--update")
        self.assertEqual({"license.provisioned", "license.imported"}, set(self.told(hook)))
        self.server.bring([{**row, "plan": "silver"}, {**row, "key": "EVENT-2"}], "--update", "--no-events")
        self.assertEqual(2, len(self.told(hook)))
        self.assertEqual("silver", next(one for one in self.ask(200, "GET", LICENSES, email="event@shop.example").json if one["plan"])["plan"])
        actions = [one["action"] for one in self.ask(200, "GET", "/api/v1/brand/audit", actor="cli", limit=20).json]
        self.assertIn("license.imported", actions[:3])

    def test_the_begin_of_a_term_is_told(self):
        hook = self.hook(["license.started"])
        made = self.sell("started@shop.example")
        body = {"license_key": made["license_key"]["key"], "instance_identifier": "m-1", "instance_type": "machine_id"}
        self.ask(201, "POST", ACTIVATE, body, key=None)
        self.assertEqual(["license.started"], self.told(hook))
        entry = next(one for one in self.ask(200, "GET", "/api/v1/brand/audit", target=made["licenses"][0]["id"]).json
                     if one["action"] == "license.started")
        self.assertEqual((30, None), (entry["before"]["duration_days"], entry["before"]["expires_at"]))


if __name__ == "__main__":
    main()
