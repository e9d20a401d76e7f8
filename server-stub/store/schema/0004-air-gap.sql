-- SPDX-License-Identifier: Apache-2.0
--
-- Devices without network: how long an answer to an offline request holds, how many seats a license may give back by a text, which were,
-- which seats an operator took away, and the revocation list that was signed last.

ALTER TABLE product ADD COLUMN offline_s BIGINT NOT NULL DEFAULT 31622400; -- 366 days; 0: no offline activation
ALTER TABLE product ADD COLUMN offline_releases BIGINT NOT NULL DEFAULT 3; -- per license and 365 days

ALTER TABLE activation ADD COLUMN taken_at BIGINT; -- released by an operator, not by the device: then released_at

CREATE TABLE offline_release (
    brand_id      BLOB   NOT NULL,
    license_id    BLOB   NOT NULL,
    activation_id BLOB   NOT NULL,
    released_at   BIGINT NOT NULL,
    PRIMARY KEY (brand_id, license_id, activation_id),
    FOREIGN KEY (brand_id, license_id, activation_id) REFERENCES activation (brand_id, license_id, id)
) WITHOUT ROWID;

CREATE TABLE revocation_list (
    brand_id  BLOB   NOT NULL REFERENCES brand (id),
    epoch     BIGINT NOT NULL,
    sequence  BIGINT NOT NULL,
    content   BLOB   NOT NULL CHECK (length(content) = 32), -- digest of what it names
    issued_at BIGINT NOT NULL,
    token     TEXT   NOT NULL,
    PRIMARY KEY (brand_id)
) WITHOUT ROWID;

-- What a revocation list looks for among very many.
CREATE INDEX activation_taken ON activation (brand_id, taken_at) WHERE taken_at IS NOT NULL;
CREATE INDEX license_cancelled ON license (brand_id, id) WHERE status = 3;
