-- SPDX-License-Identifier: Apache-2.0
--
-- Sessions: which devices use a license at this moment. One row per activation, so a device can never hold two seats, and one that
-- lost power takes its own back. Live: ended_at is NULL and lease_until is not past. lease_until is what was last written: the
-- validator knows newer beats in memory and writes them once a second.

ALTER TABLE product ADD COLUMN sessions BIGINT NOT NULL DEFAULT 0; -- that may live at once per license; 0: as many as seats
ALTER TABLE product ADD COLUMN session_lease_s BIGINT NOT NULL DEFAULT 120;
ALTER TABLE product ADD COLUMN session_beat_s BIGINT NOT NULL DEFAULT 30;
ALTER TABLE product ADD COLUMN session_takeover BIGINT NOT NULL DEFAULT 2;
ALTER TABLE product ADD COLUMN session_cooldown_s BIGINT NOT NULL DEFAULT 300;

CREATE TABLE session (
    brand_id        BLOB   NOT NULL,
    license_id      BLOB   NOT NULL,
    activation_id   BLOB   NOT NULL,
    id              BLOB   NOT NULL CHECK (length(id) = 16),
    sealed_key      BLOB   NOT NULL, -- authenticates the beats
    lease_ms        BIGINT NOT NULL,
    beat_ms         BIGINT NOT NULL,
    started_at      BIGINT NOT NULL,
    lease_until     BIGINT NOT NULL,
    beat            BIGINT NOT NULL, -- the number of the last one
    protected_until BIGINT NOT NULL, -- it was taken over, and is not taken over again before
    ended_at        BIGINT,
    ended_by        BLOB,            -- the activation that took it over
    reason          TEXT,
    PRIMARY KEY (brand_id, license_id, activation_id),
    FOREIGN KEY (brand_id, license_id, activation_id) REFERENCES activation (brand_id, license_id, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX session_by_id ON session (brand_id, id);
