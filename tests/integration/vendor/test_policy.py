# SPDX-License-Identifier: Apache-2.0
"""Rules that a license has otherwise than its product, and the vendor's words for a change of its status."""

from validator import VendorTest, main

PRODUCTS = "/api/v1/brand/products"
LICENSES = "/api/v1/brand/licenses"
ACTIVATE = "/api/v1/product/licenses/activate"

# Each member with a value that its product has not.
OTHERWISE = {"overage": 2, "free_after_days": 40, "check_in_s": 864000, "check_by_s": 86400, "grace_s": 300000, "emergency_s": 3600,
             "slack_s": 60, "sessions": 7, "session_lease_s": 600, "session_beat_s": 20, "cooldown_s": 10, "offline_s": 7200,
             "offline_releases": 9, "match": "all", "takeover": "never", "expiry_effect": "keep"}


class Policy(VendorTest):
    arguments = ("--refusals-per-minute", "0")

    def sell(self, slug, email="ada@shop.example", **more):
        made = self.ask(201, "POST", LICENSES + "/provision", {"customer_email": email, "products": [slug], **more}).json
        return made["license_key"]["key"], made["licenses"][0]

    def change(self, license, policy, status=200, **more):
        return self.ask(status, "PATCH", f"{LICENSES}/{license['id']}", {"policy": policy}, **more)

    def activate(self, status, key, name):
        self.ask(status, "POST", ACTIVATE, {"license_key": key, "instance_identifier": name, "instance_type": "machine_id"}, key=None)

    def test_each_member_holds_for_the_license_and_for_no_other(self):
        self.server.ask("POST", PRODUCTS, {"slug": "each", "name": "Each"})
        _, other = self.sell("each")
        for member, value in OTHERWISE.items():
            _, license = self.sell("each", policy={member: value})
            self.assertEqual({member: value}, license["policy"])
            self.assertEqual(value, license["effective_policy"][member])
            shown = self.ask(200, "GET", f"{LICENSES}/{license['id']}").json
            self.assertEqual(license["effective_policy"], shown["effective_policy"])
            cleared = self.change(license, {member: None}).json
            self.assertIsNone(cleared["policy"])
            self.assertEqual(other["effective_policy"], cleared["effective_policy"])
            self.assertNotEqual(value, cleared["effective_policy"][member])
        self.assertEqual(set(OTHERWISE), set(other["effective_policy"]))
        self.assertIsNone(self.ask(200, "GET", f"{LICENSES}/{other['id']}").json["policy"])

    def test_a_change_touches_what_it_names_and_tells_before_and_after(self):
        self.server.ask("POST", PRODUCTS, {"slug": "named", "name": "Named"})
        _, license = self.sell("named", policy={"grace_s": 300000, "overage": 1})
        changed = self.change(license, {"overage": 3, "match": "any"}, headers={"If-Match": f'"{license["version"]}"'})
        self.assertEqual({"grace_s": 300000, "overage": 3, "match": "any"}, changed.json["policy"])
        self.change(license, {"overage": 4}, 412, headers={"If-Match": f'"{license["version"]}"'})
        entry = self.ask(200, "GET", "/api/v1/brand/audit", target=license["id"]).json[0]
        self.assertEqual(("license.changed", ["policy"]), (entry["action"], entry["metadata"]["changed"]))
        self.assertEqual(({"grace_s": 300000, "overage": 1}, changed.json["policy"]),
                         (entry["before"]["policy"], entry["after"]["policy"]))
        self.assertEqual(changed.json["version"], self.change(license, {"overage": 3}).json["version"])  # nothing changed
        self.assertIsNone(self.change(license, None).json["policy"])

    def test_wrong_members_are_named_each(self):
        self.server.ask("POST", PRODUCTS, {"slug": "wrong", "name": "Wrong"})
        _, license = self.sell("wrong")
        wrong = {"grace_s": 1, "match": "some", "takeover": 7, "seats": 3, "trial_days": 5, "shape": "round", "expiry_effect": "explode"}
        reply = self.change(license, wrong, 400)
        self.assertEqual({f"policy/{name}" for name in wrong}, {fault["member"] for fault in reply.json["errors"]})
        for misfit in ({"grace_s": 3600}, {"check_by_s": 31622400}, {"session_lease_s": 60}, {"session_beat_s": 100},
                       {"free_after_days": 5}, {"check_in_s": 60}):
            self.assertEqual("invalid_request", self.change(license, misfit, 400).code, misfit)
        self.change(license, [], 400)
        self.assertIsNone(self.ask(200, "GET", f"{LICENSES}/{license['id']}").json["policy"])
        body = {"customer_email": "no@shop.example", "products": ["wrong"], "policy": {"grace_s": 3600}}
        self.ask(400, "POST", LICENSES + "/provision", body)

    def test_the_product_gives_way_where_it_no_longer_fits(self):
        made = self.server.ask("POST", PRODUCTS, {"slug": "moving", "name": "Moving"}).json
        _, short = self.sell("moving", policy={"grace_s": 300000})
        _, long = self.sell("moving", policy={"check_by_s": 800000})
        self.ask(200, "PATCH", f"{PRODUCTS}/{made['id']}", {"check_by_s": 400000, "grace_s": 500000})
        now = [self.ask(200, "GET", f"{LICENSES}/{one['id']}").json["effective_policy"] for one in (short, long)]
        self.assertEqual([(300000, 300000), (800000, 800000)], [(one["check_by_s"], one["grace_s"]) for one in now])

    def test_overage_of_one_license_is_no_others(self):
        self.server.ask("POST", PRODUCTS, {"slug": "more", "name": "More"})
        key, license = self.sell("more", policy={"overage": 1})
        plain, _ = self.sell("more")
        self.activate(201, key, "m-1")
        self.activate(201, key, "m-2")
        self.activate(422, key, "m-3")
        self.activate(201, plain, "m-1")
        self.activate(422, plain, "m-2")
        self.assertEqual("wrong_state", self.change(license, {"overage": None}, 409).code)

    def test_a_license_that_keeps_works_after_its_end(self):
        self.server.ask("POST", PRODUCTS, {"slug": "keeper", "name": "Keeper"})
        end = "2090-01-31T12:00:00Z"
        _, kept = self.sell("keeper", policy={"expiry_effect": "keep"}, expiration_date=end)
        _, plain = self.sell("keeper", expiration_date=end)
        self.assertEqual((end, None), (kept["updates_until"], plain["updates_until"]))

    def test_the_vendors_words_stay_until_the_next_change_of_status(self):
        self.server.ask("POST", PRODUCTS, {"slug": "words", "name": "Words"})
        _, license = self.sell("words")
        path = f"{LICENSES}/{license['id']}"
        self.assertIsNone(license["status_reason"])
        words = "Ada called: the card was stolen"
        suspended = self.ask(200, "POST", path + "/suspend", {"reason": words}).json["license"]
        self.assertEqual(("vendor", words), (suspended["reason"], suspended["status_reason"]))
        same = self.ask(200, "POST", path + "/suspend", {}).json["license"]
        self.assertEqual((suspended["version"], words), (same["version"], same["status_reason"]))
        self.assertEqual(words, self.ask(200, "GET", path).json["status_reason"])
        entry = self.ask(200, "GET", "/api/v1/brand/audit", target=license["id"]).json[0]
        self.assertEqual(("license.suspended", words), (entry["action"], entry["note"]))
        self.assertEqual((None, 43), (entry["before"]["status_reason"], len(entry["after"]["status_reason"])))  # the commitment
        self.assertIsNone(self.ask(200, "POST", path + "/resume", {}).json["license"]["status_reason"])
        cancelled = self.ask(200, "POST", path + "/cancel", {"reason": "refunded"}).json["license"]
        self.assertEqual("refunded", cancelled["status_reason"])
        back = self.ask(200, "POST", path + "/reactivate", {"reason": "by mistake"}).json["license"]
        self.assertEqual(("valid", "by mistake"), (back["status"], back["status_reason"]))
        self.ask(400, "POST", path + "/suspend", {"reason": "x" * 501})
        self.ask(400, "POST", path + "/suspend", {"reason": "two\nlines"})

    def test_words_are_erased_with_what_an_entry_is_about(self):
        self.server.ask("POST", PRODUCTS, {"slug": "erase", "name": "Erase"})
        _, license = self.sell("erase")
        self.ask(200, "POST", f"{LICENSES}/{license['id']}/suspend", {"reason": "personal"})
        self.server.command("audit", "erase", "--brand", "acme", "--target", license["id"])
        notes = {entry["note"] for entry in self.ask(200, "GET", "/api/v1/brand/audit", target=license["id"]).json}
        self.assertEqual({None}, notes)

    def test_a_key_alone_tells_nothing_of_words(self):
        self.server.ask("POST", PRODUCTS, {"slug": "quiet", "name": "Quiet"})
        key, license = self.sell("quiet")
        self.ask(200, "POST", f"{LICENSES}/{license['id']}/suspend", {"reason": "secret words"})
        told = self.ask(200, "GET", "/api/v1/product/licenses/check", key=None, license_key=key).text
        self.assertNotIn("secret words", told)


if __name__ == "__main__":
    main()
