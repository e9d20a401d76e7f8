# SPDX-License-Identifier: Apache-2.0
"""The validator's mail at servers that take it, refuse it, keep it waiting, break off, and are not what they say."""

import email
import email.policy
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import unittest
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vendor"))
from validator import SKIPPED, Validator  # noqa: E402

try:
    from servers import API_KEY, PASSWORD, USER, ApiServer, SmtpServer, make_certificate
except ImportError:
    print("skipped: no aiosmtpd for Python here (Debian: python3-aiosmtpd)")
    sys.exit(SKIPPED)

PROGRAM = None
FAST = ("--mail-timeout-s", "2", "--mail-retry-ms", "200")


class MailTest(unittest.TestCase):
    """A validator for each class, which is started and stopped by the tests; each test has recipients of its own."""

    @classmethod
    def setUpClass(cls):
        cls.validator = Validator(PROGRAM)
        cls.directory = cls.validator.directory
        cls.certificate = make_certificate(cls.directory, "mail")
        cls.stranger = make_certificate(cls.directory, "stranger")
        cls.secret = cls.write_secret("secret", PASSWORD)
        cls.set_value("mail_from", "Acme Κατάστημα <hello@acme.example>")
        cls.set_value("support_email", "help@acme.example")
        cls.servers = []

    @classmethod
    def tearDownClass(cls):
        for server in cls.servers:
            server.close()
        cls.validator.remove()

    def tearDown(self):
        self.validator.stop(signal.SIGKILL)

    @classmethod
    def set_value(cls, name, value):
        cls.validator.command("brand", "set", "--brand", "acme", "--name", name, "--value", value)

    @classmethod
    def write_secret(cls, name, text):
        path = os.path.join(cls.directory, name)
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")
        return path

    @classmethod
    def smtp(cls, mode="starttls", certificate=None, **more):
        server = SmtpServer(mode, certificate or cls.certificate, **more)
        cls.servers.append(server)
        return server

    def settings(self, url, secret=None, user=USER, ca=None):
        words = ["--mail-url", url, "--mail-secret-file", secret or self.secret, "--mail-ca", ca or self.certificate[0]]
        return words + (["--mail-user", user] if user else []) + list(FAST[:2])

    def start(self, server, *words, **more):
        self.validator.start(*self.settings(server.url, **more), *FAST[2:], *words)

    def order(self, recipient, template="reactivated", language="en", due_ms=0):
        """A mail as a use case writes it, without values."""
        made = uuid.UUID(int=(int(time.time() * 1000) << 80) | uuid.uuid4().int & ((1 << 76) - 1) | 7 << 76)
        brand = uuid.UUID(self.validator.brand_id)
        blob = (lambda u: f"'\\x{u.hex}'") if self.validator.database else (lambda u: f"X'{u.hex}'")
        now = int(time.time() * 1000)
        self.execute("INSERT INTO mail (brand_id, id, purpose, template, language, recipient, state, attempts, due_at, held_until, created_at)"
                     f" VALUES ({blob(brand)}, {blob(made)}, 'test:{made}', '{template}', '{language}', '{recipient}', 1, 0, {due_ms or now}, 0, {now})")
        return str(made)

    def execute(self, statement):
        if self.validator.database:
            subprocess.run(["psql", self.validator.database[1], "-qAtXc", statement], check=True)
            return
        database = sqlite3.connect(os.path.join(self.validator.data, "validator.db"), timeout=20)
        with database:
            database.execute(statement)
        database.close()

    def show(self, made):
        return self.validator.command("mail", "show", made)

    def until(self, look, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.05)
        self.fail("it did not happen: " + self.validator.log()[-2000:])

    def becomes(self, made, state, seconds=30):
        self.until(lambda: self.show(made)["state"] == state, seconds)
        return self.show(made)

    def tried(self, made, times=1):
        self.until(lambda: len(self.show(made)["tried"]) >= times)
        return self.show(made)

    def metrics(self):
        return self.validator.ask("GET", "/metrics", key=None).text


