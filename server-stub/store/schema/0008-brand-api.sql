-- SPDX-License-Identifier: Apache-2.0
--
-- The vendor's API: API keys that can be named, ended and seen at work, and replies that are given again to who asks again.

ALTER TABLE api_key ADD COLUMN id BLOB; -- of those before: the first half of the hash
ALTER TABLE api_key ADD COLUMN tail TEXT; -- its last characters, so that people can tell it
ALTER TABLE api_key ADD COLUMN revoked_at BIGINT;
ALTER TABLE api_key ADD COLUMN last_used_at BIGINT; -- written lazily, some minutes behind
UPDATE api_key SET id = substr(hash, 1, 16);
CREATE UNIQUE INDEX api_key_by_id ON api_key (brand_id, id);

-- The reply to a write that carried an Idempotency-Key, so that its repetition changes nothing. Kept for seven days.
CREATE TABLE idempotency (
    brand_id   BLOB   NOT NULL REFERENCES brand (id),
    word       TEXT   NOT NULL, -- the Idempotency-Key
    request    BLOB   NOT NULL CHECK (length(request) = 32), -- SHA-256 of method, path and body
    created_at BIGINT NOT NULL,
    status     BIGINT NOT NULL,
    reply      BLOB   NOT NULL, -- sealed, for license keys stand in it
    PRIMARY KEY (brand_id, word)
) WITHOUT ROWID;

CREATE INDEX idempotency_by_age ON idempotency (created_at);
