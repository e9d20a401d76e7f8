-- SPDX-License-Identifier: Apache-2.0
--
-- What looks across brands, and lists that are asked for what is rare.

-- Keys of the operator. They are in a table of their own so that nothing that a brand does can make one of its keys such a key.
CREATE TABLE operator_key (
    hash       BLOB   NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    id         BLOB   NOT NULL UNIQUE CHECK (length(id) = 16),
    name       TEXT   NOT NULL,
    tail       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
) WITHOUT ROWID;

CREATE INDEX customer_by_email ON customer (email_folded, brand_id);

-- License keys that were given and not made here, and whose they are: of two brands that give the same one at the same time, one waits here for
-- the other. What is imported needs no row, for it may be in several brands.
CREATE TABLE given_key (
    hash     BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 16),
    brand_id BLOB NOT NULL REFERENCES brand (id)
) WITHOUT ROWID;

-- With the id in them, so that pages go on where the last one ended.
DROP INDEX license_by_customer;
CREATE INDEX license_of_customer ON license (brand_id, customer_id, id);
CREATE INDEX license_by_product ON license (brand_id, product_id, id);
CREATE INDEX license_by_plan ON license (brand_id, plan, id) WHERE plan IS NOT NULL;
CREATE INDEX webhook_delivery_by_state ON webhook_delivery (brand_id, endpoint_id, state, id);
CREATE INDEX audit_by_action ON audit (brand_id, action, id);
