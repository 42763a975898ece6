/**
 * What the generated tests cannot derive from a definition: how a record of a noun comes to be, and an input where the
 * example and the schema do not say enough. An operation that needs a record of a noun that is not here fails its tests.
 */
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { systemActor } from "../../kernel/actor.ts";
import type { Ctx } from "../../kernel/context.ts";
import type { Harness, TestWorkspace } from "../harness.ts";
import { insertNumber } from "../../modules/phone/numbers/numbers.store.ts";
import { createLead } from "../../modules/receptionist/leads/leads.ts";
import { calendarInputs, calendarRecords } from "./calendar-records.ts";
import { agentInputs, agentRecords } from "./agent-records.ts";
import { dealInputs, dealRecords } from "./deal-records.ts";
import { mergeInputs, mergeRecords } from "./merge-records.ts";
import { exportInputs, exportRecords, exportScopes } from "./export-records.ts";
import { externalCalendarInputs, externalCalendarRecords } from "./external-calendar-records.ts";
import { peopleInputs, peopleRecords, peopleScopes } from "./people-records.ts";
import { reportInputs, reportRecords } from "./report-records.ts";
import { webhookRecords } from "./webhook-records.ts";
import { workInputs, workRecords } from "./work-records.ts";

export type Place = { frontdesk: Harness; workspace: TestWorkspace };
type Input = Record<string, unknown>;

const customer = { fullName: "John Smith", email: "john@example.com", phone: "+447700900123" };

const providerCall = {
  callSid: "CA00000000000000000000000000000001",
  fromE164: "+447700900321",
  toE164: "+442079460000",
  timestamp: "2026-03-02T09:00:00Z",
};

/** Scopes that calls take besides those of the definition: of the records they turn out to be about. */
export const besides: Record<string, readonly string[]> = {
  ...exportScopes,
  ...peopleScopes,
  "workspace.approve_approval": ["contacts:write"],
  "workspace.reject_approval": ["contacts:write"],
};

/** Makes a record in a workspace and answers its id, by what path parameters call it: contact, sms_conversation. */
export const records: Record<string, (place: Place) => Promise<string>> = {
  ...calendarRecords,
  ...agentRecords,
  ...dealRecords,
  ...mergeRecords,
  ...peopleRecords,
  ...exportRecords,
  ...webhookRecords,
  ...reportRecords,
  ...workRecords,
  ...externalCalendarRecords,
  contact: (place) => created(place, "/api/v1/contacts", { first_name: "Paul" }),
  scheduled_event_type: (place) =>
    created(place, "/api/v1/scheduled-event-types", { name: "Leak repair", is_bookable: true }),
  booking: bookedJob,
  scheduling_booking: bookedJob,
  phone_number: (place) => inside(place, async (ctx) => (await insertNumber(ctx, newNumber())).id),
  sms_conversation: async (place) => String((await sentText(place))["conversation_id"]),
  sms_message: heldText,
  lead: startedLead,
  crm_template: (place) => created(place, "/api/v1/crm-templates", { name: "Roofing" }),
  user: (place) => created(place, "/api/v1/company/users/invite", newPerson()),
  approval: async ({ frontdesk, workspace }) => {
    const key = await workspace.keyWith(["contacts:write"], "with-approval");
    const answer = await frontdesk.call("POST", "/api/v1/contacts", { key, body: { first_name: "Paul" } });
    assert.equal(answer.status, 202, answer.text);
    return answer.body.data.approval_id as string;
  },
};

/**
 * An input that succeeds, for operations whose example does not stand alone. Path parameters are left out, unless the records
 * they name belong to each other.
 */
