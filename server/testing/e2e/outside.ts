import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { signWebhook } from "../../providers/telephony/webhook-signature.ts";
import type { DemoFacts } from "../../demo.ts";
import type { Json } from "../harness.ts";
import type { Node } from "../nodes.ts";

export type Sent = { channel: string; to: string; from: string; subject?: string; body: string; at: string };

/** A stranger's view of a running demo: what the carrier posts, what the local providers "sent", and the public APIs. */
export class Outside {
  readonly facts: DemoFacts;
  readonly url: string;

  private constructor(node: Node, facts: DemoFacts) {
    this.url = node.url;
    this.facts = facts;
  }

  static async of(node: Node): Promise<Outside> {
    const file = join(node.dataFolder, "demo.json");
    for (let round = 0; round < 100; round += 1) {
      const text = await readFile(file, "utf8").catch(() => undefined);
      if (text) return new Outside(node, JSON.parse(text) as DemoFacts);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("demo.json was not written");
  }

  /** Posts a form to a webhook as the carrier does, signed with the account's token. */
  async carrier(path: string, form: Record<string, string>, token = this.facts.twilio_auth_token) {
    const url = `${this.url}${path}`;
    const { signature } = signWebhook(token, { url, form });
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
      body: new URLSearchParams(form).toString(),
    });
    return { status: response.status, text: await response.text() };
  }

  /** A call that nobody answers: it rings, the owner's phone rings out, and the carrier says so. */
  async missedCall(from: string): Promise<void> {
    const sid = `CA${randomUUID().replaceAll("-", "")}`;
    const base = {
      CallSid: sid,
      From: from,
      To: this.facts.business_number,
      Direction: "inbound",
      AccountSid: "AC0",
    };
    const ringing = await this.carrier("/twilio/voice", { ...base, CallStatus: "ringing" });
    assert.equal(ringing.status, 200);
    assert.match(ringing.text, /<Dial[^>]*timeout="20"/);
    assert.ok(ringing.text.includes(this.facts.owner_number));
    const action = ringing.text.match(/action="([^"]+)"/)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const path = action.replace(/^https?:\/\/[^/]+/, "");
    const ended = await this.carrier(path, {
      ...base,
      CallStatus: "in-progress",
      DialCallStatus: "no-answer",
    });
    assert.equal(ended.status, 200);
  }

  async text(from: string, body: string): Promise<void> {
    const form = {
      MessageSid: `SM${randomUUID().replaceAll("-", "")}`,
      AccountSid: "AC0",
      From: from,
      To: this.facts.business_number,
      Body: body,
      NumMedia: "0",
    };
    const answer = await this.carrier("/twilio/sms", form);
    assert.equal(answer.status, 200, answer.text);
    await this.advance(1);
  }

  async advance(seconds: number): Promise<Date> {
    return this.#clock({ advance_seconds: seconds });
  }

  async setClock(at: Date): Promise<Date> {
    return this.#clock({ set_to: at.toISOString() });
  }

  async #clock(body: unknown): Promise<Date> {
    const answer = await this.call("POST", "/simulator/clock", { body });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return new Date(answer.body.now);
  }

  async now(): Promise<Date> {
    return new Date((await this.call("GET", "/simulator/clock")).body.now);
  }

  /** What was "sent" to somebody, oldest first. */
  async sentTo(to: string): Promise<Sent[]> {
    const answer = await this.call("GET", "/simulator/outbox");
    const list = (Array.isArray(answer.body) ? answer.body : answer.body.data) as Sent[];
    return list.filter((entry) => entry.to === to);
  }

  async call(
    method: string,
    path: string,
    {
      body,
      bearer = path.startsWith("/simulator/") ? this.facts.api_key : "",
    }: { body?: unknown; bearer?: string } = {},
  ): Promise<{ status: number; body: Json }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text ? (JSON.parse(text) as Json) : undefined };
  }
}
