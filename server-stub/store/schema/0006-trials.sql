-- SPDX-License-Identifier: Apache-2.0
--
-- Trials without a key: which device had one of which product, for ever. A device is found by any of its hardware components (not by the
-- system's id, which all machines of one disk image share); whether it is the same is for the product's match rule to say.

ALTER TABLE product ADD COLUMN trial_days BIGINT NOT NULL DEFAULT 0; -- 0: no trials
ALTER TABLE product ADD COLUMN trial_entitlements TEXT;

CREATE TABLE trial_device (
    brand_id    BLOB   NOT NULL,
    product_id  BLOB   NOT NULL,
    license_id  BLOB   NOT NULL,
    fingerprint TEXT   NOT NULL,
    started_at  BIGINT NOT NULL,
    PRIMARY KEY (brand_id, product_id, license_id),
    FOREIGN KEY (brand_id, product_id) REFERENCES product (brand_id, id),
    FOREIGN KEY (brand_id, license_id) REFERENCES license (brand_id, id)
) WITHOUT ROWID;

CREATE INDEX trial_device_by_time ON trial_device (brand_id, product_id, started_at);

CREATE TABLE trial_component (
    brand_id   BLOB   NOT NULL,
    product_id BLOB   NOT NULL,
    component  BIGINT NOT NULL,
    value      BLOB   NOT NULL,
    license_id BLOB   NOT NULL,
    PRIMARY KEY (brand_id, product_id, component, value, license_id),
    FOREIGN KEY (brand_id, product_id, license_id) REFERENCES trial_device (brand_id, product_id, license_id)
) WITHOUT ROWID;
