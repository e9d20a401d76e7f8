-- SPDX-License-Identifier: Apache-2.0
--
-- Events and the endpoints that want to hear of them. An event and its deliveries are written in the transaction of the change; sending
-- is done afterwards, endpoint by endpoint: who sends to one has its lease.

CREATE TABLE webhook_endpoint (
    brand_id      BLOB   NOT NULL REFERENCES brand (id),
    id            BLOB   NOT NULL CHECK (length(id) = 16),
    url           TEXT   NOT NULL,
    description   TEXT,
    events        TEXT   NOT NULL, -- names with spaces between, or *
    state         BIGINT NOT NULL CHECK (state IN (1, 2, 3)), -- store/webhooks.h
    secret        BLOB   NOT NULL, -- sealed
    secret_before BLOB,            -- the one before it, which signs too until
    before_until  BIGINT,
    version       BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    failures      BIGINT NOT NULL, -- attempts one after the other
    failing_since BIGINT,
    paused_until  BIGINT NOT NULL,
    holder        BLOB,
    held_until    BIGINT NOT NULL,
    PRIMARY KEY (brand_id, id)
) WITHOUT ROWID;

CREATE TABLE webhook_event (
    brand_id   BLOB   NOT NULL,
    id         BLOB   NOT NULL CHECK (length(id) = 16),
    type       TEXT   NOT NULL,
    license_id BLOB,
    payload    TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    trace      TEXT, -- of the request that it comes from: the id of its trace and its flags
    PRIMARY KEY (brand_id, id)
) WITHOUT ROWID;

CREATE TABLE webhook_delivery (
    brand_id    BLOB   NOT NULL,
    id          BLOB   NOT NULL CHECK (length(id) = 16),
    endpoint_id BLOB   NOT NULL,
    event_id    BLOB   NOT NULL,
    state       BIGINT NOT NULL CHECK (state IN (1, 2, 3)), -- store/deliveries.h
    attempts    BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL, -- it is given up when the next attempt would be later
    created_at  BIGINT NOT NULL,
    status      BIGINT NOT NULL, -- HTTP, of the last attempt; 0: no answer
    PRIMARY KEY (brand_id, id)
) WITHOUT ROWID;

CREATE INDEX webhook_delivery_due ON webhook_delivery (brand_id, endpoint_id, due_at, id) WHERE state = 1;
CREATE INDEX webhook_delivery_by_endpoint ON webhook_delivery (brand_id, endpoint_id, id);
CREATE INDEX webhook_delivery_by_age ON webhook_delivery (created_at) WHERE state <> 1;
CREATE INDEX webhook_event_by_age ON webhook_event (created_at);

CREATE TABLE webhook_attempt (
    brand_id    BLOB   NOT NULL,
    delivery_id BLOB   NOT NULL,
    number      BIGINT NOT NULL,
    sent_at     BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    status      BIGINT NOT NULL,
    answer      TEXT, -- its first bytes
    error       TEXT,
    PRIMARY KEY (brand_id, delivery_id, number)
) WITHOUT ROWID;

-- The number of a license's last event.
CREATE TABLE event_count (
    brand_id   BLOB   NOT NULL,
    license_id BLOB   NOT NULL,
    last       BIGINT NOT NULL,
    PRIMARY KEY (brand_id, license_id)
) WITHOUT ROWID;

-- What is told of a license's end: each row once, when it is due, if the license still ends then.
CREATE TABLE expiry_notice (
    brand_id   BLOB   NOT NULL,
    license_id BLOB   NOT NULL,
    expires_at BIGINT NOT NULL,
    days       BIGINT NOT NULL, -- before it; 0: it has ended
    due_at     BIGINT NOT NULL,
    told_at    BIGINT,
    PRIMARY KEY (brand_id, license_id, expires_at, days)
) WITHOUT ROWID;

CREATE INDEX expiry_notice_due ON expiry_notice (due_at) WHERE told_at IS NULL;
CREATE INDEX expiry_notice_by_age ON expiry_notice (expires_at) WHERE told_at IS NOT NULL;

-- How far the licenses of a brand were looked through, in the order of their ends.
CREATE TABLE expiry_cursor (
    brand_id   BLOB   NOT NULL,
    days       BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    license_id BLOB   NOT NULL,
    PRIMARY KEY (brand_id, days)
) WITHOUT ROWID;

CREATE INDEX license_by_end ON license (brand_id, expires_at, id) WHERE expires_at IS NOT NULL;

INSERT INTO lease (name, held_until) VALUES ('expiry', 0);
