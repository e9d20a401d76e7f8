# SPDX-License-Identifier: Apache-2.0
"""One SQL text for SQLite, PostgreSQL and the engines that are compatible with it: no word of one engine alone, nothing that a
distributed engine lacks or pays dearly for. Statements stand in server-stub/store/*.c, the schema in server-stub/store/schema/; what the
drivers translate is in store/db_postgres_sql.h."""

import re
from pathlib import Path

from scan import blank, own_sources, read

# pattern, what to do instead. Matched without regard to case, outside of quotes and comments.
RULES = [
    # ids are made outside of the database, and no row is a bottleneck for all
    (r"\b(?:small|big)?serial\b|\bautoincrement\b|\bsequence\b(?=\s+\w+\s+(?:start|increment|as)\b)|\bcreate\s+sequence\b|\bnextval\b"
     r"|\bgenerated\b.*\bidentity\b|\bgen_random_uuid\b|\brandomblob\b|\blast_insert_rowid\b",
     "ids are made outside of the database (store_new_id)"),
    (r"\bpg_(?:try_)?advisory\w*|\block\s+table\b", "lock the row that the rule is about: FOR UPDATE"),
    (r"\b(?:now|datetime|strftime|julianday|unixepoch|date_trunc|to_char|clock_timestamp)\s*\(|\bcurrent_(?:timestamp|time|date)\b",
     "the present comes with the transaction (tx->now_ms)"),
    # SQLite's own
    (r"\bwithout\s+rowid\b(?!\s*(?:;|$))|(?<!without )\b_?rowid_?\b", "tables have a primary key of their own"),
    (r"\binsert\s+or\b|\bupdate\s+or\b|\breplace\s+into\b", "say ON CONFLICT"),
    (r"\b(?:typeof|ifnull|iif|group_concat|json_extract|printf|changes|total|glob|instr|unhex|hex|quote)\s*\(|\bglob\b|\bpragma\b"
     r"|\bindexed\s+by\b|\battach\b|\bvacuum\b|==|`|\[\w+\]|\bx'", "PostgreSQL does not know that"),
    (r"\blimit\s+[^\s,]+\s*,", "say LIMIT n OFFSET m"),
    # PostgreSQL's own
    (r"::|\bilike\b|\barray\s*\[|\bany\s*\(\s*\$|->>?|\bjsonb?\b|\blateral\b|\bdistinct\s+on\b|\bskip\s+locked\b|\bnowait\b|\blisten\b"
     r"|\bnotify\b|\btruncate\b|\busing\s+(?:gin|gist|brin|hash)\b|\bunlogged\b|\btablespace\b|\bregexp\w*|~|\$\$"
     r"|\b(?:string|array)_agg\b|\bcreate\s+(?:or\s+replace\s+)?(?:type|domain|function|trigger|extension|rule|materialized)\b",
     "SQLite, or a distributed engine, does not know that"),
    (r"\bbytea\b|\buuid\b", "say BLOB"),
    (r"\b(?:int|integer|smallint|int[248]|numeric|decimal|real|float|double|boolean|bool|varchar|char|timestamp(?:tz)?|datetime)\b",
     "columns are BIGINT, TEXT or BLOB"),
    # both know it, and mean different things
    (r"\bcross\s+join\b(?:(?!\b(?:where|join)\b).)*\bon\b", "CROSS JOIN has its condition in WHERE"),
    (r"\blike\b", "LIKE minds case on one engine and not on the other: fold, and compare"),
    (r"\$\d+\s*(?:=|<>|<=?|>=?)\s*-?\d", "CAST the parameter AS BIGINT: a plain number has another type on PostgreSQL"),
    (r"\bfor\s+(?:share|no\s+key|key)\b", "FOR UPDATE is the one lock"),
]

LOCK_NOT_LAST = re.compile(r"\bfor\s+update\b(?!(?:\s+of\s+\w+)?\s*;?\s*$)", re.I)
PARAMETER = re.compile(r"\$(\d+)(\s+is\s+(?:not\s+)?null)?", re.I)


def bare(sql):
    """Without comments, and quoted texts empty; an x'..' keeps its x."""
    return re.sub(r"--[^\n]*|'(?:[^']|'')*'", lambda m: "" if m.group(0)[0] == "-" else "''", sql)


def faults(sql):
    text = bare(sql)
    for pattern, instead in RULES:
        found = re.search(pattern, text, re.I | re.S)
        if found:
            yield found.group(0).strip()[:40], instead
    if LOCK_NOT_LAST.search(text):
        yield "FOR UPDATE", "it stands at the end of a statement: SQLite's driver cuts the text there"
    seen = set()
    for number, is_null in PARAMETER.findall(text):
        if is_null and number not in seen:
            yield f"${number}{is_null}", "compare it with a column first: where it first stands decides its type"
        seen.add(number)


def literals(code):
    return "".join(m.group(1).replace('\\"', '"') for m in re.finditer(r'"((?:\\.|[^"\\\n])*)"', code))


