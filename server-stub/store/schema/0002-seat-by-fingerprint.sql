-- SPDX-License-Identifier: Apache-2.0
--
-- The seats of a license by their fingerprint, so that a device which does not tell its activation is found without a walk through
-- thousands of seats. The last 16 bytes stand for the whole: the last component is the network card or the processor, while the first
-- one, the system's id, is the same on all machines of one disk image. The license comes first, because a license's seats change
-- together; the brand is in the primary key, which ends every entry, and in front it would make the planner prefer that key.

CREATE INDEX activation_by_fingerprint ON activation (license_id, substr(fingerprint, length(fingerprint) - 15))
    WHERE released_at IS NULL;
