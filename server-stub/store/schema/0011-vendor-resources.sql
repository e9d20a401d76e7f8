-- SPDX-License-Identifier: Apache-2.0
--
-- What a vendor's API changes: versions, so that nobody overwrites what he has not seen; more rules of a policy; metadata; changes of a
-- license that come by themselves at a time; and indexes for the audit's questions.

ALTER TABLE product ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE product ADD COLUMN overage BIGINT NOT NULL DEFAULT 0; -- seats beyond the limit that may be taken
ALTER TABLE product ADD COLUMN expiry_basis BIGINT NOT NULL DEFAULT 0; -- store/products.h
ALTER TABLE product ADD COLUMN duration_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE product ADD COLUMN expiry_date BIGINT;
ALTER TABLE product ADD COLUMN expiry_effect BIGINT NOT NULL DEFAULT 0;
ALTER TABLE product ADD COLUMN free_after_days BIGINT NOT NULL DEFAULT 0; -- of silence; 0: a seat is kept

ALTER TABLE customer ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE customer ADD COLUMN metadata TEXT;

ALTER TABLE license ADD COLUMN metadata TEXT;
ALTER TABLE license ADD COLUMN duration_days BIGINT NOT NULL DEFAULT 0; -- until its end, from the first activation on; then 0
ALTER TABLE license ADD COLUMN suspend_at BIGINT;
ALTER TABLE license ADD COLUMN cancel_at BIGINT;

ALTER TABLE api_key ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- What a revocation list looks for: licenses whose cancellation came by itself.
CREATE INDEX license_cancel_at ON license (brand_id, cancel_at) WHERE cancel_at IS NOT NULL;

CREATE INDEX audit_by_target ON audit (brand_id, target, id) WHERE target IS NOT NULL;
CREATE INDEX audit_by_actor ON audit (brand_id, actor, id);
