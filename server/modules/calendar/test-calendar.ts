/** What the calendar's tests share: a business with one thing to book, and the calls that book it. */
import assert from "node:assert/strict";
import { sql } from "kysely";
import { systemActor } from "../../kernel/actor.ts";
import type { Ctx } from "../../kernel/context.ts";
import { newId } from "../../kernel/ids.ts";
import type { Answer, Harness, Json, TestWorkspace } from "../../testing/harness.ts";

export type TestCalendar = {
  workspace: TestWorkspace;
  eventType: Json;
  book(fields?: Record<string, unknown>): Promise<Answer>;
  slots(fields?: Record<string, unknown>): Promise<Answer>;
  check(fields: Record<string, unknown>): Promise<Answer>;
  /** "2026-03-03 09:00" of every slot in a range, London time. */
  openTimes(from: string, to?: string): Promise<string[]>;
  inside<T>(work: (ctx: Ctx) => Promise<T>): Promise<T>;
  addStaff(name: string): Promise<string>;
};

export const bookings = "/api/v1/scheduling-bookings";
export const john = { fullName: "John Smith", email: "john@example.com", phone: "+447700900123" };

/** A workspace in London with one event type; its slots are Tuesday 3 March 2026 from 09:00 and so on. */
export async function openCalendar(
  frontdesk: Harness,
  fields: Record<string, unknown> = {},
): Promise<TestCalendar> {
  const workspace = await frontdesk.workspace();
  const made = await workspace.call("POST", "/api/v1/scheduled-event-types", {
    name: "Leak repair",
    is_bookable: true,
    ...fields,
  });
  assert.equal(made.status, 201, made.text);
  const eventType = made.body.data;
  const type = { event_type_id: eventType.id };
  const inside = <T>(work: (ctx: Ctx) => Promise<T>): Promise<T> =>
    frontdesk.app.inWorkspace(
      {
        workspaceId: workspace.id,
        actor: systemActor(workspace.id),
        operation: "test",
        surface: "test",
        requestId: "test",
      },
      work,
    );
  const slots = (more: Record<string, unknown> = {}) =>
    workspace.call("POST", `${bookings}/available-slots`, { ...type, timezone: "Europe/London", ...more });
  return {
    workspace,
    eventType,
    inside,
    slots,
    book: (more = {}) =>
      workspace.call("POST", bookings, {
        ...type,
        date: "2026-03-03",
        time: "10:00",
        timezone: "Europe/London",
        ...john,
        ...more,
      }),
    check: (more) =>
      workspace.call("POST", `${bookings}/check-availability`, {
        ...type,
        timezone: "Europe/London",
        ...more,
      }),
    openTimes: async (from, to = from) => {
      const answer = await slots({ date_from: from, date_to: to });
      assert.equal(answer.status, 200, answer.text);
      return answer.body.data.availability.dates.flatMap((one: Json) =>
        one.slots.map((slot: Json) => `${one.date} ${slot.time}`),
      );
    },
    addStaff: (name) => inside((ctx) => addStaff(ctx, name)),
  };
}

/** Whether this very transaction holds a lock on a row that keeps others from changing it; what it has only looked at is not locked. */
export async function isLocked(ctx: Ctx, table: string, id: string): Promise<boolean> {
  const [row] = await ctx.db.raw(sql<{ locked: boolean }>`
    select xmax::text = (pg_current_xact_id()::xid)::text as locked
      from ${sql.table(table)} where workspace_id = ${ctx.workspaceId} and id = ${id}`);
  return row?.locked === true;
}

async function addStaff(ctx: Ctx, name: string): Promise<string> {
  const id = newId(ctx.now);
  const { length } = await ctx.db.from("members").select("id").execute();
  await ctx.db
    .insert("members", {
      id,
      name,
      email: null,
      phone: null,
      role: "client_editor",
      is_staff: true,
      created_at: new Date(ctx.now.getTime() + length),
    })
    .execute();
  return id;
}
