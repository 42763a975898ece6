import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import type { Answer, TestWorkspace } from "../../../testing/harness.ts";

const frontdesk = await startHarness({ work: false });
const resources = "/api/v1/scheduling-resources";
const eventTypes = "/api/v1/scheduled-event-types";
const travelTimes = "/api/v1/scheduling-travel-times";

async function addRoom(workspace: TestWorkspace, name = "Room"): Promise<string> {
  const answer = await workspace.call("POST", resources, { name, kind: " Room " });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.body.data.kind, "room");
  assert.equal(answer.body.data.is_active, true);
  return answer.body.data.id;
}

function refused(answer: Answer, field: string): void {
  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.body.error.details.fields[0].field, field, answer.text);
}

test("a resource an event type needs cannot be deleted, and the refusal says which event type", async () => {
  const workspace = await frontdesk.workspace();
  const room = await addRoom(workspace, "Red room");
  const needs = { resource_requirements: [{ any_of: [room] }] };
  const made = await workspace.call("POST", eventTypes, { name: "Massage", ...needs });
  assert.deepEqual(made.body.data.resource_requirements, needs.resource_requirements, made.text);
  const kept = await workspace.call("DELETE", `${resources}/${room}`);
  assert.equal(kept.status, 409, kept.text);
  assert.match(kept.body.error.message, /Red room is needed by Massage/);
  assert.deepEqual(kept.body.error.details.event_types, [{ id: made.body.data.id, name: "Massage" }]);
  await workspace.call("PATCH", `${eventTypes}/${made.body.data.id}`, { resource_requirements: [] });
  assert.equal((await workspace.call("DELETE", `${resources}/${room}`)).status, 204);
  assert.equal((await workspace.call("GET", `${resources}/${room}`)).status, 404);
});

test("what an event type needs must exist, here, and suffice", async () => {
  const workspace = await frontdesk.workspace();
  const stranger = await addRoom(await frontdesk.workspace());
  const room = await addRoom(workspace);
  const create = (resource_requirements: unknown) =>
    workspace.call("POST", eventTypes, { name: "Massage", resource_requirements });
  refused(
    await create([{ any_of: [room] }, { any_of: [room, randomUUID()] }]),
    "resource_requirements.1.any_of.1",
  );
  refused(await create([{ any_of: [stranger] }]), "resource_requirements.0.any_of.0");
  refused(await create([{ any_of: [room] }, { any_of: [room] }]), "resource_requirements");
  refused(await create([{ any_of: [] }]), "resource_requirements.0.any_of");
});

test("who gives an event type, how many it takes, how far it is and where its clock stands", async () => {
  const workspace = await frontdesk.workspace();
  const plain = (await workspace.call("POST", eventTypes, { name: "Visit" })).body.data;
  assert.deepEqual(
    [
      plain.host_assignment,
      plain.capacity,
      plain.resource_requirements,
      plain.travel_minutes,
      plain.timezone,
    ],
    ["any", 1, [], null, null],
  );
  const fields = {
    host_assignment: "round_robin",
    capacity: 12,
    travel_minutes: 20,
    timezone: "Australia/Perth",
  };
  const changed = await workspace.call("PATCH", `${eventTypes}/${plain.id}`, fields);
  assert.equal(changed.status, 200, changed.text);
  const shown = (await workspace.call("GET", `${eventTypes}/${plain.id}`)).body.data;
  for (const [name, value] of Object.entries(fields)) assert.equal(shown[name], value);
  for (const [field, value] of [
    ["host_assignment", "some"],
    ["capacity", 0],
    ["capacity", 1001],
    ["travel_minutes", -1],
    ["timezone", "Mars/Olympus"],
  ]) {
    refused(
      await workspace.call("PATCH", `${eventTypes}/${plain.id}`, { [field as string]: value }),
      field as string,
    );
  }
});

test("an event type's own zone is the one dates and times are meant in", async () => {
  const workspace = await frontdesk.workspace();
  const made = await workspace.call("POST", eventTypes, { name: "Visit", timezone: "Europe/London" });
  const answer = await workspace.call("POST", "/api/v1/scheduling-bookings/check-availability", {
    event_type_id: made.body.data.id,
    date: "2026-03-03",
    time: "10:00",
  });
  assert.deepEqual([answer.body.data.timezone, answer.body.data.available], ["Europe/London", true]);
});

test("travel times are replaced as a list, whatever way the postcodes are written", async () => {
  const workspace = await frontdesk.workspace();
  assert.deepEqual((await workspace.call("GET", travelTimes)).body.data, { travel_times: [] });
  const put = (list: unknown[]) => workspace.call("PUT", travelTimes, { travel_times: list });
  const there = { from: "se1 7pb", to: "N1 9GU", minutes: 30 };
  const back = { from: "N1 9GU", to: "SE1 7PB", minutes: 40 };
  const stored = await put([there, back]);
  assert.deepEqual(stored.body.data.travel_times, [
    { from: "N19GU", to: "SE17PB", minutes: 40 },
    { from: "SE17PB", to: "N19GU", minutes: 30 },
  ]);
  refused(await put([there, { ...there, from: "SE1-7PB" }]), "travel_times.1");
  refused(await put([{ ...there, minutes: 1441 }]), "travel_times.0.minutes");
  assert.equal((await workspace.call("GET", travelTimes)).body.data.travel_times.length, 2);
  assert.deepEqual((await put([])).body.data.travel_times, []);
});

test("what is out of use meets no requirement: its times are gone, and back with it", async () => {
  const calendar = await openCalendar(frontdesk);
  const { workspace } = calendar;
  const made = await workspace.call("POST", "/api/v1/scheduling-resources", { name: "Room", kind: "room" });
  assert.equal(made.status, 201, made.text);
  const { id } = made.body.data;
  const type = `${eventTypes}/${calendar.eventType.id}`;
  await workspace.call("PATCH", type, { resource_requirements: [{ any_of: [id] }] });
  const open = async () => (await calendar.openTimes("2026-03-03")).length;
  assert.ok((await open()) > 0);
  const use = (is_active: boolean) =>
    workspace.call("PATCH", `/api/v1/scheduling-resources/${id}`, { is_active });
  assert.equal((await use(false)).status, 200);
  assert.equal(await open(), 0);
  assert.equal((await calendar.book()).status, 409);
  await use(true);
  assert.ok((await open()) > 0);
});
