# SPDX-License-Identifier: Apache-2.0
"""A restaurant's year: trial, checkout, activation, a second till, daily validations, a failed payment, a new computer, cancellation and its
reversal, a refund, a dispute. The clock is the test's; the provider's events come late, twice and out of order throughout."""

import hashlib
import os
import re
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vendor"))

from mailbox import Mailbox  # noqa: E402
from provider import PRICE, Provider  # noqa: E402
from validator import VendorTest, main  # noqa: E402

DAY = 86400
HOST = "licensing.taverna.example"
EMAIL = "maria@taverna.example"


def hardware_id(machine):
    """What a till says of its machine."""
    return hashlib.sha256(f"{machine}|Unknown|Unknown|Unknown".encode()).hexdigest()


class Year(VendorTest):
    @classmethod
    def prepare(cls):
        server = cls.server
        cls.mailbox = Mailbox()
        cls.provider = Provider(server.now, seed=int(os.environ.get("POSPAL_YEAR_SEED", "7")))
        cls.arguments = ("--refusals-per-minute", "0", "--mail-url", cls.mailbox.url, "--mail-secret-file", cls.secret("re_mail"),
                         "--mail-plain-loopback", "1", "--mail-retry-ms", "200", "--billing-reconcile-minutes", "0")
        server.add_product("till", "--key-prefix", "POSPAL", "--key-group", "4", "--sessions", "1", "--trial-days", "30")
        server.command("facade", "bind", "--host", HOST, "--brand", "acme", "--product", "till")
        for name, value in (("mail_from", "POSPal <hello@acme.example>"), ("support_email", "help@acme.example"),
                            ("website", "https://taverna.example"), ("stripe_price", PRICE["id"]), ("stripe_api", cls.provider.url)):
            server.command("brand", "set", "--brand", "acme", "--name", name, "--value", value)
        for name, value in (("stripe_secret_key", "sk_test_of_the_year"), ("stripe_webhook_secrets", cls.provider.secret)):
            server.command("brand", "set", "--brand", "acme", "--name", name, "--file", cls.secret(value))

    @classmethod
    def secret(cls, value):
        path = os.path.join(cls.server.directory, value)
        Path(path).write_text(value + "\n", encoding="utf-8")
        os.chmod(path, 0o600)
        return path

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.provider.close()
        cls.mailbox.close()

    # ---- the words of the story ----

    def api(self, path, body, status=200):
        reply = self.server.ask("POST", path, body, key=None, headers={"Host": HOST}, in_order=False)
        self.assertEqual(status, reply.status, f"{path}: {reply.text}")
        return reply

    def credentials(self):
        return {"email": EMAIL, "token": self.token}

    def validate(self, machine, status=200):
        reply = self.api("/validate-unified", {"operation": "validate", "credentials": self.credentials(),
                                               "device": {"machineFingerprint": hardware_id(machine), "deviceInfo": {"hostname": machine}}}, status)
        return reply.json

    def session(self, action, machine, session, status=200):
        body = {"operation": "session", "action": action, "credentials": {**self.credentials(), "sessionId": session},
                "device": {"machineFingerprint": hardware_id(machine), "deviceInfo": {"hostname": machine}}}
        return self.api("/validate-unified", body, status).json

    def mail(self, subject):
        """The next one; its text."""
        mail = self.mailbox.next()
        self.assertRegex(mail["subject"], subject)
        self.assertEqual([EMAIL], [address.lower() for address in mail["to"]])
        return mail["text"]

    def no_mail(self):
        waiting = self.server.command("mail", "list", "--brand", "acme", "--state", "waiting")
        self.assertEqual([], waiting["mails"])
        self.assertEqual([], [mail["subject"] for mail in self.mailbox.mails])

    def status(self):
        (one,) = self.ask(200, "GET", "/api/v1/brand/licenses", email=EMAIL).json
        return one["status"]

    def verify(self):
        """That the address is hers, by the code in the mail."""
        begun = self.api("/verify/email/start", {"email": EMAIL}).json
        code = re.search(r"\b(\d{6})\b", self.mail("code"))[1]
        body = {"email": EMAIL, "verificationId": begun["verificationId"], "code": code}
        return self.api("/verify/email/confirm", body).json["verificationToken"]

    # ---- the story ----

    def test_a_year(self):
        self.provider.target = (self.server.port, HOST)
        self.spring()
        self.summer()
        self.autumn()
        self.winter()
        self.books()

    def spring(self):
        """A trial, then a purchase on its last day."""
        trial = self.api("/trial/register", {"hardwareId": hardware_id("till-1")}).json
        self.assertEqual((30, "active"), (trial["daysLeft"], trial["status"]))
        self.server.pass_time(29 * DAY)
        self.assertEqual(1, self.api("/trial/status", {"hardwareId": hardware_id("till-1")}).json["daysLeft"])

        self.assertFalse(self.api("/check-duplicate", {"email": EMAIL}).json["isDuplicate"])
        buyer = {"restaurantName": "Taverna Maria", "name": "Μαρία Παπαδοπούλου", "email": EMAIL}
        checkout = self.api("/create-checkout-session", {**buyer, "verificationToken": self.verify()}).json
        self.assertIn("https://checkout.example", checkout["checkoutUrl"])

        self.subscription, events = self.provider.pay_checkout(checkout["sessionId"], EMAIL.title(), buyer["name"])
        self.provider.storm(*events)
        welcome = self.mail("key|κλειδ")
        self.token = re.search(r"POSPAL(-[0-9A-Z]+)+", welcome)[0]
        self.assertIn("Μαρία", welcome)

        instant = {"email": EMAIL, "stripeSessionId": checkout["sessionId"], "machineFingerprint": hardware_id("till-1")}
        self.assertEqual(self.token, self.api("/instant-validate", instant).json["unlockToken"])
        other = {**instant, "machineFingerprint": hardware_id("thief")}
        self.assertFalse(self.api("/instant-validate", other).json["valid"])  # another machine
        self.server.pass_time(DAY)
        self.assertFalse(self.api("/instant-validate", other).json["valid"])  # and a day later
        twice = self.api("/create-checkout-session", {**buyer, "verificationToken": self.verify()}, 409).json
        self.assertEqual("customer-portal", twice["redirectTo"])
        self.no_mail()

    def summer(self):
        """Daily work, a second till, renewals."""
        first = self.validate("till-1")
        self.assertEqual((False, "active", 900, "conservative"), (first["session"]["machineChanged"], first["subscription"]["status"],
                                                                  first["caching"]["duration"], first["caching"]["strategy"]))
        for wait, duration in ((0, 3600), (3599, 3600), (3600, 1800), (DAY - 1, 1800), (DAY, 900)):
            self.server.pass_time(wait)
            self.assertEqual(duration, self.validate("till-1")["caching"]["duration"], wait)

        self.assertTrue(self.session("start", "till-1", "session_1_aaaaaaaaa")["session"]["allowed"])
        conflict = self.session("start", "till-2", "session_2_bbbbbbbbb", 409)
        self.assertEqual(("SESSION_CONFLICT", "till-1"), (conflict["error"]["code"], conflict["conflictInfo"]["deviceInfo"]["hostname"]))
        self.assertTrue(self.session("takeover", "till-2", "session_2_bbbbbbbbb")["session"]["takeover"])
        self.session("heartbeat", "till-1", "session_1_aaaaaaaaa", 404)
        for _ in range(4):
            self.server.pass_time(30)
            self.session("heartbeat", "till-2", "session_2_bbbbbbbbb")
        self.server.stop(signal.SIGKILL)  # the server's own bad day
        self.server.start(*self.arguments)
        self.provider.target = (self.server.port, HOST)
        self.session("heartbeat", "till-2", "session_2_bbbbbbbbb")
        self.session("end", "till-2", "session_2_bbbbbbbbb")
        self.assertTrue(self.session("start", "till-1", "session_3_ccccccccc")["session"]["allowed"])
        for _ in range(2):
            self.mail("another computer")  # to the one that took over, and back

        for _ in range(3):
            self.server.pass_time(self.subscription["current_period_end"] - self.server.now() - 4 * DAY)
            self.assertIn("20.00", self.mail("renews on").replace(",", "."))
            self.validate("till-1")
            self.server.pass_time(4 * DAY)
            self.provider.storm(*self.provider.renew(self.subscription))
            self.mail("[Rr]enew")
            self.assertEqual("active", self.validate("till-1")["subscription"]["status"])

    def autumn(self):
        """A payment fails, and the till stops at once; it is paid, and goes on at once. Then a new computer."""
        self.server.pass_time(self.subscription["current_period_end"] - self.server.now())
        invoice, events = self.provider.fail(self.subscription)
        self.provider.storm(*events)
        self.mail_among("[Pp]ayment")
        self.assertEqual("suspended", self.status())
        refused = self.validate("till-1", 403)
        self.assertEqual("SUBSCRIPTION_INACTIVE", refused["error"]["code"])
        self.session("start", "till-1", "session_4_ddddddddd", 401)
        old = self.api("/validate", {**self.credentials(), "machineFingerprint": hardware_id("till-1")}).json
        self.assertEqual((True, False), (old["valid"], old["active"]))

        self.server.pass_time(2 * DAY)
        self.provider.storm(*self.provider.pay_late(self.subscription, invoice))
        self.mail_among("works again")
        self.assertEqual("valid", self.status())
        self.assertTrue(self.validate("till-1")["validation"]["valid"])

        changed = self.validate("new-computer")
        self.assertTrue(changed["session"]["machineChanged"])
        self.mail_among("[Cc]omputer")
        self.assertFalse(self.validate("new-computer")["session"]["machineChanged"])

    def mail_among(self, subject):
        """One of that subject, and no second one."""
        for _ in range(10):
            mail = self.mailbox.next()
            if re.search(subject, mail["subject"]):
                return mail["text"]
        raise AssertionError(f"no mail like {subject}")

    def winter(self):
        """Cancelled for the period's end, taken back, refunded, disputed, won, and ended at last."""
        self.provider.storm(*self.provider.cancel_later(self.subscription))
        self.mail_among("[Cc]ancel")
        self.assertTrue(self.validate("new-computer")["validation"]["valid"])  # paid until the end
        self.server.pass_time(3 * DAY)
        self.provider.storm(*self.provider.cancel_later(self.subscription, False))
        self.mail_among("goes on")
        self.assertTrue(self.validate("new-computer")["validation"]["valid"])

        charge = list(self.provider.things["charges"].values())[-1]
        asked = self.api("/refund-request", {"email": EMAIL, "unlockToken": self.token, "reason": "closed for renovation", "details": "two weeks"}).json
        self.assertTrue(asked["success"])
        (request,) = self.server.command("refund", "list", "--brand", "acme", "--state", "pending")["requests"]
        self.assertEqual("closed for renovation", request["reason"])
        self.server.command("refund", "reject", request["request_id"], "--brand", "acme", "--note", "a voucher was sent")

        self.provider.storm(*self.provider.dispute(charge, "needs_response", "charge.dispute.created"))
        self.assertEqual("suspended", self.status())
        self.validate("new-computer", 403)
        self.provider.storm(*self.provider.dispute(charge, "won", "charge.dispute.closed"))
        self.assertEqual("valid", self.status())

        self.provider.refund({"charge": charge["id"]})
        self.provider.storm(self.provider.happen("charge.refunded", charge, False))
        self.assertEqual("suspended", self.status())
        self.server.pass_time(self.subscription["current_period_end"] - self.server.now())
        self.provider.storm(*self.provider.renew(self.subscription))
        self.assertEqual("valid", self.status())
        self.provider.storm(*self.provider.end(self.subscription))
        self.assertEqual("cancelled", self.status())
        self.validate("new-computer", 403)

    def books(self):
        """Every event again, a whole year of them: nothing moves."""
        before = [self.server.select(f"SELECT count(*) FROM {table}") for table in ("payment", "license", "customer", "subscription", "mail")]
        for event in self.provider.sent:
            self.assertEqual(200, self.provider.send(event)[0])
        after = [self.server.select(f"SELECT count(*) FROM {table}") for table in ("payment", "license", "customer", "subscription", "mail")]
        self.assertEqual(before, after)
        self.assertEqual("cancelled", self.status())
        invoices = self.provider.things["invoices"].values()
        self.assertEqual(str(sum(one["amount_paid"] for one in invoices)), self.server.select("SELECT sum(amount) FROM payment"))
        self.assertEqual(str(sum(one["amount_refunded"] for one in self.provider.things["charges"].values())),
                         self.server.select("SELECT sum(refunded) FROM payment"))
        self.assertEqual(["2", "1", "1"], before[1:4])  # a license of the trial, and the one that was bought
        self.assertEqual("0", self.server.select("SELECT count(*) FROM inbound_event WHERE state NOT IN (2, 4)"))
        self.server.stop()
        self.assertEqual(True, self.server.command("audit", "verify", "--brand", "acme").get("intact", True))


if __name__ == "__main__":
    main()
