// SPDX-License-Identifier: Apache-2.0
// conform.mjs CONTRACT RECORD: holds each exchange of a record against the contract, an OpenAPI 3.1 document, by ajv. A record is JSON
// lines of {test, method, path, in_order, request: {headers, body}, reply: {status, headers, body}}: path with its query, names of headers
// in small letters, bodies as text or null. in_order: the test means the request's body to follow the contract.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const ID = "contract";
const METHODS = ["get", "put", "post", "delete", "patch"];

const escaped = (step) => step.replaceAll("~", "~0").replaceAll("/", "~1");
const mediaType = (headers) => (headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();

/** A place in the contract: what stands there, and its JSON pointer, by which ajv finds it too. */
class Place {
    constructor(root, value, pointer = "") {
        Object.assign(this, { root, value, pointer });
    }

    /** The member, where its $ref leads if it is one; undefined if there is none. */
    at(...steps) {
        let place = this;
        for (const step of steps) {
            if (!Object.hasOwn(place.value, step)) return undefined;
            place = new Place(this.root, place.value[step], `${place.pointer}/${escaped(String(step))}`).followed();
        }
        return place;
    }

    followed() {
        // of a schema ajv follows them
        if (typeof this.value?.$ref !== "string" || this.pointer.endsWith("/schema")) return this;
        const steps = this.value.$ref.replace("#/", "").split("/").map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
        return new Place(this.root, this.root, "").at(...steps);
    }
}

export class Contract {
    constructor(document) {
        this.root = new Place(document, document);
        this.ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
        addFormats(this.ajv);
        this.ajv.addVocabulary(Object.keys(document)); // the whole is no schema, and holds them
        this.ajv.addSchema(document, ID);
        this.patterns = Object.keys(document.paths).map((path) => ({
            path,
            names: [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]),
            expression: new RegExp(`^${path.replace(/[.+*?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/g, "([^/]+)")}/?$`),
        }));
        this.patterns.sort((one, other) => one.names.length - other.names.length); // an exact path goes before a pattern
    }

    /** What the value at the place's schema is wrong in, as sentences. */
    faults(value, place, what) {
        const valid = this.ajv.getSchema(`${ID}#${encodeURI(`${place.pointer}/schema`)}`);
        if (valid(value)) return [];
        return valid.errors.map((error) => `${what}${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
    }

    /** The operation a request belongs to, with the values of its path's parameters. */
    find(method, path) {
        for (const { path: pattern, names, expression } of this.patterns) {
            const found = expression.exec(path);
            const operation = found && this.root.at("paths", pattern, method);
            if (operation) return { operation, steps: Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1])])) };
        }
        return undefined;
    }

    /** All that is wrong with an exchange. */
    check(exchange) {
        const url = new URL(exchange.path, "http://validator");
        const isHead = exchange.method === "HEAD";
        const method = isHead ? "get" : exchange.method.toLowerCase();
        const { status } = exchange.reply;
        const found = this.find(method, url.pathname);

        if (!found && method === "options") return [];
        if (!found) return [404, 405].includes(status) ? [] : [`answers ${status}, and there is no such operation`];
        const faults = this.checkReply(found.operation, exchange.reply, isHead);
        if (status < 400) faults.push(...this.checkParameters(found, url.searchParams, exchange.request.headers));
        if (exchange.in_order) faults.push(...this.checkBody(found.operation, exchange.request));
        return faults;
    }

    checkReply(operation, reply, isHead) {
        const answer = operation.at("responses", String(reply.status));
        if (!answer) return [`answers ${reply.status}, which is not described`];
        const faults = this.checkHeaders(answer, reply.headers);
        const content = answer.at("content");
        if (isHead) return faults;
        if (!content) return reply.body ? [...faults, "has a body, and none is described"] : faults;
        const type = mediaType(reply.headers);
        const media = content.at(type);
        if (!media) return [...faults, `is ${type || "of no type"}, which is not described for ${reply.status}`];
        return faults.concat(this.checkContent(media, type, reply.body, "reply"));
    }

    checkContent(media, type, text, what) {
        if (!media.value.schema) return [];
        let value = text ?? "";
        if (type.endsWith("json"))
            try {
                value = JSON.parse(value);
            } catch {
                return [`${what} is no JSON`];
            }
        return this.faults(value, media, what);
    }

    checkHeaders(answer, headers) {
        const faults = [];
        for (const name of Object.keys(answer.value.headers ?? {})) {
            const header = answer.at("headers", name);
            const value = headers[name.toLowerCase()];
            if (value === undefined && header.value.required) faults.push(`has no ${name}`);
            if (value !== undefined) faults.push(...this.faults(this.typed(value, header), header, name));
        }
        return faults;
    }

    /** A text of the line as the type that its schema asks for. */
    typed(text, place) {
        const type = place.value.schema.type;
        if (["integer", "number"].includes(type) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
        if (type === "boolean" && ["true", "false"].includes(text)) return text === "true";
        return text;
    }

    checkParameters({ operation, steps }, query, headers) {
        const faults = [];
        const sent = { path: new Map(Object.entries(steps)), query: new Map(query), header: new Map(Object.entries(headers)) };
        const known = new Set();
        for (const i of (operation.value.parameters ?? []).keys()) {
            const parameter = operation.at("parameters", i);
            const { name, in: where, required } = parameter.value;
            const value = sent[where].get(where === "header" ? name.toLowerCase() : name);
            known.add(`${where} ${name}`);
            if (value === undefined && required) faults.push(`needs the ${where} parameter ${name}`);
            if (value !== undefined) faults.push(...this.faults(this.typed(value, parameter), parameter, `${where} parameter ${name}`));
        }
        for (const where of ["path", "query"])
            for (const name of sent[where].keys())
                if (!known.has(`${where} ${name}`)) faults.push(`takes the ${where} parameter ${name}, which is not described`);
        return faults;
    }

    checkBody(operation, request) {
        const described = operation.at("requestBody");
        if (request.body === null) return described?.value.required ? ["needs a body"] : [];
        if (!described) return ["takes a body, and none is described"];
        const type = mediaType(request.headers);
        const media = described.at("content", type);
        return media ? this.checkContent(media, type, request.body, "request") : [`takes ${type || "no type"}, which is not described`];
    }

    /** That each schema is one: none that no exchange has reached is left unread. */
    compileAll() {
        for (const [path, item] of Object.entries(this.root.value.paths))
            for (const method of METHODS.filter((name) => name in item)) {
                const operation = this.root.at("paths", path, method);
                const contents = [operation.at("requestBody", "content"), ...Object.keys(operation.value.responses).map((status) => operation.at("responses", status, "content"))];
                for (const content of contents.filter(Boolean))
                    for (const type of Object.keys(content.value)) this.faults(null, content.at(type), "");
                for (const i of (operation.value.parameters ?? []).keys()) this.faults(null, operation.at("parameters", i), "");
            }
    }
}

function main([contractFile, recordFile]) {
    const contract = new Contract(JSON.parse(readFileSync(contractFile, "utf8")));
    const lines = readFileSync(recordFile, "utf8").split("\n").filter(Boolean);
    let wrong = 0;
    for (const line of lines) {
        const exchange = JSON.parse(line);
        const faults = contract.check(exchange);
        if (faults.length === 0) continue;
        wrong++;
        console.error(`${exchange.test}: ${exchange.method} ${exchange.path} -> ${exchange.reply.status}`);
        for (const fault of faults) console.error(`    ${fault}`);
        console.error(`    request: ${(exchange.request.body ?? "").slice(0, 500)}\n    reply: ${(exchange.reply.body ?? "").slice(0, 500)}`);
    }
    console.log(`${lines.length} exchanges held against the contract, ${wrong} wrong`);
    process.exitCode = wrong > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
