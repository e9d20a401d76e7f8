-- SPDX-License-Identifier: Apache-2.0
--
-- Suspensions and cancellations that come by themselves are told like ends: licenses are looked through in the order of suspend_at and of
-- cancel_at (license_cancel_at is there already). In expiry_notice and expiry_cursor, days is -1 for the one and -2 for the other, and
-- expires_at is that time.

CREATE INDEX license_suspend_at ON license (brand_id, suspend_at, id) WHERE suspend_at IS NOT NULL;

-- What of the outbox waits, the oldest first: for the metrics.
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (created_at) WHERE state = 1;
