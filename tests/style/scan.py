# SPDX-License-Identifier: Apache-2.0
"""Reads C well enough for the style checks: includes, functions, calls. No preprocessing, no types."""

import re
from dataclasses import dataclass
from pathlib import Path

KEYWORDS = {"if", "for", "while", "switch", "return", "sizeof", "do", "else", "_Alignof", "_Static_assert", "defined"}


@dataclass
class Function:
    name: str
    line: int
    lines: int
    parameters: int
    nesting: int
    static: bool


def blank(text, keep_strings=False):
    """The text with comments (and the insides of strings and character constants) made blank; lines stay lines."""
    token = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

    def wipe(match):
        found = match.group(0)
        if found[0] in "\"'":
            return found if keep_strings else found[0] + " " * (len(found) - 2) + found[-1]
        return re.sub(r"[^\n]", " ", found)

    return token.sub(wipe, text)


def drop_directives(text):
    """Without preprocessor lines; of an #if with #else the first branch stays, so that braces balance."""
    out, skipping = [], []
    continued = False
    for line in text.split("\n"):
        stripped = line.strip()
        directive = stripped.startswith("#") or continued
        if stripped.startswith("#") and not continued:
            word = stripped[1:].strip()
            if word.startswith("if"):
                skipping.append(False)
            elif word.startswith(("else", "elif")) and skipping:
                skipping[-1] = True
            elif word.startswith("endif") and skipping:
                skipping.pop()
        out.append("" if directive or any(skipping) else line)
        continued = directive and line.rstrip().endswith("\\")
    return "\n".join(out)


def includes(text):
    """(line, '<' or '"', path) of each include."""
    for number, line in enumerate(blank(text, keep_strings=True).split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(1), match.group(2)


def calls(text):
    """(line, name) of everything that looks like a call; members (x->free, x.free) are not."""
    code = blank(text)
    for match in re.finditer(r"(?<![\w.])(?<!->)([A-Za-z_]\w*)\s*\(", code):
        if match.group(1) not in KEYWORDS:
            yield code.count("\n", 0, match.start()) + 1, match.group(1)


def opening_parenthesis(code, closing):
    depth = 0
    for at in range(closing, -1, -1):
        depth += {")": 1, "(": -1}.get(code[at], 0)
        if depth == 0:
            return at
    return -1


def signature(code, brace):
    """(name, offset of the name, parameters, static) of the function whose body opens at brace, or None."""
    head = code[:brace].rstrip()
    if not head.endswith(")"):
        return None
    opening = opening_parenthesis(head, len(head) - 1)
    match = re.search(r"([A-Za-z_]\w*)\s*$", head[:max(opening, 0)])
    if not match or match.group(1) in KEYWORDS:
        return None
    inside = head[opening + 1:-1].strip()
    depth, count = 0, 0 if inside in ("", "void") else 1
    for char in inside:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(char, 0)
        count += char == "," and depth == 0
    before = re.split(r"[;}]", head[:match.start()])[-1]
    return match.group(1), match.start(), count, bool(re.search(r"\bstatic\b", before))


def is_block(code, brace):
    """Whether a brace opens a statement block and not an initialiser or a type."""
    head = code[:brace].rstrip()
    if head.endswith((";", "{", "}", ":")):
        return True
    if re.search(r"\b(else|do)$", head):
        return True
    if not head.endswith(")"):
        return False
    opening = opening_parenthesis(head, len(head) - 1)
    return bool(re.search(r"\b(if|for|while|switch)\s*$", head[:max(opening, 0)]))


def functions(text):
    code = drop_directives(blank(text))
    # extern "C" { ... } does not make what stands in it nested.
    code = re.sub(r'extern\s*"\s*"\s*\{', lambda m: " " * len(m.group(0)), code)
    found, stack, current, deepest = [], [], None, 0
    for at, char in enumerate(code):
        if char == "{":
            if not stack:
                current, deepest = signature(code, at), 0
                stack.append(bool(current))
            else:
                stack.append(stack[-1] and is_block(code, at))
            deepest = max(deepest, sum(stack) - 1)
        elif char == "}" and stack:
            stack.pop()
            if not stack and current:
                name, start, parameters, static = current
                first = code.count("\n", 0, start) + 1
                last = code.count("\n", 0, at) + 1
                found.append(Function(name, first, last - first + 1, parameters, deepest, static))
                current = None
    return found


def own_sources(root, *folders, suffixes=(".c", ".h")):
    """Files of these folders, relative to root, sorted."""
    root = Path(root)
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path.relative_to(root).as_posix()


def read(root, path):
    return (Path(root) / path).read_text(encoding="utf-8")
