# SPDX-License-Identifier: Apache-2.0
"""Each foreign library is included by the one file that knows it: the table is foreign.txt. tests/ are exempt."""

from fnmatch import fnmatch
from pathlib import Path

from scan import includes, own_sources, read

TABLE = Path(__file__).with_name("foreign.txt")


def rules():
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words and not words[0].startswith("#"):
            yield words[0], words[1:]


def check(root, _options):
    table = list(rules())
    for path in own_sources(root, "include", "lib", "server-stub", "tools", "examples"):
        for line, _, target in includes(read(root, path)):
            for prefix, files in table:
                if target.startswith(prefix) and not any(fnmatch(path, pattern) for pattern in files):
                    yield f"{path}:{line}: <{target}> belongs to {' '.join(files)}"


SAMPLES = [
    ({"lib/crypto/crypto_sodium.c": "#include <sodium.h>\n", "tests/unit/a.c": "#include <sodium.h>\n"}, None),
    ({"lib/token/a.c": "#include <sodium.h>\n"}, "a.c:1: <sodium.h> belongs to"),
    ({"lib/client/a.c": "#include <curl/curl.h>\n"}, "<curl/curl.h> belongs to"),
    ({"server-stub/api/a.h": "#include <jansson.h>\n"}, "<jansson.h> belongs to"),
    ({"include/pospal/license.h": "#include <mbedtls/gcm.h>\n"}, "<mbedtls/gcm.h> belongs to"),
]
