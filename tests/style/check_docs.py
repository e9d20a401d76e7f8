# SPDX-License-Identifier: Apache-2.0
"""Every function of the public header is documented: a sentence, Returns:, Ownership:, Threads:, Blocks:, in this order."""

import re
from pathlib import Path

from scan import read

HEADER = "include/pospal/license.h"
PARTS = ["Returns:", "Ownership:", "Threads:", "Blocks:"]
API = re.compile(r"^POSPAL_API\b[^;{]*?\b(pospal_\w+)\s*\(", re.M | re.S)


def public_functions(text):
    """name -> offset of its declaration."""
    code = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.S)
    return {match.group(1): match.start() for match in API.finditer(code)}


def comment_before(text, offset):
    head = text[:offset].rstrip()
    if not head.endswith("*/"):
        return None
    comment = head[head.rfind("/*"):]
    return re.sub(r"^\s*/?\*+/?", "", comment, flags=re.M).replace("*/", "").strip()


def wrong_with(comment):
    if comment is None:
        return "has no comment right above it"
    sentence = re.split(r"\bReturns:", comment)[0].strip()
    if not re.match(r"[A-Z][^.]*\w[^.]*\.", sentence, re.S):
        return "does not begin with a sentence"
    places = [comment.find(part) for part in PARTS]
    for part, place in zip(PARTS, places):
        if place < 0:
            return f"does not say {part}"
        if not re.match(r"\s*\w", comment[place + len(part):]):
            return f"says nothing after {part}"
    return None if places == sorted(places) else f"keeps another order than {' '.join(PARTS)}"


def check(root, _options):
    if not (Path(root) / HEADER).is_file():
        yield f"{HEADER}:1: is missing"
        return
    text = read(root, HEADER)
    declared = public_functions(text)
    if not declared:
        yield f"{HEADER}:1: declares no POSPAL_API function"
    for name, offset in declared.items():
        wrong = wrong_with(comment_before(text, offset))
        if wrong:
            yield f"{HEADER}:{text.count(chr(10), 0, offset) + 1}: {name} {wrong}"


def sample(comment):
    return {HEADER: comment + "\nPOSPAL_API const char *pospal_version(void);\n"}


GOOD = "/**\n * Tell the version.\n * Returns: text.\n * Ownership: static.\n * Threads: any.\n * Blocks: never.\n */"
SAMPLES = [
    (sample(GOOD), None),
    (sample(""), "has no comment"),
    ({HEADER: GOOD + "\nPOSPAL_API int pospal_a(void);\nPOSPAL_API int pospal_b(\n    int x);\n"}, "h:9: pospal_b has no"),
    (sample(GOOD.replace("Tell the version.", "")), "begin with a sentence"),
    (sample(GOOD.replace("Blocks: never.", "")), "does not say Blocks:"),
    (sample(GOOD.replace("Returns: text", "Returns: ")), "says nothing after Returns:"),
    (sample(GOOD.replace("Returns", "X").replace("Threads", "Returns").replace("X", "Threads")), "another order"),
    ({HEADER: "/* nothing */\n"}, "declares no POSPAL_API"),
    ({}, "is missing"),
]
