/** What arrives as a body, whichever door it comes through. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { SignJWT } from "jose";
import twilio from "twilio";
import { startHarness } from "../testing/harness.ts";
import type { Answer } from "../testing/harness.ts";

const frontdesk = await startHarness();
const { secrets } = frontdesk.app.ports;
const contacts = "/api/v1/contacts";
const deep = `{"a":`.repeat(40) + "1" + "}".repeat(40);
const wide = `{${Array.from({ length: 1001 }, (_, n) => `"k${n}":1`).join()}}`;
const shapes: [string, string][] = [
  ["__proto__", '{"__proto__":{"name":"X"},"first_name":"Ann"}'],
  ["deep", `{"first_name":"Ann","metadata":${deep}}`],
  ["wide", `{"first_name":"Ann","metadata":${wide}}`],
];

test("a shape that no record has is a 400 by HTTP and by MCP, a voice tool says it aloud, and nothing is made", async () => {
  const workspace = await frontdesk.workspace();
  for (const [what, body] of shapes) {
    const http = await workspace.call("POST", contacts, body);
    assert.equal(http.status, 400, what);
    assert.equal(http.body.error.code, "VALIDATION_ERROR");
    assert.ok(http.body.error.details.fields[0].field, what);
    const call = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_contact","arguments":${body}}}`;
    const accept = { accept: "application/json, text/event-stream" };
    const mcp = await workspace.call("POST", "/mcp", call, accept);
    assert.equal(mcp.status, 400, `${what} by MCP`);
    const voice = await workspace.call("POST", "/api/v1/scheduling/voice/cancel-booking", body);
    assert.match(voice.headers["content-type"] ?? "", /^text\/plain/, `${what} by voice`);
    assert.match(voice.text, /no name for a property|nested|properties/, `${what} by voice`);
  }
  assert.equal((await workspace.call("GET", contacts)).body.data.length, 0);
});

test("a name that hides from the check changes nothing, and a repeat with another body is seen as another", async () => {
  const workspace = await frontdesk.workspace({ name: "Before" });
  const hidden = await workspace.call("PATCH", "/api/v1/company", '{"__proto__":{"name":"X"}}');
  assert.equal(hidden.status, 400);
  assert.equal(hidden.body.error.details.fields[0].field, "__proto__");
  assert.equal((await workspace.call("GET", "/api/v1/company")).body.data.name, "Before");
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const inQuery = await workspace.call("GET", `${contacts}?${name}=1`);
    assert.equal(inQuery.status, 400, `${name}: ${inQuery.text.slice(0, 100)}`);
    assert.match(inQuery.text, new RegExp(name));
  }
  const again = { "idempotency-key": "one" };
  const first = await workspace.call(
    "POST",
    contacts,
    '{"first_name":"Ann","metadata":{"constructor":1}}',
    again,
  );
  assert.equal(first.status, 201, first.text);
  const other = await workspace.call(
    "POST",
    contacts,
    '{"first_name":"Ann","metadata":{"constructor":2}}',
    again,
  );
  assert.equal(other.status, 409);
});

test("a body that says it is a form, or nothing, is told what to say", async () => {
  const workspace = await frontdesk.workspace();
  const send = (headers: Record<string, string>, payload = '{"first_name":"Ann"}') =>
    frontdesk.http.inject({
      method: "POST",
      url: contacts,
      headers: { authorization: `Bearer ${workspace.key}`, ...headers },
      payload,
    });
  for (const type of ["application/x-www-form-urlencoded", "text/plain", "application/xml", ""]) {
    const answer = await send(type === "" ? {} : { "content-type": type });
    assert.equal(answer.statusCode, 415, type);
    const { error } = answer.json();
    assert.match(error.fix, /content-type: application\/json/, type);
  }
  const empty = await send({ "content-type": "application/x-www-form-urlencoded" }, "");
  assert.equal(empty.statusCode, 400, "an empty form is an empty body");
  assert.equal((await send({ "content-type": "application/vnd.api+json" })).statusCode, 201);
  const large = await send(
    { "content-type": "application/json" },
    `{"first_name":"${"x".repeat(2_100_000)}"}`,
  );
  assert.equal(large.statusCode, 413);
  assert.match(large.json().error.fix, /2 MB/);
  const many = Array.from({ length: 1001 }, (_, n) => `f${n}=1`).join("&");
  assert.equal((await send({ "content-type": "application/x-www-form-urlencoded" }, many)).statusCode, 400);
});

/** A text to us as the carrier posts it, signed for an address. */
function carrierPost(url: string, body: string, host = "frontdesk.test") {
  const form = Object.fromEntries(new URLSearchParams(body));
  const signature = twilio.getExpectedTwilioSignature(secrets.twilioAuthToken, url, form);
  return frontdesk.http.inject({
    method: "POST",
    url: "/twilio/sms",
    headers: {
      host,
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": signature,
    },
    payload: body,
  });
}

