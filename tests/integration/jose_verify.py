# SPDX-License-Identifier: Apache-2.0
"""jose_verify.py <license file> <JWK Set>: verifies the first line with jwcrypto and prints its claims."""

import json
import sys
from pathlib import Path

from jwcrypto import jwk, jws

token = jws.JWS()
token.allowed_algs = ["EdDSA", "ES256"]
token.deserialize(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()[0])
header = json.loads(token.objects["protected"])
key = jwk.JWKSet.from_json(Path(sys.argv[2]).read_text(encoding="utf-8")).get_key(header["kid"])
if key is None:
    sys.exit(f"no key {header['kid']} in the set")
token.verify(key)
print(json.dumps(json.loads(token.payload)))
