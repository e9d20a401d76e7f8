# SPDX-License-Identifier: Apache-2.0
"""Includes point down: the table is layers.txt."""

import re
from pathlib import Path

from scan import includes, own_sources, read

TABLE = Path(__file__).with_name("layers.txt")


def allowed_folders():
    """folder -> the folders it may include; a folder of both stacks is judged by the first that names it."""
    allowed = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        also = re.match(r"also:\s*(\w+) > (\w+)$", line)
        if also:
            allowed[also.group(1)].add(also.group(2))
        match = re.match(r"(sdk|server):(.*)", line)
        if not match:
            continue
        below = []
        for tier in match.group(2).split("<"):
            names = [name.strip() for name in tier.split(",")]
            for name in names:
                allowed.setdefault(name, set(below) | {name})
            below += names
    return allowed


def layer_of(path):
    parts = path.split("/")
    if parts[0] == "server-stub" and len(parts) == 2:
        return Path(parts[1]).stem
    return parts[1]


def included_layer(root, path, target):
    """The layer of an include that is ours, or None. As the compiler: beside the file first, then the roots."""
    own = Path(path).parent
    for base in (own, Path("lib"), Path("server-stub"), Path("tools")):
        candidate = Path(root) / base / target
        if candidate.is_file():
            return layer_of((base / target).as_posix())
    return None


def check(root, _options):
    allowed = allowed_folders()
    for path in own_sources(root, "lib", "server-stub", "tools/command_line", suffixes=(".c", ".h", ".def")):
        layer = layer_of(path)
        if layer not in allowed:
            yield f"{path}:1: folder {layer} is not in layers.txt"
            continue
        for line, _, target in includes(read(root, path)):
            if "../" in target:
                yield f"{path}:{line}: {target}: includes are written from the root"
                continue
            layer_below = included_layer(root, path, target)
            if layer_below and layer_below not in allowed[layer]:
                yield f"{path}:{line}: {layer} may not include {layer_below} ({target})"
    for path in own_sources(root, "examples"):
        for line, kind, target in includes(read(root, path)):
            if kind == '"' or (target.startswith("pospal/") and target != "pospal/license.h"):
                yield f"{path}:{line}: an example includes <pospal/license.h> alone"


BASE = {"lib/base/buf.h": "", "lib/crypto/crypto.h": "", "lib/license/status.h": "", "lib/device/device.h": "",
        "server-stub/store/store.h": "", "server-stub/http/http.h": "", "tools/command_line/options.h": ""}
SAMPLES = [
    ({**BASE, "lib/crypto/a.c": '#include "crypto/crypto.h"\n#include "base/buf.h"\n#include <pospal/license.h>\n',
      "server-stub/main.c": '#include "http/http.h"\n#include "store/store.h"\n'}, None),
    ({**BASE, "lib/base/a.c": '#include "crypto/crypto.h"\n'}, "a.c:1: base may not include crypto"),
    ({**BASE, "lib/crypto/a.c": '\n#include "license/status.h"\n'}, "a.c:2: crypto may not include license"),
    ({"lib/token/a.h": "", "lib/wire/a.c": '#include "token/a.h"\n'}, None),
    ({"lib/wire/a.h": "", "lib/token/a.c": '#include "wire/a.h"\n'}, "token may not include wire"),
    ({**BASE, "lib/license/a.c": "#include <crypto/crypto.h>\n"}, "license may not include crypto"),
    ({**BASE, "server-stub/store/a.c": '#include "device/device.h"\n'}, "store may not include device"),
    ({**BASE, "server-stub/api/a.c": '#include "http/http.h"\n'}, "api may not include http"),
    ({**BASE, "lib/base/a.c": '#include "../crypto/crypto.h"\n'}, "written from the root"),
    ({**BASE, "lib/novel/a.c": ""}, "novel is not in layers.txt"),
    ({**BASE, "server-stub/cli/a.c": '#include "command_line/options.h"\n',
      "tools/command_line/a.c": '#include "base/buf.h"\n'}, None),
    ({**BASE, "lib/base/a.c": '#include "command_line/options.h"\n'}, "base may not include command_line"),
    ({**BASE, "tools/command_line/a.c": '#include "store/store.h"\n'}, "command_line may not include store"),
    ({"examples/a.c": '#include "base/buf.h"\n'}, "an example includes"),
]
