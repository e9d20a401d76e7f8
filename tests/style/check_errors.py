# SPDX-License-Identifier: Apache-2.0
"""docs/ERRORS.md says what lib/base/errors.def says. To write it anew: python3 tests/style/check_errors.py > docs/ERRORS.md"""

import re
from pathlib import Path

SOURCE = "lib/base/errors.def"
TARGET = "docs/ERRORS.md"
ROW = re.compile(r'^PL_ERROR\((\w+), "(\w+)", (\d+), (\w+), "((?:[^"\\]|\\.)*)"\)$', re.M)
GROUP = re.compile(r"^/\* (.*?) \*/$", re.M)

TABLE = ["| code | result | HTTP | what it means and what to do |", "|---|---|---|---|"]

HEAD = """# Errors

Every error of the library and the validator, from `lib/base/errors.def`; this page is generated from it. The **code** is stable: the `code` of a
problem document, `pospal_error_code()` in the library, `--json` in the programs. The **result** is what a call of the library returns. The **HTTP** status is the
validator's; where there is none the error never travels. Results of the kind UNREACHABLE decide nothing about a license."""


def document(text):
    events = [(m.start(), [f"## {m.group(1).rstrip('.')}", "", *TABLE]) for m in GROUP.finditer(text)]
    events += [(m.start(), [row(*m.groups())]) for m in ROW.finditer(text)]
    lines = [HEAD]
    for _, block in sorted(events):
        lines += ["", *block] if len(block) > 1 else block
    return "\n".join(lines) + "\n"


def row(_name, code, http, result, sentence):
    return f"| `{code}` | {result} | {http if http != '0' else ''} | {sentence} |"


def check(root, _options):
    source, target = Path(root) / SOURCE, Path(root) / TARGET
    if not source.is_file():
        yield f"{SOURCE}:1: is missing"
        return
    text = source.read_text(encoding="utf-8")
    declared = len(re.findall(r"^PL_ERROR\(", text, re.M))
    if declared != len(ROW.findall(text)):
        yield f"{SOURCE}:1: has {declared} rows, of which {len(ROW.findall(text))} can be read"
    codes = [m.group(2) for m in ROW.finditer(text)]
    for code in sorted({c for c in codes if codes.count(c) > 1}):
        yield f"{SOURCE}:1: the code {code} is there twice"
    if not target.is_file() or target.read_text(encoding="utf-8") != document(text):
        yield f"{TARGET}:1: differs from {SOURCE}: write it anew (see tests/style/check_errors.py)"


GOOD = '/* A. */\nPL_ERROR(ONE, "one", 400, INVALID_ARGUMENT, "Do one.")\n'
TWICE = GOOD + 'PL_ERROR(TWO, "one", 400, INVALID_ARGUMENT, "Do two.")\n'
BROKEN = GOOD + 'PL_ERROR(TWO, "two", 400)\n'

SAMPLES = [
    ({SOURCE: GOOD, TARGET: document(GOOD)}, None),
    ({SOURCE: GOOD, TARGET: document(GOOD).replace("Do one", "Do two")}, "differs"),
    ({SOURCE: GOOD}, "differs"),
    ({SOURCE: TWICE, TARGET: document(TWICE)}, "twice"),
    ({SOURCE: BROKEN, TARGET: document(BROKEN)}, "can be read"),
    ({TARGET: "x"}, "is missing"),
]

if __name__ == "__main__":
    here = Path(__file__).resolve().parent.parent.parent
    print(document((here / SOURCE).read_text(encoding="utf-8")), end="")
