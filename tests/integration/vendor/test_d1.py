# SPDX-License-Identifier: Apache-2.0
"""import pospal-d1: each variant of the old database, twice, by dry run first; what old clients need is there; what is broken is refused."""

import hashlib
import os
import sqlite3
from pathlib import Path

from old_database import CUSTOMERS, REST, row, token, write
from validator import VendorTest, main

MACHINE = "a" * 64
END = "2098-01-31T00:00:00.000Z"


def shop():
    """A business of some years: each kind of row that the old system wrote."""
    return (
        row("customers", id=1, email="Ann@Shop.example", name="Ann", unlock_token=token(1), machine_fingerprint=MACHINE, stripe_customer_id="cus_1",
            stripe_session_id="cs_1", subscription_id="sub_1", current_period_start="2026-01-31T00:00:00.000Z", current_period_end=END,
            next_billing_date=END, created_at="2024-05-01 10:00:00", last_seen="2026-01-02 03:04:05", last_validation="2026-01-02 03:04:05",
            subscription_amount=2000, subscription_currency="EUR"),
        row("customers", id=2, email="bob@shop.example", unlock_token=token(2), subscription_status="inactive", subscription_id="sub_2",
            current_period_end="2098-02-01 00:00:00", payment_failures=2, machine_fingerprint=""),
        row("customers", id=3, email="cat@shop.example", unlock_token=token(3), subscription_status="cancelled", subscription_id="sub_3",
            current_period_end="2025-02-01 00:00:00"),
        row("customers", id=4, email="dan@shop.example", unlock_token=token(4)),
        row("audit_log", id=1, customer_id=1, action="SESSION_TAKEOVER", ip_address="203.0.113.9", user_agent="till", metadata='{"x":1}\n'),
        row("audit_log", id=2, customer_id=None, action="validation_successful_validation"),
        row("audit_log", id=3, customer_id=99, action="payment_success"),
        row("email_log", id=1, customer_id=1, email_type="welcome", recipient_email="Ann@Shop.example", delivery_status="delivered", resend_id="re_1",
            created_at="2024-05-01 10:00:01", delivered_at="2024-05-01 10:00:02"),
        row("email_log", id=2, customer_id=2, email_type="immediate_suspension", delivery_status="bounced", created_at="2026-01-01 00:00:00"),
        row("active_sessions", id=1, customer_id=1, session_id="session_1_abc", status="active", last_heartbeat="2020-01-01 00:00:00"),
        row("active_sessions", id=2, customer_id=1, session_id="session_2_abc", status="kicked"),
        row("refund_requests", id=1, customer_id=2, invoice_id="in_9", reason="not used", details="Closed for winter", status="pending",
            created_at="2026-01-05 00:00:00"),
        row("refund_requests", id=2, customer_id=1, invoice_id="in_1", reason="twice", status="processed", refund_amount=2000,
            stripe_refund_id="re_77", created_at="2025-01-05 00:00:00", processed_at="2025-01-06 00:00:00"),
        row("webhook_events", id=1, stripe_event_id="evt_1", event_type="invoice.payment_succeeded", processing_status="completed", customer_id=1,
            created_at="2026-01-31 00:00:00", processed_at="2026-01-31 00:00:01"),
        row("webhook_events", id=2, stripe_event_id="evt_2", event_type="invoice.payment_failed", processing_status="processing"),
        row("trial_devices", hardware_hash="b" * 64, first_run="2026-01-01", expires_at="2026-01-31", status="expired", tamper_flag=0),
    )


