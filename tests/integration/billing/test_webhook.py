# SPDX-License-Identifier: Apache-2.0
"""POST /webhook: who may tell us anything, what is answered, and that nothing is done twice."""

import json
import random
import re
import time
import unittest

from till import ROOT, SECRET, TillTest, main, together


class Document(unittest.TestCase):
    def test_the_page_has_the_same_table_as_the_code(self):
        code = re.findall(r'^    \{"([a-z_.]+)", (?:look|NULL)', (ROOT / "server-stub/billing/effects.c").read_text(encoding="utf-8"), re.M)
        page = re.findall(r"^\| `([a-z_.]+)` \|", (ROOT / "docs/BILLING.md").read_text(encoding="utf-8").split("## What an event does")[1].split("## ")[0], re.M)
        self.assertEqual(sorted(code), sorted(page))
        self.assertEqual(len(code), len(set(code)))


class Signatures(TillTest):
    def setUp(self):
        self.payload = json.dumps(self.stripe.act("tell", type="product.created", object={"id": "prod_1", "object": "product"})[0])

    def test_one_of_stripes_own_library_is_good(self):
        reply = self.server.send(self.payload, self.stripe.sign(self.payload))
        self.assertEqual((200, {"received": True, "unhandled": True}), (reply.status, reply.json))
        self.assertEqual(0, self.server.number("SELECT max(length(body)) FROM inbound_event WHERE state = 3"))

    def test_both_secrets_are_good_while_one_is_rotated(self):
        reply = self.server.send(self.payload, self.stripe.sign(self.payload, "whsec_before_it_was_rotated"))
        self.assertEqual(200, reply.status, reply.text)

    def test_without_one_nothing_is_believed(self):
        reply = self.server.send(self.payload, None)
        self.assertEqual((400, {"error": "Missing stripe signature"}), (reply.status, reply.json))

    def test_wrong_secrets_old_times_other_bytes_and_junk_are_refused(self):
        good = self.stripe.sign(self.payload)
        now = int(time.time())
        wrong = [
            (self.payload, self.stripe.sign(self.payload, "whsec_of_somebody_else")),
            (self.payload, self.stripe.sign(self.payload, timestamp=now - 301)),
            (self.payload, self.stripe.sign(self.payload, timestamp=now + 400)),
            (self.payload[:-1], good),
            (self.payload + " ", good),
            (self.payload.replace("prod_1", "prod_2"), good),
            ("", good),
            (self.payload, ""),
            (self.payload, "t=1"),
            (self.payload, "x" * 1900),
            (self.payload, good.replace("v1=", "v0=")),
            (self.payload, good.split(",")[1]),
        ]
        for payload, header in wrong:
            reply = self.server.send(payload, header)
            self.assertEqual(400, reply.status, f"{header}: {reply.text}")
            self.assertIn("ignature", reply.json["error"])
            self.assertNotIn(SECRET, reply.text)
        self.assertEqual("0", self.server.select(f"SELECT count(*) FROM inbound_event WHERE event_id = '{json.loads(self.payload)['id']}'"))

    def test_another_hosts_secret_is_not_ours(self):
        self.assertEqual(500, self.server.send(self.payload, self.stripe.sign(self.payload), host="rival.example").status)
        self.assertEqual(404, self.server.send(self.payload, self.stripe.sign(self.payload), host="nobody.example").status)

    def test_what_is_signed_and_no_event_is_refused_and_not_repeated(self):
        for payload in ("[]", "{}", "nonsense", '{"id":"evt_x"}', '{"id":"evt_x","type":"a","created":1}',
                        '{"id":"evt_x","type":"a","created":1,"data":{}}', '{"id":1,"type":"a","created":1,"data":{"object":{}}}'):
            reply = self.server.send(payload, self.stripe.sign(payload))
            self.assertEqual(400, reply.status, f"{payload}: {reply.text}")
            self.assertIn("error", reply.json)

    def test_a_body_beyond_256_kib_is_not_read(self):
        payload = json.dumps({"id": "evt_big", "type": "x", "created": 1, "data": {"object": {"id": "o", "pad": "x" * 262144}}})
        self.assertEqual(413, self.server.send(payload, self.stripe.sign(payload)).status)

    def test_only_post_is_known(self):
        self.assertEqual(405, self.server.call("/webhook", method="GET").status)

    def test_the_keys_are_nowhere_in_the_log(self):
        self.buy()
        log = self.server.log() if callable(self.server.log) else self.server.log
        self.assertNotIn("sk_test_of_the_brand", str(log))
        self.assertNotIn(SECRET, str(log))


