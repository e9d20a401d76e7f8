# SPDX-License-Identifier: Apache-2.0
"""A payment provider's side of one subscription business: its customers, subscriptions, invoices and charges, the part of Stripe's API that
reads and makes them, and its events, signed, sent as a network sends them: late, twice, out of order. Its time is the test's."""

import hashlib
import hmac
import http.client
import http.server
import json
import random
import re
import threading
from urllib.parse import parse_qs, urlsplit

DAY = 86400
MONTH = 30 * DAY
PRICE = {"id": "price_till", "object": "price", "active": True, "unit_amount": 2000, "currency": "eur", "recurring": {"interval": "month"}}


class Provider:
    def __init__(self, now, secret="whsec_of_the_year", seed=1):
        self.now, self.secret, self.dice = now, secret, random.Random(seed)
        self.target = None  # (port, host) of the webhook
        self.count = 0
        self.things = {"prices": {PRICE["id"]: PRICE}, "customers": {}, "subscriptions": {}, "invoices": {}, "charges": {}, "checkouts": {},
                       "refunds": {}}
        self.sent = []      # every event, in the order in which it happened
        self.made = {}      # replies by Idempotency-Key
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.tell(*provider.read(urlsplit(self.path)))

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self.tell(*provider.create(urlsplit(self.path).path, form, self.headers.get("Idempotency-Key")))

            def tell(self, status, body):
                text = json.dumps(body).encode()
                self.send_response(status)
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

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def name(self, kind):
        self.count += 1
        return f"{kind}_test_{self.count:06d}"

    # ---- its API ----

    def read(self, url):
        found = re.fullmatch(r"/v1/(\w+)/(\w+)", url.path)
        if found and found[2] in self.things.get(found[1], {}):
            return 200, self.things[found[1]][found[2]]
        listed = re.fullmatch(r"/v1/(\w+)", url.path)
        if listed and listed[1] == "events":
            return 200, {"object": "list", "data": list(reversed(self.sent))[:100], "has_more": False}
        if listed and listed[1] in self.things:
            query = parse_qs(url.query)
            rows = [one for one in self.things[listed[1]].values()
                    if all(one.get(name) == query[name][0] for name in ("email", "customer") if name in query)]
            return 200, {"object": "list", "data": rows, "has_more": False}
        return 404, {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": f"No such thing: {url.path}"}}

    def create(self, path, form, word):
        if word and word in self.made:
            return self.made[word]
        if path == "/v1/checkout/sessions":
            made = self.open_checkout(form)
        elif path == "/v1/customers":
            made = self.add_customer(form.get("email"), form.get("name"))
        elif path == "/v1/billing_portal/sessions":
            made = {"id": self.name("bps"), "object": "billing_portal.session", "url": f"https://billing.example/{form['customer']}"}
        elif path == "/v1/refunds":
            made = self.refund(form)
        else:
            return 404, {"error": {"type": "invalid_request_error", "message": f"Unrecognized request URL (POST: {path})"}}
        reply = (200, made)
        if word:
            self.made[word] = reply
        return reply

    def open_checkout(self, form):
        made = {"id": self.name("cs"), "object": "checkout.session", "mode": "subscription", "payment_status": "unpaid",
                "customer_email": form.get("customer_email"), "url": "https://checkout.example/pay", "currency": "eur", "amount_total": 2000,
                "metadata": {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")},
                "subscription": None, "customer": None, "customer_details": None}
        self.things["checkouts"][made["id"]] = made
        return made

    def add_customer(self, email, name):
        made = {"id": self.name("cus"), "object": "customer", "email": email, "name": name}
        self.things["customers"][made["id"]] = made
        return made

    # ---- what happens at it ----

    def happen(self, kind, thing, sends=True):
        event = {"id": self.name("evt"), "object": "event", "type": kind, "created": int(self.now()), "api_version": "2024-06-20",
                 "livemode": False, "data": {"object": json.loads(json.dumps(thing))}}
        self.sent.append(event)
        return self.send(event) if sends else event

    def send(self, event):
        """To the webhook: (status, answer)."""
        port, host = self.target
        body = json.dumps(event)
        stamp = int(self.now())
        mark = hmac.new(self.secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/webhook", body, {"Host": host, "Content-Type": "application/json",
                                                      "Stripe-Signature": f"t={stamp},v1={mark}"})
        reply = connection.getresponse()
        answer = json.loads(reply.read() or b"null")
        connection.close()
        return reply.status, answer

    def storm(self, *events):
        """These events happened; they come out of order and some of them twice, until each was taken."""
        waiting = [event for event in events for _ in range(self.dice.choice((1, 1, 2, 3)))]
        self.dice.shuffle(waiting)
        for _ in range(5):
            refused = [event for event in waiting if self.send(event)[0] >= 300]
            if not refused:
                return
            waiting = refused
        raise AssertionError(f"not taken: {[one['type'] for one in refused]}")

    def invoice(self, subscription, reason, paid=True, attempts=1):
        start, end = subscription["current_period_start"], subscription["current_period_end"]
        customer = self.things["customers"][subscription["customer"]]
        charge = {"id": self.name("ch"), "object": "charge", "amount": 2000, "amount_refunded": 0, "currency": "eur", "refunded": False,
                  "customer": customer["id"], "payment_intent": self.name("pi")}
        made = {"id": self.name("in"), "object": "invoice", "subscription": subscription["id"], "customer": customer["id"],
                "customer_email": customer["email"], "customer_name": customer["name"], "billing_reason": reason, "currency": "eur",
                "amount_due": 2000, "amount_paid": 2000 if paid else 0, "status": "paid" if paid else "open", "paid": paid,
                "attempt_count": attempts, "charge": charge["id"], "payment_intent": charge["payment_intent"],
                "hosted_invoice_url": "https://invoice.example/x", "next_payment_attempt": None if paid else int(self.now()) + 3 * DAY,
                "status_transitions": {"paid_at": int(self.now()) if paid else None},
                "lines": {"object": "list", "data": [{"period": {"start": start, "end": end}, "proration": False}]}}
        charge["invoice"] = made["id"]
        self.things["charges"][charge["id"]] = charge
        self.things["invoices"][made["id"]] = made
        return made

    def pay_checkout(self, checkout_id, email, name):
        """Somebody pays on the provider's page. The events of it; none is sent yet."""
        checkout = self.things["checkouts"][checkout_id]
        customer = self.add_customer(email, name)
        now = int(self.now())
        subscription = {"id": self.name("sub"), "object": "subscription", "customer": customer["id"], "status": "active", "created": now,
                        "cancel_at_period_end": False, "cancel_at": None, "current_period_start": now, "current_period_end": now + MONTH,
                        "currency": "eur", "metadata": checkout["metadata"], "latest_invoice": None,
                        "items": {"object": "list", "data": [{"id": "si_1", "price": PRICE, "quantity": 1, "current_period_start": now,
                                                              "current_period_end": now + MONTH}]}}
        self.things["subscriptions"][subscription["id"]] = subscription
        invoice = self.invoice(subscription, "subscription_create")
        subscription["latest_invoice"] = invoice["id"]
        checkout.update(payment_status="paid", subscription=subscription["id"], customer=customer["id"],
                        customer_details={"email": email, "name": name})
        return subscription, [self.happen("customer.subscription.created", subscription, False),
                              self.happen("checkout.session.completed", checkout, False),
                              self.happen("invoice.paid", invoice, False), self.happen("invoice.payment_succeeded", invoice, False)]

    def move_period(self, subscription):
        start = subscription["current_period_end"]
        for one in (subscription, subscription["items"]["data"][0]):
            one.update(current_period_start=start, current_period_end=start + MONTH)

    def renew(self, subscription):
        """A month is over, and the card is good."""
        self.move_period(subscription)
        invoice = self.invoice(subscription, "subscription_cycle")
        return [self.happen("customer.subscription.updated", subscription, False), self.happen("invoice.paid", invoice, False),
                self.happen("invoice.payment_succeeded", invoice, False)]

    def fail(self, subscription):
        """A month is over, and the card is not."""
        self.move_period(subscription)
        subscription["status"] = "past_due"
        invoice = self.invoice(subscription, "subscription_cycle", paid=False)
        return invoice, [self.happen("invoice.payment_failed", invoice, False),
                         self.happen("customer.subscription.updated", subscription, False)]

    def pay_late(self, subscription, invoice):
        subscription["status"] = "active"
        invoice.update(status="paid", paid=True, amount_paid=2000, next_payment_attempt=None, status_transitions={"paid_at": int(self.now())})
        return [self.happen("invoice.paid", invoice, False), self.happen("invoice.payment_succeeded", invoice, False),
                self.happen("customer.subscription.updated", subscription, False)]

    def cancel_later(self, subscription, is_so=True):
        subscription["cancel_at_period_end"] = is_so
        subscription["cancel_at"] = subscription["current_period_end"] if is_so else None
        return [self.happen("customer.subscription.updated", subscription, False)]

    def end(self, subscription):
        subscription["status"] = "canceled"
        return [self.happen("customer.subscription.deleted", subscription, False)]

    def refund(self, form):
        charge = next(one for one in self.things["charges"].values()
                      if form.get("charge") in (one["id"],) or form.get("payment_intent") == one["payment_intent"])
        amount = int(form.get("amount") or charge["amount"])
        charge.update(amount_refunded=charge["amount_refunded"] + amount, refunded=charge["amount_refunded"] + amount >= charge["amount"])
        made = {"id": self.name("re"), "object": "refund", "amount": amount, "charge": charge["id"], "currency": "eur", "status": "succeeded",
                "payment_intent": charge["payment_intent"]}
        self.things["refunds"][made["id"]] = made
        return made

    def dispute(self, charge, status, kind):
        made = {"id": "dp_test_1", "object": "dispute", "charge": charge["id"], "payment_intent": charge["payment_intent"], "amount": 2000,
                "currency": "eur", "status": status}
        return [self.happen(kind, made, False)]
