import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";

const frontdesk = await startHarness();

test("workspace.get_company_settings#0 the company has a slug for its public addresses", async () => {
  const workspace = await frontdesk.workspace({ name: "Pipe & Drain" });
  const answer = await workspace.call("GET", "/api/v1/company");
  assert.equal(answer.status, 200);
  assert.equal(answer.body.data.slug, workspace.slug);
  assert.equal(answer.body.data.timezone, "Europe/London");
  assert.equal(answer.body.data.front_desk.ring_seconds, 20);
});

test("workspace.update_company_settings#0 every documented field can be written, and read again", async () => {
  const workspace = await frontdesk.workspace();
  const written = {
    name: "Drip & Daughters",
    slug: "drip-and-daughters",
    description: "We stop leaks.",
    contact_name: "Dora Drip",
    contact_email: "dora@example.com",
    phone: "020 7946 0123",
    logo_url: "https://example.com/logo.png",
    primary_color: "#0055ff",
    secondary_color: "#FFAA00",
    address: "1 High Street\nLondon",
    timezone: "America/New_York",
    industry: "Plumbing",
    website_url: "https://example.com",
    abn: "51 824 753 556",
  };
  const answer = await workspace.call("PATCH", "/api/v1/company", written);
  assert.equal(answer.status, 200, answer.text);
  const expected = { ...written, phone: "+442079460123" };
  const read = (await workspace.call("GET", "/api/v1/company")).body.data;
  for (const [name, value] of Object.entries(expected)) assert.equal(read[name], value, name);
  await workspace.call("PATCH", "/api/v1/company", { description: "" });
  const again = (await workspace.call("GET", "/api/v1/company")).body.data;
  assert.equal(again.description, null);
  assert.equal(again.industry, "Plumbing", "what is not sent stays");
});

test("workspace.update_company_settings#1 email_handle is not written here", async () => {
  const workspace = await frontdesk.workspace();
  const answer = await workspace.call("PATCH", "/api/v1/company", { email_handle: "hello" });
  assert.equal(answer.status, 400);
  assert.equal(answer.body.error.details.fields[0].field, "email_handle");
});

test("workspace.update_company_settings#2 the slug is made from the name at creation and stays unique", async () => {
  const first = await frontdesk.workspace({ name: "Élan Hair & Beauty" });
  const second = await frontdesk.workspace({ name: "Élan Hair & Beauty" });
  assert.equal(first.slug, "elan-hair-beauty");
  assert.equal(second.slug, "elan-hair-beauty-2");
  const taken = await second.call("PATCH", "/api/v1/company", { slug: first.slug, industry: "Hair" });
  assert.equal(taken.status, 409);
  assert.equal(taken.body.error.code, "SLUG_TAKEN");
  assert.equal((await second.call("GET", "/api/v1/company")).body.data.industry, null, "nothing was kept");
  await second.call("PATCH", "/api/v1/company", { name: "Another name" });
  assert.equal((await second.call("GET", "/api/v1/company")).body.data.slug, "elan-hair-beauty-2");
});

test("what does not fit is refused by field", async () => {
  const workspace = await frontdesk.workspace();
  for (const [field, value] of Object.entries({
    timezone: "Mars/Olympus",
    slug: "Not A Slug",
    contact_email: "nobody",
    phone: "12",
    logo_url: "javascript:alert(1)",
    primary_color: "blue",
    name: "  ",
  })) {
    const answer = await workspace.call("PATCH", "/api/v1/company", { [field]: value });
    assert.equal(answer.status, 400, field);
    assert.equal(answer.body.error.details.fields[0].field, field);
  }
});

test("the front office is set up here: objects merge, lists replace, nonsense is refused", async () => {
  const workspace = await frontdesk.workspace();
  const patch = (front_desk: unknown) => workspace.call("PATCH", "/api/v1/company", { front_desk });
  const changed = await patch({
    quiet_hours: { enabled: true },
    owner: { name: "Olive", phone: "07700 900123" },
    booking_messages: { reminders: [{ offset_minutes: 60, channels: ["sms"] }] },
  });
  assert.equal(changed.status, 200, changed.text);
  const { front_desk: now } = (await workspace.call("GET", "/api/v1/company")).body.data;
  assert.deepEqual(now.quiet_hours, { enabled: true, start: "21:00", end: "08:00" });
  assert.equal(now.owner.phone, "+447700900123");
  assert.deepEqual(now.booking_messages.reminders, [{ offset_minutes: 60, channels: ["sms"] }]);
  assert.equal(now.booking_messages.confirmation.enabled, true);
  for (const wrong of [
    { quiet_hours: { start: "25:00" } },
    { owner_window_seconds: 10 },
    { unknown_switch: true },
    { after_hours: "SOMETIMES" },
  ]) {
    assert.equal((await patch(wrong)).status, 400, JSON.stringify(wrong));
  }
  const key = await workspace.keyWith(["company:read"]);
  assert.equal((await frontdesk.call("PATCH", "/api/v1/company", { key, body: {} })).status, 403);
});

test("two changes at once are both kept", async () => {
  const workspace = await frontdesk.workspace();
  await Promise.all([
    workspace.call("PATCH", "/api/v1/company", { industry: "Gas" }),
    workspace.call("PATCH", "/api/v1/company", { abn: "1" }),
    workspace.call("PATCH", "/api/v1/company", { front_desk: { ring_seconds: 30 } }),
  ]);
  const { industry, abn, front_desk: desk } = (await workspace.call("GET", "/api/v1/company")).body.data;
  assert.deepEqual([industry, abn, desk.ring_seconds], ["Gas", "1", 30]);
});
