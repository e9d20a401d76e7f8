# SPDX-License-Identifier: Apache-2.0
"""A till's program as it was shipped for POSPal's licensing API, its licensing alone: what it asks, what it makes of the answers, and what
it goes on with when nobody answers. Written from that API's description; it knows nothing of the validator that serves it today."""

import datetime
import hashlib
import json
import math
import os
import time
import urllib.error
import urllib.request

TIMEOUT_S = 3
FRESH_S = 30        # an answer is used again for so long
SKIP_S = 60         # after a failure the server is left alone for so long
GRACE_DAYS = 10     # without a server
RETRIED = (429, 500, 502, 503, 504)
RENEWAL = {"past_due", "unpaid", "incomplete", "incomplete_expired", "paused", "in_grace_period", "inactive", "expired"}
CANCELLED = {"canceled", "cancelled", "terminated"}


def hardware_id(mac, cpu="Unknown", disk="Unknown", uuid="Unknown"):
    return hashlib.sha256("|".join((mac, cpu, disk, uuid)).encode()).hexdigest()


class Till:
    def __init__(self, base_url, cache, machine, now=time.time, rest=time.sleep):
        self.base_url, self.cache, self.machine = base_url, cache, machine
        self.now, self.rest = now, rest
        self.email = self.token = None
        self.answered_at = self.failed_at = -math.inf

    def post(self, path, body, retries=1):
        """The decoded answer, with _http_status; None where there was none."""
        for attempt in range(retries + 1):
            request = urllib.request.Request(self.base_url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:
                    return {**json.load(reply), "_http_status": reply.status}
            except urllib.error.HTTPError as refused:
                if refused.code not in RETRIED:
                    return {**json.loads(refused.read() or b"{}"), "_http_status": refused.code}
            except OSError:
                pass
            if attempt < retries:
                self.rest(2 ** attempt)
        return None

    # ---- what is kept ----

    def keep(self, license_data):
        kept = {"license_data": license_data, "last_validation": self.now(), "cache_version": "1.0", "hardware_id": self.machine}
        with open(self.cache, "w", encoding="utf-8") as file:
            json.dump(kept, file)

    def kept(self):
        if not os.path.exists(self.cache):
            return None
        with open(self.cache, encoding="utf-8") as file:
            kept = json.load(file)
        return kept if kept["hardware_id"] == self.machine else None

    def days_offline(self):
        kept = self.kept()
        return math.floor((self.now() - kept["last_validation"]) / 86400) if kept else None

    # ---- what it asks ----

    def validate(self):
        """The old way, POST /validate. What the till goes by: the server's answer, or its cache."""
        if self.now() - self.answered_at < FRESH_S:
            return self.kept()["license_data"]
        answer = None
        if self.now() - self.failed_at >= SKIP_S:
            answer = self.post("/validate", {"email": self.email, "token": self.token, "machineFingerprint": self.machine})
        if answer and answer.get("valid"):
            self.answered_at = self.now()
            self.keep(answer)
            return answer
        self.failed_at = self.now()
        kept = self.kept()
        if kept and self.days_offline() < GRACE_DAYS:
            return {**kept["license_data"], "offline": True}
        return answer

    def validate_unified(self, skip_machine_update=False):
        body = {"operation": "validate", "credentials": {"email": self.email, "token": self.token},
                "device": {"machineFingerprint": self.machine, "deviceInfo": {"hostname": "till-1", "platform": "Windows"}},
                "options": {"skipMachineUpdate": skip_machine_update}}
        answer = self.post("/validate-unified", body)
        if answer and answer.get("success"):
            self.keep({"valid": True, "active": True, "subscriptionInfo": answer["subscription"]})
        return answer

    def activate_after_payment(self, checkout):
        answer = self.post("/instant-validate", {"email": self.email, "stripeSessionId": checkout, "machineFingerprint": self.machine})
        if answer and answer.get("valid"):
            self.token = answer["unlockToken"]
            self.keep(answer)
        return answer

    def trial(self, first_run=None):
        first_run = first_run or datetime.datetime.fromtimestamp(self.now(), datetime.timezone.utc).date().isoformat()
        return self.post("/trial/register", {"hardwareId": self.machine, "firstRunDate": first_run, "appVersion": "2.1.0",
                                             "hostname": "till-1", "platform": "Windows"})

    def trial_status(self):
        return self.post("/trial/status", {"hardwareId": self.machine})

    # ---- what it shows ----

    def state(self):
        """One of the local states of that program."""
        answer = self.validate() if self.token else None
        if not answer:
            trial = self.trial_status()
            if not trial or "expired" not in trial:
                return "license_missing" if trial else "license_unknown"
            return "trial_expired" if trial["expired"] else "trial_active"
        if not answer.get("valid"):
            return "license_error"
        status = (answer.get("subscriptionStatus") or answer.get("subscriptionInfo", {}).get("status") or "active").lower()
        end = answer.get("subscriptionInfo", {}).get("currentPeriodEnd")
        is_over = bool(end) and datetime.datetime.fromisoformat(end.replace("Z", "+00:00")).timestamp() < self.now()
        if status in CANCELLED and (is_over or not end):
            return "licensed_cancelled"
        if is_over or status in RENEWAL and not end:
            return "licensed_renewal_required"
        return "licensed_grace" if answer.get("offline") else "licensed_active"
