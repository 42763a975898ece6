/** The business a booking page belongs to, as strangers may know it, and work done in its workspace on a stranger's behalf. */
import type { FastifyRequest } from "fastify";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";

export type Company = {
  slug: string;
  name: string;
  timeZone: string;
  country: string;
  description: string | undefined;
  logoUrl: string | undefined;
  color: string | undefined;
  phone: string | undefined;
  email: string | undefined;
  /** Sites that may show the booking pages in a frame. */
  embedOrigins: readonly string[];
};

/**
 * Runs `work` in the workspace with this slug as nobody in particular: whoever opens the page. Undefined when there is no
 * such workspace.
 */
export async function inCompany<T>(
  app: App,
  request: FastifyRequest,
  slug: string,
  operation: string,
  work: (ctx: Ctx, company: Company) => Promise<T>,
): Promise<T | undefined> {
  if (slug.includes("\0")) return undefined;
  const workspace = await app.database.system("authenticate", (kysely) =>
    kysely.selectFrom("workspaces").select("id").where("slug", "=", slug).executeTakeFirst(),
  );
  if (!workspace) return undefined;
  const workspaceId = workspace.id;
  const actor = {
    kind: "anonymous" as const,
    id: "booker",
    name: "Booker",
    workspaceId,
    scopes: undefined,
    approvalLevel: "full" as const,
  };
  const occasion = { workspaceId, actor, operation, surface: "page", requestId: request.id };
  return app.inWorkspace(occasion, async (ctx) => work(ctx, await companyOf(ctx)));
}

async function companyOf(ctx: Ctx): Promise<Company> {
  const { slug, name, timeZone, country, stored, settings } = await workspaceOf(ctx);
  const details = (stored["company"] ?? {}) as JsonObject;
  const text = (key: string) => {
    const value = details[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return {
    slug,
    name,
    timeZone,
    country,
    description: text("description"),
    logoUrl: text("logo_url"),
    color: text("primary_color"),
    phone: text("phone"),
    email: text("contact_email"),
    embedOrigins: settings.booking_page.embed_origins,
  };
}
