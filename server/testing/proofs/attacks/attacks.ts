/** What an outsider, or somebody with a small key, tries on a running Frontdesk; each says what has to come of it. */
import assert from "node:assert/strict";
import type { Node } from "../../nodes.ts";
import type { Outside } from "../../e2e/outside.ts";
import { workbookBombs } from "./bombs.ts";

export type Target = {
  node: Node;
  outside: Outside;
  /** A key of a second business, which has nothing to do with any of it. */
  bystander: string;
  /** Its calls are held for approval. */
  held: string;
  /** May read products and nothing else. */
  productsOnly: string;
  /** The whole proof, or the part of it that runs with the other tests. */
  full: boolean;
};

export type Attack = { name: string; run(target: Target): Promise<string> };

type Answer = { status: number; text: string };

async function send(
  { node }: Target,
  method: string,
  path: string,
  key: string | undefined,
  body?: { json?: unknown; raw?: string | Uint8Array<ArrayBuffer>; type?: string },
): Promise<Answer> {
  const response = await fetch(`${node.url}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": body.type ?? "application/json" }),
    },
    ...(body === undefined ? {} : { body: body.raw ?? JSON.stringify(body.json) }),
  });
  return { status: response.status, text: await response.text() };
}

function refused(answer: Answer, what: string): void {
  assert.ok(
    answer.status >= 400 && answer.status < 500,
    `${what}: ${answer.status} ${answer.text.slice(0, 200)}`,
  );
}

/** Texts whose every word could be read in two ways, which took expressions that try them all longer than anybody waits. */
const words: Attack = {
  name: "texts of many words",
  async run(target) {
    const { outside, full } = target;
    const texts = [
      `Could you come ${"bit ".repeat(60)}please`,
      ...(full
        ? ["not is ", "tue or wed ", "1 ", "what time is ", "7 for 8 ", "a. "].map((one) => one.repeat(250))
        : []),
    ];
    for (const [index, text] of texts.entries()) {
      await outside.carrier("/twilio/sms", {
        MessageSid: `SM${index}${"0".repeat(31)}`,
        AccountSid: "AC0",
        From: `+1310555${4000 + index}`,
        To: outside.facts.business_number,
        Body: text.slice(0, 1600),
        NumMedia: "0",
      });
    }
    await outside.advance(90);
    const answered = await outside.sentTo("+13105554000");
    assert.ok(answered.length > 0, "the customer has an answer");
    return `${texts.length} texts understood`;
  },
};

const bombs: Attack = {
  name: "workbooks that grow",
  async run(target) {
    const types = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    const made = await workbookBombs(target.full ? 300 : 120);
    for (const { name, bytes } of made) {
      const raw = new Uint8Array(bytes);
      const path = "/api/v1/imports?entity=contacts&filename=customers.xlsx";
      refused(await send(target, "POST", path, target.outside.facts.api_key, { raw, type: types }), name);
    }
    return `${made.length} refused`;
  },
};

function nested(depth: number): string {
  return `{"first_name":"Deep","metadata":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`;
}

const shapes: Attack = {
  name: "bodies of bad shapes",
  async run(target) {
    const key = target.outside.facts.api_key;
    const json = (raw: string) => ({ raw });
    const manyKeys = Object.fromEntries(Array.from({ length: 90_000 }, (_, n) => [`k${n}`, n]));
    const tries: [string, string, string, { raw?: string; json?: unknown }][] = [
      [
        "base64 of spaces",
        "POST",
        "/imports",
        { json: { entity: "contacts", content_base64: `${" ".repeat(1_900_000)}!` } },
      ],
      ["depth of 8,000", "POST", "/contacts", json(nested(8000))],
      ["90,000 keys", "POST", "/contacts", { json: { first_name: "Wide", metadata: manyKeys } }],
      ["__proto__", "PATCH", "/company", json('{"__proto__":{"name":"Mine"}}')],
      [
        "a word every object knows",
        "POST",
        "/imports",
        { json: { entity: "constructor", content_base64: "YQ==" } },
      ],
    ];
    for (const [what, method, path, body] of tries) {
      refused(await send(target, method, `/api/v1${path}`, key, body), what);
    }
    const braces = `{{${" ".repeat(9000)}`.repeat(10);
    const report = { recipients: ["a@example.test"], intro_html: braces.slice(0, 99_000) };
    const sent = await send(target, "POST", "/api/v1/reports/send", key, { json: report });
    assert.ok(sent.status < 500, `placeholders: ${sent.status}`);
    return `${tries.length + 1} bodies answered`;
  },
};

const approval: Attack = {
  name: "a held invitation and a key for products",
  async run(target) {
    const invitation = { email: "mallory@example.test", full_name: "Mallory", role: "client_admin" };
    const asked = await send(target, "POST", "/api/v1/company/users/invite", target.held, {
      json: invitation,
    });
    assert.equal(asked.status, 202, asked.text);
    const id = (JSON.parse(asked.text) as { approval_id?: string; data?: { approval_id?: string } })
      .approval_id;
    const approvalId = id ?? (JSON.parse(asked.text) as { data: { approval_id: string } }).data.approval_id;
    const seen = await send(target, "GET", "/api/v1/approvals", target.productsOnly);
    assert.ok(!seen.text.includes("mallory"), "the list shows nothing of it");
    refused(
      await send(target, "POST", `/api/v1/approvals/${approvalId}/approve`, target.productsOnly, {
        json: {},
      }),
      "approve",
    );
    refused(
      await send(target, "POST", `/api/v1/approvals/${approvalId}/reject`, target.productsOnly, { json: {} }),
      "reject",
    );
    return "neither seen nor decided";
  },
};

const streams: Attack = {
  name: "eighty live streams",
  async run(target) {
    const ends: AbortController[] = [];
    let open = 0;
    let turnedAway = 0;
    for (let n = 0; n < 80; n += 1) {
      const end = new AbortController();
      const response = await fetch(`${target.node.url}/api/v1/events/stream`, {
        headers: { authorization: `Bearer ${target.productsOnly}` },
        signal: end.signal,
      });
      if (response.status === 200) {
        open += 1;
        ends.push(end);
      } else {
        assert.equal(response.status, 429);
        await response.text();
        turnedAway += 1;
      }
    }
    let slowest = 0;
    for (let n = 0; n < (target.full ? 100 : 20); n += 1) {
      const before = performance.now();
      const answer = await send(target, "GET", "/api/v1/contacts", target.bystander);
      assert.equal(answer.status, 200);
      slowest = Math.max(slowest, performance.now() - before);
    }
    for (const end of ends) end.abort();
    assert.ok(turnedAway > 0, "there is a limit");
    return `${open} open, ${turnedAway} turned away, slowest call of another business ${Math.round(slowest)} ms`;
  },
};

/** In the order they are tried. */
export const attacks: readonly Attack[] = [words, bombs, shapes, approval, streams];
