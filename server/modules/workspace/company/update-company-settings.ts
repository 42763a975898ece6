import { sql } from "kysely";
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { scheduleBirthdays } from "../../crm/birthdays/birthday-messages.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { lockSettings, storeSettings, workspaceOf } from "../settings/settings.ts";
import {
  CompanyRecord,
  FrontDeskSettings,
  checkedDetails,
  checkedFrontDesk,
  checkedSlug,
  checkedZone,
  companyDetails,
  presentCompany,
  slugTaken,
} from "./company-settings.ts";

export const updateCompanySettings = operation({
  name: "update_company_settings",
  surface: workspaceApi,
  section: "Company",
  route: "PATCH /company",
  scopes: ["company:write"],
  effect: "write",
  noun: "workspace",
  summary: "Change the company's details or how its front office is set up; what is not sent stays.",
  description:
    "front_desk merges by key: sending quiet_hours.enabled alone leaves its hours as they are; lists are replaced.",
  input: Type.Object(
    {
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      slug: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
      timezone: Type.Optional(Type.String({ maxLength: 100, description: "IANA zone." })),
      ...companyDetails,
      front_desk: Type.Optional(FrontDeskSettings),
    },
    { additionalProperties: false },
  ),
  output: CompanyRecord,
  errors: [slugTaken],
  example: { input: { industry: "Plumbing", front_desk: { quiet_hours: { enabled: true } } } },
  async run(ctx, { name, slug, timezone, front_desk: frontDesk, ...details }) {
    await lockSettings(ctx);
    const before = await workspaceOf(ctx);
    if (name?.trim() === "")
      throw invalidField("name", "may not be empty", "Send what the business is called.");
    const row = {
      name: name?.trim() ?? before.name,
      slug: slug === undefined ? before.slug : checkedSlug(slug),
      timeZone: timezone === undefined ? before.timeZone : checkedZone(timezone),
    };
    await writeRow(ctx, row);
    const overrides: JsonObject = frontDesk ? checkedFrontDesk(frontDesk, before.country) : {};
    await storeSettings(ctx, { ...overrides, company: checkedDetails(details, before.country) });
    const after = await workspaceOf(ctx);
    if (after.timeZone !== before.timeZone) await scheduleBirthdays(ctx, after);
    ctx.changed({
      noun: "workspace",
      id: ctx.workspaceId,
      before: presentCompany(before),
      after: presentCompany(after),
    });
    ctx.emit({
      type: "workspace.updated",
      noun: "workspace",
      recordId: ctx.workspaceId,
      payload: { id: ctx.workspaceId },
    });
    return presentCompany(after) as never;
  },
});

async function writeRow(ctx: Ctx, row: { name: string; slug: string; timeZone: string }): Promise<void> {
  try {
    await ctx.db.savepoint(() =>
      ctx.db.raw(sql`
        update workspaces set name = ${row.name}, slug = ${row.slug}, time_zone = ${row.timeZone},
               updated_at = ${ctx.now} where id = ${ctx.workspaceId}`),
    );
  } catch (error) {
    if ((error as { code?: string }).code !== "23505") throw error;
    throw slugTaken(`The slug ${row.slug} belongs to another company.`, {
      fix: "Choose another slug.",
      details: { fields: [{ field: "slug", message: "is taken" }] },
    });
  }
}
