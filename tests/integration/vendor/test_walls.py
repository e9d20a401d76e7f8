# SPDX-License-Identifier: Apache-2.0
"""Every route of the vendor's API, from the contract: nothing without a key, nothing without the scope, nothing of another brand."""

import json
import time
import uuid

from device import Device
from validator import CONTRACT, VendorTest, follow, main

BRAND = "/api/v1/brand/"
LICENSES = "/api/v1/licenses/"  # the same for programs of another system
NOBODY = "01234567-89ab-7def-8123-456789abcdef"
FORMATS = {"date-time": "2031-01-31T12:00:00Z", "email": "walls@shop.example", "uuid": NOBODY, "uri": "https://hooks.example/x"}
TEXTS = {"slug": "walls", "scopes": "licenses:read"}


def operations(begin=BRAND):
    for path, item in CONTRACT["paths"].items():
        for method in ("get", "post", "put", "patch", "delete"):
            if path.startswith(begin) and {"apiKey": []} in item.get(method, {}).get("security", ()):
                yield method.upper(), path, item[method]


def sample(schema, name=""):
    """The least that the schema lets through."""
    schema = follow(schema)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {member: sample(schema["properties"][member], member) for member in schema.get("required", ())}
    if kind == "array":
        return [sample(schema["items"], name)] * schema.get("minItems", 0)
    if kind == "string":
        return FORMATS.get(schema.get("format"), TEXTS.get(name, "till"))
    return schema.get("minimum", 1) if kind in ("integer", "number") else True


def body_of(operation):
    content = operation.get("requestBody", {}).get("content", {})
    return sample(content["application/json"]["schema"]) if "application/json" in content else None


