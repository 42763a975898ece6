import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { conflict, forbidden, invalidField, validationError } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { ConnectionRecord, connectionNoun, presentConnection } from "./connection.ts";
import type { ConnectionProvider } from "./connection.ts";
import { insertConnection } from "./connections.store.ts";
import { CredentialsField, checkCredentials, refuseAddresses } from "./credentials.ts";
import { enqueueSync } from "./sync-calendar.job.ts";

export const provider = Type.Union(
  [Type.Literal("local"), Type.Literal("google"), Type.Literal("caldav"), Type.Literal("ics")],
  {
    description:
      "local: on this machine, for trying things out. ics: the secret address of a calendar file; it can be read only.",
  },
);
export const readsBusy = Type.Boolean({ description: "Its busy times keep bookings out." });
export const writesBookings = Type.Boolean({
  description: "Bookings of the member are written into it; one calendar of each member can be.",
});
export const connectionName = Type.String({ minLength: 1, maxLength: 200 });

export const createCalendarConnection = operation({
  name: "create_calendar_connection",
  surface: workspaceApi,
  section: "Calendar Connections",
  route: "POST /calendar-connections",
  scopes: ["company:write"],
  effect: "write",
  noun: connectionNoun,
  // Whatever waits for approval is kept as it was sent, and these are secrets.
  holdable: false,
  summary: "Connect a calendar a member keeps elsewhere.",
  description:
    "Answers at once with status connecting; the calendar is read right after, and every few minutes from then on. list_remote_calendars tells beforehand whether the credentials are right and which calendars they open.",
  errors: [validationError, conflict, forbidden],
  input: Type.Object(
    {
      member_id: Type.Optional(
        Type.String({ format: "uuid", description: "Whose calendar; by default the signed-in member's." }),
      ),
      provider,
      calendar_id: Type.String({
        minLength: 1,
        maxLength: 2000,
        description: "The provider's id: an address, a URL. For local any name.",
      }),
      name: Type.Optional(connectionName),
      credentials: Type.Optional(CredentialsField),
      reads_busy: Type.Optional(readsBusy),
      writes_bookings: Type.Optional(writesBookings),
    },
    { additionalProperties: false },
  ),
  output: ConnectionRecord,
  example: { input: { provider: "local", calendar_id: "olive", name: "Olive's calendar" } },
  async run(ctx, input) {
    refuseHeld(ctx);
    const { writable } = ctx.app.ports.calendars[input.provider];
    const reads = input.reads_busy ?? true;
    const writes = input.writes_bookings ?? false;
    checkUse(writable, reads, writes);
    const credentials = checkCredentials(input.provider, input.credentials);
    refuseAddresses(ctx.app, input.provider, { calendarId: input.calendar_id, credentials });
    const connection = await insertConnection(ctx, {
      member_id: await memberOf(ctx, input.member_id),
      provider: input.provider,
      calendar_id: input.calendar_id.trim(),
      name: input.name ?? nameOf(input.provider, input.calendar_id),
      reads_busy: reads,
      writes_bookings: writes,
      credentials,
    });
    enqueueSync(ctx, connection.id, { asked: true });
    return presentConnection(connection, ctx.now);
  },
});

/** Credentials are not kept with approvals, so a key that needs one cannot bring any. */
export function refuseHeld(ctx: Ctx): void {
  if (ctx.actor.approvalLevel !== "with-approval") return;
  throw forbidden("A key whose writes wait for approval cannot connect calendars.", {
    fix: "Use a key with full access: credentials are not kept with approvals.",
  });
}

export function checkUse(writable: boolean, reads: boolean, writes: boolean): void {
  if (writes && !writable)
    throw invalidField(
      "writes_bookings",
      "this kind of calendar can be read only",
      "Send writes_bookings: false.",
    );
  if (!reads && !writes) {
    throw invalidField(
      "reads_busy",
      "a connection reads busy times, writes bookings, or both",
      "Send true for reads_busy, writes_bookings or both.",
    );
  }
}

async function memberOf(ctx: Ctx, given: string | undefined): Promise<string> {
  const id = given ?? (ctx.actor.kind === "user" ? ctx.actor.id : undefined);
  if (id === undefined)
    throw invalidField(
      "member_id",
      "is needed: a key is nobody in particular",
      "Send the id of a member, from GET /company/users.",
    );
  const member = await ctx.db
    .from("members")
    .select("id")
    .where("id", "=", id)
    .where("status", "<>", "removed")
    .executeTakeFirst();
  if (!member) throw invalidField("member_id", "names nobody in this workspace", "Send the id of a member.");
  return member.id;
}

function nameOf(kind: ConnectionProvider, calendarId: string): string {
  if (kind === "ics") return URL.parse(calendarId)?.host ?? "Calendar file";
  return calendarId.slice(0, 200);
}
