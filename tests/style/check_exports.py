# SPDX-License-Identifier: Apache-2.0
"""The libraries of the release build offer exactly what the public header declares, and cannot sign."""

import re
import subprocess
from pathlib import Path

from check_docs import HEADER, public_functions
from scan import functions, read


def symbols(library, *flags):
    done = subprocess.run(["nm", "--defined-only", *flags, str(library)], capture_output=True, text=True, timeout=60, check=True)
    return {line.split()[2] for line in done.stdout.splitlines() if len(line.split()) == 3}


def issuing_functions(root):
    """What the sources of pl_crypto_issue and pl_token_issue define."""
    names = set()
    for lists in sorted(Path(root).glob("lib/*/CMakeLists.txt")):
        for call in re.findall(r"pospal_object_library\(\w+_issue\b(.*?)\)", lists.read_text(encoding="utf-8"), re.S):
            for source in re.findall(r"[\w./]+\.c\b", call):
                if (lists.parent / source).is_file():
                    names |= {f.name for f in functions((lists.parent / source).read_text(encoding="utf-8")) if not f.static}
    return names


def check(root, options):
    build = Path(options.build)
    declared = set(public_functions(read(root, HEADER)))
    issuing = issuing_functions(root)
    for name, flags in (("libpospal-license.so", ("-D",)), ("libpospal-license.a", ("-g",))):
        library = build / "lib" / name
        if not library.is_file():
            yield f"{name}:1: is not built"
            continue
        offered = symbols(library, *flags)
        for symbol in sorted(offered - declared):
            yield f"{name}:1: offers {symbol}, which {HEADER} does not declare"
        for symbol in sorted(declared - offered):
            yield f"{name}:1: lacks {symbol}, which {HEADER} declares"
        for symbol in sorted(issuing & symbols(library)):
            yield f"{name}:1: contains {symbol}: signing is for issuers"


def prepare(root, options):
    """Compiles a sample's sample.c into both libraries."""
    source, folder = Path(root) / "sample.c", Path(root) / "build/lib"
    if source.is_file():
        folder.mkdir(parents=True)
        compiler = [options.cc, "-fPIC", "-fvisibility=hidden", "-I", str(Path(root) / "include"), str(source)]
        subprocess.run([*compiler, "-shared", "-o", str(folder / "libpospal-license.so")], check=True, timeout=60)
        subprocess.run([*compiler, "-c", "-o", str(folder / "libpospal-license.a")], check=True, timeout=60)


def sample(code):
    return {HEADER: """#define POSPAL_API __attribute__((visibility("default")))
POSPAL_API int pospal_version(void);
""", "sample.c": f"#include <pospal/license.h>\n{code}\n",
            "lib/crypto/CMakeLists.txt": "pospal_object_library(crypto_issue LIBRARIES deps::sodium SOURCES\n  sign.c\n)\n",
            "lib/crypto/sign.c": "int pl_sign(void)\n{\n    return 1;\n}\n"}


ALL = "int pospal_version(void) { return 1; }"
SAMPLES = [
    (sample(ALL), None),
    (sample(""), "libpospal-license.so:1: lacks pospal_version"),
    (sample(""), "libpospal-license.a:1: lacks pospal_version"),
    (sample(ALL + " POSPAL_API int pl_f(void); int pl_f(void) { return 1; }"), "libpospal-license.so:1: offers pl_f"),
    (sample(ALL + " int pl_f(void); int pl_f(void) { return 1; }"), "libpospal-license.a:1: offers pl_f"),
    (sample(ALL + " int pl_sign(void); int pl_sign(void) { return 1; }"), "libpospal-license.so:1: contains pl_sign"),
    (sample(ALL + " static int pl_sign(void) { return 1; } int (*x)(void) = pl_sign;"),
     "libpospal-license.a:1: contains pl_sign"),
    ({HEADER: "POSPAL_API int pospal_version(void);\n"}, "libpospal-license.so:1: is not built"),
]
