// SPDX-License-Identifier: Apache-2.0
// A small part of Stripe's API by HTTP on a free port, which is printed: stripe_fake.mjs. Below /_test/ a test makes things happen, takes
// the events, has them signed by Stripe's own library, and lets the server hold requests, fail, or fall silent.

import http from "node:http";
import Stripe from "stripe";
import { Account, StripeError, id, missing } from "./stripe_objects.mjs";

const account = new Account();
const stripe = new Stripe("sk_test_signing", { telemetry: false });
const replies = new Map(); // by Idempotency-Key
const asked = [];
let trouble = { status: 0, count: 0, headers: {}, hang: "" };
const held = [];

// ---- forms ----

/** "a[b][0]=x" as Stripe reads it. */
function parse(text) {
  const out = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const steps = name.replace(/\]/g, "").split("[");
    let at = out;
    steps.slice(0, -1).forEach((step) => { at = at[step] ??= {}; });
    at[steps.at(-1)] = value;
  }
  return out;
}

const want = (form, name) => {
  if (form[name] === undefined) throw new StripeError(400, "invalid_request_error", `Missing required param: ${name}.`, "parameter_missing", name);
  return form[name];
};

function expand(object, wanted) {
  const copy = structuredClone(object);
  const sources = { customer: account.customers, latest_invoice: account.invoices };
  for (const path of wanted)
    if (sources[path] && typeof copy[path] === "string") copy[path] = structuredClone(sources[path].get(copy[path]) ?? null);
  return copy;
}

function list(items, query, url, wanted = []) {
  const limit = Math.min(Number(query.limit ?? 10), 100);
  const after = query.starting_after ? items.findIndex((item) => item.id === query.starting_after) + 1 : 0;
  const page = items.slice(after, after + limit);
  return { object: "list", data: page.map((item) => expand(item, wanted)), has_more: after + limit < items.length, url };
}

const newest = (map) => [...map.values()].reverse();
const expansions = (form) => Object.values(form.expand ?? {}).map((path) => path.replace(/^data\./, ""));

// ---- routes ----

function create_checkout(form) {
  if (want(form, "mode") !== "subscription") throw new StripeError(400, "invalid_request_error", "Only mode=subscription here.");
  const price = want(form.line_items?.[0] ?? {}, "price");
  account.find("prices", "price", price);
  const made = {
    id: id("cs"), object: "checkout.session", amount_total: 2900, cancel_url: form.cancel_url ?? null, client_reference_id: null, created: account.now(),
    currency: "eur", customer: form.customer ?? null, customer_details: null, customer_email: form.customer_email ?? null, expires_at: account.now() + 86400,
    invoice: null, livemode: false, metadata: form.metadata ?? {}, mode: "subscription", payment_status: "unpaid", status: "open", subscription: null,
    success_url: want(form, "success_url"), ui_mode: "hosted",
  };
  made.url = `https://checkout.stripe.com/c/pay/${made.id}`;
  Object.defineProperty(made, "price", { value: price });
  Object.defineProperty(made, "subscription_metadata", { value: form.subscription_data?.metadata ?? {} });
  account.checkouts.set(made.id, made);
  return made;
}

function create_portal(form) {
  const customer = account.find("customers", "customer", want(form, "customer"));
  if (trouble.portal) throw new StripeError(400, "invalid_request_error",
    "No configuration provided and your test mode default configuration has not been created.");
  return { id: id("bps"), object: "billing_portal.session", configuration: "bpc_1", created: account.now(), customer: customer.id, flow: null,
    livemode: false, locale: null, on_behalf_of: null, return_url: form.return_url ?? null, url: `https://billing.stripe.com/p/session/${customer.id}` };
}

function create_refund(form) {
  const charge = form.charge ? account.find("charges", "charge", form.charge)
    : newest(account.charges).find((c) => c.payment_intent === form.payment_intent);
  if (!charge) throw missing("charge", form.charge ?? form.payment_intent);
  const left = charge.amount - charge.amount_refunded;
  if (left <= 0) throw new StripeError(400, "invalid_request_error", `Charge ${charge.id} has already been refunded.`, "charge_already_refunded");
  return account.refund(charge, Number(form.amount ?? left));
}

const events = (query) => account.events.filter((e) => query.delivery_success !== "false" || !account.delivered.has(e.id)).reverse();

const routes = [
  ["POST", /^\/v1\/checkout\/sessions$/, create_checkout],
  ["GET", /^\/v1\/checkout\/sessions\/(\w+)$/, (form, found) => account.find("checkouts", "checkout.session", found)],
  ["POST", /^\/v1\/billing_portal\/sessions$/, create_portal],
  ["POST", /^\/v1\/customers$/, (form) => account.customer(form.email ?? null, form.name ?? null, form.metadata ?? {})],
  ["GET", /^\/v1\/customers$/, (query) => list(newest(account.customers).filter((c) => !query.email || c.email === query.email), query, "/v1/customers")],
  ["GET", /^\/v1\/customers\/(\w+)$/, (form, found) => account.find("customers", "customer", found)],
  ["GET", /^\/v1\/prices\/(\w+)$/, (form, found) => account.find("prices", "price", found)],
  ["GET", /^\/v1\/subscriptions$/, (query) => list(newest(account.subscriptions).filter((s) => s.created >= Number(query.created?.gte ?? 0)),
    query, "/v1/subscriptions", expansions(query))],
  ["GET", /^\/v1\/subscriptions\/(\w+)$/, (query, found) => expand(account.find("subscriptions", "subscription", found), expansions(query))],
  ["GET", /^\/v1\/invoices\/(\w+)$/, (form, found) => account.find("invoices", "invoice", found)],
  ["GET", /^\/v1\/charges\/(\w+)$/, (form, found) => account.find("charges", "charge", found)],
  ["POST", /^\/v1\/refunds$/, create_refund],
  ["GET", /^\/v1\/events$/, (query) => list(events(query), query, "/v1/events")],
];

