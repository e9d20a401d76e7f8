// SPDX-License-Identifier: Apache-2.0
// conform.mjs: a record that is in order passes, and each way of doctoring it is found.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Contract } from "./conform.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const CONTRACT = here("../../docs/openapi.json");
const contract = new Contract(JSON.parse(readFileSync(CONTRACT, "utf8")));
const ID = "01234567-89ab-7def-8123-456789abcdef";

/** Adding an API key, as it goes. */
function exchange() {
    return {
        test: "sample",
        method: "POST",
        path: "/api/v1/brand/keys",
        in_order: true,
        request: { headers: { "content-type": "application/json", "idempotency-key": "one" }, body: '{"name":"shop","scopes":["licenses:read"]}' },
        reply: {
            status: 201,
            headers: { "content-type": "application/json" },
            body: JSON.stringify({
                id: ID, name: "shop", scopes: ["licenses:read"], status: "active", tail: "x4f2", created_at: "2031-01-31T12:00:00Z",
                expires_at: null, revoked_at: null, last_used_at: null, version: 1, key: "pospal_x",
            }),
        },
    };
}

const doctored = (change) => {
    const made = exchange();
    change(made);
    return contract.check(made);
};

const inReply = (change) => (made) => {
    const body = JSON.parse(made.reply.body);
    change(body);
    made.reply.body = JSON.stringify(body);
};

const list = (query, headers = {}) => ({
    test: "sample",
    method: "GET",
    path: `/api/v1/brand/keys${query}`,
    in_order: true,
    request: { headers, body: null },
    reply: { status: 200, headers: { "content-type": "application/json; charset=utf-8" }, body: "[]" },
});

test("every schema of the contract is one", () => contract.compileAll());

test("what is in order passes", () => {
    assert.deepEqual(contract.check(exchange()), []);
    assert.deepEqual(contract.check(list("?limit=5")), []);
    assert.deepEqual(contract.check({ ...list(""), method: "HEAD", reply: { status: 200, headers: {}, body: "" } }), []);
    const nowhere = { status: 404, headers: { "content-type": "application/problem+json" }, body: "{}" };
    assert.deepEqual(contract.check({ ...list(""), path: "/nowhere", reply: nowhere }), []);
});

const replies = [
    ["a status that is not described", (made) => (made.reply.status = 299), /answers 299, which is not described/],
    ["another media type", (made) => (made.reply.headers["content-type"] = "text/html"), /text\/html, which is not described/],
    ["no media type", (made) => (made.reply.headers = {}), /of no type/],
    ["a text that is no JSON", (made) => (made.reply.body += "}"), /reply is no JSON/],
    ["no body", (made) => (made.reply.body = ""), /reply is no JSON/],
    ["a member of another type", inReply((body) => (body.name = 7)), /reply\/name must be string/],
    ["a member that is missing", inReply((body) => delete body.id), /must have required property 'id'/],
    ["a member that is not described", inReply((body) => (body.secret = "x")), /must NOT have/],
    ["an id that is none", inReply((body) => (body.id = "7")), /reply\/id must match format "uuid"/],
    ["a time that is none", inReply((body) => (body.created_at = "yesterday")), /reply\/created_at must match format "date-time"/],
    ["a word that is not in the list", inReply((body) => (body.status = "asleep")), /reply\/status must be equal to one of/],
    ["an answer at an unknown path", (made) => (made.path = "/api/v1/brand/kys"), /no such operation/],
    ["an answer to an unknown method", (made) => (made.method = "DELETE"), /no such operation/],
];
for (const [what, change, sentence] of replies)
    test(`a reply is refused: ${what}`, () => assert.match(doctored(change).join("\n"), sentence));

const requests = [
    ["a body with a member of another type", (made) => (made.request.body = '{"name":7,"scopes":["*"]}'), /request\/name must be string/],
    ["a body with an unknown member", (made) => (made.request.body = '{"name":"a","scopes":["*"],"x":1}'), /must NOT have additional properties/],
    ["no body", (made) => (made.request.body = null), /needs a body/],
    ["a body of another type", (made) => (made.request.headers["content-type"] = "text/csv"), /takes text\/csv/],
    ["a parameter that is not described", (made) => (made.path += "?x=1"), /takes the query parameter x/],
];
for (const [what, change, sentence] of requests)
    test(`a request is refused: ${what}`, () => assert.match(doctored(change).join("\n"), sentence));

test("a request that the test means to be wrong may be so", () => {
    const wrong = (made) => {
        made.in_order = false;
        made.request.body = '{"name":7}';
    };
    assert.deepEqual(doctored(wrong), []);
});

test("parameters are held against their schemas", () => {
    assert.match(contract.check(list("?limit=501")).join(), /limit must be <= 500/);
    assert.match(contract.check(list("?limit=many")).join(), /limit must be integer/);
    assert.match(contract.check({ ...list(""), path: "/api/v1/brand/keys/7" }).join(), /path parameter id must match format "uuid"/);
});

test("headers that are described are held against their schemas", () => {
    const late = list("");
    late.reply = { status: 429, headers: { "content-type": "application/problem+json", "retry-after": "soon" }, body: "{}" };
    assert.match(contract.check(late).join(), /Retry-After must be integer/);
});

test("a reply without a body has none", () => {
    const told = { ...list(""), path: "/openapi.json", reply: { status: 304, headers: {}, body: "x" } };
    assert.match(contract.check(told).join(), /has a body, and none is described/);
});

test("the program fails for one wrong exchange among right ones, and names the test", () => {
    const folder = mkdtempSync(join(tmpdir(), "conform-"));
    const record = join(folder, "record.jsonl");
    const run = (...exchanges) => {
        writeFileSync(record, exchanges.map((each) => `${JSON.stringify(each)}\n`).join(""));
        return spawnSync(process.execPath, [here("conform.mjs"), CONTRACT, record], { encoding: "utf8" });
    };
    const wrong = exchange();
    wrong.test = "Keys.test_one";
    wrong.reply.status = 200;
    try {
        assert.equal(run(exchange(), list("")).status, 0);
        const failed = run(exchange(), wrong, list(""));
        assert.equal(failed.status, 1);
        assert.match(failed.stderr, /Keys\.test_one: POST \/api\/v1\/brand\/keys -> 200/);
        assert.match(failed.stdout, /3 exchanges held against the contract, 1 wrong/);
    } finally {
        rmSync(folder, { recursive: true });
    }
});
