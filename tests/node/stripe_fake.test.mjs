// SPDX-License-Identifier: Apache-2.0
// The fake of Stripe's API through Stripe's own client: what that sends is understood, what it gets back is what it expects.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import Stripe from "stripe";

const fake = spawn(process.execPath, [fileURLToPath(new URL("stripe_fake.mjs", import.meta.url))], { stdio: ["pipe", "pipe", "inherit"] });
let stripe;
let port;

before(async () => {
  const [line] = await once(fake.stdout, "data");
  port = Number(line.toString());
  stripe = new Stripe("sk_test_client", { host: "127.0.0.1", port, protocol: "http", apiVersion: "2025-02-24.acacia", telemetry: false, maxNetworkRetries: 0 });
});
after(() => fake.kill());

async function act(name, given = {}) {
  const reply = await fetch(`http://127.0.0.1:${port}/_test/${name}`, { method: "POST", body: JSON.stringify(given) });
  return (await reply.json()).result;
}

async function buy(email) {
  const session = await stripe.checkout.sessions.create({ mode: "subscription", line_items: [{ price: "price_pos", quantity: 1 }],
    success_url: "https://shop.example/?s={CHECKOUT_SESSION_ID}", customer_email: email, subscription_data: { metadata: { pospal_brand: "b" } } });
  assert.equal(session.object, "checkout.session");
  assert.match(session.url, /^https:\/\/checkout\.stripe\.com\//);
  return act("complete", { checkout: session.id });
}

test("a checkout becomes a subscription, a paid invoice and events in order", async () => {
  const events = await buy("a@shop.example");
  assert.deepEqual(events.map((e) => e.type), ["customer.subscription.created", "invoice.paid", "invoice.payment_succeeded",
    "customer.subscription.updated", "checkout.session.completed"]);
  const subscription = await stripe.subscriptions.retrieve(events.at(-1).data.object.subscription, { expand: ["customer", "latest_invoice"] });
  assert.equal(subscription.status, "active");
  assert.equal(subscription.customer.email, "a@shop.example");
  assert.equal(subscription.latest_invoice.paid, true);
  assert.equal(subscription.metadata.pospal_brand, "b");
  const invoice = await stripe.invoices.retrieve(subscription.latest_invoice.id);
  assert.equal(invoice.subscription, subscription.id);
  const charge = await stripe.charges.retrieve(invoice.charge);
  assert.equal(charge.invoice, invoice.id);
});

test("lists are paged as the client pages them", async () => {
  for (let i = 0; i < 3; i++) await buy(`p${i}@shop.example`);
  const seen = [];
  for await (const subscription of stripe.subscriptions.list({ limit: 2, status: "all" })) seen.push(subscription.id);
  assert.equal(new Set(seen).size, seen.length);
  assert.ok(seen.length >= 4);
  const found = await stripe.customers.list({ email: "p1@shop.example", limit: 1 });
  assert.equal(found.data.length, 1);
  const events = await stripe.events.list({ delivery_success: false, limit: 100 });
  assert.ok(events.data.every((e) => e.object === "event"));
});

test("a refund is made once for a key, and never of more than was paid", async () => {
  const events = await buy("r@shop.example");
  const charge = events.find((e) => e.type === "invoice.paid").data.object.charge;
  const one = await stripe.refunds.create({ charge }, { idempotencyKey: "refund-r" });
  const two = await stripe.refunds.create({ charge }, { idempotencyKey: "refund-r" });
  assert.equal(one.id, two.id);
  await assert.rejects(stripe.refunds.create({ charge }), (e) => e.code === "charge_already_refunded");
});

test("what is not there, not allowed or not given is an error of the client's kinds", async () => {
  await assert.rejects(stripe.subscriptions.retrieve("sub_nobody"), (e) => e.type === "StripeInvalidRequestError" && e.code === "resource_missing");
  await assert.rejects(stripe.checkout.sessions.create({ mode: "subscription", line_items: [{ quantity: 1 }] }), (e) => e.code === "parameter_missing");
  const stranger = new Stripe("nonsense", { host: "127.0.0.1", port, protocol: "http", telemetry: false });
  await assert.rejects(stranger.prices.retrieve("price_pos"), (e) => e.type === "StripeAuthenticationError");
  await act("trouble", { status: 500, count: 1 });
  await assert.rejects(stripe.prices.retrieve("price_pos"), (e) => e.type === "StripeAPIError");
  assert.equal((await stripe.prices.retrieve("price_pos")).unit_amount, 2900);
});

test("a portal belongs to a customer", async () => {
  const customer = await stripe.customers.create({ email: "q@shop.example", name: "Q" });
  const session = await stripe.billingPortal.sessions.create({ customer: customer.id, return_url: "https://shop.example/" });
  assert.equal(session.object, "billing_portal.session");
  await assert.rejects(stripe.billingPortal.sessions.create({ customer: "cus_nobody" }), (e) => e.code === "resource_missing");
});

test("what it signs, the library takes for its own", async () => {
  const payload = JSON.stringify((await buy("s@shop.example"))[0]);
  const header = await act("sign", { payload, secret: "whsec_s" });
  assert.equal(stripe.webhooks.constructEvent(payload, header, "whsec_s").object, "event");
  assert.throws(() => stripe.webhooks.constructEvent(payload, header, "whsec_other"));
});