class Effects(TillTest):
    def test_a_purchase_makes_one_license_and_one_welcome(self):
        email, subscription, events = self.buy()
        self.assertEqual("active", self.status(email))
        self.assertEqual(1, self.server.mails("welcome", email))
        self.assertEqual(1, self.server.number(f"SELECT count(*) FROM payment WHERE provider_invoice = '{events[1]['data']['object']['id']}'"))
        self.assertEqual("1", self.server.select(f"SELECT count(*) FROM subscription WHERE provider_subscription = '{subscription}' AND state = 2"))
        token = self.server.command("license", "show", "--license", self.server.licenses(email)[0]["license_id"], "--reveal")
        self.assertIn("POSPAL-", json.dumps(token))

    def test_each_reply_is_as_the_contract_says(self):
        email, subscription, events = self.buy()
        again = self.taken(events[-1])
        self.assertTrue(again["received"] and again["idempotent"] and again["message"] and again["processed_at"].endswith("Z"))
        (updated,) = self.deliver(self.stripe.act("cancel_later", subscription=subscription))
        self.assertEqual({"success": True, "cancellationNotified": True, "cancellationReversalNotified": False}, {k: v for k, v in updated.items() if k != "customer_id"})
        (updated,) = self.deliver(self.stripe.act("cancel_later", subscription=subscription, wanted=False))
        self.assertTrue(updated["cancellationReversalNotified"] and updated["customer_id"])
        (attached,) = self.deliver(self.stripe.act("tell", type="payment_method.attached", object={"id": "pm_1", "customer": events[0]["data"]["object"]["customer"]}))
        self.assertEqual({"received": True}, attached)
        (unknown,) = self.deliver(self.stripe.act("tell", type="customer.subscription.deleted", object={"id": "sub_nobody", "status": "canceled"}))
        self.assertTrue(unknown["success"])
        failed = self.stripe.act("tell", type="invoice.payment_failed", object={"id": "in_nobody", "customer": "cus_nobody", "subscription": "sub_nobody", "billing_reason": "subscription_cycle"})
        self.assertEqual({"error": "Customer not found"}, self.taken(failed[0], 404))
        incomplete = self.stripe.act("tell", type="checkout.session.completed", object={"id": "cs_x", "mode": "subscription", "payment_status": "paid"})
        self.assertIn("error", self.taken(incomplete[0], 400))

    def test_a_failed_payment_suspends_at_once_and_a_good_one_resumes_at_once(self):
        email, subscription, _ = self.buy()
        self.deliver(self.stripe.act("fail", subscription=subscription))
        self.assertEqual("suspended", self.status(email))
        self.assertEqual(1, self.server.mails("payment_failed", email))
        self.deliver(self.stripe.act("settle", subscription=subscription))
        self.assertEqual("active", self.status(email))
        self.assertEqual((1, 0), (self.server.mails("reactivated", email), self.server.mails("renewal_processed", email)))
        self.stripe.act("advance", seconds=5)
        self.deliver(self.stripe.act("renew", subscription=subscription))
        self.assertEqual(1, self.server.mails("renewal_processed", email))

    def test_who_comes_back_keeps_the_key_whatever_the_case_of_the_address(self):
        email, subscription, _ = self.buy()
        before = self.server.licenses(email)[0]["license_id"]
        self.deliver(self.stripe.act("cancel", subscription=subscription))
        self.assertEqual("cancelled", self.status(email))
        self.stripe.act("advance", seconds=5)
        self.buy(email.upper())
        self.assertEqual("active", self.status(email))
        self.assertEqual(before, self.server.licenses(email)[0]["license_id"])

    def test_refunds_and_disputes(self):
        email, subscription, _ = self.buy()
        self.deliver(self.stripe.act("refund", subscription=subscription, amount=900))
        self.assertEqual("active", self.status(email))
        self.deliver(self.stripe.act("refund", subscription=subscription, amount=2000))
        self.assertEqual("suspended", self.status(email))
        email, subscription, _ = self.buy()
        (dispute,) = self.stripe.act("dispute", subscription=subscription)
        self.deliver([dispute])
        self.assertEqual("suspended", self.status(email))
        self.deliver(self.stripe.act("close_dispute", dispute=dispute["data"]["object"]["id"], status="won"))
        self.assertEqual("active", self.status(email))

    def test_a_purchase_without_the_provider_is_completed_later(self):
        self.stripe.act("trouble", status=500, count=100)
        email = self.email()
        events = self.stripe.act("buy", email=email, metadata={"pospal_brand": self.server.brand_id})  # as a checkout of ours has it
        self.taken(events[-1])
        self.assertEqual("active", self.status(email))
        subscription = events[0]["data"]["object"]["id"]
        question = f"SELECT period_end FROM subscription WHERE provider_subscription = '{subscription}'"
        self.assertNotEqual(str(events[0]["data"]["object"]["current_period_end"] * 1000), self.server.select(question))
        self.stripe.act("trouble")
        self.server.command("billing", "reconcile", "--brand", "acme")
        self.assertEqual(str(events[0]["data"]["object"]["current_period_end"] * 1000), self.server.select(question))

    def test_an_invoice_before_its_purchase_waits_for_the_provider_and_is_retried(self):
        self.stripe.act("trouble", status=500, count=100)
        email = self.email()
        events = self.stripe.act("buy", email=email)
        paid = next(e for e in events if e["type"] == "invoice.paid")
        self.assertEqual({"error": "Webhook processing failed"}, self.taken(paid, 500))
        self.assertIn(paid["id"], [e["id"] for e in self.server.events("waiting")])
        self.stripe.act("trouble")
        done = self.server.command("billing", "retry", "--event", paid["id"])
        self.assertEqual("done", done["result"])
        self.assertEqual("active", self.status(email))
        self.deliver(events)
        self.assertEqual(1, self.server.mails("welcome", email))


