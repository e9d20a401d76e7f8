-- SPDX-License-Identifier: Apache-2.0
--
-- The audit, sealed: every committed row belongs to one seal of its brand, seals follow each other by hash, and a current key of the brand
-- signs each. A row that became visible late is in a later seal than its id tells, and in one all the same.

ALTER TABLE audit ADD COLUMN request_id TEXT;
ALTER TABLE audit ADD COLUMN was TEXT; -- what changed, before; JSON
ALTER TABLE audit ADD COLUMN became TEXT; -- and after
ALTER TABLE audit ADD COLUMN salt BLOB; -- of the commitments in this row; erased with what they stand for
ALTER TABLE audit ADD COLUMN address_mark TEXT; -- commitment to the address: the seal has it, so that the address can be erased
ALTER TABLE audit ADD COLUMN seal BIGINT; -- NULL: not sealed yet

CREATE INDEX audit_unsealed ON audit (brand_id, id) WHERE seal IS NULL;

CREATE TABLE audit_seal (
    brand_id   BLOB   NOT NULL,
    sequence   BIGINT NOT NULL, -- 1, 2, 3, ... without gaps
    first_id   BLOB   NOT NULL,
    last_id    BLOB   NOT NULL,
    row_count  BIGINT NOT NULL,
    rows       BLOB   NOT NULL, -- of each row, in the order of ids: 16 bytes id, 32 bytes digest
    sealed_at  BIGINT NOT NULL,
    hash       BLOB   NOT NULL CHECK (length(hash) = 32), -- over all of the above and the hash before
    checkpoint TEXT,            -- signed; NULL: the brand had no key
    PRIMARY KEY (brand_id, sequence)
) WITHOUT ROWID;

-- What one process at a time does for all of them.
CREATE TABLE lease (
    name       TEXT   NOT NULL PRIMARY KEY,
    holder     BLOB,
    held_until BIGINT NOT NULL
) WITHOUT ROWID;

INSERT INTO lease (name, held_until) VALUES ('audit', 0);
