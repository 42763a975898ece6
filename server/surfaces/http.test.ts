/** What HTTP makes of a request before an operation sees it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../testing/harness.ts";
import { one, originsOf, surfaceAt, urlOf } from "./http.ts";

const frontdesk = await startHarness({ work: false });
const workspace = await frontdesk.workspace();
const contacts = "/api/v1/contacts";
const ann = { first_name: "Ann" };

test("a caller's own id of a call is kept where it looks like one", async () => {
  const given = async (id: string) =>
    (await workspace.call("GET", contacts, undefined, { "x-corr-id": id })).headers["x-corr-id"];
  for (const id of ["a", "Call.7:b-c_d", "x".repeat(100)]) assert.equal(await given(id), id);
  for (const id of ["", "x".repeat(101), "two words", "a/b"]) {
    const made = await given(id);
    assert.ok(made && made !== id, id);
  }
  assert.notEqual(await given(""), await given(""), "each call has its own");
});

test("an Idempotency-Key has 1 to 255 characters, and means something to a write alone", async () => {
  const write = (key: string) => workspace.call("POST", contacts, ann, { "idempotency-key": key });
  for (const key of ["", "k".repeat(256)]) assert.equal((await write(key)).status, 400, key.slice(0, 3));
  const [first, again] = [await write("k".repeat(255)), await write("k".repeat(255))];
  assert.deepEqual([first.status, again.status], [201, 201]);
  assert.deepEqual(
    [first.headers["idempotent-replayed"], again.headers["idempotent-replayed"]],
    [undefined, "true"],
  );
  assert.equal(again.body.data.id, first.body.data.id);
  for (const key of ["list", "k".repeat(256)]) {
    const read = await workspace.call("GET", contacts, undefined, { "idempotency-key": key });
    assert.deepEqual([read.status, read.headers["idempotent-replayed"]], [200, undefined]);
  }
});

test("a body is one JSON object; nothing is as good as an empty one", async () => {
  for (const body of ["[]", "7", '"text"', "null", "true"]) {
    assert.equal((await workspace.call("POST", contacts, body)).status, 400, body);
  }
  const nothing = await workspace.call("POST", contacts);
  assert.equal(nothing.status, 400);
  assert.equal(nothing.body.error.details.fields[0].field, "first_name");
  const empty = await workspace.call("POST", contacts, undefined, { "content-type": "application/json" });
  assert.equal(empty.body.error.details.fields[0].field, "first_name");
});

test("what stands in the address is read as what it should be, and may stand there more than once", async () => {
  const { id } = (await workspace.call("POST", contacts, ann)).body.data;
  const shown = async (path: string) => {
    const answer = await workspace.call("GET", path);
    assert.equal(answer.status, 200, answer.text);
    return Object.keys(answer.body.data).sort();
  };
  const both = ["first_name", "id", "last_name"];
  assert.deepEqual(await shown(`${contacts}/${id}?fields=first_name,last_name`), both);
  assert.deepEqual(await shown(`${contacts}/${id}?fields=first_name&fields=last_name`), both);
  assert.equal((await workspace.call("GET", `${contacts}/?limit=1`)).body.data.length, 1);
  assert.equal((await workspace.call("GET", `${contacts}?limit=one`)).status, 400);
  assert.equal((await workspace.call("GET", `${contacts}/not-an-id`)).status, 400);
  assert.equal((await workspace.call("GET", `${contacts}/${"x".repeat(2001)}`)).status >= 400, true);
});

test("an answer says what it is, what is left to spend, and that nobody keeps it", async () => {
  const made = await workspace.call("POST", contacts, ann);
  assert.match(made.headers["content-type"] ?? "", /^application\/json/);
  assert.equal(made.headers["cache-control"], "no-store");
  assert.equal(typeof made.body.meta.credits_remaining, "number");
  const gone = await workspace.call("DELETE", `${contacts}/${made.body.data.id}`);
  assert.deepEqual([gone.status, gone.text], [204, ""]);
});

test("an address belongs to the surface with the longest beginning of it, or to one that has none", () => {
  const surfaces: [string, string | undefined][] = [
    ["/api/v1/contacts", "workspace"],
    ["/functions/v1/api/v1/contacts", "workspace"],
    ["/api/private/v1/bookings", "bookings"],
    ["/twilio/sms", "edge"],
    ["/v1/ai/respond", "edge"],
    ["/providers/x/capabilities/booking.get", "capability"],
    ["/capabilities/x", "capability"],
    ["/docs", undefined],
    ["/", undefined],
  ];
  for (const [url, name] of surfaces) assert.equal(surfaceAt(frontdesk.app, url)?.name, name, url);
});

test("the address a caller signs is the public one, and pages of ours may come from it or from the one that is used", () => {
  const request = { protocol: "http", host: "desk.local:8080", originalUrl: "/twilio/sms?a=1" } as never;
  const known = { config: { publicUrl: "https://desk.example" } } as never;
  const unknown = { config: { publicUrl: undefined } } as never;
  assert.equal(urlOf(known, request), "https://desk.example/twilio/sms?a=1");
  assert.equal(urlOf(unknown, request), "http://desk.local:8080/twilio/sms?a=1");
  assert.deepEqual(originsOf(known, request), ["https://desk.example", "http://desk.local:8080"]);
  assert.deepEqual(originsOf(unknown, request), ["http://desk.local:8080"]);
  assert.deepEqual([one(["a", "b"]), one("a"), one(undefined)], ["a", "a", undefined]);
});
