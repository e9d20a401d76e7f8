# SPDX-License-Identifier: Apache-2.0
"""A bad day's network: a receiver of webhooks that fails half the time, and clients that lose replies and ask again until they have one."""

import http.client
import json
import threading
from collections import Counter

from receiver import Receiver
from validator import RECORD, Reply


class FailingReceiver(Receiver):
    """Every other message to a path fails, in one of four ways, but none more than four times; of a lost one only the answer is lost."""

    STATUS = {"taken": 204, "refused": 500, "busy": 503}  # the others end the connection without an answer

    def __init__(self, random):
        self.random = random
        self.failed = Counter()
        self.came = Counter()
        self.ids = {}  # of each path: those that were taken up
        super().__init__()

    def take(self, handler, message):
        with self.changed:
            self.came[message.path] += 1
            fails = self.came[message.path] % 2 == 1 and self.failed[message.id] < 4
            how = self.random.choice(("refused", "busy", "closed", "lost")) if fails else "taken"
            self.failed[message.id] += fails
            self.messages.append(message)
            if how in ("taken", "lost"):
                self.accepted.append(message)
                self.ids.setdefault(message.path, set()).add(message.id)
            self.changed.notify_all()
        if how not in self.STATUS:
            handler.close_connection = True
            return
        handler.send_response(self.STATUS[how])
        handler.send_header("Content-Length", "0")
        handler.end_headers()


class Line:
    """Where the server is, which may be killed and come back elsewhere; and what was asked of each of its processes."""

    def __init__(self, server):
        self.server = server
        self.is_up = threading.Event()
        self.lock = threading.Lock()
        self.life = 0
        self.asked, self.answered, self.cuts, self.replays = Counter(), Counter(), 0, 0

    def start(self, *words):
        self.server.start(*words)
        self.life += 1
        self.is_up.set()

    def kill(self, how):
        self.is_up.clear()
        return self.server.stop(how)


class Client:
    """One thread's connection to the server."""

    TRIES = 50

    def __init__(self, line, random):
        self.line, self.random, self.connection, self.life = line, random, None, 0

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def connect(self):
        assert self.line.is_up.wait(120), "the server did not come back"
        if self.connection is None or self.life != self.line.life:
            self.close()
            self.life = self.line.life
            self.connection = http.client.HTTPConnection("127.0.0.1", self.line.server.port, timeout=60)
        return self.connection

    def once(self, method, path, text, headers, cut):
        """The reply; None where the connection was cut: at once, or as soon as there is a reply, before it is read."""
        connection = self.connect()
        route = path.split("?")[0]
        with self.line.lock:
            self.line.asked[self.life, method, route] += 1
        connection.request(method, path, text, headers)
        if cut:
            if cut == "late":
                connection.sock.recv(1)
            self.close()
            with self.line.lock:
                self.line.cuts += 1
            return None
        reply = Reply(connection.getresponse())
        with self.line.lock:
            self.line.answered[self.life, method, route, reply.status] += 1
        return reply

    def ask(self, method, path, body=None, key=None, once=None, headers=None):
        """The reply, after however many tries. once: the Idempotency-Key; without one no request is left behind that may still be done."""
        text = None if body is None else json.dumps(body)
        sent = {**(headers or {}), **({"X-API-Key": key} if key else {}), **({"Idempotency-Key": once} if once else {}),
                **({"Content-Type": "application/json"} if text else {})}
        for _ in range(self.TRIES):
            cut = self.random.random() < 0.1 and self.random.choice(("late", "early" if once else "late"))
            try:
                reply = self.once(method, path, text, sent, cut)
            except (OSError, http.client.HTTPException):
                self.close()
                continue
            if reply is not None and reply.status not in (429, 503):
                return self.examined((method, path, sent, text), reply)
        raise AssertionError(f"{method} {path}: no reply")

    def examined(self, asked, reply):
        """A tenth of all is held against the contract."""
        if self.random.random() < 0.1:
            RECORD.add(asked, reply, reply.status < 400)
        return reply

    def ask_twice(self, method, path, body, key, once, headers=None):
        """A write whose repetition has the same reply, which is tried now and then."""
        reply = self.ask(method, path, body, key, once, headers)
        if reply.status < 400 and self.random.random() < 0.1:
            again = self.ask(method, path, body, key, once, headers)
            assert (again.status, again.text, again.headers["Idempotency-Replayed"]) == (reply.status, reply.text, "true"), again.text
            with self.line.lock:
                self.line.replays += 1
        return reply
