# SPDX-License-Identifier: Apache-2.0
"""The budgets of file, function, parameters and nesting. larger.txt raises one, with the reason, up to the hard limit.

Parameters have no hard limit, because a foreign library's callback may ask for more; nor have tests, whose tables are long.
"""

from pathlib import Path

from scan import functions, own_sources, read

TABLE = Path(__file__).with_name("larger.txt")
SOURCE, SOURCE_HARD = 400, 500
# the public header holds the whole interface, and five lines of comment for each function are the house's own rule
HEADER, PUBLIC_HEADER, EXAMPLE = 150, 1000, 60
FUNCTION, FUNCTION_HARD = 40, 60
PARAMETERS, NESTING = 5, 3


def exceptions(table):
    """'path', 'path:function' or 'path:function:parameters' -> the limit granted. A line without a reason grants nothing."""
    granted = {}
    for line in table.splitlines():
        words = line.split(maxsplit=2)
        if len(words) == 3 and not line.startswith("#"):
            granted[words[0]] = int(words[1])
    return granted


def file_limit(path, granted):
    if path.startswith("examples/") and not path.startswith("examples/demo/"):
        return EXAMPLE
    if path.endswith((".h", ".hpp")):
        return PUBLIC_HEADER if path.startswith("include/") else HEADER
    if path.startswith("tests/"):
        return granted.get(path, SOURCE_HARD)
    return min(granted.get(path, SOURCE), SOURCE_HARD)


def check_file(path, text, granted):
    lines = text.count("\n")
    if lines > file_limit(path, granted):
        yield f"{path}:1: {lines} lines, {file_limit(path, granted)} are allowed"
    if not path.endswith(".c"):
        return
    for function in functions(text):
        where, name = f"{path}:{function.line}", function.name
        if path.startswith("tests/"):
            limit = granted.get(f"{path}:{name}", FUNCTION_HARD)
        else:
            limit = min(granted.get(f"{path}:{name}", FUNCTION), FUNCTION_HARD)
        if function.lines > limit:
            yield f"{where}: {name} has {function.lines} lines, {limit} are allowed"
        parameters = granted.get(f"{path}:{name}:parameters", PARAMETERS)
        if function.parameters > parameters:
            yield f"{where}: {name} has {function.parameters} parameters, {parameters} are allowed"
        if function.nesting > NESTING:
            yield f"{where}: {name} nests {function.nesting} deep, {NESTING} are allowed"


def check(root, _options):
    own = Path(root) / "tests/style/larger.txt"
    granted = exceptions(own.read_text(encoding="utf-8")) if own.is_file() else {}
    for path in own_sources(root, "include", "lib", "server-stub", "tools", "examples", "tests",
                            suffixes=(".c", ".h", ".cpp", ".hpp")):
        yield from check_file(path, read(root, path), granted)


def body(lines):
    return "int f(int a, int b)\n{\n" + "    a += b;\n" * (lines - 3) + "}\n"


DEEP = "static void g(void)\n{\n" + "if (1) {\n" * 4 + "}\n" * 4 + "}\n"
WIDE = "int f(int a, void (*b)(int, int), int c[2], int d, int e, int g)\n{\n}\n"
SAMPLES = [
    ({"lib/a.c": body(40), "lib/b.h": "\n" * 150, "include/pospal/license.h": "\n" * 1000, "examples/a.c": "\n" * 60,
      "lib/c.c": "int a[] = {{1}, {2, {3, {4, {5}}}}};\nvoid f(void)\n{\n  for (;;) {\n    x = (t){{{{0}}}};\n  }\n}\n"}, None),
    ({"lib/a.c": body(41)}, "a.c:1: f has 41 lines, 40"),
    ({"lib/a.c": body(61), "tests/style/larger.txt": "lib/a.c:f 90 because\n"}, "f has 61 lines, 60"),
    ({"lib/a.c": body(45), "tests/style/larger.txt": "lib/a.c:f 45\n"}, "f has 45 lines, 40"),
    ({"lib/a.c": body(45), "tests/style/larger.txt": "lib/a.c:f 45 one table, read in one go\n"}, None),
    ({"lib/a.c": "\n" * 401}, "401 lines, 400"),
    ({"server-stub/api/a.h": "\n" * 151}, "151 lines, 150"),
    ({"include/pospal/license.h": "\n" * 1001}, "1001 lines, 1000"),
    ({"examples/a.cpp": "\n" * 61}, "61 lines, 60"),
    ({"include/pospal/license.hpp": "\n" * 1001}, "1001 lines, 1000"),
    ({"examples/a.c": "\n" * 61}, "61 lines, 60"),
    ({"tests/unit/a.c": "\n" * 501}, "501 lines, 500"),
    ({"lib/a.c": WIDE}, "f has 6 parameters"),
    ({"lib/a.c": WIDE, "tests/style/larger.txt": "lib/a.c:f:parameters 6 the callback of a library\n"}, None),
    ({"lib/a.c": "#ifdef X\n#endif\n" + DEEP}, "a.c:3: g nests 4 deep"),
]
