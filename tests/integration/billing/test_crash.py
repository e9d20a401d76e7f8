# SPDX-License-Identifier: Apache-2.0
"""The server is killed at each step of an event, and another goes on: at the end it was done once, and the books are exact."""

import signal
import threading
import time

from till import TillTest, main


class Crash(TillTest):
    def kill(self):
        self.server.stop(signal.SIGKILL)

    def again(self):
        if self.server.database:  # others may work on it, so what the dead one held is free after a minute: let it be over
            self.server.write("UPDATE inbound_event SET held_until = 0 WHERE state = 1")
        self.server.start(*self.arguments)

    def deliver_quietly(self, event):
        try:
            return self.server.deliver(event).status
        except OSError:
            return 0

    def in_the_middle(self, event):
        """Kills the server while it waits for the provider."""
        self.stripe.act("trouble", hang="/v1/")
        before = len(self.stripe.act("asked"))
        sender = threading.Thread(target=self.deliver_quietly, args=(event,))
        sender.start()
        end = time.monotonic() + 20
        while len(self.stripe.act("asked")) == before:
            self.assertLess(time.monotonic(), end, "the provider is not asked")
            time.sleep(0.01)
        self.kill()
        sender.join()
        self.stripe.act("trouble")

    def check(self, email, events):
        self.assertEqual(1, len(self.server.licenses(email)))
        self.assertEqual("active", self.status(email))
        self.assertEqual(1, self.server.mails("welcome", email))
        books = self.stripe.act("books")
        self.assertEqual(books["paid"], self.server.number("SELECT coalesce(sum(amount), 0) FROM payment WHERE state <> 1"))
        self.assertEqual(0, self.server.number("SELECT count(*) FROM inbound_event WHERE state = 1"))
        if events:
            self.assertEqual(len(events), self.server.number(f"SELECT count(*) FROM inbound_event WHERE event_id IN ({', '.join(repr(e['id']) for e in events)})"))

    def test_before_it_came(self):
        email = self.email()
        events = self.stripe.act("buy", email=email)
        self.kill()
        self.assertEqual(0, self.deliver_quietly(events[-1]))
        self.again()
        self.deliver(events)
        self.check(email, events)

    def test_while_the_provider_is_waited_for_and_the_provider_sends_again(self):
        email = self.email()
        events = self.stripe.act("buy", email=email)
        self.in_the_middle(events[-1])
        self.again()
        self.deliver(events)
        self.server.wait("SELECT count(*) FROM inbound_event WHERE state = 1", 0)
        self.check(email, events)

    def test_while_the_provider_is_waited_for_and_nobody_sends_again(self):
        email = self.email()
        events = self.stripe.act("buy", email=email)
        self.deliver(events[:1])
        self.in_the_middle(events[1])
        self.again()
        self.server.wait("SELECT count(*) FROM inbound_event WHERE state = 1", 0)
        self.assertEqual("active", self.status(email))
        self.deliver(events[2:])
        self.check(email, events)

    def test_at_any_time(self):
        """At ten moments spread over the milliseconds that an event takes."""
        all_events, emails = [], []
        for step in range(10):
            emails.append(self.email())
            events = self.stripe.act("buy", email=emails[-1])
            all_events += events
            sender = threading.Thread(target=lambda e=events: [self.deliver_quietly(x) for x in e])
            sender.start()
            time.sleep(0.004 * step)  # no condition to wait for: the point is the moment
            self.kill()
            sender.join()
            self.again()
        for event in all_events:
            self.assertEqual(200, self.deliver_quietly(event), event["type"])
        self.server.wait("SELECT count(*) FROM inbound_event WHERE state = 1", 0)
        for email in emails:
            self.check(email, [])



if __name__ == "__main__":
    main()
