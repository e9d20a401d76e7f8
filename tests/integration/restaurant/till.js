// SPDX-License-Identifier: Apache-2.0
//
// The page of a till as it was shipped for POSPal's licensing API, its sessions alone. Written from that API's description; it knows
// nothing of the validator that serves it today. Run as a program it takes commands, a line of JSON each, and answers them so.
'use strict';

const readline = require('node:readline');

class Page {
  constructor(baseUrl, email, token, machine) {
    Object.assign(this, { baseUrl, email, token, machine });
    this.sessionId = `session_${Date.now()}_${Math.random().toString(36).slice(2, 11)}`;
    this.isLocked = false;
  }

  async post(path, body, type = 'application/json') {
    const reply = await fetch(this.baseUrl + path, { method: 'POST', headers: { 'Content-Type': type }, body: JSON.stringify(body) });

    return { status: reply.status, headers: Object.fromEntries(reply.headers), body: await reply.json() };
  }

  ask(path) {
    return this.post(path, {
      email: this.email,
      token: this.token,
      machineFingerprint: this.machine,
      sessionId: this.sessionId,
      deviceInfo: { hostname: 'till', platform: 'Win32', userAgent: 'POSPal' },
    });
  }

  // Another device has the seat: the person at the till decides. Any other trouble does not lock the page.
  async start(takesOver) {
    const told = (await this.ask('/session/start')).body;

    if (told.conflict)
      return takesOver ? this.takeOver() : this.lock(told);
    this.isLocked = false;
    return told;
  }

  lock(told) {
    this.isLocked = true;
    return told;
  }

  async takeOver() {
    const told = (await this.ask('/session/takeover')).body;

    this.isLocked = !told.success;
    return told;
  }

  // Every thirty seconds. What is not found is begun anew.
  async beat(takesOver = false) {
    const told = (await this.post('/session/heartbeat', { sessionId: this.sessionId })).body;

    if (!told.success && String(told.error).includes('Session not found'))
      return { ...(await this.start(takesOver)), restarted: true };
    return told;
  }

  // When the page is left: navigator.sendBeacon, which says text/plain of a text.
  async leave() {
    return (await this.post('/session/end', { sessionId: this.sessionId, sendEmail: false }, 'text/plain;charset=UTF-8')).body;
  }

  async disconnect() {
    return (await this.post('/session/disconnect-email', { email: this.email, unlockToken: this.token, deviceInfo: { hostname: 'till' } })).body;
  }

  async pricing() {
    return (await fetch(this.baseUrl + '/pricing')).json();
  }
}

async function main() {
  const pages = new Map();

  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { page, open, call, words = [] } = JSON.parse(line);
    let answer;

    try {
      if (open) {
        pages.set(page, new Page(...open));
        answer = { sessionId: pages.get(page).sessionId };
      } else {
        answer = { ...(await pages.get(page)[call](...words)), isLocked: pages.get(page).isLocked };
      }
    } catch (error) {
      answer = { exception: String(error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

if (require.main === module)
  main();
module.exports = { Page };