class OldDatabase(VendorTest):
    def fresh(self, slug):
        """A brand of its own, with the product."""
        self.server.add_brand(slug)
        self.server.add_product("till", brand=slug)
        return slug

    def file(self, *statements, **how):
        path = os.path.join(self.server.directory, f"{self.id().rsplit('.', 1)[-1]}.sqlite")
        if os.path.exists(path):
            os.remove(path)
        return write(path, *statements, **how)

    def bring(self, path, brand, *words, code=0):
        return self.server.command("import", "pospal-d1", path, "--brand", brand, "--product", "till", "--no-backup", *words, code=code)

    def counts(self, report, table):
        (found,) = [one for one in report["tables"] if one["table"] == table]
        return {name: number for name, number in found.items() if name != "table" and number}

    def licenses(self, brand, email):
        return self.server.command("license", "list", "--brand", brand, "--email", email)["licenses"]

    def value(self, brand, question):
        """Of the brand's rows; the question has BRAND where its id belongs."""
        literal = "(SELECT id FROM brand WHERE slug = '" + brand + "')"
        return self.server.select(question.replace("BRAND", literal))

    def test_all_of_a_business(self):
        brand, path = self.fresh("business"), self.file(*shop())
        before = Path(path).read_bytes()
        dry = self.bring(path, brand, "--dry-run")
        self.assertEqual("0", self.value(brand, "SELECT count(*) FROM customer WHERE brand_id = BRAND"))
        real = self.bring(path, brand)
        self.assertEqual(before, Path(path).read_bytes())
        self.assertEqual(dry["tables"], real["tables"])
        self.assertEqual({"rows": 4, "new": 4}, self.counts(real, "customers"))
        self.assertEqual({"rows": 3, "new": 3}, self.counts(real, "audit_log"))
        self.assertEqual({"rows": 2, "new": 2}, self.counts(real, "email_log"))
        self.assertEqual({"rows": 2, "left": 2}, self.counts(real, "active_sessions"))
        again = self.bring(path, brand, "--update")
        for table in ("customers", "audit_log", "email_log", "refund_requests", "webhook_events", "trial_devices"):
            count = self.counts(real, table)["rows"]
            self.assertEqual({"rows": count, "same": count}, self.counts(again, table), table)

        (ann,) = self.licenses(brand, "ann@shop.example")
        self.assertEqual(("active", "2098-01-31T00:00:00Z"), (ann["status"], ann["expires_at"]))
        (bob,) = self.licenses(brand, "bob@shop.example")
        self.assertEqual(("suspended", "payment_failed"), (bob["status"], bob["reason"]))
        (cat,) = self.licenses(brand, "cat@shop.example")
        self.assertEqual("cancelled", cat["status"])
        shown = self.server.command("license", "show", "--license", ann["license_id"], "--reveal")
        self.assertEqual(token(1), shown["license_key"])
        (seat,) = self.server.command("activation", "list", "--license", ann["license_id"])["activations"]
        self.assertEqual(("machine_id", MACHINE), (seat["kind"], seat["identifier"]))
        self.assertEqual("1", self.value(brand, "SELECT count(*) FROM activation WHERE brand_id = BRAND"))

        of_ann = "brand_id = BRAND AND number = 1"
        self.assertEqual("Ann@Shop.example", self.value(brand, f"SELECT email FROM customer WHERE {of_ann}"))
        self.assertEqual("2|sub_1|cs_1|2000|eur", self.value(
            brand, "SELECT state || '|' || provider_subscription || '|' || provider_checkout || '|' || amount || '|' || currency FROM subscription"
            " WHERE brand_id = BRAND AND provider_customer = 'cus_1'"))
        self.assertEqual("4|2", self.value(brand, "SELECT state || '|' || failures FROM subscription WHERE brand_id = BRAND AND provider_subscription = 'sub_2'"))
        self.assertEqual("1767323045000", self.value(brand, "SELECT validated_at FROM license_seen WHERE brand_id = BRAND AND validated_at IS NOT NULL"))
        self.assertEqual("2", self.value(brand, "SELECT state FROM inbound_event WHERE brand_id = BRAND AND event_id = 'evt_1'"))
        self.assertEqual("0", self.value(brand, "SELECT count(*) FROM inbound_event WHERE brand_id = BRAND AND event_id = 'evt_2'"))
        self.assertEqual("2|re_1", self.value(brand, "SELECT state || '|' || provider_id FROM mail WHERE brand_id = BRAND AND template = 'welcome'"))
        self.assertEqual("3|bob@shop.example", self.value(
            brand, "SELECT state || '|' || recipient FROM mail WHERE brand_id = BRAND AND template = 'payment_failed'"))
        self.assertEqual("1|not used", self.value(brand, "SELECT state || '|' || reason FROM refund_request WHERE brand_id = BRAND AND provider_invoice = 'in_9'"))
        self.assertEqual("4", self.value(brand, "SELECT count(*) FROM archive_log WHERE brand_id = BRAND"))
        self.assertEqual("welcome:sub_1", self.value(brand, "SELECT purpose FROM mail WHERE brand_id = BRAND AND template = 'welcome'"))
        self.assertEqual("1714557600000", self.value(brand, "SELECT begun_at FROM subscription WHERE brand_id = BRAND AND provider_customer = 'cus_1'"))
        self.assertEqual("1767225600000", self.value(brand, "SELECT first_run_at FROM trial_hardware WHERE brand_id = BRAND"))
        self.server.command("audit", "verify", "--brand", brand)

    def validate(self, email, number, machine="till-1"):
        body = {"operation": "validate", "credentials": {"email": email, "token": token(number)},
                "device": {"machineFingerprint": machine, "deviceInfo": {"hostname": "bar"}}}
        return self.server.ask("POST", "/validate-unified", body, key=None, in_order=False)

    def test_old_clients_go_on_with_their_token_their_machine_and_their_trial(self):
        brand = self.fresh("clients")
        machine = hashlib.sha256(b"till-1").hexdigest()
        hardware = hashlib.sha256(b"hw-1:pepper-and-salt-of-old").hexdigest()
        path = self.file(
            row("customers", id=41, email="Leo@Shop.example", unlock_token=token(41), machine_fingerprint=machine, current_period_end=END,
                subscription_id="sub_l", last_validation="2026-01-01 00:00:00"),
            row("customers", id=42, email="mia@shop.example", unlock_token=token(42), subscription_status="inactive", subscription_id="sub_m",
                current_period_end=END),
            row("customers", id=43, email="MIA@shop.example", unlock_token=token(43), subscription_id="sub_n", current_period_end=END),
            row("trial_devices", hardware_hash=hardware, first_run="2026-02-03", expires_at="2026-03-05", status="expired", tamper_flag=0))
        self.bring(path, brand)
        self.server.command("brand", "set", "--brand", brand, "--name", "pospal_trial_salt", "--file", self.secret("pepper-and-salt-of-old"))
        self.server.command("facade", "bind", "--host", "127.0.0.1", "--brand", brand, "--product", "till")
        self.server.stop()
        self.server.start()
        for email in ("Leo@Shop.example", "leo@shop.example"):
            reply = self.validate(email, 41)
            self.assertEqual(200, reply.status, reply.text)
            self.assertEqual((41, "active", False), (reply.json["validation"]["customer"]["id"], reply.json["subscription"]["status"],
                                                     reply.json["session"]["machineChanged"]))
        self.assertTrue(self.validate("leo@shop.example", 41, "till-2").json["session"]["machineChanged"])
        self.assertEqual(403, self.validate("mia@shop.example", 42).status)
        self.assertEqual(200, self.validate("mia@shop.example", 43).status)
        self.assertEqual(401, self.validate("leo@shop.example", 42).status)
        trial = self.server.ask("POST", "/trial/status", {"hardwareId": "hw-1"}, key=None, in_order=False).json
        self.assertEqual(("2026-02-03", "2026-03-05", True), (trial["firstRunDate"], trial["expiresAt"], trial["expired"]))
        self.assertEqual({"rows": 3, "same": 3}, self.counts(self.bring(path, brand), "customers"))

    def secret(self, text):
        path = os.path.join(self.server.directory, "secret")
        Path(path).write_text(text, encoding="utf-8")
        return path

    def test_the_first_variant_has_customers_alone_and_few_columns(self):
        brand = self.fresh("first")
        path = self.file(row("customers", id=7, email="eva@shop.example", unlock_token=token(7)),
                         schema="CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, unlock_token TEXT)")
        self.assertEqual({"rows": 1, "new": 1}, self.counts(self.bring(path, brand), "customers"))
        (eva,) = self.licenses(brand, "eva@shop.example")
        self.assertEqual("active", eva["status"])
        self.assertNotIn("expires_at", eva)

    def test_columns_and_tables_beyond_are_told_and_passed_over(self):
        brand = self.fresh("beyond")
        path = self.file("ALTER TABLE customers ADD COLUMN vat TEXT", "ALTER TABLE customers ADD COLUMN updated_at TEXT",
                         "ALTER TABLE active_sessions ADD COLUMN session_started TEXT", "CREATE TABLE qr_menus (id INTEGER)",
                         "CREATE TABLE coupons (id INTEGER)", row("customers", email="fay@shop.example", unlock_token=token(8), vat="EL1"))
        report = self.bring(path, brand)
        self.assertEqual("customers.vat coupons", report["passed_over"])
        self.assertEqual({"rows": 1, "new": 1}, self.counts(report, "customers"))

    def test_addresses_that_differ_in_case_are_one_customer_and_nothing_is_lost(self):
        brand = self.fresh("cases")
        path = self.file(
            row("customers", id=1, email="GIA@shop.example", name="Old", unlock_token=token(11), subscription_status="cancelled", subscription_id="sub_a"),
            row("customers", id=2, email="gia@shop.example", name="Gia", unlock_token=token(12), current_period_end=END, subscription_id="sub_b"),
            row("audit_log", id=1, customer_id=1, action="payment_success"))
        report = self.bring(path, brand)
        self.assertEqual({"rows": 2, "new": 2}, self.counts(report, "customers"))
        (note,) = report["notes"]
        self.assertEqual("1", note["row"])
        self.assertIn("that of customer 2", note["note"])
        self.assertEqual(["active", "cancelled"], sorted(one["status"] for one in self.licenses(brand, "gia@shop.example")))
        self.assertEqual("2|Gia|gia@shop.example", self.value(brand, "SELECT number || '|' || name || '|' || email_folded FROM customer WHERE brand_id = BRAND"))
        self.assertEqual("2", self.value(brand, "SELECT count(*) FROM subscription WHERE brand_id = BRAND"))
        self.assertEqual("1", self.value(brand, "SELECT count(*) FROM archive_log WHERE brand_id = BRAND AND customer_id IS NOT NULL"))
        self.assertEqual({"rows": 2, "same": 2}, self.counts(self.bring(path, brand), "customers"))

    def test_a_row_at_fault_is_refused_and_keeps_no_other_out(self):
        brand = self.fresh("faults")
        loose = CUSTOMERS.replace("CHECK (subscription_status IN ('active', 'inactive', 'cancelled'))", "")
        path = self.file(
            row("customers", id=1, email="no address", unlock_token=token(21)),
            row("customers", id=2, email="h1@shop.example", unlock_token=token(22), subscription_status="frozen"),
            row("customers", id=3, email="h2@shop.example", unlock_token=token(23), current_period_end="next week"),
            row("customers", id=4, email="h3@shop.example", unlock_token=token(24), name="x" * 70000),
            row("customers", id=5, email="h4@shop.example", unlock_token="key\x01"),
            row("customers", id=6, email="h5@shop.example", unlock_token=token(25), subscription_id="sub_x"),
            row("customers", id=7, email="h6@shop.example", unlock_token=token(26), subscription_id="sub_x"),
            ("INSERT INTO customers (id, email, unlock_token, name) VALUES (8, 'h7@shop.example', ?, CAST(X'ff' AS TEXT))", (token(27),)),
            row("email_log", id=1, customer_id=77, email_type="welcome", delivery_status="delivered"),
            row("refund_requests", id=1, customer_id=77, reason="?", status="pending"), schema=loose + ";" + REST)
        report = self.bring(path, brand, code=6)
        self.assertEqual({"rows": 8, "new": 2, "refused": 6}, self.counts(report, "customers"))
        self.assertEqual(7, report["refused"])
        said = {one["row"]: one["reason"] for one in report["refusals"] if one["table"] == "customers"}
        for number, pattern in {"1": "no e-mail address", "2": '"frozen"', "3": "current_period_end", "4": "70000 bytes", "8": "UTF-8"}.items():
            self.assertIn(pattern, said[number])
        self.assertIn("sub_x is another license's", report["notes"][0]["note"])
        self.assertEqual({"rows": 1, "new": 1}, self.counts(report, "refund_requests")) # kept in the archive
        self.assertEqual(1, len(self.licenses(brand, "h5@shop.example")))

    def test_what_changed_there_is_changed_here_only_when_that_is_said(self):
        brand = self.fresh("update")
        path = self.file(row("customers", id=1, email="ivo@shop.example", unlock_token=token(31), current_period_end="2097-01-31", subscription_id="sub_i"),
                         row("customers", id=2, email="jan@shop.example", unlock_token=token(32), subscription_status="cancelled"))
        self.bring(path, brand)
        database = sqlite3.connect(path)
        database.execute("UPDATE customers SET subscription_status = 'inactive', current_period_end = ? WHERE id = 1", (END,))
        database.execute("UPDATE customers SET subscription_status = 'active' WHERE id = 2")
        database.commit()
        database.close()
        self.assertEqual({"rows": 2, "different": 2}, self.counts(self.bring(path, brand), "customers"))
        self.assertEqual("active", self.licenses(brand, "ivo@shop.example")[0]["status"])
        self.assertEqual({"rows": 2, "changed": 2}, self.counts(self.bring(path, brand, "--update"), "customers"))
        (ivo,) = self.licenses(brand, "ivo@shop.example")
        self.assertEqual(("suspended", "2098-01-31T00:00:00Z"), (ivo["status"], ivo["expires_at"]))
        self.assertEqual("active", self.licenses(brand, "jan@shop.example")[0]["status"])
        self.assertEqual({"rows": 2, "same": 2}, self.counts(self.bring(path, brand, "--update"), "customers"))

    def test_of_a_customer_who_was_deleted_there_nothing_personal_is_kept(self):
        brand = self.fresh("deleted")
        self.bring(self.file(*shop()), brand)
        where = "FROM archive_log WHERE brand_id = BRAND AND source = 'pospal-d1:audit_log'"
        self.assertEqual("1|payment_success", self.value(brand, f"SELECT count(*) || '|' || min(kind) {where} AND body IS NULL"))
        self.assertEqual("2", self.value(brand, f"SELECT count(*) {where} AND body IS NOT NULL"))

    def test_trifles_are_taken(self):
        brand = self.fresh("trifles")
        path = self.file(row("customers", id=1, email="eva@shop.example", name="Eva\r\nTaverna", unlock_token=token(41), current_period_end="2098-01-31T02:00:00+02:00"),
                         row("customers", id=2, email="fay@shop.example", unlock_token=token(42), current_period_end=4042008000),
                         row("customers", id=3, email="gus@shop.example", unlock_token=token(43), current_period_end=4042008000000),
                         row("customers", id=4, email="hal@shop.example", unlock_token=token(44), current_period_end="soon"))
        self.assertEqual({"rows": 4, "new": 3, "refused": 1}, self.counts(self.bring(path, brand, code=6), "customers"))
        (eva,) = self.licenses(brand, "eva@shop.example")
        self.assertEqual(("Eva  Taverna", END[:19] + "Z"), (self.value(brand, "SELECT name FROM customer WHERE email_folded = 'eva@shop.example' AND brand_id = BRAND"), eva["expires_at"]))
        for name in ("fay", "gus"):
            self.assertEqual("2098-01-31T12:00:00Z", self.licenses(brand, f"{name}@shop.example")[0]["expires_at"])

    def test_what_the_provider_said_here_is_not_overwritten(self):
        brand = self.fresh("compared")
        path = self.file(row("customers", id=1, email="kim@shop.example", unlock_token=token(51), current_period_end=END, subscription_id="sub_k"))
        self.bring(path, brand)
        self.server.write("UPDATE subscription SET compared_at = 1700000000000 WHERE provider_subscription = 'sub_k'")  # as a reconciliation does
        database = sqlite3.connect(path)
        database.execute("UPDATE customers SET subscription_status = 'inactive'")
        database.commit()
        database.close()
        self.assertEqual({"rows": 1, "left": 1}, self.counts(self.bring(path, brand, "--update"), "customers"))
        self.assertEqual("active", self.licenses(brand, "kim@shop.example")[0]["status"])

    def test_no_database_and_a_damaged_one_are_refused_before_anything_is_written(self):
        brand = self.fresh("broken")
        text = os.path.join(self.server.directory, "text.sqlite")
        Path(text).write_text("email,token\n" * 100, encoding="utf-8")
        self.assertIn("no SQLite database", self.bring(text, brand, code=5)["error"]["detail"])
        self.assertEqual("not_found", self.bring(text + "x", brand, code=3)["error"]["code"])
        other = self.file(schema="CREATE TABLE orders (id INTEGER)")
        self.assertIn("no table customers", self.bring(other, brand, code=2)["error"]["detail"])
        view = self.file(schema="CREATE VIEW customers AS SELECT 1 AS id, 'a@b.example' AS email, 'KEY1' AS unlock_token")
        self.assertIn("no table customers", self.bring(view, brand, code=2)["error"]["detail"])
        path = self.file(*(row("customers", email=f"k{i}@shop.example", unlock_token=token(100 + i)) for i in range(300)))
        damaged = bytearray(Path(path).read_bytes())
        for at in range(4096, len(damaged) - 4096, 4096):
            damaged[at:at + 40] = b"\x55" * 40
        Path(path).write_bytes(damaged)
        self.bring(path, brand, code=5)
        self.assertEqual("0", self.value(brand, "SELECT count(*) FROM customer WHERE brand_id = BRAND"))
        self.bring(text, "nobody", code=3)

    def test_many_rows_while_the_server_goes_on(self):
        brand = self.fresh("many")
        path = self.file(*(row("customers", email=f"m{i}@shop.example", unlock_token=token(1000 + i)) for i in range(700)))
        self.assertEqual({"rows": 700, "new": 700}, self.counts(self.bring(path, brand), "customers"))
        reply = self.server.ask("GET", "/api/v1/brand/licenses")
        self.assertEqual(200, reply.status)
        reply = self.server.ask("GET", "/api/v1/product/licenses/check", key=None, license_key=token(1000), instance_identifier="none")
        self.assertIn(reply.status, (200, 404))


if __name__ == "__main__":
    main()
