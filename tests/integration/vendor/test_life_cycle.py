# SPDX-License-Identifier: Apache-2.0
"""The life of a license through the vendor's API: every change in every state, and changes that come by themselves."""

from validator import VendorTest, main

LICENSES = "/api/v1/brand/licenses"
END = "2031-01-31T12:00:00Z"
LATER = "2030-06-01T00:00:00Z"


class LifeCycle(VendorTest):
    @classmethod
    def prepare(cls):
        cls.server.add_product("till", seats=2)
        cls.rival_key = cls.server.add_brand("rival")["api_key"]

    def make(self, email, **more):
        order = {"customer_email": email, "products": ["till"], **more}
        return f"{LICENSES}/{self.ask(201, 'POST', LICENSES + '/provision', order).json['licenses'][0]['id']}"

    def brought_to(self, state):
        path = self.make(f"{state}@states.example", expiration_date=END)
        for verb in {"valid": (), "suspended": ("suspend",), "cancelled": ("cancel",)}[state]:
            self.ask(200, "POST", f"{path}/{verb}")
        return path

    def test_every_change_in_every_state_is_as_documented(self):
        bodies = {"renew": {"expiration_date": "2033-01-01T00:00:00Z"}, "transfer": {"customer_email": "next@states.example"}}
        table = {  # the state afterwards; None: refused
            "valid": dict(suspend="suspended", resume="valid", cancel="cancelled", reactivate="valid", renew="valid", transfer="valid"),
            "suspended": dict(suspend="suspended", resume="valid", cancel="cancelled", reactivate=None, renew="suspended",
                              transfer="suspended"),
            "cancelled": dict(suspend=None, resume=None, cancel="cancelled", reactivate="valid", renew=None, transfer=None),
        }
        for state, row in table.items():
            for verb, after in row.items():
                path = self.brought_to(state)
                reply = self.ask(200 if after else 409, "POST", f"{path}/{verb}", bodies.get(verb))
                if not after:
                    self.assertEqual("wrong_state", reply.code)
                    self.assertIn(state, reply.json["detail"])
                self.assertEqual(after or state, self.ask(200, "GET", path).json["status"], f"{verb} of {state}")
        self.assertEqual("wrong_state", self.ask(409, "PATCH", self.brought_to("cancelled"), {"max_seats": 9}).code)
        self.assertEqual({"a": 1}, self.ask(200, "PATCH", self.brought_to("cancelled"), {"metadata": {"a": 1}}).json["metadata"])

    def test_a_license_goes_to_another_customer(self):
        path = self.make("first@owner.example")
        seen = {"If-Match": self.ask(200, "GET", path).headers["ETag"]}
        moved = self.ask(200, "POST", path + "/transfer", {"customer_email": "second@owner.example", "customer_name": "Second"},
                         headers=seen)
        self.assertEqual(("second@owner.example", "Second"), tuple(moved.json["license"]["customer"][n] for n in ("email", "name")))
        again = self.ask(200, "POST", path + "/transfer", {"customer_email": "SECOND@owner.example"})
        self.assertEqual(moved.headers["ETag"], again.headers["ETag"])
        self.assertEqual([], self.ask(200, "GET", LICENSES, email="first@owner.example").json)
        self.ask(400, "POST", path + "/transfer", {"customer_email": "nobody"})
        self.ask(412, "POST", path + "/transfer", {"customer_email": "third@owner.example"}, headers=seen)

    def test_members_of_a_license_are_changed_and_taken_away(self):
        path = self.make("edit@shop.example", plan="gold", entitlements={"kds": True}, metadata={"order": 1})
        changed = self.ask(200, "PATCH", path, {"max_seats": 7, "plan": "silver", "metadata": {"order": 2}}).json
        self.assertEqual((7, "silver", {"order": 2}, {"kds": True}, 2), tuple(changed[n] for n in (
            "seat_limit", "plan", "metadata", "entitlements", "version")))
        gone = self.ask(200, "PATCH", path, {"max_seats": None, "plan": None, "metadata": None, "entitlements": None}).json
        self.assertEqual((2, None, None, None), tuple(gone[n] for n in ("seat_limit", "plan", "metadata", "entitlements")))
        self.assertEqual(3, self.ask(200, "PATCH", path, {}).json["version"])
        for wrong in ({"max_seats": 0}, {"plan": ""}, {"metadata": 7}, {"entitlements": {"x": []}}, {"status": "valid"}):
            self.ask(400, "PATCH", path, wrong)
        self.ask(412, "PATCH", path, {"plan": "x"}, headers={"If-Match": '"1"'})

    def test_what_is_foreseen_is_told_and_taken_back(self):
        path = self.make("later@shop.example", expiration_date=END)
        planned = self.ask(200, "PATCH", path, {"suspend_at": LATER, "cancel_at": END}).json
        self.assertEqual(("valid", LATER, END), tuple(planned[n] for n in ("status", "suspend_at", "cancel_at")))
        self.ask(400, "PATCH", path, {"cancel_at": "2001-01-01T00:00:00Z"})
        self.assertIsNone(self.ask(200, "PATCH", path, {"suspend_at": None}).json["suspend_at"])
        ended = self.ask(200, "POST", path + "/cancel").json["license"]
        self.assertEqual(("cancelled", None), (ended["status"], ended["cancel_at"]))

    def test_another_brand_changes_nothing(self):
        path = self.make("mine@shop.example")
        for method, tail, body in (("POST", "/reactivate", None), ("POST", "/transfer", {"customer_email": "a@b.example"}),
                                   ("PATCH", "", {"plan": "x"})):
            self.ask(404, method, path + tail, body, key=self.rival_key)
        self.assertEqual(1, self.ask(200, "GET", path).json["version"])


if __name__ == "__main__":
    main()
