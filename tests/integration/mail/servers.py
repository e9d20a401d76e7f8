# SPDX-License-Identifier: Apache-2.0
"""Mail servers for the tests: SMTP by aiosmtpd, and an API that speaks the shapes that Resend documents. Each on a free port of this machine; what
they do is decided by the recipient's name."""

import asyncio
import json
import logging
import ssl
import subprocess
import threading
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.smtp import SMTP, AuthResult

warnings.simplefilter("ignore")
logging.disable(logging.ERROR)

USER, PASSWORD, API_KEY = "till@acme.example", "pass word-4711", "re_test_4711"


def make_certificate(directory, name):
    """A certificate for 127.0.0.1 that is its own authority: (certificate, key)."""
    certificate, key = f"{directory}/{name}.pem", f"{directory}/{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


class Moody(SMTP):
    """Breaks the line in the middle of a message, once for each recipient that is called drop."""

    async def smtp_DATA(self, arg):
        recipient = (self.envelope.rcpt_tos or [""])[0]
        if recipient.startswith("drop") and self.event_handler.first_time(recipient):
            await self.push("354 go on")
            await self._reader.read(10)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Mailbox:
    """What came, and how the server behaves."""

    def __init__(self):
        self.came = []  # (recipient, bytes)
        self.seen = set()
        self.at_data = None  # called before a message to "die" is answered
        self.lock = threading.Lock()

    def first_time(self, what):
        with self.lock:
            known = what in self.seen
            self.seen.add(what)
            return not known

    def of(self, recipient):
        with self.lock:
            return [content for to, content in self.came if to == recipient]

    def authenticate(self, server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode()) if hasattr(data, "login") else None
        return AuthResult(success=given == (USER, PASSWORD), handled=False)

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("forbidden"):
            return "550 5.7.1 you may not send as that"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("busy") and self.first_time(address):
            return "451 4.7.1 greylisted, come back"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        recipient = envelope.rcpt_tos[0]
        if recipient.startswith("slow") and self.first_time(recipient):
            await asyncio.sleep(4)
            return "451 too late"
        if recipient.startswith("spam"):
            return "554 5.6.0 that looks like spam"
        with self.lock:
            self.came.append((recipient, envelope.original_content))
        if recipient.startswith("die") and self.first_time(recipient):
            self.at_data()
        return "250 2.0.0 queued as 4711"


class SmtpServer:
    """mode: "starttls", "tls" (from the first byte on), "plain"."""

    def __init__(self, mode, certificate=None, needs_password=True):
        self.mailbox = Mailbox()
        context = None
        if mode != "plain":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
        options = {"hostname": "mail.test", "tls_context": context if mode == "starttls" else None, "require_starttls": mode == "starttls"}
        if needs_password:
            options.update(authenticator=self.mailbox.authenticate, auth_required=True, auth_require_tls=mode == "starttls")
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(self.loop.create_server(
            lambda: Moody(self.mailbox, loop=self.loop, **options), "127.0.0.1", 0, ssl=context if mode == "tls" else None))
        self.port = self.server.sockets[0].getsockname()[1]
        self.url = f"{'smtps' if mode == 'tls' else 'smtp'}://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)


class ApiServer:
    """POST /emails: {"id": ...}, or {"statusCode", "name", "message"}."""

    def __init__(self):
        outer = self
        self.came = []  # (headers, body)
        self.by_key = {}
        self.lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, body):
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with outer.lock:
                    self.answer(*outer.judge(self.path, dict(self.headers), body))

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def judge(self, path, headers, body):
        to = body.get("to", [""])[0]
        earlier = len([1 for _, known in self.came if known.get("to") == body.get("to")])
        self.came.append((headers, body))
        if path != "/emails":
            return 404, {"statusCode": 404, "name": "not_found", "message": "The requested endpoint does not exist."}
        if headers.get("Authorization") != f"Bearer {API_KEY}":
            return 403, {"statusCode": 403, "name": "invalid_api_key", "message": "API key is invalid."}
        if not {"from", "to", "subject"} <= set(body) or to.startswith("gone"):
            return 422, {"statusCode": 422, "name": "validation_error", "message": "Invalid `to` field."}
        if to.startswith("busy") and not earlier:
            return 429, {"statusCode": 429, "name": "rate_limit_exceeded", "message": "Too many requests."}
        if to.startswith("broken") and not earlier:
            return 500, {"statusCode": 500, "name": "internal_server_error", "message": "An unexpected error occurred."}
        key = headers.get("Idempotency-Key")
        known = self.by_key.setdefault(key, (body, f"49a3999c-0ce1-4ea6-ab68-{len(self.by_key):012d}"))
        if known[0] != body:
            return 409, {"statusCode": 409, "name": "invalid_idempotent_request", "message": "Same key, different payload."}
        return 200, {"id": known[1]}

    def of(self, recipient):
        with self.lock:
            return [(headers, body) for headers, body in self.came if body.get("to") == [recipient]]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
