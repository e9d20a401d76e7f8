-- SPDX-License-Identifier: Apache-2.0
--
-- What a subscription business needs: what a brand sets for itself, subscriptions and payments as their provider tells them, the inbox of
-- its events, mail that is to go out, and what programs written for POSPal's licensing API ask for.

-- One value by name; the names are in licensing/settings.c. A secret is sealed, and value is NULL.
CREATE TABLE brand_setting (
    brand_id   BLOB   NOT NULL REFERENCES brand (id),
    name       TEXT   NOT NULL,
    value      TEXT,
    sealed     BLOB,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (brand_id, name)
) WITHOUT ROWID;

-- Which brand and product the routes of another system's shape serve, by the name that the request's Host says; "*" stands for any.
CREATE TABLE facade_host (
    host       TEXT   NOT NULL PRIMARY KEY,
    brand_id   BLOB   NOT NULL,
    product_id BLOB   NOT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (brand_id, product_id) REFERENCES product (brand_id, id)
) WITHOUT ROWID;

ALTER TABLE customer ADD COLUMN number BIGINT;  -- by which another system knew it
ALTER TABLE customer ADD COLUMN language TEXT;  -- of the mail to it, BCP 47; NULL: the brand's
ALTER TABLE customer ADD COLUMN phone TEXT;
ALTER TABLE customer ADD COLUMN erased_at BIGINT; -- its personal data are gone
CREATE UNIQUE INDEX customer_by_number ON customer (brand_id, number) WHERE number IS NOT NULL;

