#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""curl_age.py <source>: the code uses nothing of libcurl that is younger than 7.81 (Ubuntu 22.04).

curl_names.txt has every name that we use and the version it came with, from curl's own docs/libcurl/symbols-in-versions
and the manual pages. A name that is not there fails: look it up and add it.
"""

import re
import sys
from pathlib import Path

OLDEST = (7, 81, 0)
TABLE = Path(__file__).with_name("curl_names.txt")
NAME = re.compile(r"\b(CURL[A-Z]*_\w+|curl_(?:easy|multi|share|url|mime|slist|global|version|free|getdate|ws)\w*)\b")


def version(text):
    return tuple(int(part) for part in (text.split(".") + ["0", "0"])[:3])


def wrong_with(text, ages):
    """(line, complaint) for each name in text that is unknown or too young."""
    code = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.S)
    for match in NAME.finditer(code):
        name = match.group(1)
        line = code.count("\n", 0, match.start()) + 1
        if name not in ages:
            yield line, f"{name} is not in {TABLE.name}: add it with its version"
        elif version(ages[name]) > OLDEST:
            yield line, f"{name} came with {ages[name]}"


def prove():
    """The check fails what it must: a young name and an unknown one, and not one in a comment."""
    ages = {"CURLOPT_URL": "7.1", "CURLOPT_PROTOCOLS_STR": "7.85.0"}
    assert not list(wrong_with("f(CURLOPT_URL); /* CURLOPT_PROTOCOLS_STR */", ages))
    assert list(wrong_with("\nf(CURLOPT_PROTOCOLS_STR);", ages)) == [(2, "CURLOPT_PROTOCOLS_STR came with 7.85.0")]
    assert "not in" in list(wrong_with("curl_ws_send(x);", ages))[0][1]


def main(root):
    prove()
    ages = dict(line.split()[:2] for line in TABLE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
    seen = bad = 0
    for path in sorted(p for folder in ("lib", "server-stub") for p in (root / folder).rglob("*.[ch]")):
        text = path.read_text(encoding="utf-8")
        if "<curl/" not in text:
            continue
        seen += 1
        for line, complaint in wrong_with(text, ages):
            print(f"{path.relative_to(root)}:{line}: {complaint}")
            bad += 1
    if not seen:
        print("no file includes <curl/>: is the search wrong?")
    return 1 if bad or not seen else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
