-- SPDX-License-Identifier: Apache-2.0
--
-- For who runs the validator: the history that another system left, what the server does by itself, and the ways by which reports and
-- the erasing of a customer find their rows.

-- What another system had written down, row by row, as it was; our own audit begins with the import.
CREATE TABLE archive_log (
    brand_id    BLOB   NOT NULL REFERENCES brand (id),
    source      TEXT   NOT NULL, -- "pospal-d1:audit_log"
    entry       TEXT   NOT NULL, -- its id there
    at          BIGINT NOT NULL, -- 0: it was not told
    kind        TEXT   NOT NULL, -- "SESSION_TAKEOVER"
    customer_id BLOB,            -- whom it is about, where that is known
    body        TEXT,            -- a JSON object of all columns; NULL: erased
    PRIMARY KEY (brand_id, source, entry)
) WITHOUT ROWID;

-- Without the brand in front, which would make the planner prefer the primary key; the brand is in it, which ends every entry.
CREATE INDEX archive_log_by_customer ON archive_log (customer_id, at) WHERE customer_id IS NOT NULL;

-- What is done from time to time, and how that went the last time.
CREATE TABLE chore (
    name      TEXT   NOT NULL PRIMARY KEY, -- "backup"
    done_at   BIGINT,
    failed_at BIGINT, -- since it was done; NULL: it did not fail since
    detail    TEXT    -- of the newer of the two
) WITHOUT ROWID;

CREATE INDEX inbound_event_by_customer ON inbound_event (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX subscription_by_start ON subscription (brand_id, created_at);
CREATE INDEX payment_by_telling ON payment (brand_id, told_at);
CREATE INDEX license_seen_by_time ON license_seen (brand_id, seen_at);

-- The rows that wait for their seal. seal is in it, although it is always NULL there, because that makes the planner prefer it to the
-- primary key, which the index before this one did not.
DROP INDEX audit_unsealed;
CREATE INDEX audit_unsealed ON audit (brand_id, seal, id) WHERE seal IS NULL;

-- Mail to an address that belonged to no customer when it was written: codes.
CREATE INDEX mail_by_address ON mail (brand_id, lower(recipient), created_at) WHERE customer_id IS NULL;