export const inputs: Record<string, (place: Place) => Promise<Input> | Input> = {
  ...calendarInputs,
  ...agentInputs,
  ...dealInputs,
  ...mergeInputs,
  ...peopleInputs,
  ...exportInputs,
  ...reportInputs,
  ...workInputs,
  ...externalCalendarInputs,
  "workspace.create_scheduling_booking": async (place) => ({
    event_type_id: await record("scheduled_event_type", place),
    date: "2026-03-03",
    time: "10:00",
    timezone: "Europe/London",
    ...customer,
  }),
  "workspace.check_booking_availability": async (place) => ({
    event_type_id: await record("scheduled_event_type", place),
    date: "2026-03-03",
    time: "10:00",
    timezone: "Europe/London",
  }),
  "workspace.list_available_slots": async (place) => ({
    event_type_id: await record("scheduled_event_type", place),
    date_from: "2026-03-03",
    date_to: "2026-03-03",
    timezone: "Europe/London",
  }),
  "workspace.send_sms": async (place) => {
    await record("phone_number", place);
    return { to_number: "+447700900321", message: "We are on our way." };
  },
  "workspace.search_contacts": () => ({ query: "Paul" }),
  "workspace.assign_approval": ({ workspace }) => ({ primary_assignee_id: workspace.adminId }),
  "bookings.list_open_slots": () => ({ from: "2026-03-03", to: "2026-03-04" }),
  "edge.receive_dial_complete": () => ({ ...providerCall, dialCallStatus: "no-answer" }),
  "edge.receive_voicemail": () => ({ ...providerCall, recordingUrl: "https://example.com/voice.mp3" }),
  "workspace.invite_company_user": () => newPerson(),
  "workspace.mark_sms_conversations_read": () => ({ all: true }),
  "workspace.update_sms_conversation": () => ({ status: "archived" }),
  "bookings.reschedule_booking": () => ({ scheduledStartAt: "2026-03-04T10:00:00Z" }),
  "capability.create_booking": async (place) => ({
    service_id: await record("scheduled_event_type", place),
    start_at: "2026-03-03T10:00:00Z",
    customer: { name: "Paul Jones", email: "paul@example.com" },
  }),
  "capability.check_availability": async (place) => ({
    service_id: await record("scheduled_event_type", place),
    date: "2026-03-03",
  }),
  "capability.cancel_booking": async (place) => ({ booking_id: await record("booking", place) }),
  "capability.record_conformance_runs": ({ workspace }) => ({
    provider_id: workspace.id,
    runs: [{ capability: "booking.create_booking", test: "happy_path", passed: true, duration_ms: 3 }],
  }),
};

/** Parameters that name the workspace itself and not a record in it. */
export const ownNames: Record<string, (place: Place) => string> = {
  provider_id: ({ workspace }) => workspace.id,
};

/** A new record by the first of these names that is known; fails when nobody has said how to make one. */
export async function record(names: string | string[], place: Place): Promise<string> {
  const make = [names]
    .flat()
    .map((name) => records[name])
    .find(Boolean);
  assert.ok(make, `server/testing/generated/fixtures.ts does not say how a ${[names].flat()[0]} comes to be`);
  return make(place);
}

async function created({ workspace }: Place, path: string, body: Input): Promise<string> {
  const answer = await workspace.call("POST", path, body);
  assert.equal(answer.status, 201, answer.text);
  const made = answer.body.data;
  return (made.id ?? made.booking.id) as string;
}

/** A booking at a time nobody else in the workspace has. */
async function bookedJob(place: Place): Promise<string> {
  const taken = timesTaken.get(place.workspace.id) ?? 0;
  timesTaken.set(place.workspace.id, taken + 1);
  return created(place, "/api/v1/scheduling-bookings", {
    event_type_id: await record("scheduled_event_type", place),
    date: weekday(Math.floor(taken / 3)),
    time: `${10 + 2 * (taken % 3)}:00`,
    timezone: "Europe/London",
    ...customer,
  });
}

const timesTaken = new Map<string, number>();

/** The nth day from Tuesday, 10 March 2026 on which businesses are open. */
function weekday(n: number): string {
  const sinceMonday = n + 1;
  const days = Math.floor(sinceMonday / 5) * 7 + (sinceMonday % 5);
  return new Date(Date.UTC(2026, 2, 9 + days)).toISOString().slice(0, 10);
}

async function startedLead(place: Place): Promise<string> {
  const contactId = await record("contact", place);
  const event = { kind: "missed_call", providerId: `CA${contactId}` } as const;
  const wanted = { contactId, phoneNumberId: null, customerE164: "+447700900321", event };
  return inside(place, async (ctx) => (await createLead(ctx, wanted)).lead.id);
}

let numbers = 0;

/** A number no other workspace of this database has. */
function newNumber() {
  numbers += 1;
  return {
    e164: `+4420794${String(numbers).padStart(5, "0")}`,
    status: "ACTIVE" as const,
  };
}

/** Somebody to invite: nobody else in the workspace has the address. */
function newPerson(): Input {
  return { email: `jo-${randomInt(0, 2 ** 40)}@example.com`, role: "client_editor" };
}

async function sentText(place: Place): Promise<Input> {
  await record("phone_number", place);
  const body = { to_number: "+447700900321", message: "We are on our way." };
  const answer = await place.workspace.call("POST", "/api/v1/sms/send", body);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data as Input;
}

async function heldText(place: Place): Promise<string> {
  const id = String((await sentText(place))["message_id"]);
  await place.frontdesk.settle();
  await inside(place, (ctx) =>
    ctx.db
      .update("sms_messages")
      .set({ status: "held" } as never)
      .where("id", "=", id)
      .execute(),
  );
  return id;
}

/** Work in a workspace as the program itself. */
function inside<T>({ frontdesk, workspace }: Place, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  const actor = systemActor(workspace.id);
  const about = { workspaceId: workspace.id, actor, operation: "test", surface: "test", requestId: "test" };
  return frontdesk.app.inWorkspace(about, work);
}
