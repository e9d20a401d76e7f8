# SPDX-License-Identifier: Apache-2.0
"""Each header compiles by itself in C11; those that we ship also in C++17. (Inside, _Atomic and the like are at home.)"""

import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scan import own_sources

WARNINGS = ["-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
FOREIGN = ("_windows.h", "_macos.h")  # platform.mingw compiles the former


def compile_alone(root, options, path):
    """The first line of the compiler's complaint for each language that refuses."""
    roots = [f"-I{Path(root) / folder}" for folder in ("include", "lib", "server-stub", "tools")]
    with tempfile.TemporaryDirectory() as folder:
        languages = [(options.cc, "c", "c11"), (options.cxx, "cc", "c++17")]
        for compiler, suffix, standard in languages[: 2 if path.startswith("include/") else 1]:
            unit = Path(folder) / f"alone.{suffix}"
            unit.write_text(f'#include "{Path(root).resolve() / path}"\nextern int not_empty;\n', encoding="utf-8")
            done = subprocess.run([compiler, f"-std={standard}", *WARNINGS, *roots, str(unit)],
                                  capture_output=True, text=True, timeout=60)
            if done.returncode:
                told = [line for line in done.stderr.splitlines() if "error" in line] or [done.stderr.strip()]
                yield f"{path}:1: not alone in {standard}: {told[0]}"


def check(root, options):
    with ThreadPoolExecutor(max_workers=2) as pool:
        headers = (path for path in own_sources(root, "include", "lib", "server-stub", "tools/command_line", suffixes=(".h",))
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
]
