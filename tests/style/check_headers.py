# SPDX-License-Identifier: Apache-2.0
"""Each header compiles by itself in C11; those that we ship also in C++17. (Inside, _Atomic and the like are at home.)

A .hpp is C++ alone: in C++17 and C++20, without exceptions and RTTI, by every C++ compiler that is here.
"""

import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scan import own_sources

WARNINGS = ["-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
FOREIGN = ("_windows.h", "_macos.h")  # platform.mingw compiles the former


def languages(options, path):
    """(compiler and its options, suffix of a source, standard) for each way in which the header must compile."""
    if path.endswith(".hpp"):
        compilers = {shutil.which(name) for name in (options.cxx, "g++", "clang++")} - {None}
        return [([compiler, "-fno-exceptions", "-fno-rtti"], "cc", standard)
                for compiler in sorted(compilers) for standard in ("c++17", "c++20")]
    both = [([options.cc], "c", "c11"), ([options.cxx], "cc", "c++17")]
    return both if path.startswith("include/") else both[:1]


def compile_alone(root, options, path):
    """The first line of the compiler's complaint for each language that refuses."""
    roots = [f"-I{Path(root) / folder}" for folder in ("include", "lib", "server-stub", "tools")]
    with tempfile.TemporaryDirectory() as folder:
        for compiler, suffix, standard in languages(options, path):
            unit = Path(folder) / f"alone.{suffix}"
            unit.write_text(f'#include "{Path(root).resolve() / path}"\nextern int not_empty;\n', encoding="utf-8")
            done = subprocess.run([*compiler, f"-std={standard}", *WARNINGS, *roots, str(unit)],
                                  capture_output=True, text=True, timeout=60)
            if done.returncode:
                told = [line for line in done.stderr.splitlines() if "error" in line] or [done.stderr.strip()]
                yield f"{path}:1: not alone in {standard}: {told[0]}"


def check(root, options):
    with ThreadPoolExecutor(max_workers=2) as pool:
        headers = (path for path in own_sources(root, "include", "lib", "server-stub", "tools/command_line", suffixes=(".h", ".hpp"))
                   if not path.endswith(FOREIGN))
        for complaints in pool.map(lambda path: list(compile_alone(root, options, path)), headers):
            yield from complaints


SAMPLES = [
    ({"lib/base/a.h": "#include <stddef.h>\nstruct a { size_t n; };\n",
      "lib/token/b.h": '#include "base/a.h"\nstruct a b(void);\n'}, None),
    ({"lib/base/a.h": "struct a { _Atomic int class; };\n"}, None),
    ({"lib/platform/a_windows.h": "#include <windows.h>\n"}, None),
    ({"lib/base/a.h": "struct a { size_t n; };\n"}, "not alone in c11"),
    ({"include/pospal/license.h": "struct a { int class; };\n"}, "not alone in c++17"),
    ({"include/pospal/license.hpp": "#include <string_view>\ninline std::string_view f() { return {}; }\n"}, None),
    ({"include/pospal/license.hpp": "inline std::string_view f() { return {}; }\n"}, "not alone in c++17"),
    ({"include/pospal/license.hpp": "inline int f() { try { return 1; } catch (int) { return 2; } }\n"}, "not alone in c++17"),
    ({"include/pospal/license.hpp": "template <class T> concept small = sizeof(T) == 1;\n"}, "not alone in c++17"),
    ({"include/pospal/license.hpp": "inline bool f() { int requires = 1; return requires; }\n"}, "not alone in c++"),
]