class Smtp(MailTest):
    def test_mail_arrives_whole(self):
        server = self.smtp()
        self.start(server)
        made = self.order("maria@taverna.example", "payment_failed", "el-GR")
        shown = self.becomes(made, "sent")
        self.assertEqual([1], [one["number"] for one in shown["tried"]])
        self.assertIn("250 2.0.0 queued as 4711", shown["tried"][0]["answer"])
        (content,) = server.mailbox.of("maria@taverna.example")
        message = email.message_from_bytes(content, policy=email.policy.default)
        self.assertEqual([], message.defects)
        self.assertEqual("multipart/alternative", message.get_content_type())
        self.assertEqual("Acme Κατάστημα", message["From"].addresses[0].display_name)
        self.assertEqual("hello@acme.example", message["From"].addresses[0].addr_spec)
        self.assertEqual("maria@taverna.example", message["To"].addresses[0].addr_spec)
        self.assertEqual("Η πληρωμή σας προς Acme δεν ολοκληρώθηκε", message["Subject"])
        self.assertEqual(f"<{made}@acme.example>", message["Message-ID"])
        self.assertEqual("auto-generated", message["Auto-Submitted"])
        self.assertIsNone(message["List-Unsubscribe"])
        self.assertAlmostEqual(time.time(), message["Date"].datetime.timestamp(), delta=60)
        text, html = message.iter_parts()
        self.assertEqual(("text/plain", "utf-8"), (text.get_content_type(), text.get_content_charset()))
        self.assertIn("Η άδεια χρήσης σας έχει ανασταλεί", text.get_content())
        self.assertIn("help@acme.example", text.get_content())
        self.assertEqual("text/html", html.get_content_type())
        self.assertIn('<html lang="el">', html.get_content())
        self.assertTrue(all(len(line) <= 78 for line in content.split(b"\r\n")))

    def test_implicit_tls(self):
        server = self.smtp("tls")
        self.start(server)
        self.becomes(self.order("ok@tls.example"), "sent")
        self.assertEqual(1, len(server.mailbox.of("ok@tls.example")))

    def test_refusals_are_final_and_delays_are_not(self):
        server = self.smtp()
        self.start(server)
        gone, spam, busy = self.order("gone@a.example"), self.order("spam@a.example"), self.order("busy@a.example")
        drop, slow, fine = self.order("drop@a.example"), self.order("slow@a.example"), self.order("fine@a.example")
        self.assertIn("no such mailbox", self.becomes(gone, "failed")["error"])
        self.assertIn("spam", self.becomes(spam, "failed")["error"])
        for made in (busy, drop, slow, fine):
            self.becomes(made, "sent")
        self.assertEqual(1, len(self.show(gone)["tried"]))
        self.assertEqual(["waiting", "sent"], [one["state"] for one in self.show(busy)["tried"]])
        self.assertIn("451", self.show(busy)["tried"][0]["answer"])
        self.assertEqual("waiting", self.show(drop)["tried"][0]["state"])
        self.assertEqual("waiting", self.show(slow)["tried"][0]["state"])
        for who in ("busy", "drop", "slow", "fine"):
            self.assertEqual(1, len(server.mailbox.of(f"{who}@a.example")), who)
        metrics = self.metrics()
        self.assertIn("pospal_mail_on 1", metrics)
        self.assertIn('pospal_mail_attempts_total{state="sent"} 4', metrics)
        self.assertIn('pospal_mail_attempts_total{state="failed"} 2', metrics)

    def test_a_wrong_password_fails_no_mail(self):
        server = self.smtp()
        wrong = self.write_secret("wrong", "guess-0815")
        self.start(server, secret=wrong)
        made = self.order("ok@password.example")
        shown = self.tried(made)
        self.assertEqual("waiting", shown["state"])
        self.assertRegex(shown["error"], "535|[Ll]ogin")
        self.validator.stop()
        self.assertNotIn("guess-0815", self.validator.log())
        self.start(server)
        self.becomes(made, "sent")
        self.assertNotIn(PASSWORD, self.validator.log())

    def test_a_sender_who_may_not_send_fails_no_mail(self):
        server = self.smtp()
        self.set_value("mail_from", "forbidden@acme.example")
        self.addCleanup(self.set_value, "mail_from", "Acme Κατάστημα <hello@acme.example>")
        self.start(server)
        made = self.order("ok@sender.example")
        self.assertEqual("waiting", self.tried(made)["state"])
        self.set_value("mail_from", "Acme <hello@acme.example>")
        self.becomes(made, "sent")

    def test_a_strangers_certificate_is_not_trusted(self):
        for mode in ("starttls", "tls"):
            server = self.smtp(mode, self.stranger)
            self.start(server)
            made = self.order(f"ok@stranger-{mode}.example")
            self.assertRegex(self.tried(made)["error"], "certificate|SSL")
            self.assertEqual([], server.mailbox.came)
            self.validator.stop(signal.SIGKILL)

    def test_without_tls_nothing_is_sent(self):
        server = self.smtp("plain")
        self.start(server)
        made = self.order("ok@plain.example")
        self.assertRegex(self.tried(made)["error"], "STARTTLS|TLS|SSL")
        self.assertEqual([], server.mailbox.came)
        self.validator.stop()
        self.start(server, "--mail-plain-loopback", "1")
        self.becomes(made, "sent")

    def test_who_is_killed_after_the_servers_word_sends_it_again(self):
        server = self.smtp()
        server.mailbox.at_data = lambda: self.validator.process.send_signal(signal.SIGKILL)
        self.start(server)
        made = self.order("die@kill.example")
        self.until(lambda: self.validator.process.poll() is not None)
        self.validator.stop(signal.SIGKILL)
        self.assertEqual("waiting", self.show(made)["state"])
        self.start(server)
        self.becomes(made, "sent")
        ids = [email.message_from_bytes(one)["Message-ID"] for one in server.mailbox.of("die@kill.example")]
        self.assertEqual([f"<{made}@acme.example>"] * 2, ids)

    def test_a_server_that_is_away_is_waited_for(self):
        server = self.smtp()
        url = server.url
        server.close()
        self.servers.remove(server)
        self.validator.start(*self.settings(url), *FAST[2:])
        mails = [self.order(f"ok{i}@away.example") for i in range(20)]
        self.until(lambda: "the mail server cannot be used" in self.validator.log())
        self.until(lambda: any(self.show(made)["tried"] for made in mails))
        self.validator.stop()
        self.assertLess(sum(len(self.show(made)["tried"]) for made in mails), 40)
        again = self.smtp()
        self.start(again)
        for made in mails:
            self.becomes(made, "sent")

    def test_the_sixth_mail_of_an_hour_waits(self):
        server = self.smtp()
        self.start(server)
        first = [self.order("often@limit.example") for _ in range(5)]
        for made in first:
            self.becomes(made, "sent")
        sixth, code = self.order("OFTEN@limit.example"), self.order("often@limit.example", "machine_switched")
        self.becomes(code, "suppressed")
        self.until(lambda: "held back" in (self.show(sixth).get("error") or ""))
        self.assertEqual(([], "waiting"), (self.show(sixth)["tried"], self.show(sixth)["state"]))
        self.assertEqual(5, len(server.mailbox.of("often@limit.example")))
        self.assertIn("is not sent", self.validator.log())

    def test_a_brands_own_template_goes_before_the_shipped_one(self):
        own = os.path.join(self.directory, "templates")
        os.makedirs(os.path.join(own, "acme", "en"))
        Path(own, "acme", "en", "reactivated.mail").write_text("Subject: Own of {{brand_name}}\n\nWelcome back.\n", encoding="utf-8")
        Path(own, "acme", "en", "renewal_processed.mail").write_text("Subject: Own\n\n{{nothing}}\n", encoding="utf-8")
        server = self.smtp()
        self.start(server, "--mail-templates", own)
        self.becomes(self.order("own@template.example"), "sent")
        self.becomes(self.order("broken@template.example", "renewal_processed"), "sent")
        (content,) = server.mailbox.of("own@template.example")
        self.assertEqual("Own of Acme", email.message_from_bytes(content)["Subject"])
        (content,) = server.mailbox.of("broken@template.example")
        self.assertIn("subscription was renewed", email.message_from_bytes(content)["Subject"])
        self.assertRegex(self.validator.log(), r"renewal_processed\.mail:3: there is no value")
        failed = self.validator.command("mail", "preview", "renewal_processed", "--brand", "acme", "--templates", own, code=2)
        self.assertIn("renewal_processed.mail:3", failed["error"]["detail"])

    def test_one_that_cannot_be_written_is_given_up(self):
        server = self.smtp()
        self.start(server)
        shown = self.becomes(self.order("ok@written.example", "welcome"), "failed")
        self.assertIn("license_key", shown["error"])
        self.assertIn("cannot be written", self.becomes(self.order("a<b@written.example"), "failed")["error"])
        self.assertIn("no template", self.becomes(self.order("b@written.example", "future"), "failed")["error"])
        self.assertEqual([], [to for to, _ in server.mailbox.came if to.endswith("@written.example")])


