# SPDX-License-Identifier: Apache-2.0
"""Every attack of docs/SECURITY-MODEL.md names the tests that run it, and these exist; or it says why there can be none."""

import re
from pathlib import Path

from scan import blank, read

DOCUMENT = "docs/SECURITY-MODEL.md"
NAMED = re.compile(r"`([\w/]+\.c): (\w+)`")
NONE = "no test: "


def rows(text):
    """(line, last cell) of each row of a table whose last column is headed "test"."""
    is_ours = False
    for number, line in enumerate(text.split("\n"), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if not line.startswith("|"):
            is_ours = False
        elif cells[-1] == "test":
            is_ours = True
        elif is_ours and not line.startswith("|---"):
            yield number, cells[-1]


def wrong_with(root, path, name):
    if not (Path(root) / "tests" / path).is_file():
        return f"there is no tests/{path}"
    code = blank(read(root, f"tests/{path}"))
    if not re.search(rf"\bvoid {name}\(void \*\*state\)", code):
        return f"tests/{path} has no test {name}"
    return None if len(re.findall(rf"\b{name}\b", code)) > 1 else f"tests/{path} does not run {name}"


def check(root, _options):
    if not (Path(root) / DOCUMENT).is_file():
        yield f"{DOCUMENT}:1: is missing"
        return
    found = list(rows(read(root, DOCUMENT)))
    if not found:
        yield f"{DOCUMENT}:1: has no table of attacks with their tests"
    for line, cell in found:
        named = NAMED.findall(cell)
        if not named and not (cell.startswith(NONE) and cell[len(NONE):]):
            yield f"{DOCUMENT}:{line}: names no test, nor says why there is none"
        for path, name in named:
            wrong = wrong_with(root, path, name)
            if wrong:
                yield f"{DOCUMENT}:{line}: {wrong}"


def sample(cell, code="static void forges(void **state)\n{\n}\nTEST(forges),\n"):
    table = f"| attack | what | test |\n|---|---|---|\n| forge | refused | {cell} |\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    return {DOCUMENT: table, "tests/unit/test_x.c": code}


SAMPLES = [
    (sample("`unit/test_x.c: forges`"), None),
    (sample("no test: nobody can"), None),
    (sample("`unit/test_x.c: forges`, `unit/test_x.c: steals`"), "md:3: tests/unit/test_x.c has no test steals"),
    (sample("`unit/test_y.c: forges`"), "md:3: there is no tests/unit/test_y.c"),
    (sample("`unit/test_x.c: forges`", "static void forges(void **state)\n{\n}\n"), "does not run forges"),
    (sample("`unit/test_x.c: forges`", "/* void forges(void **state) forges */\n"), "has no test forges"),
    (sample("see above"), "md:3: names no test"),
    (sample("no test: "), "md:3: names no test"),
    ({DOCUMENT: "no table\n"}, "has no table"),
    ({}, "is missing"),
]
