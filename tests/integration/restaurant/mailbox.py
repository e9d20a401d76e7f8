# SPDX-License-Identifier: Apache-2.0
"""A mail service with an HTTP API, POST /emails, that keeps what it is given for the test to read."""

import http.server
import json
import threading


class Mailbox:
    def __init__(self):
        mailbox = self
        self.changed = threading.Condition()
        self.mails = []
        self.words = set()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                mailbox.take(body, self.headers.get("Idempotency-Key"))
                text = b'{"id":"49a3999c-0ce1-4ea6-ab68-afcd6dc2e794"}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def take(self, mail, word):
        with self.changed:
            if word not in self.words:  # the service knows what it was given already
                self.words.add(word)
                self.mails.append(mail)
            self.changed.notify_all()

    def next(self, seconds=20):
        """The one mail that is new; AssertionError if there is none, or more."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.mails, seconds), "no mail came"
            mail = self.mails.pop(0)
            return mail

    def close(self):
        self.server.shutdown()
        self.server.server_close()