test("a webhook is signed for the public address and for no other", async () => {
  const body = "MessageSid=SM1&From=%2B447700900123&To=%2B447700900999&Body=Hi&NumMedia=0";
  assert.equal((await carrierPost("http://frontdesk.test/twilio/sms", body)).statusCode, 200);
  assert.equal((await carrierPost("http://frontdesk.test/twilio/sms", body, "evil.example")).statusCode, 200);
  assert.equal((await carrierPost("http://evil.example/twilio/sms", body, "evil.example")).statusCode, 403);
});

test("a signed form in which a field stands twice is refused by name", async () => {
  const body = "MessageSid=SM2&From=%2B447700900123&To=%2B447700900999&Body=Hi&Body=STOP&NumMedia=0";
  const answer = await carrierPost("http://frontdesk.test/twilio/sms", body);
  assert.equal(answer.statusCode, 400);
  assert.match(answer.body, /Body: stands more than once/);
});

test("a service token names us: without aud, or for somebody else, it opens nothing", async () => {
  const now = Math.floor(frontdesk.app.clock.now().getTime() / 1000);
  const status = async (audience: string | undefined, secret = secrets.serviceJwt) => {
    const token = new SignJWT({})
      .setProtectedHeader({ alg: "HS256" })
      .setIssuedAt(now)
      .setExpirationTime(now + 60);
    if (audience !== undefined) token.setAudience(audience);
    const key = await token.sign(new TextEncoder().encode(secret));
    return (await frontdesk.call("POST", "/v1/ai/respond", { key, body: {} })).status;
  };
  assert.equal(await status("frontdesk"), 400, "let in, and told what is missing");
  assert.equal(await status(undefined), 401);
  assert.equal(await status("work-status"), 401);
  assert.equal(await status("somebody-else"), 401);
  assert.equal(await status("frontdesk", "another secret of some length"), 401);
});

test("a name that stands in the address and in the body agrees, or the call is a 400 that names it", async () => {
  const workspace = await frontdesk.workspace();
  const made = async (first_name: string) =>
    (await workspace.call("POST", contacts, { first_name })).body.data.id as string;
  const [ann, bob] = [await made("Ann"), await made("Bob")];
  const field = (answer: Answer) => answer.body.error.details.fields[0].field as string;
  const other = await workspace.call("PATCH", `${contacts}/${ann}`, { id: bob, first_name: "Eve" });
  assert.deepEqual([other.status, field(other)], [400, "id"], other.text);
  const asked = await workspace.call("PATCH", `${contacts}/${ann}?id=${bob}`, { first_name: "Eve" });
  assert.deepEqual([asked.status, field(asked)], [400, "id"], asked.text);
  const twice = await workspace.call("PATCH", `${contacts}/${ann}?first_name=Eve`, { first_name: "Ada" });
  assert.deepEqual([twice.status, field(twice)], [400, "first_name"], twice.text);
  const names = (await workspace.call("GET", contacts)).body.data as { first_name: string }[];
  assert.deepEqual(names.map((one) => one.first_name).toSorted(), ["Ann", "Bob"]);
  const same = await workspace.call("PATCH", `${contacts}/${ann}?id=${ann}`, { id: ann, first_name: "Anne" });
  assert.deepEqual([same.status, same.body.data.first_name], [200, "Anne"], same.text);
});

test("every operation that takes a part of its address refuses another one in its body", async () => {
  const workspace = await frontdesk.workspace();
  const told: string[] = [];
  for (const operation of frontdesk.app.registry.operations) {
    const [method = "", path = ""] = operation.route?.split(" ") ?? [];
    const name = /:(\w+)/.exec(path)?.[1];
    if (!name || operation.surface.name !== "workspace" || !["PATCH", "PUT"].includes(method)) continue;
    const url = `${operation.surface.bases[0]}${path.replaceAll(/:\w+/g, randomUUID())}`;
    const answer = await workspace.call(method as "PATCH", url, { [name]: randomUUID() });
    const [first] = answer.body.error?.details?.fields ?? [];
    assert.deepEqual([answer.status, first?.field], [400, name], `${operation.name}: ${answer.text}`);
    told.push(operation.name);
  }
  assert.ok(told.length > 10, told.join());
});
