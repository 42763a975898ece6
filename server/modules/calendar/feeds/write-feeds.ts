import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField, missing } from "../../../kernel/errors.ts";
import { recordCreated, recordUpdated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { setUpBy } from "../../../makers.ts";
import type { SetUpBy } from "../../../makers.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { lockMember } from "../../workspace/members/members.store.ts";
import { hashOfToken, newToken } from "../../workspace/sign-in/tokens.ts";
import { FeedRecord, feedNoun, presentFeed, recordedFeed, shows } from "./feed.ts";
import type { CalendarFeed } from "./feed.ts";
import { insertFeed, lockFeed, updateFeed } from "./feeds.store.ts";

const section = "Calendar Connections";
const id = Type.String({ format: "uuid" });

export const createCalendarFeed = operation({
  name: "create_calendar_feed",
  surface: workspaceApi,
  section,
  route: "POST /calendar-feeds",
  scopes: ["company:write"],
  effect: "write",
  noun: feedNoun,
  summary: "Make a secret address at which calendar programs read a member's bookings.",
  description:
    "Subscribe to it in Google Calendar, Apple Calendar or Outlook. It holds the bookings of the last 30 days and all to come. The address is shown in this answer only; regenerating makes a new one. It leads nowhere once the key or the member that was told it is gone.",
  input: Type.Object(
    {
      member_id: Type.Optional(
        Type.String({ format: "uuid", description: "Whose bookings; by default the signed-in member's." }),
      ),
      shows: Type.Optional({ ...shows, default: "titles" }),
    },
    { additionalProperties: false },
  ),
  output: FeedRecord,
  async run(ctx, { member_id: given, shows: detail = "titles" }) {
    const memberId = given ?? (ctx.actor.kind === "user" ? ctx.actor.id : undefined);
    if (memberId === undefined)
      throw invalidField(
        "member_id",
        "is needed: a key is nobody in particular",
        "Send the id of a member, from GET /company/users.",
      );
    if (!(await lockMember(ctx, memberId))) {
      const fix = "GET /company/users lists those there are.";
      throw invalidField("member_id", `there is no member ${memberId}`, fix);
    }
    const token = newToken();
    const row = await insertFeed(ctx, {
      member_id: memberId,
      shows: detail,
      token_hash: hashOfToken(token),
      ...setUpBy(ctx),
    });
    recordCreated(ctx, feedNoun, recordedFeed(row));
    return presentFeed(ctx.app, row, token);
  },
});

export const updateCalendarFeed = operation({
  name: "update_calendar_feed",
  surface: workspaceApi,
  section,
  route: "PATCH /calendar-feeds/:id",
  scopes: ["company:write"],
  effect: "write",
  noun: feedNoun,
  summary: "Change how much a calendar of bookings shows; its address stays.",
  input: Type.Object({ id, shows }, { additionalProperties: false }),
  output: FeedRecord,
  example: { input: { shows: "busy" } },
  run: async (ctx, { id: feedId, shows: detail }) =>
    presentFeed(ctx.app, await change(ctx, feedId, { shows: detail })),
});

export const regenerateCalendarFeed = operation({
  name: "regenerate_calendar_feed",
  surface: workspaceApi,
  section,
  route: "POST /calendar-feeds/:id/regenerate",
  scopes: ["company:write"],
  effect: "write",
  noun: feedNoun,
  summary: "Give a calendar of bookings a new secret address; the old one stops working at once.",
  input: Type.Object({ id }, { additionalProperties: false }),
  output: FeedRecord,
  async run(ctx, { id: feedId }) {
    const token = newToken();
    // Whoever is told the new address answers for it.
    const changed = await change(ctx, feedId, { token_hash: hashOfToken(token), ...setUpBy(ctx) });
    return presentFeed(ctx.app, changed, token);
  },
});

async function change(
  ctx: Ctx,
  feedId: string,
  values: Partial<Pick<CalendarFeed, "shows" | "token_hash" | keyof SetUpBy>>,
): Promise<CalendarFeed> {
  const before = await lockFeed(ctx, feedId);
  if (!before) throw missing("calendar feed", feedId);
  const after = await updateFeed(ctx, feedId, values);
  recordUpdated(ctx, feedNoun, recordedFeed(before), recordedFeed(after));
  return after;
}
