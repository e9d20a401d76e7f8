-- SPDX-License-Identifier: Apache-2.0
--
-- What a seat's device was told, which a policy that is changed later does not take back.

-- The latest end of the answers to it, with grace and emergency extension; NULL: it was told nothing since this column is there, or is
-- an instance, which has no answers that it could keep. A minute more than that, for it is written once a minute, with validated_at.
ALTER TABLE activation ADD COLUMN told_until BIGINT;
