# SPDX-License-Identifier: Apache-2.0
"""What is in third_party/ is what its SHA256SUMS say, all of it, and comes with its license."""

import hashlib
from pathlib import Path

OURS = {"README.md", "SHA256SUMS", "update"}


def check(root, _options):
    for folder in sorted(p for p in Path(root, "third_party").glob("*") if p.is_dir()):
        name = f"third_party/{folder.name}"
        sums = folder / "SHA256SUMS"
        if not sums.is_file():
            yield f"{name}:1: there are no SHA256SUMS"
            continue
        listed = {file: digest for digest, file in (line.split() for line in sums.read_text(encoding="utf-8").splitlines())}
        there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - OURS
        for file in sorted(there ^ listed.keys()):
            yield f"{name}/{file}:1: is {'missing' if file in listed else 'not in SHA256SUMS'}"
        for file in sorted(there & listed.keys()):
            if hashlib.sha256((folder / file).read_bytes()).hexdigest() != listed[file]:
                yield f"{name}/{file}:1: is not what SHA256SUMS says; nothing is changed here, see README.md"
        if "LICENSE" not in there or not (folder / "README.md").is_file():
            yield f"{name}:1: LICENSE and README.md are needed"


def sample(text="x", listed="x", more=None):
    digest = hashlib.sha256(listed.encode()).hexdigest()
    return {"third_party/a/x.js": text, "third_party/a/LICENSE": text, "third_party/a/README.md": "",
            "third_party/a/SHA256SUMS": f"{digest}  x.js\n{digest}  LICENSE\n", **(more or {})}


SAMPLES = [
    (sample(), None),
    (sample(text="y"), "x.js:1: is not what SHA256SUMS says"),
    (sample(more={"third_party/a/z.js": "z"}), "z.js:1: is not in SHA256SUMS"),
    (sample(more={"third_party/a/SHA256SUMS": f"{'0' * 64}  gone.js\n"}), "gone.js:1: is missing"),
    ({"third_party/a/x.js": "x"}, "there are no SHA256SUMS"),
    ({"third_party/a/SHA256SUMS": ""}, "LICENSE and README.md are needed"),
]
