import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { missing } from "../../../kernel/errors.ts";
import { isId } from "../../../kernel/ids.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";
import { heldOverrides, usualHours } from "./availability.ts";
import { findAvailability, memberMeantByMe } from "./availability.store.ts";

export const WeeklyHoursSchema = Type.Array(
  Type.Object(
    {
      day: Type.Integer({ minimum: 0, maximum: 6, description: "0 is Sunday." }),
      start: Type.String({ description: "HH:MM" }),
      end: Type.String({ description: "HH:MM, up to 24:00" }),
    },
    { additionalProperties: false },
  ),
  { maxItems: 200, description: "Opening hours; several entries of one day are several windows." },
);

export const DateOverridesSchema = Type.Array(
  Type.Object(
    {
      date: Type.String({ description: "YYYY-MM-DD" }),
      type: Type.Enum(["blocked", "custom"], {
        description: "blocked closes the date; custom replaces its hours with start to end.",
      }),
      start: Type.Optional(Type.String({ description: "HH:MM, for custom." })),
      end: Type.Optional(Type.String({ description: "HH:MM, for custom." })),
      reason: Type.Optional(Type.String({ maxLength: 500 })),
    },
    { additionalProperties: false },
  ),
  { maxItems: 2000 },
);

export const AvailabilityRecord = Type.Object({
  id: Type.Union([Type.String({ format: "uuid" }), Type.Null()], {
    description: "null while nothing was set and the defaults hold.",
  }),
  company_id: Type.String({ format: "uuid" }),
  user_id: Type.Union([Type.String({ format: "uuid" }), Type.Null()], {
    description: "null: the company's own availability.",
  }),
  weekly_hours: WeeklyHoursSchema,
  timezone: Type.String(),
  date_overrides: DateOverridesSchema,
});

export const userIdInput = Type.Optional(
  Type.String({ description: '"me" or the id of a user; leave it out for the company.' }),
);

/** The member of a user_id, joined or only invited yet; null for the company. Throws NOT_FOUND. */
export async function memberOf(ctx: Ctx, userId: string | undefined): Promise<string | null> {
  if (userId === undefined) return null;
  const id = userId === "me" ? await memberMeantByMe(ctx) : userId;
  const known =
    id !== undefined && isId(id)
      ? await ctx.db
          .from("members")
          .select("id")
          .where("id", "=", id)
          .where("status", "<>", "removed")
          .executeTakeFirst()
      : undefined;
  if (!known) throw missing("user", userId);
  return known.id;
}

/** The hours that hold for a member or the company: what a member has not set is the company's, then the defaults; so are dates it is closed on. */
export async function effectiveAvailability(ctx: Ctx, memberId: string | null) {
  const own = memberId === null ? undefined : await findAvailability(ctx, memberId);
  const company = await findAvailability(ctx, null);
  const shown = own ?? company;
  return {
    id: shown?.id ?? null,
    company_id: ctx.workspaceId,
    user_id: shown?.member_id ?? null,
    weekly_hours: own?.weekly_hours ?? company?.weekly_hours ?? usualHours,
    timezone: own?.timezone ?? company?.timezone ?? (await workspaceOf(ctx)).timeZone,
    date_overrides: heldOverrides(own?.date_overrides, company?.date_overrides),
  };
}
