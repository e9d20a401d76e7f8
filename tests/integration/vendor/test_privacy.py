# SPDX-License-Identifier: Apache-2.0
"""What is known of a customer: shown, handed over, erased, by command and by the API; and refunds that were asked for."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from old_database import row, token, write
from validator import VendorTest, main

API = "/api/v1/brand"
MACHINE = "c" * 64

class Provider(BaseHTTPRequestHandler):
    """As much of Stripe as a refund needs: paid invoices, and refunds that are made once for a key."""

    refunds, is_down = {}, False

    def do_GET(self):
        name = self.path.split("?")[0].rsplit("/", 1)[-1]
        self.answer(200, {"id": name, "object": "invoice", "status": "paid", "paid": True, "amount_paid": 2000, "amount_due": 2000, "currency": "eur",
                          "customer": "cus_1", "charge": "ch_" + name, "created": 1767225600, "lines": {"object": "list", "data": []}})

    def do_POST(self):
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        key = self.headers["Idempotency-Key"]
        if Provider.is_down:
            self.answer(402, {"error": {"type": "card_error", "message": "the balance is empty"}})
            return
        made = Provider.refunds.setdefault(key, {"id": f"re_{len(Provider.refunds) + 1}", "object": "refund", "amount": 2000, "form": form})
        self.answer(200, made)

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_words):
        pass


class Privacy(VendorTest):
    @classmethod
    def prepare(cls):
        cls.server.add_product("till", seats=3)

    def bring(self, number, email):
        """A customer with everything, by the old database, and a seat with a name and a vendor's note of the new one."""
        path = os.path.join(self.server.directory, f"{number}.sqlite")
        write(path, row("customers", id=number, email=email, name="Zoë", unlock_token=token(number), machine_fingerprint=MACHINE,
                        stripe_customer_id=f"cus_{number}", subscription_id=f"sub_{number}", current_period_end="2098-01-01 00:00:00",
                        created_at="2024-05-01 10:00:00"),
              row("audit_log", id=number, customer_id=number, action="SESSION_TAKEOVER", ip_address="203.0.113.77"),
              row("email_log", id=number, customer_id=number, email_type="welcome", recipient_email=email, delivery_status="delivered",
                  created_at="2024-05-01 10:00:01"),
              row("email_log", id=number + 1000, email_type="verification", recipient_email=email, delivery_status="delivered"),
              row("refund_requests", id=number, customer_id=number, invoice_id=f"in_{number}", reason="winter", details="Closed for winter",
                  status="pending", created_at="2026-01-05 00:00:00"))
        self.server.command("import", "pospal-d1", path, "--brand", "acme", "--product", "till", "--no-backup")
        return self.show(email)

    def show(self, who):
        return self.server.command("customer", "show", who, "--brand", "acme")["customer"]

    def export(self, who):
        out = os.path.join(self.server.directory, f"{self.id()}.json")
        self.server.command("customer", "export", who, "--brand", "acme", "--out", out)
        self.assertEqual(0o600, os.stat(out).st_mode & 0o777)
        found = json.loads(Path(out).read_text(encoding="utf-8"))
        os.remove(out)
        return found

    def test_a_customer_is_found_by_address_id_and_number(self):
        shown = self.bring(101, "Ada@Shop.example")
        self.assertEqual((101, "Ada@Shop.example", "2024-05-01T10:00:00Z"), (shown["number"], shown["email"], shown["created_at"]))
        self.assertEqual(shown, self.show("101"))
        self.assertEqual(shown, self.show(shown["id"]))
        self.assertNotIn("license_key", shown["licenses"][0])
        self.assertEqual("sub_101", shown["subscriptions"][0]["provider_subscription"])
        self.assertEqual(2, len(shown["mails"]))
        self.assertEqual(["SESSION_TAKEOVER"], [one["kind"] for one in shown["archive"]])
        self.assertIn("license.issued", [one["action"] for one in shown["audit"]])
        for nobody in ("nobody@shop.example", "99999", "0192f3c4-5b6a-7c8d-9e0f-1a2b3c4d5e6f"):
            self.server.command("customer", "show", nobody, "--brand", "acme", code=3)
        self.server.command("customer", "show", "what?", "--brand", "acme", code=2)

    def test_an_export_has_all_of_it_and_is_audited(self):
        shown = self.bring(102, "Bea@Shop.example")
        found = self.export("bea@shop.example")
        self.assertEqual(token(102), found["licenses"][0]["license_key"])
        self.assertEqual("203.0.113.77", found["archive"][0]["body"]["ip_address"])
        self.assertEqual("Closed for winter", found["refund_requests"][0]["details"])
        self.assertTrue(found["is_complete"])
        by_api = self.ask(200, "GET", f"{API}/customers/{shown['id']}/export").json
        self.assertEqual(found["licenses"], by_api["licenses"])
        self.assertEqual(2, [one["action"] for one in self.show("102")["audit"]].count("customer.exported"))
        other = self.server.add_brand(self.id().rsplit(".", 1)[-1].replace("_", "-")[:20])["api_key"]
        self.ask(404, "GET", f"{API}/customers/{shown['id']}/export", key=other)
        self.ask(404, "POST", f"{API}/customers/{shown['id']}/erase", {"cancel": True}, key=other)

    def assert_gone(self, email):
        """No table has any of it any more."""
        if self.server.database:
            return
        dump = self.server.dump()
        for text in (email, email.lower(), "203.0.113.88", "Closed for autumn", "Ünal"):
            self.assertNotIn(text, dump)

    def test_erased_is_gone_and_the_chain_holds(self):
        path = os.path.join(self.server.directory, "erase.sqlite")
        email = "Uma.Erased@Shop.example"
        write(path, row("customers", id=103, email=email, name="Ünal", unlock_token=token(103), machine_fingerprint=MACHINE, subscription_id="sub_103",
                        current_period_end="2098-01-01 00:00:00"),
              row("audit_log", id=103, customer_id=103, action="x", ip_address="203.0.113.88"),
              row("email_log", id=103, customer_id=103, email_type="welcome", recipient_email=email, delivery_status="failed",
                  error_message=f"550 {email} unknown"),
              row("email_log", id=1103, email_type="verification", recipient_email=email, delivery_status="delivered"),
              row("refund_requests", id=103, customer_id=103, reason="autumn", details="Closed for autumn", status="pending"))
        self.server.command("import", "pospal-d1", path, "--brand", "acme", "--product", "till", "--no-backup")
        shown = self.show(email)
        self.ask(200, "PATCH", f"{API}/customers/{shown['id']}", {"metadata": {"crm": "Ünal"}})
        asked = f"SELECT count(*) FROM mail_request WHERE email_folded = '{email.lower()}'"
        of_acme = "SELECT id, {0}, 1, '{1}', '203.0.113.88', 1 FROM brand WHERE slug = 'acme'"
        some_id = f"'\\x{'0' * 32}'::bytea" if self.server.database else f"x'{'0' * 32}'"
        self.server.write("INSERT INTO mail_request (brand_id, id, kind, email_folded, address, created_at) " + of_acme.format(some_id, email.lower()))
        self.assertEqual("1", self.server.select(asked))
        said = self.server.command("customer", "erase", email, "--brand", "acme", code=4)
        self.assertIn("--cancel", said["error"]["detail"])
        done = self.server.command("customer", "erase", email, "--brand", "acme", "--cancel")
        self.assertEqual((1, 1, 2, 1, "sub_103"), (done["licenses_cancelled"], done["activations_released"], done["mails"], done["archive_entries"],
                                                   done["to_end_at_the_provider"]))
        self.server.command("customer", "show", email, "--brand", "acme", code=3)
        self.assertEqual("0", self.server.select(asked))
        left = self.show(shown["id"])
        self.assertEqual(f"erased-{shown['id']}", left["email"])
        self.assertEqual({"cancelled"}, {one["status"] for one in left["licenses"]})
        self.assertNotIn("name", left)
        self.assertIn("customer.erased", [one["action"] for one in left["audit"]])
        self.assertEqual({""}, {one["address"] for one in left["audit"] if one["action"] != "customer.erased"})
        self.server.command("audit", "verify", "--brand", "acme")
        self.assert_gone(email)
        self.server.command("customer", "erase", shown["id"], "--brand", "acme", "--cancel", code=4)
        again = self.server.command("import", "pospal-d1", path, "--brand", "acme", "--product", "till", "--no-backup", code=0)
        self.assertEqual(0, again["refused"])
        self.assert_gone(email)

    def test_the_api_erases_too(self):
        shown = self.bring(104, "Ida@Shop.example")
        self.assertEqual("wrong_state", self.ask(409, "POST", f"{API}/customers/{shown['id']}/erase", {}).code)
        done = self.ask(200, "POST", f"{API}/customers/{shown['id']}/erase", {"cancel": True}).json
        self.assertEqual(1, done["licenses_cancelled"])
        self.ask(409, "POST", f"{API}/customers/{shown['id']}/erase", {"cancel": True})
        weak = self.ask(201, "POST", f"{API}/keys", {"name": "reads", "scopes": ["customers:read", "billing:read"]}).json["key"]
        self.ask(403, "POST", f"{API}/customers/{shown['id']}/erase", {"cancel": True}, key=weak)
        self.ask(403, "GET", f"{API}/customers/{shown['id']}/export", key=weak)

    def test_refunds_are_decided_once(self):
        ids = {}
        for number in (105, 106, 107):
            ids[number] = self.bring(number, f"r{number}@shop.example")["refund_requests"][0]["id"]
        listed = self.server.command("refund", "list", "--brand", "acme")["requests"]
        self.assertLessEqual(set(ids.values()), {one["request_id"] for one in listed})
        shown = self.server.command("refund", "show", ids[105], "--brand", "acme")
        self.assertEqual(("pending", "in_105", "Closed for winter"), (shown["state"], shown["invoice"], shown["details"]))

        said = self.server.command("refund", "approve", ids[105], "--brand", "acme", "--note", "charged twice", code=1)
        self.assertIn("approved, but the refund is not made", said["error"]["detail"])
        approved = self.server.command("refund", "approve", ids[105], "--brand", "acme", "--by-hand")
        self.assertEqual(("approved", "charged twice", "cli"), (approved["state"], approved["note"], approved["decided_by"]))
        self.assertIn("provider", approved["next"])
        settled = self.server.command("refund", "settle", ids[105], "--brand", "acme", "--refund", "re_1", "--amount", "500")
        self.assertEqual(("refunded", "re_1", 500, "cli"), (settled["state"], settled["refund"], settled["amount"], settled["decided_by"]))
        self.server.command("refund", "reject", ids[105], "--brand", "acme", code=4)
        self.server.command("refund", "approve", ids[105], "--brand", "acme", code=4)

        self.assertEqual("rejected", self.ask(200, "POST", f"{API}/refund-requests/{ids[106]}/reject", {"note": "too late"}).json["state"])
        self.assertEqual(409, self.ask(409, "POST", f"{API}/refund-requests/{ids[106]}/settle", {"refund": "re_2"}).status)
        by_api = self.ask(200, "POST", f"{API}/refund-requests/{ids[107]}/approve", {}).json
        self.assertRegex(by_api["decided_by"], "^api_key:")
        pending = self.ask(200, "GET", f"{API}/refund-requests", state="pending").json
        self.assertFalse({ids[number] for number in (105, 106, 107)} & {one["id"] for one in pending})
        self.assertEqual("approved", self.ask(200, "GET", f"{API}/refund-requests/{ids[107]}").json["state"])
        self.ask(400, "GET", f"{API}/refund-requests", state="lost")
        self.ask(400, "POST", f"{API}/refund-requests/{ids[107]}/settle", {}, in_order=False)
        other = self.server.add_brand("refunds")["api_key"]
        self.ask(404, "GET", f"{API}/refund-requests/{ids[107]}", key=other)
        self.ask(404, "POST", f"{API}/refund-requests/{ids[107]}/reject", {}, key=other)
        self.assertEqual([], self.ask(200, "GET", f"{API}/refund-requests", key=other).json)

    def test_an_approved_refund_is_made_at_the_provider_once(self):
        provider = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
        threading.Thread(target=provider.serve_forever, daemon=True).start()
        self.addCleanup(provider.server_close)
        self.addCleanup(provider.shutdown)
        slug = "payer"
        self.server.add_brand(slug)
        self.server.add_product("till", brand=slug)
        secret = os.path.join(self.server.directory, "stripe")
        Path(secret).write_text("sk_test_0123456789", encoding="utf-8")
        self.server.command("brand", "set", "--brand", slug, "--name", "stripe_secret_key", "--file", secret)
        self.server.command("brand", "set", "--brand", slug, "--name", "stripe_api", "--value", f"http://127.0.0.1:{provider.server_port}")
        path = os.path.join(self.server.directory, "payer.sqlite")
        write(path, row("customers", id=1, email="p@shop.example", unlock_token=token(1), subscription_id="sub_p"),
              row("refund_requests", id=1, customer_id=1, invoice_id="in_7", reason="?", status="pending"))
        self.server.command("import", "pospal-d1", path, "--brand", slug, "--product", "till", "--no-backup")
        (request,) = self.server.command("refund", "list", "--brand", slug)["requests"]

        Provider.is_down = True
        said = self.server.command("refund", "approve", request["request_id"], "--brand", slug, code=1)
        self.assertIn("the balance is empty", said["error"]["detail"])
        self.assertEqual("approved", self.server.command("refund", "show", request["request_id"], "--brand", slug)["state"])
        Provider.is_down = False
        made = self.server.command("refund", "approve", request["request_id"], "--brand", slug)
        self.assertEqual(("refunded", "re_1", 2000), (made["state"], made["refund"], made["amount"]))
        ((key, sent),) = Provider.refunds.items()
        self.assertEqual(f"refund-request-{request['request_id']}", key)
        self.assertIn("charge=ch_in_7", sent["form"])
        self.server.command("refund", "approve", request["request_id"], "--brand", slug, code=4)
        self.assertEqual(1, len(Provider.refunds))
        self.assertIn("refund.made", [one["action"] for one in self.server.command("audit", "list", "--brand", slug)["entries"]])


if __name__ == "__main__":
    main()
