// SPDX-License-Identifier: Apache-2.0
// Stripe's objects as version 2025-02-24.acacia of its API documents them, made and changed by what happens in a subscription's life.

let count = 0;

export const id = (prefix) => `${prefix}_test${(++count).toString(36).padStart(14, "0")}`;

export const DAY = 86400;

export class StripeError extends Error {
  constructor(status, type, message, code = undefined, param = undefined) {
    super(message);
    this.status = status;
    this.body = { error: { type, message, code, param, doc_url: "https://stripe.com/docs/error-codes", request_log_url: null } };
  }
}

export const missing = (what, wanted) =>
  new StripeError(404, "invalid_request_error", `No such ${what}: '${wanted}'`, "resource_missing", "id");

/** All that is known of one account. */
export class Account {
  constructor() {
    this.offset = 0; // seconds, by which its clock is ahead of the machine's
    this.customers = new Map();
    this.subscriptions = new Map();
    this.invoices = new Map();
    this.charges = new Map();
    this.checkouts = new Map();
    this.disputes = new Map();
    this.prices = new Map();
    this.events = [];
    this.delivered = new Set();
    this.refunds = [];
    this.prices.set("price_pos", {
      id: "price_pos", object: "price", active: true, billing_scheme: "per_unit", created: this.now(), currency: "eur", custom_unit_amount: null,
      livemode: false, lookup_key: null, metadata: {}, nickname: null, product: "prod_pos",
      recurring: { aggregate_usage: null, interval: "month", interval_count: 1, meter: null, trial_period_days: null, usage_type: "licensed" },
      tax_behavior: "inclusive", tiers_mode: null, transform_quantity: null, type: "recurring", unit_amount: 2900, unit_amount_decimal: "2900",
    });
  }

  now() {
    return Math.floor(Date.now() / 1000) + this.offset;
  }

  find(map, what, wanted) {
    const found = this[map].get(wanted);
    if (!found) throw missing(what, wanted);
    return found;
  }

  /** An event is a picture of the object as it was then. */
  tell(type, object, previous = undefined) {
    const event = {
      id: id("evt"), object: "event", api_version: "2025-02-24.acacia", created: this.now(),
      data: previous ? { object: structuredClone(object), previous_attributes: previous } : { object: structuredClone(object) },
      livemode: false, pending_webhooks: 1, request: { id: null, idempotency_key: null }, type,
    };
    this.events.push(event);
    return event;
  }

  customer(email, name = null, metadata = {}) {
    const made = {
      id: id("cus"), object: "customer", address: null, balance: 0, created: this.now(), currency: null, default_source: null, delinquent: false,
      description: null, discount: null, email, invoice_prefix: "ABC", invoice_settings: { custom_fields: null, default_payment_method: null,
      footer: null, rendering_options: null }, livemode: false, metadata, name, next_invoice_sequence: 1, phone: null, preferred_locales: [],
      shipping: null, tax_exempt: "none", test_clock: null,
    };
    this.customers.set(made.id, made);
    return made;
  }

  subscription(customer, price, metadata, status = "active") {
    const start = this.now();
    const made = {
      id: id("sub"), object: "subscription", application: null, automatic_tax: { enabled: false, disabled_reason: null, liability: null },
      billing_cycle_anchor: start, billing_thresholds: null, cancel_at: null, cancel_at_period_end: false, canceled_at: null,
      cancellation_details: { comment: null, feedback: null, reason: null }, collection_method: "charge_automatically", created: start,
      currency: price.currency, current_period_end: start + 30 * DAY, current_period_start: start, customer: customer.id,
      days_until_due: null, default_payment_method: null, default_source: null, default_tax_rates: [], description: null, discount: null,
      discounts: [], ended_at: null, items: { object: "list", data: [{ id: id("si"), object: "subscription_item", billing_thresholds: null,
      created: start, discounts: [], metadata: {}, price, quantity: 1, subscription: null, tax_rates: [] }], has_more: false, total_count: 1,
      url: "/v1/subscription_items" }, latest_invoice: null, livemode: false, metadata, next_pending_invoice_item_invoice: null,
      on_behalf_of: null, pause_collection: null, payment_settings: { payment_method_options: null, payment_method_types: null,
      save_default_payment_method: "off" }, pending_invoice_item_interval: null, pending_setup_intent: null, pending_update: null,
      schedule: null, start_date: start, status, test_clock: null, transfer_data: null, trial_end: null, trial_settings: { end_behavior: {
      missing_payment_method: "create_invoice" } }, trial_start: null,
    };
    made.items.data[0].subscription = made.id;
    this.subscriptions.set(made.id, made);
    return made;
  }

  charge(invoice) {
    const made = {
      id: id("ch"), object: "charge", amount: invoice.amount_due, amount_captured: invoice.amount_due, amount_refunded: 0, captured: true,
      created: this.now(), currency: invoice.currency, customer: invoice.customer, disputed: false, failure_code: null, failure_message: null,
      invoice: invoice.id, livemode: false, metadata: {}, paid: true, payment_intent: invoice.payment_intent, receipt_email: null, refunded: false,
      status: "succeeded",
    };
    this.charges.set(made.id, made);
    return made;
  }

