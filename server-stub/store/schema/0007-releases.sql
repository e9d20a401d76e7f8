-- SPDX-License-Identifier: Apache-2.0
--
-- Releases of a product's program, by channel: what a device may be told of. The programs themselves are elsewhere.

CREATE TABLE release (
    brand_id     BLOB   NOT NULL,
    product_id   BLOB   NOT NULL,
    channel      TEXT   NOT NULL,
    version      TEXT   NOT NULL,
    published_at BIGINT NOT NULL,
    url          TEXT   NOT NULL,
    notes_url    TEXT,
    sha256       TEXT   NOT NULL,
    withdrawn_at BIGINT, -- NULL: offered
    PRIMARY KEY (brand_id, product_id, channel, version),
    FOREIGN KEY (brand_id, product_id) REFERENCES product (brand_id, id)
) WITHOUT ROWID;
