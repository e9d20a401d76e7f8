-- SPDX-License-Identifier: Apache-2.0
--
-- Seats of products that have no library and no fingerprint: a seat is told by what the product says of its place, an address (URL), a
-- host name or a machine id, each in one spelling. They lie in the table of the devices' seats, so that one count sees both kinds; such a
-- row has a fingerprint of no components and a device key of zeros, which no device can have, and the devices' statements pass it over.

ALTER TABLE activation ADD COLUMN kind BIGINT NOT NULL DEFAULT 0; -- 0: a device; 1: URL, 2: host name, 3: machine id
ALTER TABLE activation ADD COLUMN identifier TEXT; -- NULL: a device
ALTER TABLE activation ADD COLUMN metadata TEXT;   -- a JSON object of the product's own; NULL: none

CREATE UNIQUE INDEX activation_by_identifier ON activation (brand_id, license_id, kind, identifier)
    WHERE kind > 0 AND released_at IS NULL;

-- Who has nothing but a license key does not know its brand, and must be refused in one step, however many brands there are.
CREATE INDEX license_key_by_hash ON license_key (hash);
