# SPDX-License-Identifier: Apache-2.0
"""Verifies what `pospal-validator audit export` prints, by docs/PROTOCOL.md alone: python3 audit_verifier.py EXPORT ROOTS-JWKS

Somebody else's eyes: nothing of the validator's is used, the signatures are jwcrypto's.
"""

import base64
import hashlib
import hmac
import json
import sys
import uuid
from pathlib import Path

from jwcrypto import jwk, jws

ROW = ("brand_id", "id", "actor", "action", "target", "metadata", "before", "after", "request_id", "address_mark")


class Wrong(Exception):
    pass


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def digest(*fields):
    """SHA-256 of the fields, each with its length before it; None is a tilde."""
    text = b""
    for field in fields:
        data = None if field is None else str(field).encode()
        text += b"~" if data is None else b"%d:%s," % (len(data), data)
    return hashlib.sha256(text).digest()


def verified(token, keys, typ):
    one = jws.JWS()
    one.allowed_algs = ["EdDSA", "ES256"]
    one.deserialize(token)
    header = json.loads(one.objects["protected"])
    if header["typ"] != typ:
        raise Wrong(f"a document of type {header['typ']} where {typ} belongs")
    key = next((key for key in keys if key["kid"] == header["kid"]), None)
    if key is None:
        return None
    known = ("kty", "crv", "x", "y", "kid", "alg", "use")
    one.verify(jwk.JWK(**{name: value for name, value in key.items() if name in known}))
    return json.loads(one.payload)


def check_row(row):
    if "address" in row and "address_mark" in row:
        key = decode(row["salt"]).ljust(32, b"\0")
        if encode(hmac.new(key, row["address"].encode(), hashlib.sha256).digest()) != row["address_mark"]:
            raise Wrong(f"row {row['id']}: the address is another")
    return uuid.UUID(row["id"]).bytes + digest("pospal-audit-row", *(row.get(name) for name in ROW))


def check_seal(seal, rows, last):
    name = f"seal {seal['sequence']}"
    if seal["sequence"] != last["sequence"] + 1:
        raise Wrong(f"{name}: one before it is missing")
    rows.sort(key=lambda row: uuid.UUID(row["id"]).bytes)
    if len(rows) != seal["row_count"] or any(row.get("seal") != seal["sequence"] for row in rows):
        raise Wrong(f"{name}: it is of {seal['row_count']} rows, and there are {len(rows)}")
    entries = b"".join(check_row(row) for row in rows)
    made = digest("pospal-audit-seal", seal.get("brand_id"), seal["sequence"], seal["first_id"], seal["last_id"], seal["row_count"],
                  encode(hashlib.sha256(entries).digest()), seal["sealed_at_ms"], last["hash"])
    if encode(made) != seal["hash"]:
        raise Wrong(f"{name}: the rows or the chain are not what was sealed")


def verify(lines, roots):
    """(seals, rows) that are in order, up to the newest signed seal; Wrong for anything else."""
    last = {"sequence": 0, "hash": encode(bytes(32))}
    keys, rows, signed, seals, total = [], [], 0, 0, 0
    for line in map(json.loads, lines):
        if line["type"] == "audit":
            brand = line.get("brand_id")
            keyset = verified(line["keyset"], roots, "pospal-keyset+jwt") if "keyset" in line else {"keys": []}
            if keyset is None:
                raise Wrong("the keyset is signed by no root that is pinned")
            keys = [key for key in keyset["keys"] if key["state"] != "revoked" and
                    {"pospal-answer+jwt", "pospal-audit+jwt"} & set(key["docs"])]
        elif line["type"] == "row":
            rows.append(line)
        elif line["type"] == "seal":
            check_seal(line, rows, last)
            claims = brand and line.get("checkpoint") and verified(line["checkpoint"], keys, "pospal-audit+jwt")
            if claims:
                if (claims["iss"], claims["seq"], claims["hash"]) != (brand, line["sequence"], line["hash"]):
                    raise Wrong(f"seal {line['sequence']}: the checkpoint is of another seal")
                signed = line["sequence"]
            seals, total, last, rows = seals + 1, total + len(rows), line, []
    if brand and signed != last["sequence"]:
        raise Wrong(f"what follows seal {signed} is not signed")
    return seals, total


def main():
    roots = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))["keys"]
    try:
        with open(sys.argv[1], encoding="utf-8") as lines:
            print("in order: %d seals, %d rows" % verify(lines, roots))
    except (Wrong, jws.InvalidJWSSignature) as error:
        sys.exit(f"wrong: {error}")


if __name__ == "__main__":
    main()
