-- SPDX-License-Identifier: Apache-2.0
--
-- What a license has otherwise than its product's policy; that a license must be validated online every so often; and the vendor's own
-- words for its last change of status. The words of an audit's row can be erased: what is sealed is the commitment among its values.

ALTER TABLE product ADD COLUMN check_in_s BIGINT NOT NULL DEFAULT 0; -- 0: never

ALTER TABLE license ADD COLUMN policy TEXT; -- a JSON object, licensing/license_policy.h; NULL: all as the product has it
ALTER TABLE license ADD COLUMN status_reason TEXT;

ALTER TABLE audit ADD COLUMN note TEXT;

-- Which licenses have rules of their own: for the watch on check-ins, where no product asks for them.
CREATE INDEX license_own_policy ON license (brand_id, id) WHERE policy IS NOT NULL;
