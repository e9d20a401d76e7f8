# SPDX-License-Identifier: Apache-2.0
"""API keys through the vendor's API: told once, changed, rotated with overlap, revoked, and never a way to more rights."""

import time

from validator import VendorTest, main

KEYS = "/api/v1/brand/keys"
LICENSES = "/api/v1/brand/licenses"
LATER = "2031-01-31T12:00:00Z"


class Keys(VendorTest):
    @classmethod
    def prepare(cls):
        cls.rival_key = cls.server.add_brand("rival")["api_key"]

    def add(self, name, *scopes, **more):
        return self.ask(201, "POST", KEYS, {"name": name, "scopes": list(scopes), **more}).json

    def test_a_key_is_told_once_and_good_for_its_scopes(self):
        made = self.add("shop", "licenses:read", expires_at=LATER)
        self.assertTrue(made["key"].startswith("pospal_") and made["key"].endswith(made["tail"]))
        self.ask(200, "GET", LICENSES, key=made["key"])
        refused = self.ask(403, "GET", KEYS, key=made["key"])
        self.assertIn("keys:read", refused.json["detail"])
        shown = self.ask(200, "GET", f"{KEYS}/{made['id']}")
        self.assertNotIn("key", shown.json)
        self.assertNotIn(made["key"], self.ask(200, "GET", KEYS).text)
        self.assertEqual((["licenses:read"], "active", LATER), tuple(shown.json[n] for n in ("scopes", "status", "expires_at")))

    def test_a_key_is_changed(self):
        made = self.add("change", "licenses:read")
        path = f"{KEYS}/{made['id']}"
        seen = {"If-Match": self.ask(200, "GET", path).headers["ETag"]}
        changed = self.ask(200, "PATCH", path, {"name": "Changed", "scopes": ["audit:read", "licenses:write"], "expires_at": LATER},
                           headers=seen).json
        self.assertEqual(("Changed", ["audit:read", "licenses:write"], LATER, 2), tuple(changed[n] for n in (
            "name", "scopes", "expires_at", "version")))
        self.ask(412, "PATCH", path, {"name": "x"}, headers=seen)
        self.assertIsNone(self.ask(200, "PATCH", path, {"expires_at": None}).json["expires_at"])
        self.ask(200, "GET", "/api/v1/brand/audit", key=made["key"])

    def test_after_a_rotation_both_are_good_until_the_old_one_ends(self):
        old = self.add("rotate", "licenses:read")
        new = self.ask(201, "POST", f"{KEYS}/{old['id']}/rotate", {"old_expires_at": LATER}).json
        self.assertEqual((old["id"], LATER, "rotate", ["licenses:read"], None), (
            new["replaces"]["id"], new["replaces"]["expires_at"], new["name"], new["scopes"], new["expires_at"]))
        for key in (old["key"], new["key"]):
            self.ask(200, "GET", LICENSES, key=key)
        again = self.ask(201, "POST", f"{KEYS}/{new['id']}/rotate").json
        self.assertIsNotNone(again["replaces"]["expires_at"])
        self.ask(400, "POST", f"{KEYS}/{new['id']}/rotate", {"old_expires_at": "2001-01-01T00:00:00Z"})

    def test_a_revoked_key_is_dead_for_good(self):
        made = self.add("revoke", "licenses:read")
        path = f"{KEYS}/{made['id']}"
        self.assertEqual("revoked", self.ask(200, "POST", path + "/revoke").json["status"])
        self.ask(200, "POST", path + "/revoke", {})
        self.ask(401, "GET", LICENSES, key=made["key"])
        self.assertEqual("wrong_state", self.ask(409, "PATCH", path, {"name": "x"}).code)
        self.assertEqual("wrong_state", self.ask(409, "POST", path + "/rotate").code)

    def test_a_key_gives_no_rights_that_it_lacks(self):
        made = self.add("keeper", "keys:write", "licenses:read")
        mighty = self.add("mighty", "*")
        for scopes in (["*"], ["licenses:write"], ["licenses:read", "audit:read"], ["ecosystem:read"]):
            self.ask(403, "POST", KEYS, {"name": "x", "scopes": scopes}, key=made["key"])
        self.ask(403, "PATCH", f"{KEYS}/{made['id']}", {"scopes": ["*"]}, key=made["key"])
        for verb in ("rotate", "revoke"):
            self.ask(403, "POST", f"{KEYS}/{mighty['id']}/{verb}", key=made["key"])
        self.ask(403, "PATCH", f"{KEYS}/{mighty['id']}", {"name": "mine"}, key=made["key"])
        self.ask(403, "POST", KEYS, {"name": "x", "scopes": ["ecosystem:read"]})
        less = self.ask(201, "POST", KEYS, {"name": "less", "scopes": ["licenses:read", "keys:read"]}, key=made["key"]).json
        self.ask(200, "GET", LICENSES, key=less["key"])
        self.assertEqual("wrong_state", self.ask(409, "POST", f"{KEYS}/{made['id']}/revoke", key=made["key"]).code)

    def test_wrong_members_are_named(self):
        reply = self.ask(400, "POST", KEYS, {"name": "", "scopes": ["everything"], "expires_at": "soon", "admin": True})
        self.assertEqual({"name", "scopes", "expires_at", "admin"}, {fault["member"] for fault in reply.json["errors"]})
        for wrong in ({"name": "x"}, {"name": "x", "scopes": []}, {"name": "x", "scopes": "*"},
                      {"name": "x", "scopes": ["audit:read"], "expires_at": "2001-01-01T00:00:00Z"}):
            self.ask(400, "POST", KEYS, wrong)

    def test_the_last_use_is_noted_without_a_write_for_it(self):
        made = self.add("used", "licenses:read")
        self.assertIsNone(made["last_used_at"])
        self.ask(200, "GET", LICENSES, key=made["key"])
        used, end = None, time.monotonic() + 30
        while used is None and time.monotonic() < end:
            used = self.ask(200, "GET", f"{KEYS}/{made['id']}").json["last_used_at"]
        self.assertIsNotNone(used)
        self.assertEqual(1, self.ask(200, "GET", f"{KEYS}/{made['id']}").json["version"])

    def test_a_repeated_order_tells_the_same_key(self):
        once = {"Idempotency-Key": "key-1"}
        body = {"name": "once", "scopes": ["licenses:read"]}
        first = self.ask(201, "POST", KEYS, body, headers=once)
        self.assertEqual(first.text, self.ask(201, "POST", KEYS, body, headers=once).text)

    def test_a_kept_reply_is_for_the_key_that_asked(self):
        maker = self.ask(201, "POST", KEYS, {"name": "maker", "scopes": ["keys:write"]}).json["key"]
        body, once = {"name": "all", "scopes": ["*"]}, {"Idempotency-Key": "all-of-it"}
        shown = self.ask(201, "POST", KEYS, body, headers=once).json["key"]
        refused = self.ask(409, "POST", KEYS, body, key=maker, headers=once)
        self.assertEqual("idempotency_key_reused", refused.code)
        self.assertNotIn(shown, refused.text)
        self.ask(403, "POST", KEYS, body, key=maker)

    def test_a_list_with_a_hole_is_a_fault_and_no_more(self):
        for hole in (1, None, "", "x" * 100, [], {}):
            for path, name in (("/api/v1/brand/webhooks", "events"), (KEYS, "scopes"), ("/api/v1/brand/licenses/provision", "products")):
                self.ask(401, "POST", path, {name: [hole]}, key="x")
                self.ask(400, "POST", path, {name: ["*", hole]})

    def test_another_brand_finds_nothing(self):
        path = f"{KEYS}/{self.add('mine', 'licenses:read')['id']}"
        self.ask(404, "GET", path, key=self.rival_key)
        self.ask(404, "PATCH", path, {"name": "x"}, key=self.rival_key)
        for verb in ("rotate", "revoke"):
            self.ask(404, "POST", f"{path}/{verb}", key=self.rival_key)
        self.assertEqual(1, len(self.ask(200, "GET", KEYS, key=self.rival_key).json))


if __name__ == "__main__":
    main()