class Storms(TillTest):
    def test_duplicates_reordering_and_floods_leave_the_books_exact(self):
        stories, random_ = [], random.Random(20260101)
        for _ in range(6):
            email = self.email()
            events = self.stripe.act("buy", email=email)
            subscription = events[0]["data"]["object"]["id"]
            for step in random_.choices(("renew", "fail", "settle", "cancel_later"), k=3):
                self.stripe.act("advance", seconds=7)
                if step == "settle" and not events[-1]["type"].startswith("customer.subscription.updated"):
                    step = "renew"
                events += self.stripe.act(step, subscription=subscription)
            self.stripe.act("advance", seconds=7)
            if random_.random() < 0.5:
                events += self.stripe.act("refund", subscription=subscription)
            stories.append((email, subscription, events))
        all_events = [e for story in stories for e in story[2]] * 2
        random_.shuffle(all_events)
        replies = []
        for start in range(0, len(all_events), 6):
            replies += together(*[lambda e=e: self.server.deliver(e) for e in all_events[start:start + 6]])
        self.assertLessEqual({r.status for r in replies}, {200, 404, 500}, [r.text for r in replies if r.status >= 500])
        for event in all_events:  # the provider's retries, in any order
            self.server.deliver(event)
        self.server.command("billing", "reconcile", "--brand", "acme")
        books = self.stripe.act("books")
        self.assertEqual(books["paid"], self.server.number("SELECT coalesce(sum(amount), 0) FROM payment WHERE state <> 1"))
        self.assertEqual(books["refunded"], self.server.number("SELECT coalesce(sum(refunded), 0) FROM payment"))
        self.assertEqual(books["invoices"], self.server.number("SELECT count(*) FROM payment WHERE state <> 1"))
        self.assertEqual(0, self.server.number("SELECT count(*) FROM (SELECT provider_invoice FROM payment GROUP BY provider_invoice HAVING count(*) > 1) AS t"))
        states = {"active": 2, "past_due": 4, "canceled": 6}
        for email, subscription, _ in stories:
            self.assertEqual(1, len(self.server.licenses(email)), email)
            self.assertEqual(1, self.server.mails("welcome", email))
            self.assertEqual(states[books["subscriptions"][subscription]],
                             self.server.number(f"SELECT state FROM subscription WHERE provider_subscription = '{subscription}'"))

    def test_one_event_by_eight_at_once_is_done_once(self):
        email = self.email()
        event = self.stripe.act("buy", email=email)[-1]
        replies = together(*[lambda: self.server.deliver(event)] * 8)
        self.assertEqual({200}, {r.status for r in replies}, [r.text for r in replies])
        self.assertEqual(1, sum("success" in r.json for r in replies))
        self.assertEqual(1, len(self.server.licenses(email)))

    def test_two_purchases_of_one_address_at_once_make_one_license(self):
        email = self.email()
        events = [self.stripe.act("buy", email=email)[-1], self.stripe.act("buy", email=email.upper())[-1]]
        replies = together(*[lambda e=e: self.server.deliver(e) for e in events])
        self.assertEqual({200}, {r.status for r in replies}, [r.text for r in replies])
        self.assertEqual(1, len(self.server.licenses(email)))

    def test_a_flood_of_forgeries_is_refused_and_buyers_are_served(self):
        email = self.email()
        event = self.stripe.act("buy", email=email)[-1]
        for _ in range(20):
            self.assertEqual({400}, {r.status for r in together(*[lambda: self.server.send("{}", "t=1,v1=" + "0" * 64)] * 8)})
        self.taken(event)
        self.assertEqual("active", self.status(email))

    def test_metrics_tell_what_came_of_them(self):
        self.buy()
        text = self.server.call("/metrics", method="GET", host="127.0.0.1").text
        self.assertIn('pospal_payment_events_total{type="checkout.session.completed",result="done"}', text)
        self.assertIn("pospal_payment_events_waiting ", text)


if __name__ == "__main__":
    main()