class Walls(VendorTest):
    @classmethod
    def prepare(cls):
        cls.server.add_product("till", seats=2)
        cls.rival_key = cls.server.add_brand("rival")["api_key"]

    def furnish(self):
        """Something of everything that has an id."""
        self.ask(201, "POST", BRAND + "webhooks", {"url": "https://hooks.invalid/x", "events": ["*"]})
        order = {"customer_email": "walls@shop.example", "products": ["till"]}
        made = self.ask(201, "POST", BRAND + "licenses/provision", order).json
        Device(self.server, "till", made["license_key"]["key"], "walls").ask("activate")
        one = made["licenses"][0]["id"]
        seat = self.ask(200, "GET", f"{BRAND}licenses/{one}/activations").json[0]["id"]
        now = round(time.time() * 1000)
        ours = {"brand_id": uuid.UUID(self.server.brand_id).bytes, "license_id": uuid.UUID(one).bytes}
        self.server.insert("session", **ours, activation_id=uuid.UUID(seat).bytes, id=uuid.uuid4().bytes, sealed_key=bytes(60), lease_ms=600000, beat_ms=30000,
                    started_at=now, lease_until=now + 600000, beat=0, protected_until=0)
        self.server.insert("refund_request", **ours, id=uuid.uuid4().bytes, reason="walls", state=1, created_at=now,
                    customer_id=uuid.UUID(self.ask(200, "GET", BRAND + "customers").json[0]["id"]).bytes)
        return made

    def first(self, path):
        """Of the list of acme's, which has one."""
        if path == BRAND + "webhook-deliveries":
            path = f"{BRAND}webhooks/{self.first(BRAND + 'webhooks')}/deliveries"
        return self.ask(200, "GET", BRAND + "licenses" if path == LICENSES[:-1] else path).json[0]["id"]

    def filled(self, path, is_real=False):
        """The path with ids: of acme's where it is to be real, so that only the brand can be what is wrong."""
        done = []
        for step in path.split("/"):
            if step.startswith("{"):
                step = self.first("/".join(done)) if is_real else NOBODY
            done.append(step)
        return "/".join(done)

    def test_without_a_key_nothing_is_told(self):
        for method, path, operation in operations():
            reply = self.server.ask(method, self.filled(path), body_of(operation), key=None, in_order=False)
            self.assertEqual((401, "unauthorized"), (reply.status, reply.code), f"{method} {path}")

    def test_without_the_scope_nothing_is_told(self):
        keys = {}
        for scope in ("usage:read", "sessions:read"):
            made = self.ask(201, "POST", BRAND + "keys", {"name": scope, "scopes": [scope]}).json
            keys[scope] = made["key"]
        walked = 0
        for method, path, operation in operations():
            scope = operation["description"].removeprefix("Scope: ").split(".")[0].split(" ")[0]
            key = keys["sessions:read" if scope.startswith("usage") else "usage:read"]
            reply = self.server.ask(method, self.filled(path), body_of(operation), key=key, in_order=False)
            self.assertEqual((403, "forbidden"), (reply.status, reply.code), f"{method} {path}")
            self.assertIn(scope, reply.json["detail"], f"{method} {path}")
            walked += 1
        self.assertGreater(walked, 25)

    def test_with_a_key_that_reads_nothing_is_written(self):
        scopes = [f"{name}:read" for name in ("licenses", "products", "customers", "activations", "sessions", "usage", "keys", "webhooks",
                                              "audit")]
        key = self.ask(201, "POST", BRAND + "keys", {"name": "reader", "scopes": scopes}).json["key"]
        for method, path, operation in operations():
            if method != "GET":
                reply = self.server.ask(method, self.filled(path), body_of(operation), key=key, in_order=False)
                self.assertEqual(403, reply.status, f"{method} {path}")

    def test_another_brand_finds_nothing_of_ours(self):
        made = self.furnish()
        for method, path, operation in operations():
            ours = self.filled(path, is_real=True)
            if "{" in path:
                reply = self.server.ask(method, ours, body_of(operation), key=self.rival_key, in_order=False)
                self.assertEqual((404, "not_found"), (reply.status, reply.code), f"{method} {path}: {reply.text}")
            elif method == "GET":
                reply = self.server.ask(method, ours, key=self.rival_key)
                theirs = {item["id"] for item in reply.json} if isinstance(reply.json, list) else set()
                mine = self.server.ask(method, ours).json
                self.assertEqual(200, reply.status, path)
                self.assertFalse(theirs & {item["id"] for item in mine if isinstance(item, dict)}, path)
        self.check_the_other_names(made)

    def test_every_list_comes_in_three_forms(self):
        self.furnish()
        walked = 0
        for method, path, operation in operations():
            content = operation["responses"].get("200", {}).get("content", {})
            if method != "GET" or content.get("application/json", {}).get("schema", {}).get("type") != "array":
                continue
            ours = self.filled(path, is_real=True)
            for form in ("application/json", "application/jsonl", "text/csv"):
                self.assertEqual(form, self.ask(200, "GET", ours, headers={"Accept": form}).media_type, path)
            rows = self.ask(200, "GET", ours).json
            lines = self.ask(200, "GET", ours, headers={"Accept": "application/jsonl"}).text.splitlines()
            columns = self.ask(200, "GET", ours, headers={"Accept": "text/csv"}).text.split("\r\n")[0].split(",")
            if rows:  # whose members may have changed since: a delivery was tried, a key was used
                self.assertEqual([one["id"] for one in rows], [json.loads(line)["id"] for line in lines], path)
                self.assertFalse([column for column in columns if column.split(".")[0] not in rows[0]], path)
            walked += 1
        self.assertGreater(walked, 10)

    def check_the_other_names(self, made):
        """What programs of another system call, by the key of another brand."""
        walked = 0
        for method, path, operation in operations(LICENSES):
            if "{" in path:
                reply = self.server.ask(method, self.filled(path, is_real=True), body_of(operation), key=self.rival_key, in_order=False)
                self.assertEqual(404, reply.status, f"{method} {path}: {reply.text}")
                walked += 1
        self.assertGreaterEqual(walked, 3)
        key = made["license_key"]["key"]
        for path, body in (("by_email?email=walls@shop.example", None), ("email-listing", {"customer_email": "walls@shop.example"})):
            method = "POST" if body else "GET"
            self.assertIn(key, self.server.ask(method, LICENSES + path, body, in_order=False).text)
            self.assertNotIn(key, self.server.ask(method, LICENSES + path, body, key=self.rival_key, in_order=False).text)
        self.assertEqual("valid", self.ask(200, "GET", f"{BRAND}licenses/{made['licenses'][0]['id']}").json["status"])


if __name__ == "__main__":
    main()
