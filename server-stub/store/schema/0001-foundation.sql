-- SPDX-License-Identifier: Apache-2.0
--
-- The foundation: tenants, keys, products, customers, licenses, activations, audit.
--
-- Ids are 16 bytes (UUIDv7), times Unix milliseconds, states small numbers named in the header of their aggregate. A table of a brand
-- has brand_id first in its primary key, so that no statement can reach a row without naming its brand, and a brand's rows lie together.

CREATE TABLE meta (
    id             BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch          BIGINT NOT NULL,
    generation     BIGINT NOT NULL,
    last_time      BIGINT NOT NULL,
    sealing_key    BLOB   NOT NULL, -- seals everything else; itself sealed under the master key
    key_hash_secret BLOB  NOT NULL  -- license keys are hashed with it; sealed
);

CREATE TABLE brand (
    id         BLOB   NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    slug       TEXT   NOT NULL UNIQUE,
    name       TEXT   NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE root_key (
    brand_id   BLOB   NOT NULL REFERENCES brand (id),
    rank       BIGINT NOT NULL,
    kid        TEXT   NOT NULL UNIQUE,
    alg        BIGINT NOT NULL,
    point      BLOB   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (brand_id, rank)
) WITHOUT ROWID;

CREATE TABLE signing_key (
    brand_id   BLOB   NOT NULL REFERENCES brand (id),
    kid        TEXT   NOT NULL,
    alg        BIGINT NOT NULL,
    docs       BIGINT NOT NULL,
    state      BIGINT NOT NULL,
    point      BLOB   NOT NULL,
    secret     BLOB   NOT NULL, -- sealed
    created_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL,
    PRIMARY KEY (brand_id, kid)
) WITHOUT ROWID;

CREATE TABLE keyset (
    brand_id   BLOB   NOT NULL REFERENCES brand (id),
    epoch      BIGINT NOT NULL,
    sequence   BIGINT NOT NULL,
    token      TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (brand_id, epoch, sequence)
) WITHOUT ROWID;

CREATE TABLE api_key (
    hash       BLOB   NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    brand_id   BLOB   NOT NULL REFERENCES brand (id),
    name       TEXT   NOT NULL,
    scopes     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
) WITHOUT ROWID;

CREATE TABLE product (
    brand_id     BLOB   NOT NULL REFERENCES brand (id),
    id           BLOB   NOT NULL CHECK (length(id) = 16),
    slug         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    seats        BIGINT NOT NULL CHECK (seats > 0),
    check_by_s   BIGINT NOT NULL,
    grace_s      BIGINT NOT NULL,
    emergency_s  BIGINT NOT NULL,
    slack_s      BIGINT NOT NULL,
    match_rule   BIGINT NOT NULL,
    entitlements TEXT,
    key_prefix   TEXT   NOT NULL,
    key_group    BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (brand_id, id),
    UNIQUE (brand_id, slug)
) WITHOUT ROWID;

CREATE TABLE customer (
    brand_id     BLOB NOT NULL REFERENCES brand (id),
    id           BLOB NOT NULL CHECK (length(id) = 16),
    email_folded TEXT NOT NULL,
    email        TEXT, -- where it is spelled otherwise
    name         TEXT,
    PRIMARY KEY (brand_id, id),
    UNIQUE (brand_id, email_folded)
) WITHOUT ROWID;

-- Found by the keyed hash alone: 128 bits of HMAC-SHA-256 under a secret that is not in the clear here.
CREATE TABLE license_key (
    brand_id BLOB NOT NULL REFERENCES brand (id),
    hash     BLOB NOT NULL CHECK (length(hash) = 16),
    sealed   BLOB NOT NULL,
    tail     TEXT NOT NULL,
    PRIMARY KEY (brand_id, hash)
) WITHOUT ROWID;

CREATE TABLE license (
    brand_id     BLOB   NOT NULL,
    id           BLOB   NOT NULL CHECK (length(id) = 16),
    key_hash     BLOB   NOT NULL,
    product_id   BLOB   NOT NULL,
    customer_id  BLOB,
    status       BIGINT NOT NULL CHECK (status IN (1, 2, 3)),
    reason       BIGINT NOT NULL,
    seats        BIGINT NOT NULL CHECK (seats >= 0),
    renews       BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    starts_at    BIGINT,
    expires_at   BIGINT,
    plan         TEXT,
    entitlements TEXT,
    PRIMARY KEY (brand_id, id),
    FOREIGN KEY (brand_id, key_hash) REFERENCES license_key (brand_id, hash),
    FOREIGN KEY (brand_id, product_id) REFERENCES product (brand_id, id),
    FOREIGN KEY (brand_id, customer_id) REFERENCES customer (brand_id, id)
) WITHOUT ROWID;

-- A key has one license of a product at most. Being unique also tells the planner, which has no statistics, that this beats a walk
-- through all licenses of the brand.
CREATE UNIQUE INDEX license_by_key ON license (brand_id, key_hash, product_id);
CREATE INDEX license_by_customer ON license (brand_id, customer_id);

CREATE TABLE activation (
    brand_id     BLOB   NOT NULL,
    license_id   BLOB   NOT NULL,
    id           BLOB   NOT NULL CHECK (length(id) = 16), -- UUIDv7: the time of activation is in it
    instance_id  BLOB,
    fingerprint  BLOB   NOT NULL, -- packed, see store/activations.c
    device_key   BLOB   NOT NULL CHECK (length(device_key) = 32),
    device_name  TEXT,
    validated_at BIGINT NOT NULL,
    released_at  BIGINT, -- NULL: live
    PRIMARY KEY (brand_id, license_id, id),
    FOREIGN KEY (brand_id, license_id) REFERENCES license (brand_id, id)
) WITHOUT ROWID;

-- The live seats of a license. Seats come and go: without it every check would walk through all that were ever given back. released_at
-- is in it, although it is always NULL there, because that makes the planner prefer it to the primary key.
CREATE UNIQUE INDEX activation_live ON activation (brand_id, license_id, released_at, id) WHERE released_at IS NULL;

-- No reference to brand: what concerns the whole installation has a brand_id of zeros.
CREATE TABLE audit (
    brand_id BLOB   NOT NULL,
    id       BLOB   NOT NULL CHECK (length(id) = 16), -- UUIDv7: the time is in it
    actor    TEXT   NOT NULL,
    action   BIGINT NOT NULL,
    target   BLOB,
    metadata TEXT,
    address  TEXT,
    PRIMARY KEY (brand_id, id)
) WITHOUT ROWID;
