# SPDX-License-Identifier: Apache-2.0
"""What is asked with an e-mail address: verification codes, lost tokens, mail once more, refunds, whether there is a subscription. No mail goes to
another address than the one on file, and nobody can fill a mailbox."""

from facade import HOUR_MS, FacadeTest, main, together

SECOND_MS = 1000


class Mail(FacadeTest):
    arguments = ("--refusals-per-minute", "0", "--trusted-proxy", "127.0.0.1")

    def setUp(self):
        super().setUp()
        Mail.count = getattr(Mail, "count", 0) + 1
        self.address = f"192.0.2.{Mail.count}"

    def ask(self, status, path, address=None, **body):
        return self.call(status, path, body, headers={"X-Forwarded-For": address or self.address}).json

    # ---- codes ----

    def begin(self, email, status=200, **more):
        return self.ask(status, "/verify/email/start", email=email, **more)

    def age(self, verification, ago_ms):
        """As if it had been begun so long ago."""
        self.server.write(f"UPDATE email_verification SET created_at = created_at - {ago_ms}, expires_at = expires_at - {ago_ms}"
                          f" WHERE id = {self.server.blob(verification)}")

    def test_start(self):
        begun = self.begin("start@shop.example", context="subscription_signup")
        self.assertEqual({"success", "verificationId", "expiresInSeconds", "cooldownSeconds"}, begun.keys())
        self.assertEqual((True, 900, 60), (begun["success"], begun["expiresInSeconds"], begun["cooldownSeconds"]))
        self.assertEqual(1, self.server.mails("verification_code", "start@shop.example"))
        for email in ("", "nobody", "a@b", 7):
            self.assertEqual("INVALID_EMAIL", self.begin(email, 400)["errorCode"])

    def test_the_cool_down_is_kept(self):
        begun = self.begin("cool@shop.example")
        refused = self.begin("COOL@shop.example", 429)
        self.assertEqual(("RATE_LIMIT", "RATE_LIMIT"), (refused["errorCode"], refused["code"]))
        self.assertTrue(50 <= refused["retryAfter"] <= 60)
        self.age(begun["verificationId"], 61 * SECOND_MS)
        self.begin("cool@shop.example")

    def test_five_an_hour_to_an_address_of_mail(self):
        for i in range(5):
            self.age(self.begin("five@shop.example", address=f"198.51.100.{i}")["verificationId"], 61 * SECOND_MS)
        refused = self.ask(429, "/verify/email/start", "198.51.100.9", email="five@shop.example")
        self.assertEqual(60, refused["retryAfter"])
        self.assertEqual(5, self.server.mails("verification_code", "five@shop.example"))

    def test_five_an_hour_from_an_address_of_the_network(self):
        for i in range(5):
            self.begin(f"net{i}@shop.example")
        self.assertEqual("RATE_LIMIT", self.begin("net9@shop.example", 429)["errorCode"])
        self.ask(200, "/verify/email/start", "203.0.113.200", email="net9@shop.example")

    def test_nobody_gets_a_code_without_a_sender(self):
        self.server.command("brand", "set", "--brand", "acme", "--name", "mail_from", "--unset")
        try:
            self.assertEqual("EMAIL_SENDING_DISABLED", self.begin("off@shop.example", 500)["errorCode"])
        finally:
            self.server.command("brand", "set", "--brand", "acme", "--name", "mail_from", "--value", "Acme <hello@acme.example>")

    def confirm(self, status, verification, email="who@shop.example", code="000000"):
        return self.ask(status, "/verify/email/confirm", email=email, verificationId=verification, code=code)

    def wrong(self, status, verification, email):
        return self.confirm(status, verification, email, "not it")

    def test_confirm_refuses(self):
        begun = self.begin("who@shop.example")["verificationId"]
        self.assertEqual("INVALID_EMAIL", self.confirm(400, begun, "nobody")["errorCode"])
        self.assertEqual("VERIFICATION_ID_REQUIRED", self.confirm(400, None)["errorCode"])
        self.assertEqual("NOT_FOUND", self.confirm(404, "no id")["errorCode"])
        self.assertEqual("NOT_FOUND", self.confirm(404, "018f0000-0000-7000-8000-000000000000")["errorCode"])
        self.assertEqual("NOT_FOUND", self.confirm(404, begun, "other@shop.example")["errorCode"])
        self.assertEqual("INVALID_CODE", self.confirm(400, begun, code=None)["errorCode"])
        refused = self.wrong(400, begun, "who@shop.example")
        self.assertEqual(("INVALID_CODE", 4), (refused["errorCode"], refused["attemptsRemaining"]))

    def test_five_attempts_and_no_more_also_at_once(self):
        begun = self.begin("guess@shop.example")["verificationId"]
        replies = together(*(lambda: self.server.call("/verify/email/confirm", {"email": "guess@shop.example", "verificationId": begun, "code": "no"})
                             for _ in range(12)))
        self.assertEqual(5, sum(reply.status == 400 for reply in replies))
        self.assertEqual("TOO_MANY_ATTEMPTS", self.wrong(429, begun, "guess@shop.example")["errorCode"])

    def test_a_code_is_good_for_fifteen_minutes(self):
        begun = self.begin("late@shop.example")["verificationId"]
        self.age(begun, 901 * SECOND_MS)
        self.assertEqual("CODE_EXPIRED", self.wrong(400, begun, "late@shop.example")["errorCode"])

    def test_no_code_stands_in_the_database(self):
        self.begin("secret@shop.example")
        stored = self.server.select("SELECT count(*) FROM email_verification WHERE length(code_hash) = 32 AND email_folded = 'secret@shop.example'")
        self.assertEqual("1", stored)

    # ---- lost tokens ----

    def recover(self, email, address=None, status=200):
        return self.ask(status, "/recover-license", address, email=email)

    def test_the_same_is_said_to_everybody(self):
        one = self.server.subscribe()
        self.assertEqual(self.recover("nobody@shop.example"), self.recover(one.email))
        self.assertEqual({"success", "message"}, self.recover(one.email).keys())
        self.assertEqual(0, self.server.mails("license_recovery", "nobody@shop.example"))
        for email in ("", "nobody", None):
            self.assertEqual("Valid email is required", self.recover(email, status=400)["error"])

    def test_mail_goes_to_the_address_on_file(self):
        one = self.server.subscribe("On.File@shop.example")
        self.recover("ON.FILE@SHOP.EXAMPLE")
        self.assertEqual(1, self.server.mails("license_recovery", "On.File@shop.example"))
        self.assertNotIn(one.token, self.server.select(f"SELECT content FROM mail WHERE license_id = {one.key}"))

    def test_nobody_fills_a_mailbox(self):
        one = self.server.subscribe()
        for i in range(9):
            self.recover(one.email)
        self.assertEqual(2, self.server.mails("license_recovery", one.email))  # two an hour for both addresses together
        for i in range(9):
            self.recover(one.email, f"198.51.100.{100 + i}")
        self.assertEqual(3, self.server.mails("license_recovery", one.email))  # three for an address of mail
        self.server.write(f"UPDATE mail_request SET created_at = created_at - {HOUR_MS}")
        self.recover(one.email, "198.51.100.120")
        self.assertEqual(4, self.server.mails("license_recovery", one.email))

    def test_ten_a_day_to_an_address_of_mail(self):
        one = self.server.subscribe()
        for i in range(14):
            self.recover(one.email, f"198.51.101.{i}")
            self.server.write(f"UPDATE mail_request SET created_at = created_at - {HOUR_MS}")
        self.assertEqual(10, self.server.mails("license_recovery", one.email))

    def test_five_an_hour_from_an_address_of_the_network(self):
        subscribers = [self.server.subscribe() for _ in range(7)]
        for one in subscribers:
            self.recover(one.email)
        self.assertEqual(5, sum(self.server.mails("license_recovery", one.email) for one in subscribers))

    def test_many_at_once_are_counted(self):
        one = self.server.subscribe()
        together(*(lambda i=i: self.recover(one.email, f"198.51.102.{i}") for i in range(8)))
        self.assertEqual(3, self.server.mails("license_recovery", one.email))

    # ---- mail once more ----

    def test_the_activation_mail_again(self):
        one = self.server.subscribe()
        for name in ("unlock_token", "unlockToken"):
            self.assertEqual({"success": True}, self.ask(200, "/license/activation-email", email=one.email.upper(), **{name: one.token}))
        self.assertEqual(1, self.server.mails("welcome", one.email))  # once an hour
        self.assertFalse(self.ask(400, "/license/activation-email", email=one.email)["success"])
        self.assertFalse(self.ask(400, "/license/activation-email", unlock_token=one.token)["success"])
        self.assertEqual("Customer not found", self.ask(404, "/license/activation-email", email="no@shop.example", unlock_token=one.token)["error"])
        self.assertEqual("Unlock token mismatch", self.ask(403, "/license/activation-email", email=one.email, unlock_token="POSPAL-X")["error"])

    def test_the_disconnect_mail_needs_the_token(self):
        one = self.server.subscribe()
        self.assertEqual("Missing email", self.ask(400, "/session/disconnect-email")["error"])
        self.assertEqual("Customer not found", self.ask(404, "/session/disconnect-email", email="no@shop.example")["error"])
        for more in ({}, {"unlock_token": "POSPAL-X"}, {"unlockToken": self.server.subscribe().token}):
            self.assertEqual("Unlock token mismatch", self.ask(403, "/session/disconnect-email", email=one.email, **more)["error"])
        self.assertEqual(0, self.server.mails("device_disconnected", one.email))
        for name in ("device_info", "deviceInfo"):
            self.assertEqual({"success": True}, self.ask(200, "/session/disconnect-email", email=one.email, unlockToken=one.token,
                                                         **{name: {"hostname": "Till 1"}}))
        self.assertEqual(1, self.server.mails("device_disconnected", one.email))

    # ---- refunds ----

    def refund(self, status, one, **more):
        return self.ask(status, "/refund-request", **{"email": one.email, "unlockToken": one.token, "reason": "not used", **more})

    def test_a_refund_is_asked_for_once(self):
        one = self.server.subscribe()
        for _ in range(3):
            self.assertEqual({"success", "message"}, self.refund(200, one, details="We closed.\nSorry.", invoiceId="in_1").keys())
        where = f"WHERE license_id = {one.key}"
        self.assertEqual(1, self.server.number(f"SELECT count(*) FROM refund_request {where} AND state = 1"))
        self.assertEqual("not used|We closed. Sorry.|in_1", self.server.select(f"SELECT reason || '|' || details || '|' || provider_invoice FROM refund_request {where}"))
        self.assertEqual(1, self.server.number(f"SELECT count(*) FROM audit WHERE action = 143 AND target = {one.key}"))
        self.assertEqual(1, self.server.number(f"SELECT count(*) FROM mail {where} AND template = 'refund_requested' AND recipient = 'help@acme.example'"))

    def test_a_request_about_another_invoice_is_another_request(self):
        one = self.server.subscribe()
        for invoice in (None, "in_1", "in_2", "in_1", None):
            self.refund(200, one, **({"invoiceId": invoice} if invoice else {}))
        self.assertEqual(3, self.server.number(f"SELECT count(*) FROM refund_request WHERE license_id = {one.key}"))
        for number in range(20):
            self.refund(200, one, invoiceId=f"in_{number}")
        self.assertEqual(12, self.server.number(f"SELECT count(*) FROM refund_request WHERE license_id = {one.key}"))

    def test_a_refund_needs_credentials_and_a_reason(self):
        one = self.server.subscribe()
        for missing in ("email", "unlockToken", "reason"):
            self.assertFalse(self.refund(400, one, **{missing: ""})["success"])
        self.assertEqual("Invalid credentials", self.refund(401, one, unlockToken="POSPAL-X")["error"])
        self.assertEqual(0, self.server.number(f"SELECT count(*) FROM refund_request WHERE license_id = {one.key}"))

    # ---- whether there is a subscription ----

    def test_duplicates(self):
        fresh = self.ask(200, "/check-duplicate", email="new@shop.example")
        self.assertEqual({"isDuplicate", "isReturningCustomer", "message"}, fresh.keys())
        self.assertEqual((False, False), (fresh["isDuplicate"], fresh["isReturningCustomer"]))
        one = self.server.subscribe()
        active = self.ask(200, "/check-duplicate", email=one.email.upper())
        self.assertEqual((True, False, "active", None), tuple(active[n] for n in ("isDuplicate", "isReturningCustomer", "subscriptionStatus", "portalUrl")))
        for condition, status in (("suspend", "inactive"), ("cancel", "cancelled")):
            other = self.server.subscribe()
            getattr(other, condition)()
            found = self.ask(200, "/check-duplicate", email=other.email)
            self.assertEqual((True, True, status), tuple(found[n] for n in ("isDuplicate", "isReturningCustomer", "subscriptionStatus")))
            self.assertNotIn("portalUrl", found)
        late = self.server.subscribe()
        late.end()
        found = self.ask(200, "/check-duplicate", email=late.email)  # over-due counts as active: the portal is where she pays
        self.assertEqual((True, False, "active", None), tuple(found[n] for n in ("isDuplicate", "isReturningCustomer", "subscriptionStatus", "portalUrl")))
        self.server.write(f"UPDATE subscription SET state = 6 WHERE license_id = {late.key}")  # what it was paid for by is gone
        found = self.ask(200, "/check-duplicate", email=late.email)
        self.assertEqual((True, "inactive"), (found["isReturningCustomer"], found["subscriptionStatus"]))
        self.assertEqual({"error": "Valid email is required"}, self.ask(400, "/check-duplicate", email="nobody"))


if __name__ == "__main__":
    main()