class Commands(MailTest):
    def test_mail_is_tested_at_once(self):
        server = self.smtp()
        told = self.validator.command("mail", "test", "--brand", "acme", "--to", "you@acme.example", *self.settings(server.url))
        self.assertIn("queued as 4711", told["answer"])
        self.assertEqual(1, len(server.mailbox.of("you@acme.example")))
        wrong = self.write_secret("wrong", "guess-0815")
        for settings, to, said in ((self.settings(server.url, secret=wrong), "you@acme.example", "535|[Ll]ogin"),
                                   (self.settings(server.url, ca=self.stranger[0]), "you@acme.example", "certificate"),
                                   (self.settings(server.url), "gone@acme.example", "no such mailbox")):
            failed = self.validator.command("mail", "test", "--brand", "acme", "--to", to, *settings, code=1)
            self.assertRegex(failed["error"]["detail"], said)
            self.assertNotIn("guess-0815", failed["error"]["detail"])

    def test_settings_that_cannot_be_are_refused(self):
        os.chmod(self.write_secret("open", "x"), 0o644)
        for words, said in ((["--mail-url", "ftp://x"], "smtps://"), (["--mail-url", "smtp://u:p@x"], "mail_user"),
                            (["--mail-url", "http://x", "--mail-secret-file", self.secret], "https://"),
                            (["--mail-url", "https://x"], "mail_secret_file"), (["--mail-url", "smtp://x", "--mail-user", "u"], "mail_secret_file"),
                            (["--mail-url", "smtp://x", "--mail-secret-file", os.path.join(self.directory, "none")], "cannot be read"),
                            (["--mail-url", "smtp://x", "--mail-secret-file", os.path.join(self.directory, "open")], "chmod")):
            done = subprocess.run([PROGRAM, "serve", "--data", self.validator.data, *self.validator.database, "--listen", "127.0.0.1:0", *words],
                                  capture_output=True, text=True, timeout=30, check=False)
            self.assertNotEqual(0, done.returncode)
            self.assertIn(said, done.stderr)

    def test_the_log_of_mail(self):
        made = self.order("list@log.example")
        other = self.order("other@log.example")
        mails = self.validator.command("mail", "list", "--brand", "acme", "--to", "LIST@log.example")["mails"]
        self.assertEqual([(made, "waiting", "reactivated")], [(one["id"], one["state"], one["template"]) for one in mails])
        self.assertEqual({made, other}, {one["id"] for one in self.validator.command("mail", "list", "--brand", "acme", "--state", "waiting")["mails"]})
        self.assertEqual([], self.validator.command("mail", "list", "--brand", "acme", "--state", "sent")["mails"])
        self.assertEqual([made], [one["id"] for one in self.validator.command("mail", "list", "--brand", "acme", "--before", other)["mails"]])
        self.validator.command("mail", "list", "--brand", "acme", "--state", "lost", code=2)
        self.validator.command("mail", "show", str(uuid.uuid4()), code=3)
        self.validator.command("mail", "show", "nothing", code=2)

    def test_a_preview_is_what_is_sent(self):
        for language, word in (("en", "Hello"), ("el", "Γεια")):
            shown = self.validator.command("mail", "preview", "welcome", "--brand", "acme", "--language", language)
            self.assertIn(word, shown["text"])
            self.assertIn(word, shown["html"])
        whole = subprocess.run([PROGRAM, "mail", "preview", "renewal_reminder", "--brand", "acme", "--message", "--data", self.validator.data,
                                *self.validator.database], capture_output=True, check=True).stdout
        message = email.message_from_bytes(whole, policy=email.policy.default)
        self.assertEqual([], message.defects)
        self.assertEqual("<mailto:help@acme.example?subject=unsubscribe>", message["List-Unsubscribe"])
        self.assertEqual("Μαρία Παπαδοπούλου", message["To"].addresses[0].display_name)
        self.validator.command("mail", "preview", "nothing", "--brand", "acme", code=3)

    def test_without_a_server_mail_waits_and_is_told_of(self):
        self.validator.start()
        made = self.order("ok@nowhere.example")
        self.until(lambda: re.search(r"pospal_mail_waiting [1-9]", self.metrics()))
        self.assertIn("pospal_mail_on 0", self.metrics())
        self.assertEqual([], self.show(made)["tried"])


