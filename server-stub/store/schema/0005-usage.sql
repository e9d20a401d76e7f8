-- SPDX-License-Identifier: Apache-2.0
--
-- Usage as devices reported it. The ledger only grows: a report is there once and for ever, told by its number and its random id within
-- the log of one activation. Of two reports of one number the first is the log's own (fork 0); another was made by a copy of the log
-- (fork 1) and counts as well, for it was used. A balance is the sum of the ledger, kept in the same transaction.

CREATE TABLE usage_log (
    brand_id      BLOB   NOT NULL,
    license_id    BLOB   NOT NULL,
    activation_id BLOB   NOT NULL,
    log           BLOB   NOT NULL CHECK (length(log) = 16),
    acked         BIGINT NOT NULL, -- all up to this number are in the ledger, or gone for good
    forks         BIGINT NOT NULL,
    PRIMARY KEY (brand_id, license_id, activation_id, log),
    FOREIGN KEY (brand_id, license_id, activation_id) REFERENCES activation (brand_id, license_id, id)
) WITHOUT ROWID;

CREATE TABLE usage_ledger (
    brand_id      BLOB   NOT NULL,
    license_id    BLOB   NOT NULL,
    activation_id BLOB   NOT NULL,
    log           BLOB   NOT NULL,
    sequence      BIGINT NOT NULL CHECK (sequence > 0),
    report_id     BLOB   NOT NULL CHECK (length(report_id) = 16),
    fork          BIGINT NOT NULL CHECK (fork IN (0, 1)),
    meter         TEXT   NOT NULL,
    amount        BIGINT NOT NULL CHECK (amount > 0),
    used_at       BIGINT NOT NULL, -- by the device's clock
    received_at   BIGINT NOT NULL,
    PRIMARY KEY (brand_id, license_id, activation_id, log, sequence, report_id),
    FOREIGN KEY (brand_id, license_id, activation_id) REFERENCES activation (brand_id, license_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX usage_ledger_own ON usage_ledger (brand_id, license_id, activation_id, log, sequence) WHERE fork = 0;

CREATE TABLE usage_balance (
    brand_id   BLOB   NOT NULL,
    license_id BLOB   NOT NULL,
    meter      TEXT   NOT NULL,
    used       BIGINT NOT NULL,
    PRIMARY KEY (brand_id, license_id, meter),
    FOREIGN KEY (brand_id, license_id) REFERENCES license (brand_id, id)
) WITHOUT ROWID;
