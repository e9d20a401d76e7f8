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

    def test_what_is_wrong_of_it_is_refused_by_the_row(self):
        base = {"key": "WRONG-OWN-1", "product": "shelf", "email": "wrong@shop.example"}
        for wrong in ({"metadata": "[1]"}, {"metadata": "{"}, {"policy": "{\"seats\":3}"}, {"policy": "{\"grace_s\":60}"},
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