-- How a license is paid for: by one at most. What it replaced, and what was bought while it is live, is beside: it takes the place of one that ended.
CREATE TABLE subscription (
    brand_id              BLOB   NOT NULL,
    id                    BLOB   NOT NULL CHECK (length(id) = 16),
    license_id            BLOB   NOT NULL,
    customer_id           BLOB   NOT NULL,
    provider              TEXT   NOT NULL, -- "stripe"
    provider_customer     TEXT,            -- its id there
    provider_subscription TEXT,
    provider_checkout     TEXT,
    state                 BIGINT NOT NULL, -- store/subscriptions.h
    ends_with_period      BIGINT NOT NULL, -- cancelled at the period's end
    period_start          BIGINT,
    period_end            BIGINT,
    next_billing_at       BIGINT,
    amount                BIGINT,          -- minor units
    currency              TEXT,            -- ISO 4217, lower case
    failures              BIGINT NOT NULL, -- payments that failed, one after the other
    begun_at              BIGINT NOT NULL, -- when it was bought, by the provider's clock; 0: not known
    told_at               BIGINT NOT NULL, -- the provider's time of the newest event that changed it
    compared_at           BIGINT NOT NULL, -- with the provider; 0: never, or it must be
    version               BIGINT NOT NULL,
    reminded_for          BIGINT NOT NULL DEFAULT 0, -- the next_billing_at that the customer was told of before
    is_beside             BIGINT NOT NULL DEFAULT 0, -- another one is what the license is paid for by
    created_at            BIGINT NOT NULL,
    PRIMARY KEY (brand_id, id),
    FOREIGN KEY (brand_id, license_id) REFERENCES license (brand_id, id),
    FOREIGN KEY (brand_id, customer_id) REFERENCES customer (brand_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX subscription_by_license ON subscription (brand_id, license_id) WHERE is_beside = 0;
CREATE INDEX subscription_beside ON subscription (brand_id, license_id, id) WHERE is_beside = 1;
CREATE UNIQUE INDEX subscription_by_provider ON subscription (brand_id, provider, provider_subscription)
    WHERE provider_subscription IS NOT NULL;
CREATE INDEX subscription_by_provider_customer ON subscription (brand_id, provider, provider_customer)
    WHERE provider_customer IS NOT NULL;
CREATE INDEX subscription_by_checkout ON subscription (brand_id, provider, provider_checkout) WHERE provider_checkout IS NOT NULL;
CREATE INDEX subscription_by_customer ON subscription (brand_id, customer_id);
CREATE INDEX subscription_by_comparison ON subscription (brand_id, compared_at, id);
CREATE INDEX subscription_by_billing ON subscription (brand_id, next_billing_at) WHERE next_billing_at IS NOT NULL;

-- Each invoice that the provider told of, once: what was paid, given back, disputed.
CREATE TABLE payment (
    brand_id         BLOB   NOT NULL,
    id               BLOB   NOT NULL CHECK (length(id) = 16),
    provider         TEXT   NOT NULL,
    provider_invoice TEXT   NOT NULL,
    provider_charge  TEXT,
    provider_subscription TEXT, -- that the invoice is of
    license_id       BLOB,
    customer_id      BLOB,
    state            BIGINT NOT NULL, -- store/payments.h
    amount           BIGINT NOT NULL,
    refunded         BIGINT NOT NULL,
    currency         TEXT   NOT NULL,
    paid_at          BIGINT,
    told_at          BIGINT NOT NULL,
    disputed_at      BIGINT NOT NULL, -- the provider's time of the newest event about a dispute; 0: there was none
    created_at       BIGINT NOT NULL,
    PRIMARY KEY (brand_id, id),
    UNIQUE (brand_id, provider, provider_invoice)
) WITHOUT ROWID;

CREATE INDEX payment_by_charge ON payment (brand_id, provider, provider_charge) WHERE provider_charge IS NOT NULL;
CREATE INDEX payment_by_license ON payment (brand_id, license_id, id) WHERE license_id IS NOT NULL;
CREATE INDEX payment_by_customer ON payment (brand_id, customer_id, id) WHERE customer_id IS NOT NULL;

-- What providers told, each event once; its effects and state 2 are committed together.
CREATE TABLE inbound_event (
    brand_id    BLOB   NOT NULL REFERENCES brand (id),
    provider    TEXT   NOT NULL,
    event_id    TEXT   NOT NULL,
    type        TEXT   NOT NULL,
    object_id   TEXT,            -- what it is about, in the provider's words
    created_at  BIGINT NOT NULL, -- by the provider's clock
    received_at BIGINT NOT NULL,
    state       BIGINT NOT NULL CHECK (state IN (1, 2, 3, 4)), -- store/inbound_events.h
    attempts    BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    held_until  BIGINT NOT NULL, -- by whoever works on it
    settled_at  BIGINT,
    product_id  BLOB,            -- which the address that it came to is for
    customer_id BLOB,
    outcome     TEXT,            -- one word, or why it failed
    body        BLOB   NOT NULL, -- as it came; empty once it is of no more use
    PRIMARY KEY (brand_id, provider, event_id)
) WITHOUT ROWID;

CREATE INDEX inbound_event_due ON inbound_event (due_at) WHERE state = 1;
CREATE INDEX inbound_event_failed ON inbound_event (brand_id, received_at) WHERE state = 4;
CREATE INDEX inbound_event_to_sweep ON inbound_event (settled_at) WHERE settled_at IS NOT NULL AND length(body) > 0;
CREATE INDEX inbound_event_by_state ON inbound_event (brand_id, state, received_at);
CREATE INDEX inbound_event_by_time ON inbound_event (brand_id, received_at);

-- Mail that is to go out, went out, or could not. One of each purpose: who asks again for the same asks for nothing.
CREATE TABLE mail (
    brand_id    BLOB   NOT NULL REFERENCES brand (id),
    id          BLOB   NOT NULL CHECK (length(id) = 16),
    purpose     TEXT   NOT NULL, -- "welcome:<license>:<checkout>"
    template    TEXT   NOT NULL,
    language    TEXT,            -- NULL: the customer's, or the brand's
    customer_id BLOB,
    license_id  BLOB,
    recipient   TEXT   NOT NULL,
    content     BLOB,            -- sealed JSON object of what the template is filled with; NULL once it is of no more use
    state       BIGINT NOT NULL CHECK (state IN (1, 2, 3, 4)), -- store/mails.h
    attempts    BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    held_until  BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT,          -- given up then; NULL: decided by the first attempt
    settled_at  BIGINT,
    provider_id TEXT,            -- what the server that took it calls it
    error       TEXT,            -- of the last attempt
    PRIMARY KEY (brand_id, id),
    UNIQUE (brand_id, purpose)
) WITHOUT ROWID;

CREATE INDEX mail_due ON mail (due_at) WHERE state = 1;
CREATE INDEX mail_by_recipient ON mail (brand_id, lower(recipient), settled_at);
CREATE INDEX mail_by_state ON mail (brand_id, state, id);
CREATE INDEX mail_to ON mail (brand_id, lower(recipient), id);
CREATE INDEX mail_held ON mail (brand_id, held_until) WHERE state = 1;
CREATE INDEX mail_expiring ON mail (expires_at) WHERE state = 1;
CREATE INDEX mail_filled ON mail (settled_at) WHERE content IS NOT NULL;
CREATE INDEX mail_by_customer ON mail (brand_id, customer_id, created_at) WHERE customer_id IS NOT NULL;

CREATE TABLE mail_attempt (
    brand_id    BLOB   NOT NULL,
    mail_id     BLOB   NOT NULL,
    number      BIGINT NOT NULL,
    tried_at    BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    state       BIGINT NOT NULL, -- of the mail afterwards
    answer      TEXT,            -- of the server, or why there was none
    PRIMARY KEY (brand_id, mail_id, number)
) WITHOUT ROWID;

-- Whether an e-mail address is its owner's: a code that was mailed, and the token for who knew it.
CREATE TABLE email_verification (
    brand_id     BLOB   NOT NULL REFERENCES brand (id),
    id           BLOB   NOT NULL CHECK (length(id) = 16),
    email_folded TEXT   NOT NULL,
    context      TEXT   NOT NULL,
    code_hash    BLOB   NOT NULL CHECK (length(code_hash) = 32),
    attempts     BIGINT NOT NULL,
    address      TEXT,            -- who asked
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    confirmed_at BIGINT,
    used_at      BIGINT,
    PRIMARY KEY (brand_id, id)
) WITHOUT ROWID;

CREATE INDEX email_verification_by_time ON email_verification (brand_id, created_at);
CREATE INDEX email_verification_by_email ON email_verification (brand_id, email_folded, created_at);
CREATE INDEX email_verification_by_address ON email_verification (brand_id, address, created_at) WHERE address IS NOT NULL;

-- Who asked for mail to whom without a proof that it is theirs: counted, kept for a day.
CREATE TABLE mail_request (
    brand_id     BLOB   NOT NULL REFERENCES brand (id),
    id           BLOB   NOT NULL CHECK (length(id) = 16),
    kind         BIGINT NOT NULL, -- store/mail_requests.h
    email_folded TEXT   NOT NULL,
    address      TEXT   NOT NULL, -- "" where it is not known
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (brand_id, id)
) WITHOUT ROWID;

CREATE INDEX mail_request_by_time ON mail_request (brand_id, created_at);
CREATE INDEX mail_request_by_email ON mail_request (brand_id, kind, email_folded, created_at);
CREATE INDEX mail_request_by_address ON mail_request (brand_id, kind, address, created_at);

-- Which machine took what was bought by a checkout's id alone; the first one, and no other.
CREATE TABLE instant_redemption (
    brand_id    BLOB   NOT NULL REFERENCES brand (id),
    checkout    TEXT   NOT NULL,
    machine     TEXT   NOT NULL, -- as activation.identifier has it
    redeemed_at BIGINT NOT NULL,
    PRIMARY KEY (brand_id, checkout)
) WITHOUT ROWID;

-- By which another system knew the hardware of a trial: a hash made with the brand's salt.
CREATE TABLE trial_hardware (
    brand_id        BLOB   NOT NULL,
    product_id      BLOB   NOT NULL,
    hash            BLOB   NOT NULL CHECK (length(hash) = 32),
    license_id      BLOB   NOT NULL,
    first_run_at    BIGINT NOT NULL, -- midnight UTC of the earliest day that it told
    contradicted_at BIGINT,          -- it told a later one since
    PRIMARY KEY (brand_id, product_id, hash),
    FOREIGN KEY (brand_id, product_id, license_id) REFERENCES trial_device (brand_id, product_id, license_id)
) WITHOUT ROWID;

-- When a license was last looked at, for programs that are told how long to keep an answer.
CREATE TABLE license_seen (
    brand_id     BLOB   NOT NULL,
    license_id   BLOB   NOT NULL,
    seen_at      BIGINT NOT NULL,
    validated_at BIGINT, -- with success
    PRIMARY KEY (brand_id, license_id),
    FOREIGN KEY (brand_id, license_id) REFERENCES license (brand_id, id)
) WITHOUT ROWID;

CREATE TABLE refund_request (
    brand_id        BLOB   NOT NULL,
    id              BLOB   NOT NULL CHECK (length(id) = 16),
    customer_id     BLOB   NOT NULL,
    license_id      BLOB   NOT NULL,
    provider_invoice TEXT,
    reason          TEXT   NOT NULL,
    details         TEXT,
    state           BIGINT NOT NULL CHECK (state IN (1, 2, 3, 4)), -- store/refund_requests.h
    amount          BIGINT,
    provider_refund TEXT,
    note            TEXT,
    created_at      BIGINT NOT NULL,
    decided_at      BIGINT,
    decided_by      TEXT,
    PRIMARY KEY (brand_id, id),
    FOREIGN KEY (brand_id, license_id) REFERENCES license (brand_id, id),
    FOREIGN KEY (brand_id, customer_id) REFERENCES customer (brand_id, id)
) WITHOUT ROWID;

CREATE INDEX refund_request_by_state ON refund_request (brand_id, state, id);
CREATE INDEX refund_request_by_customer ON refund_request (brand_id, customer_id, id);

INSERT INTO lease (name, held_until) VALUES ('billing', 0);
