# SPDX-License-Identifier: Apache-2.0
"""A vendor's end of webhooks, good and bad: a real HTTP server that remembers what came. How it answers is in the path: /ok, /half (every other
request fails), /slow, /redirect, /close, /gone, /big."""

import base64
import hashlib
import hmac
import http.server
import json
import ssl
import threading
import time


class Message:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body
        self.id = headers["webhook-id"]
        self.json = json.loads(body)
        self.at = time.monotonic()

    def fits(self, secret):
        """Whether one of the signatures is by that secret: Standard Webhooks, with Python's own HMAC."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = b".".join((self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body))
        made = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        return made in self.headers["webhook-signature"].split(" ")


class Receiver:
    def __init__(self, certificate=None):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(self, Message(self.path, self.headers, body))

            def log_message(self, *words):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            def handle_error(self, *words):
                pass  # who sends is killed in the middle, too

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        self.changed = threading.Condition()
        self.messages = []
        self.accepted = []
        self.release = threading.Event()
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def url(self, path):
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}{path}"

    def take(self, handler, message):
        with self.changed:
            self.messages.append(message)
            seen = sum(one.path == message.path for one in self.messages)
            self.changed.notify_all()
        how = message.path.split("/")[1]
        status = {"half": 500 if seen % 2 else 200, "redirect": 302, "gone": 410, "bad": 503}.get(how, 200)
        if how == "slow":
            self.release.wait(20)
        if how == "close":
            handler.close_connection = True
            return
        text = b"x" * 200000 if how == "big" else b"thank you \xff\n"
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(text)))
        if how == "redirect":
            handler.send_header("Location", self.url("/ok/redirected"))
        handler.end_headers()
        try:
            handler.wfile.write(text)
        except OSError:
            return
        if status == 200:
            with self.changed:
                self.accepted.append(message)
                self.changed.notify_all()

    def wait(self, condition, seconds=30):
        """Until condition() of what came; AssertionError otherwise."""
        with self.changed:
            assert self.changed.wait_for(condition, seconds), f"{len(self.messages)} messages, {len(self.accepted)} accepted"

    def of(self, path, accepted=True):
        return [one for one in (self.accepted if accepted else self.messages) if one.path == path]

    def close(self):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()