function answer(request, url, text) {
  const [name] = Buffer.from((request.headers.authorization ?? "").replace(/^Basic /, ""), "base64").toString().split(":");
  const key = request.headers.authorization?.startsWith("Bearer ") ? request.headers.authorization.slice(7) : name;
  if (!/^(sk|rk)_test_/.test(key ?? "")) throw new StripeError(401, "invalid_request_error", "Invalid API Key provided: ****");
  const route = routes.find(([method, pattern]) => method === request.method && pattern.test(url.pathname));
  if (!route) throw new StripeError(404, "invalid_request_error", `Unrecognized request URL (${request.method}: ${url.pathname}).`);
  const once = request.headers["idempotency-key"];
  if (once && replies.has(once)) {
    const before = replies.get(once);
    if (before.text !== text) throw new StripeError(400, "idempotency_error", "Keys for idempotent requests can only be used with the same parameters.");
    return before.reply;
  }
  const reply = structuredClone(route[2](parse(request.method === "GET" ? url.search.slice(1) : text), route[1].exec(url.pathname)[1]));
  if (once) replies.set(once, { text, reply });
  return reply;
}

// ---- what a test asks for ----

const of_subscription = (given) => account.find("subscriptions", "subscription", given.subscription);
const paid_charge = (given) => {
  const paid = newest(account.charges).find((c) => (given.charge ? c.id === given.charge : account.invoices.get(c.invoice).subscription === given.subscription));
  if (!paid) throw missing("charge", given.charge);
  return paid;
};

const actions = {
  // a checkout without our route: as a payment link makes it
  buy: (given) => account.complete(Object.assign(create_checkout({ mode: "subscription", line_items: { 0: { price: given.price ?? "price_pos" } },
    success_url: "https://x.example/", customer_email: given.email, metadata: given.metadata })), given),
  complete: (given) => account.complete(account.find("checkouts", "checkout.session", given.checkout), given),
  async_paid: (given) => account.async_paid(account.find("checkouts", "checkout.session", given.checkout)),
  renew: (given) => account.renew(of_subscription(given)),
  fail: (given) => account.fail(of_subscription(given)),
  settle: (given) => account.settle(of_subscription(given)),
  cancel_later: (given) => account.cancel_later(of_subscription(given), given.wanted ?? true),
  cancel: (given) => account.cancel(of_subscription(given)),
  refund: (given) => { const from = account.events.length; account.refund(paid_charge(given), given.amount ?? paid_charge(given).amount); return account.events.slice(from); },
  dispute: (given) => account.dispute(paid_charge(given)),
  close_dispute: (given) => account.close_dispute(account.find("disputes", "dispute", given.dispute), given.status),
  tell: (given) => [account.tell(given.type, given.object)],
  advance: (given) => { account.offset += given.seconds; return []; },
  sign: (given) => stripe.webhooks.generateTestHeaderString({ payload: given.payload, secret: given.secret, timestamp: given.timestamp }),
  delivered: (given) => { given.events.forEach((event) => account.delivered.add(event)); return []; },
  trouble: (given) => { trouble = { status: 0, count: 0, headers: {}, hang: "", ...given }; held.splice(0).forEach((go) => go()); return []; },
  asked: () => asked,
  books: () => ({ paid: [...account.invoices.values()].reduce((sum, i) => sum + i.amount_paid, 0), refunded: account.refunds.reduce((sum, r) => sum + r.amount, 0),
    invoices: [...account.invoices.values()].filter((i) => i.paid).length, subscriptions: Object.fromEntries([...account.subscriptions].map(([k, s]) => [k, s.status])) }),
};

function send(response, status, body, headers = {}) {
  response.writeHead(status, { "Content-Type": "application/json", "Request-Id": id("req"), "Stripe-Version": "2025-02-24.acacia", ...headers });
  response.end(JSON.stringify(body));
}

function serve(request, response, text) {
  const url = new URL(request.url, "http://fake");
  if (url.pathname.startsWith("/_test/")) {
    send(response, 200, { result: actions[url.pathname.slice(7)](JSON.parse(text || "{}")) });
    return;
  }
  asked.push({ method: request.method, path: url.pathname, query: url.search, headers: request.headers, form: parse(text) });
  if (trouble.hang && url.pathname.startsWith(trouble.hang)) {
    held.push(() => request.socket.destroy());
    return;
  }
  if (trouble.status && trouble.count-- > 0) {
    send(response, trouble.status, { error: { type: "api_error", message: "Something went wrong on our end" } }, trouble.headers);
    return;
  }
  send(response, 200, answer(request, url, text));
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    try {
      serve(request, response, Buffer.concat(parts).toString());
    } catch (error) {
      if (!(error instanceof StripeError)) console.error(error);
      send(response, error.status ?? 500, error.body ?? { error: { type: "api_error", message: String(error) } });
    }
  });
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
