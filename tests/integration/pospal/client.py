# SPDX-License-Identifier: Apache-2.0
"""A till's own part as those programs are: it keeps its last good answer, asks again when that is old, goes on with it while the service is not there, and
has a trial where there is no license. It knows the base URL, the documented fields and nothing else."""

import hashlib
import json
import urllib.error
import urllib.request

CACHED_S = 30
GRACE_DAYS = 10
RETRIES = 1


class Till:
    """clock: seconds; the machine's parts as such a program reads them."""

    def __init__(self, base, host, clock, parts):
        self.base, self.host, self.clock = base, host, clock
        self.hardware_id = hashlib.sha256("|".join(parts).encode()).hexdigest()
        self.credentials, self.cache, self.asked = None, None, 0

    def post(self, path, body):
        request = urllib.request.Request(self.base + path, json.dumps(body).encode(), {"Content-Type": "application/json", "Host": self.host})
        for attempt in range(RETRIES + 1):
            try:
                with urllib.request.urlopen(request, timeout=10) as reply:
                    return {"_http_status": reply.status, **json.load(reply)}
            except urllib.error.HTTPError as error:
                if error.code != 429 and error.code < 500 or attempt == RETRIES:
                    return {"_http_status": error.code, **json.load(error)}
            except OSError:
                if attempt == RETRIES:
                    return None
        return None

    def activate(self, email, token):
        self.credentials, self.cache = {"email": email, "token": token}, None
        return self.status()

    def status(self):
        """One of the states that such a program shows."""
        if not self.credentials:
            return self.trial()["status"].replace("active", "trial_active").replace("expired", "trial_expired")
        if self.cache and self.clock() - self.cache[0] < CACHED_S:
            return self.state_of(self.cache[1])
        self.asked += 1
        answer = self.post("/validate", {**self.credentials, "machineFingerprint": self.hardware_id})
        if answer and answer["_http_status"] == 200 and "valid" in answer:
            if answer["valid"]:
                self.cache = (self.clock(), answer)
                return self.state_of(answer)
            return "license_missing"
        if self.cache and (self.clock() - self.cache[0]) // 86400 < GRACE_DAYS:
            return "licensed_grace"
        return "license_unknown"

    @staticmethod
    def state_of(answer):
        if answer["active"]:
            return "licensed_active"
        return {"cancelled": "licensed_cancelled"}.get(answer["subscriptionStatus"], "licensed_renewal_required")

    def trial(self, first_run=None):
        body = {"hardwareId": self.hardware_id, **({"firstRunDate": first_run} if first_run else {})}
        return self.post("/trial/register" if first_run else "/trial/status", body)
