# SPDX-License-Identifier: Apache-2.0
"""recorder.py SERVER RECORD: stands between devices and the server at that URL, and writes what goes to and fro for tests/node, which holds it
against the contract. Its first line is its own URL. What is answered well was meant to be in order; what the server refuses need not be."""

import http.client
import http.server
import json
import sys
import threading
from urllib.parse import urlsplit

PATIENCE_S = 30
OF_ONE_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length")


class Recorder(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, server, record):
        super().__init__(("127.0.0.1", 0), Exchange)
        self.upstream = urlsplit(server).netloc
        self.record = record
        self.lock = threading.Lock()

    def write(self, line):
        with self.lock:
            self.record.write(json.dumps(line) + "\n")
            self.record.flush()

    def handle_error(self, request, client_address):
        pass  # a device that is killed, or does not wait


class Exchange(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size) if size else None
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=PATIENCE_S)
        try:
            upstream.request(self.command, self.path, body, dict(self.headers))
            reply = upstream.getresponse()
            text = reply.read()
        finally:
            upstream.close()
        self.server.write({"test": "a device", "method": self.command, "path": self.path, "in_order": reply.status < 400,
                           "request": self.side(self.headers, body), "reply": {"status": reply.status, **self.side(reply.headers, text)}})
        self.send_response_only(reply.status, reply.reason)
        for name, value in reply.headers.items():
            if name.lower() not in OF_ONE_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET

    def side(self, headers, body):
        return {"headers": {name.lower(): value for name, value in headers.items()}, "body": None if body is None else body.decode("utf-8", "replace")}

    def log_message(self, *words):
        pass


def main(server, path):
    with open(path, "w", encoding="utf-8") as record:
        recorder = Recorder(server, record)
        print(f"http://127.0.0.1:{recorder.server_port}", flush=True)
        recorder.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
