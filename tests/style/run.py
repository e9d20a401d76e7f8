#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py [check ...]: runs style checks on the source tree, all of them if none is named.
run.py --samples: shows for every check that it passes a good sample and fails each of its bad ones.

A check is a module check_<name>.py here with check(root, options) yielding "path:line: what is wrong", and SAMPLES:
a list of (files, expected), where files maps path to text and expected is a part of the message, or None for a good tree.
Where files alone do not make a sample, prepare(root, options) builds what is missing from them.
"""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True


def load(names):
    names = names or sorted(p.stem[len("check_"):] for p in HERE.glob("check_*.py"))
    return {name: importlib.import_module(f"check_{name}") for name in names}


def run_samples(checks, options):
    bad = 0
    for name, module in checks.items():
        if not any(expected for _, expected in module.SAMPLES):
            print(f"{name}: has no bad sample")
            bad += 1
        for number, (files, expected) in enumerate(module.SAMPLES, 1):
            with tempfile.TemporaryDirectory() as root:
                for path, text in files.items():
                    target = Path(root) / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(text, encoding="utf-8")
                if hasattr(module, "prepare"):
                    module.prepare(root, options)
                within = argparse.Namespace(**{**vars(options), "root": root, "build": Path(root) / "build"})
                found = list(module.check(root, within))
            right = any(expected in line for line in found) if expected else not found
            if not right:
                print(f"{name}: sample {number}: expected {expected!r}, found {found}")
                bad += 1
    print(f"{sum(len(m.SAMPLES) for m in checks.values())} samples of {len(checks)} checks, {bad} wrong")
    return bad


def run_checks(checks, options):
    total = 0
    for name, module in checks.items():
        for line in module.check(options.root, options):
            print(f"{line} [{name}]")
            total += 1
    print(f"{', '.join(checks)}: {total or 'nothing'} to mend")
    return total


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("checks", nargs="*")
    parser.add_argument("--samples", action="store_true")
    parser.add_argument("--root", default=HERE.parent.parent)
    parser.add_argument("--build", default=HERE.parent.parent / "build", help="the release build, for the exports")
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--cxx", default="c++")
    options = parser.parse_args()
    checks = load(options.checks)
    return 1 if (run_samples if options.samples else run_checks)(checks, options) else 0


if __name__ == "__main__":
    sys.exit(main())
