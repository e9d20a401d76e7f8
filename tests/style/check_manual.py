# SPDX-License-Identifier: Apache-2.0
"""The manual pages know every command and option of both programs, as their help prints them, and every public function; and no
others. Where mandoc is there, it finds nothing wrong with them either."""

import re
import shutil
import subprocess
from pathlib import Path

from check_docs import HEADER, public_functions
from scan import read

PROGRAMS = ("pospal-license", "pospal-validator")
LIBRARY = "man/libpospal-license.3"


def ask(program, *words):
    return subprocess.run([str(program), *words], capture_output=True, text=True, timeout=60, check=True).stdout


def commands_of(program):
    """The left column of `help`, but for help itself."""
    found = re.findall(r"^  ([a-z-]+(?: [a-z0-9-]+)?)  +\S", ask(program, "help"), re.M)
    return [name for name in found if name != "help"]


def options_of(program, command):
    return set(re.findall(r"^  --([a-z0-9-]+)", ask(program, *command.split(), "--help"), re.M))


def plain(page):
    return page.replace("\\-", "-")


def sections(page):
    """The text under each .Ss, and all that stands under .Sh OPTIONS."""
    parts = re.split(r"^\.Ss (.*)$", page, flags=re.M)
    named = {name.strip(): re.split(r"^\.Sh ", body, flags=re.M)[0] for name, body in zip(parts[1::2], parts[2::2])}
    shared = re.search(r"^\.Sh OPTIONS$(.*?)^\.Sh ", page, re.M | re.S)
    return named, shared.group(1) if shared else ""


def flags(text):
    return set(re.findall(r"\bFl -([a-z0-9-]+)", text))


def check_program(root, build, name):
    path = f"man/{name}.1"
    program = build / "bin" / name
    if not program.is_file():
        yield f"{name}:1: is not built"
        return
    named, shared = sections(plain(read(root, path)))
    known = set()
    for command in commands_of(program):
        options = options_of(program, command)
        known |= options
        if command not in named:
            yield f"{path}:1: does not know the command {command}"
            continue
        for option in sorted(options - flags(named[command]) - flags(shared)):
            yield f"{path}:1: {command} does not know --{option}"
        if "Example:" not in named[command]:
            yield f"{path}:1: {command} has no example"
    for command in sorted(set(named) - set(commands_of(program)) - {"help"}):
        yield f"{path}:1: tells of a command {command}, which there is not"
    for option in sorted(flags(plain(read(root, path))) - known):
        yield f"{path}:1: tells of an option --{option}, which there is not"


def check_library(root):
    told = set(re.findall(r"^\.It Fn (\w+)", read(root, LIBRARY), re.M))
    declared = set(public_functions(read(root, HEADER)))
    for name in sorted(declared - told):
        yield f"{LIBRARY}:1: does not know {name}"
    for name in sorted(told - declared):
        yield f"{LIBRARY}:1: tells of {name}, which {HEADER} does not declare"


def lint(root, path):
    if not shutil.which("mandoc"):
        return
    done = subprocess.run(["mandoc", "-Tlint", "-W", "warning", str(Path(root) / path)], capture_output=True, text=True, timeout=60)
    for line in done.stdout.splitlines():
        yield f"{path}:1: {line}"


def check(root, options):
    pages = [f"man/{name}.1" for name in PROGRAMS] + [LIBRARY]
    for path in pages:
        if not (Path(root) / path).is_file():
            yield f"{path}:1: is missing"
            return
        yield from lint(root, path)
    for name in PROGRAMS:
        yield from check_program(root, Path(options.build), name)
    yield from check_library(root)


def prepare(root, _options):
    for program in Path(root).glob("build/bin/*"):
        program.chmod(0o755)


PROGRAM = """#!/bin/sh
case $* in
help) printf '  keys list    list the keys\\n  help         show this help\\n' ;;
*) printf '  --brand SLUG   the brand\\n  --json    as JSON\\n' ;;
esac
"""
PAGE = """.Dd November 25, 2026
.Dt %s 1
.Os
.Sh NAME
.Nm x
.Nd y
.Sh OPTIONS
.Bl -tag -width Ds
.It Fl \\-json
As JSON.
.El
.Sh COMMANDS
.Ss keys list
.Bl -tag -width Ds
.It Fl \\-brand Ar SLUG
The brand.
.El
.Pp
Example:
.Dl x
"""
FUNCTIONS = """.Dd November 25, 2026
.Dt X 3
.Os
.Sh NAME
.Nm x
.Nd y
.Sh DESCRIPTION
.Bl -tag -width Ds
.It Fn pospal_version "void"
The version.
.El
"""


def sample(page=PAGE, functions=FUNCTIONS, program=PROGRAM):
    return {**{f"build/bin/{name}": program for name in PROGRAMS}, **{f"man/{name}.1": page % name.upper() for name in PROGRAMS},
            LIBRARY: functions, HEADER: "POSPAL_API const char *pospal_version(void);\n"}


SAMPLES = [
    (sample(), None),
    ({}, "pospal-license.1:1: is missing"),
    (sample(page=PAGE.replace("Ss keys list", "Ss keys show")), "does not know the command keys list"),
    (sample(page=PAGE.replace("Ss keys list", "Ss keys show")), "tells of a command keys show"),
    (sample(page=PAGE.replace("\\-brand", "\\-bran")), "keys list does not know --brand"),
    (sample(page=PAGE.replace("\\-brand", "\\-bran")), "tells of an option --bran,"),
    (sample(page=PAGE.replace("\\-json", "\\-jso")), "keys list does not know --json"),
    (sample(page=PAGE.replace("Example:", "So:")), "keys list has no example"),
    (sample(functions=FUNCTIONS.replace("pospal_version", "pospal_versio")), "does not know pospal_version"),
    (sample(functions=FUNCTIONS.replace("pospal_version", "pospal_versio")), "tells of pospal_versio,"),
    ({name: text for name, text in sample().items() if "bin/" not in name}, "pospal-license:1: is not built"),
]