def statements(text):
    """(line, SQL) of each row of a table called sql, with the macros of the file in place of their names, and of SQL in constants."""
    code = blank(text, keep_strings=True)
    macros = {}
    for match in re.finditer(r"#\s*define\s+([A-Z_]+)((?:[^\n]*\\\n)*[^\n]*)", code):
        macros[match.group(1)] = match.group(2)

    def expand(body):
        for _ in range(3):
            body = re.sub(r"\b([A-Z][A-Z_]+)\b(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", lambda m: macros.get(m.group(1), m.group(1)), body)
        return literals(body)

    for table in re.finditer(r"\bsql\[\]\s*=\s*\{(.*?)\n\};", code, re.S):
        for row in re.finditer(r"\[(\w+)\]\s*=(.*?)(?=,\s*\[\w+\]\s*=|,?\s*$)", table.group(1), re.S):
            yield code.count("\n", 0, table.start(1) + row.start()) + 1, expand(row.group(2))
    for constant in re.finditer(r"\bstatic const char [A-Z_]+\[\]\s*=((?:\s*\"(?:\\.|[^\"\\\n])*\")+);", code):
        yield code.count("\n", 0, constant.start()) + 1, literals(constant.group(1))


def check(root, _options):
    for path in own_sources(root, "server-stub/store", "lib/storage", suffixes=(".c",)):
        if Path(path).name.startswith(("db_", "store.c")): # the engines' own: their settings
            continue
        for line, sql in statements(read(root, path)):
            for what, instead in faults(sql):
                yield f"{path}:{line}: \"{what}\" in SQL: {instead}"
    for path in own_sources(root, "server-stub/store/schema", suffixes=(".sql",)):
        line = 1
        for sql in bare(read(root, path)).split(";"):
            for what, instead in faults(sql.strip()):
                first = line + sql[:len(sql) - len(sql.lstrip())].count("\n")
                yield f"{path}:{first}: \"{what}\" in SQL: {instead}"
            line += sql.count("\n")


def in_code(sql):
    return {"server-stub/store/a.c": 'static const char *const sql[] = {\n    [FIND] = "' + sql + '",\n};\n'}


def in_schema(sql):
    return {"server-stub/store/schema/0001-a.sql": sql}


SAMPLES = [
    ({"server-stub/store/a.c": '#define OF_LOG " WHERE log = $1"\nstatic const char *const sql[] = {\n'
                               '    [ADD] = "INSERT INTO log (log) VALUES ($1)"\n'
                               '            " ON CONFLICT (log) DO NOTHING RETURNING log",\n'
                               '    [LOCK] = "SELECT l.log FROM log l WHERE l.log = $1 FOR UPDATE OF l",\n'
                               '    [LIST] = "SELECT log FROM log" OF_LOG " AND (x = $2 OR $2 IS NULL) LIMIT $3 OFFSET $4",\n};\n',
      "server-stub/store/schema/0001-a.sql": "-- a serial of now() and uuid\nCREATE TABLE log (\n    log BLOB NOT NULL PRIMARY KEY,\n"
                                             "    name TEXT DEFAULT 'rowid::text'\n) WITHOUT ROWID;\n"}, None),
    (in_schema("CREATE TABLE a (id BIGSERIAL PRIMARY KEY);"), "ids are made outside"),
    (in_schema("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT);"), "ids are made outside"),
    (in_schema("CREATE SEQUENCE numbers;"), "ids are made outside"),
    (in_schema("CREATE TABLE a (x TEXT);\nCREATE TABLE b (id UUID);"), "0001-a.sql:2: \"UUID\" in SQL: say BLOB"),
    (in_schema("CREATE TABLE a (x BIGINT, at TIMESTAMPTZ);"), "columns are BIGINT, TEXT or BLOB"),
    (in_schema("CREATE TABLE a (at BIGINT DEFAULT (strftime('%s')));"), "the present comes with"),
    (in_schema("CREATE DOMAIN blob AS bytea;"), "does not know that"),
    (in_code("SELECT pg_advisory_xact_lock(1)"), "lock the row"),
    (in_code("INSERT OR REPLACE INTO a VALUES ($1)"), "ON CONFLICT"),
    (in_code("SELECT rowid FROM a"), "primary key of their own"),
    (in_code("SELECT typeof(x) FROM a"), "PostgreSQL does not know"),
    (in_code("SELECT x FROM a LIMIT 10, 20"), "OFFSET"),
    (in_code("SELECT x::text FROM a"), "does not know that"),
    (in_code("SELECT x FROM a WHERE x = ANY($1)"), "does not know that"),
    (in_code("SELECT x FROM a WHERE at < now()"), "the present comes with"),
    (in_code("SELECT x FROM a WHERE x LIKE $1"), "LIKE minds case"),
    (in_code("SELECT x FROM a WHERE id = $1 FOR UPDATE SKIP LOCKED"), "does not know that"),
    (in_code("SELECT x FROM (SELECT x FROM a FOR UPDATE) LIMIT 1"), "at the end of a statement"),
    (in_code("SELECT x FROM a WHERE ($1 IS NULL OR x = $1)"), "compare it with a column first"),
    (in_code("UPDATE a SET x = $1, y = CASE WHEN $1 = 3 THEN 1 ELSE 0 END"), "CAST the parameter"),
    (in_code("SELECT x FROM a CROSS JOIN b ON a.id = b.id"), "its condition in WHERE"),
    ({"server-stub/store/a.c": '#define TAIL " AND x ILIKE $1"\nstatic const char *const sql[] = {\n    [A] = "SELECT 1" TAIL,\n};\n'},
     "a.c:3: \"ILIKE\""),
]
