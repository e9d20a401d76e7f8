# SPDX-License-Identifier: Apache-2.0
"""File names, the licence in the first line, where systems may be told apart, names of functions, orphans."""

import re
from pathlib import Path

from scan import blank, functions, own_sources, read

DRAWERS = {"util", "utils", "helper", "helpers", "common", "misc", "internal"}
SYSTEMS = r"_WIN32|_WIN64|__linux__|__APPLE__|__unix__|_MSC_VER|__MINGW\w*|__FreeBSD__|__ANDROID__|__CYGWIN__"
FOLDERS = ("include", "lib", "server-stub", "tools", "examples", "tests", "cmake", "bindings")
SUFFIXES = (".c", ".h", ".cpp", ".hpp", ".def", ".py", ".sh", ".cmake", ".sql")


def may_tell_systems_apart(path):
    # The public header says how a function is exported; the file transport_curl.c where certificates lie.
    return path.startswith(("lib/platform/", "lib/device/", "lib/transport/transport_", "include/", "tests/"))


def check_text(path, text):
    head = text.split("\n", 2)
    first = head[1] if head[0].startswith("#!") and len(head) > 1 else head[0]
    if "SPDX-License-Identifier: Apache-2.0" not in first:
        yield f"{path}:1: the first line is the SPDX licence identifier"
    if path.endswith((".c", ".h")) and not may_tell_systems_apart(path):
        for number, line in enumerate(blank(text).split("\n"), 1):
            if re.match(r"\s*#\s*(el)?if", line) and re.search(SYSTEMS, line):
                yield f"{path}:{number}: systems are told apart in lib/platform, lib/device and transport_* alone"


def check_names(path, text):
    for function in functions(text):
        prefixed = function.name.startswith(("pl_", "pospal_"))
        if function.static and prefixed:
            yield f"{path}:{function.line}: {function.name} is static, so it has no prefix"
        if not function.static and not prefixed:
            yield f"{path}:{function.line}: {function.name} crosses files, so it begins with pl_ (or is static)"


def build_lists(root, path):
    """The texts of the lists that may name a source: its own folder's or the nearest above; for tests any of theirs."""
    if path.startswith("tests/"):
        lists = [p for p in Path(root, "tests").rglob("*") if p.name == "CMakeLists.txt" or p.suffix == ".cmake"]
    else:
        folders = [folder for folder in Path(path).parents if (Path(root) / folder / "CMakeLists.txt").is_file()]
        lists = [Path(root) / folders[0] / "CMakeLists.txt"] if folders else []
    return [p.read_text(encoding="utf-8") for p in lists]


def check_listed(root, path):
    """A source that no CMakeLists.txt names is not compiled, and nobody sees it rot."""
    stem = Path(path).stem
    bare = re.sub("^(test|fuzz)_", "", stem)

    def is_named(text):
        """By its file name, by a test's name, or as one of a foreach's items behind a prefix."""
        items = " ".join(re.findall(r"foreach\(\w+ IN ITEMS ([^)]*)\)", text)).split()
        prefixes = re.findall(r"(\w*)\$\{\w+\}", text)
        return bool(re.search(rf"(^|[\s(\"/]){re.escape(stem)}(\.c)?([\s)\"]|$)", text)
                    or re.search(rf"_(test|target)\(([\w.]*\.)?{re.escape(bare)}[\s)]", text)
                    or any(name in (prefix + item for item in items) for prefix in prefixes for name in (stem, bare)))

    lists = build_lists(root, path)
    return not lists or any(is_named(text) for text in lists)


def check(root, _options):
    for path in own_sources(root, *FOLDERS, suffixes=SUFFIXES):
        text = read(root, path)
        if Path(path).stem in DRAWERS:
            yield f"{path}:1: a file is named after its one noun, not {Path(path).stem}"
        if "/corpus/" in path or "/node_modules/" in path:
            continue
        yield from check_text(path, text)
        if path.startswith("lib/") and path.endswith(".c"):
            yield from check_names(path, text)
        if path.endswith(".c") and not path.startswith("bindings/") and not check_listed(root, path):
            yield f"{path}:1: no CMakeLists.txt names it"


SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"
LISTED = {"lib/base/CMakeLists.txt": "pospal_object_library(base SOURCES\n  a.c\n)\n"}
SAMPLES = [
    ({**LISTED, "lib/base/a.c": SPDX + "#ifdef __GNUC__\n#endif\nstatic int f(void)\n{\n}\nint pl_f(void)\n{\n}\n",
      "tests/style/a.py": "#!/usr/bin/env python3\n# SPDX-License-Identifier: Apache-2.0\n",
      "tests/unit/CMakeLists.txt": "pospal_unit_test(buf OBJECTS base)\n", "tests/unit/test_buf.c": SPDX,
      "lib/platform/x.h": SPDX + "#ifdef _WIN32\n#endif\n"}, None),
    ({"lib/base/utils.h": SPDX}, "not utils"),
    ({"server-stub/http/common.h": SPDX}, "not common"),
    ({"lib/a.h": "\n" + SPDX}, "a.h:1: the first line is the SPDX"),
    ({"include/pospal/a.hpp": "// x\n"}, "the first line is the SPDX"),
    ({"cmake/a.cmake": "x\n"}, "the first line is the SPDX"),
    ({**LISTED, "lib/base/a.c": SPDX + "#if defined(_WIN32)\n"}, "a.c:2: systems are told apart"),
    ({"server-stub/a.h": SPDX + "#elif __linux__\n"}, "systems are told apart"),
    ({**LISTED, "lib/base/a.c": SPDX + "static int pl_f(void)\n{\n}\n"}, "a.c:2: pl_f is static"),
    ({**LISTED, "lib/base/a.c": SPDX + "int\nf(void)\n{\n}\n"}, "a.c:3: f crosses files"),
    ({**LISTED, "lib/base/b.c": SPDX}, "b.c:1: no CMakeLists.txt names it"),
]
