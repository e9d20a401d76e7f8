# SPDX-License-Identifier: Apache-2.0
"""A device without the library: it asks the device API, and reads the verdict of a signed answer without verifying it."""

import base64
import hashlib
import json
import secrets


def text_of(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


class Device:
    """Two of different names have no hardware in common."""

    def __init__(self, server, product, key, name):
        self.server, self.product, self.key, self.name = server, product, key, name
        self.public = text_of(hashlib.sha256(b"key " + name.encode("utf-8")).digest())
        parts = [f"{letter}={text_of(hashlib.sha256((letter + name).encode('utf-8')).digest()[:16])}" for letter in "mfbd"]
        self.fingerprint = "fp1:" + ",".join(parts)

    def ask(self, verb):
        """The claims of the answer: verdict, reason, device (with the activation) and the rest."""
        body = {"roots": self.server.roots, "product": self.product, "key": self.key, "nonce": text_of(secrets.token_bytes(32)),
                "fingerprint": self.fingerprint, "device_name": self.name}
        if verb == "activate":
            body["device_key"] = self.public
        reply = self.server.ask("POST", f"/api/v1/device/{verb}", body, key=None)
        assert reply.status == 200, reply.text
        payload = reply.json["answer"].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
