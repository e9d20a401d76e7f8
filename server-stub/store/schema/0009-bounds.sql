-- SPDX-License-Identifier: Apache-2.0
--
-- Bounds of what devices can make grow, and what is remembered so that a seat, a trial or a revocation is counted right.

-- What was reported of usage within one day (UTC), by activation; activation_id of zeros: by all of the license.
CREATE TABLE usage_intake (
    brand_id      BLOB   NOT NULL,
    license_id    BLOB   NOT NULL,
    activation_id BLOB   NOT NULL,
    day           BIGINT NOT NULL, -- since 1970; the one counted
    reports       BIGINT NOT NULL,
    logs          BIGINT NOT NULL, -- new ones
    refused       BIGINT NOT NULL, -- 1: that there were too many is in the audit
    PRIMARY KEY (brand_id, license_id, activation_id),
    FOREIGN KEY (brand_id, license_id) REFERENCES license (brand_id, id)
) WITHOUT ROWID;

-- 0: of a live activation; reported after the device (1) or an operator (2) had released it.
ALTER TABLE usage_ledger ADD COLUMN released BIGINT NOT NULL DEFAULT 0;

-- Until when an answer that was carried to the device holds; a copy of the device's disk holds as long.
ALTER TABLE activation ADD COLUMN offline_until BIGINT;

-- Requests that were answered offline: by digest, so that none takes a seat again after its own was given back.
CREATE TABLE offline_answer (
    brand_id      BLOB   NOT NULL,
    digest        BLOB   NOT NULL CHECK (length(digest) = 32),
    license_id    BLOB   NOT NULL,
    activation_id BLOB   NOT NULL,
    answered_at   BIGINT NOT NULL,
    PRIMARY KEY (brand_id, digest),
    FOREIGN KEY (brand_id, license_id, activation_id) REFERENCES activation (brand_id, license_id, id)
) WITHOUT ROWID;
CREATE INDEX offline_answer_by_activation ON offline_answer (brand_id, license_id, activation_id, answered_at);

-- A trial whose license was renewed is a sale. The address that started a trial is kept for an hour, to count by it.
ALTER TABLE trial_device ADD COLUMN sold_at BIGINT;
ALTER TABLE trial_device ADD COLUMN address TEXT;
CREATE INDEX trial_device_by_address ON trial_device (brand_id, product_id, address, started_at) WHERE address IS NOT NULL;

-- A revocation list that is full names the latest cancellations.
ALTER TABLE license ADD COLUMN cancelled_at BIGINT;
UPDATE license SET cancelled_at = 0 WHERE status = 3;
DROP INDEX license_cancelled;
CREATE INDEX license_cancelled_at ON license (brand_id, cancelled_at, id) WHERE status = 3;