class Api(MailTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls.write_secret("key", API_KEY)
        cls.api = ApiServer()
        cls.servers.append(cls.api)
        cls.plain = ("--mail-plain-loopback", "1")

    def test_mail_goes_as_json(self):
        self.start(self.api, *self.plain, secret=self.key, user=None)
        made = self.order("maria@api.example", "payment_failed", "el")
        shown = self.becomes(made, "sent")
        ((headers, body),) = self.api.of("maria@api.example")
        self.assertEqual(made, headers["Idempotency-Key"])
        self.assertEqual("Acme Κατάστημα <hello@acme.example>", body["from"])
        self.assertEqual("Η πληρωμή σας προς Acme δεν ολοκληρώθηκε", body["subject"])
        self.assertIn("Η άδεια χρήσης", body["text"])
        self.assertIn('<html lang="el">', body["html"])
        self.assertEqual(f"<{made}@acme.example>", body["headers"]["Message-ID"])
        self.assertRegex(shown["provider_id"], "^49a3999c-")

    def test_answers_are_understood(self):
        self.start(self.api, *self.plain, secret=self.key, user=None)
        gone, busy, broken = self.order("gone@api.example"), self.order("busy@api.example"), self.order("broken@api.example")
        self.assertIn("422 Invalid `to` field.", self.becomes(gone, "failed")["error"])
        for made in (busy, broken):
            self.assertEqual(["waiting", "sent"], [one["state"] for one in self.becomes(made, "sent")["tried"]])

    def test_a_wrong_key_fails_no_mail(self):
        wrong = self.write_secret("wrong", "re_wrong")
        self.start(self.api, *self.plain, secret=wrong, user=None)
        made = self.order("ok@key.example")
        self.assertIn("403", self.tried(made)["error"])
        self.validator.stop()
        self.start(self.api, *self.plain, secret=self.key, user=None)
        self.becomes(made, "sent")
        self.assertNotIn(API_KEY, self.validator.log())
        self.assertNotIn("re_wrong", self.validator.log())


class Gone(BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(410)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Webhooks(MailTest):
    def test_a_webhook_that_is_switched_off_is_mailed_to_the_brand(self):
        receiver = ThreadingHTTPServer(("127.0.0.1", 0), Gone)
        Thread(target=receiver.serve_forever, daemon=True).start()
        self.addCleanup(receiver.server_close)
        self.addCleanup(receiver.shutdown)
        server = self.smtp()
        self.start(server, "--webhook-allow", "127.0.0.0/8")
        url = f"http://127.0.0.1:{receiver.server_port}/hook"
        hook = self.validator.ask("POST", "/api/v1/brand/webhooks", {"url": url}).json
        self.validator.ask("POST", f"/api/v1/brand/webhooks/{hook['id']}/test", {})
        self.until(lambda: server.mailbox.of("help@acme.example"))
        (content,) = server.mailbox.of("help@acme.example")
        text = email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",)).get_content()
        self.assertIn(url, text)
        self.assertIn("410", text)
        (mail,) = self.validator.command("mail", "list", "--brand", "acme")["mails"]
        again = self.validator.command("mail", "resend", mail["id"])["id"]
        self.assertNotEqual(mail["id"], again)
        self.becomes(again, "sent")
        self.assertEqual(2, len(server.mailbox.of("help@acme.example")))


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=1, warnings="ignore")
