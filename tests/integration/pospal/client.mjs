// SPDX-License-Identifier: Apache-2.0
// A browser's part of a till as those programs are: it validates, keeps a session by beats, shows who else has it, takes over, ends. It knows
// the base URL, the documented fields and nothing else. One command per line on standard input, one JSON object per line as its answer.
import http from "node:http";
import readline from "node:readline";

const [, , base, host] = process.argv;
const session = `session_${Date.now()}_${Math.random().toString(36).slice(2, 11)}`;

/* fetch() lets nobody choose the Host. */
function post(path, body) {
  const { hostname, port } = new URL(base);
  const text = JSON.stringify(body);
  const headers = { Host: host, "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path, method: "POST", headers }, (reply) => {
      let received = "";
      reply.on("data", (chunk) => (received += chunk));
      reply.on("end", () => resolve({ status: reply.statusCode, headers: reply.headers, body: JSON.parse(received) }));
    });
    request.on("error", reject);
    request.end(text);
  });
}

class Till {
  constructor({ email, token, machine }) {
    Object.assign(this, { email, token, machine });
  }

  body() {
    const deviceInfo = { hostname: this.machine, platform: "Win32", language: "el", screen: { ratio: 1.25 } };
    return { email: this.email, token: this.token, machineFingerprint: this.machine, sessionId: session, deviceInfo };
  }

  async start() {
    const { body } = await post("/session/start", this.body());
    if (body.success) return { state: "running" };
    return body.conflict ? { state: "conflict", other: body.conflictInfo.deviceInfo?.hostname } : { state: "locked", why: body.error };
  }

  async takeover() {
    const { body } = await post("/session/takeover", this.body());
    return { state: body.success ? "running" : "locked" };
  }

  /* The session is started anew if, and only if, the text says that it is gone. */
  async beat() {
    const { status, body } = await post("/session/heartbeat", { sessionId: session });
    if (status === 503) return { state: "offline", retry: body.retryAfter };
    if (body.success) return { state: "running" };
    return body.error.includes("Session not found") ? this.start() : { state: "unknown" };
  }

  async end() {
    const { body } = await post("/session/end", { sessionId: session });
    return { state: body.success ? "ended" : "unknown" };
  }

  async validate() {
    const credentials = { email: this.email, token: this.token };
    const { status, body, headers } = await post("/validate-unified", {
      operation: "validate", credentials, device: { machineFingerprint: this.machine, deviceInfo: { hostname: this.machine } },
      options: { skipMachineUpdate: false, clientVersion: "2.0" },
    });
    if (status !== 200) return { state: "refused", code: body.error?.code ?? body.errorCode };
    const keep = Number(/max-age=(\d+)/.exec(headers["cache-control"])[1]);
    return { state: "valid", keep, check: Date.parse(body.caching.nextCheck) - Date.parse(body.timestamp), changed: body.session.machineChanged };
  }
}

const lines = readline.createInterface({ input: process.stdin });
let till = null;
for await (const line of lines) {
  const { verb, ...more } = JSON.parse(line);
  if (verb === "open") till = new Till(more);
  console.log(JSON.stringify(verb === "open" ? { state: "open" } : await till[verb]()));
}