  invoice(subscription, reason) {
    const customer = this.customers.get(subscription.customer);
    const amount = subscription.items.data[0].price.unit_amount;
    const made = {
      id: id("in"), object: "invoice", account_country: "GR", account_name: "Test", amount_due: amount, amount_paid: 0, amount_remaining: amount,
      attempt_count: 0, attempted: false, auto_advance: true, billing_reason: reason, charge: null, collection_method: "charge_automatically",
      created: this.now(), currency: subscription.currency, customer: customer.id, customer_email: customer.email, customer_name: customer.name,
      hosted_invoice_url: `https://invoice.stripe.com/i/${count}`, invoice_pdf: null, lines: { object: "list", data: [{ id: id("il"),
      object: "line_item", amount, currency: subscription.currency, description: "1 x POSPal", discount_amounts: [], livemode: false, metadata: {},
      period: { start: subscription.current_period_start, end: subscription.current_period_end }, price: subscription.items.data[0].price,
      proration: false, quantity: 1, subscription: subscription.id, type: "subscription" }], has_more: false, total_count: 1, url: "/v1/invoices" },
      livemode: false, metadata: {}, next_payment_attempt: null, number: `ABC-${count}`, paid: false, payment_intent: id("pi"), status: "open",
      status_transitions: { finalized_at: this.now(), marked_uncollectible_at: null, paid_at: null, voided_at: null },
      subscription: subscription.id, subscription_details: { metadata: subscription.metadata }, subtotal: amount, tax: null, total: amount,
    };
    this.invoices.set(made.id, made);
    subscription.latest_invoice = made.id;
    return made;
  }

  pay(invoice) {
    invoice.attempted = true;
    invoice.attempt_count++;
    invoice.charge = this.charge(invoice).id;
    Object.assign(invoice, { amount_paid: invoice.amount_due, amount_remaining: 0, paid: true, status: "paid", next_payment_attempt: null });
    invoice.status_transitions.paid_at = this.now();
    return [this.tell("invoice.paid", invoice), this.tell("invoice.payment_succeeded", invoice)];
  }

  // ---- what happens; each returns its events in the order in which Stripe makes them ----

  complete(checkout, { unpaid = false, name = "Maria" } = {}) {
    const customer = checkout.customer ? this.customers.get(checkout.customer) : this.customer(checkout.customer_email, name);
    const price = this.prices.get(checkout.price);
    const subscription = this.subscription(customer, price, checkout.subscription_metadata, "incomplete");
    const invoice = this.invoice(subscription, "subscription_create");
    const events = [this.tell("customer.subscription.created", subscription)];
    subscription.status = "active";
    if (!unpaid) events.push(...this.pay(invoice));
    Object.assign(checkout, { customer: customer.id, subscription: subscription.id, invoice: invoice.id, status: "complete",
      payment_status: unpaid ? "unpaid" : "paid", amount_total: invoice.amount_due, currency: invoice.currency,
      customer_details: { address: null, email: customer.email, name: customer.name, phone: null, tax_exempt: "none", tax_ids: [] } });
    events.push(this.tell("customer.subscription.updated", subscription, { status: "incomplete" }));
    events.push(this.tell("checkout.session.completed", checkout));
    return events;
  }

  async_paid(checkout) {
    const events = this.pay(this.invoices.get(checkout.invoice));
    checkout.payment_status = "paid";
    return [...events, this.tell("checkout.session.async_payment_succeeded", checkout)];
  }

  roll(subscription) {
    subscription.current_period_start = subscription.current_period_end;
    subscription.current_period_end += 30 * DAY;
    return this.invoice(subscription, "subscription_cycle");
  }

  renew(subscription) {
    const invoice = this.roll(subscription);
    return [this.tell("customer.subscription.updated", subscription), ...this.pay(invoice)];
  }

  fail(subscription) {
    let invoice = this.invoices.get(subscription.latest_invoice);
    if (invoice.paid) invoice = this.roll(subscription);
    invoice.attempted = true;
    invoice.attempt_count++;
    invoice.next_payment_attempt = this.now() + 3 * DAY;
    const was = subscription.status;
    subscription.status = "past_due";
    return [this.tell("invoice.payment_failed", invoice), this.tell("customer.subscription.updated", subscription, { status: was })];
  }

  settle(subscription) {
    const was = subscription.status;
    const events = this.pay(this.invoices.get(subscription.latest_invoice));
    subscription.status = "active";
    return [...events, this.tell("customer.subscription.updated", subscription, { status: was })];
  }

  cancel_later(subscription, wanted = true) {
    subscription.cancel_at_period_end = wanted;
    subscription.cancel_at = wanted ? subscription.current_period_end : null;
    return [this.tell("customer.subscription.updated", subscription, { cancel_at_period_end: !wanted })];
  }

  cancel(subscription) {
    Object.assign(subscription, { status: "canceled", canceled_at: this.now(), ended_at: this.now() });
    return [this.tell("customer.subscription.deleted", subscription)];
  }

  refund(charge, amount) {
    charge.amount_refunded += amount;
    charge.refunded = charge.amount_refunded >= charge.amount;
    const made = { id: id("re"), object: "refund", amount, charge: charge.id, created: this.now(), currency: charge.currency, metadata: {},
      payment_intent: charge.payment_intent, reason: "requested_by_customer", status: "succeeded" };
    this.refunds.push(made);
    this.tell("charge.refunded", charge);
    return made;
  }

  dispute(charge) {
    charge.disputed = true;
    const made = { id: id("dp"), object: "dispute", amount: charge.amount, charge: charge.id, created: this.now(), currency: charge.currency,
      evidence: {}, evidence_details: {}, is_charge_refundable: false, livemode: false, metadata: {}, payment_intent: charge.payment_intent,
      reason: "fraudulent", status: "needs_response" };
    this.disputes.set(made.id, made);
    return [this.tell("charge.dispute.created", made)];
  }

  close_dispute(dispute, status) {
    dispute.status = status;
    return [this.tell("charge.dispute.closed", dispute)];
  }
}
