# SPDX-License-Identifier: Apache-2.0
"""docs/openapi.json describes the routes of server-stub/routes.c, all of them and no other."""

import json
import re
from pathlib import Path

SOURCE = "server-stub/routes.c"
TARGET = "docs/openapi.json"
ROW = re.compile(r'^\s*\{METHOD_(\w+),\s*"([^"]+)"', re.M)
METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}
STATUSES = re.compile(r"\d{3}$")


def references(value):
    if isinstance(value, dict):
        yield from (value[key] for key in value if key == "$ref")
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from references(item)


def leads_somewhere(document, reference):
    for step in reference.removeprefix("#/").split("/"):
        document = document.get(step) if isinstance(document, dict) else None
    return reference.startswith("#/") and document is not None


def check(root, _options):
    source, target = Path(root) / SOURCE, Path(root) / TARGET
    if not source.is_file() or not target.is_file():
        yield f"{TARGET}:1: it or {SOURCE} is missing"
        return
    routes = {(method.lower(), path) for method, path in ROW.findall(source.read_text(encoding="utf-8"))}
    if not routes:
        yield f"{SOURCE}:1: no route can be read"
    document = json.loads(target.read_text(encoding="utf-8"))
    described = {(method, path): operation for path, item in document.get("paths", {}).items()
                 for method, operation in item.items() if method in METHODS}
    for method, path in sorted(routes - described.keys()):
        yield f"{TARGET}:1: {method} {path} is not described"
    for method, path in sorted(described.keys() - routes):
        yield f"{TARGET}:1: {method} {path} is no route of {SOURCE}"
    for (method, path), operation in described.items():
        if not any(STATUSES.match(status) for status in operation.get("responses", {})):
            yield f"{TARGET}:1: {method} {path} has no response"
    for reference in sorted(set(references(document))):
        if not leads_somewhere(document, reference):
            yield f"{TARGET}:1: {reference} leads nowhere"


def sample(rows, document):
    return {SOURCE: "".join(f"    {{METHOD_{row}}},\n" for row in rows), TARGET: json.dumps(document)}


FINE = {"responses": {"200": {}}}
SAMPLES = [
    (sample(['GET, "/a"', 'POST, "/a"'], {"paths": {"/a": {"get": FINE, "post": FINE, "summary": "x"}}}), None),
    (sample(['GET, "/a"', 'POST, "/a"'], {"paths": {"/a": {"get": FINE}}}), "post /a is not described"),
    (sample(['GET, "/a"'], {"paths": {"/a": {"get": FINE}, "/b": {"get": FINE}}}), "get /b is no route"),
    (sample(['GET, "/a"'], {"paths": {"/a": {"get": {}}}}), "has no response"),
    (sample(['GET, "/a"'], {"paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/x/y"}}}}}}), "#/x/y leads nowhere"),
    (sample([], {"paths": {}}), "no route can be read"),
    ({SOURCE: ""}, "is missing"),
]
